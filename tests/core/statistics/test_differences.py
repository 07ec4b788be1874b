"""Differences between groups: one table by hand, what swaps when groups swap, what is found and what is not."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from quiz.core.statistics.analysis import comparisons
from quiz.core.statistics.dif import category, group_differences
from quiz.core.statistics.marks import matrix_table
from quiz.core.statistics.scores import scores_of
from tests.core.statistics.made import make, thin


def differences(marks, group):
    table = matrix_table(marks)
    return group_differences(table, scores_of(table), np.asarray(group))


def test_two_strata_by_hand():
    """Question 1 and a second that only makes the total.

    Total 2: everybody right, says nothing. Total 1: reference 6 right 2 wrong, focal 3 right 9 wrong (n = 20): E(a) = 8·9/20 = 3.6,
    var(a) = 8·12·9·11 / (20²·19) = 1.25053, χ² = (|6 - 3.6| - ½)² / 1.25053; odds = (6·9)/(2·3) = 9. Total 0: everybody wrong.
    """
    ones = [[1, 0]] * 6 + [[0, 1]] * 2 + [[1, 0]] * 3 + [[0, 1]] * 9
    marks = ones + [[1, 1]] * 4 + [[0, 0]] * 4
    group = [0] * 8 + [1] * 12 + [0, 0, 1, 1] * 2
    found = differences(marks, group)[0]
    assert (found.reference, found.focal) == (12, 16)
    assert found.chi_square == pytest.approx(1.9**2 / (8 * 12 * 9 * 11 / (400 * 19)))
    assert found.odds == pytest.approx(9)
    assert found.delta == pytest.approx(-2.35 * log(9))
    # one table with n = 20: Σ(ad + αbc)(a+d + α(b+c)) / n² / 2R² with ad = 54, αbc = 54, a+d = 15, α(b+c) = 45, R = 54/20
    assert found.delta_error == pytest.approx(2.35 * np.sqrt(108 * 60 / 400 / (2 * 2.7**2)))
    # focal-weighted: (3/12 - 6/8)·12 of 16, the other strata add 0
    assert found.share_difference == pytest.approx((3 / 12 - 6 / 8) * 12 / 16)


def test_swapping_the_groups_inverts_the_odds():
    made = make(3, 400, 10)
    group = np.arange(400) % 2
    one, other = differences(made.right.astype(float), group), differences(made.right.astype(float), 1 - group)
    for a, b in zip(one, other, strict=True):
        assert a.odds == pytest.approx(1 / b.odds)
        assert a.chi_square == pytest.approx(b.chi_square)
        assert a.delta == pytest.approx(-b.delta)


@pytest.mark.parametrize("is_thin", [False, True])
def test_a_harder_question_for_one_group_is_found_and_nothing_else(is_thin):
    """One of twenty is harder by 1.2 for the weaker group; that the group is weaker as a whole is no difference."""
    chance = np.random.default_rng(9)
    group = np.arange(3000) % 2
    ability = chance.normal(size=3000) - 0.5 * group
    harder = 1.2 * (np.arange(20) == 4) * group[:, None]
    right = chance.random((3000, 20)) < 1 / (1 + np.exp(-(ability[:, None] - np.linspace(-1, 1, 20) - harder)))
    made = make(1, 3000, 20)
    object.__setattr__(made, "right", right)
    table = thin(made, 2, 12) if is_thin else made.table
    found = group_differences(table, scores_of(table), group)
    assert found[4].category == "C"
    assert found[4].delta < 0
    assert [item.category for k, item in enumerate(found) if k != 4].count("C") == 0
    assert [item.category for k, item in enumerate(found) if k != 4].count("A") >= 18


def test_groups_that_are_alike_are_called_different_seldom():
    """The test at 5 % says so in about that many cases (with continuity correction in fewer)."""
    p_values = [item.p_value for seed in range(20) for item in differences(make(seed, 400, 10).right.astype(float), np.arange(400) % 2)]
    assert np.mean(np.array(p_values) < 0.05) < 0.06


def test_a_group_of_nobody_gives_no_figure():
    found = differences([[1, 0], [0, 1], [1, 1]], [0, 0, -1])[0]
    assert (found.reference, found.focal, found.odds, found.category, found.p_value) == (2, 0, None, None, None)


@pytest.mark.parametrize(
    ("delta", "error", "p_value", "letter"),
    [(0.9, 0.1, 0.001, "A"), (2.0, 0.2, 0.06, "A"), (-1.2, 0.1, 0.001, "B"), (-1.6, 0.5, 0.01, "B"), (-1.6, 0.3, 0.01, "C"), (2.2, 0.4, 0.001, "C")],
)
def test_categories(delta, error, p_value, letter):
    """A below 1 or not significant; C from 1.5 when the delta less 1.645 errors is still above 1; else B."""
    assert category(delta, error, p_value) == letter


def test_comparisons():
    """Two groups are compared once, more each with all others; without a group nobody is compared."""
    assert comparisons(["镇", "村", "镇", ""]) == [("村", [0, 1, 0, -1])]
    assert [name for name, _ in comparisons(["a", "b", "c"])] == ["a", "b", "c"]
    assert comparisons(["a", "a"]) == []
