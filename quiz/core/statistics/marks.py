"""The marks of a test as numpy columns, a row for each answer, sorted by person; nothing here says who the persons are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def sums(place: Ints, size: int, values: NDArray[Any] | None = None) -> Floats:
    """Return for each of so many places the sum of the values that fall there; without values their number."""
    return np.bincount(place, values, minlength=size).astype(np.float64)


def known(value: float) -> float | None:
    """Return a number, or None for NaN: outside of the columns what is not defined is None."""
    return None if np.isnan(value) else float(value)


@dataclass(frozen=True, slots=True, eq=False)
class MarkTable:
    """Row k: person `person[k]` earned `mark[k]` out of `most[k]` marks on item `item[k]`. What was not asked, or not judged yet, has no row.

    `is_common` says that all met the same items.
    """

    persons: int
    items: int
    person: Ints
    item: Ints
    mark: Floats
    most: Floats
    is_common: bool

    def matrix(self) -> Floats:
        """Return the marks of a common paper as persons × items."""
        assert self.is_common
        return self.mark.reshape(self.persons, self.items)

    def per_item(self, values: Floats | None = None) -> Floats:
        """Return the sum of `values` over the rows of each item; without values their number."""
        return sums(self.item, self.items, values)

    def per_person(self, values: Floats | None = None) -> Floats:
        """Return the sum of `values` over the rows of each person; without values their number."""
        return sums(self.person, self.persons, values)

    def shares(self) -> Floats:
        """Return the share of its marks that each answer earned; 0 where there were no marks to earn."""
        return np.divide(self.mark, self.most, out=np.zeros_like(self.mark), where=self.most > 0)

    def raised(self) -> MarkTable:
        """Return the table with the marks of each item counted from the lowest that anybody has there, where that is below 0 (in contests)."""
        if not (self.mark < 0).any():
            return self
        lowest = np.zeros(self.items)
        np.minimum.at(lowest, self.item, self.mark)
        up = -lowest[self.item]
        return MarkTable(self.persons, self.items, self.person, self.item, self.mark + up, self.most + up, self.is_common)

    def only(self, keep: NDArray[np.bool_]) -> MarkTable:
        """Return the table with these rows only, all persons and items kept."""
        rows = (self.person[keep], self.item[keep], self.mark[keep], self.most[keep])
        return MarkTable(self.persons, self.items, *rows, _is_common(self.persons, self.items, rows[0], rows[1]))


def mark_table(
    person: Iterable[int] | Ints,
    item: Iterable[int] | Ints,
    mark: ArrayLike,
    most: ArrayLike,
    persons: int,
    items: int,
) -> MarkTable:
    """Return the table of these columns, in whatever order the rows come. ValueError when the columns differ in length."""
    people, things = _whole(person), _whole(item)
    marks, mosts = np.asarray(mark, np.float64), np.broadcast_to(np.asarray(most, np.float64), things.shape)
    if not len(people) == len(things) == len(marks):
        raise ValueError("columns of different length")
    order = np.lexsort((things, people))
    people, things = people[order], things[order]
    return MarkTable(persons, items, people, things, marks[order], mosts[order], _is_common(persons, items, people, things))


def matrix_table(matrix: ArrayLike, most: ArrayLike | None = None) -> MarkTable:
    """Return the table of a matrix with a row for each person and a column for each item, NaN where there is no answer.

    Without `most` an item counts 1, or its largest mark where that is more.
    """
    marks = np.asarray(matrix, np.float64)
    people, items = marks.shape
    found = ~np.isnan(marks)
    if most is None:
        most = np.maximum(1.0, np.where(found, marks, 0.0).max(axis=0, initial=0.0))
    rows, columns = np.nonzero(found)
    return mark_table(rows, columns, marks[found], np.asarray(most, np.float64)[columns], people, items)


def _whole(values: Iterable[int] | Ints) -> Ints:
    return np.asarray(values if isinstance(values, np.ndarray) else list(values), np.int64)


def _is_common(persons: int, items: int, person: Ints, item: Ints) -> bool:
    """True when the rows are exactly one for each person and item, in order."""
    if len(person) != persons * items or not len(person):
        return False
    return bool((item.reshape(persons, items) == np.arange(items)).all() and (person.reshape(persons, items) == np.arange(persons)[:, None]).all())
