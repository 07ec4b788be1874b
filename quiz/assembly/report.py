"""What drawn papers are like: how often questions are used, how much papers share, which scores they expect; beside what no draw could better.

Only general questions are counted as used or shared. Scores take each question for right or wrong as a whole, by chance and apart from the others,
with the share of marks that it earns on average: the expected score is exact, the spread is that of a person of average knowledge, who does
not exist. Whoever is better or worse than average is so on every question, so real scores lie further apart than this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, gcd, sqrt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

from quiz.assembly.draw import Drawn
from quiz.assembly.problem import PER_MILLE, Choice, Problem
from quiz.assembly.state import slots_wanted

BANDS = 10
"""Into so many parts of the total the forecast of scores is cut."""

TINY = 1e-6
MOST_ROUNDS = 40

Worth = tuple[int, int]
"""What a question may earn, in hundredths of a mark, and the share of it that is earned on average, in thousandths."""


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of a draw. Scores are in hundredths of a mark; `floor`s are what no draw could go below (None: not known, as with forms).

    `uses` counts the papers of each question that might have been drawn. `shared` is how many questions two papers have in common on average,
    `neighbours` the share of pairs closer than the gap that have any. `expected` is the score expected of each paper, `pass_rate` the mean
    chance to pass and `pass_least`, `pass_most` those of the papers furthest apart; `bands` is how scores spread over tenths of the total.
    """

    papers: int
    uses: tuple[int, ...]
    most_floor: int | None
    shared: float
    shared_floor: float | None
    neighbours: float
    expected: tuple[int, ...]
    pass_rate: float
    pass_least: float
    pass_most: float
    bands: tuple[float, ...]
    seen: int

    @property
    def most(self) -> int:
        """On how many papers the most used question is."""
        return max(self.uses, default=0)

    @property
    def mean(self) -> float:
        """On how many papers a question is on average, the unused ones counted too."""
        return sum(self.uses) / len(self.uses) if self.uses else 0.0

    @property
    def unused(self) -> int:
        """How many questions are on no paper."""
        return self.uses.count(0)

    @property
    def score_mean(self) -> float:
        """The mean of the expected scores."""
        return sum(self.expected) / len(self.expected) if self.expected else 0.0

    @property
    def score_deviation(self) -> float:
        """The standard deviation of the papers' expected scores: how unequal papers are, not how unequal people are."""
        mean = self.score_mean
        return sqrt(sum((score - mean) ** 2 for score in self.expected) / len(self.expected)) if self.expected else 0.0


def make_report(problem: Problem, drawn: Drawn, total: int, pass_mark: int, local: Sequence[Sequence[Worth]] = ()) -> Report:
    """Return the figures of drawn papers of `total` hundredths; `local` tells what the local questions of each paper are worth."""
    uses = [0] * len(problem.items)
    for picks in drawn.papers:
        for _, item in picks:
            uses[item] += 1
    worths = [[*_worths(problem, picks), *(local[paper] if local else ())] for paper, picks in enumerate(drawn.papers)]
    spreads = [score_chances(worth) for worth in worths]
    passes = [float(chances[-(-pass_mark // step) :].sum()) for chances, step in spreads]
    floors = (None, None) if problem.forms else (lowest_most(problem), lowest_shared(problem))
    return Report(
        papers=len(drawn.papers),
        uses=tuple(uses),
        most_floor=floors[0],
        shared=_mean_shared(uses, len(drawn.papers)),
        shared_floor=floors[1],
        neighbours=_sharing_neighbours(drawn.papers, problem.gap),
        expected=tuple(round(score / PER_MILLE) for score in drawn.scores),
        pass_rate=sum(passes) / len(passes) if passes else 0.0,
        pass_least=min(passes, default=0.0),
        pass_most=max(passes, default=0.0),
        bands=_bands(spreads, total),
        seen=drawn.seen,
    )


def score_chances(worths: Sequence[Worth]) -> tuple[Any, int]:
    """Return the chance of each score 0, step, 2 × step, … and that step: the exact distribution of a sum of independent questions."""
    import numpy as np

    step = gcd(*(marks for marks, _ in worths)) or 1
    chances = np.ones(1)
    for marks, facility in worths:
        up, share = marks // step, facility / PER_MILLE
        grown = np.zeros(len(chances) + up)
        grown[: len(chances)] += chances * (1 - share)
        grown[up:] += chances * share
        chances = grown
    return chances, step


def lowest_most(problem: Problem) -> int:
    """Return how often the most used question must be used at least, whatever is drawn for these desks."""
    import numpy as np

    whole = _Whole(problem)
    if not whole.pairs:
        return 0
    found = whole.solve(np.r_[np.zeros(len(whole.pairs)), 1.0], np.hstack([whole.of_kind, -whole.sizes.reshape(-1, 1)]), np.zeros(len(whole.sizes)))
    return 0 if found is None else ceil(found[-1] - TINY)


def lowest_shared(problem: Problem) -> float:
    """Return how many questions two papers must share on average at least, whatever is drawn for these desks.

    The pairs of papers that share a question grow as n(n-1)/2 with its use n: a convex function, which straight lines bound from below. Lines are
    added where the last solution needs them, so the bound is that of the mixture spread as evenly as cells and limits allow.
    """
    import numpy as np

    whole, papers = _Whole(problem), len(problem.desks)
    if papers < 2 or not whole.pairs:
        return 0.0
    count = len(whole.sizes)
    cost = np.r_[np.zeros(len(whole.pairs)), np.ones(count)]
    first = floor(whole.slots / whole.sizes.sum())
    rows, most = np.hstack([first * whole.of_kind, -np.eye(count)]), whole.sizes * first * (first + 1) / 2
    found = None
    for _ in range(MOST_ROUNDS):
        found = whole.solve(cost, rows, most)
        if found is None:
            return 0.0
        used = whole.of_kind @ found[: len(whole.pairs)]
        slope = np.floor(used / whole.sizes + TINY)
        needed = slope * used - whole.sizes * slope * (slope + 1) / 2
        low = needed > found[len(whole.pairs) :] + TINY
        if not low.any():
            break
        rows = np.vstack([rows, np.hstack([slope[low, None] * whole.of_kind[low], -np.eye(count)[low]])])
        most = np.r_[most, (whole.sizes * slope * (slope + 1) / 2)[low]]
    assert found is not None
    return float(found[len(whole.pairs) :].sum()) / (papers * (papers - 1) / 2)


class _Whole:
    """All desks as one programme: how many questions of each kind stand in each cell, over all papers together."""

    def __init__(self, problem: Problem) -> None:
        import numpy as np

        papers = len(problem.desks)
        wanted = [0] * len(problem.cells)
        for desk in problem.desks:
            for cell, number in enumerate(slots_wanted(problem, desk)):
                wanted[cell] += number
        sizes = [len(found) for found in problem.members]
        self.pairs = [(kind, cell) for cell, count in enumerate(wanted) if count for kind in problem.cells[cell].kinds if sizes[kind]]
        used = sorted({kind for kind, _ in self.pairs})
        self.slots = sum(wanted)
        self.sizes = np.array([sizes[kind] for kind in used], dtype=float)
        self.of_kind = self._rows([{kind} for kind in used], 0)
        self._cells = self._rows([{cell} for cell, count in enumerate(wanted) if count], 1)
        self._wanted = np.array([count for count in wanted if count], dtype=float)
        common = [problem.cells[cell].instead_of < 0 for _, cell in self.pairs]
        self._limits = self._rows([set(limit.kinds) for limit in problem.limits], 0) * np.array(common, dtype=float)
        self._least = np.array([limit.least * papers for limit in problem.limits], dtype=float)
        self._most = np.array([limit.most * papers for limit in problem.limits], dtype=float)

    def _rows(self, groups: Sequence[set[int]], part: int) -> np.ndarray[Any, Any]:
        import numpy as np

        return np.array([[float(pair[part] in group) for pair in self.pairs] for group in groups]).reshape(len(groups), len(self.pairs))

    def solve(self, cost: Any, rows: Any, most: Any) -> Any:
        """Return the cheapest fractional sharing-out, with further columns behind the pairs, under `rows` ≤ `most`; None when there is none."""
        import numpy as np
        from scipy.optimize import linprog

        beside = len(cost) - len(self.pairs)
        wide = [np.hstack([part, np.zeros((len(part), beside))]) for part in (self._limits, -self._limits, self._cells)]
        found = linprog(
            cost,
            A_ub=np.vstack([rows, wide[0], wide[1]]),
            b_ub=np.r_[most, self._most, -self._least],
            A_eq=wide[2],
            b_eq=self._wanted,
            method="highs",
        )
        return found.x if found.status == 0 else None


def _worths(problem: Problem, picks: Sequence[Choice]) -> list[Worth]:
    return [(problem.cells[cell].each, problem.items[item].facility) for cell, item in picks]


def _mean_shared(uses: Sequence[int], papers: int) -> float:
    return sum(n * (n - 1) // 2 for n in uses) / (papers * (papers - 1) / 2) if papers > 1 else 0.0


def _sharing_neighbours(papers: Sequence[Sequence[Choice]], gap: int) -> float:
    asked = [{item for _, item in picks} for picks in papers]
    pairs = [(one, other) for one in range(len(asked)) for other in range(one + 1, min(one + gap, len(asked)))]
    return sum(not asked[one].isdisjoint(asked[other]) for one, other in pairs) / len(pairs) if pairs else 0.0


def _bands(spreads: Sequence[tuple[Any, int]], total: int) -> tuple[float, ...]:
    """The share of scores in each tenth of the total; the full score is in the last."""
    out = [0.0] * BANDS
    for chances, step in spreads:
        for place, chance in enumerate(chances):
            out[min(place * step * BANDS // max(total, 1), BANDS - 1)] += float(chance)
    return tuple(share / len(spreads) for share in out) if spreads else tuple(out)
