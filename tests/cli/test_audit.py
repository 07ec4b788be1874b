"""quiz audit verify and the doctor's line, by command line on a real installation."""

import re
import sqlite3

import pytest

from tests.cli.test_chain import Shell


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """An installation with a few rows in its log."""
    shell = Shell(tmp_path, monkeypatch)
    shell("init")
    for name in ("zuzhi", "mingti", "ducha"):
        shell("account", "create", name, "--name", name, "--role", "organiser", "--password", f"{name}-of-the-county-2026")
    return shell


def tamper(shell, statement):
    """Change the log as someone who owns the file could, with the triggers put back so that nothing shows."""
    database = sqlite3.connect(shell.folder / "instance" / "quiz.sqlite3")
    triggers = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'").fetchall()
    for step in (*(f"DROP TRIGGER {name}" for name, _ in triggers), statement, *(sql for _, sql in triggers)):
        database.execute(step)
    database.commit()
    database.close()


def head(shell):
    return re.search(r"[0-9a-f]{64}", shell("audit", "verify"))[0]


def test_a_whole_log(shell):
    assert "共3行，链条完整" in shell("audit", "verify")
    assert "链条完整" in shell("doctor")
    assert "此后又有0行" in shell("audit", "verify", "--expect", head(shell).upper())


def test_a_changed_row_ends_with_status_1(shell):
    tamper(shell, "UPDATE audit SET actor = 'x' WHERE id = 2")
    assert "第2行（2026-11-21T02:00:00+00:00）的内容被改过" in shell("audit", "verify", status=1)
    assert "内容被改过" in shell("doctor", status=1)
    assert "is not what was recorded" in shell("--lang", "en", "audit", "verify", status=1)


def test_a_cut_tail_needs_the_digest_that_was_written_down(shell):
    kept = head(shell)
    tamper(shell, "DELETE FROM audit WHERE id = 3")
    shell("audit", "verify")
    assert "没有记下的摘要" in shell("audit", "verify", "--expect", kept, status=1)
    assert "bad_digest" in shell("audit", "verify", "--expect", "abc")


def test_what_was_done_is_listed_newest_first(shell):
    lines = shell("audit", "list", "--about", "mingti").splitlines()
    assert len(lines) == 1
    moment, by, what, about, told = lines[0].split("\t")
    assert (moment[:10], what, about, told) == ("2026-11-21", "新建账号", "mingti", "角色=organiser")
    assert by
    assert [line.split("\t")[3] for line in shell("audit", "list", "--most", "2").splitlines()[:2]] == ["ducha", "mingti"]
    assert "共3行，只列出最新的2行。" in shell("audit", "list", "--most", "2")
    assert shell("audit", "list", "--until", "2026-11-20") == ""
    assert len(shell("audit", "list", "--since", "0001-01-01", "--until", "9999-12-31").splitlines()) == 3
    assert len(shell("--lang", "en", "audit", "list", "--since", "2026-11-21", "--action", "create_account").splitlines()) == 3
