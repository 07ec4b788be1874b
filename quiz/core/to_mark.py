"""What marking asks of a slot, what people settled beside its rule, and the one way from both to a mark. Knows no paper and no person.

First marking, late answers, decisions, corrections and marks set by hand all come here, whatever each has read of a paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from quiz.core.correction import Correction, in_force, mark_settled
from quiz.core.marking import Decisions, Mark
from quiz.core.question import Question
from quiz.core.response import Response
from quiz.core.rule import Rule


@dataclass(frozen=True, slots=True, eq=False)
class ToMark:
    """A question with its revision, what it is worth and by which rule; its options stand in any order, since no mark depends on that.

    Slots of many papers share one value, which is equal to itself only: it is looked up for each slot of each paper, and hashing what is in it
    would take longer than all else.
    """

    question: Question
    revision: int
    max_mark: Decimal
    rule: Rule


@dataclass(frozen=True, slots=True)
class Settled:
    """What people settled in a sitting beside the rules: texts decided, questions corrected."""

    decisions: Decisions
    corrections: Sequence[Correction] = ()

    def __bool__(self) -> bool:
        """True when anything was."""
        return bool(self.decisions or self.corrections)


def mark_slot(asked: ToMark, response: Response, settled: Settled, override: Decimal | None = None) -> Mark:
    """Return the mark of a response, with the revision that it judged; `override` is the mark that a person gave this slot of this attempt."""
    correction = in_force(settled.corrections, asked.question.uid)
    found = mark_settled(asked.question, response, asked.max_mark, asked.rule, settled.decisions, correction, override)
    return replace(found, revision=asked.revision)
