"""All that a draw depends on besides its key: whole numbers and texts, so that anybody can draw again from the committed snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

PER_MILLE = 1000


@dataclass(frozen=True, slots=True)
class Item:
    """A general question that may be drawn, in one revision.

    `kind` says which cells and limits admit it (questions of one kind are interchangeable), `topic` is its knowledge point, both as numbers;
    `facility` is the share of right answers expected, in thousandths.
    """

    uid: str
    digest: str
    kind: int
    topic: int
    facility: int


@dataclass(frozen=True, slots=True)
class DrawCell:
    """A cell of the blueprint: `count` slots on every paper, worth `each` hundredths of a mark, for questions of these `kinds`.

    A cell that stands in for local questions (`instead_of` names the local cell) has a count of its own on each paper, see `Desk.instead`.
    `cost` is what a wrong answer takes off, in hundredths of a mark: in contests only.
    """

    count: int
    each: int
    kinds: tuple[int, ...]
    instead_of: int = -1
    cost: int = 0

    def worth(self, facility: int) -> int:
        """The expected score of a question that such a share, in thousandths, answer rightly, in thousandths of hundredths of a mark.

        Everybody else is taken to answer wrongly, as in `scores.outlook`: nobody knows beforehand who would rather leave it blank.
        """
        return (self.each + self.cost) * facility - self.cost * PER_MILLE


@dataclass(frozen=True, slots=True)
class DrawLimit:
    """From `least` to `most` questions of these kinds in the common part of every paper."""

    kinds: tuple[int, ...]
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Desk:
    """One paper to be filled, in the order in which people sit: whose it is and what is settled about it before the draw.

    `instead` counts the slots of each stand-in cell; `own` are items that this person wrote or read (never drawn), `seen` those of their
    last papers (drawn only where nothing else is left). `local` is the expected score of the local questions, in thousandths of hundredths.
    """

    number: str
    instead: tuple[tuple[int, int], ...] = ()
    own: frozenset[int] = frozenset()
    seen: frozenset[int] = frozenset()
    local: int = 0


Table = tuple[tuple[int, int, int], ...]
"""How many questions (third) of a kind (first) stand in a cell (second) of a paper."""


@dataclass(frozen=True)
class Problem:
    """A draw without its key.

    `tables` share out the kinds over the cells, each table for as many papers as the others; `rivals` are sets of items of which a paper may have
    one; `topic_cap` bounds how many questions of one topic a paper may have (0: no bound); papers less than `gap` places apart share nothing
    where the bank allows (people sit in rows of half as many); expected scores end within `tolerance` hundredths of the mean where swaps allow.
    `forms` > 0 draws so many forms, dealt out over the rows so that neighbours' differ, instead of a paper for each.
    """

    items: tuple[Item, ...]
    cells: tuple[DrawCell, ...]
    limits: tuple[DrawLimit, ...]
    tables: tuple[Table, ...]
    desks: tuple[Desk, ...]
    rivals: tuple[tuple[int, ...], ...] = ()
    topic_cap: int = 0
    gap: int = 0
    tolerance: int = 20
    forms: int = 0

    @cached_property
    def members(self) -> list[list[int]]:
        """The items of each kind, by uid."""
        kinds = 1 + max((item.kind for item in self.items), default=-1)
        out: list[list[int]] = [[] for _ in range(kinds)]
        for index, item in enumerate(self.items):
            out[item.kind].append(index)
        return out

    @cached_property
    def rivalries(self) -> list[tuple[int, ...]]:
        """The numbers of the rival sets that each item is in."""
        out: list[list[int]] = [[] for _ in self.items]
        for number, rivals in enumerate(self.rivals):
            for item in rivals:
                out[item].append(number)
        return [tuple(numbers) for numbers in out]


Choice = tuple[int, int]
"""A cell and the item that stands in it."""
