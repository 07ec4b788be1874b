"""Attack 31: the program is started as nobody should start it: debug mode, a key that is none, the demo's password or the demo itself in the open."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from quiz.cli import demo_county
from quiz.cli.demo_county import LOG_INS
from quiz.core.access import Role, command_line
from quiz.core.message import QuizError
from quiz.settings import load_settings
from quiz.storage.engine import make_engine, writing
from quiz.storage.migrate import upgrade
from quiz.usecases import accounts
from quiz.web import create_app
from tests.web.world import NINE, Clock, make_app


def start(instance: Path, *options: str, **environ: str) -> tuple[int | None, str]:
    """Run `quiz serve` as a process of its own; return its exit status (None when it serves) and what it said."""
    words = [sys.executable, "-m", "quiz", "serve", "--port", "0", *options]
    settings = {**os.environ, "QUIZ_INSTANCE": str(instance), **environ}
    with subprocess.Popen(words, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        said = b""
        for line in process.stdout:
            said += line
            if "考学已启动".encode() in line:
                process.kill()
                return None, said.decode()
        return process.wait(timeout=60), said.decode()


def test_it_starts_as_it_should(tmp_path: Path) -> None:
    assert start(tmp_path)[0] is None


def test_not_in_debug_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with pytest.raises(QuizError, match="debug"):
        make_app(f"sqlite:///{tmp_path / 'quiz.db'}", tmp_path, Clock())


@pytest.mark.parametrize("key", ["", "\n", "dev", "changeme"])
def test_not_with_a_key_that_is_none(tmp_path: Path, key: str) -> None:
    (tmp_path / "secret_key").write_text(key)
    status, said = start(tmp_path)
    assert status == 1
    assert "secret_key" in said
    assert "Traceback" not in said


def test_a_key_is_made_at_first_use_for_its_owner_alone(tmp_path: Path) -> None:
    first = load_settings({"QUIZ_INSTANCE": str(tmp_path)})
    assert len(first.secret_key) >= 32
    assert load_settings({"QUIZ_INSTANCE": str(tmp_path)}).secret_key == first.secret_key
    assert load_settings({"QUIZ_INSTANCE": str(tmp_path / "other")}).secret_key != first.secret_key
    if os.name == "posix":
        assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_not_with_the_demos_password_in_a_real_installation(tmp_path: Path) -> None:
    logins = [login for login, _ in LOG_INS]
    engine = make_engine(load_settings({"QUIZ_INSTANCE": str(tmp_path)}).database_url)
    upgrade(engine)
    with writing(engine) as session:
        for login in logins:
            accounts.create_account(session, command_line("tests"), NINE, login, "某人", demo_county.PASSWORD, [Role.ORGANISER])
    engine.dispose()
    status, said = start(tmp_path)
    assert status == 1
    assert f"账号{'、'.join(logins)}还在用演示的公开密码" in said


@pytest.mark.parametrize("environ", [{"QUIZ_SECURE": "1"}, {"QUIZ_HOSTS": "exam.example"}])
def test_the_demo_is_not_put_into_the_open(tmp_path: Path, environ: dict[str, str]) -> None:
    (tmp_path / "demo").touch()
    with pytest.raises(QuizError, match="demo_is_local"):
        create_app(load_settings({"QUIZ_INSTANCE": str(tmp_path), **environ}))
    assert isinstance(create_app(load_settings({"QUIZ_INSTANCE": str(tmp_path)})), Flask)


def test_the_demo_listens_on_no_other_address(tmp_path: Path) -> None:
    (tmp_path / "demo").touch()
    status, said = start(tmp_path, "--host", "0.0.0.0")
    assert status == 1
    assert "只能在本机打开" in said
