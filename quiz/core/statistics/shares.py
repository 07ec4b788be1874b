"""Shares of groups of marks, with what they leave open: of an area, of a cell of the plan, of a unit beside what its papers let expect.

A share is a ratio of sums. People, not answers, are what was drawn, so its error comes from how people differ (the linearised variance of a ratio,
W. G. Cochran, Sampling Techniques, 1977, section 6.3): var = n/(n-1) · Σ(e - Rb)² / (Σb)², over the n people with earned marks e out of base b.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from quiz.core.statistics import gates
from quiz.core.statistics.interval import share_interval
from quiz.core.statistics.marks import Floats, Ints, MarkTable, mark_table, sums
from quiz.core.statistics.slots import HUNDREDTHS, Slots
from quiz.core.statistics.spread import times
from quiz.core.statistics.values import Interval


@dataclass(frozen=True, slots=True)
class Ratio:
    """Marks earned over a base of marks: what was to be earned (a share), or what was to be expected (1 = as expected), by so many people.

    No ratio could be below `least` or above `most`: a share is 1 at most, and only where marks are taken off is anything below 0.
    """

    people: int
    answers: int
    earned: float
    base: float
    ratio: float | None
    error: float | None
    least: float = 0.0
    most: float = inf

    @property
    def interval(self) -> Interval | None:
        """Student's interval at 95 %; where nobody differs from anybody, Wilson's for a share of so many people."""
        if self.ratio is None or self.error is None:
            return None
        if self.error == 0.0:
            return share_interval(self.ratio, self.people) if self.ratio in (0.0, self.most) else Interval(self.ratio, self.ratio)
        half = times(self.people - 1) * self.error
        return Interval(max(self.least, self.ratio - half), min(self.most, self.ratio + half))

    @property
    def is_shown(self) -> bool:
        """True when it is of enough people to tell nobody's own result."""
        return self.people >= gates.GROUP


def verdict(ratio: Ratio, groups: int) -> int:
    """Return 1 for a group that does better than was to be expected, -1 for worse, 0 where the data do not say, looking at so many groups at once."""
    if ratio.people < gates.COMPARISON or ratio.ratio is None or ratio.error is None:
        return 0
    apart = ratio.ratio - 1.0
    return 0 if abs(apart) <= times(ratio.people - 1, groups) * ratio.error else 1 if apart > 0 else -1


def ratios(label: Ints, labels: int, person: Ints, earned: Floats, base: Floats, most: float = inf) -> list[Ratio]:
    """Return the ratio of each label from rows of (label, person, earned, base); rows of one person and label belong together.

    `most` is what a ratio could be at most.
    """
    persons = int(person.max(initial=-1)) + 1
    pairs, place = np.unique(label * persons + person, return_inverse=True)
    own, own_base = sums(place, len(pairs), earned), sums(place, len(pairs), base)
    group = pairs // max(1, persons)
    people, answers = sums(group, labels), sums(label, labels)
    total, whole = sums(group, labels, own), sums(group, labels, own_base)
    share = np.divide(total, whole, out=np.full(labels, np.nan), where=whole > 0)
    least = -inf if (earned < 0).any() else 0.0
    apart = sums(group, labels, (own - np.nan_to_num(share)[group] * own_base) ** 2)
    return [
        Ratio(
            people=int(people[k]),
            answers=int(answers[k]),
            earned=float(total[k]),
            base=float(whole[k]),
            ratio=None if whole[k] <= 0 else float(share[k]),
            error=None if people[k] < 2 or whole[k] <= 0 else _error(float(people[k]), float(apart[k]), float(whole[k])),
            least=least,
            most=most,
        )
        for k in range(labels)
    ]


def _error(people: float, apart: float, whole: float) -> float:
    found = sqrt(people / (people - 1) * apart) / whole
    return 0.0 if found < 1e-9 else found  # sums of parts of marks differ by rounding


class Rows:
    """Collects the marks of the papers of a sitting: for each person which item and which cell of the plan stands in each slot, numbered from 1."""

    def __init__(self, papers: Sequence[tuple[int, Sequence[int], Sequence[int]]], items: int) -> None:
        self._slots = Slots([(grading, len(slots)) for grading, slots, _ in papers])
        self._items = np.array([item for _, slots, _ in papers for item in slots], np.int64)
        self._cells = np.array([cell for _, _, cells in papers for cell in cells], np.int64)
        self._count, self._blocks = items, [np.zeros((4, 0), np.int64)]

    def add(self, gradings: Sequence[int], slots: Sequence[int], marks: Sequence[int], mosts: Sequence[int]) -> None:
        """Add a block of marks in hundredths; what belongs to no slot of these papers is left out."""
        person, at, inside = self._slots.find(gradings, slots)
        self._blocks.append(np.stack([person, at, np.array(marks, np.int64), np.array(mosts, np.int64)])[:, inside])

    def gather(self) -> Answers:
        """Return all of them."""
        person, at, mark, most = np.concatenate(self._blocks, axis=1)
        order = np.lexsort((self._items[at], person))
        person, at, mark, most = person[order], at[order], mark[order], most[order]
        table = mark_table(person, self._items[at], mark / HUNDREDTHS, most / HUNDREDTHS, self._slots.persons, self._count)
        return Answers(table, self._cells[at])


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """The marks of a sitting, and the cell of the plan for each row of the table."""

    table: MarkTable
    cell: Ints

    def by_item(self, kind: Sequence[int], kinds: int) -> list[Ratio]:
        """Return the share of the marks earned in each kind of items (`kind` of each item in order)."""
        return self._shares(np.array(kind, np.int64)[self.table.item], kinds)

    def by_cell(self, cells: int) -> list[Ratio]:
        """Return the share of the marks earned in each cell of the plan."""
        return self._shares(self.cell, cells)

    def by_person(self, group: Sequence[int], groups: int) -> list[Ratio]:
        """Return for each group of people (`group` of each person in order) the marks earned over those that its papers let expect.

        What is to be expected on an item is what all people earned there, so that all of them together are at 1 exactly. An item that one group
        alone met says nothing of that group. In a contest both are counted from the lowest mark of each item.
        """
        table = self.table.raised()
        shares = np.divide(table.per_item(table.shares()), table.per_item(), out=np.zeros(table.items), where=self._met)
        expected = table.most * shares[table.item]
        return ratios(np.array(group, np.int64)[table.person], groups, table.person, table.mark, expected)

    @property
    def _met(self) -> NDArray[np.bool_]:
        return self.table.per_item() > 0

    def items_of_cells(self, cells: int) -> list[int]:
        """Return how many different items stood in each cell."""
        pairs = np.unique(self.cell * max(1, self.table.items) + self.table.item)
        return [int(count) for count in sums(pairs // max(1, self.table.items), cells)]

    def _shares(self, label: Ints, labels: int) -> list[Ratio]:
        return ratios(label, labels, self.table.person, self.table.mark, self.table.most, most=1.0)
