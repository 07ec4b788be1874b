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
        if self.low < 0:
            return say("低于0分")
        return say("{low}至{high}分", low=plain_number(self.low), high=plain_number(self.high))

    @property
    def bar(self) -> Bar | None:
        """The band's bar; None where the number is not shown."""
        return None if self.people is None else Bar(self.share)


def score_bands(counts: Mapping[int, int], full: Decimal, lowest: Decimal = Decimal(0)) -> tuple[ScoreBand, ...]:
    """Return the bands from the lowest to the highest, from how many people have so many whole tenths of the full marks (10 for all).

    Where totals may fall to `lowest`, below 0, what is below 0 (counted as -1) is a band of its own.
    None at all of fewer than `gates.COMPARISON` people. A band of a few people tells single scores: such numbers stay out of sight, and one more
    where the sum of all would give them away.
    """
    edges = [*([lowest] if lowest < 0 else []), *(full * place / BANDS for place in range(BANDS + 1))]
    first = BANDS + 1 - len(edges)
    people = [counts.get(place, 0) + (counts.get(BANDS, 0) if place == BANDS - 1 else 0) for place in range(first, BANDS)]
    if sum(people) < gates.COMPARISON or not full:
        return ()
    hidden = hidden_where_held(people)
    most = max((count for place, count in enumerate(people) if place not in hidden), default=0) or 1
    return tuple(
        ScoreBand(edges[place], edges[place + 1], None if place in hidden else count, 0.0 if place in hidden else count / most)
        for place, count in enumerate(people)
    )
