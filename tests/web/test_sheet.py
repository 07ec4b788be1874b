"""Questions that are drawn once for all papers look as if they had been drawn for each."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest
from flask import Flask, session

from quiz.core.paper import Slot, hide_key
from quiz.core.question import Question, QuestionType
from quiz.web import sheet
from tests.web.world import SECRET_WORD, make_longer_questions, make_questions

QUESTIONS = {question.type: question for question in (*make_questions(), *make_longer_questions()) if isinstance(question, Question)}


def slot_of(question: Question, number: int, **parts: object) -> Slot:
    """The question at a place of a paper."""
    digest = str(parts.pop("digest", ""))
    return Slot(number, 0, hide_key(question), 1, digest, Decimal(2), "cell", **parts)  # type: ignore[arg-type]


def drawn(app: Flask, slot: Slot, language: str) -> tuple[str, str]:
    """The question as it is kept, and drawn by itself, in a language."""
    with app.test_request_context():
        session["language"] = language
        alone = app.jinja_env.get_template("trainee/_sheet.html").make_module({}).placed(slot, slot.number)  # type: ignore[attr-defined]
        return str(sheet.questions([slot], {})), str(alone)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", [kind for kind in QuestionType if kind is not QuestionType.CASE])
def test_every_type_at_every_number_in_every_language(app: Flask, kind: QuestionType, language: str) -> None:
    for number in (1, 7, 56):
        kept, alone = drawn(app, slot_of(QUESTIONS[kind], number), language)
        assert kept == alone
        assert f'name="s{number}"' in kept
        assert SECRET_WORD not in kept


@pytest.mark.parametrize("kind", [QuestionType.SINGLE, QuestionType.MULTIPLE])
def test_all_orders_of_a_published_question_share_one_drawing_and_look_like_their_own(app: Flask, kind: QuestionType) -> None:
    question = QUESTIONS[kind]
    for number, order in enumerate(permutations(question.options), 1):
        kept, alone = drawn(app, slot_of(question.with_options(order), number, digest=f"digest of {kind}"), "zh")
        assert kept == alone


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


def test_what_is_answered_is_drawn_with_its_response_among_what_is_not(app: Flask) -> None:
    question = QUESTIONS[QuestionType.SINGLE]
    slots = [slot_of(question, number, digest="digest of a few") for number in (1, 2, 3)]
    with app.test_request_context():
        page = str(sheet.questions(slots, {2: (question.options[0].id,)}))
    assert page.count(" checked") == 1
    assert page.index('id="q1"') < page.index('id="q2"') < page.index(" checked") < page.index('id="q3"')
    assert [page.count(f'data-mark="{number}"') for number in (1, 2, 3)] == [1, 1, 1]


@pytest.mark.parametrize(("language", "done", "still_open"), [("zh", "已答", "未答"), ("en", "Answered", "Not answered")])
def test_the_cells_of_the_map_lead_to_their_questions_and_say_their_state(app: Flask, language: str, done: str, still_open: str) -> None:
    slots = [slot_of(QUESTIONS[QuestionType.SINGLE], number) for number in (7, 8)]
    with app.test_request_context():
        session["language"] = language
        first, second = str(sheet.cells(slots, {8: ("a",)}, "/papers/A&B/sit?section=2")).strip().split("\n")
    assert 'href="/papers/A&amp;B/sit?section=2#q7"' in first
    assert [word in first for word in (">7<span", f">{still_open}<", "done")] == [True, True, False]
    assert 'href="/papers/A&amp;B/sit?section=2#q8"' in second
    assert all(word in second for word in (">8<span", f">{done}<", 'class="cell done"'))
