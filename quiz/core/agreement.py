"""How far two markers agree on the same answers. Marks are shares of the full marks; nothing here says whether agreement is good enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

FEWEST = 10
"""Answers marked twice below which no coefficient is given: it would say more about chance than about the markers."""

Pair = tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `pairs` answers marked twice: how many got the same mark, how many marks within the margin, the mean difference as a share of the full
    marks, and quadratic weighted kappa (None for too few, or where one of the markers' marks do not vary at all)."""

    pairs: int
    exact: int
    adjacent: int
    difference: Fraction
    kappa: float | None


def agreement(pairs: Sequence[Pair], margin: Fraction) -> Agreement:
    """Return how far two markers agree; `margin` is the share of the full marks by which marks may differ without an arbiter."""
    gaps = [abs(first - second) for first, second in pairs]
    return Agreement(
        pairs=len(pairs),
        exact=sum(gap == 0 for gap in gaps),
        adjacent=sum(gap <= margin for gap in gaps),
        difference=sum(gaps, Fraction(0)) / len(gaps) if gaps else Fraction(0),
        kappa=weighted_kappa(pairs) if len(pairs) >= FEWEST else None,
    )


def weighted_kappa(pairs: Sequence[Pair]) -> float | None:
    """Return Cohen's kappa with quadratic weights (Cohen 1968): 1 − mean squared difference over the one expected if marks were dealt by chance.

    The expectation is over all n² combinations of a first and a second mark. With quadratic weights it needs no categories: n·Σx² + n·Σy² −
    2·Σx·Σy over n². None where nothing could differ.
    """
    count = len(pairs)
    firsts, seconds = [first for first, _ in pairs], [second for _, second in pairs]
    squares = sum((mark * mark for mark in (*firsts, *seconds)), Fraction(0))
    expected = (count * squares - 2 * sum(firsts, Fraction(0)) * sum(seconds, Fraction(0))) if count else Fraction(0)
    if not expected:
        return None
    observed = sum(((first - second) ** 2 for first, second in pairs), Fraction(0)) * count
    return float(1 - observed / expected)
