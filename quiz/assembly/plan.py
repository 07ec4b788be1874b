"""PLAN: integer tables that share the kinds of questions out over the cells so that, over all papers, no question is used too often.

A linear programme finds the smallest possible largest use rate; a second one, within a little slack of it, the least overlap between papers;
then integer tables are rounded towards it one after the other, each with every count and limit exact. Solvers work in floating point, so
their result is an input of the draw, written into its snapshot, and never derived again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

from quiz.assembly.problem import DrawCell, DrawLimit, Table
from quiz.core.seed import Stream

MOST_TABLES = 100
"""More tables come closer to the best mixture and take longer to make; papers take them in turn."""

SLACK = 1.1
"""How far above the smallest possible largest exposure the plan may go to lessen overlap."""

STEPS = 8
"""Linear pieces that stand for the square in the overlap of each kind."""

TINY = 1e-6
"""Below this a difference between floating-point numbers is no difference."""

NOISE = 0.2
"""How much chance weighs against the rounding debt when a table is made, so that tables differ."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Tables of equal weight, and the smallest possible largest share of papers that one question is on."""

    tables: tuple[Table, ...]
    lowest_rate: float


def make_plan(cells: Sequence[DrawCell], limits: Sequence[DrawLimit], sizes: Sequence[int], papers: int) -> Plan | None:
    """Return tables for `papers` papers from kinds of these sizes, or None when no table holds every count and limit."""
    shape = Shape(cells, limits, sizes)
    if not shape.pairs:
        return Plan(((),), 0.0) if shape.holds_empty() else None
    if shape.any_table() is None:
        return None
    rate = shape.lowest_rate()
    most = floor(SLACK * ceil(rate * papers - TINY) + TINY) / papers
    count = min(MOST_TABLES, papers)
    return Plan(tuple(shape.round_off(shape.spread(most), count, most)), rate)


def lowest_rate(cells: Sequence[DrawCell], limits: Sequence[DrawLimit], sizes: Sequence[int]) -> float:
    """Return the smallest share of papers that the most used question must be on; 0 when no paper can be made."""
    shape = Shape(cells, limits, sizes)
    return shape.lowest_rate() if shape.pairs and shape.any_table() is not None else 0.0


class Shape:
    """The matrices of one blueprint over one bank; a variable is a pair of a kind and a cell that admits it."""

    def __init__(self, cells: Sequence[DrawCell], limits: Sequence[DrawLimit], sizes: Sequence[int]) -> None:
        import numpy as np
        from scipy.sparse import csr_array

        self.pairs = [(kind, cell) for cell, plan in enumerate(cells) if plan.count for kind in plan.kinds if sizes[kind]]
        self._cells, self._limits = cells, limits
        used = sorted({kind for kind, _ in self.pairs})
        self._kind_row = {kind: row for row, kind in enumerate(used)}
        self._sizes = np.array([sizes[kind] for kind in used], dtype=float)
        rows: list[list[int]] = []
        low: list[float] = []
        high: list[float] = []
        for cell, plan in enumerate(cells):
            if plan.count:
                rows.append([i for i, (_, owner) in enumerate(self.pairs) if owner == cell])
                low.append(plan.count)
                high.append(plan.count)
        for limit in limits:
            admitted = set(limit.kinds)
            rows.append([i for i, (kind, _) in enumerate(self.pairs) if kind in admitted])
            low.append(limit.least)
            high.append(limit.most)
        self._rows = csr_array(_dense(rows, len(self.pairs)))
        self._low, self._high = np.array(low, dtype=float), np.array(high, dtype=float)
        self._of_kind = csr_array(_dense([[i for i, (kind, _) in enumerate(self.pairs) if kind == k] for k in used], len(self.pairs)))

    def holds_empty(self) -> bool:
        """True when a paper without any question would satisfy everything."""
        return not any(cell.count for cell in self._cells) and all(limit.least <= 0 for limit in self._limits)

    def solve_table(self, cost: Any, least: Any, most: Any, kind_most: Any) -> Any:
        """Return the cheapest integer table, from `least` to `most` a pair and at most `kind_most` a kind, or None."""
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        found = milp(
            np.asarray(cost, dtype=float),
            constraints=[LinearConstraint(self._rows, self._low, self._high), LinearConstraint(self._of_kind, -np.inf, kind_most)],
            integrality=np.ones(len(self.pairs)),
            bounds=Bounds(least, most),
        )
        return None if found.x is None else np.rint(found.x).astype(int)

    def any_table(self) -> Any:
        """Return some integer table, or None when there is none."""
        import numpy as np

        return self.solve_table(np.zeros(len(self.pairs)), 0, np.inf, self._sizes)

    def lowest_rate(self) -> float:
        """Return the smallest share of papers that the most used question must be on, over all mixtures of tables."""
        import numpy as np
        from scipy.sparse import csr_array

        cost = np.r_[np.zeros(len(self.pairs)), 1.0]
        found = self._solve_mixture(cost, csr_array(-self._sizes.reshape(-1, 1)), np.inf, equal=False)
        return float(found[-1])

    def spread(self, most: float, steps: int = STEPS) -> Any:
        """Return for each pair how many questions a paper takes on average: least overlap, no question on more than `most` of the papers.

        The square of a kind's use is laid out in straight pieces, each dearer than the one before.
        """
        import numpy as np
        from scipy.sparse import csr_array

        top = np.minimum(most, 1.0) * self._sizes
        pieces = csr_array(-np.kron(np.eye(len(top)), np.ones((1, steps))))
        slopes = np.repeat(top / steps / self._sizes, steps) * np.tile(2 * np.arange(steps) + 1, len(top))
        cost = np.r_[np.zeros(len(self.pairs)), slopes]
        return self._solve_mixture(cost, pieces, np.repeat(top / steps, steps), equal=True)[: len(self.pairs)]

    def _solve_mixture(self, cost: Any, beside: Any, beside_most: Any, equal: bool) -> Any:
        """Solve for a fractional table with further columns `beside`, under: the kind's sum + beside ≤ 0, or = 0."""
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import block_array, csr_array

        width = beside.shape[1]
        nothing = csr_array((self._rows.shape[0], width))
        rows = block_array([[self._of_kind, beside], [self._rows, nothing]])
        zero = np.zeros(len(self._sizes))
        low = np.r_[zero if equal else np.full(len(zero), -np.inf), self._low]
        high = np.r_[zero, self._high]
        bounds = Bounds(0, np.r_[np.full(len(self.pairs), np.inf), np.broadcast_to(beside_most, width)])
        found = milp(cost, constraints=LinearConstraint(rows, low, high), bounds=bounds)
        assert found.x is not None, "an integer table exists, so its relaxation has a solution"
        return found.x

    def round_off(self, target: Any, count: int, most: float) -> list[Table]:
        """Return `count` integer tables whose mean is near `target` and which together keep to `most` wherever they can."""
        import numpy as np

        wanted = np.asarray(target) * count
        spare = np.floor(np.minimum(most, 1.0) * self._sizes * count + TINY)
        chance = Stream(b"plan", "tables")
        tables = []
        for remaining in range(count, 0, -1):
            mean = np.clip(wanted / remaining, 0, None)
            noise = np.array([chance.next_u64() / 2**64 for _ in self.pairs])
            down = np.floor(mean + TINY)
            cost = NOISE * noise - (mean - down)
            kind_most = np.minimum(self._sizes, spare)
            table = self.solve_table(cost, down, down + 1, kind_most)
            if table is None:  # rounding ran into a corner
                table = self.solve_table(noise - mean, 0, np.inf, kind_most)
            if table is None:  # the rate cannot be kept with so few whole tables
                table = self.solve_table(noise - mean - 10 * (self._of_kind.T @ spare), 0, np.inf, self._sizes)
            tables.append(self.table(table))
            wanted = wanted - table
            spare = np.maximum(spare - self._of_kind @ table, 0)
        return tables

    def table(self, values: Any) -> Table:
        """Return a solution as a table."""
        return tuple((kind, cell, int(n)) for (kind, cell), n in zip(self.pairs, values, strict=True) if n)


def _dense(rows: Sequence[Sequence[int]], width: int) -> np.ndarray[Any, Any]:
    import numpy as np

    out = np.zeros((len(rows), width))
    for row, columns in enumerate(rows):
        out[row, list(columns)] = 1
    return out
