"""REPAIR: fill one paper by exact search where the decks could not; finds a paper whenever one exists within the search's budget.

Depth first over the slots, the cell with the fewest questions left first, the least used question first; whole numbers only, so that the same
search gives the same paper everywhere.
"""

from __future__ import annotations

from quiz.assembly.problem import Choice
from quiz.assembly.state import State, slots_wanted
from quiz.core.seed import Stream

BUDGET = 20_000
"""Steps after which a search is given up; real papers need about as many steps as slots."""


class BudgetSpent(Exception):
    """The search ended before it knew whether a paper exists."""


def refill(state: State, paper: int, key: bytes) -> bool:
    """Fill a paper anew within every rule that is never bent; False when none exists. BudgetSpent when that was not found out."""
    state.clear(paper)
    return _Search(state, paper, key).run()


class _Search:
    def __init__(self, state: State, paper: int, key: bytes) -> None:
        problem = state.problem
        self._state, self._paper = state, paper
        self._desk = problem.desks[paper]
        self._wanted = slots_wanted(problem, self._desk)
        rank = {item: at for at, item in enumerate(Stream(key, f"repair/{self._desk.number}").shuffled(range(len(problem.items))))}
        self._lists = [self._candidates(cell, rank) if count else [] for cell, count in enumerate(self._wanted)]
        self._limits = [(frozenset(limit.kinds), limit.least, limit.most) for limit in problem.limits]
        self._common = [cell.instead_of < 0 for cell in problem.cells]
        self._have = [0] * len(self._limits)
        self._budget = BUDGET

    def _candidates(self, cell: int, rank: dict[int, int]) -> list[int]:
        """What the cell admits for this person: new and far from neighbours first, then the least used, then by chance.

        Questions that differ in nothing that a rule looks at can stand for each other: of those only as many as the paper has slots are kept.
        """
        state, problem, desk = self._state, self._state.problem, self._desk
        found = [item for kind in problem.cells[cell].kinds for item in problem.members[kind] if item not in desk.own]
        found.sort(key=lambda item: (item in desk.seen, state.is_near(self._paper, item), len(state.where[item]), rank[item]))
        most, kept = sum(self._wanted), []
        alike: dict[tuple[int, int], int] = {}
        for item in found:
            if not state.rivalries[item]:
                like = (problem.items[item].kind, state.topics[item] if problem.topic_cap else 0)
                alike[like] = alike.get(like, 0) + 1
                if alike[like] > most:
                    continue
            kept.append(item)
        return kept

    def run(self) -> bool:
        """Fill the next slot and all after it."""
        self._budget -= 1
        if self._budget < 0:
            raise BudgetSpent
        open_cells = [cell for cell, count in enumerate(self._wanted) if count]
        if not open_cells:
            return all(have >= least for have, (_, least, _) in zip(self._have, self._limits, strict=True))
        if not self._limits_can_hold():
            return False
        possible = {cell: [item for item in self._lists[cell] if self._may(cell, item)] for cell in open_cells}
        cell = min(open_cells, key=lambda c: (len(possible[c]) - self._wanted[c], c))
        if len(possible[cell]) < self._wanted[cell]:
            return False
        for item in possible[cell]:
            self._put(cell, item)
            if self.run():
                return True
            self._take(cell, item)
        return False

    def _may(self, cell: int, item: int) -> bool:
        if not self._state.fits(self._paper, item):
            return False
        kind = self._state.problem.items[item].kind
        return not self._common[cell] or all(
            kind not in kinds or have < most for have, (kinds, _, most) in zip(self._have, self._limits, strict=True)
        )

    def _limits_can_hold(self) -> bool:
        """False when even filling every open slot for it leaves a limit short."""
        cells = self._state.problem.cells
        for have, (kinds, least, _) in zip(self._have, self._limits, strict=True):
            room = sum(count for cell, count in enumerate(self._wanted) if count and self._common[cell] and not kinds.isdisjoint(cells[cell].kinds))
            if have + room < least:
                return False
        return True

    def _put(self, cell: int, item: int) -> None:
        self._state.put(self._paper, cell, item)
        self._wanted[cell] -= 1
        self._count(cell, item, 1)

    def _take(self, cell: int, item: int) -> None:
        choice: Choice = (cell, item)
        self._state.take(self._paper, choice)
        self._wanted[cell] += 1
        self._count(cell, item, -1)

    def _count(self, cell: int, item: int, step: int) -> None:
        if self._common[cell]:
            kind = self._state.problem.items[item].kind
            for i, (kinds, _, _) in enumerate(self._limits):
                if kind in kinds:
                    self._have[i] += step
