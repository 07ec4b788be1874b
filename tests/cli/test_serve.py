"""What runs beside the pages in the serving process."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from quiz.cli import serve
from quiz.cli.console import Console


def test_the_sweep_goes_on_after_a_database_that_was_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    stop, tries = threading.Event(), []

    def close_expired(*_arguments: object) -> int:
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("SELECT", {}, OSError("away"))
        stop.set()
        return 0

    monkeypatch.setenv("QUIZ_INSTANCE", str(tmp_path))
    monkeypatch.setattr(serve, "SWEEP_SECONDS", 0.001)
    monkeypatch.setattr(serve.attempts, "close_expired", close_expired)
    serve._close_expired_until(stop, Console())
    assert len(tries) == 2
    assert [record.getMessage() for record in caplog.records] == ["the sweep failed"]
