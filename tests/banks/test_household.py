"""Households of a profile: pseudonymous facts for their helper; a name, a contradiction or an unknown village is refused at its place."""

from pathlib import Path

import pytest

from quiz.banks.profile_file import load_profile

PROFILE = """\
profile: {id: p, county: 青岚县, as_of: 2026-06-30, source: 台账, approved_by: 衔接办}
townships:
  - {code: T01, name: 青溪镇}
villages:
  - {code: V01, name: 柳坪村, township: T01}
households:
  - {code: H1, village: V01, label: 王某家, members: 4, labour: 1, category: sudden, state: active, identified: 2025-03, risks: [因灾], helpers: [C1]}
"""


def load(text):
    return load_profile(text, "p.yaml")


def test_a_household_has_the_facts_that_its_helper_must_know():
    found = load(PROFILE)
    assert found.diagnostics == ()
    home = found.value.index()["H1"]
    assert {name: str(fact) for name, fact in home.facts.items()} == {
        "members": "4",
        "labour": "1",
        "category_name": "突发严重困难户",
        "state_name": "未消除风险",
        "identified_month": "2025年3月",
        "risks": "因灾",
        "village_name": "柳坪村",
    }
    assert (home.helpers, home.parent) == (("C1",), "V01")


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("王某家", "王建国家", "P506"),
        ("labour: 1", "labour: 5", "P501"),
        ("village: V01, label", "village: V77, label", "P503"),
        ("category: sudden", "category: 贫困户", "F104"),
        ("identified: 2025-03", "identified: 2025年3月", "F106"),
        ("code: H1", "code: V01", "P504"),
        ("risks: [因灾]", "phone: 13800000000", "F101"),
    ],
)
def test_what_must_not_be_is_refused(old, new, rule):
    found = load(PROFILE.replace(old, new))
    assert [d.rule for d in found.diagnostics] == [rule]
    assert found.diagnostics[0].line == 7


def test_nothing_in_the_shipped_profile_names_a_person():
    shipped = Path(__file__).resolve().parents[2] / "question_banks" / "profiles" / "qinglan.yaml"
    assert "身份证" not in shipped.read_text(encoding="utf-8")
