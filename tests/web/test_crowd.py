"""Saves answered many at once say what the application says of each, and let nobody through whom it has not let through before."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, text

from quiz.storage.engine import reading, writing
from quiz.storage.tables import ResponseRow
from quiz.web import counters, saves_together
from tests.web.world import Clock, Person, paper_code

People = Callable[[str], Person]
Environ = dict[str, Any]


def calls_of(reply: Any, *bodies: object) -> list[Environ]:
    """Return requests as that one was which this reply answers, with other bodies."""
    texts = [body if isinstance(body, bytes) else json.dumps(body).encode() for body in bodies]
    return [{**reply.request.environ, "wsgi.input": BytesIO(text), "CONTENT_LENGTH": str(len(text)), "quiz.saved": None} for text in texts]


def save_of(seq: int, slot: int = 1, value: object = ("a",)) -> dict[str, object]:
    """Return the body of a call that saves one response."""
    return {"device": "d1", "items": [{"slot": slot, "value": value, "seq": seq}]}


def stored(engine: Engine) -> int:
    """Return how many responses are stored."""
    with reading(engine) as session:
        return session.scalar(select(func.count()).select_from(ResponseRow)) or 0


@pytest.fixture
def sitter(trainee: Person, code: str) -> Person:
    """Somebody who has started."""
    trainee.post(f"/papers/{code}/start")
    return trainee


def test_it_answers_word_for_word_what_the_application_answers(app: Flask, sitter: Person, code: str) -> None:
    first = sitter.save(code, 1, ["A"], 1)
    answered = saves_together(app)(calls_of(first, save_of(2), save_of(2), save_of(1, 2), {"items": [*save_of(5)["items"], *save_of(4, 2)["items"]]}))  # type: ignore[misc]
    assert [json.loads(one[2])["items"][0]["state"] for one in answered if one] == ["accepted", "accepted", "conflict", "accepted"]
    again = saves_together(app)(calls_of(first, save_of(6)))[0]
    assert again is not None
    plain = sitter.post_json(f"/papers/{code}/responses", save_of(6))
    assert (again[0], again[2]) == (plain.status, plain.data)
    headers = {**dict(again[1]), "Content-Length": str(len(again[2]))}
    assert headers.pop("X-Request-ID") != plain.headers.pop("X-Request-ID")
    assert headers == dict(plain.headers)


def test_many_people_save_at_once_and_each_hears_of_their_own(app: Flask, sitter: Person, person: People, code: str, web_engine: Engine) -> None:
    other, others = person("q002"), paper_code(web_engine, "Q002")
    other.post(f"/papers/{others}/start")
    mine, theirs = sitter.save(code, 1, ["A"], 1), other.save(others, 1, ["A"], 1)
    environs = [*calls_of(mine, save_of(2)), *calls_of(theirs, save_of(2)), *calls_of(mine, save_of(3, 2))]
    foreign = {**calls_of(mine, save_of(4))[0], "PATH_INFO": f"/papers/{others}/responses"}
    answers = saves_together(app)([*environs, foreign])
    assert [json.loads(one[2])["items"][0]["seq"] if one else None for one in answers] == [2, 2, 3, None]
    assert foreign["quiz.saved"].code == "not_found"
    assert stored(web_engine) == 5


@pytest.mark.parametrize(
    "changed",
    [
        {"HTTP_X_CSRFTOKEN": "another"},
        {"HTTP_COOKIE": ""},
        {"HTTP_HOST": "elsewhere.example"},
        {"HTTP_REFERER": "http://elsewhere.example/"},
        {"wsgi.url_scheme": "https"},
        {"CONTENT_TYPE": "text/plain"},
        {"REQUEST_METHOD": "PUT"},
        {"PATH_INFO": "/papers/x/y/responses"},
        {"CONTENT_LENGTH": str(2**20)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_was_not_found_right_before_is_left_to_the_application(
    app: Flask, sitter: Person, code: str, web_engine: Engine, changed: Environ
) -> None:
    environ = {**calls_of(sitter.save(code, 1, ["A"], 1), save_of(2))[0], **changed}
    assert saves_together(app)([environ]) == [None]
    assert environ["quiz.saved"] is None
    assert stored(web_engine) == 1


def test_a_first_call_is_left_to_the_application(app: Flask, sitter: Person, code: str, web_engine: Engine) -> None:
    reply = sitter.client.post(f"/papers/{code}/responses", json=save_of(1), headers={"X-CSRFToken": "wrong", "Accept": "application/json"})
    assert reply.status_code == 400
    assert saves_together(app)(calls_of(reply, save_of(1))) == [None]
    assert stored(web_engine) == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"items": []}', b'{"items": [1]}', b"[" * 50_000, b"\xff\xfe"])
def test_what_is_no_call_is_left_to_the_application(app: Flask, sitter: Person, code: str, body: bytes) -> None:
    environ = calls_of(sitter.save(code, 1, ["A"], 1), body)[0]
    assert saves_together(app)([environ]) == [None]
    assert sitter.client.open(environ).status_code == 400


def test_an_error_is_told_by_the_application_and_nothing_is_done_twice(app: Flask, sitter: Person, code: str, web_engine: Engine) -> None:
    body = {"items": [*save_of(2)["items"], *save_of(3, 99)["items"]]}  # type: ignore[misc]
    environ = calls_of(sitter.save(code, 1, ["A"], 1), body)[0]
    assert saves_together(app)([environ]) == [None]
    items = sitter.client.open(environ).get_json()["items"]
    assert items[0]["state"] == "accepted"
    assert items[1]["error"] == "bad_slot"
    assert "第99题" in items[1]["message"]
    assert stored(web_engine) == 2


def test_who_has_logged_out_meanwhile_is_nobody(app: Flask, sitter: Person, code: str, web_engine: Engine) -> None:
    environ = calls_of(sitter.save(code, 1, ["A"], 1), save_of(2))[0]
    with writing(web_engine) as session:
        session.execute(text("DELETE FROM login"))
    assert saves_together(app)([environ]) == [None]
    assert sitter.client.open(environ).status_code == 401
    assert stored(web_engine) == 1


def test_without_a_database_nothing_is_confirmed(app: Flask, sitter: Person, code: str, web_engine: Engine) -> None:
    environs = calls_of(sitter.save(code, 1, ["A"], 1), save_of(2), save_of(3))
    with writing(web_engine) as session:
        session.execute(text("ALTER TABLE visit RENAME TO gone"))
    assert saves_together(app)(environs) == [None, None]
    assert [sitter.client.open(environ).status_code for environ in environs] == [503, 503]


def test_they_are_counted_and_judged_by_the_server_s_clock(app: Flask, clock: Clock, sitter: Person, code: str) -> None:
    def counts() -> list[float]:
        answered = counters.REQUESTS.labels("/papers/<code>/responses", "POST", "200")
        return [found._value.get() for found in (answered, counters.SAVES.labels("accepted"), counters.SAVES.labels("late"))]

    first = sitter.save(code, 1, ["A"], 1)
    before = counts()
    saves_together(app)(calls_of(first, save_of(2), save_of(3)))
    clock.go_on(minutes=75)
    answer = saves_together(app)(calls_of(first, save_of(4)))[0]
    assert answer is not None
    assert json.loads(answer[2])["items"][0]["state"] == "late"
    assert [now - then for now, then in zip(counts(), before, strict=True)] == [3, 2, 1]
