"""Which ban stands in the way of a paper although there are enough questions: each is lifted in turn, and the search tried again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from quiz.assembly.problem import Problem
from quiz.assembly.repair import BudgetSpent, refill
from quiz.assembly.state import State


class Ban(StrEnum):
    """A rule that keeps questions off a paper for the sake of the other questions on it or of the person."""

    OWN = "own"
    RIVALS = "rivals"
    TOPICS = "topics"


def blame(problem: Problem, place: int, key: bytes) -> tuple[Ban, ...]:
    """Return the bans of which lifting one alone would let this paper exist; all that apply when none alone would."""
    alone = replace(problem, desks=(problem.desks[place],), gap=0)
    applied = [ban for ban, is_there in APPLIES.items() if is_there(alone)]
    guilty = tuple(ban for ban in applied if _exists(LIFTED[ban](alone), key))
    return guilty or tuple(applied)


APPLIES: dict[Ban, Callable[[Problem], bool]] = {
    Ban.OWN: lambda problem: bool(problem.desks[0].own),
    Ban.RIVALS: lambda problem: bool(problem.rivals),
    Ban.TOPICS: lambda problem: bool(problem.topic_cap),
}
LIFTED: dict[Ban, Callable[[Problem], Problem]] = {
    Ban.OWN: lambda problem: replace(problem, desks=(replace(problem.desks[0], own=frozenset()),)),
    Ban.RIVALS: lambda problem: replace(problem, rivals=()),
    Ban.TOPICS: lambda problem: replace(problem, topic_cap=0),
}


def _exists(problem: Problem, key: bytes) -> bool:
    try:
        return refill(State(problem), 0, key)
    except BudgetSpent:
        return False
