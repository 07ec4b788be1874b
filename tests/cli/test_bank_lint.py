"""The setter's commands: severities and exit statuses, mending in place, the schema, and the coverage table."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from quiz.banks.json_schema import to_text
from quiz.cli import quiz
from quiz.cli.console import width_of

BANKS = Path(__file__).resolve().parents[2] / "question_banks"
QUESTION = """\
category: general/x
area: water
department: 县水利局
label: sample
documents:
  law: {title: 某法, issuer: 某部, date: 2021-01-01}
questions:
  - id: x-1
    type: single
    stem: 根据《某法》，应当（　　）。
    options: {A: 甲方案, B: 乙方案, C: 丙方案}
    key: A
    level: recall
    topic: 供水
    source: {document: law, clause: 第一条}
    valid_from: 2021-01-01
    valid_to: open
    explanation: 说明。
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("QUIZ_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.delenv("QUIZ_DATABASE_URL", raising=False)

    def command(*words: object) -> Result:
        return CliRunner().invoke(quiz, [str(word) for word in words], catch_exceptions=False)

    return command


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    path = tmp_path / "x.yaml"
    path.write_text(QUESTION, encoding="utf-8")
    return path


def test_a_warning_passes_unless_strict(run, bank: Path) -> None:
    assert run("bank", "lint", bank, "--strict").exit_code == 0
    bank.write_text(QUESTION.replace("丙方案", "以上都对").replace("第一条", "条款待县级核对原文"), encoding="utf-8")
    told = run("bank", "lint", bank)
    assert told.exit_code == 0
    assert "C907 警告 " in told.stderr
    assert "C913" not in told.stderr
    assert "0处错误，1处警告，1处提示" in told.stdout
    assert "C913 提示 " in run("bank", "lint", bank, "--notes").stderr
    assert run("bank", "lint", bank, "--strict").exit_code == 1
    rows = json.loads(run("bank", "lint", bank, "--json").stdout)
    assert [(row["rule"], row["severity"]) for row in rows] == [("C907", "warning"), ("C913", "note")]


def test_two_defensible_keys_are_an_error(run, bank: Path) -> None:
    bank.write_text(QUESTION.replace("甲方案", "50%").replace("丙方案", "百分之五十"), encoding="utf-8")
    told = run("bank", "lint", bank)
    assert told.exit_code == 1
    assert "C902 选项C" in told.stderr


def test_validity_is_judged_on_a_given_day(run, bank: Path) -> None:
    bank.write_text(QUESTION.replace("valid_to: open", "valid_to: 2026-06-30"), encoding="utf-8")
    assert "C911" not in run("bank", "lint", bank, "--on", "2026-01-01").stderr
    assert "C912" in run("bank", "lint", bank, "--on", "2026-06-01").stderr
    assert "C911" in run("bank", "lint", bank, "--on", "2026-07-01").stderr


def test_mending_says_what_it_did_and_keeps_the_rest(run, bank: Path) -> None:
    bank.write_bytes(QUESTION.replace("topic: ", "topic：").replace("（　　）", "( )").replace("\n", "\r\n").encode())
    bank.chmod(0o640)
    told = run("bank", "lint", "--fix", bank)
    assert told.exit_code == 0
    assert f"{bank.as_posix()}:14: 已改 键后面的全角冒号改为半角" in told.stderr
    assert "改了3处。" in told.stderr
    assert bank.read_bytes() == QUESTION.encode()
    if os.name != "nt":
        assert stat.S_IMODE(bank.stat().st_mode) == 0o640
    before = bank.stat().st_mtime_ns
    assert "没有要改的。" in run("bank", "lint", "--fix", bank).stderr
    assert bank.stat().st_mtime_ns == before


def test_the_schema_is_printed_and_written(run, tmp_path: Path) -> None:
    assert run("bank", "schema").stdout == to_text()
    run("bank", "schema", "--output", tmp_path / "schema.json")
    assert (tmp_path / "schema.json").read_text(encoding="utf-8") == to_text()


def test_coverage_counts_what_is_there(run, bank: Path) -> None:
    found = json.loads(run("bank", "coverage", bank, "--json", "--on", "2026-11-21").stdout)
    assert (found["questions"], found["templates"]) == (1, 0)
    assert (found["by_area"]["water"], found["by_type"]["single"], found["by_level"]["recall"], found["by_validity"]["open"]) == (1, 1, 1, 1)
    assert found["cells"] == [{"area": "water", "type": "single", "level": "recall", "validity": "open", "questions": 1}]


def test_coverage_of_the_shipped_bank_adds_up(run) -> None:
    found = json.loads(run("bank", "coverage", BANKS, "--json", "--on", "2026-11-21").stdout)
    assert len(found["by_area"]) == 12
    assert min(found["by_area"].values()) > 0
    for name in ("by_area", "by_type", "by_level", "by_validity"):
        assert sum(found[name].values()) == found["questions"] >= 300
    lines = run("bank", "coverage", BANKS, "--on", "2026-11-21").stdout.splitlines()
    assert lines[0] == "截至2026-11-21的题库覆盖情况"
    assert lines[-1].split()[1] == str(found["questions"])
    assert len({width_of(line) for line in lines[1:]}) == 1
