"""Figures of the whole test: where its totals lie, how they spread, and how far they can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from quiz.core.statistics.classical import EXACT
from quiz.core.statistics.marks import Floats, MarkTable
from quiz.core.statistics.scores import Scores
from quiz.core.statistics.values import TotalFigures

FEWEST_PAIRED = 30
"""Persons who met both of two items, below whom their covariance says nothing."""

MOST_PAIRED = 300
"""Items among which covariances are taken pair by pair: beyond that papers share too little."""


def total_figures(table: MarkTable, scores: Scores) -> TotalFigures:
    """Return the figures of the totals, by the definitions of Moodle's quiz statistics; items without marks to earn are not counted.

    Skewness and kurtosis are k₃/k₂^1.5 and k₄/k₂² of Fisher's k statistics. The coefficient of internal consistency is
    100 p/(p-1) (1 - Σ var x / k₂), the error ratio 100 √(1 - CIC/100), the standard error that share of the standard deviation.
    """
    totals = scores.total[~np.isnan(scores.total)]
    worth = _worth(table)
    shape = _shape(totals)
    reliability = _consistency(table, shape, worth)
    return TotalFigures(
        persons=len(totals),
        items=int(worth.sum()),
        answers=len(table.item),
        is_share=scores.is_share,
        earned=float(table.mark.sum() / table.most.sum()) if table.most.sum() else None,
        mean=float(totals.mean()) if len(totals) else None,
        median=float(np.median(totals)) if len(totals) else None,
        deviation=shape.deviation,
        skewness=shape.skewness,
        kurtosis=shape.kurtosis,
        internal_consistency=reliability,
        error_ratio=None if reliability is None else 100.0 * sqrt(max(0.0, 1.0 - reliability / 100.0)),
        standard_error=None if reliability is None or shape.deviation is None else sqrt(max(0.0, 1.0 - reliability / 100.0)) * shape.deviation,
        alpha=reliability / 100.0 if reliability is not None else _alpha_by_pairs(table, worth),
        kr20=_kr20(table, worth),
    )


@dataclass(frozen=True, slots=True)
class _Shape:
    """Spread and shape of a column of totals."""

    variance: float = 0.0
    deviation: float | None = None
    skewness: float | None = None
    kurtosis: float | None = None


def _shape(totals: Floats) -> _Shape:
    n = len(totals)
    if n < 2:
        return _Shape()
    away = totals - totals.mean()
    m2, m3, m4 = (float((away**power).mean()) for power in (2, 3, 4))
    k2 = n * m2 / (n - 1) if m2 > EXACT * float((totals**2).mean()) else 0.0
    if n < 3 or not k2:
        return _Shape(k2, sqrt(k2))
    k3 = n * n * m3 / ((n - 1) * (n - 2))
    skewness = float(k3 / k2**1.5)
    if n < 4:
        return _Shape(k2, sqrt(k2), skewness)
    k4 = n * n * ((n + 1) * m4 - 3 * (n - 1) * m2 * m2) / ((n - 1) * (n - 2) * (n - 3))
    return _Shape(k2, sqrt(k2), skewness, k4 / (k2 * k2))


def _worth(table: MarkTable) -> Floats:
    """1 for each item on which marks can be earned, else 0."""
    return (table.per_item(table.most) > 0).astype(np.float64)


def _consistency(table: MarkTable, shape: _Shape, worth: Floats) -> float | None:
    p = float(worth.sum())
    if not table.is_common or table.persons < 3 or p < 2 or not shape.variance:
        return None
    return float(100.0 * p / (p - 1) * (1.0 - table.matrix().var(axis=0, ddof=1).sum() / shape.variance))


def _kr20(table: MarkTable, worth: Floats) -> float | None:
    """Kuder and Richardson's formula 20, p/(p-1) (1 - Σ pq/σ²) with variances over S; None unless every item is 0 or 1 of equal marks.

    G. F. Kuder, M. W. Richardson, Psychometrika 2 (1937) 151-160.
    """
    most = table.most[table.most > 0]
    if not table.is_common or not len(most) or (most != most[0]).any() or worth.sum() < 2:
        return None
    right = table.matrix() / most[0]
    if not np.isin(right, (0.0, 1.0)).all():
        return None
    p = right.mean(axis=0)
    variance = right.sum(axis=1).var()
    items = float(worth.sum())
    return float(items / (items - 1) * (1.0 - (p * (1 - p)).sum() / variance)) if variance else None


def _alpha_by_pairs(table: MarkTable, worth: Floats) -> float | None:
    """Cronbach's alpha from covariances over those who met both items of a pair; None where too few did (as R's psych::alpha does it)."""
    if table.is_common or not 2 <= worth.sum() <= MOST_PAIRED:
        return None
    if len(np.unique(table.person * table.items + table.item)) < len(table.item):
        return None  # somebody met an item twice
    marks, found = np.zeros((table.persons, table.items)), np.zeros((table.persons, table.items))
    marks[table.person, table.item], found[table.person, table.item] = table.mark, 1.0
    marks, found = marks[:, worth > 0], found[:, worth > 0]
    paired = found.T @ found
    if paired.min() < FEWEST_PAIRED:
        return None
    sums = marks.T @ found
    shared = (marks.T @ marks - sums * sums.T / paired) / (paired - 1)
    own, whole, items = float(np.trace(shared)), float(shared.sum()), len(shared)
    return items / (items - 1) * (1.0 - own / whole) if whole > EXACT * own else None
