"""quiz account end, close, open and reset: what they say and do, and that the audit log tells of each."""

import re
from datetime import UTC, datetime

import pytest

from quiz.storage.engine import make_engine, writing
from quiz.usecases import log_ins
from tests.cli.test_chain import Shell

PASSWORD = "of-the-county-2026"


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """An installation with one account."""
    shell = Shell(tmp_path, monkeypatch)
    shell("init")
    shell("account", "create", "zuzhi", "--name", "周组考", "--role", "organiser", "--password", PASSWORD)
    return shell


def comes_in(shell, password=PASSWORD):
    engine = make_engine(f"sqlite:///{(shell.folder / 'instance' / 'quiz.sqlite3').as_posix()}")
    with writing(engine) as db:
        found = log_ins.log_in(db, "zuzhi", password, "t" * 43, datetime.now(UTC), "k" * 32)
    engine.dispose()
    return found.account is not None


def test_close_and_open(shell):
    assert comes_in(shell)
    assert "账号zuzhi的1次登录已全部失效" in shell("account", "end", "zuzhi")
    assert "已停用" in shell("account", "close", "zuzhi")
    assert not comes_in(shell)
    assert "已恢复使用" in shell("account", "open", "zuzhi")
    assert comes_in(shell)
    assert "共4行，链条完整" in shell("audit", "verify")


def test_reset(shell):
    new = re.search(r"新初始密码：([a-z0-9]{10})。", shell("account", "reset", "zuzhi"))[1]
    assert not comes_in(shell)
    assert comes_in(shell, new)


def test_nobody_of_this_name(shell):
    assert "没有找到" in shell("account", "close", "nobody")
