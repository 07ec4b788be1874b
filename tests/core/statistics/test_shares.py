"""Shares of groups by hand: ratios of sums, errors from how people differ, groups beside what their papers let expect."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.core.statistics import gates
from quiz.core.statistics.marks import mark_table
from quiz.core.statistics.scores import scores_of
from quiz.core.statistics.shares import Answers, Ratio, Rows, ratios, verdict
from quiz.core.statistics.slots import Slots
from quiz.core.statistics.spread import mean_interval, times


def ratio_of(earned, base, label=None):
    label = label if label is not None else [0] * len(earned)
    return ratios(np.array(label), max(label) + 1, np.arange(len(earned)), np.array(earned, float), np.array(base, float), most=1.0)


def test_a_ratio_and_its_error_by_hand():
    """Three people earn 2, 3 and 7 out of 4, 6 and 10: R = 12/20 = 0.6. The rests are 2 - 2.4, 3 - 3.6, 7 - 6, whose squares sum to 1.52;
    times 3/2 is 2.28, over 20² its root is 0.0755."""
    (found,) = ratio_of([2, 3, 7], [4, 6, 10])
    assert (found.people, found.answers, found.earned, found.base) == (3, 3, 12, 20)
    assert found.ratio == pytest.approx(0.6)
    assert found.error == pytest.approx(sqrt(2.28) / 20)
    half = 4.302653 * sqrt(2.28) / 20
    assert (found.interval.low, found.interval.high) == (pytest.approx(0.6 - half, abs=1e-6), pytest.approx(0.6 + half, abs=1e-6))


def test_answers_of_one_person_belong_together():
    """Ten answers of two people are two observations, not ten."""
    person = np.array([0] * 5 + [1] * 5)
    mark = np.array([1.0] * 5 + [0.0] * 5)
    (found,) = ratios(np.zeros(10, np.int64), 1, person, mark, np.ones(10))
    assert (found.people, found.answers, found.ratio) == (2, 10, 0.5)
    assert found.error == pytest.approx(sqrt(2 * (2.5**2 + 2.5**2)) / 10)  # half a unit: as wide as can be


def test_nobody_differs():
    """Everybody had everything right: Wilson's interval says that the next one may not."""
    (found,) = ratio_of([2] * 20, [2] * 20)
    assert found.interval.high == 1.0
    assert found.interval.low == pytest.approx(0.8389, abs=1e-4)


def test_a_share_is_never_more_than_all():
    """Five people, of whom one earned half: 0.9 ± 0.28, but there is nothing above all the marks."""
    (found,) = ratio_of([2, 2, 2, 2, 1], [2] * 5)
    assert (found.interval.low, found.interval.high) == (pytest.approx(0.9 - 2.776445 * found.error, abs=1e-6), 1.0)


def test_beside_expectation_there_is_no_most_and_as_expected_is_no_share():
    """Three people whom their papers let expect 1 of 2 marks: who earn 2, 2 and 1 are at 5/3 and may be above 2; who all earn 1 are at 1 exactly."""
    ahead, as_expected = (ratios(np.zeros(3, np.int64), 1, np.arange(3), np.array(marks, float), np.ones(3))[0] for marks in ([2, 2, 1], [1, 1, 1]))
    assert ahead.interval.high > 2
    assert (as_expected.interval.low, as_expected.interval.high) == (1, 1)


def test_nothing_to_tell():
    found = ratio_of([1, 0], [2, 0], [0, 1])
    assert (found[0].ratio, found[0].error, found[0].interval) == (0.5, None, None)
    assert (found[1].ratio, found[1].interval) == (None, None)
    assert ratios(*(np.zeros(0, np.int64), 1, np.zeros(0, np.int64), np.zeros(0), np.zeros(0)))[0].people == 0


def test_student_by_the_table():
    """t with 5 degrees of freedom is 2.5706, with 9 degrees 2.2622; the mean of 1 to 10 is 5.5 ± 2.2622 · 3.02765 / √10."""
    assert times(5) == pytest.approx(2.5706, abs=1e-4)
    found = mean_interval(10, 55, 385)
    assert found.high - 5.5 == pytest.approx(2.2622 * 3.02765 / sqrt(10), abs=1e-3)
    assert mean_interval(1, 5, 25) is None


def answers():
    """Two people on paper X (items 0 and 1), two on the harder paper Y (items 2 and 3); 100 hundredths each."""
    rows = Rows([(11, [0, 1], [0, 0]), (12, [0, 1], [0, 0]), (13, [2, 3], [0, 1]), (14, [2, 3], [0, 1])], 4)
    marks = {11: (100, 100), 12: (100, 0), 13: (100, 0), 14: (0, 0)}
    for grading, own in marks.items():
        rows.add([grading] * 3, [1, 2, 9], [*own, 100], [100] * 3)
    rows.add([99], [1], [100], [100])
    return rows.gather()


def test_areas_and_cells():
    """Items 0 and 2 are of one area: three of four marks; cell 1 holds item 3 only; what belongs to no slot is left out."""
    found = answers()
    assert [one.ratio for one in found.by_item([0, 1, 0, 1], 2)] == [0.75, 0.25]
    assert [(one.ratio, one.answers) for one in found.by_cell(2)] == [(pytest.approx(4 / 6), 6), (0.0, 2)]
    assert found.items_of_cells(2) == [3, 1]


def test_groups_beside_what_their_papers_let_expect():
    """Facilities 1, 1/2, 1/2, 0: paper X lets expect 1.5 of 2 marks, paper Y 0.5. Nobody else met a paper's items, so both groups are as
    expected; of those with one of each paper, who earned 2 and 1 are at 3/2, who earned 1 and 0 at 1/2."""
    found = answers()
    assert [one.ratio for one in found.by_person([0, 0, 1, 1], 2)] == [1, 1]
    mixed = found.by_person([0, 1, 0, 1], 2)
    assert [(one.earned, one.base, one.ratio) for one in mixed] == [(3, 2, 1.5), (1, 2, 0.5)]


def test_a_verdict_needs_people_and_distance():
    """30 people; twice the error tells from 1 where one group is looked at (t = 2.045 → no) and 2.1 errors do; among 20 groups they do not."""
    at = lambda apart, people=gates.COMPARISON: Ratio(people, people, 0, 1, 1 + 0.01 * apart, 0.01)  # noqa: E731
    assert [verdict(at(apart), 1) for apart in (2.0, 2.1, -2.1)] == [0, 1, -1]
    assert verdict(at(2.1), 20) == 0
    assert verdict(at(9, people=gates.COMPARISON - 1), 1) == 0


def test_marks_are_found_where_their_paper_lies():
    """Papers of two, none and one slots; a grading that is no paper's and slots that a paper does not have belong nowhere."""
    slots = Slots([(11, 2), (12, 0), (13, 1)])
    person, place, inside = slots.find([11, 11, 11, 11, 12, 13, 13, 99], [0, 1, 2, 3, 1, 1, 2, 1])
    assert inside.tolist() == [False, True, True, False, False, True, False, False]
    assert (person[inside].tolist(), place[inside].tolist()) == ([0, 0, 2], [0, 1, 2])
    assert not Slots([]).find([11], [1])[2].any()


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=40))
def test_groups_add_up(people):
    """Whoever is in which group: earned marks and expectations of the groups add up to those of all."""
    rows = Rows([(n, [0, 1], [0, 0]) for n in range(len(people))], 2)
    for n, (first, _) in enumerate(people):
        rows.add([n, n], [1, 2], [25 * first, 100 - 25 * first], [100, 100])
    found = rows.gather().by_person([group for _, group in people], 4)
    assert sum(one.earned for one in found) == pytest.approx(len(people))
    assert sum(one.base for one in found) == pytest.approx(len(people))


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 5), st.integers(-2, 2)), min_size=1, max_size=6, unique_by=lambda row: row[0]), min_size=2, max_size=12
    )
)
def test_marks_below_0_leave_expectations_that_can_be_divided_by(papers):
    """In a contest a paper may let expect nothing or less; from each item's lowest mark on everybody together is as expected, and nobody below 0."""
    rows = [(person, item, mark) for person, paper in enumerate(papers) for item, mark in paper]
    person, item, mark = (np.array(column) for column in zip(*rows, strict=True))
    table = mark_table(person, item, mark, 2.0, len(papers), 6)
    (everybody,) = Answers(table, np.zeros(len(rows), np.int64)).by_person([0] * len(papers), 1)
    assert everybody.ratio is None or everybody.ratio == pytest.approx(1)
    totals = scores_of(table).total
    assert table.is_common or ((totals >= 0) | np.isnan(totals)).all()
    if (mark >= 0).all():
        assert table.raised() is table
    share = Answers(table, np.zeros(len(rows), np.int64)).by_cell(1)[0]
    if share.interval is not None:
        assert share.interval.low <= share.ratio <= share.interval.high
