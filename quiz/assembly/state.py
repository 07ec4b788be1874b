"""The papers of a draw while they are being made: who has what, who sits near whom, and what may still be put where."""

from __future__ import annotations

from bisect import bisect_left, insort

from quiz.assembly.problem import Choice, Desk, Problem


class State:
    """What stands on every paper so far; papers are numbered in the order in which people sit."""

    def __init__(self, problem: Problem) -> None:
        count = len(problem.desks)
        self.problem = problem
        self.rivalries = problem.rivalries
        self.topics = [item.topic for item in problem.items]
        self.picks: list[list[Choice]] = [[] for _ in range(count)]
        self.chosen: list[set[int]] = [set() for _ in range(count)]
        self.taken_rivals: list[set[int]] = [set() for _ in range(count)]
        self.topic_use: list[dict[int, int]] = [{} for _ in range(count)]
        self.where: list[list[int]] = [[] for _ in problem.items]

    def put(self, paper: int, cell: int, item: int) -> None:
        """Let `item` stand in `cell` of a paper."""
        self.picks[paper].append((cell, item))
        self.chosen[paper].add(item)
        insort(self.where[item], paper)
        if self.rivalries[item]:
            self.taken_rivals[paper].update(self.rivalries[item])
        if self.problem.topic_cap:
            use = self.topic_use[paper]
            use[self.topics[item]] = use.get(self.topics[item], 0) + 1

    def take(self, paper: int, choice: Choice) -> None:
        """Undo `put`."""
        item = choice[1]
        self.picks[paper].remove(choice)
        self.chosen[paper].remove(item)
        places = self.where[item]
        del places[bisect_left(places, paper)]
        if self.rivalries[item]:
            self.taken_rivals[paper].difference_update(self.rivalries[item])
        if self.problem.topic_cap:
            self.topic_use[paper][self.topics[item]] -= 1

    def clear(self, paper: int) -> None:
        """Take everything off a paper."""
        for choice in list(self.picks[paper]):
            self.take(paper, choice)

    def fits(self, paper: int, item: int) -> bool:
        """True when a rule that is never bent lets `item` stand on the paper as it is."""
        if item in self.chosen[paper] or item in self.problem.desks[paper].own:
            return False
        for rivals in self.rivalries[item]:
            if rivals in self.taken_rivals[paper]:
                return False
        cap = self.problem.topic_cap
        return not cap or self.topic_use[paper].get(self.topics[item], 0) < cap

    def is_near(self, paper: int, item: int, besides: int = -1) -> bool:
        """True when a paper less than `gap` places away, other than `besides`, has `item`."""
        gap, places = self.problem.gap, self.where[item]
        at = bisect_left(places, paper - gap + 1)
        while at < len(places) and places[at] < paper + gap:
            if places[at] not in (paper, besides):
                return True
            at += 1
        return False


def slots_wanted(problem: Problem, desk: Desk) -> list[int]:
    """Return how many slots each cell has on a paper: the common cells' own counts, the stand-in cells' as the desk says."""
    counts = [0 if cell.instead_of >= 0 else cell.count for cell in problem.cells]
    for cell, count in desk.instead:
        counts[cell] = count
    return counts
