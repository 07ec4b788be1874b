"""Several sittings: which are shown, when they are compared, on which questions, for whom."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from quiz.core.access import Actor, Role, command_line
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.over_time import Change
from quiz.core.report_lines import change_text
from quiz.core.statistics import gates
from quiz.storage.engine import reading, writing
from quiz.storage.tables import CorrectionRow
from quiz.usecases.over_time import link_sittings, read_over_time, state_of_link
from tests.made_results import OPENS, OVER, question, scored, store

CHIEF = command_line("tests")
COMMON = [question(f"c{n:02}") for n in range(gates.LINK)]
OLD = [question(f"o{n}") for n in range(4)]
LATER = OVER + timedelta(days=8)


def people(unit, count, points, questions):
    return [scored(f"{unit}-{n}", unit, points(n), questions) for n in range(count)]


@pytest.fixture
def county(engine):
    """The first sitting: 40 people have 10 to 13 of 24 right; the second, a week later: 12 to 17 of 20, all of which the first asked as well."""
    store(engine, "first", people("T01", 40, lambda n: 10 + n % 4, [*COMMON, *OLD]), [*COMMON, *OLD])
    store(engine, "second", people("T01", 40, lambda n: 12 + n % 6, COMMON), COMMON, opens=OPENS + timedelta(days=7))
    return engine


def read(engine, *codes, actor=CHIEF, now=LATER, **more):
    with reading(engine) as db:
        return read_over_time(db, actor, codes, now, **more)


def test_in_order_and_compared_on_what_both_asked(county):
    """On the common twenty: 11.5 of 20 before, 14.4 of 20 after (40 people: 12, 13, 14, 15, 16, 17 in turn, the first four once more)."""
    found = read(county)
    assert [(point.code, point.is_first) for point in found.points] == [("first", True), ("second", False)]
    first, second = found.points
    assert (first.mean_percent, second.mean_percent) == (Decimal("47.9"), Decimal("72.0"))
    assert first.change is Change.FIRST
    assert second.change is Change.UP
    assert (second.link.items, second.link.people) == (20, 40)
    assert second.link.before == pytest.approx(11.5 / 20)
    assert second.link.after == pytest.approx((14.5 * 36 + 13.5 * 4) / 40 / 20)
    assert change_text(second).render().startswith("20道共同的题：57.5%→72.0%，+14.5（")
    assert change_text(first) is None


def test_a_corrected_question_is_no_common_one(county):
    """One of the twenty was corrected in the first sitting: nineteen are too few."""
    with writing(county) as db:
        db.add(CorrectionRow(sitting_id=1, number=1, question_uid="c00", remedy="better", key="[]", reason="x", effect="{}", at=OVER, actor="x"))
    point = read(county).points[1]
    assert (point.link, point.change) == (None, Change.UNLIKE)


def test_too_few_people_are_not_compared(engine):
    """Twenty-nine answered each question: below thirty there is no link at all."""
    for number, code in enumerate(("first", "second")):
        store(engine, code, people("T01", gates.FACILITY - 1, lambda n: n % 20, COMMON), COMMON, opens=OPENS + timedelta(days=7 * number))
    assert read(engine).points[1].change is Change.UNLIKE


def test_only_within_the_authority(county):
    """Another town's reader finds none of these sittings; the town's own finds both."""
    assert read(county, actor=Actor("x", {Role.INSPECTOR: "/QL/T02/"})).choices == ()
    assert len(read(county, actor=Actor("x", {Role.INSPECTOR: "/QL/T01/"})).points) == 2
    with reading(county) as db:
        for role in (Role.TRAINEE, Role.SETTER, Role.MARKER):
            with pytest.raises(Forbidden):
                read_over_time(db, Actor("x", {role: "/"}), (), LATER)
            with pytest.raises(Forbidden):
                link_sittings(db, Actor("x", {role: "/"}), "first", "second", LATER)


def test_only_what_is_over(county):
    """While the second may still be sat only the first is there; asked for by name it is refused."""
    soon = OPENS + timedelta(days=7, hours=1)
    assert [point.code for point in read(county, "first", "second", now=soon).points] == ["first"]
    with reading(county) as db:
        for work in (link_sittings, state_of_link):
            with pytest.raises(QuizError, match="not_closed"):
                work(db, CHIEF, "first", "second", soon)
            with pytest.raises(NotFound):
                work(db, CHIEF, "first", "none", LATER)


def test_chosen_ones(county):
    """Both by name, in the order of time; at most six."""
    assert [point.code for point in read(county, "second", "first").points] == ["first", "second"]
    assert [choice.is_chosen for choice in read(county).choices] == [True, True]
    for number in range(6):
        store(county, f"more{number}", [], COMMON[:2], opens=OPENS - timedelta(days=number + 1))
    with pytest.raises(QuizError, match="bad_percent"):
        read(county, excellent=0)
