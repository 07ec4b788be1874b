"""Profiles: which facts a place gets, and figures that contradict each other are refused at their place."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from quiz.banks.facts import FACTS, FactKind
from quiz.banks.profile_file import load_profile
from quiz.core.profile import Dataset, Fact
from quiz.core.roster import UnitKind

PROFILE = """\
profile:
  id: p1
  county: 某县
  as_of: 2026-06-30
  source: 某系统
  approved_by: 某办
departments:
  - {code: D01, name: 县水利局}
  - {code: D02, name: 县财政局}
townships:
  - code: T01
    name: 某镇
    villages_count: 2
    households: 300
    population: 900
    alleviated: {households: 50, persons: 150}
    monitored:
      unstable: {identified: [5, 15], active: [2, 6], removed: [3, 9]}
      marginal: {identified: [4, 12], active: [1, 3], removed: [3, 9]}
      sudden: {identified: [1, 3], active: [1, 3], removed: [0, 0]}
    dibao: {households: 10, persons: 20}
    main_industries: [茶叶, 蜂蜜]
villages:
  - code: V01
    name: 甲村
    township: T01
    type: 脱贫村
    households: 100
    population: 300
    alleviated: {households: 20, persons: 60}
    monitored:
      unstable: {identified: [3, 9], active: [1, 3], removed: [2, 6]}
      marginal: {identified: [2, 6], active: [1, 3], removed: [1, 3]}
      sudden: {identified: [0, 0], active: [0, 0], removed: [0, 0]}
    collective_income_wan: 18.80
    first_secretary_unit: D01
    sponsors: [D01, D02]
  - code: V02
    name: 乙村
    township: T01
    households: 200
    population: 600
    alleviated: {households: 30, persons: 90}
    monitored:
      unstable: {identified: [2, 6], active: [1, 3], removed: [1, 3]}
      marginal: {identified: [2, 6], active: [0, 0], removed: [2, 6]}
      sudden: {identified: [1, 3], active: [1, 3], removed: [0, 0]}
    first_secretary_unit: 省城建学院
    sponsors: [D02]
"""


def load(content: str = PROFILE) -> Dataset:
    loaded = load_profile(content, "p.yaml")
    assert [d.render() for d in loaded.diagnostics] == []
    assert loaded.value is not None
    return loaded.value


def test_a_township() -> None:
    place = load().index()["T01"]
    assert (place.kind, place.name, place.parent) == (UnitKind.TOWNSHIP, "某镇", "")
    assert place.facts["monitored_active_households"] == Fact(number=4)
    assert place.facts["monitored_identified_persons"] == Fact(number=30)
    assert place.facts["largest_active_category"] == Fact(text="脱贫不稳定户")
    assert place.facts["village_names"] == Fact(items=("甲村", "乙村"))
    assert place.facts["dibao_persons"] == Fact(number=20)
    assert "tekun_persons" not in place.facts


def test_a_village() -> None:
    places = load().index()
    place = places["V01"]
    assert (place.kind, place.parent, place.sponsors) == (UnitKind.VILLAGE, "T01", ("D01", "D02"))
    assert place.facts["collective_income_wan"] == Fact(decimal=Decimal("18.80"))
    assert place.facts["first_secretary_unit"] == Fact(text="县水利局")
    assert place.facts["sponsor_names"] == Fact(items=("县水利局", "县财政局"))
    assert place.facts["township_name"] == Fact(text="某镇")
    assert "largest_active_category" not in place.facts  # two tie
    assert places["V02"].facts["first_secretary_unit"] == Fact(text="省城建学院")


def test_a_department_has_the_sum_of_its_villages() -> None:
    places = load().index()
    one, two = places["D01"], places["D02"]
    assert one.facts["first_village_name"] == Fact(text="甲村")
    assert (two.kind, two.name, two.facts["villages_count"]) == (UnitKind.DEPARTMENT, "县财政局", Fact(number=2))
    assert two.facts["village_names"] == Fact(items=("甲村", "乙村"))
    assert two.facts["township_names"] == Fact(items=("某镇",))
    assert two.facts["households"] == Fact(number=300)
    assert two.facts["monitored_active_households"] == Fact(number=4)
    assert "first_village_name" not in two.facts


def test_names_of_departments_may_come_from_a_roster() -> None:
    content = PROFILE.replace("departments:\n  - {code: D01, name: 县水利局}\n  - {code: D02, name: 县财政局}\n", "")
    assert [d.rule for d in load_profile(content, "p.yaml").diagnostics] == ["P503"] * 4
    loaded = load_profile(content, "p.yaml", {"D01": "县水利局", "D02": "县财政局"})
    assert loaded.value == load()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("unstable: {identified: [5, 15]", "unstable: {identified: [6, 15]", ["18:31 P501", "18:31 P502"]),
        (
            "unstable: {identified: [5, 15], active: [2, 6]",
            "unstable: {identified: [5, 15], active: [2, 1]",
            ["18:51 P501", "18:51 P502"],
        ),
        ("    population: 900", "    population: 901", ["15:17 P502"]),
        ("villages_count: 2", "villages_count: 3", ["13:21 P502"]),
        ("alleviated: {households: 20, persons: 60}", "alleviated: {households: 2, persons: 60}", ["16:30 P502", "32:31 P501"]),
        ("    township: T01", "    township: T09", ["14:17 P502", "26:15 P503"]),
        ("sponsors: [D02]", "sponsors: [D03]", ["49:16 P503"]),
        ("first_secretary_unit: D01", "first_secretary_unit: D09", ["36:27 P503"]),
        ("code: V02", "code: V01", ["38:11 P504"]),
        ("code: V02", "code: D01", ["38:11 P504"]),
        ("households: 300", "households: 三百", ["14:17 F103"]),
        ("households: 300", "households: -1", ["14:17 F108"]),
        ("identified: [5, 15]", "identified: [5]", ["18:30 F103"]),
        ("identified: [5, 15]", "identified: 5", ["18:30 F103"]),
        ("as_of: 2026-06-30", "as_of: 2026年6月", ["4:10 F106"]),
        ("    type: 脱贫村", "    kind: 脱贫村", ["27:5 F101"]),
    ],
)
def test_a_fault_is_told_at_its_place(old: str, new: str, expected: list[str]) -> None:
    loaded = load_profile(PROFILE.replace(old, new, 1), "p.yaml")
    assert loaded.value is None
    told = [f"{d.line}:{d.column} {d.rule}" for d in loaded.diagnostics]
    assert set(expected) <= set(told)


def test_every_fact_of_the_shipped_county_is_a_documented_one_of_its_kind() -> None:
    shipped = Path(__file__).parents[2] / "question_banks/profiles/qinglan.yaml"
    dataset = load_profile(shipped.read_bytes(), "qinglan.yaml").value
    assert dataset is not None
    for place in dataset.places:
        for name, fact in place.facts.items():
            kind = FactKind.NUMBER if fact.value is not None else FactKind.LIST if fact.items else FactKind.TEXT
            assert FACTS[place.kind][name] is kind, (place.code, name)
