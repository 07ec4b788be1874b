"""What drawn papers are like: how often questions are used, how much papers share, and what no draw could better; which scores they expect.

Only general questions are counted as used or shared. A trial draw is told by a `Report`; what is told of a sitting for years
(`usecases/draw_report.py`) is made of the same parts: `Exposure`, the neighbours of the seating plan, the rows of `scores.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

from quiz.assembly.draw import Drawn
from quiz.assembly.plan import lowest_rate
from quiz.assembly.problem import Choice, Problem
from quiz.assembly.scores import Parallel, Worth, bands, compare, outlook
from quiz.assembly.seating import overlap
from quiz.assembly.state import slots_wanted
from quiz.core.contest import Contest

TINY = 1e-6
MOST_ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Exposure:
    """On how many papers each question stands that might have been drawn; no draw could keep the largest of these numbers below `lowest`."""

    uses: tuple[int, ...]
    lowest: int

    @property
    def offered(self) -> int:
        """How many questions might have been drawn."""
        return len(self.uses)

    @property
    def used(self) -> int:
        """How many questions are on a paper."""
        return self.offered - self.unused

    @property
    def unused(self) -> int:
        """How many questions are on no paper."""
        return self.uses.count(0)

    @property
    def largest(self) -> int:
        """On how many papers the most used question is."""
        return max(self.uses, default=0)

    @property
    def mean(self) -> float:
        """On how many papers a question is on average, the unused ones counted too."""
        return sum(self.uses) / len(self.uses) if self.uses else 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of a trial draw. Scores are in hundredths of a mark.

    `shared` is how many questions two papers have in common on average, which no draw could keep below `shared_floor` (None: not known, as with
    forms), `neighbours` the share of neighbouring pairs that have any. `bands` is how scores spread over tenths of the total, `seen` how often
    somebody gets a question that they had before.
    """

    exposure: Exposure
    shared: float
    shared_floor: float | None
    neighbours: float
    scores: Parallel
    bands: tuple[float, ...]
    seen: int


def make_report(
    problem: Problem,
    drawn: Drawn,
    total: int,
    pass_mark: int,
    local: Sequence[Sequence[Worth]] = (),
    costs: Sequence[int] = (),
    contest: Contest = Contest.NO,
) -> Report:
    """Return the figures of drawn papers, at least one, of `total` hundredths.

    `local` tells what the local questions of each paper are worth, `costs` how many hundredths a wrong answer costs in each cell of a contest.
    """
    asked = [frozenset(item for _, item in picks) for picks in drawn.papers]
    worths = [[*_worths(problem, picks, costs), *(local[paper] if local else ())] for paper, picks in enumerate(drawn.papers)]
    papers = [outlook(worth, contest) for worth in worths]
    exposure, near = exposure_of(problem, asked, drawn.forms), overlap(asked, problem.gap // 2 or len(asked) or 1)
    return Report(
        exposure=exposure,
        shared=_mean_shared(exposure.uses, len(asked)),
        shared_floor=None if problem.forms else lowest_shared(problem),
        neighbours=1 - near.apart / near.pairs if near.pairs else 0.0,
        scores=compare([("", paper) for paper in papers], pass_mark)[0],
        bands=bands(papers, total),
        seen=drawn.seen,
    )


def exposure_of(problem: Problem, papers: Sequence[Set[int]], forms: Sequence[object]) -> Exposure:
    """Return how often each question stands on the papers; `forms` names the form of each when there are forms."""
    uses = Counter(item for paper in papers for item in paper)
    return Exposure(tuple(uses[item] for item in range(len(problem.items))), lowest_use(problem, forms))


def lowest_use(problem: Problem, forms: Sequence[object]) -> int:
    """Return how often the most used question must be used at least, whatever is drawn: with forms, all holders of a form have what is on it."""
    if not problem.forms:
        return lowest_most(problem)
    rate = lowest_rate(problem.cells, problem.limits, [len(found) for found in problem.members])
    holders = sorted(Counter(forms).values())
    return sum(holders[: ceil(rate * len(holders) - TINY)])


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


def _worths(problem: Problem, picks: Sequence[Choice], costs: Sequence[int]) -> list[Worth]:
    return [(problem.cells[cell].each, problem.items[item].facility, costs[cell] if costs else 0) for cell, item in picks]


def _mean_shared(uses: Sequence[int], papers: int) -> float:
    return sum(n * (n - 1) // 2 for n in uses) / (papers * (papers - 1) / 2) if papers > 1 else 0.0
