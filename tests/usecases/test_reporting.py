"""The report of a sitting by hand: sums, small groups, what is unsettled, who may read it and when, on both databases."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from quiz.core.access import Actor, Role, command_line
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AttemptRow, CadreRow
from quiz.usecases.reporting import read_report
from tests.made_results import OPENS, OVER, Sat, grade, question, scored, store

CHIEF = command_line("tests")
TEN = [question(f"q{n}", "water" if n < 5 else "housing") for n in range(10)]
TOWN = [scored(f"A{n}", "T01", points, TEN, post="township_staff") for n, points in enumerate((10, 9, 8, 6, 5, 4))]
"""Six of one town: 100, 90, 80, 60, 50 and 40 out of 100; the pass mark is 60."""

OTHER = [
    *(scored(f"B{n}", "T02", points, TEN, post="township_leader") for n, points in enumerate((7, 7, 7, 7, 7))),
    Sat("B8", "T02", None, "township_leader"),
    scored("B9", "T02", 10, TEN, post="township_leader", is_void=True),
]
FEW = [scored("D1", "D01", 3, TEN), scored("D2", "D01", 9, TEN, pending=1, has_late=True)]


@pytest.fixture
def county(engine):
    """Three units, one of two people only."""
    store(engine, "s", [*TOWN, *OTHER, *FEW], TEN)
    return engine


def report(engine, actor=CHIEF, now=OVER, **more):
    with reading(engine) as db:
        return read_report(db, actor, "s", now, **more)


def unit(found, code):
    return next(row for row in found.units if row.code == code)


def test_sums_by_hand(county):
    """Six scores that sum to 420: mean 70; four passed, two are excellent. s² = ((30²+20²+10²+10²+20²+30²)/5) = 560, so the mean is off by at most
    2.5706 · √(560/6) = 24.83."""
    town = unit(report(county), "T01")
    assert (town.name, town.tally.expected, town.tally.sat, town.tally.absent) == ("柳溪镇", 6, 6, 0)
    assert (town.mean, town.best) == (Decimal("70.00"), Decimal(100))
    assert (town.pass_rate, town.excellent_rate, town.make_up) == (Decimal("66.7"), Decimal("33.3"), 2)
    assert town.interval.low == pytest.approx(70 - 24.834, abs=0.001)
    assert town.interval.high == pytest.approx(70 + 24.834, abs=0.001)


def test_void_and_absent_do_not_count(engine):
    """The void hundred is in no mean and in no best; the absent one would have to sit a make-up."""
    store(engine, "s", [*TOWN, *OTHER], TEN)
    other = unit(report(engine), "T02")
    assert (other.tally.expected, other.tally.sat, other.tally.absent, other.tally.voided) == (7, 5, 1, 1)
    assert (other.mean, other.best, other.make_up) == (Decimal("70.00"), Decimal(70), 1)


def test_a_small_unit_shows_presence_only_and_cannot_be_reckoned_out(county):
    """Two people: no mean. Since the sum of all would tell theirs, the next smallest unit is hidden with them, and the largest still stands."""
    found = report(county)
    by_code = {row.code: row for row in found.units}
    assert [by_code[code].is_shown for code in ("T01", "T02", "D01")] == [True, False, False]
    few = by_code["D01"]
    assert (few.tally.expected, few.tally.sat) == (2, 2)
    assert [few.mean, few.best, few.pass_rate, few.excellent_rate, few.make_up, few.interval] == [None] * 6
    assert found.hidden == 2


def test_a_small_unit_beside_another_hides_nobody_else(engine):
    """Two small units of three each are six together: nobody learns anything of either from the sum."""
    people = [*TOWN, *(scored(f"{unit}{n}", unit, 5, TEN) for unit in ("T02", "D01") for n in range(3))]
    store(engine, "s", people, TEN)
    assert {row.code: row.is_shown for row in report(engine).units} == {"T01": True, "T02": False, "D01": False}


def test_everybody_and_groups(county):
    """13 sat: 420 + 350 + 120 = 890. Kinds of units and posts add up to the same."""
    found = report(county)
    assert (found.all.tally.expected, found.all.tally.sat, found.all.mean) == (15, 13, Decimal("68.46"))
    assert (found.full, found.pass_mark) == (Decimal(100), Decimal(60))
    for rows in (found.kinds, found.posts, found.units):
        assert sum(row.tally.total for row in rows) == 89_000
    assert [(row.code, row.tally.sat) for row in found.kinds] == [("township", 11), ("department", 2)]
    assert [(row.name, row.tally.sat) for row in found.posts] == [("镇班子成员", 5), ("镇包村干部", 6), ("没有岗位", 2)]


def test_groups_of_cadres(engine):
    """Ten of helping cadres, whose points are 10 to 1, of whom five are leaders too, who have the better marks; one more is in no group."""
    people = [scored(f"A{n}", "T01", 10 - n, TEN, groups=("帮扶干部", "领导干部") if n < 5 else ("帮扶干部",)) for n in range(10)]
    store(engine, "s", [*people, *(scored(f"B{n}", "T02", 6, TEN) for n in range(5)), Sat("B9", "T02", None, groups=("领导干部",))], TEN)
    found = report(engine)
    assert [(row.name, row.tally.expected, row.tally.sat, row.tally.absent, row.mean) for row in found.groups] == [
        ("帮扶干部", 10, 10, 0, Decimal("55.00")),
        ("领导干部", 6, 5, 1, Decimal("80.00")),
    ]
    assert found.tells(found.groups)
    (town,) = report(engine, Actor("x", {Role.INSPECTOR: "/QL/T02/"})).groups
    assert (town.name, town.tally.expected, town.tally.sat, town.mean) == ("领导干部", 1, 0, None)


def test_what_may_still_change_is_said(county):
    found = report(county)
    assert (found.all.tally.pending, found.late, found.all.tally.failed) == (1, 1, 3)
    told = " ".join(line.render() for line in found.unsettled)
    for text in ("1份答卷还有作答等待人工判定", "1份答卷有迟到的作答还没有人裁定", "1份答卷已作废"):
        assert text in told


def test_the_newest_grading_counts(county):
    """A correction marks the worst anew: 40 becomes 70."""
    with writing(county) as db:
        attempt = db.scalars(select(AttemptRow).join(CadreRow, CadreRow.id == AttemptRow.cadre_id).where(CadreRow.number == "A5")).one()
        grade(db, attempt, {f"q{n}": 1000 * (n < 7) for n in range(10)}, 1000, OVER, number=2)
    assert unit(report(county), "T01").mean == Decimal("75.00")


def test_excellent_is_what_the_reader_says(county):
    assert unit(report(county, excellent=80), "T01").excellent_rate == Decimal("50.0")
    for percent in (0, 101, -5):
        with pytest.raises(QuizError, match="bad_percent"):
            report(county, excellent=percent)


def test_only_within_the_authority(county):
    """A town's organiser sees the own town; others' scores enter neither rows nor sums."""
    found = report(county, Actor("x", {Role.INSPECTOR: "/QL/T01/"}))
    assert [row.code for row in found.units] == ["T01"]
    assert (found.all.mean, found.late, found.all.tally.pending) == (Decimal("70.00"), 0, 0)


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.SETTER, Role.MARKER])
def test_others_may_not(county, role):
    with pytest.raises(Forbidden):
        report(county, Actor("x", {role: "/"}))


def test_not_before_the_end(county):
    """The window is two hours, and answers may be delivered for ten minutes more."""
    with pytest.raises(QuizError, match="not_closed"):
        report(county, now=OPENS + timedelta(hours=2, minutes=10))
    assert report(county, now=OPENS + timedelta(hours=2, minutes=10, seconds=1))
    with reading(county) as db, pytest.raises(NotFound):
        read_report(db, CHIEF, "none", OVER)


def test_nobody_came(engine):
    store(engine, "s", [Sat("A1", "T01", None)], TEN)
    found = report(engine)
    assert (found.all.tally.absent, found.all.mean, found.all.make_up, found.hidden) == (1, None, 1, 0)


def test_villages_stand_with_their_town_until_the_town_reads(engine):
    """Five of a village and six of its town's office: one row for the county, two for the town."""
    store(engine, "s", [*TOWN, *(scored(f"V{n}", "V01", 5, TEN) for n in range(5))], TEN)
    assert [(row.code, row.tally.sat) for row in report(engine).units] == [("T01", 11)]
    town = report(engine, Actor("x", {Role.INSPECTOR: "/QL/T01/"}))
    assert [(row.code, row.tally.sat) for row in town.units] == [("T01", 6), ("V01", 5)]
    village = report(engine, Actor("x", {Role.INSPECTOR: "/QL/T01/V01/"}))
    assert [(row.code, row.tally.sat) for row in village.units] == [("V01", 5)]
