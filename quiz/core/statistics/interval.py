"""Intervals at 95 % for shares and correlations, so that no figure stands without what it leaves open."""

from __future__ import annotations

from math import atanh, sqrt, tanh
from statistics import NormalDist

from quiz.core.statistics.values import Interval

Z95 = NormalDist().inv_cdf(0.975)


def share_interval(share: float, answers: float) -> Interval | None:
    """Return Wilson's score interval of a share of 0 to 1 seen in so many answers; None without any.

    E. B. Wilson, JASA 22 (1927) 209-212. For marks in parts it is wider than need be, since they vary less than right and wrong.
    """
    if answers <= 0:
        return None
    share, square = min(1.0, max(0.0, share)), Z95 * Z95 / answers
    middle = (share + square / 2) / (1 + square)
    half = Z95 / (1 + square) * sqrt(max(0.0, share * (1 - share) / answers + square / (4 * answers)))
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def correlation_interval(correlation: float, answers: float) -> Interval | None:
    """Return the interval of a correlation by Fisher's z (R. A. Fisher, Metron 1 (1921) 3-32); None from fewer than four answers."""
    if answers < 4:
        return None
    if abs(correlation) >= 1:
        return Interval(correlation, correlation)
    half = Z95 / sqrt(answers - 3)
    return Interval(tanh(atanh(correlation) - half), tanh(atanh(correlation) + half))
