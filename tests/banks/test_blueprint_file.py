"""Blueprint and sitting files: what a right one becomes, and every fault at its place."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from quiz.banks.blueprint_file import load_blueprint
from quiz.banks.blueprint_text import write_blueprint
from quiz.banks.sitting_file import load_sitting
from quiz.core.blueprint import Cell
from quiz.core.contest import Contest
from quiz.core.counting import Counting, MakeUp, MakeUpFor
from quiz.core.plan import SittingPlan
from quiz.core.question import Level, QuestionType
from quiz.core.roster import Group, PostKind
from quiz.core.rule import Rule, RuleName
from quiz.core.site import SitePlan
from quiz.core.sitting import Release

BLUEPRINT = """\
blueprint:
  id: cadre-general
  title: 干部应知应会测试
  minutes: 60
  total: 20
  pass_mark: 12
  notes: [请核对姓名。]
sections:
  - title: 单项选择题
    type: single
    each: 1.5
    cells:
      - {count: 4, area: monitoring}
      - {count: 4, area: [housing, water], level: application}
  - title: 多项选择题
    type: multiple
    each: 2
    rule: {per_option: 0.5}
    cells:
      - {count: 4, category: [township/three, department], topic: 动态监测, tag: [新]}
"""


def faults(content: str) -> list[str]:
    loaded = load_blueprint(content, "b.yaml")
    assert loaded.value is None
    return [f"{d.line}:{d.column} {d.rule}" for d in loaded.diagnostics]


def test_a_blueprint() -> None:
    loaded = load_blueprint(BLUEPRINT, "b.yaml")
    assert not loaded.diagnostics
    plan = loaded.value
    assert plan is not None
    assert (plan.id, plan.minutes, plan.pass_mark, plan.total, plan.notes) == ("cadre-general", 60, 12, 20, ("请核对姓名。",))
    single, multiple = plan.sections
    assert (single.type, single.each, single.rule) == (QuestionType.SINGLE, Decimal("1.5"), Rule())
    assert single.cells == (Cell(4, areas=("monitoring",)), Cell(4, areas=("housing", "water"), levels=(Level.APPLICATION,)))
    assert multiple.rule == Rule(RuleName.PER_OPTION, Decimal("0.5"))
    assert multiple.cells == (Cell(4, categories=("township/three", "department"), topics=("动态监测",), tags=("新",)),)


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("{fixed_partial: 1}", Rule(RuleName.FIXED_PARTIAL, Decimal(1))),
        ("right_minus_wrong", Rule(RuleName.RIGHT_MINUS_WRONG)),
        ("rmw_false2", Rule(RuleName.RMW_MILD)),
        ("plus_minus", Rule(RuleName.PLUS_MINUS)),
        ("each_tf", Rule(RuleName.EACH_OPTION)),
        ("ripkey", Rule(RuleName.RIPKEY)),
    ],
)
def test_every_rule_of_a_multiple_choice_can_be_written_and_is_written_back(written: str, rule: Rule) -> None:
    loaded = load_blueprint(BLUEPRINT.replace("{per_option: 0.5}", written), "b.yaml")
    assert loaded.value is not None
    assert loaded.value.sections[1].rule == rule
    again = load_blueprint(write_blueprint(loaded.value), "b.yaml")
    assert again.value == loaded.value


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("total: 20", "total: 100", ["5:10 B401"]),
        ("pass_mark: 12", "pass_mark: 60", ["6:14 B402"]),
        ("    each: 1.5\n", "    each: 1.5\n    rule: half\n", ["12:11 B403"]),
        ("per_option: 0.5", "per_option: 3", ["18:11 B403"]),
        ("rule: {per_option: 0.5}", "rule: per_option", ["18:11 B403"]),
        ("rule: {per_option: 0.5}", "rule: fixed_partial", ["18:11 B403"]),
        ("rule: {per_option: 0.5}", "rule: {fixed_partial: 3}", ["18:11 B403"]),
        ("rule: {per_option: 0.5}", "rule: {per_option: 0.5, fixed_partial: 1}", ["18:11 B403"]),
        ("rule: {per_option: 0.5}", "rule: {}", ["18:11 B403"]),
        ("rule: {per_option: 0.5}", "rule: penalty", ["18:11 B403"]),
        ("rule: {per_option: 0.5}", "rule: halff", ["18:11 F104"]),
        ("rule: {per_option: 0.5}", "rule: {deduct: 1}", ["18:11 B409"]),
        ("rule: {per_option: 0.5}", "rule: {plus_minus: -1}", ["18:11 B409"]),
        ("rule: {per_option: 0.5}", "rule: {penalty: 1}", ["18:11 B403", "18:11 B409"]),
        ("    type: single\n", "    type: single\n    rule: {deduct: 0.5}\n", ["11:11 B409"]),
        ("    type: single\n", "    type: short_answer\n    rule: {deduct: 0.5}\n", ["11:11 B403"]),
        ("pass_mark: 12", "pass_mark: 12\n  contest: not_below_zero", ["6:14 B410"]),
        ("pass_mark: 12", "pass_mark: 0\n  contest: sometimes", ["7:12 F104"]),
        ("area: monitoring", "area: 监测", ["13:26 F104"]),
        ("level: application", "level: 运用", ["14:51 F104"]),
        ("township/three", "乡镇", ["20:30 F109"]),
        ("count: 4, area: monitoring", "count: 四", ["13:17 F103"]),
        ("count: 4, area: monitoring", "count: 0", ["13:17 F108"]),
        ("count: 4, area: monitoring", "area: monitoring", ["13:9 F102"]),
        ("each: 1.5", "each: 1.505", ["11:11 F108"]),
        ("pass_mark: 12", "pass_mark: 12.125", ["6:14 F108"]),
        ("each: 1.5", "each: 1.5分", ["11:11 F103"]),
        ("minutes: 60", "minutes: 1:00", ["4:12 F103"]),
        ("notes: [请核对姓名。]", "note: 请核对姓名。", ["7:3 F101"]),
        ("type: single", "type: 单选", ["10:11 F104"]),
    ],
)
def test_a_fault_is_told_at_its_place(old: str, new: str, expected: list[str]) -> None:
    assert faults(BLUEPRINT.replace(old, new, 1)) == expected


CONTEST = BLUEPRINT.replace("pass_mark: 12", "pass_mark: 0\n  contest: below_zero").replace("{per_option: 0.5}", "{deduct: 0.75}")


def test_a_contest() -> None:
    plan = load_blueprint(CONTEST, "b.yaml").value
    assert plan is not None
    assert (plan.contest, plan.sections[1].rule) == (Contest.BELOW_ZERO, Rule(RuleName.DEDUCT, Decimal("0.75")))
    assert (plan.lowest, plan.pass_mark) == (-3, -3)  # four questions of 0.75; nobody can fail
    assert load_blueprint(write_blueprint(plan), "b.yaml").value == plan
    floored = load_blueprint(CONTEST.replace("below_zero", "not_below_zero"), "b.yaml").value
    assert floored is not None
    assert (floored.contest, floored.lowest, floored.pass_mark) == (Contest.NOT_BELOW_ZERO, 0, 0)
    assert load_blueprint(write_blueprint(floored), "b.yaml").value == floored


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{deduct: 2.01}", ["19:11 B403"]),
        ("{deduct: 0}", ["19:20 F108"]),
        ("{deduct: 0.001}", ["19:20 F108"]),
        ("{plus_minus: -2.5}", ["19:24 B403"]),
        ("{plus_minus: 1}", ["19:24 F108"]),
        ("deduct", ["19:11 B403"]),
        ("{deduct: 1, half: 1}", ["19:23 F101"]),
    ],
)
def test_what_a_contest_cannot_take_off(rule: str, expected: list[str]) -> None:
    assert faults(CONTEST.replace("{deduct: 0.75}", rule)) == expected


@pytest.mark.parametrize("kind", ["fill_in", "short_answer", "ordering", "matching", "case"])
def test_only_choices_cost_marks(kind: str) -> None:
    loaded = load_blueprint(CONTEST.replace("type: multiple", f"type: {kind}"), "b.yaml")
    assert [d.rule for d in loaded.diagnostics] == ["B403"]
    assert "不能倒扣分" in loaded.diagnostics[0].message.render()


SITTING = """\
sitting:
  code: demo-2026-11
  title: 青岚县测试
  blueprint: cadre-general
  profile: qinglan-2026h1
  group: {groups: [帮扶干部], units: [T01], posts: [first_secretary], cadres: [C0001]}
  opens_at: 2026-11-23 09:00
  closes_at: 2026-11-23 11:00
  minutes: 60
  release: manual
"""
CHINA = ZoneInfo("Asia/Shanghai")


def test_a_sitting() -> None:
    loaded = load_sitting(SITTING, "s.yaml", CHINA)
    assert not loaded.diagnostics
    assert loaded.value == SittingPlan(
        code="demo-2026-11",
        title="青岚县测试",
        blueprint="cadre-general",
        group=Group(("帮扶干部",), ("T01",), (PostKind.FIRST_SECRETARY,), ("C0001",)),
        opens_at=datetime(2026, 11, 23, 1, tzinfo=UTC),
        closes_at=datetime(2026, 11, 23, 3, tzinfo=UTC),
        profile="qinglan-2026h1",
        minutes=60,
        release=Release.MANUAL,
    )


def test_a_short_sitting_is_for_everyone_and_releases_when_it_closes() -> None:
    lines = [line for line in SITTING.splitlines() if not line.startswith(("  profile", "  group", "  minutes", "  release"))]
    plan = load_sitting("\n".join(lines), "s.yaml", CHINA).value
    assert plan is not None
    assert (plan.group, plan.profile, plan.minutes, plan.release) == (Group(), "", None, Release.ON_CLOSE)
    assert plan.sites == ()


def test_a_sitting_names_its_sites() -> None:
    text = SITTING + "  sites:\n    - {name: 一中, units: [T01, T02]}\n    - {name: 党校, units: [D01]}\n"
    plan = load_sitting(text, "s.yaml", CHINA).value
    assert plan is not None
    assert plan.sites == (SitePlan("一中", ("T01", "T02")), SitePlan("党校", ("D01",)))


def test_a_sitting_says_what_it_makes_up_for_or_which_sample_sits() -> None:
    plan = load_sitting(SITTING + "  makes_up: {sitting: demo-9, for: [failed, voided], counting: capped}\n", "s.yaml", CHINA).value
    assert plan is not None
    assert plan.makes_up == MakeUp("demo-9", (MakeUpFor.FAILED, MakeUpFor.VOIDED), Counting.CAPPED)
    plan = load_sitting(SITTING + "  makes_up: {sitting: demo-9}\n  sample: audit-1\n", "s.yaml", CHINA).value
    assert plan is not None
    assert (plan.makes_up, plan.sample) == (MakeUp("demo-9"), "audit-1")


def test_a_sitting_names_the_browsers_that_may_show_it() -> None:
    plan = load_sitting(SITTING + f"  seb_keys: [{'AB' * 32}]\n", "s.yaml", CHINA).value
    assert plan is not None
    assert plan.seb_keys == ("ab" * 32,)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("release: manual", "makes_up: {sitting: demo-9, counting: worse}", ["10:41 F104"]),
        ("release: manual", "makes_up: {for: [failed]}", ["10:13 F102"]),
        ("11:00", "09:00", ["8:14 S701"]),
        ("11:00", "09:30", ["8:14 S702"]),
        ("11:00", "25:00", ["8:14 F106"]),
        ("2026-11-23 09:00", "11月23日上午9点", ["7:13 F106"]),
        ("posts: [first_secretary]", "posts: [第一书记]", ["6:49 F104"]),
        ("release: manual", "release: never", ["10:12 F104"]),
        ("release: manual", "sites: [{name: 一中, units: [T01]}, {name: 一中, units: [T02]}]", ["10:44 S704"]),
        ("release: manual", "sites: [{name: 一中, units: [T01, T02]}, {name: 二中, units: [T02]}]", ["10:60 S704"]),
        ("release: manual", "sites: [{name: 一中}]", ["10:11 F102"]),
        ("release: manual", "seb_keys: [abc]", ["10:13 S705"]),
        ("  code: demo-2026-11\n", "", ["2:3 F102"]),
        ("sitting:", "sittings:", ["1:1 F101", "1:1 F102"]),
    ],
)
def test_a_fault_in_a_sitting_is_told_at_its_place(old: str, new: str, expected: list[str]) -> None:
    loaded = load_sitting(SITTING.replace(old, new, 1), "s.yaml", CHINA)
    assert loaded.value is None
    assert [f"{d.line}:{d.column} {d.rule}" for d in loaded.diagnostics] == expected
