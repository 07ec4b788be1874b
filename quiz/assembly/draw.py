"""Problem + key → what stands on every paper: the one way through deal, repair, equalise and check."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from quiz.assembly.check import faults
from quiz.assembly.deal import deal, share_tables
from quiz.assembly.equalise import equalise, expected_scores
from quiz.assembly.problem import Choice, Desk, Problem
from quiz.assembly.repair import BudgetSpent, refill
from quiz.assembly.seating import seat_forms
from quiz.assembly.state import State
from quiz.core.collector import uncollected


@dataclass(frozen=True, slots=True)
class Drawn:
    """What stands on each paper, cell by cell in the order dealt, with the expected scores in thousandths of hundredths of a mark.

    `near` questions stand closer to themselves than wished, `seen` were had before, `repaired` papers needed the exact search, `swaps` were made.
    `stuck` papers (by place) could not be filled: then nothing of this is a paper for anybody.
    """

    papers: tuple[tuple[Choice, ...], ...]
    scores: tuple[int, ...] = ()
    near: int = 0
    seen: int = 0
    repaired: int = 0
    swaps: int = 0
    stuck: tuple[int, ...] = ()
    forms: tuple[int, ...] = ()


@uncollected()
def draw(problem: Problem, key: bytes) -> Drawn:
    """Choose the questions of every paper from the sitting's key; papers that share a form share their common part."""
    return _draw_forms(problem, key) if problem.forms else _draw_each(problem, key)


def _draw_each(problem: Problem, key: bytes, is_equal: bool = True) -> Drawn:
    state = State(problem)
    given = deal(state, share_tables(problem, key), key)
    stuck = []
    for paper in sorted(given.stuck):
        try:
            filled = refill(state, paper, key)
        except BudgetSpent:
            filled = False
        if not filled:
            stuck.append(paper)
    if stuck:
        return Drawn((), stuck=tuple(stuck))
    swaps = equalise(state, key) if is_equal else 0
    papers = tuple(tuple(picks) for picks in state.picks)
    wrong = faults(problem, papers)
    assert not wrong, wrong[:3]
    return Drawn(papers, tuple(expected_scores(state)), given.near, given.seen, len(given.stuck), swaps)


def _draw_forms(problem: Problem, key: bytes) -> Drawn:
    """Draw the forms as papers that nobody in the sitting may object to, then what stands in for local questions, paper by paper."""
    count = min(problem.forms, len(problem.desks))
    own = frozenset().union(*(desk.own for desk in problem.desks))
    had = _had_by_most(problem, count)
    sheets = tuple(Desk(f"form/{number}", own=own, seen=had) for number in range(count))
    forms = _draw_each(replace(problem, desks=sheets, gap=count), key)
    if forms.stuck:
        return forms
    turn = seat_forms(count, len(problem.desks), problem.gap // 2)
    state = State(replace(problem, tables=((),)))
    for paper, form in enumerate(turn):
        for cell, item in forms.papers[form]:
            state.put(paper, cell, item)
    given = deal(state, [()] * len(problem.desks), key)
    if given.stuck:
        return Drawn((), stuck=tuple(sorted(given.stuck)))
    papers = tuple(tuple(picks) for picks in state.picks)
    wrong = faults(problem, papers)
    assert not wrong, wrong[:3]
    return Drawn(papers, tuple(expected_scores(state)), forms.near + given.near, forms.seen + given.seen, forms.repaired, forms.swaps, (), turn)


def _had_by_most(problem: Problem, count: int) -> frozenset[int]:
    """Return the items to be avoided on forms: what many have had, as long as each kind keeps half as many again as the forms need.

    What anybody has had would be most of a bank after a sitting with a paper each, and would drive the forms onto the few questions left.
    """
    had = Counter(item for desk in problem.desks for item in desk.seen)
    need = Counter[int]()
    for table in problem.tables[:count]:
        for kind, _, wanted in table:
            need[kind] += wanted
    avoided: set[int] = set()
    for kind, members in enumerate(problem.members):
        kept = sorted(had[item] for item in members)[: need[kind] * 3 // 2 + 1]
        avoided.update(item for item in members if kept and had[item] > kept[-1])
    return frozenset(avoided)
