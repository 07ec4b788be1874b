"""Publishing again reads only what changed: unchanged files are known by their bytes, and by nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from quiz.banks import lint
from quiz.cli import quiz

QUESTION = """\
category: general/{name}
area: water
department: 县水利局
label: sample
documents:
  law: {{title: 某法, issuer: 某部, date: 2021-01-01}}
questions:
  - id: {name}-1
    type: single
    stem: 根据《某法》，{name}应当（　　）。
    options: {{A: 甲方案, B: 乙方案, C: 丙方案}}
    key: A
    level: recall
    topic: 供水
    source: {{document: law, clause: 第一条}}
    valid_from: 2021-01-01
    valid_to: open
    explanation: 说明。
"""


@pytest.fixture
def banks(tmp_path: Path) -> Path:
    folder = tmp_path / "banks"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.yaml").write_text(QUESTION.format(name=name), encoding="utf-8")
    return folder


@pytest.fixture
def publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, banks: Path) -> Callable[..., tuple[list[int], int]]:
    """Publish the folder and return (added, revised, unchanged), and how many files were parsed."""
    monkeypatch.setenv("QUIZ_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.delenv("QUIZ_DATABASE_URL", raising=False)
    parsed: list[int] = []
    parse = lint.parse_yaml
    monkeypatch.setattr(lint, "parse_yaml", lambda *given: parsed.append(1) or parse(*given))

    def run(*words: str) -> Result:
        return CliRunner().invoke(quiz, list(words))

    def command(status: int = 0) -> tuple[list[int], int]:
        parsed.clear()
        done = run("bank", "publish", str(banks))
        assert done.exit_code == status, done.output
        return [int(number) for number in re.findall(r"\d+", done.stdout)[:3]], len(parsed)

    assert run("init").exit_code == 0
    return command


def test_unchanged_files_are_not_read_again(publish, banks: Path) -> None:
    assert publish() == ([2, 0, 0], 2)
    assert publish() == ([0, 0, 2], 0)
    path = banks / "b.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("丙方案", "丁方案"), encoding="utf-8")
    assert publish() == ([0, 1, 1], 1)
    assert publish() == ([0, 0, 2], 0)


def test_a_new_file_may_not_take_an_id_of_an_unread_one(publish, banks: Path) -> None:
    publish()
    (banks / "c.yaml").write_text(QUESTION.format(name="c").replace("c-1", "a-1"), encoding="utf-8")
    assert publish(status=1)[1] == 1


def test_a_moved_file_is_read(publish, banks: Path) -> None:
    publish()
    (banks / "b.yaml").rename(banks / "d.yaml")
    assert publish() == ([0, 0, 2], 1)


def test_another_database_has_everything_read(publish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    monkeypatch.setenv("QUIZ_DATABASE_URL", f"sqlite:///{(tmp_path / 'other.db').as_posix()}")
    assert CliRunner().invoke(quiz, ["init"]).exit_code == 0
    assert publish() == ([2, 0, 0], 2)
    monkeypatch.delenv("QUIZ_DATABASE_URL")
    assert publish() == ([0, 0, 2], 2)


def test_a_file_whose_question_was_published_from_elsewhere_is_read(publish, banks: Path, tmp_path: Path) -> None:
    publish()
    other = tmp_path / "other" / "a.yaml"
    other.parent.mkdir()
    other.write_text((banks / "a.yaml").read_text(encoding="utf-8").replace("丙方案", "戊方案"), encoding="utf-8")
    assert CliRunner().invoke(quiz, ["bank", "publish", str(other)]).exit_code == 0
    assert publish() == ([0, 1, 1], 1)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"readers": 1}', b"\xff", b"null"])
def test_a_broken_aid_is_ignored(publish, tmp_path: Path, content: bytes) -> None:
    publish()
    (tmp_path / "instance" / "known-files.json").write_bytes(content)
    assert publish() == ([0, 0, 2], 2)


def test_other_readers_read_everything_again(publish, monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    monkeypatch.setattr("quiz.banks.known_files.readers_version", lambda: "other")
    assert publish() == ([0, 0, 2], 2)
