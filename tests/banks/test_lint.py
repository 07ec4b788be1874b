"""Many files at once: what the shipped folder holds, ids over files, places of files, and the documented rules."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from quiz.banks.lint import LoadedBank, lint_paths, to_json
from quiz.banks.rules import RULES

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "question_banks"
CHINA = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 21)

BANK = """\
category: {category}
area: monitoring
department: 县农业农村局
label: sample
documents: {{law: {{title: 某法, issuer: 某部}}}}
questions:
  - id: {uid}
    type: single
    stem: 正确的是（　　）。
    options: {{A: 甲, B: 乙}}
    key: A
    level: recall
    topic: 动态
    source: {{document: law, clause: 第一条}}
    valid_from: 2021-06-01
    valid_to: open
    explanation: 说明。
"""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def told(found: LoadedBank, root: Path) -> list[str]:
    return [f"{Path(d.file).relative_to(root).as_posix()}:{d.line}:{d.column} {d.rule}" for d in found.diagnostics]


@pytest.fixture(scope="module")
def shipped() -> LoadedBank:
    return lint_paths([SHIPPED], CHINA)


def test_the_shipped_files_have_no_fault(shipped: LoadedBank) -> None:
    assert [d.render() for d in shipped.diagnostics] == []
    assert len(shipped.questions) >= 300
    assert {plan.id for plan in shipped.blueprints} >= {"cadre-general", "cadre-quick"}
    assert [dataset.id for dataset in shipped.profiles] == ["qinglan-2026h1"]
    assert len(shipped.rosters) == 1
    assert len(shipped.rosters[0].cadres) >= 250


def test_two_files_with_the_same_id(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", BANK.format(category="general/a", uid="m-1"))
    write(tmp_path / "b.yaml", BANK.format(category="general/b", uid="m-1"))
    found = lint_paths([tmp_path], CHINA)
    assert told(found, tmp_path) == ["b.yaml:7:9 Q206"]
    assert "a.yaml:7" in found.diagnostics[0].render()
    assert [question.category for question in found.questions] == ["general/a"]


def test_the_order_and_repetition_of_paths_make_no_difference(tmp_path: Path) -> None:
    one = write(tmp_path / "a.yaml", BANK.format(category="general/a", uid="m-1"))
    two = write(tmp_path / "b.yml", BANK.format(category="general/b", uid="m-2"))
    assert lint_paths([two, one, tmp_path], CHINA) == lint_paths([tmp_path], CHINA)
    assert lint_paths([tmp_path], CHINA).files == 2


def test_a_category_must_be_the_place_of_its_file(tmp_path: Path) -> None:
    write(tmp_path / "question_banks/general/a.yaml", BANK.format(category="general/a", uid="m-1"))
    write(tmp_path / "question_banks/general/b.yaml", BANK.format(category="general/c", uid="m-2"))
    assert told(lint_paths([tmp_path], CHINA), tmp_path) == ["question_banks/general/b.yaml:1:11 Q213"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    write(tmp_path / "kind.yaml", "frage: 1\n")
    write(tmp_path / "list.yaml", "- 1\n")
    write(tmp_path / "note.txt", "left alone")
    write(tmp_path / ".hidden/a.yaml", "left alone")
    write(tmp_path / "half.yaml", BANK.format(category="general/a", uid="m-1")[:200])
    found = lint_paths([tmp_path, tmp_path / "missing.yaml"], CHINA)
    assert [line for line in told(found, tmp_path) if "half" not in line] == ["kind.yaml:1:1 F107", "list.yaml:1:1 F107", "missing.yaml:1:1 Y019"]
    assert found.files == 4


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    assert [d.rule for d in lint_paths([tmp_path], CHINA).diagnostics] == ["Y019"]


def test_doubled_blueprints_sittings_and_profiles(tmp_path: Path) -> None:
    plan = (SHIPPED / "blueprints/cadre-quick.yaml").read_text(encoding="utf-8")
    profile = (SHIPPED / "profiles/qinglan.yaml").read_text(encoding="utf-8")
    sitting = "sitting: {code: s1, title: 测, blueprint: b, opens_at: 2026-11-23 09:00, closes_at: 2026-11-23 10:00}\n"
    for name, text in (("b", plan), ("p", profile), ("s", sitting)):
        write(tmp_path / f"{name}1.yaml", text)
        write(tmp_path / f"{name}2.yaml", text)
    found = lint_paths([tmp_path], CHINA)
    assert [d.rule for d in found.diagnostics] == ["B404", "P505", "S703"]
    assert (len(found.blueprints), len(found.profiles), len(found.sittings)) == (1, 1, 1)


def test_a_profile_finds_department_names_and_a_roster_its_units_in_other_files(tmp_path: Path) -> None:
    units = "units:\n  - {code: D01, name: 县水利局, kind: department}\n"
    write(tmp_path / "z-units.yaml", units)
    write(tmp_path / "a-cadres.yaml", "cadres:\n  - {number: C1, name: 吕志江, unit: D01}\n")
    head = "profile: {id: p, county: 某县, as_of: 2026-06-30, source: 台账, approved_by: 某办}\ntownships: [{code: T01, name: 某镇}]\n"
    write(tmp_path / "b-profile.yaml", head + "villages: [{code: V01, name: 甲村, township: T01, sponsors: [D01]}]\n")
    found = lint_paths([tmp_path], CHINA)
    assert [d.render() for d in found.diagnostics] == []
    assert found.profiles[0].index()["D01"].name == "县水利局"


def test_json(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", "a: 1\na: 2\nquestions: []\n")
    rows = json.loads(to_json(lint_paths([tmp_path], CHINA).diagnostics, lambda text: text))
    assert {tuple(sorted(row)) for row in rows} == {("column", "file", "line", "message", "rule", "severity")}
    assert (rows[-1]["line"], rows[-1]["column"]) >= (1, 1)
    assert "Y003" in {row["rule"] for row in rows}


def test_every_rule_is_documented_with_its_title_and_used() -> None:
    headings = re.findall(r"^### ([A-Z]\d{3}) (.+)$", (ROOT / "docs/lint-rules.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert dict(headings) == RULES
    assert len(headings) == len(RULES)
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "quiz").rglob("*.py") if path.name != "rules.py")
    assert set(re.findall(r'"([A-Z]\d{3})"', code)) == set(RULES)
