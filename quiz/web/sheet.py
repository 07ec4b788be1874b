"""Questions as they stand on the sitting page, drawn once for all papers that show them alike: thousands open their paper in the same minute."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import current_app
from markupsafe import Markup

from quiz.core.paper import Slot
from quiz.core.question import Question, QuestionType
from quiz.web.context import language

MOST = 20_000
"""Questions kept; full, all are forgotten."""

NUMBER = "\ue000"
"""Stands for the question's number while it is drawn: a character for private use, which no bank may contain."""

LETTERS = "ABCDEFGH"
REORDERED = (QuestionType.SINGLE, QuestionType.MULTIPLE)
"""Types whose options stand in another order on each paper and are drawn apart, so that all orders share one drawing."""


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A question without number and order: the text before the options, those of each around its letter and its value, by id, and the text after."""

    head: str
    options: dict[str, tuple[str, str, str]]
    tail: str

    def text(self, number: int, order: Iterable[str]) -> str:
        """Return the question with this number and its options in this order."""
        placed = zip(LETTERS, (self.options[name] for name in order), strict=False)
        options = (f"{before}{letter}{between}{letter.lower()}{after}" for letter, (before, between, after) in placed)
        return "".join((self.head, *options, self.tail)).replace(NUMBER, str(number))


_drawn: dict[tuple[object, str], tuple[Question, _Drawing]] = {}


def open_question(slot: Slot) -> Markup:
    """Return the question of a slot (without its key) with nothing answered yet, ready for the page."""
    question = slot.question
    if slot.part or NUMBER in question.stem:  # the parts of a case share a story
        return Markup(_draw(slot, str(slot.number)))  # noqa: S704  drawn by our own template, which escapes
    is_apart = question.type in REORDERED and slot.revision_digest != ""
    key = (slot.revision_digest if is_apart else id(question), language())
    found = _drawn.get(key)
    if found is None or not (is_apart or found[0] is question):
        if len(_drawn) >= MOST:
            _drawn.clear()
        text = _draw(slot, NUMBER)
        found = _drawn[key] = (question, _take_apart(text, question) if is_apart else _Drawing(text, {}, ""))
    return Markup(found[1].text(slot.number, (option.id for option in question.options) if is_apart else ()))  # noqa: S704  as above


def _draw(slot: Slot, number: str) -> str:
    module: Any = current_app.jinja_env.get_template("_macros/question.html").module
    return str(module.question(slot, number))


def _take_apart(text: str, question: Question) -> _Drawing:
    """The drawing of a choice, cut at its options, their letters and their values, which are both their place."""
    head, *blocks = re.split(r"(?=<label )", text)
    blocks[-1], tail = re.split(r"(?<=</label>\n)", blocks[-1], maxsplit=1)
    options = {}
    for option, letter, block in zip(question.options, LETTERS, blocks, strict=False):
        before, rest = block.split(f'option-letter">{letter}<', 1)
        between, after = rest.rsplit(f'value="{letter.lower()}"', 1)
        options[option.id] = (f'{before}option-letter">', f'<{between}value="', f'"{after}')
    return _Drawing(head, options, tail)
