"""Figures of items and totals: worked examples with their arithmetic, what must not matter, and what has no figure."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from quiz.core.statistics.classical import item_figures
from quiz.core.statistics.interval import correlation_interval, share_interval
from quiz.core.statistics.marks import MarkTable, mark_table, matrix_table
from quiz.core.statistics.options import band_figures
from quiz.core.statistics.scores import ranks_of, scores_of
from quiz.core.statistics.totals import total_figures
from tests.core.statistics.made import make, thin


def items_of(table: MarkTable):
    scores = scores_of(table)
    return item_figures(table, scores, ranks_of(table, scores))


def totals_of(table: MarkTable):
    return total_figures(table, scores_of(table))


STAIRS = [[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]]
"""Four people with totals 3, 2, 1, 0 on three questions of one mark."""


def test_a_small_test_by_hand():
    """First question: x = 1 1 1 0, the rest X = 2 1 0 0. Means ¾ and ¾, Σ(x-¾)² = ¾, Σ(X-¾)² = 11/4, Σ(x-¾)(X-¾) = ¾; divided by S-1 = 3."""
    first, second, third = items_of(matrix_table(STAIRS))
    assert first.facility == 0.75
    assert first.deviation == pytest.approx(sqrt(1 / 4))
    assert first.discrimination == pytest.approx(100 * (1 / 4) / sqrt(1 / 4 * 11 / 12))
    assert first.efficiency == pytest.approx(100)  # no order of x and X gives more
    assert first.point_biserial == pytest.approx(first.discrimination / 100)
    # with the whole total T = 3 2 1 0: Σ(x-¾)(T-1½) = 3/2, Σ(T-1½)² = 5
    assert first.point_biserial_whole == pytest.approx(1.5 / sqrt(0.75 * 5))
    # covariances with T are ½, ⅔, ½, so the weights go as their roots
    roots = [sqrt(1 / 2), sqrt(2 / 3), sqrt(1 / 2)]
    assert [item.effective_weight for item in (first, second, third)] == pytest.approx([100 * root / sum(roots) for root in roots])
    assert [item.intended_weight for item in (first, second, third)] == pytest.approx([100 / 3] * 3)
    # 27 % of four people is one: the best has it, the weakest has not
    assert (second.upper, second.lower, second.upper_lower) == (1, 0, 1)
    # without the first: two questions with variances ⅓ and ¼, their sum X has 11/12
    assert first.alpha_without == pytest.approx(2 / 1 * (1 - (1 / 3 + 1 / 4) / (11 / 12)))


def test_totals_by_hand():
    """T = 3 2 1 0: variance 5/3, item variances ¼ ⅓ ¼; m₂ = 5/4, m₄ = 41/16, so k₄ = 16 (5·41/16 - 9·25/16) / 6 = -10/3 and k₂² = 25/9."""
    totals = totals_of(matrix_table(STAIRS))
    assert (totals.persons, totals.items, totals.answers, totals.mean, totals.median) == (4, 3, 12, 1.5, 1.5)
    assert totals.deviation == pytest.approx(sqrt(5 / 3))
    assert totals.skewness == pytest.approx(0)
    assert totals.kurtosis == pytest.approx(-10 / 3 / (25 / 9))
    assert totals.internal_consistency == pytest.approx(100 * 3 / 2 * (1 - (5 / 6) / (5 / 3)))
    assert totals.error_ratio == pytest.approx(50)
    assert totals.standard_error == pytest.approx(0.5 * sqrt(5 / 3))
    assert totals.kr20 == pytest.approx(3 / 2 * (1 - (3 / 16 + 1 / 4 + 3 / 16) / (5 / 4)))


def test_skewness_by_hand():
    """Totals 0 0 3: m₂ = 2, m₃ = 2, k₂ = 3, k₃ = 9·2/2 = 9."""
    totals = totals_of(matrix_table([[0, 0], [0, 0], [2, 1]], most=[2, 1]))
    assert totals.skewness == pytest.approx(9 / 3**1.5)
    assert totals.kurtosis is None


def test_a_question_that_falls_as_totals_rise():
    """x = 1 1 0 0 beside X = 0 0 2 2: cov(x, T) = cov(x, x) + cov(x, X) = ⅓ - ⅔ < 0, so it has no effective weight and the others share all."""
    against, *others = items_of(matrix_table([[1, 0, 0], [1, 0, 0], [0, 1, 1], [0, 1, 1]]))
    assert against.shrinks_total
    assert against.effective_weight is None
    assert against.discrimination == pytest.approx(-100)
    assert sum(item.effective_weight for item in others) == pytest.approx(100)


def test_everybody_right_or_wrong_has_a_facility_and_no_discrimination():
    """A constant does not go with anything, and weighs nothing."""
    right, wrong, third = items_of(matrix_table([[1, 0, 1], [1, 0, 0], [1, 0, 1]]))
    assert (right.facility, wrong.facility) == (1, 0)
    for item in (right, wrong):
        assert (item.deviation, item.discrimination, item.efficiency, item.point_biserial_whole) == (0, None, None, None)
        assert item.effective_weight == 0
    assert third.effective_weight == pytest.approx(100)
    assert third.discrimination is None  # the rest of the total is constant too


@pytest.mark.parametrize("share", [0.1, 0.3, 1 / 3, 0.7])
def test_equal_marks_that_are_no_binary_fractions_do_not_vary(share):
    """Rounding is not variance."""
    first, _ = items_of(matrix_table([[share, 1.0], [share, 0.0], [share, 1.0], [share, 0.0], [share, 0.5], [share, 1.0], [share, 0.0]]))
    assert (first.deviation, first.discrimination, first.effective_weight) == (0, None, 0)


@pytest.mark.parametrize("marks", [[[1.0, 0.0, 0.5]], [[1.0]], [[0.0], [1.0]], [[0.0, 0.0], [0.0, 0.0]]])
def test_too_little_for_figures_gives_none(marks):
    """One person, one question, nothing but zeros: what can be counted is, the rest is None, nothing is raised."""
    table = matrix_table(marks)
    items, totals = items_of(table), totals_of(table)
    assert all(item.discrimination is None and item.efficiency is None for item in items)
    assert all(item.facility is not None for item in items)
    assert totals.internal_consistency is None
    assert totals.kr20 is None
    assert totals.mean is not None


def test_nobody_at_all():
    """An empty table has figures of nothing."""
    table = mark_table([], [], [], [], 0, 2)
    assert [(item.answers, item.facility, item.max_mark, item.upper_lower) for item in items_of(table)] == [(0, None, None, None)] * 2
    assert (totals_of(table).mean, totals_of(table).deviation, totals_of(table).persons) == (None, None, 0)


def test_a_question_without_marks_is_not_counted():
    """It has no facility and does not make the test longer: p = 2, not 3."""
    table = matrix_table([[1, 1, 0], [1, 0, 0], [0, 0, 0], [0, 1, 0]], most=[1, 1, 0])
    assert items_of(table)[2].facility is None
    assert totals_of(table).items == 2
    assert totals_of(table).internal_consistency == pytest.approx(totals_of(matrix_table([[1, 1], [1, 0], [0, 0], [0, 1]])).internal_consistency)


def test_where_there_were_no_marks_to_earn_nobody_has_a_share_of_them():
    """Not the best, not the weakest, not the five groups: 0 would say that all failed."""
    table = matrix_table([[person % 2, person % 3 == 0, 0] for person in range(40)], most=[1, 1, 0])
    assert [(item.upper, item.lower, item.upper_lower) for item in items_of(table)][2] == (None, None, None)
    assert [len(bands) for bands in band_figures(table, ranks_of(table, scores_of(table)))] == [5, 5, 0]


def test_alpha_without_a_question_knows_rounding_from_variance():
    """The first two always make 1 together: without the third the totals do not vary, however their parts are rounded."""
    others = {0.3: 5 / 3, 0.4: 1.0, 0.7: 4 / 3, 0.0: 2.0, 0.8: 1 / 3}
    items = items_of(matrix_table([[part, 1 - part, other] for part, other in others.items()]))
    assert items[2].alpha_without is None
    assert items[0].alpha_without is not None


def test_alpha_without_a_question_that_counts_nothing_is_that_of_the_others():
    """Without one of the two that count one is left, of which there is no alpha; without the third there are still both."""
    marks = [[1, 1, 0], [1, 0, 0], [0, 0, 0], [0, 1, 0], [1, 1, 0]]
    table = matrix_table(marks, most=[1, 1, 0])
    assert [item.alpha_without for item in items_of(table)] == [None, None, pytest.approx(totals_of(table).alpha)]


def test_alpha_over_pairs_counts_what_can_be_earned():
    """A question without marks does not make a test of differing papers longer either; totals that vary by rounding only have no alpha."""
    right = make(4, 200, 4).right.astype(float)
    right[0, 0] = np.nan
    whole = totals_of(matrix_table(right)).alpha
    longer = np.concatenate([right, np.zeros((200, 1))], axis=1)
    assert totals_of(matrix_table(longer, most=[1, 1, 1, 1, 0])).alpha == pytest.approx(whole)
    parts = np.tile([0.1, 0.7, 0.3], 30)  # with their complements they make 1 for everybody who was there
    assert totals_of(matrix_table([*np.stack([parts, 1 - parts], axis=1), [np.nan, np.nan]])).alpha is None


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="length"):
        mark_table([0, 1], [0], [1.0], [1.0], 2, 1)


def test_what_was_not_asked_is_left_out():
    """Of three who met the question two had it right; the fourth, who did not, counts nowhere."""
    table = matrix_table([[1, 1, 1], [0, 1, 0], [1, 0, 0], [np.nan, 0, 1]])
    assert not table.is_common
    first = items_of(table)[0]
    assert first.answers == 3
    assert first.facility == pytest.approx(2 / 3)
    assert totals_of(table).is_share


def test_where_papers_differ_a_total_is_a_share_of_what_was_to_be_expected():
    """Two papers, one easy and one hard: who is as good as the others on theirs gets 1, whichever they had."""
    easy, hard = [[1, 1, np.nan, np.nan]] * 40 + [[1, 0, np.nan, np.nan]] * 40, [[np.nan, np.nan, 1, 0]] * 40 + [[np.nan, np.nan, 0, 0]] * 40
    totals = scores_of(matrix_table(easy + hard)).total
    assert totals[:80].mean() == pytest.approx(1, abs=0.03)
    assert totals[80:].mean() == pytest.approx(1, abs=0.15)  # each facility borrows five answers from the mean of all
    assert np.array(easy)[:, :2].sum(axis=1).mean() == 3 * np.array(hard)[:, 2:].sum(axis=1).mean()


def test_alpha_over_pairs_is_alpha_where_nothing_is_missing():
    """Leaving one answer of two hundred out hardly moves it; on thin papers nothing is said."""
    right = make(4, 200, 8).right.astype(float)
    whole = totals_of(matrix_table(right)).alpha
    right[0, 0] = np.nan
    assert totals_of(matrix_table(right)).alpha == pytest.approx(whole, abs=0.01)
    assert totals_of(thin(make(4, 200, 60), 1, 4)).alpha is None


def test_wilson_and_fisher_by_hand():
    """8 of 10, z = 1.96: (0.8 + 0.19207) / 1.38415 ± 1.95996/1.38415 √(0.016 + 0.0096037); r = 0.5, n = 28: tanh(atanh ½ ± 1.96/5)."""
    wilson = share_interval(0.8, 10)
    assert (wilson.low, wilson.high) == pytest.approx((0.49016, 0.94332), abs=1e-5)
    fisher = correlation_interval(0.5, 28)
    assert (fisher.low, fisher.high) == pytest.approx((np.tanh(0.549306 - 0.391993), np.tanh(0.549306 + 0.391993)), abs=1e-6)
    assert share_interval(0.5, 0) is None
    assert correlation_interval(0.5, 3) is None
    assert correlation_interval(1.0, 30).low == 1


MATRICES = arrays.arrays(np.int64, st.tuples(st.integers(4, 12), st.integers(2, 6)), elements=st.integers(0, 3))


def same(one, other, *names):
    for a, b in zip(one, other, strict=True):
        for name in names:
            x, y = getattr(a, name), getattr(b, name)
            assert (x is None) == (y is None), name
            if x is not None:
                assert x == pytest.approx(y, rel=1e-7, abs=1e-7), name


@given(MATRICES, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_people_and_questions_does_not_matter(marks, chance):
    """Ties at the cut of the best and weakest are shared, so that no order of rows shows in a figure."""
    rows, columns = list(range(marks.shape[0])), list(range(marks.shape[1]))
    chance.shuffle(rows)
    chance.shuffle(columns)
    plain = items_of(matrix_table(marks, most=np.full(marks.shape[1], 3.0)))
    shuffled = items_of(matrix_table(marks[rows][:, columns], most=np.full(marks.shape[1], 3.0)))
    names = ("facility", "discrimination", "efficiency", "effective_weight", "upper", "lower", "alpha_without")
    same([plain[k] for k in columns], shuffled, *names)


@given(MATRICES)
@settings(max_examples=60, deadline=None)
def test_what_differing_papers_get_is_what_a_common_paper_gets_when_they_do_not_differ(marks):
    """Shares of what was to be expected are then totals over one and the same number: nothing that has no unit may change."""
    table = matrix_table(marks, most=np.full(marks.shape[1], 3.0))
    if not marks.any():
        return
    as_if = replace(table, is_common=False)
    names = ("facility", "deviation", "discrimination", "efficiency", "upper", "lower")
    alive = [k for k in range(table.items) if items_of(as_if)[k].discrimination is not None]
    same([items_of(table)[k] for k in alive], [items_of(as_if)[k] for k in alive], *names)


@given(MATRICES, st.floats(0.25, 8))
@settings(max_examples=40, deadline=None)
def test_marks_in_other_units_change_no_share(marks, factor):
    """Half the marks for everything, the same test."""
    plain = matrix_table(marks, most=np.full(marks.shape[1], 3.0))
    scaled = matrix_table(marks * factor, most=np.full(marks.shape[1], 3.0 * factor))
    same(items_of(plain), items_of(scaled), "facility", "discrimination", "efficiency", "effective_weight", "upper_lower")
    same([totals_of(plain)], [totals_of(scaled)], "skewness", "kurtosis", "internal_consistency", "error_ratio")


@given(arrays.arrays(np.int64, st.tuples(st.integers(4, 14), st.integers(2, 6)), elements=st.integers(0, 1)))
@settings(max_examples=60, deadline=None)
def test_kr20_is_alpha_for_right_and_wrong(marks):
    """They are one formula where every mark is 0 or 1."""
    totals = totals_of(matrix_table(marks))
    if totals.internal_consistency is not None and totals.kr20 is not None:
        assert totals.kr20 == pytest.approx(totals.internal_consistency / 100)


@given(MATRICES)
@settings(max_examples=60, deadline=None)
def test_discrimination_is_the_correlation_with_the_rest(marks):
    """As numpy works it out, question by question."""
    items = items_of(matrix_table(marks, most=np.full(marks.shape[1], 3.0)))
    for k, item in enumerate(items):
        x, rest = marks[:, k], marks.sum(axis=1) - marks[:, k]
        if x.std() and rest.std():
            assert item.discrimination == pytest.approx(100 * np.corrcoef(x, rest)[0, 1], abs=1e-6)
            assert item.efficiency == pytest.approx(100 * np.cov(x, rest)[0, 1] / np.cov(np.sort(x), np.sort(rest))[0, 1], abs=1e-6)
        else:
            assert item.discrimination is None
