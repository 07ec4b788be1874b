"""Questions that are drawn once for all papers look as if they had been drawn for each."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from flask import Flask, session

from quiz.core.paper import Slot, question_without_key
from quiz.core.question import Question, QuestionType
from quiz.web.sheet import open_question
from tests.web.world import SECRET_WORD, make_longer_questions, make_questions

QUESTIONS = {question.type: question for question in (*make_questions(), *make_longer_questions()) if isinstance(question, Question)}


def slot_of(question: Question, number: int, **parts: object) -> Slot:
    """The question at a place of a paper."""
    return Slot(number, 0, question_without_key(question), 1, "", Decimal(2), "cell", **parts)  # type: ignore[arg-type]


def drawn(app: Flask, slot: Slot, language: str) -> tuple[str, str]:
    """The question as it is kept, and drawn by itself, in a language."""
    with app.test_request_context():
        session["language"] = language
        alone = app.jinja_env.get_template("_macros/question.html").make_module({}).question(slot, slot.number)  # type: ignore[attr-defined]
        return str(open_question(slot)), str(alone)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", [kind for kind in QuestionType if kind is not QuestionType.CASE])
def test_every_type_at_every_number_in_every_language(app: Flask, kind: QuestionType, language: str) -> None:
    for number in (1, 7, 56):
        kept, alone = drawn(app, slot_of(QUESTIONS[kind], number), language)
        assert kept == alone
        assert f'name="s{number}"' in kept
        assert SECRET_WORD not in kept


def test_options_in_another_order_are_another_drawing(app: Flask) -> None:
    question = QUESTIONS[QuestionType.SINGLE]
    turned = question.with_options(tuple(reversed(question.options)))
    (first, _), (second, alone) = drawn(app, slot_of(question, 1), "zh"), drawn(app, slot_of(turned, 1), "zh")
    assert second == alone != first


def test_the_story_of_a_case_and_a_stem_with_the_stand_in_character_stay_their_own(app: Flask) -> None:
    question = QUESTIONS[QuestionType.SINGLE]
    part = slot_of(question, 3, case="c", situation="一个案例", part=1)
    odd = slot_of(replace(question, stem="一\ue000二"), 4)
    for slot in (part, odd):
        kept, alone = drawn(app, slot, "zh")
        assert kept == alone
    assert "一个案例" in drawn(app, part, "zh")[0]
