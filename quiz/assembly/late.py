"""One paper for one more person: a few cards from each deck, so that it costs the same however large the bank is.

Decks are shuffled lazily, card by card; of a few cards that may stand the least used are taken, then some are exchanged within kind and cell until
the expected score is near the others'. Only where that gets stuck is the whole bank searched.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import overload

from quiz.assembly.deal import left_of, suits
from quiz.assembly.problem import PER_MILLE, Choice, Desk, Problem, Table
from quiz.assembly.repair import BudgetSpent, refill
from quiz.assembly.state import State
from quiz.core.seed import Stream

MORE = 6
"""How many cards more than twice those needed are looked at in each deck: the least used are chosen, and the rest may be exchanged."""

ROUNDS, TRIES = 12, 12
"""How many exchanges are made at most, and how many of the best are tried for each."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a late paper must fit in with: how often each item is used, what stands near, what is out of use, the expected score to come near."""

    used: Mapping[int, int] = field(default_factory=dict)
    near: Collection[int] = frozenset()
    barred: frozenset[int] = frozenset()
    target: int | None = None


def draw_one(problem: Problem, key: bytes, desk: Desk, around: Around, fixed: Sequence[Choice] = ()) -> tuple[Choice, ...] | None:
    """Return what stands on one more paper; None when none can be made, or none was found within the search's budget.

    With `fixed`, what stands in the common cells is settled already, and only what stands in for local questions is drawn.
    """
    paper = _LatePaper(problem, desk, around)
    for cell, item in fixed:
        paper.put(cell, item)
    wanted: list[tuple[str, Sequence[int], list[int]]] = [] if fixed else _common(problem, key, desk, around)
    for cell, count in desk.instead:
        deck = _Joined([problem.members[kind] for kind in problem.cells[cell].kinds])
        wanted.append((f"instead/{cell}", deck, [cell] * count))
    if all(paper.fill(Stream(key, f"late/{desk.number}/{label}").lazily(deck), cells) for label, deck, cells in wanted):
        paper.balance()
        return tuple(paper.picks)
    return None if fixed else _search(problem, key, desk, around)


def _common(problem: Problem, key: bytes, desk: Desk, around: Around) -> list[tuple[str, Sequence[int], list[int]]]:
    """The decks that a keyed table asks for, the smallest first, with the cells that want cards of each."""
    sizes = [len(found) for found in problem.members]
    table = _table(problem, key, desk, around, sizes)
    cells: dict[int, list[int]] = {}
    for kind, cell, count in table:
        cells.setdefault(kind, []).extend([cell] * count)
    return [(f"deck/{kind}", problem.members[kind], cells[kind]) for kind in sorted(cells, key=lambda kind: (sizes[kind], kind))]


def _table(problem: Problem, key: bytes, desk: Desk, around: Around, sizes: Sequence[int]) -> Table:
    """The first table in a keyed order that asks for no more of a kind than is left and new to the person, or than is left, or simply the first."""
    label = f"late/{desk.number}/table"
    for gone in (desk.own | around.barred | desk.seen, desk.own | around.barred):
        left = left_of(problem, gone, sizes)
        for table in Stream(key, label).lazily(problem.tables):
            need: dict[int, int] = {}
            for kind, _, count in table:
                need[kind] = need.get(kind, 0) + count
            if suits(list(need.items()), left, sizes):
                return table
    return next(Stream(key, label).lazily(problem.tables))


def _search(problem: Problem, key: bytes, desk: Desk, around: Around) -> tuple[Choice, ...] | None:
    """The exact search over the whole bank."""
    state = State(replace(problem, desks=(replace(desk, own=desk.own | around.barred),), gap=0))
    try:
        return tuple(state.picks[0]) if refill(state, 0, key) else None
    except BudgetSpent:
        return None


class _LatePaper:
    def __init__(self, problem: Problem, desk: Desk, around: Around) -> None:
        self.picks: list[Choice] = []
        self._problem, self._desk, self._around = problem, desk, around
        self._chosen: set[int] = set()
        self._rivals: set[int] = set()
        self._topics: dict[int, int] = {}
        self._spare: list[list[int]] = []
        self._decks: list[int] = []  # the deck that each pick is from; -1 for what was settled before

    def put(self, cell: int, item: int, deck: int = -1) -> None:
        self.picks.append((cell, item))
        self._decks.append(deck)
        self._add(item)

    def fill(self, cards: Iterator[int], cells: Sequence[int]) -> bool:
        """Put cards into these cells: new to the person and far from neighbours first, then near ones, then old ones; least used first in each."""
        desk, around = self._desk, self._around
        deck, at, used = len(self._spare), 0, around.used
        self._spare.append([])
        ranks: tuple[list[int], list[int], list[int]] = ([], [], [])
        more = True
        while more and at < len(cells):
            more = False
            fresh: list[int] = []
            for item in cards:
                if item in desk.own or item in around.barred:
                    continue
                rank = 2 if item in desk.seen else 1 if item in around.near else 0
                (ranks[rank] if rank else fresh).append(item)
                if len(fresh) >= 2 * (len(cells) - at) + MORE:
                    more = True
                    break
            for item in sorted(fresh, key=lambda found: used.get(found, 0)):
                if at < len(cells) and self._fits(item):
                    self.put(cells[at], item, deck)
                    at += 1
                else:
                    self._spare[deck].append(item)
        for item in (*sorted(ranks[1], key=lambda found: used.get(found, 0)), *sorted(ranks[2], key=lambda found: used.get(found, 0))):
            if at < len(cells) and self._fits(item):
                self.put(cells[at], item, deck)
                at += 1
        return at == len(cells)

    def balance(self) -> None:
        """Exchange cards for spare ones of their deck until the expected score is within the tolerance of the target, as far as they go."""
        target, items, cells = self._around.target, self._problem.items, self._problem.cells
        if target is None:
            return
        over = self._desk.local + sum(cells[cell].worth(items[item].facility) for cell, item in self.picks) - target
        for _ in range(ROUNDS):
            if abs(over) <= self._problem.tolerance * PER_MILLE:
                return
            options = []
            for at, (cell, item) in enumerate(self.picks):
                if self._decks[at] < 0:
                    continue
                worth = cells[cell].worth(items[item].facility)
                for place, other in enumerate(self._spare[self._decks[at]]):
                    rest = abs(over - worth + cells[cell].worth(items[other].facility))
                    if rest < abs(over):
                        options.append((rest, at, place))
            options.sort()
            found = next(((at, place) for _, at, place in options[:TRIES] if self._exchange(at, place)), None)
            if found is None:
                return
            cell, new = self.picks[found[0]]
            gone = self._spare[self._decks[found[0]]][found[1]]
            over -= cells[cell].worth(items[gone].facility) - cells[cell].worth(items[new].facility)

    def _exchange(self, at: int, place: int) -> bool:
        """Let a spare card take a pick's place when every rule stays kept; the pick becomes spare."""
        cell, item = self.picks[at]
        spare = self._spare[self._decks[at]]
        other = spare[place]
        self._remove(item)
        fits = self._fits(other)
        self._add(other if fits else item)
        if fits:
            self.picks[at] = (cell, other)
            spare[place] = item
        return fits

    def _add(self, item: int) -> None:
        self._chosen.add(item)
        self._rivals.update(self._problem.rivalries[item])
        topic = self._problem.items[item].topic
        self._topics[topic] = self._topics.get(topic, 0) + 1

    def _remove(self, item: int) -> None:
        self._chosen.remove(item)
        self._rivals.difference_update(self._problem.rivalries[item])
        self._topics[self._problem.items[item].topic] -= 1

    def _fits(self, item: int) -> bool:
        problem = self._problem
        if item in self._chosen or not self._rivals.isdisjoint(problem.rivalries[item]):
            return False
        return not problem.topic_cap or self._topics.get(problem.items[item].topic, 0) < problem.topic_cap


class _Joined(Sequence[int]):
    """Several lists as one, without copying them."""

    def __init__(self, lists: Sequence[Sequence[int]]) -> None:
        self._lists = lists
        self._starts = [0, *accumulate(len(found) for found in lists)]

    def __len__(self) -> int:
        return self._starts[-1]

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[int]: ...
    def __getitem__(self, at: int | slice) -> int | Sequence[int]:
        if isinstance(at, slice):
            return [self[index] for index in range(*at.indices(len(self)))]
        number = bisect_right(self._starts, at) - 1
        return self._lists[number][at - self._starts[number]]
