"""What make-ups came to in the report of the examination: by hand, by each rule, within the authority, and not of a few people."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from quiz.core.access import Actor, Role, command_line
from quiz.core.counting import Counting
from quiz.storage.engine import reading
from quiz.usecases.reporting import read_report
from tests.made_results import OPENS, OVER, Sat, question, scored, store

TEN = [question(f"q{n}") for n in range(10)]
LATER = OPENS + timedelta(days=5)
AFTER = LATER + timedelta(days=1)
FIRST = [
    *(scored(f"A{n}", "T01", 8, TEN) for n in range(5)),
    *(scored(f"F{n}", "T01", points, TEN) for n, points in enumerate((5, 5, 4, 3))),
    Sat("F4", "T01", None),
    *(scored(f"B{n}", "T02", 7, TEN) for n in range(6)),
    scored("F5", "T02", 2, TEN),
]
"""Of a town five passed, four failed and one was absent; of the other six passed and one failed."""

AGAIN = [scored(f"F{n}", "T01", points, TEN) for n, points in enumerate((9, 7, 5, 2, 6))]
"""Three of the first town's five pass the make-up, the absent one among them."""


@pytest.fixture
def county(engine):
    store(engine, "s", FIRST, TEN)
    return engine


def make_up(engine, *more, rule=Counting.BETTER, code="m", opens=LATER, people=AGAIN, **parts):
    store(engine, code, [*people, *more], TEN, opens=opens, makes_up="s", counting=rule.value, **parts)


def report(engine, now=AFTER, scope="/"):
    with reading(engine) as db:
        return read_report(db, Actor("x", {Role.INSPECTOR: scope}) if scope != "/" else command_line("tests"), "s", now)


def figures(row):
    return (row.asked, row.sat, row.passed_there, row.before, row.rate)


def test_by_hand(county):
    """Before: 5 of the 9 who sat. Three pass the make-up: 8 of 10, since the absent one has a score now. Of all: 11 of 16, then 14 of 17."""
    make_up(county, Sat("F5", "T02", None))
    found = report(county).after
    assert found.rules == (("m测试", Counting.BETTER),)
    first, second = found.units
    assert figures(first) == (5, 5, 3, Decimal("55.6"), Decimal("80.0"))
    assert figures(second) == (1, 0, 0, Decimal("85.7"), Decimal("85.7"))
    assert figures(found.all) == (6, 5, 3, Decimal("68.8"), Decimal("82.4"))


@pytest.mark.parametrize(
    ("rule", "rate"),
    [(Counting.BETTER, "80.0"), (Counting.MAKE_UP, "80.0"), (Counting.CAPPED, "80.0"), (Counting.ORIGINAL, "55.6")],
)
def test_the_rule_decides_what_counts(county, rule, rate):
    """By the last rule the make-up is for learning only: the absent one has no score still."""
    make_up(county, rule=rule)
    assert report(county).after.units[0].rate == Decimal(rate)


def test_a_second_make_up_goes_on_from_the_first(county):
    """One who failed twice passes the third time; another passed the first make-up and loses it by a later rule."""
    make_up(county)
    twice = [scored("F2", "T01", 8, TEN), scored("F0", "T01", 1, TEN), *(scored(f"F{n}", "T01", 2, TEN) for n in (1, 3, 4))]
    make_up(county, rule=Counting.BETTER, code="n", opens=LATER + timedelta(hours=6), people=twice)
    assert figures(report(county).after.units[0]) == (5, 5, 4, Decimal("55.6"), Decimal("90.0"))


def test_nothing_before_its_results_are_out(county):
    assert report(county, OVER).after is None
    make_up(county, release="manual")
    assert report(county).after is None


def test_a_void_attempt_counts_nowhere(county):
    make_up(county, people=[*AGAIN[:4], scored("F4", "T01", 10, TEN, is_void=True), scored("F5", "T02", 10, TEN)])
    found = report(county).after
    assert (found.all.asked, found.all.sat) == (6, 5)
    assert found.all.passed_there == 3


def test_of_a_few_only_presence_is_told(county):
    """One of the second town sat: its result is not told, and not by what is left of the sum either."""
    make_up(county, scored("F5", "T02", 9, TEN))
    found = report(county).after
    assert [(row.sat, row.passed_there, row.rate) for row in found.units] == [(5, None, None), (1, None, None)]
    assert found.all.passed_there == 4


def test_only_within_the_authority(county):
    make_up(county, scored("F5", "T02", 9, TEN))
    found = report(county, scope="/QL/T01/").after
    assert (found.all.asked, [row.name for row in found.units]) == (5, ["柳溪镇"])
    assert figures(found.all) == (5, 5, 3, Decimal("55.6"), Decimal("80.0"))
