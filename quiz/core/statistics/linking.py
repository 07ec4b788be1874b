"""Two sittings compared on the questions that both asked: the only part of their papers that is the same.

Every question weighs as much as its answers in both allow (n1·n2/(n1+n2), as in the difference of shares by N. Mantel and W. Haenszel, JNCI 22
(1959) 719-748), so a question that one sitting asked often and the other hardly counts little. People are what varies: an answer pulls the
difference by its question's weight over its question's answers, and the squares of these pulls, added up for each person, give the error.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from quiz.core.statistics import gates
from quiz.core.statistics.marks import Floats, MarkTable, sums
from quiz.core.statistics.spread import times
from quiz.core.statistics.values import Interval


@dataclass(frozen=True, slots=True)
class Link:
    """How much more of the marks of the `items` that two sittings share was earned in the later one; shares run from 0 to 1.

    `people` are those of the smaller side. `before` and `after` are the shares on these questions, the questions weighed alike in both.
    """

    items: int
    people: int
    before: float
    after: float
    error: float

    @property
    def change(self) -> float:
        """The difference of both."""
        return self.after - self.before

    @property
    def interval(self) -> Interval:
        """Student's interval of the change at 95 %."""
        half = times(max(1, self.people - 1)) * self.error
        return Interval(self.change - half, self.change + half)


def link(before: MarkTable, after: MarkTable) -> Link | None:
    """Return the change between two sittings whose tables name the same items by the same numbers.

    None unless they share at least `gates.LINK` items that at least `gates.FACILITY` people of each have answered.
    """
    counts = [np.asarray(table.per_item()) for table in (before, after)]
    shared = (counts[0] >= gates.FACILITY) & (counts[1] >= gates.FACILITY)
    if int(shared.sum()) < gates.LINK:
        return None
    weight = np.where(shared, counts[0] * counts[1] / np.maximum(counts[0] + counts[1], 1), 0.0)
    weight /= weight.sum()
    found = [_side(table, count, weight) for table, count in zip((before, after), counts, strict=True)]
    people = min(len(np.unique(table.person[shared[table.item]])) for table in (before, after))
    return Link(int(shared.sum()), people, found[0][0], found[1][0], sqrt(found[0][1] + found[1][1]))


def _side(table: MarkTable, count: Floats, weight: Floats) -> tuple[float, float]:
    """The weighed share of one sitting, and its variance."""
    shares = table.shares()
    mean = np.divide(table.per_item(shares), count, out=np.zeros_like(count), where=count > 0)
    pull = np.divide(weight, count, out=np.zeros_like(count), where=count > 0)[table.item] * (shares - mean[table.item])
    own = sums(table.person, table.persons, pull)
    people = max(2, int((own != 0).sum()))
    return float(weight @ mean), float((own**2).sum()) * people / (people - 1)
