"""The hall's pages: who may open and do what, the board's numbers, pauses, the clock's alarm, what is decided on a cadre's page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select, update

from quiz.cli.sweep import close_all_expired, look_at_clock
from quiz.core.access import command_line
from quiz.core.steady import SteadyClock
from quiz.storage.engine import reading, writing
from quiz.storage.rosters import cadre_rows, units_by_code
from quiz.storage.tables import AccountRow, AttemptRow, AuditRow, GrantRow, LateDecisionRow, PresenceRow, ResponseRow
from quiz.usecases.auditing import is_sound, verify_audit
from tests.web.world import Clock, Person, engine_of, outcome

People = Callable[[str], Person]
HALL = "/sittings/demo/hall"
CADRE = "/sittings/demo/cadres/Q001"
GETS = {
    HALL: {"": 302, "nobody": 403, "q001": 403, "setter": 403, "marker": 403, "inspector": 200, "organiser": 200},
    f"{HALL}?part=now": {"": 302, "q001": 403, "marker": 403, "inspector": 200, "organiser": 200},
    f"{HALL}?site=T01": {"inspector": 200, "organiser": 200},
    f"{HALL}?site=none": {"inspector": 404, "organiser": 404},
    f"{HALL}?unit=T01&state=offline&q=x&late=1&screen=1": {"inspector": 200, "organiser": 200},
    f"{HALL}?state=nonsense&offset=-7": {"organiser": 200},
    f"{HALL}?offset=99999999999999999999999": {"organiser": 200},
    "/sittings/none/hall": {"": 302, "q001": 403, "inspector": 404, "organiser": 404},
}
DECISIONS = [f"{CADRE}/{what}" for what in ("void", "restore", "retry", "late")]
POSTS = [f"{HALL}/pause", f"{HALL}/resume", f"{HALL}/give-back", f"{HALL}/clock", *DECISIONS]


def flush(app: Flask) -> None:
    """Write down what pages told, as the serving process does every few seconds."""
    app.extensions["quiz"].presences.write_down()


def pulse(person: Person, code: str, **told: object) -> dict[str, object]:
    reply = person.post_json(f"/papers/{code}/pulse", {"device": "d1", "turn": 0, "unsent": 0, "mark": 0, "events": [], **told})
    assert reply.status_code == 200, reply.text
    assert reply.json is not None
    return reply.json  # type: ignore[no-any-return]


def take_desk(person: Person, code: str, device: str = "d1") -> int:
    person.post(f"/papers/{code}/start")
    return int(person.post_json(f"/papers/{code}/desk", {"device": device}).json["turn"])  # type: ignore[index]


def watch(engine: Engine, clock: SteadyClock, host: str) -> int:
    """Look at the clock and close what is out of time, as the serving process does every few seconds."""
    look_at_clock(engine, clock, host)
    return sum(close_all_expired(engine, clock))


def ticks_of(clock: Clock) -> Callable[[], float]:
    """Seconds that nobody can set."""

    def ticks() -> float:
        return clock.at.timestamp()

    return ticks


def numbers(page: str) -> dict[str, int]:
    """The big numbers of the board by their names."""
    found = {}
    for part in page.split('<div class="count')[1:]:
        name = part.split("<dt>", 1)[1].split("</dt>", 1)[0]
        found[name] = int(part.split("<dd>", 1)[1].split(">", 1)[1].split("<", 1)[0])
    return found


@pytest.mark.parametrize(("path", "login", "status"), [(path, who, status) for path, row in GETS.items() for who, status in row.items()])
def test_who_may_watch(person: People, path: str, login: str, status: int) -> None:
    assert person(login).get(path).status_code == status


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(("login", "status"), [("", 401), ("nobody", 403), ("q001", 403), ("setter", 403), ("marker", 403), ("inspector", 403)])
def test_who_may_not_act(person: People, path: str, login: str, status: int) -> None:
    assert person(login).post(path, {"reason": "r", "number": "Q001"}).status_code == status


@pytest.mark.parametrize("path", POSTS)
def test_no_action_without_the_forms_token(person: People, path: str) -> None:
    assert person("organiser").client.post(path, data={"reason": "r"}).status_code == 400


def limit_to(engine: Engine, unit: str) -> None:
    """Let the organiser's role hold for one unit."""
    with writing(engine) as db:
        account = db.scalars(select(AccountRow).where(AccountRow.login == "organiser")).one()
        db.execute(update(GrantRow).where(GrantRow.account_id == account.id).values(unit_id=units_by_code(db)[unit].id))


def test_an_organiser_of_another_unit_sees_and_does_nothing_here(person: People, trainee: Person, code: str, web_engine: Engine) -> None:
    take_desk(trainee, code)
    limit_to(web_engine, "D01")
    organiser = person("organiser")
    page = organiser.get(HALL).text
    assert numbers(page)["应考"] == 1
    assert "柳溪镇" not in page
    assert organiser.get(f"{HALL}?site=T01").status_code == 404
    for path in DECISIONS:
        assert organiser.post(path, {"reason": "r", "number": "Q001"}).status_code == 404
    for kind, place in (("all", ""), ("site", "T01"), ("unit", "T01")):
        assert organiser.post(f"{HALL}/pause", {"kind": kind, "place": place, "reason": "停电"}).status_code == 409
    assert organiser.post(f"{HALL}/clock", {"reason": "r"}).status_code == 403
    with reading(web_engine) as db:
        assert db.scalars(select(AttemptRow.paused_at)).all() == [None]


def test_a_candidate_never_watches_or_runs_their_own_hall(person: People, web_engine: Engine) -> None:
    with writing(web_engine) as db:
        cadre = cadre_rows(db, ["Q003"])["Q003"]
        db.execute(update(AccountRow).where(AccountRow.login == "organiser").values(cadre_id=cadre.id))
    organiser = person("organiser")
    assert organiser.get(HALL).status_code == 403
    assert organiser.post(f"{HALL}/pause", {"kind": "all", "reason": "r"}).status_code == 403


def test_the_board_follows_people_from_the_waiting_room_to_the_end(person: People, trainee: Person, code: str, clock: Clock, app: Flask) -> None:
    watcher = person("inspector")
    assert numbers(watcher.get(HALL).text) == {"应考": 3, "已到": 0, "在答": 0, "未保存": 0, "离线": 0, "已交": 0, "未到": 3}
    assert pulse(trainee, code)["state"] == "open"
    flush(app)
    assert numbers(watcher.get(HALL).text)["候考"] == 1
    turn = take_desk(trainee, code)
    pulse(trainee, code, turn=turn, unsent=2)
    flush(app)
    assert numbers(watcher.get(HALL).text)["未保存"] == 1
    pulse(trainee, code, turn=turn)
    flush(app)
    assert numbers(watcher.get(HALL).text)["在答"] == 1
    clock.go_on(minutes=2)
    assert numbers(watcher.get(HALL).text)["离线"] == 1
    trainee.post(f"/papers/{code}/submit")
    assert numbers(watcher.get(HALL).text) == {"应考": 3, "已到": 1, "在答": 0, "未保存": 0, "离线": 0, "已交": 1, "未到": 2}
    clock.go_on(hours=3)
    assert numbers(watcher.get(HALL).text)["缺考"] == 2


def test_somebody_without_a_script_counts_as_there(person: People, trainee: Person, code: str, clock: Clock, app: Flask) -> None:
    trainee.post(f"/papers/{code}/start")
    clock.go_on(minutes=10)
    trainee.get(f"/papers/{code}/sit")
    flush(app)
    assert numbers(person("organiser").get(HALL).text)["在答"] == 1


def test_people_are_found_by_state_name_and_number(person: People, trainee: Person, code: str) -> None:
    organiser = person("organiser")
    trainee.post(f"/papers/{code}/start")
    assert "王秀英" in organiser.get(f"{HALL}?state=working").text
    assert "赵敏" not in organiser.get(f"{HALL}?state=working").text
    assert "赵敏" in organiser.get(f"{HALL}?q=Q003").text
    assert "李强" in organiser.get(f"{HALL}?q=李").text
    assert "按这个条件，没有人" in organiser.get(f"{HALL}?q=%25").text
    assert "柳溪镇" in organiser.get(f"{HALL}?site=T01").text
    assert "<html" not in organiser.get(f"{HALL}?part=now").text


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
    """In the names of the page, and also when the newer page has covered the answer since: it had not seen it."""
    first = take_desk(trainee, code)
    second = take_desk(trainee, code, "d2")
    trainee.save(code, 2, ["B"], second * 1_000_000 + 1)
    before = pulse(trainee, code, turn=second, device="d2")
    named = outcome(trainee.save(code, 1, ["A"], first * 1_000_000 + 5))["value"]
    trainee.save(code, 2, ["C"], first * 1_000_000 + 6)
    after = pulse(trainee, code, turn=second, device="d2", mark=before["mark"])
    assert (before["others"], after["others"]) == ({}, {"1": named})
    trainee.save(code, 3, ["A"], first * 1_000_000 + 7)
    named = outcome(trainee.save(code, 3, ["B"], first * 1_000_000 + 8))["value"]
    trainee.save(code, 3, ["C"], second * 1_000_000 + 2)
    after = pulse(trainee, code, turn=second, device="d2", mark=after["mark"])
    assert after["others"] == {"3": named}
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


def test_a_pause_stops_the_clock_of_the_page_and_resuming_gives_it_back(person: People, trainee: Person, code: str, clock: Clock) -> None:
    turn = take_desk(trainee, code)
    clock.go_on(minutes=10)
    organiser = person("organiser")
    reply = organiser.post(f"{HALL}/pause?site=T01", {"kind": "site", "place": "T01", "reason": "停电"})
    assert (reply.status_code, reply.location) == (303, f"{HALL}?site=T01")
    page = organiser.get(reply.location).text
    assert "已暂停：正在答题1人，还没有开始1人。" in page
    assert numbers(page)["暂停"] == 1
    clock.go_on(minutes=90)
    assert pulse(trainee, code, turn=turn) | {"server_time": ""} == {
        "state": "paused", "turn": turn, "others": {}, "mark": 0, "seconds_left": 3000, "server_time": "",
    }  # fmt: skip
    assert trainee.save(code, 1, ["A"], turn * 1_000_000 + 1).json["seconds_left"] == 3000  # type: ignore[index]
    reply = organiser.post(f"{HALL}/resume?site=T01", {"pause": "1", "reason": "来电"})
    assert "已恢复，补回90分0秒：正在答题1人，还没有开始1人。" in organiser.get(reply.location).text
    assert pulse(trainee, code, turn=turn)["state"] == "open"
    assert pulse(trainee, code, turn=turn)["seconds_left"] == 3000
    assert "90分0秒" in organiser.get(CADRE).text


def test_nobody_starts_in_a_paused_place_and_everybody_may_afterwards(person: People, trainee: Person, code: str, clock: Clock) -> None:
    organiser = person("organiser")
    organiser.post(f"{HALL}/pause", {"kind": "unit", "place": "T01", "reason": "停电"})
    assert pulse(trainee, code)["state"] == "paused"
    assert "已暂停考试" in trainee.get(f"/papers/{code}").text
    assert "已暂停考试" in trainee.get("/papers").text
    assert trainee.post(f"/papers/{code}/start").status_code == 409
    clock.go_on(minutes=130)  # the window of the others is over by now
    assert "已暂停考试" in trainee.get(f"/papers/{code}").text
    organiser.post(f"{HALL}/resume", {"pause": "1", "reason": "来电"})
    assert trainee.post(f"/papers/{code}/start").status_code == 303
    assert trainee.get(f"/papers/{code}/time").json["seconds_left"] == 3600  # type: ignore[index]


@pytest.mark.parametrize(
    ("path", "form", "status", "told"),
    [
        ("pause", {"kind": "site", "place": "T01", "reason": ""}, 422, "请写明原因"),
        ("pause", {"kind": "site", "place": "nowhere", "reason": "停电"}, 409, "没有名为“nowhere”的考点"),
        ("pause", {"kind": "village", "place": "T01", "reason": "停电"}, 422, "请从列出的选项中选择"),
        ("resume", {"pause": "x", "reason": "来电"}, 422, ""),
        ("give-back", {"kind": "site", "place": "T01", "minutes": "0", "reason": "停电"}, 422, "请填写1至240"),
        ("give-back", {"kind": "site", "place": "T01", "minutes": "x", "reason": "停电"}, 422, "请填写整数"),
        ("clock", {"reason": "看过了"}, 409, "没有等待处理的时钟警报"),
    ],
)
def test_what_is_wrong_is_told(person: People, path: str, form: dict[str, object], status: int, told: str) -> None:
    reply = person("organiser").post(f"{HALL}/{path}", form)
    assert reply.status_code == status
    assert told in reply.text


def test_a_site_gets_minutes_back(person: People, trainee: Person, code: str) -> None:
    take_desk(trainee, code)
    organiser = person("organiser")
    reply = organiser.post(f"{HALL}/give-back?site=T01", {"kind": "site", "place": "T01", "minutes": "10", "reason": "网络中断"})
    assert "已补时：正在答题1人，还没有开始1人；没有变动0人。" in organiser.get(reply.location).text
    assert trainee.get(f"/papers/{code}/time").json["seconds_left"] == 70 * 60  # type: ignore[index]


def test_a_clock_that_was_set_is_told_and_settled_on_the_board(person: People, trainee: Person, code: str, clock: Clock, app: Flask) -> None:
    engine, set_by = engine_of(app), [timedelta()]
    steady = SteadyClock(lambda: clock.at + set_by[0], ticks_of(clock))
    take_desk(trainee, code)
    watch(engine, steady, "host")
    set_by[0] = timedelta(hours=1)
    assert watch(engine, steady, "host") == 0
    clock.go_on(seconds=30)
    inspector, organiser = person("inspector"), person("organiser")
    assert "时钟突然快了60分钟" in inspector.get(f"{HALL}?part=now").text
    assert "确认时钟" not in inspector.get(HALL).text
    page = organiser.get(HALL).text
    assert "按这个时间，有1人的答题时间已到" in page
    clock.go_on(minutes=65)
    assert watch(engine, steady, "host") == 0  # out of time, and nobody has looked at the clock
    organiser.post(f"{HALL}/clock", {"reason": "已校准"})
    assert watch(engine, steady, "host") == 1
    assert "时钟突然" not in organiser.get(HALL).text


def test_voiding_asks_for_the_number_and_shows_everywhere(person: People, trainee: Person, code: str) -> None:
    trainee.post(f"/papers/{code}/start")
    organiser = person("organiser")
    assert organiser.post(f"{CADRE}/void", {"number": "Q002", "reason": "代考"}).status_code == 422
    assert organiser.post(f"{CADRE}/void", {"number": "Q001", "reason": ""}).status_code == 409
    assert organiser.post(f"{CADRE}/void", {"number": "Q001", "reason": "<b>代考</b>"}).status_code == 303
    page = organiser.get(CADRE).text
    assert "这份答卷已作废，成绩不计" in page
    assert "&lt;b&gt;代考&lt;/b&gt;" in page
    assert "作废" in organiser.get("/sittings/demo").text
    assert "这份答卷已作废" in trainee.get(f"/papers/{code}/result").text
    assert numbers(organiser.get(HALL).text)["作废"] == 1
    assert "安排重考" not in person("inspector").get(CADRE).text
    assert organiser.post(f"{CADRE}/restore", {"reason": "查无此事"}).status_code == 303
    assert "作废" not in numbers(organiser.get(HALL).text)


def test_another_try_is_a_new_paper_under_a_new_code(person: People, trainee: Person, code: str) -> None:
    trainee.post(f"/papers/{code}/start")
    organiser = person("organiser")
    organiser.post(f"{CADRE}/void", {"number": "Q001", "reason": "设备故障"})
    assert organiser.post(f"{CADRE}/retry", {"minutes": "30", "reason": "设备故障"}).status_code == 303
    assert trainee.get(f"/papers/{code}").status_code == 404
    page = organiser.get(CADRE).text
    assert "第2份试卷" in page
    assert "重新组卷（第2份）" in organiser.get("/sittings/demo/amend").text
    (link,) = {part.split('"')[0] for part in trainee.get("/papers").text.split('href="/papers/')[1:]} - {code}
    assert trainee.post(f"/papers/{link}/start").status_code == 303


def test_late_answers_are_decided_with_both_times_in_sight(person: People, trainee: Person, code: str, clock: Clock, web_engine: Engine) -> None:
    turn = take_desk(trainee, code)
    trainee.save(code, 1, ["A"], turn * 1_000_000 + 1)
    trainee.post(f"/papers/{code}/submit")
    clock.go_on(minutes=5)
    trainee.post_json(
        f"/papers/{code}/responses", {"device": "d1", "items": [{"slot": 2, "value": ["B"], "seq": turn * 1_000_000 + 2, "age": 240_000}]}
    )
    organiser = person("organiser")
    assert "1人有迟到的作答等待认定" in organiser.get(HALL).text
    assert "王秀英" in organiser.get(f"{HALL}?late=1").text
    page = organiser.get(CADRE).text
    for told in ("待认定", "09:11", "09:15"):
        assert told in page
    assert "认定有效" not in person("inspector").get(CADRE).text
    with reading(web_engine) as db:
        late = db.scalars(select(ResponseRow).where(ResponseRow.state == "late")).one()
    form = {"response": str(late.id), "do": "accept"}
    assert organiser.post(f"{CADRE}/late", {**form, "reason": ""}).status_code == 409
    assert organiser.post(f"{CADRE}/late", {**form, "response": str(2**70), "reason": "r"}).status_code == 404
    assert organiser.post(f"{CADRE}/late", {**form, "reason": "网络中断属实"}).status_code == 303
    assert "网络中断属实" in organiser.get(CADRE).text
    assert "待认定" not in organiser.get(CADRE).text
    assert "等待认定" not in organiser.get(HALL).text
    with reading(web_engine) as db:
        assert db.scalars(select(LateDecisionRow.is_accepted)).all() == [True]


def test_everything_done_stands_in_an_unbroken_audit_log(person: People, trainee: Person, code: str, clock: Clock, web_engine: Engine) -> None:
    trainee.post(f"/papers/{code}/start")
    organiser = person("organiser")
    organiser.post(f"{HALL}/pause", {"kind": "all", "reason": "停电"})
    clock.go_on(minutes=3)
    organiser.post(f"{HALL}/resume", {"pause": "1", "reason": "来电"})
    organiser.post(f"{HALL}/give-back", {"kind": "site", "place": "T01", "minutes": "5", "reason": "停电"})
    organiser.post(f"{CADRE}/void", {"number": "Q001", "reason": "代考"})
    organiser.post(f"{CADRE}/restore", {"reason": "查无此事"})
    organiser.post(f"{CADRE}/void", {"number": "Q001", "reason": "代考"})
    organiser.post(f"{CADRE}/retry", {"minutes": "", "reason": "重考"})
    with reading(web_engine) as db:
        actions = db.scalars(select(AuditRow.action).order_by(AuditRow.id)).all()
        assert is_sound(verify_audit(db, command_line("tests")))
    assert list(actions[-7:]) == ["pause", "resume", "give_back", "void", "restore", "void", "retry"]


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
