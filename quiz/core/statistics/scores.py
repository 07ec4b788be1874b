"""What an answer is compared with: totals on a common paper, shares of what was to be expected where papers differ; and ranks among equals.

Where everybody has another paper a total says as much about the paper as about the person. Then a person's score is the marks earned over the
marks that people earned on average on those items, and 1 means "as expected". In a contest both are counted from the lowest mark of each item.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quiz.core.statistics.marks import Floats, MarkTable

BORROWED = 5.0
"""As many answers of the test's mean facility are added to an item's own before anybody's expectation rests on it: one answer says little."""

TAIL = 0.27
"""The share of the best and of the weakest that are set against each other (T. L. Kelley, J. Educ. Psychol. 30 (1939) 17-24)."""

TIED = 9
"""Decimal places to which totals that are equal must agree: sums of parts of marks differ by rounding."""

BANDS = 5
"""Groups of equal size in which a question is shown from the weakest to the best."""


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """`total` for each person; `rest` for each row: the total without that row's item; NaN where nothing remains to compare with."""

    total: Floats
    rest: Floats
    is_share: bool


def scores_of(table: MarkTable) -> Scores:
    """Return what the answers of a table are compared with."""
    earned = table.per_person(table.mark)
    if table.is_common:
        return Scores(earned, earned[table.person] - table.mark, is_share=False)
    table = table.raised()  # what is lost for wrong answers could make nothing to be expected of a paper, or less
    earned = table.per_person(table.mark)
    expected = table.most * _facilities(table)[table.item]
    whole = table.per_person(expected)
    total = np.divide(earned, whole, out=np.full(table.persons, np.nan), where=whole > 0)
    remains = whole[table.person] - expected
    rest = np.divide(earned[table.person] - table.mark, remains, out=np.full(len(remains), np.nan), where=remains > 1e-9)
    return Scores(total, rest, is_share=True)


def _facilities(table: MarkTable) -> Floats:
    """The facility of each item, drawn to the mean of all where there are few answers."""
    shares = table.shares()
    mean = float(shares.mean()) if len(shares) else 0.0
    return (table.per_item(shares) + BORROWED * mean) / (table.per_item() + BORROWED)


@dataclass(frozen=True, slots=True, eq=False)
class Ranks:
    """Where each row stands among the rows of its item, by the person's total: rows with equal totals share the places `first` to `first + tied`.

    Places count from 0, the weakest first; `answers` is the number of rows of the item. Rows without a total have no place (`tied` 0).
    """

    first: Floats
    tied: Floats
    answers: Floats

    def within(self, low: Floats, high: Floats) -> Floats:
        """Return how much of each row lies in the places from `low` to `high`: tied rows share what is left in equal parts."""
        inside = np.minimum(self.first + self.tied, high) - np.maximum(self.first, low)
        share: Floats = np.divide(inside, self.tied, out=np.zeros_like(inside), where=self.tied > 0).clip(0.0, 1.0)
        return share

    def tails(self) -> tuple[Floats, Floats]:
        """Return how much of each row belongs to the best and to the weakest 27 % of its item (rounded half up to whole persons)."""
        size = np.floor(TAIL * self.answers + 0.5)
        return self.within(self.answers - size, self.answers), self.within(np.zeros_like(size), size)

    def bands(self) -> list[Floats]:
        """Return how much of each row belongs to each of the equal groups, the weakest first."""
        return [self.within(self.answers * band / BANDS, self.answers * (band + 1) / BANDS) for band in range(BANDS)]


def ranks_of(table: MarkTable, scores: Scores) -> Ranks:
    """Return the places of all rows among those of the same item."""
    values = np.round(scores.total, TIED)[table.person]
    placed = ~np.isnan(values)
    item, value = table.item[placed], values[placed]
    order = np.lexsort((value, item))
    item, value = item[order], value[order]
    starts = np.flatnonzero(np.r_[True, (item[1:] != item[:-1]) | (value[1:] != value[:-1])]) if len(item) else np.zeros(0, np.int64)
    lengths = np.diff(np.r_[starts, len(item)])
    counts = np.bincount(item, minlength=table.items)
    begins = np.r_[0, np.cumsum(counts)[:-1]]
    first, tied = np.zeros(len(values)), np.zeros(len(values))
    back = np.flatnonzero(placed)[order]
    first[back] = np.repeat(starts, lengths) - begins[item]
    tied[back] = np.repeat(lengths, lengths)
    return Ranks(first, tied, counts[table.item].astype(np.float64))
