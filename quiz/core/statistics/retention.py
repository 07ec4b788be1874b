"""How much of what people once knew they still know later: the retention curve of re-tests, and when re-tests fall due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from quiz.core.statistics import gates
from quiz.core.statistics.interval import share_interval
from quiz.core.statistics.values import Interval

STEPS = (7, 30, 90, 180, 365, 730)
"""The curve has a point up to each of these days."""

RETEST_AFTER = (30, 90, 180)
"""Days after a sitting on which what was right then is asked again: gaps that grow, since what is recalled late lasts longest
(N. J. Cepeda et al., Psychol. Bull. 132 (2006) 354-380)."""


@dataclass(frozen=True, slots=True)
class Retained:
    """Of the answers asked again `first` to `last` days after a right one, the share of the marks earned; None where too few were asked."""

    first: int
    last: int
    answers: int
    share: float | None
    interval: Interval | None


def retention_curve(answers: Iterable[tuple[int, float]]) -> tuple[Retained, ...]:
    """Return the curve from pairs of days since the earlier right answer and share of the marks earned now.

    Pairs of the same day, and of longer ago than the last step, are left out. Below the minimum number a step has no share: a curve through
    three answers would be believed.
    """
    found = [(days, share) for days, share in answers if 0 < days <= STEPS[-1]]
    out = []
    for first, last in zip((1, *(step + 1 for step in STEPS)), STEPS, strict=False):
        shares = [share for days, share in found if first <= days <= last]
        enough = len(shares) >= gates.FACILITY
        mean = sum(shares) / len(shares) if enough else None
        out.append(Retained(first, last, len(shares), mean, None if mean is None else share_interval(mean, len(shares))))
    return tuple(out)


def retests(sat_on: date, until: date | None = None) -> tuple[date, ...]:
    """Return the days on which a re-test falls due after a sitting, as far as they lie no later than `until`."""
    days = (sat_on + timedelta(days=step) for step in RETEST_AFTER)
    return tuple(day for day in days if until is None or day <= until)
