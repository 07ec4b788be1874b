"""Attack 23: passwords are guessed, one on many accounts, or a session is used to guess; and who has an account is to be found out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, update
from werkzeug.test import TestResponse

from quiz.core.access import Role, command_line
from quiz.storage.engine import writing
from quiz.storage.tables import AccountRow
from quiz.usecases import accounts, passwords
from quiz.web.guesses import MANY
from tests.web.world import NINE, PASSWORD, Clock, Person

People = Callable[[str], Person]


def log_in(person: Person, login: str, password: str) -> TestResponse:
    """Send the log-in form."""
    return person.post("/login", {"login": login, "password": password})


def main_of(reply: TestResponse, login: str) -> str:
    """Return what a page that lets nobody in says, without the name that was typed and the token."""
    assert reply.status_code == 401
    page = reply.text.split("<main")[1].replace(login, "NAME")
    return page.split('name="csrf_token"')[0] + page.split('name="csrf_token"')[1].split(">", 1)[1]


def test_an_unknown_name_answers_and_waits_like_a_known_one(person: People, clock: Clock) -> None:
    known, unknown = person(""), person("")
    for seconds in (0, 0, 0, 0, 0, 1, 1, 0, 3, 5, 1):
        clock.go_on(seconds=seconds)
        pair = [log_in(known, "q001", "wrong wrong"), log_in(unknown, "q999", "wrong wrong")]
        assert pair[0].status_code == pair[1].status_code == 401
        assert main_of(pair[0], "q001") == main_of(pair[1], "q999")
    assert "秒后再试" in pair[0].text


def test_an_unknown_name_costs_as_many_checks_as_a_known_one(person: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time would tell what words do not; so the slow work is counted, also while the name must wait."""
    checks = []
    hasher = passwords.HASHER

    class Hasher:
        def verify(self, stored: str, password: str) -> bool:
            checks.append(1)
            return hasher.verify(stored, password)

    monkeypatch.setattr(passwords, "HASHER", Hasher())
    counts = []
    for login in ("q001", "q999", "closed"):
        checks.clear()
        for n in range(7):
            log_in(person(""), login, f"wrong wrong {n}")
        counts.append(len(checks))
    assert counts == [5, 5, 5]


def test_one_password_tried_on_many_accounts_opens_none(person: People, web_engine: Engine, clock: Clock) -> None:
    common = "Qinglan!2026 ok"
    with writing(web_engine) as session:
        accounts.create_account(session, command_line("tests"), NINE, "victim", "张三", common, [Role.TRAINEE])
    attacker = person("")
    for n in range(MANY):
        assert "登录名或密码不对" in log_in(attacker, f"q{n:03}", common).text
    caught = log_in(attacker, "victim", common)
    assert caught.status_code == 401
    assert "试探许多账号" in caught.text
    assert log_in(person(""), "q002", PASSWORD).status_code == 302, "another password opens as ever"
    clock.go_on(minutes=61)
    assert log_in(person(""), "victim", common).status_code == 302


def test_one_account_tried_many_times_is_no_guess_at_everybody(person: People, web_engine: Engine, clock: Clock) -> None:
    """Else whoever mistypes alike on their own account would bar the door to somebody whose password that is."""
    common = "Qinglan!2026 ok"
    with writing(web_engine) as session:
        accounts.create_account(session, command_line("tests"), NINE, "other", "张三", common, [Role.TRAINEE])
    for _ in range(MANY + 2):
        log_in(person(""), "q001", common)
        clock.go_on(minutes=5)
    assert log_in(person(""), "q001", PASSWORD).status_code == 302
    assert log_in(person(""), "other", common).status_code == 302


def test_a_stolen_log_in_cannot_guess_the_password_without_end(person: People, clock: Clock) -> None:
    thief = person("q001")
    for n in range(5):
        assert "原密码不对" in thief.post("/password", {"old": f"guess {n}", "new": "battery staple 7"}).text
    assert "2秒后再试" in thief.post("/password", {"old": PASSWORD, "new": "battery staple 7"}).text
    clock.go_on(seconds=2)
    assert thief.post("/password", {"old": PASSWORD, "new": "battery staple 7"}).status_code == 302


def test_a_closed_account_answers_like_an_unknown_one(person: People, web_engine: Engine) -> None:
    with writing(web_engine) as session:
        session.execute(update(AccountRow).where(AccountRow.login == "q001").values(is_active=False))
    closed, unknown = person(""), person("")
    for _ in range(7):
        pair = [log_in(closed, "q001", PASSWORD), log_in(unknown, "q999", PASSWORD)]
        assert main_of(pair[0], "q001") == main_of(pair[1], "q999")
