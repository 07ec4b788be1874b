"""What an installation is told from outside: what holds on every node alike, and what is refused at once."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

import pytest
from click.testing import CliRunner

from quiz.cli import quiz
from quiz.core.message import QuizError
from quiz.settings import load_settings

KEY = "a key of thirty-two letters or more"


def load(folder: Path, **environ: str) -> object:
    return load_settings({"QUIZ_INSTANCE": str(folder), **environ})


def test_a_key_is_made_once_and_kept_in_the_folder(tmp_path: Path) -> None:
    assert load_settings({"QUIZ_INSTANCE": str(tmp_path)}).secret_key == load_settings({"QUIZ_INSTANCE": str(tmp_path)}).secret_key
    assert len((tmp_path / "secret_key").read_text()) > 32


def test_nodes_share_a_key_that_comes_from_outside_and_keep_none(tmp_path: Path) -> None:
    keys = {load_settings({"QUIZ_INSTANCE": str(tmp_path / node), "QUIZ_SECRET_KEY": KEY}).secret_key for node in ("a", "b")}
    assert keys == {KEY}
    assert not list(tmp_path.rglob("secret_key"))


def test_neither_key_nor_token_stands_in_what_is_printed_of_the_settings(tmp_path: Path) -> None:
    shown = repr(load(tmp_path, QUIZ_SECRET_KEY=KEY, QUIZ_METRICS_TOKEN="a token"))
    assert KEY not in shown
    assert "a token" not in shown


def test_proxies_are_addresses_and_networks(tmp_path: Path) -> None:
    settings = load_settings({"QUIZ_INSTANCE": str(tmp_path), "QUIZ_PROXIES": "127.0.0.1, 10.1.0.0/16,2001:db8::/32"})
    assert [any(ip_address(text) in network for network in settings.proxies) for text in ("127.0.0.1", "10.1.9.9", "10.2.0.1")] == [True, True, False]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUIZ_SECRET_KEY", "short"),
        ("QUIZ_PROXIES", "10.0.0.0/8,nginx"),
        ("QUIZ_DATABASE_URL", "postgresql://u@a:b/quiz"),
        ("QUIZ_DATABASE_URL", "postgresql+psycopg2://u@a/quiz"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(tmp_path: Path, name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(QuizError, match=name):
        load(tmp_path, **{name: value})
    monkeypatch.setenv("QUIZ_INSTANCE", str(tmp_path))
    monkeypatch.setenv(name, value)
    assert isinstance(CliRunner().invoke(quiz, ["doctor"]).exception, QuizError)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("", "sqlite:///{folder}/quiz.sqlite3"),
        ("sqlite:////srv/x.db", "sqlite:////srv/x.db"),
        ("postgresql://quiz:s%40t@db1/quiz", "postgresql+psycopg://quiz:s%40t@db1/quiz"),
        ("postgres://quiz@db1:6432/quiz?sslmode=require", "postgresql+psycopg://quiz@db1:6432/quiz?sslmode=require"),
        ("postgresql+psycopg://quiz@/quiz?host=a:1&host=b:2", "postgresql+psycopg://quiz@/quiz?host=a:1&host=b:2"),
        ("postgresql://quiz:s%40t@db1,db2:5433/quiz", "postgresql+psycopg://quiz:s%40t@/quiz?host=db1%2Cdb2&port=5432%2C5433"),
        ("postgresql://[::1]:5433,[2001:db8::1]/quiz", "postgresql+psycopg:///quiz?host=%3A%3A1%2C2001%3Adb8%3A%3A1&port=5433%2C5432"),
    ],
)
def test_the_address_of_the_database_is_understood_as_libpq_writes_it(tmp_path: Path, written: str, meant: str) -> None:
    settings = load_settings({"QUIZ_INSTANCE": str(tmp_path), "QUIZ_DATABASE_URL": written})
    assert settings.database_url == meant.format(folder=tmp_path)
