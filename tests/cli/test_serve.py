"""What runs beside the pages in the serving process."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from quiz.cli import sweep
from quiz.cli.console import Console
from quiz.storage import migrate
from quiz.storage.engine import make_engine
from quiz.web import steady_clock


def test_the_sweep_goes_on_after_a_database_that_was_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    stop, tries = threading.Event(), []

    def close_expired(*_arguments: object) -> int:
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("SELECT", {}, OSError("away"))
        stop.set()
        return 0

    monkeypatch.setenv("QUIZ_INSTANCE", str(tmp_path))
    monkeypatch.setattr(sweep, "SWEEP_SECONDS", 0.001)
    monkeypatch.setattr(sweep.handing_in, "close_expired", close_expired)
    console = Console()
    migrate.upgrade(make_engine(console.settings.database_url))
    sweep.sweep_until(stop, console, steady_clock(), lambda _closed: None)
    assert len(tries) == 2
    assert [record.getMessage() for record in caplog.records] == ["the sweep failed"]


def test_the_sweep_takes_a_few_at_a_time_until_none_are_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = iter((20, 20, 7, 0))
    monkeypatch.setenv("QUIZ_INSTANCE", str(tmp_path))
    monkeypatch.setattr(sweep.handing_in, "close_expired", lambda *_arguments: next(left))
    console = Console()
    migrate.upgrade(make_engine(console.settings.database_url))
    assert list(sweep.close_all_expired(console.engine, console.now)) == [20, 20, 7]
