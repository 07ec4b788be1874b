"""YAML rosters, and the row rules that they share with tables: a bad row is refused by name, the rest is kept."""

from __future__ import annotations

from datetime import date

import pytest

from quiz.banks.roster_file import load_roster
from quiz.core.roster import Cadre, Post, PostKind, Unit, UnitKind
from quiz.core.roster_check import parse_day

UNITS = """\
units:
  - {code: QL, name: 某县, kind: county}
  - {code: T01, name: 某镇, kind: township, parent: QL}
  - {code: V01, name: 甲村, kind: village, parent: T01}
"""
CADRES = """\
cadres:
  - number: C0001
    name: 吕志江
    unit: T01
    groups: [帮扶干部]
    posts:
      - {kind: township_leader, title: 镇长, place: T01, from: 2023-11-01}
      - {kind: contact, place: V01, from: 2023-11-01, to: 2024-01-31}
  - number: C0002
    name: 苏思莲
    unit: T01
"""
FIRST = 5  # the line of `cadres:`


def test_a_roster() -> None:
    loaded = load_roster(UNITS + CADRES, "r.yaml")
    assert not loaded.diagnostics
    roster = loaded.value
    assert roster is not None
    assert roster.units[2] == Unit("V01", "甲村", UnitKind.VILLAGE, "T01")
    posts = (
        Post(PostKind.TOWNSHIP_LEADER, "T01", date(2023, 11, 1), None, "镇长"),
        Post(PostKind.CONTACT, "V01", date(2023, 11, 1), date(2024, 1, 31)),
    )
    assert roster.cadres == (Cadre("C0001", "吕志江", "T01", ("帮扶干部",), posts), Cadre("C0002", "苏思莲", "T01"))


def test_units_may_be_known_already() -> None:
    known = [Unit("T01", "某镇", UnitKind.TOWNSHIP), Unit("V01", "甲村", UnitKind.VILLAGE, "T01")]
    assert not load_roster(CADRES, "r.yaml", known).diagnostics
    assert {d.rule for d in load_roster(CADRES, "r.yaml").diagnostics} == {"R601"}


@pytest.mark.parametrize(
    ("old", "new", "expected", "kept"),
    [
        ("unit: T01\n    groups", "unit: T09\n    groups", ["4:11 R601"], "C0002"),
        ("number: C0002", "number: C0001", ["9:13 R602"], "C0001"),
        ("place: V01", "place: V09", ["8:32 R601"], "C0001 C0002"),
        ("kind: contact", "kind: 包村", ["8:16 R604"], "C0001 C0002"),
        ("place: T01, from", "place: V01, from", ["7:51 R605"], "C0001 C0002"),
        ("to: 2024-01-31", "to: 2022-01-31", ["8:59 R603"], "C0001 C0002"),
        ("from: 2023-11-01, to", "from: 2023-13-01, to", ["8:43 R603"], "C0001 C0002"),
        ("name: 苏思莲", "name: " + "莲" * 61, ["10:11 R609"], "C0001"),
        ("    name: 苏思莲\n", "", ["9:5 F102"], "C0001"),
        ("groups: [帮扶干部]", "groups: 帮扶干部", ["5:13 F103"], "C0002"),
    ],
)
def test_a_bad_row_is_refused_and_the_rest_is_kept(old: str, new: str, expected: list[str], kept: str) -> None:
    loaded = load_roster(UNITS + CADRES.replace(old, new, 1), "r.yaml")
    assert [f"{d.line - FIRST + 1}:{d.column} {d.rule}" for d in loaded.diagnostics] == expected
    assert loaded.value is not None
    assert " ".join(c.number for c in loaded.value.cadres) == kept


@pytest.mark.parametrize(
    ("old", "new", "expected", "kept"),
    [
        ("code: V01", "code: T01", ["4:12 R607"], "QL T01"),
        ("kind: village", "kind: hamlet", ["4:33 R608"], "QL T01"),
        ("parent: T01", "parent: QL", ["4:50 R608"], "QL T01"),
        ("parent: T01", "parent: T02", ["4:50 R601"], "QL T01"),
        ("parent: QL}", "parent: XX}", ["3:51 R601", "4:50 R601"], "QL"),
        ("parent: T01", "parent: V01", ["4:50 R608"], "QL T01"),
    ],
)
def test_a_bad_unit_is_refused(old: str, new: str, expected: list[str], kept: str) -> None:
    loaded = load_roster(UNITS.replace(old, new, 1), "r.yaml")
    assert [f"{d.line}:{d.column} {d.rule}" for d in loaded.diagnostics] == expected
    assert loaded.value is not None
    assert " ".join(unit.code for unit in loaded.value.units) == kept


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-05-01", date(2024, 5, 1)),
        ("2024/5/1", date(2024, 5, 1)),
        ("2024.5.1", date(2024, 5, 1)),
        ("2024年5月1日", date(2024, 5, 1)),
        ("2024-02-30", None),
        ("2024/5-1", None),
        ("45413", None),
        ("", None),
    ],
)
def test_dates(text: str, day: date | None) -> None:
    assert parse_day(text) == day


@pytest.mark.parametrize(("until", "rules"), [("", ["R616"]), (", to: 2025-05-31", []), (", to: 2025-06-01", ["R616"])])
def test_a_village_has_one_first_secretary_at_a_time(until: str, rules: list[str]) -> None:
    """The successor may begin the day after; whoever overlaps is refused that post and named."""
    person = "  - number: {0}\n    name: 某某{0}\n    unit: T01\n    posts: [{{kind: first_secretary, place: V01, from: {1}{2}}}]\n"
    cadres = "cadres:\n" + person.format("S1", "2023-06-01", until) + person.format("S2", "2025-06-01", "")
    loaded = load_roster(UNITS + cadres, "r.yaml")
    assert [diagnostic.rule for diagnostic in loaded.diagnostics] == rules
    assert loaded.value is not None
    assert [len(cadre.posts) for cadre in loaded.value.cadres] == [1, 0 if rules else 1]
