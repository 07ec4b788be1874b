"""What a sitting tells beyond sums, by hand: areas and levels, groups beside what their papers let expect, the plan and what became of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from quiz.core.access import Actor, Role, command_line
from quiz.core.comparison import GroupKind, Verdict
from quiz.core.message import Forbidden, QuizError
from quiz.core.question import Level
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AttemptRow
from quiz.usecases.comparing import compare_sitting, state_of_marks
from tests.made_results import OPENS, OVER, Sat, grade, question, store

CHIEF = command_line("tests")
EASY = [question("e1"), question("e2", "housing")]
HARD = [question("h1", level=Level.APPLICATION), question("h2", "housing")]


def sat(number, unit, questions, *marks, **more):
    return Sat(number, unit, dict(zip((one.uid for one in questions), marks, strict=True)), **more)


@pytest.fixture
def county(engine):
    """Forty of a town on easy papers of which 3/4 is earned, forty of another on hard ones of which 1/4 is; in each ten of a better post."""
    people = [sat(f"A{n}", "T01", EASY, 1000, 1000 * (n % 2), post="township_leader" if n < 10 else "township_staff") for n in range(40)]
    people += [sat(f"B{n}", "T02", HARD, 1000 * (n % 2), 0, post="township_leader" if n < 10 else "township_staff") for n in range(40)]
    store(engine, "s", [*people, sat("D1", "D01", EASY, 1000, 1000), Sat("D2", "D01", None)], [*EASY, *HARD])
    return engine


def compare(engine, actor=CHIEF, now=OVER):
    with reading(engine) as db:
        return compare_sitting(db, actor, "s", now)


def test_areas_and_levels(county):
    """Water: 41 of 41 marks on e1 (recall), 20 of 40 on h1 (application), together 61/81. Housing has one level, so one row: 21/81."""
    found = compare(county)
    assert (found.people, found.is_common) == (81, False)
    rows = {(row.area, row.level): row for row in found.areas}
    assert list(rows) == [("housing", None), ("water", None), ("water", Level.RECALL), ("water", Level.APPLICATION)]
    assert rows["water", None].share.ratio == pytest.approx(61 / 81)
    assert rows["water", Level.APPLICATION].share.ratio == pytest.approx(0.5)
    assert rows["housing", None].share.ratio == pytest.approx(21 / 81)
    assert (rows["water", None].items, rows["water", None].share.people) == (2, 81)


def test_a_hard_paper_is_no_fault_of_those_who_had_it(county):
    """Plain totals would put the second town far behind: 25 against 75 points. Beside what the papers let expect both are as all."""
    found = compare(county)
    one, other = (found.ratio(GroupKind.UNIT, name) for name in ("柳溪镇", "云岭镇"))
    assert one.share.earned / one.share.answers == pytest.approx(7.5)
    assert other.share.earned / other.share.answers == pytest.approx(2.5)
    assert one.share.ratio == pytest.approx(1, abs=0.04)
    assert other.share.ratio == pytest.approx(1, abs=0.06)
    assert one.verdict is other.verdict is Verdict.OPEN
    assert {row.name: row.share.people for row in found.of(GroupKind.POST)} == {"镇班子成员": 20, "镇包村干部": 60, "没有岗位": 1}


def test_a_weak_group_is_told_and_a_small_one_is_not(engine):
    """Forty who know everything and forty who know half; three more are too few for a word and for a figure."""
    people = [sat(f"A{n}", "T01", EASY, 1000, 1000) for n in range(40)]
    people += [sat(f"B{n}", "T02", EASY, 1000 * (n % 2), 1000 * (n // 2 % 2)) for n in range(40)]
    store(engine, "s", [*people, *(sat(f"D{n}", "D01", EASY, 0, 0) for n in range(3))], EASY)
    found = compare(engine)
    verdicts = {group.name: group.verdict for group in found.of(GroupKind.UNIT)}
    assert verdicts == {"柳溪镇": Verdict.AHEAD, "云岭镇": Verdict.BEHIND, "县水利局": Verdict.FEW}
    assert not found.ratio(GroupKind.UNIT, "县水利局").share.is_shown
    assert found.is_common


def test_groups_of_cadres_overlap(engine):
    """Forty know everything and forty know half: 4/3 and 2/3 of what everybody earned, 120 of 160. Half of each are of a second group, which is as
    all are; three of a third are too few for a figure."""
    people = [sat(f"A{n}", "T01", EASY, 1000, 1000, groups=("甲", "乙") if n % 2 else ("甲",)) for n in range(40)]
    people += [sat(f"B{n}", "T02", EASY, 1000 * (n // 2 % 2), 1000 * (n // 4 % 2), groups=("乙",) if n % 2 else ()) for n in range(40)]
    store(engine, "s", [replace(one, groups=(*one.groups, "丙")) if one.number in ("A1", "A2", "B1") else one for one in people], EASY)
    found = compare(engine)
    assert GroupKind.GROUP in found.kinds
    rows = {row.name: row for row in found.of(GroupKind.GROUP)}
    assert {name: (row.share.people, row.is_shown) for name, row in rows.items()} == {"甲": (40, True), "乙": (40, True), "丙": (3, False)}
    assert rows["甲"].share.ratio == pytest.approx(4 / 3)
    assert rows["乙"].share.ratio == pytest.approx(1)
    assert (rows["甲"].verdict, rows["乙"].verdict, rows["丙"].verdict) == (Verdict.AHEAD, Verdict.OPEN, Verdict.FEW)


def test_a_kind_of_which_everybody_is_one_group_is_not_compared(county):
    assert compare(county).kinds == (GroupKind.KIND, GroupKind.POST, GroupKind.UNIT)
    town = compare(county, Actor("x", {Role.INSPECTOR: "/QL/T02/"}))
    assert town.kinds == (GroupKind.POST,)


def test_the_plan(county):
    """The blueprint wants one question on water and one on housing; 81 papers had each, of two different questions."""
    found = compare(county)
    assert [(row.section, row.cell.render(), row.wanted, row.placed, row.items) for row in found.plan] == [
        ("单项选择题", "饮水安全", 1, 81, 2),
        ("单项选择题", "安全住房", 1, 81, 2),
    ]
    assert found.plan[0].share.ratio == pytest.approx(61 / 81)
    assert found.missed == ()


@pytest.mark.parametrize("why", ["full_for_all", "not_counted", "overridden", "needs_review", "needs_marking"])
def test_what_was_given_or_waits_tells_nothing(county, why):
    """One person's marks were given or wait: they leave the shares, 80 people's 160 answers stay; the paper still counts for the plan."""
    with writing(county) as db:
        attempt = db.scalars(select(AttemptRow).where(AttemptRow.id == 1)).one()
        grade(db, attempt, {"e1": 0, "e2": 0}, 1000, OVER, number=2, why=why)
    found = compare(county)
    assert sum(row.share.answers for row in found.areas if row.level is None) == 160
    assert [row.placed for row in found.plan] == [81, 81]


def test_within_the_authority_and_not_before_the_end(county):
    town = Actor("x", {Role.INSPECTOR: "/QL/T02/"})
    assert [group.name for group in compare(county, town).of(GroupKind.UNIT)] == ["云岭镇"]
    for role in (Role.TRAINEE, Role.SETTER, Role.MARKER):
        with pytest.raises(Forbidden):
            compare(county, Actor("x", {role: "/"}))
    with pytest.raises(QuizError, match="not_closed"):
        compare(county, now=OPENS)
    with reading(county) as db:
        assert state_of_marks(db, CHIEF, "s", OVER) != state_of_marks(db, town, "s", OVER)
        with pytest.raises(QuizError, match="not_closed"):
            state_of_marks(db, CHIEF, "s", OPENS)


def test_nobody_came(engine):
    store(engine, "s", [Sat("A1", "T01", None)], EASY)
    found = compare(engine)
    assert (found.people, found.areas, found.groups) == (0, (), ())
    assert [row.placed for row in found.plan] == [0, 0]
