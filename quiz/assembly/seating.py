"""The seating plan: rows of so many columns, filled row by row; who sits beside whom, which form goes where, what neighbours share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

Beside = tuple[int, int]
"""Two neighbouring places, the earlier first."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """What neighbours share: how many pairs sit beside, behind or across from each other, and in how many of them no question is the same."""

    pairs: int
    apart: int
    most: int
    mean: float


def neighbours(places: int, columns: int) -> Iterator[Beside]:
    """Give each pair of neighbouring places once: side by side, one behind the other, and the two diagonals."""
    for place in range(places):
        column = place % columns
        steps = [(1, 1), (columns - 1, -1), (columns, 0), (columns + 1, 1)] if columns > 1 else [(1, 0)]
        for step, sideways in steps:
            if place + step < places and 0 <= column + sideways < columns:
                yield place, place + step


def overlap(papers: Sequence[Set[int]], columns: int) -> Overlap:
    """Return how much neighbours' papers share; papers stand in the order of the places."""
    shared = [len(papers[one] & papers[two]) for one, two in neighbours(len(papers), columns)]
    return Overlap(len(shared), shared.count(0), max(shared, default=0), sum(shared) / len(shared) if shared else 0.0)


def seat_forms(count: int, places: int, columns: int) -> tuple[int, ...]:
    """Return the form of each place: along a row in turn, each row begun so many forms further on that neighbours have different ones.

    Equal numbers of each form come first, then different forms for those in front, then on the diagonals. Without `columns` simply in turn.
    """
    if columns < 1:
        return tuple(place % count for place in range(places))
    shift = min(range(count), key=lambda step: (*_faults(count, columns, step), step))
    return tuple(_form(place, count, columns, shift) for place in range(places))


def _form(place: int, count: int, columns: int, shift: int) -> int:
    row, column = divmod(place, columns)
    return (column + shift * row) % count


def _faults(count: int, columns: int, shift: int) -> tuple[bool, int]:
    """Whether the forms come out uneven, and how often neighbours have the same; in front weighs most."""
    used = Counter(_form(place, count, columns, shift) for place in range(count * columns))  # every pattern comes round after so many rows
    same = 4 * (shift == 0) + ((shift + 1) % count == 0) + ((shift - 1) % count == 0) if columns > 1 else 4 * (shift == 0)
    return len(set(used.values())) > 1 or len(used) < count, same
