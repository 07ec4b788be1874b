"""How many will answer a question rightly, as far as anybody knows: what past sittings showed, else the setter's estimate, else an assumption."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from quiz.core.message import mark_text
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


class Basis(StrEnum):
    """What an expectation rests on, the best first."""

    STATISTICS = "statistics"
    SETTER = "setter"
    ASSUMED = "assumed"


BASIS_NAMES: dict[Basis, str] = {
    Basis.STATISTICS: mark_text("以往考试的得分率"),
    Basis.SETTER: mark_text("命题人的估计"),
    Basis.ASSUMED: mark_text("按题型假定的得分率"),
}


def basis(question: Question | Template, known: Facilities) -> Basis:
    """Return what the facility of a question rests on."""
    _, answers = known.get(base_uid(question.uid), (0, 0))
    if answers >= FEWEST_ANSWERS:
        return Basis.STATISTICS
    return Basis.ASSUMED if question.difficulty is None else Basis.SETTER


def facility(question: Question | Template, known: Facilities) -> int:
    """Return the share of the marks that a question will earn on average, in thousandths."""
    found = basis(question, known)
    if found is Basis.STATISTICS:
        return known[base_uid(question.uid)][0]
    if found is Basis.SETTER and question.difficulty is not None:
        return int(question.difficulty.scaleb(3))
    return ASSUMED[question.type]
