"""CHECK: every rule on every paper once more, written without looking at how they were made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from quiz.assembly.problem import Choice, Desk, Problem


def faults(problem: Problem, papers: Sequence[Sequence[Choice]]) -> list[str]:
    """Return what is wrong with the papers; empty when every paper holds every count, limit and ban."""
    return [f"{desk.number}: {fault}" for desk, picks in zip(problem.desks, papers, strict=True) for fault in _faults(problem, desk, picks)]


def _faults(problem: Problem, desk: Desk, picks: Sequence[Choice]) -> list[str]:
    out: list[str] = []
    items = [item for _, item in picks]
    if len(set(items)) < len(items):
        out.append("a question twice")
    if not desk.own.isdisjoint(items):
        out.append("a question that they wrote or read")
    counts = Counter(cell for cell, _ in picks)
    instead = dict(desk.instead)
    for number, cell in enumerate(problem.cells):
        wanted = instead.get(number, 0) if cell.instead_of >= 0 else cell.count
        if counts[number] != wanted:
            out.append(f"cell {number} has {counts[number]} of {wanted}")
    if any(problem.items[item].kind not in problem.cells[cell].kinds for cell, item in picks):
        out.append("a question in a cell that does not admit it")
    common = [problem.items[item].kind for cell, item in picks if problem.cells[cell].instead_of < 0]
    for number, limit in enumerate(problem.limits):
        if not limit.least <= sum(kind in limit.kinds for kind in common) <= limit.most:
            out.append(f"limit {number} is broken")
    chosen = set(items)
    out += [f"rivals {rivals} together" for rivals in problem.rivals if len(chosen.intersection(rivals)) > 1]
    if problem.topic_cap and max(Counter(problem.items[item].topic for item in items).values(), default=0) > problem.topic_cap:
        out.append("too many questions of one topic")
    return out
