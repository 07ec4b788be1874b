"""How many will answer a question rightly, as far as anybody knows: what past sittings showed, else the setter's estimate, else an assumption."""

from __future__ import annotations

from collections.abc import Mapping

from quiz.core.question import Question, QuestionType, base_uid
from quiz.core.template import Template

FEWEST_ANSWERS = 30
"""Fewer answers than this say too little: the setter's estimate stands."""

ASSUMED: dict[QuestionType, int] = {
    QuestionType.SINGLE: 700,
    QuestionType.MULTIPLE: 550,
    QuestionType.TRUE_FALSE: 750,
    QuestionType.FILL_IN: 600,
    QuestionType.ORDERING: 600,
    QuestionType.MATCHING: 650,
    QuestionType.SHORT_ANSWER: 600,
    QuestionType.CASE: 600,
}
"""Thousandths assumed for a question without answers or estimate: one number a type, so that it favours no paper over another."""

Facilities = Mapping[str, tuple[int, int]]
"""For questions by the uid in their bank: the mean share of the marks earned, in thousandths, and the number of answers."""


def facility(question: Question | Template, known: Facilities) -> int:
    """Return the share of the marks that a question will earn on average, in thousandths."""
    share, answers = known.get(base_uid(question.uid), (0, 0))
    if answers >= FEWEST_ANSWERS:
        return share
    if question.difficulty is not None:
        return int(question.difficulty.scaleb(3))
    return ASSUMED[question.type]
