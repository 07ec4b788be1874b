"""How the scores of a sitting spread: how many people in each tenth of the full marks; where few stand, nobody is told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from quiz.core.message import Message, say
from quiz.core.paper import plain_number
from quiz.core.statistics import gates
from quiz.core.statistics.strip import Bar
from quiz.core.unit_report import hidden_where_held

BANDS = 10


@dataclass(frozen=True, slots=True)
class ScoreBand:
    """The scores from `low` to below `high` marks (the last one holds the full marks too), and how many have one; None where that is not shown."""

    low: Decimal
    high: Decimal
    people: int | None
    share: float
    """Of the fullest band that is shown, 0 to 1: how long its bar is."""

    @property
    def name(self) -> Message:
        """The band in words."""
        return say("{low}至{high}分", low=plain_number(self.low), high=plain_number(self.high))

    @property
    def bar(self) -> Bar | None:
        """The band's bar; None where the number is not shown."""
        return None if self.people is None else Bar(self.share)


def score_bands(counts: Mapping[int, int], full: Decimal) -> tuple[ScoreBand, ...]:
    """Return the bands from the lowest to the highest, from how many people have so many whole tenths of the full marks (10 for all).

    None at all of fewer than `gates.COMPARISON` people. A band of a few people tells single scores: such numbers stay out of sight, and one more
    where the sum of all would give them away.
    """
    people = [counts.get(place, 0) + (counts.get(BANDS, 0) if place == BANDS - 1 else 0) for place in range(BANDS)]
    if sum(people) < gates.COMPARISON or not full:
        return ()
    hidden = hidden_where_held(people)
    most = max((count for place, count in enumerate(people) if place not in hidden), default=0) or 1
    return tuple(
        ScoreBand(full * place / BANDS, full * (place + 1) / BANDS, None if place in hidden else count, 0.0 if place in hidden else count / most)
        for place, count in enumerate(people)
    )
