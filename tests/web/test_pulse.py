"""A page tells that somebody is there: what it is told, what is noted, and that none but its own person may ask."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from quiz.storage.engine import reading
from quiz.storage.tables import PresenceRow
from tests.web.test_hall import CADRE, HALL, People, flush, numbers, pulse, take_desk
from tests.web.world import Clock, Person, engine_of, outcome


def test_somebody_without_a_script_counts_as_there(person: People, trainee: Person, code: str, clock: Clock, app: Flask) -> None:
    trainee.post(f"/papers/{code}/start")
    clock.go_on(minutes=10)
    trainee.get(f"/papers/{code}/sit")
    flush(app)
    assert numbers(person("organiser").get(HALL).text)["在答"] == 1


def test_another_device_another_address_and_leaving_the_page_are_noted_and_nothing_follows(
    person: People, trainee: Person, code: str, app: Flask
) -> None:
    turn = take_desk(trainee, code)
    pulse(trainee, code, turn=turn)
    flush(app)
    second = take_desk(trainee, code, "d2")
    pulse(trainee, code, turn=second, device="d2", events=[{"kind": "left", "age": 1000, "seconds": 40}, {"kind": "punish"}, 7])
    flush(app)
    pulse(trainee, code, turn=turn)  # the old page is still open: it is nobody's desk any more
    flush(app)
    trainee.client.environ_base["REMOTE_ADDR"] = "192.0.2.9"
    pulse(trainee, code, turn=second, device="d2")
    flush(app)
    page = person("inspector").get(CADRE).text
    for told in ("考场记录（3条）", "更换设备", "离开答题页面　40秒", "127.0.0.1 → 192.0.2.9", "不会据此"):
        assert told in page
    assert "换设备1次" in person("inspector").get(f"{HALL}?site=T01").text
    assert trainee.save(code, 1, ["A"], second * 1_000_000 + 1).json["items"][0]["state"] == "accepted"  # type: ignore[index]


def test_a_pulse_tells_answers_that_an_earlier_page_sent_meanwhile(trainee: Person, code: str) -> None:
    first = take_desk(trainee, code)
    second = take_desk(trainee, code, "d2")
    trainee.save(code, 2, ["B"], second * 1_000_000 + 1)
    before = pulse(trainee, code, turn=second, device="d2")
    named = outcome(trainee.save(code, 1, ["A"], first * 1_000_000 + 5))["value"]
    trainee.save(code, 2, ["C"], first * 1_000_000 + 6)
    after = pulse(trainee, code, turn=second, device="d2", mark=before["mark"])
    assert (before["others"], after["others"]) == ({}, {"1": named})
    assert pulse(trainee, code, turn=second, device="d2", mark=after["mark"])["others"] == {}
    old = pulse(trainee, code, turn=first)
    assert (old["turn"], old["others"]) == (second, {})


def test_a_pulse_is_ones_own_only(person: People, trainee: Person, code: str) -> None:
    body = {"device": "d1", "turn": 0}
    assert person("q002").post_json(f"/papers/{code}/pulse", body).status_code == 404
    assert person("").post_json(f"/papers/{code}/pulse", body).status_code == 401
    assert person("organiser").post_json(f"/papers/{code}/pulse", body).status_code == 403
    assert trainee.post_json(f"/papers/{code}/pulse", [1]).status_code == 400
    odd = {"device": None, "turn": "x", "unsent": -1, "mark": 2**80, "events": {"kind": "left"}}
    assert trainee.post_json(f"/papers/{code}/pulse", odd).status_code == 200
    assert trainee.client.post(f"/papers/{code}/pulse", json=body).status_code == 400


def test_how_things_stand_for_a_page(trainee: Person, code: str, clock: Clock) -> None:
    clock.go_on(minutes=-20)
    assert (pulse(trainee, code)["state"], pulse(trainee, code)["seconds_left"]) == ("coming", 600)
    clock.go_on(minutes=20)
    assert (pulse(trainee, code)["state"], pulse(trainee, code)["turn"]) == ("open", 0)
    turn = take_desk(trainee, code)
    assert pulse(trainee, code, turn=turn)["seconds_left"] == 3600
    trainee.post(f"/papers/{code}/submit")
    assert pulse(trainee, code, turn=turn)["state"] == "closed"


def test_what_is_not_written_down_is_kept_for_the_next_time(trainee: Person, code: str, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    presences = app.extensions["quiz"].presences
    pulse(trainee, code, events=[{"kind": "offline", "age": 0, "seconds": 5}])
    with monkeypatch.context() as broken:
        broken.setattr("quiz.web.noting.presence.write_down", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            presences.write_down()
    pulse(trainee, code, unsent=3)
    assert presences.write_down() == 1
    with reading(engine_of(app)) as db:
        assert db.scalars(select(PresenceRow.unsent)).all() == [3]
        assert db.scalars(select(PresenceRow.paper_id)).all() != []
