"""What several tests of the command line begin with."""

from datetime import UTC, datetime

import pytest

from quiz.cli.console import Console
from tests.cli.test_chain import Shell, sit_right


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """A sitting of the shipped banks that one person sat, all right, and that is over."""
    shell = Shell(tmp_path, monkeypatch)
    shell.install()
    shell.draw()
    sit_right(shell)
    monkeypatch.setattr(Console, "now", lambda _self: datetime(2026, 11, 23, tzinfo=UTC))
    return shell
