"""Row 25: many log in at the same time, and saves go on.

That saves have threads of their own: tests/cli/test_lanes.py; how long it takes: docs/attacks-and-faults.md.
"""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from flask import Flask

from quiz.usecases import passwords
from tests.faults.test_jobs import others_may_save
from tests.web.conftest import app, clock, filled_sqlite  # noqa: F401
from tests.web.world import PASSWORD, Person


def test_nobody_waits_while_a_password_is_checked(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    check, tried = passwords.check, []

    def watched(stored: str, password: str) -> passwords.Checked:
        others_may_save(tmp_path / "quiz.db")
        tried.append(password)
        return check(stored, password)

    monkeypatch.setattr(passwords, "check", watched)
    for name, password, status in (("q001", PASSWORD, 302), ("q001", "wrong", 401), ("nobody-at-all", "any", 401)):
        person = Person(app)
        form = {"csrf_token": person.token, "login": name, "password": password}
        assert person.client.post("/login", data=form).status_code == status
    assert tried == [PASSWORD, "wrong", "any"]


def test_everybody_who_logs_in_at_once_is_let_in(app: Flask) -> None:  # noqa: F811
    people = [Person(app) for _ in range(12)]
    tokens, told = [person.token for person in people], []

    def log_in(number: int) -> None:
        form = {"csrf_token": tokens[number], "login": ("q001", "q002")[number % 2], "password": PASSWORD}
        told.append(people[number].client.post("/login", data=form).status_code)

    threads = [threading.Thread(target=log_in, args=(number,)) for number in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [302] * len(people)
