"""Why a blueprint cannot be filled, and the least that would mend it: questions to write, or counts to change.

Where one cell or limit wants more than there is, that is said with its counts. Otherwise the smallest set of demands found that cannot hold
together is named (each of them can be dropped alone and the rest would hold).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from quiz.assembly.pool import Pool
from quiz.assembly.problem import DrawCell
from quiz.core.blueprint import Blueprint, Cell, Limit, describe_cell
from quiz.core.message import Message, join_messages, say

MOST_PAIRED = 40
"""Limits beyond this many are not combined in pairs when looking for questions to write: a bound on the programme's size."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """Demands that cannot hold together: what they ask, how many questions they need and have where that can be counted.

    `to_write` says which new questions would mend it with the fewest, `to_change` which counts of the blueprint would.
    """

    demands: tuple[Message, ...]
    needed: int = 0
    available: int = 0
    to_write: tuple[tuple[Message, int], ...] = ()
    to_change: tuple[Message, ...] = ()

    def explain(self) -> Message:
        """Return what is short, by how much, and what would mend it."""
        joined = join_messages(" + ", self.demands)
        if self.needed:
            short = self.needed - self.available
            text = say(
                "需要{needed}题，只有{available}题，缺{short}题：{cells}", needed=self.needed, available=self.available, short=short, cells=joined
            )
        else:
            text = say("下面的要求不能同时满足：{cells}", cells=joined)
        if self.to_write:
            listed = join_messages("；", [say("{cell} {n}题", cell=cell, n=n) for cell, n in self.to_write])
            text = say("{what}。最少补{n}题：{listed}", what=text, n=sum(n for _, n in self.to_write), listed=listed)
        if self.to_change:
            text = say("{what}。或者改蓝图：{changes}", what=text, changes=join_messages("；", self.to_change))
        return text


@dataclass(frozen=True, slots=True)
class _Demand:
    """A row of the programme: its words, which pairs of kind and cell it counts, and its bounds."""

    words: Message
    what: Cell
    cell: int
    pairs: tuple[int, ...]
    least: int
    most: int


def explain(blueprint: Blueprint, pool: Pool, instead: Sequence[tuple[int, int]] = ()) -> list[Shortage]:
    """Return why no paper of `blueprint` can be made of the pool when `instead` slots need stand-ins; empty when one can.

    Bans (rivals, own questions, topic caps) are not looked at here: they are each person's and the exact search's business.
    """
    cells = tuple(_counted(cell, number, dict(instead)) for number, cell in enumerate(pool.cells))
    pairs = [(kind, number) for number, cell in enumerate(cells) if cell.count for kind in cell.kinds]
    demands = _demands(blueprint, pool, cells, pairs)
    alone = [_alone(demand, pool, pairs) for demand in demands]
    short = [found for found in alone if found is not None]
    if short:
        return short
    if _is_feasible(demands, pairs, pool.sizes):
        return []
    smallest = _conflict(demands, pairs, pool.sizes)
    needed, available = _count(smallest, pairs, pool.sizes)
    written = _to_write(blueprint, pool, demands, pairs)
    changed = _to_change(demands, pairs, pool.sizes)
    return [Shortage(tuple(demand.words for demand in smallest), needed, available, written, changed)]


def _counted(cell: DrawCell, number: int, instead: dict[int, int]) -> DrawCell:
    return replace(cell, count=instead.get(cell.instead_of, 0)) if cell.instead_of >= 0 else cell


def _demands(blueprint: Blueprint, pool: Pool, cells: Sequence[DrawCell], pairs: Sequence[tuple[int, int]]) -> list[_Demand]:
    out = []
    for number, cell in enumerate(cells):
        if cell.count:
            place = pool.places[number]
            inside = tuple(i for i, (_, owner) in enumerate(pairs) if owner == number)
            out.append(_Demand(describe_cell(place.owner, place.cell), place.cell, number, inside, cell.count, cell.count))
    for limit, counted in zip(blueprint.limits, pool.limits, strict=True):
        kinds = set(counted.kinds)
        inside = tuple(i for i, (kind, owner) in enumerate(pairs) if kind in kinds and cells[owner].instead_of < 0)
        out.append(_Demand(describe_limit(limit), limit.where, -1, inside, counted.least, counted.most))
    return out


def describe_limit(limit: Limit) -> Message:
    """Return a limit in words."""
    if limit.most is None:
        return say("全卷{cell}至少{least}题", cell=limit.where.describe(), least=limit.least)
    if limit.least == limit.most:
        return say("全卷{cell}正好{least}题", cell=limit.where.describe(), least=limit.least)
    if not limit.least:
        return say("全卷{cell}至多{most}题", cell=limit.where.describe(), most=limit.most)
    return say("全卷{cell}{least}至{most}题", cell=limit.where.describe(), least=limit.least, most=limit.most)


def _alone(demand: _Demand, pool: Pool, pairs: Sequence[tuple[int, int]]) -> Shortage | None:
    """A demand that wants more than the bank has of what it counts."""
    have = sum(pool.sizes[kind] for kind in {pairs[i][0] for i in demand.pairs})
    if have >= demand.least:
        return None
    short = demand.least - have
    lower = (say("把这一格减到{n}题", n=have),)
    return Shortage((demand.words,), demand.least, have, ((demand.what.describe(), short),), lower)


def _count(demands: Sequence[_Demand], pairs: Sequence[tuple[int, int]], sizes: Sequence[int]) -> tuple[int, int]:
    """What cells in conflict need and have together; nothing when a limit is among them, or when they do not lack questions as a sum."""
    if any(demand.cell < 0 for demand in demands):
        return 0, 0
    needed = sum(demand.least for demand in demands)
    available = sum(sizes[kind] for kind in {pairs[i][0] for demand in demands for i in demand.pairs})
    return (needed, available) if needed > available else (0, 0)


def _rows(demands: Sequence[_Demand], width: int) -> Any:
    import numpy as np

    out = np.zeros((len(demands), width))
    for row, demand in enumerate(demands):
        out[row, list(demand.pairs)] = 1
    return out


def _stock(pairs: Sequence[tuple[int, int]], kinds: int, width: int) -> Any:
    import numpy as np

    out = np.zeros((kinds, width))
    for column, (kind, _) in enumerate(pairs):
        out[kind, column] = 1
    return out


def _is_feasible(demands: Sequence[_Demand], pairs: Sequence[tuple[int, int]], sizes: Sequence[int]) -> bool:
    return not demands or _solve(demands, pairs, sizes) is not None


def _solve(
    demands: Sequence[_Demand], pairs: Sequence[tuple[int, int]], sizes: Sequence[int], cost: Any = None, beside: Any = None, beside_most: Any = None
) -> Any:
    """Solve the integer programme of the demands, with further columns `beside` their rows (new questions, changes of counts)."""
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp

    width = len(pairs) + (0 if beside is None else beside.shape[1])
    if not width:
        return np.zeros(0) if all(demand.least <= 0 for demand in demands) else None
    rows = _rows(demands, len(pairs)) if beside is None else np.hstack([_rows(demands, len(pairs)), beside])
    limits = [LinearConstraint(rows, [d.least for d in demands], [d.most for d in demands])]
    limits.append(LinearConstraint(_stock(pairs, len(sizes), width), -np.inf, list(sizes)))
    most = np.full(width, np.inf)
    if beside_most is not None:
        most[len(pairs) :] = beside_most
    found = milp(np.zeros(width) if cost is None else cost, constraints=limits, integrality=np.ones(width), bounds=Bounds(0, most))
    return None if found.x is None else np.rint(found.x).astype(int)


def _conflict(demands: Sequence[_Demand], pairs: Sequence[tuple[int, int]], sizes: Sequence[int]) -> list[_Demand]:
    """The smallest irreducible conflict that a deletion filter finds from several orders."""
    best: list[_Demand] = list(demands)
    for order in (list(demands), list(reversed(demands)), sorted(demands, key=lambda d: len(d.pairs)), sorted(demands, key=lambda d: -len(d.pairs))):
        kept = order
        for demand in order:
            without = [other for other in kept if other is not demand]
            if not _is_feasible(without, pairs, sizes):
                kept = without
        if len(kept) < len(best):
            best = kept
    return [demand for demand in demands if demand in best]


def _to_write(blueprint: Blueprint, pool: Pool, demands: Sequence[_Demand], pairs: Sequence[tuple[int, int]]) -> tuple[tuple[Message, int], ...]:
    """The fewest new questions after which every demand holds; empty when no number of questions helps."""
    import numpy as np

    new: list[tuple[Message, list[int]]] = []
    limits = [row for row, demand in enumerate(demands) if demand.cell < 0][:MOST_PAIRED]
    for row, demand in enumerate(demands):
        if demand.cell < 0:
            continue
        common = pool.places[demand.cell].instead_of < 0
        wanted: list[Cell] = [demand.what]
        if common:
            ones = [merged for at in limits if (merged := merge(demand.what, demands[at].what)) is not None]
            pairs_of = [both for i, one in enumerate(ones) for at in limits[i:] if (both := merge(one, demands[at].what)) is not None]
            wanted += [*ones, *pairs_of]
        for what in dict.fromkeys(wanted):
            counted = [at for at in limits if common and implies(what, demands[at].what)]
            new.append((describe_cell(pool.places[demand.cell].owner, what), [row, *counted]))
    beside = np.zeros((len(demands), len(new)))
    for column, (_, rows) in enumerate(new):
        beside[rows, column] = 1
    cost = np.r_[np.zeros(len(pairs)), np.ones(len(new))]
    found = _solve(demands, pairs, pool.sizes, cost, beside)
    if found is None:
        return ()
    return tuple((words, int(n)) for (words, _), n in zip(new, found[len(pairs) :], strict=True) if n)


def _to_change(demands: Sequence[_Demand], pairs: Sequence[tuple[int, int]], sizes: Sequence[int]) -> tuple[Message, ...]:
    """The least change of counts after which the bank suffices."""
    import numpy as np

    count = len(demands)
    cost = np.r_[np.zeros(len(pairs)), np.ones(2 * count)]
    beside = np.hstack([np.eye(count), -np.eye(count)])
    found = _solve(demands, pairs, sizes, cost, beside)
    if found is None:
        return ()
    less, more = found[len(pairs) : len(pairs) + count], found[len(pairs) + count :]
    out = []
    for demand, down, up in zip(demands, less, more, strict=True):
        if down or up:
            bound = demand.least if down else demand.most
            out.append(say("{what}：{old}改为{new}", what=demand.words, old=bound, new=bound - int(down) + int(up)))
    return tuple(out)


def merge(one: Cell, other: Cell) -> Cell | None:
    """Return what fits both selectors, or None when nothing can."""
    parts: dict[str, Any] = {}
    for name in ("areas", "topics", "levels", "bands", "weights", "sources", "categories"):
        first, second = getattr(one, name), getattr(other, name)
        both = tuple(value for value in first if value in second) if first and second else first or second
        if first and second and not both:
            return None
        parts[name] = both
    return Cell(1, tags=tuple(dict.fromkeys((*one.tags, *other.tags))), **parts)


def implies(one: Cell, other: Cell) -> bool:
    """True when everything that fits `one` fits `other`."""
    for name in ("areas", "topics", "levels", "bands", "weights", "sources", "categories"):
        first, second = getattr(one, name), getattr(other, name)
        if second and not (first and set(first) <= set(second)):
            return False
    return not other.tags or bool(set(one.tags) & set(other.tags))
