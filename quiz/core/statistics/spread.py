"""How far a mean of people's scores may be off: Student's interval at 95 %, and how far it must be off to be told from another."""

from __future__ import annotations

from math import sqrt

from scipy.special import stdtrit

from quiz.core.statistics.values import Interval

OUTSIDE = 0.05
"""The chance that an interval misses."""


def mean_interval(people: int, total: float, squares: float) -> Interval | None:
    """Return Student's interval of the mean of so many scores from their sum and the sum of their squares; None from fewer than two.

    "Student", Biometrika 6 (1908) 1-25: mean ± t(n-1) · s/√n.
    """
    if people < 2:
        return None
    mean = total / people
    variance = max(0.0, (squares - total * mean) / (people - 1))
    half = times(people - 1) * sqrt(variance / people)
    return Interval(mean - half, mean + half)


def times(freedom: int, looks: int = 1) -> float:
    """Return how many standard errors an interval reaches to either side when one of `looks` such intervals may miss in 5 % of cases (Bonferroni)."""
    return float(stdtrit(freedom, 1.0 - OUTSIDE / (2 * looks)))
