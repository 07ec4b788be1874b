"""DEAL: each kind of question is a shuffled deck; papers take the next cards in the order in which people sit.

When a deck ends, a newly shuffled one is put under it, so that nobody gets a question a second time before every question of its kind has
been dealt once: exposures within a kind differ by at most one. A card that may not stand on a paper stays at the head for the next.
What cannot be kept is given up in this order: distance to neighbours, then novelty to the person; never anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from quiz.assembly.problem import Problem, Table
from quiz.assembly.state import State, slots_wanted
from quiz.core.seed import Stream

NEAR, HAD = 1, 2
"""What is given up for a card, in this order: its distance to the neighbours, then its novelty to the person."""


@dataclass(slots=True)
class Given:
    """What was given up: how many questions stand near themselves, how many were had before, and the papers left unfilled."""

    near: int = 0
    seen: int = 0
    stuck: set[int] = field(default_factory=set)


def share_tables(problem: Problem, key: bytes) -> list[Table]:
    """Return the table of each paper: every run of papers takes each table once, in a keyed order.

    A table that asks for more of a kind than a person may be given or has not had yet is swapped with the next one that does not.
    """
    tables, desks = problem.tables, problem.desks
    order: list[int] = []
    block = 0
    while len(order) < len(desks):
        order += Stream(key, f"tables/{block}").shuffled(range(len(tables)))
        block += 1
    order = order[: len(desks)]
    sizes = [len(found) for found in problem.members]
    needs = [[(kind, sum(n for k, _, n in table if k == kind)) for kind in {k for k, _, _ in table}] for table in tables]
    for paper, desk in enumerate(desks):
        if not desk.own and not desk.seen:
            continue
        left = left_of(problem, desk.own | desk.seen, sizes)
        if suits(needs[order[paper]], left, sizes):
            continue
        for other in range(paper + 1, min(paper + 1 + 2 * len(tables), len(desks))):
            if suits(needs[order[other]], left, sizes):
                order[paper], order[other] = order[other], order[paper]
                break
    return [tables[index] for index in order]


def left_of(problem: Problem, gone: frozenset[int], sizes: Sequence[int]) -> dict[int, int]:
    """Return what is left of the kinds of which some questions are gone."""
    left: dict[int, int] = {}
    for item in gone:
        kind = problem.items[item].kind
        left[kind] = left.get(kind, sizes[kind]) - 1
    return left


def suits(need: Sequence[tuple[int, int]], left: dict[int, int], sizes: Sequence[int]) -> bool:
    """True when what is left of each kind is as much as a table needs."""
    return all(n <= left.get(kind, sizes[kind]) for kind, n in need)


def deal(state: State, tables: Sequence[Table], key: bytes) -> Given:
    """Fill every paper: the common cells by its table, kind by kind, then the cells that stand in for local questions."""
    problem, given = state.problem, Given()
    wanted: list[list[tuple[int, int, int]]] = [[] for _ in problem.members]
    for paper, table in enumerate(tables):
        for kind, cell, count in table:
            wanted[kind].append((paper, cell, count))
    scarcity = sorted(range(len(wanted)), key=lambda kind: (len(problem.members[kind]), kind))
    for kind in scarcity:
        if wanted[kind]:
            _deal_deck(state, wanted[kind], problem.members[kind], key, f"deck/{kind}", given)
    for cell, plan in enumerate(problem.cells):
        if plan.instead_of >= 0:
            asked = [(paper, cell, counts[cell]) for paper, desk in enumerate(problem.desks) if (counts := slots_wanted(problem, desk))[cell]]
            if asked:
                admitted = sorted(item for kind in plan.kinds for item in problem.members[kind])
                _deal_deck(state, asked, admitted, key, f"instead/{cell}", given)
    return given


def _deal_deck(state: State, wanted: Sequence[tuple[int, int, int]], items: Sequence[int], key: bytes, label: str, given: Given) -> None:
    """Deal one deck to the papers that want cards of it; the head of the deck is the end of the list.

    Where neighbours want more cards than the deck has, no choice keeps them apart: the order of the deck alone does what can be done.
    """
    deck: list[int] = []
    papers = len(state.problem.desks)
    first = NEAR if sum(count for _, _, count in wanted) * state.problem.gap > len(items) * papers else 0
    shuffles = 0
    for paper, cell, count in wanted:
        for _ in range(count):
            found, level = -1, first
            while found < 0 and level <= HAD:
                found = _find(state, deck, paper, level)
                if found < 0 and len(deck) < (2 if level >= NEAR else 1) * len(items):
                    deck[:0] = reversed(Stream(key, f"{label}/{shuffles}").shuffled(items))
                    shuffles += 1
                    found = _find(state, deck, paper, level)
                level += found < 0
            if found < 0:
                given.stuck.add(paper)
                break
            given.near += NEAR <= level < HAD and state.problem.gap > 0 and state.is_near(paper, deck[found])
            given.seen += level == HAD
            state.put(paper, cell, deck.pop(found))


def _find(state: State, deck: Sequence[int], paper: int, level: int) -> int:
    """Return where in the deck the first card is that may stand on the paper when so much is given up; -1 when there is none."""
    fits, seen = state.fits, state.problem.desks[paper].seen
    looks_around = level < NEAR and state.problem.gap > 0
    for at in range(len(deck) - 1, -1, -1):
        item = deck[at]
        if fits(paper, item) and (level >= HAD or item not in seen) and not (looks_around and state.is_near(paper, item)):
            return at
    return -1
