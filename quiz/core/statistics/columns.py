"""The stored marks of a sitting, block by block → the tables of the statistics: who met which item, what it earned, what was answered."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from quiz.core.statistics.asked import AskedItem
from quiz.core.statistics.gather import Gathered, read_answers
from quiz.core.statistics.marks import Ints, mark_table
from quiz.core.statistics.slots import ABSENT, HUNDREDTHS, Slots


class Columns:
    """Collects the blocks of a sitting.

    What was answered to a template is left out: it asked of everybody about another place. `papers` gives for each person, in order, the number of
    the grading and the names of the items in its slots; slots are numbered from 1.
    """

    def __init__(self, items: Sequence[AskedItem], papers: Sequence[tuple[int, Sequence[str]]]) -> None:
        self._items = [item.as_item() for item in items]
        self._is_same = np.array([not item.is_template for item in items], bool)
        places = {item.name: place for place, item in enumerate(items)}
        self._slots = Slots([(grading, len(names)) for grading, names in papers])
        self._asked = np.array([places.get(name, ABSENT) for _, names in papers for name in names], np.int64)
        self._blocks: list[Ints] = []
        self._texts: list[str] = []

    def add(self, gradings: Sequence[int], slots: Sequence[int], marks: Sequence[int], mosts: Sequence[int], texts: Sequence[str | None]) -> None:
        """Add a block of marks in hundredths, with the responses as they are stored. What belongs to no slot of these papers is left out."""
        person, place, inside = self._slots.find(gradings, slots)
        item = np.full(len(person), ABSENT)
        item[inside] = self._asked[place[inside]]
        kept = item >= 0
        self._blocks.append(np.stack([person, item, np.array(marks, np.int64), np.array(mosts, np.int64)])[:, kept])
        same = np.zeros(len(item), bool)
        same[kept] = self._is_same[item[kept]]
        rows = zip(texts, same.tolist(), kept.tolist(), strict=True)
        self._texts += [text if text and alike and text != "[]" else "" for text, alike, keep in rows if keep]

    def gather(self) -> Gathered:
        """Return the tables of all blocks, persons in the order of their papers, items in the order given."""
        person, item, mark, most = np.concatenate([np.zeros((4, 0), np.int64), *self._blocks], axis=1)
        table = mark_table(person, item, mark / HUNDREDTHS, most / HUNDREDTHS, self._slots.persons, len(self._items))
        order = np.lexsort((item, person))  # as the table has its rows
        texts = [self._texts[row] for row in order.tolist()]
        chosen, answer = read_answers(table, self._items, texts, _ids)
        return Gathered(table, chosen, answer)


def _ids(text: str) -> tuple[str, ...]:
    """The ids of the options in a stored response."""
    return tuple(json.loads(text))
