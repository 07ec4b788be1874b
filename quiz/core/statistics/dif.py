"""Differential item functioning: whether an item is harder for one group than for another of the same ability.

Mantel and Haenszel's test (N. Mantel, W. Haenszel, JNCI 22 (1959) 719-748) as P. W. Holland and D. T. Thayer apply it to items (in H. Wainer,
H. I. Braun, Test Validity, 1988, 129-145); the error of ln(odds) by A. Phillips, P. W. Holland, Biometrics 43 (1987) 425-431; the categories
A, B and C of ETS (R. Zwick, ETS RR-12-08).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import erfc, log, sqrt
from statistics import NormalDist

import numpy as np

from quiz.core.statistics.marks import Floats, Ints, MarkTable, sums
from quiz.core.statistics.scores import TIED, Scores
from quiz.core.statistics.values import GroupDifference

REFERENCE, FOCAL, NEITHER = 0, 1, -1
"""Which group a person is in: the one compared with, the one of whom is asked, or none of the two."""

STRATA = 20
"""Groups of equal ability where totals are too fine to match exactly, and where papers differ."""

DELTA = -2.35
"""What turns ln(odds) into the delta scale of ETS."""

SLIGHT, LARGE = 1.0, 1.5
ONE_SIDED = NormalDist().inv_cdf(0.95)


def group_differences(table: MarkTable, scores: Scores, group: Ints) -> tuple[GroupDifference, ...]:
    """Return for each item how the focal group fared beside the reference group at equal totals (the item included, as Holland and Thayer advise).

    Right is whoever earned all the marks. On a common paper totals are matched exactly where they take few values, else in 20 groups of equal
    size by total; on papers that differ by the share of what the paper let expect.
    """
    strata = _strata(scores.total)
    width = int(strata.max(initial=0)) + 1
    side, level = group[table.person], strata[table.person]
    met = (side != NEITHER) & (level >= 0) & (table.most > 0)
    place = (table.item[met] * width + level[met]) * 2 + side[met]
    size = table.items * width * 2
    number = sums(place, size).reshape(table.items, width, 2)
    right = sums(place, size, table.mark[met] >= table.most[met]).reshape(table.items, width, 2)
    return tuple(_difference(number[i], right[i]) for i in range(table.items))


def _strata(totals: Floats) -> Ints:
    """For each person the group of equal ability, -1 without a total."""
    known = ~np.isnan(totals)
    rounded = np.round(totals[known], TIED)
    values, group = np.unique(rounded, return_inverse=True)
    if len(values) > 5 * STRATA:
        edges = np.quantile(rounded, np.arange(1, STRATA) / STRATA)
        group = np.searchsorted(edges, rounded, side="right")
    out = np.full(len(totals), -1, np.int64)
    out[known] = group
    return out


@dataclass(frozen=True, slots=True, eq=False)
class _Tables:
    """The 2 × 2 tables of the strata where both groups are: a, b right and wrong of the reference group, c, d of the focal group; n all of them."""

    a: Floats
    b: Floats
    c: Floats
    d: Floats
    n: Floats


def _difference(number: Floats, right: Floats) -> GroupDifference:
    """The comparison over the strata of one item (strata × groups)."""
    both = (number > 0).all(axis=1)
    a, c = right[both].T
    b, d = (number[both] - right[both]).T
    t = _Tables(a, b, c, d, number[both].sum(axis=1))
    chi_square = _chi_square(t)
    p_value = None if chi_square is None else erfc(sqrt(chi_square / 2))  # one degree of freedom
    share = float(((c / (c + d) - a / (a + b)) * (c + d)).sum() / (c + d).sum()) if both.any() else None
    found = GroupDifference(int(number[:, REFERENCE].sum()), int(number[:, FOCAL].sum()), chi_square, p_value, share)
    above, below = float((a * d / t.n).sum()), float((b * c / t.n).sum())
    if p_value is None or not above or not below:
        return found
    odds = above / below
    delta, error = DELTA * log(odds), abs(DELTA) * sqrt(_log_variance(t, odds, above))
    return replace(found, odds=odds, delta=delta, delta_error=error, category=category(delta, error, p_value))


def _chi_square(t: _Tables) -> float | None:
    """(max(0, |Σa - ΣE(a)| - ½))² / Σ var(a), with one degree of freedom; None where nothing varies."""
    reference, right = t.a + t.b, t.a + t.c
    expected = reference * right / t.n
    variance = float((reference * (t.c + t.d) * right * (t.b + t.d) / (t.n**2 * np.maximum(t.n - 1, 1))).sum())
    return max(0.0, abs(float((t.a - expected).sum())) - 0.5) ** 2 / variance if variance else None


def _log_variance(t: _Tables, odds: float, above: float) -> float:
    """The variance of ln(odds) by Phillips and Holland; `above` is the numerator of the odds."""
    return float(((t.a * t.d + odds * t.b * t.c) * (t.a + t.d + odds * (t.b + t.c)) / t.n**2).sum()) / (2 * above**2)


def category(delta: float, error: float, p_value: float) -> str:
    """Return ETS's category: A below 1 or not significant, C from 1.5 when significantly above 1, else B."""
    size = abs(delta)
    if size < SLIGHT or p_value >= 0.05:
        return "A"
    return "C" if size >= LARGE and size - ONE_SIDED * error > SLIGHT else "B"
