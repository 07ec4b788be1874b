"""Mastery and retention: closer to the truth than plain shares, ranges that hold it, verdicts only where they are sure."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.core.statistics.mastery import master
from quiz.core.statistics.mastery_values import Verdict, weight_of_age
from quiz.core.statistics.retention import retention_curve, retests


def cadres(seed, persons=1500, areas=12):
    """True shares mastered: people differ, areas differ, and each person has their own strong and weak areas."""
    chance = np.random.default_rng(seed)
    level = chance.normal(0, 0.7, (persons, 1)) + chance.normal(0, 0.7, (persons, areas))
    return 1 / (1 + np.exp(-(level + chance.normal(0.6, 0.5, areas)))), chance


def estimated(truth, chance, answers):
    counts = np.broadcast_to(answers, truth.shape).astype(float)
    right = chance.binomial(counts.astype(int), truth).astype(float)
    return right, master(right, counts, counts)


@pytest.mark.parametrize(("answers", "most"), [(2, 0.16), (4, 0.14), (8, 0.12), (16, 0.10)])
def test_closer_to_the_truth_than_plain_shares(answers, most):
    """The error of few answers is halved; the range holds the truth with at least four chances in five."""
    truth, chance = cadres(4)
    right, found = estimated(truth, chance, answers)
    share, low, high = (np.array([[getattr(cell, name) for cell in row] for row in found]) for name in ("share", "low", "high"))
    error, plain = (np.sqrt(np.mean((guess - truth) ** 2)) for guess in (share, right / answers))
    assert error < most
    assert error < plain * (0.6 if answers < 5 else 0.9)
    assert 0.8 <= np.mean((low <= truth) & (truth <= high)) <= 0.9


def test_a_verdict_of_weak_is_right_more_often_than_it_promises():
    truth, chance = cadres(5)
    _, found = estimated(truth, chance, 6)
    for verdict, holds in ((Verdict.WEAK, truth < 0.6), (Verdict.MASTERED, truth >= 0.6)):
        called = np.array([[cell.verdict is verdict for cell in row] for row in found])
        assert called.mean() > 0.1
        assert holds[called].mean() > 0.8


def test_fewer_than_three_answers_never_make_a_verdict():
    """Two wrong answers of two, in an area that everybody finds hard: open."""
    truth, chance = cadres(6)
    _, found = estimated(truth * 0.3, chance, 2)
    assert {cell.verdict for row in found for cell in row} == {Verdict.OPEN}


def test_nobody_is_called_what_their_own_answers_contradict():
    """Everybody else is right nine times of ten: who was right in two of four is not a master, and among the weak who was right in all not weak."""
    for others, own, refused in ((0.9, 0.5, Verdict.MASTERED), (0.1, 1.0, Verdict.WEAK)):
        counts = np.full((200, 3), 4.0)
        right = counts * others
        right[0, 0] = 4.0 * own
        assert master(right, counts, counts)[0][0].verdict is not refused
        assert master(right, counts, counts)[1][0].verdict is refused


def test_who_is_alone_in_an_area_is_not_their_own_prior():
    """Four wrong of four where nobody else answered: the range is that of a prior that knows nothing, not of eight wrong answers."""
    counts, right = np.zeros((50, 2)), np.zeros((50, 2))
    counts[:, 1], right[:, 1], counts[0, 0] = 10.0, 7.0, 4.0
    found = master(right, counts, counts)[0][0]
    assert found.share > 0.3
    assert found.high > 0.5


def test_however_alike_the_others_are_few_answers_leave_a_wide_range():
    counts = np.full((200, 3), 3.0)
    found = master(counts * 0.7, counts, counts)[0][0]
    assert found.high - found.low > 0.2


def test_without_answers_what_is_likely_is_told_and_open():
    """Somebody strong elsewhere is expected to be above the area's mean, somebody weak below it."""
    right, counts = np.full((20, 3), 5.0), np.full((20, 3), 10.0)
    right[0, 1:], right[1, 1:] = 10.0, 0.0
    right[:2, 0] = counts[:2, 0] = 0.0
    found = master(right, counts, counts)
    assert found[0][0].share > 0.55 > 0.45 > found[1][0].share
    assert (found[0][0].answers, found[0][0].verdict) == (0, Verdict.OPEN)


@given(st.integers(0, 20), st.integers(0, 20))
@settings(deadline=None)
def test_more_right_answers_never_lower_the_estimate(few, more):
    counts = np.full((6, 2), 20.0)
    others = np.array([[10.0, 10.0]] * 5)
    one, other = (master(np.vstack([[n, 10.0], others]), counts, counts)[0][0] for n in sorted((few, more)))
    assert one.share <= other.share + 0.03  # the strength of the prior moves a little with the data


def test_nobody_and_everybody_alike():
    """No people, one person, people who do not differ, people who differ completely: ranges within 0 and 1, nothing raised."""
    for right, counts in (
        (np.zeros((0, 2)), np.zeros((0, 2))),
        (np.array([[3.0]]), np.array([[4.0]])),
        (np.full((30, 2), 2.0), np.full((30, 2), 4.0)),
        (np.array([[0.0], [5.0]] * 20), np.full((40, 1), 5.0)),
        (np.full((5, 2), 1.0), np.full((5, 2), 1.0)),
    ):
        for row in master(right, counts, counts):
            assert all(0 <= cell.low <= cell.share <= cell.high <= 1 for cell in row)


def test_old_answers_count_less():
    assert [weight_of_age(days) for days in (0, 180, 360, -5)] == [1, 0.5, 0.25, 1]


def test_a_retention_curve_by_hand():
    """Thirty answers after ten days with 24 right make a point with its range; 29 make none, and the same day is no later."""
    found = retention_curve([(10, 1.0)] * 24 + [(10, 0.0)] * 6 + [(40, 1.0)] * 29 + [(0, 1.0)] * 99 + [(4000, 1.0)] * 99)
    assert [(step.first, step.last, step.answers) for step in found] == [
        (1, 7, 0),
        (8, 30, 30),
        (31, 90, 29),
        (91, 180, 0),
        (181, 365, 0),
        (366, 730, 0),
    ]
    assert found[1].share == pytest.approx(0.8)
    assert found[1].interval.low == pytest.approx(0.627, abs=1e-3)
    assert found[2].share is None


def test_retests_fall_due_in_growing_gaps():
    assert retests(date(2026, 1, 1)) == (date(2026, 1, 31), date(2026, 4, 1), date(2026, 6, 30))
    assert retests(date(2026, 1, 1), until=date(2026, 4, 1)) == (date(2026, 1, 31), date(2026, 4, 1))
