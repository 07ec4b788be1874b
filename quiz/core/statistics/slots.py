"""Stored marks name a grading and a slot: where that is in columns that hold the slots of all papers one after another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from quiz.core.statistics.marks import Ints

HUNDREDTHS = 100.0
"""Marks are stored in hundredths."""

ABSENT = -1


class Slots:
    """The slots of papers in order: the number of each paper's grading and how many slots it has, numbered from 1."""

    def __init__(self, papers: Sequence[tuple[int, int]]) -> None:
        self._person = {grading: person for person, (grading, _) in enumerate(papers)}
        self.persons = len(self._person)
        ends = np.cumsum([0, *(length for _, length in papers)], dtype=np.int64)
        self._starts, self._ends = ends[:-1], ends[1:]

    def find(self, gradings: Sequence[int], slots: Sequence[int]) -> tuple[Ints, Ints, NDArray[np.bool_]]:
        """Return for each mark whose it is, its place in the columns, and whether it belongs to these papers at all: if not, the two say nothing."""
        person = np.array([self._person.get(grading, ABSENT) for grading in gradings], np.int64)
        place = np.array(slots, np.int64) - 1
        inside = (person >= 0) & (place >= 0)
        place[inside] += self._starts[person[inside]]
        inside[inside] = place[inside] < self._ends[person[inside]]
        return person, place, inside
