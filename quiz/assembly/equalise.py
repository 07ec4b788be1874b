"""EQUALISE: swap two questions of one kind and cell between an easy and a hard paper until the expected scores of all papers agree.

Such a swap changes no count, no mark, no exposure; it is done only when everything that DEAL keeps stays kept. Whole numbers throughout.
"""

from __future__ import annotations

from quiz.assembly.problem import PER_MILLE, Problem
from quiz.assembly.state import State
from quiz.core.seed import Stream

MOST_ROUNDS = 60
PARTNERS, LAST_PARTNERS, FEW = 6, 60, 60
"""With how many others a paper is tried in a round when its counterpart does not help; more when only a few papers are left."""

TRIES = 8
"""How many of the best swaps of a pair are tried."""


def expected_scores(state: State) -> list[int]:
    """Return the expected score of each paper in thousandths of hundredths of a mark: marks × facility, less what wrong answers cost, local
    questions included."""
    weights = _weights(state.problem)
    return [desk.local + sum(weights[cell][item] for cell, item in picks) for desk, picks in zip(state.problem.desks, state.picks, strict=True)]


def equalise(state: State, key: bytes) -> int:
    """Bring the expected scores within the tolerance of their mean as far as swaps can; return how many swaps were made."""
    scores = expected_scores(state)
    if len(scores) < 2:
        return 0
    mean, tolerance = sum(scores) // len(scores), state.problem.tolerance * PER_MILLE
    chance, swapper = Stream(key, "equalise"), _Swapper(state)
    swaps = 0
    for _ in range(MOST_ROUNDS):
        order = sorted(range(len(scores)), key=lambda paper: (scores[paper], paper))
        hard = [paper for paper in order if scores[paper] < mean - tolerance]
        easy = [paper for paper in reversed(order) if scores[paper] > mean + tolerance]
        if not hard and not easy:
            break
        moved = 0
        for worst, others, is_easy in ((easy, order, True), (hard, order[::-1], False)):
            tries = LAST_PARTNERS if len(worst) <= FEW else PARTNERS
            for rank, paper in enumerate(worst):
                if abs(scores[paper] - mean) <= tolerance:
                    continue
                partners = [others[rank], *(others[chance.below((len(others) + 1) // 2)] for _ in range(tries))]
                for partner in partners:
                    one, two = (paper, partner) if is_easy else (partner, paper)
                    gain = 0 if one == two else swapper.swap(one, two, scores[one] - mean, mean - scores[two])
                    if gain:
                        scores[one] -= gain
                        scores[two] += gain
                        moved += 1
                        break
        swaps += moved
        if not moved:
            break
    return swaps


class _Swapper:
    """Swaps questions between two papers; knows the worth of each item in each cell."""

    def __init__(self, state: State) -> None:
        problem = state.problem
        self._state = state
        self._weights = _weights(problem)
        # questions of a stand-in cell may be swapped whatever their kind: no limit counts them
        self._kinds = [[-1] * len(problem.items) if cell.instead_of >= 0 else [item.kind for item in problem.items] for cell in problem.cells]

    def swap(self, easy: int, hard: int, above: int, below: int) -> int:
        """Make the best allowed swap between two papers so far above and below the mean.

        Returns by how much it lowers the easy one's expected score; 0 when no swap brings the worse of the two nearer to the mean.
        """
        groups: dict[tuple[int, int], list[int]] = {}
        for cell, item in self._state.picks[hard]:
            groups.setdefault((cell, self._kinds[cell][item]), []).append(item)
        ideal, worst = above + below, max(abs(above), abs(below))
        options = []
        for cell, item in self._state.picks[easy]:
            others = groups.get((cell, self._kinds[cell][item]))
            if others:
                weights = self._weights[cell]
                for other in others:
                    gain = weights[item] - weights[other]
                    if gain > 0:
                        options.append((abs(gain + gain - ideal), cell, item, other, gain))
        options.sort()
        for _, cell, item, other, gain in options[:TRIES]:
            if max(abs(above - gain), abs(below - gain)) >= worst:
                break
            if self._may_swap(easy, hard, cell, item, other):
                return gain
        return 0

    def _may_swap(self, one: int, two: int, cell: int, item: int, other: int) -> bool:
        """Swap when both papers keep every rule; leave them as they were otherwise."""
        state = self._state
        desks = state.problem.desks
        if other in desks[one].seen or item in desks[two].seen or other in state.chosen[one] or item in state.chosen[two]:
            return False
        if state.problem.gap and not self._keeps_distance(one, two, item, other):
            return False
        state.take(one, (cell, item))
        state.take(two, (cell, other))
        may = state.fits(one, other) and state.fits(two, item)
        state.put(one, cell, other if may else item)
        state.put(two, cell, item if may else other)
        return may

    def _keeps_distance(self, one: int, two: int, item: int, other: int) -> bool:
        """True when no more questions stand near themselves after the swap than before: where the bank is thin some do anyhow."""
        is_near = self._state.is_near
        after = is_near(one, other, besides=two) + is_near(two, item, besides=one)
        return not after or after <= is_near(one, item, besides=two) + is_near(two, other, besides=one)


def _weights(problem: Problem) -> list[list[int]]:
    return [[cell.worth(item.facility) for item in problem.items] for cell in problem.cells]
