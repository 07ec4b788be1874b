"""A test as somebody else wrote it down: a row for each person, a column for each question; and what numpy makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from quiz.core.statistics.values import Item


@dataclass(frozen=True, slots=True)
class Sheet:
    """A mark matrix with what may stand beside it.

    `marks` has a row for each person and a column for each item, None where there is no answer; `most` the marks to be earned, None where the file
    does not say. `letters` are the options chosen where the file has them (else empty texts), `groups` a name for each person, empty without groups.
    """

    items: tuple[Item, ...]
    persons: tuple[str, ...]
    marks: tuple[tuple[float | None, ...], ...]
    most: tuple[float | None, ...] = ()
    letters: tuple[tuple[str, ...], ...] = ()
    groups: tuple[str, ...] = ()
    left_out: tuple[str, ...] = field(default=())
    """Columns that are no questions and were not used."""
