"""What machines may ask: life, readiness, counts; and logs in JSON. Neither counts nor logs know any person, paper or answer."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from prometheus_client import REGISTRY
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from quiz.storage.engine import writing
from quiz.web import count_swept, health, start_logging
from tests.web.world import PASSWORD, PEOPLE, Clock, Person, make_app, right_answers

TOKEN = "a token of the tests"
SECRET_ANSWER = "独有的答案"


def counted(name: str, **labels: str) -> float:
    """Return a count as it stands now: counts belong to the process, so that tests compare."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine at work may stand still for a second."""
    monkeypatch.setattr(health, "PATIENCE", 60.0)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log of a program that writes a line for every request."""
    before, levels = logging.root.handlers[:], {name: logging.getLogger(name).level for name in ("", "quiz", "waitress.queue")}
    stream = io.StringIO()
    start_logging(log_all=True, stream=stream)
    yield stream
    logging.root.handlers[:] = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def lines(log: io.StringIO) -> list[dict[str, object]]:
    """Return what was logged."""
    return [json.loads(line) for line in log.getvalue().splitlines()]


def metrics(app: Flask, **options: object) -> TestResponse:
    """Ask for the counts, by default from this machine itself."""
    return app.test_client().get("/metrics", **options)  # type: ignore[arg-type]


def test_a_process_lives_whatever_its_database_does(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_asked", lambda _question: pytest.fail("life is no question to the database"))
    client = app.test_client()
    client.set_cookie("quiz_login", "anything")
    assert (client.get("/healthz").status_code, client.get("/healthz").text) == (200, "ok\n")


def test_ready_with_a_database_of_the_newest_schema(app: Flask) -> None:
    assert (app.test_client().get("/readyz").status_code, app.test_client().get("/readyz").text) == (200, "ok\n")


@pytest.mark.parametrize("change", ["UPDATE alembic_version SET version_num = '0001'", "DELETE FROM alembic_version"])
def test_not_ready_with_a_database_of_an_older_schema(app: Flask, web_engine: Engine, change: str) -> None:
    with writing(web_engine) as db:
        db.connection().exec_driver_sql(change)
    reply = app.test_client().get("/readyz")
    assert reply.status_code == 503
    assert "quiz db upgrade" in reply.text


def test_a_node_stays_ready_while_a_newer_one_has_brought_the_schema_further(app: Flask, web_engine: Engine) -> None:
    """Else the first node that is updated would take all others out of service."""
    with writing(web_engine) as db:
        db.connection().exec_driver_sql("UPDATE alembic_version SET version_num = 'newer'")
    assert app.test_client().get("/readyz").status_code == 200


def test_not_ready_without_a_database(tmp_path: Path, clock: Clock) -> None:
    app = make_app(f"sqlite:///{(tmp_path / 'nowhere' / 'quiz.db').as_posix()}", tmp_path, clock)
    assert app.test_client().get("/readyz").status_code == 503
    assert app.test_client().get("/healthz").status_code == 200


def test_not_ready_when_the_database_takes_longer(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answers = [], threading.Event()

    def revision_of(_db: object) -> None:
        asked.append(1)
        assert answers.wait(60)

    monkeypatch.setattr(health, "PATIENCE", 0.05)
    monkeypatch.setattr(health.migrate, "revision_of", revision_of)
    assert [app.test_client().get("/readyz").status_code for _ in range(2)] == [503, 503]
    assert asked == [1]  # while one waits, no other stands behind it
    answers.set()
    with health._asking:
        pass  # the slow one has come back, and nobody waits behind it for ever


@pytest.mark.parametrize(
    "options",
    [
        {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}},
        {"environ_base": {"REMOTE_ADDR": ""}},
        {"headers": {"X-Forwarded-For": "192.0.2.7"}},
        {"headers": {"X-Real-IP": "192.0.2.7"}},
        {"headers": {"Host": "exam.example"}},
        {"headers": {"Authorization": "Bearer wrong"}},
        {"headers": {"Authorization": "Bearer "}, "environ_base": {"REMOTE_ADDR": "192.0.2.7"}},
    ],
)
def test_counts_are_not_for_others(app: Flask, options: dict[str, object]) -> None:
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost", "exam.example"]
    assert metrics(app, **options).status_code == 403


def test_behind_https_a_proxy_stands_between_so_that_local_says_nothing(app: Flask, web_engine: Engine, tmp_path: Path, clock: Clock) -> None:
    secure = make_app(web_engine.url.render_as_string(), tmp_path, clock, secure=True, metrics_token=TOKEN)
    assert metrics(secure).status_code == 403
    assert metrics(secure, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_counts_are_for_the_bearer_of_the_token_from_anywhere(web_engine: Engine, tmp_path: Path, clock: Clock) -> None:
    app = make_app(web_engine.url.render_as_string(), tmp_path, clock, metrics_token=TOKEN)
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert metrics(app, environ_base=elsewhere, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert metrics(app, environ_base=elsewhere, headers={"Authorization": "Bearer 令牌".encode().decode("latin-1")}).status_code == 403


def test_without_a_token_in_the_settings_none_fits(app: Flask) -> None:
    assert metrics(app, headers={"Authorization": "Bearer x"}).status_code == 403


def test_requests_are_counted_by_route_template(app: Flask, trainee: Person, code: str) -> None:
    labels = {"route": "/papers/<code>", "method": "GET", "status": "200"}
    before, timed = counted("quiz_requests_total", **labels), counted("quiz_request_seconds_count", route="/papers/<code>")
    trainee.get(f"/papers/{code}")
    assert counted("quiz_requests_total", **labels) == before + 1
    assert counted("quiz_request_seconds_count", route="/papers/<code>") == timed + 1


def test_addresses_and_methods_that_are_not_ours_share_one_label(app: Flask) -> None:
    labels = {"route": "(none)", "method": "other", "status": "404"}
    before = counted("quiz_requests_total", **labels)
    for n in range(3):
        app.test_client().open(f"/nothing/{n}", method=f"STEAL{n}")
    assert counted("quiz_requests_total", **labels) == before + 3


def test_saves_are_counted_by_outcome(trainee: Person, code: str, clock: Clock) -> None:
    names = ("accepted", "superseded", "conflict", "late")
    before = {name: counted("quiz_saves_total", outcome=name) for name in names}
    trainee.post(f"/papers/{code}/start")
    for slot, value, seq in ((1, ["A"], 5), (1, ["B"], 3), (2, ["B"], 5)):
        trainee.save(code, slot, value, seq)
    clock.go_on(hours=2)
    trainee.save(code, 1, ["C"], 9)
    assert {name: counted("quiz_saves_total", outcome=name) - before[name] for name in names} == dict.fromkeys(names, 1)


def test_saves_of_forms_and_of_submissions_are_counted(trainee: Person, code: str) -> None:
    before = counted("quiz_saves_total", outcome="accepted")
    trainee.post(f"/papers/{code}/start")
    trainee.post(f"/papers/{code}/save", {"section": "1", "s1": "A", "s2": "B", "newest_seq": "0"})
    assert counted("quiz_saves_total", outcome="accepted") == before + 2
    trainee.post(f"/papers/{code}/submit", {"unsent": '[{"slot": 3, "value": ["a"], "seq": 9}]'})
    assert counted("quiz_saves_total", outcome="accepted") == before + 3


def test_starts_and_submissions_count_once(trainee: Person, code: str, clock: Clock) -> None:
    starts, handed_in = counted("quiz_starts_total"), counted("quiz_submissions_total", by="trainee")
    for path in ("start", "start", "submit", "submit"):
        trainee.post(f"/papers/{code}/{path}")
        clock.go_on(seconds=5)
    assert (counted("quiz_starts_total"), counted("quiz_submissions_total", by="trainee")) == (starts + 1, handed_in + 1)


def test_what_the_sweep_closes_is_counted() -> None:
    before = counted("quiz_submissions_total", by="deadline")
    count_swept(3)
    assert counted("quiz_submissions_total", by="deadline") == before + 3


def test_log_ins_are_counted_by_outcome(app: Flask) -> None:
    names = ("ok", "refused", "wait")
    before = {name: counted("quiz_logins_total", outcome=name) for name in names}
    for password in (PASSWORD, *["wrong wrong"] * 6):
        Person(app).post("/login", {"login": "q001", "password": password})
    assert {name: counted("quiz_logins_total", outcome=name) - before[name] for name in names} == {"ok": 1, "refused": 5, "wait": 1}


def test_open_attempts_are_asked_from_the_database(app: Flask, trainee: Person, code: str, clock: Clock) -> None:
    assert "\nquiz_open_attempts 0.0\n" in metrics(app).text
    trainee.post(f"/papers/{code}/start")
    assert "\nquiz_open_attempts 1.0\n" in metrics(app).text
    clock.go_on(hours=2)
    assert "\nquiz_open_attempts 0.0\n" in metrics(app).text


def test_counts_come_without_the_database_too(tmp_path: Path, clock: Clock) -> None:
    app = make_app(f"sqlite:///{(tmp_path / 'nowhere' / 'quiz.db').as_posix()}", tmp_path, clock)
    assert "\nquiz_open_attempts NaN\n" in metrics(app).text


def test_waits_for_the_lock_and_for_a_connection_are_measured(trainee: Person, code: str) -> None:
    before = {wait: counted("quiz_database_wait_seconds_count", wait=wait) for wait in ("lock", "connection")}
    trainee.post(f"/papers/{code}/start")
    assert counted("quiz_database_wait_seconds_count", wait="lock") == before["lock"] + 1
    assert counted("quiz_database_wait_seconds_count", wait="connection") > before["connection"]


def test_every_reply_carries_the_number_of_its_log_line(app: Flask, log: io.StringIO) -> None:
    replies = [app.test_client().get(path, headers={"X-Request-ID": "mine"}) for path in ("/login", "/nothing")]
    told = lines(log)
    assert [line["request_id"] for line in told] == [reply.headers["X-Request-ID"] for reply in replies]
    assert [(line["level"], line["event"], line["route"], line["status"]) for line in told] == [
        ("INFO", "request", "/login", 200),
        ("WARNING", "request", "(none)", 404),
    ]
    assert all(str(line["time"]).endswith("Z") and float(str(line["ms"])) >= 0 for line in told)


def test_by_default_only_what_went_wrong_is_logged(app: Flask, log: io.StringIO) -> None:
    start_logging(log_all=False, stream=log)
    app.test_client().get("/login")
    app.test_client().get("/nothing")
    assert [line["status"] for line in lines(log)] == [404]


def test_an_error_keeps_its_way_through_the_code_and_not_its_words(
    trainee: Person, code: str, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        try:
            raise KeyError(SECRET_ANSWER)
        except KeyError as error:
            raise OperationalError(f"INSERT {SECRET_ANSWER}", {"value": SECRET_ANSWER}, error) from error

    monkeypatch.setattr("quiz.usecases.saving.save_many", fail)
    reply = trainee.save(code, 1, [SECRET_ANSWER], 1)
    told = [line for line in lines(log) if line["level"] == "ERROR"]
    assert reply.status_code == 503
    assert [(line["event"], line["route"], line["request_id"]) for line in told] == [
        (event, "/papers/<code>/responses", reply.headers["X-Request-ID"]) for event in ("database unavailable", "request")
    ]
    assert [error["error"] for error in told[0]["errors"]] == ["OperationalError", "KeyError"]  # type: ignore[attr-defined]
    assert any(place.startswith("quiz/web/saving.py:") for place in told[0]["errors"][0]["trace"])  # type: ignore[index]
    assert SECRET_ANSWER not in log.getvalue()
    assert code not in log.getvalue()


def test_a_log_line_quotes_no_message_of_others(log: io.StringIO) -> None:
    logging.getLogger("waitress").warning("Exception while serving %s", "/papers/QL-1234")
    logging.getLogger("waitress").warning("Exception while serving /papers/QL-1234")
    logging.getLogger("waitress").warning("total open connections reached the connection limit, no longer accepting new connections")
    logging.getLogger("quiz").error("Exception on /papers/QL-1234 [GET]")
    assert "QL-1234" not in log.getvalue()
    assert [line["event"] for line in lines(log)][::3] == ["waitress: Exception while serving %s", "quiz"]


def test_neither_counts_nor_logs_know_anyone(app: Flask, web_engine: Engine, code: str, clock: Clock, log: io.StringIO) -> None:
    """A whole sitting with slips and refusals, and the staff's look at it."""
    stranger, trainee = Person(app), Person(app)
    stranger.post("/login", {"login": "q001", "password": "wrong wrong"})
    stranger.get(f"/papers/{code}?name=王秀英")
    trainee.post("/login", {"login": "Q001", "password": PASSWORD})
    trainee.post(f"/papers/{code}/start")
    for slot, value in right_answers(web_engine, "Q001").items():
        trainee.save(code, slot, value, slot)
    trainee.save(code, 7, [SECRET_ANSWER, SECRET_ANSWER], 99)
    trainee.save(code, 99, ["A"], 100)
    trainee.post(f"/papers/{code}/submit", {"unsent": f'[{{"slot": 99, "value": ["{SECRET_ANSWER}"], "seq": 200}}]'})
    trainee.save(code, 1, ["A"], 300)
    trainee.get("/papers/ANOTHER")
    organiser = Person(app, "organiser")
    for path in ("", "/cadres/Q001", "/cadres/Q999", "/export.xlsx"):
        organiser.get(f"/sittings/demo{path}")
    organiser.client.get("/login", headers={"Host": "q001.example"})
    known = {code, "ANOTHER", "demo", SECRET_ANSWER, PASSWORD, "wrong wrong", "127.0.0.1", "q001.example", "Mozilla"}
    known |= {text for login, (name, _, number) in PEOPLE.items() for text in (name, login, number) if text}
    roles = {"setter", "organiser", "marker", "inspector"}  # log-ins of the tests that are words of the routes as well
    for text in (log.getvalue(), metrics(app).text):
        assert len(text) > 1000
        assert {word for word in known - roles if word.casefold() in text.casefold()} == set()
