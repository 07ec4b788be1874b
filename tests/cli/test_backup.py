"""quiz backup and quiz restore by command line: what they say and what they refuse."""

import pytest

from quiz.storage.tables import Base
from tests.cli.test_chain import Shell


@pytest.fixture
def shell(tmp_path, monkeypatch):
    shell = Shell(tmp_path, monkeypatch)
    shell("init")
    shell("account", "create", "zuzhi", "--name", "组考", "--role", "organiser", "--password", "of-the-county-2026")
    return shell


def in_folder(shell, monkeypatch, name):
    """Go on in another instance folder."""
    monkeypatch.setenv("QUIZ_INSTANCE", str(shell.folder / name))


def test_there_and_back(shell, monkeypatch):
    file = shell.folder / "b.zip"
    assert f"{len(Base.metadata.tables)}张表" in shell("backup", "-o", file)
    key = (shell.folder / "instance" / "secret_key").read_text()
    assert "没有恢复任何东西" in shell("restore", file, "--check")
    in_folder(shell, monkeypatch, "new")
    assert "各表行数与备份一致" in shell("restore", file)
    assert (shell.folder / "new" / "secret_key").read_text() == key
    assert "共3行，链条完整" in shell("audit", "verify")
    assert "login_taken" in shell("account", "create", "zuzhi", "--name", "x", "--role", "setter", "--password", "of-the-county-2026")


def test_into_another_folder_which_must_be_empty(shell):
    file, other = shell.folder / "b.zip", shell.folder / "drill"
    shell("backup", "-o", file)
    shell("restore", file, "--into", other)
    assert {path.name for path in other.iterdir()} == {"quiz.sqlite3", "secret_key"}
    assert "not_empty" in shell("restore", file, "--into", other)
    assert "not_empty" in shell("restore", file)


def test_a_key_that_comes_from_outside_is_in_the_backup_as_well(shell, monkeypatch):
    file, key = shell.folder / "b.zip", "the same key on every node of this county"
    (shell.folder / "instance" / "secret_key").unlink()
    monkeypatch.setenv("QUIZ_SECRET_KEY", key)
    shell("backup", "-o", file)
    assert not (shell.folder / "instance" / "secret_key").exists()
    monkeypatch.delenv("QUIZ_SECRET_KEY")
    shell("restore", file, "--into", shell.folder / "drill")
    assert (shell.folder / "drill" / "secret_key").read_text() == key


def test_a_folder_gets_a_file_named_by_the_time(shell):
    (shell.folder / "backups").mkdir()
    shell("backup", "-o", shell.folder / "backups")
    assert [path.name for path in (shell.folder / "backups").iterdir()] == ["kaoxue-20261121-100000.zip"]


def test_a_file_that_is_there_is_replaced_only_when_told_so(shell):
    file = shell.file("b.zip", "precious")
    assert "file_exists" in shell("backup", "-o", file)
    assert file.read_text() == "precious"
    shell("backup", "-o", file, "--force")
    shell("restore", file, "--check")


def test_what_goes_wrong_is_said_in_words(shell):
    assert "cannot_back_up" in shell("backup", "-o", shell.folder / "no such folder" / "b.zip")
    assert "wrong_file" in shell("restore", shell.file("b.zip", "SQLite"), "--into", shell.folder / "x")
    assert not (shell.folder / "x").exists()
