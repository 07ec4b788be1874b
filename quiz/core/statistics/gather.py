"""What others hand in as plain columns → numpy tables: a sheet of marks, or the stored marks of a sitting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from quiz.core.statistics.marks import Ints, MarkTable, matrix_table
from quiz.core.statistics.options import Chosen
from quiz.core.statistics.sheet import Sheet
from quiz.core.statistics.values import Item

NO_ANSWER = -1


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """The marks of a test, which options were chosen, and for each row of the table which answer was given (`NO_ANSWER` where there is none)."""

    table: MarkTable
    chosen: Chosen
    answer: Ints


def gather_sheet(sheet: Sheet) -> Gathered:
    """Return the tables of a sheet. Where letters are not known, answers that earned the same count as the same answer."""
    marks = np.array(sheet.marks, np.float64).reshape(len(sheet.persons), len(sheet.items))
    usual = np.maximum(1.0, np.where(np.isnan(marks), 0.0, marks).max(axis=0, initial=0.0))
    stated = sheet.most or (None,) * len(sheet.items)
    table = matrix_table(marks, np.array([usual[i] if most is None else most for i, most in enumerate(stated)]))
    if not sheet.letters:
        return Gathered(table, Chosen(*np.zeros((2, 0), np.int64)), np.unique(table.mark, return_inverse=True)[1])
    rows = zip(table.person.tolist(), table.item.tolist(), table.mark.tolist(), strict=True)
    texts = [sheet.letters[s][i] if sheet.items[i].options else str(mark) for s, i, mark in rows]
    return Gathered(table, *read_answers(table, sheet.items, texts, tuple))


def read_answers(table: MarkTable, items: Sequence[Item], texts: Sequence[str], parse: Callable[[str], tuple[str, ...]]) -> tuple[Chosen, Ints]:
    """Return what was chosen and a number for each different answer, from its text for each row of the table (empty where there is none).

    `parse` gives the ids of the options in a text. Ids that are not among an item's options are left out.
    """
    seen: dict[str, int] = {"": NO_ANSWER}
    answer = np.array([seen.setdefault(text, len(seen) - 1) for text in texts], np.int64)
    names = list(seen)[1:]
    offers = np.array([bool(item.options) for item in items], bool)
    rows = np.flatnonzero((answer >= 0) & offers[table.item]) if len(items) else np.zeros(0, np.int64)
    places, group = np.unique(table.item[rows] * max(1, len(names)) + answer[rows], return_inverse=True)
    members = np.split(rows[np.argsort(group, kind="stable")], np.cumsum(np.bincount(group, minlength=len(places)))[:-1])
    found: list[tuple[Ints, int]] = []
    for place, own in zip(places.tolist(), members, strict=True) if len(places) else ():
        item, name = divmod(place, len(names))
        order = items[item].options
        found += [(own, order.index(option)) for option in parse(names[name]) if option in order]
    if not found:
        return Chosen(*np.zeros((2, 0), np.int64)), answer
    return Chosen(np.concatenate([own for own, _ in found]), np.repeat([option for _, option in found], [len(own) for own, _ in found])), answer
