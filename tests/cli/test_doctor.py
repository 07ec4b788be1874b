"""quiz doctor: what it says of this node, and what it warns of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, text

from quiz.cli import quiz
from quiz.cli.node_report import prints_lines, server_lines
from quiz.settings import DATABASE, Settings
from quiz.storage.engine import reading
from quiz.storage.postgres import ServerState, state_of
from quiz.storage.served import only_server

NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
GOOD = ServerState("15.14", "10.0.0.2:5432", True, "b", 1, NOW)


def doctor() -> str:
    done = CliRunner().invoke(quiz, ["doctor"])
    assert done.exit_code == 0, done.output
    return done.output


def mark_told() -> str:
    (line,) = [line for line in doctor().splitlines() if line.startswith("密钥的标记")]
    return line


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QUIZ_INSTANCE", str(tmp_path))
    assert CliRunner().invoke(quiz, ["init"]).exit_code == 0
    return tmp_path


def test_it_says_whether_a_server_has_the_file(instance: Path) -> None:
    assert "现在没有服务" in doctor()
    with only_server(f"sqlite:///{instance / DATABASE}"):
        assert "服务正在运行，进程号" in doctor()
    assert "现在没有服务" in doctor()


def test_keys_of_nodes_can_be_compared_without_being_shown(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {}
    for key in ("one key of the county, long enough", "another key of the county, likewise"):
        monkeypatch.setenv("QUIZ_SECRET_KEY", key)
        told[key] = mark_told()
        assert mark_told() == told[key]
        assert key not in doctor()
    assert len(set(told.values())) == 2


def test_https_without_a_named_proxy_is_told(instance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warning = "注意：设了 QUIZ_SECURE"
    assert warning not in doctor()
    monkeypatch.setenv("QUIZ_SECURE", "1")
    assert warning in doctor()
    monkeypatch.setenv("QUIZ_PROXIES", "127.0.0.1")
    assert warning not in doctor()


def test_nodes_that_print_into_one_folder_tell_the_same_mark(instance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> str:
        return next((line for line in doctor().splitlines() if line.startswith("打印文件夹的标记")), "")

    assert told() == ""
    monkeypatch.setenv("QUIZ_PRINTS", str(tmp_path / "shared"))
    first = told()
    assert first == told() != ""
    monkeypatch.setenv("QUIZ_INSTANCE", str(tmp_path / "node"))
    assert CliRunner().invoke(quiz, ["init"]).exit_code == 0
    assert told() == first
    monkeypatch.setenv("QUIZ_PRINTS", str(tmp_path / "another"))
    assert told() not in ("", first)
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("QUIZ_PRINTS", str(tmp_path / "file"))
    assert "注意：打印文件夹" in doctor()


def test_nodes_that_share_no_folder_are_told_where_prints_lie(tmp_path: Path) -> None:
    alone = Settings(tmp_path, "", "key", ZoneInfo("Asia/Shanghai"))
    assert list(prints_lines(alone, are_nodes_possible=False)) == []
    (line,) = prints_lines(alone, are_nodes_possible=True)
    assert "QUIZ_PRINTS" in line.render()


@pytest.mark.parametrize(
    ("state", "said", "is_warning"),
    [
        (GOOD, "写到两台机器上才确认", False),
        (replace(GOOD, standby_names="", attached=0), "没有设同步备机", False),
        (replace(GOOD, attached=0), "任何保存都不会得到确认", True),
        (replace(GOOD, is_durable=False), "断电时", True),
        (replace(GOOD, clock=NOW + timedelta(seconds=30)), "相差30秒", True),
        (replace(GOOD, clock=NOW - timedelta(seconds=30)), "相差30秒", True),
    ],
)
def test_what_endangers_a_sitting_is_told(state: ServerState, said: str, is_warning: bool) -> None:
    lines = [line.render() for line in server_lines(state, NOW)]
    assert any(said in line for line in lines)
    assert any(line.startswith("注意") for line in lines) == is_warning


class TestOnPostgres:
    """What the server itself says."""

    pytestmark = pytest.mark.postgres

    @pytest.fixture
    def database_kind(self) -> str:
        return "postgres"

    def test_a_commit_that_does_not_reach_the_disk_is_seen(self, engine: Engine) -> None:
        with reading(engine) as db:  # the tests' server has fsync off
            state = state_of(db)
            server = db.scalar(text("SHOW server_version"))
        assert (state.version, state.is_durable, state.standby_names, state.attached) == (server, False, "", 0)
        assert not state.is_stuck

    def test_doctor_says_it(self, migrated_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("QUIZ_INSTANCE", str(tmp_path))
        monkeypatch.setenv("QUIZ_DATABASE_URL", migrated_database_url)
        told = doctor()
        assert "PostgreSQL" in told
        assert "没有设同步备机" in told


def test_a_database_in_memory_or_elsewhere_needs_no_lock() -> None:
    for url in ("sqlite://", "sqlite:///:memory:", "postgresql+psycopg://u@h/d"):
        with only_server(url), only_server(url):
            pass
