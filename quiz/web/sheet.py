"""What stands alike on the sitting pages of thousands, drawn once: questions, the cells of the map, the texts of the script. All open their paper in
the same minute."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from markupsafe import Markup, escape

from quiz.core.paper import Slot
from quiz.core.question import Question, QuestionType
from quiz.core.response import Response
from quiz.web.context import language

MOST = 20_000
"""Questions kept; full, all are forgotten."""

NUMBER = "\ue000"
"""Stands for the question's number while it is drawn: a character for private use, which no bank may contain."""

PAGE = "\ue001"
"""Stands for the address of the page while a cell is drawn."""

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


_constant: dict[tuple[object, ...], str] = {}


def questions(slots: Iterable[Slot], responses: Mapping[int, Response]) -> Markup:
    """Return the questions of slots (without their keys) with what is stored for them, by their numbers, one below the other, ready for the page."""
    drawn = (_draw("placed", slot, slot.number, stored) if (stored := responses.get(slot.number)) else _open_question(slot) for slot in slots)
    return Markup("".join(drawn))  # noqa: S704  drawn by our own template, which escapes


def cells(slots: Iterable[Slot], responses: Mapping[int, Response], page: str) -> Markup:
    """Return the cells of slots in the map of questions, whose links lead to a page; what has a response is shown as done."""
    address = str(escape(page))
    kinds = [_once("cell", NUMBER, PAGE, is_done).replace(PAGE, address) for is_done in (False, True)]
    return Markup("".join(kinds[bool(responses.get(slot.number))].replace(NUMBER, str(slot.number)) for slot in slots))  # noqa: S704  as above


def texts() -> Markup:
    """Return what the page's script says in the language of this request, as attributes."""
    return Markup(_once("texts"))  # noqa: S704  as above


def _open_question(slot: Slot) -> str:
    """The question of a slot with nothing answered yet."""
    question = slot.question
    if slot.part or NUMBER in question.stem:  # the parts of a case share a story
        return _draw("placed", slot, slot.number)
    is_apart = question.type in REORDERED and slot.revision_digest != ""
    key = (slot.revision_digest if is_apart else id(question), language())
    found = _drawn.get(key)
    if found is None or not (is_apart or found[0] is question):
        if len(_drawn) >= MOST:
            _drawn.clear()
        text = _draw("placed", slot, NUMBER)
        found = _drawn[key] = (question, _take_apart(text, question) if is_apart else _Drawing(text, {}, ""))
    return found[1].text(slot.number, (option.id for option in question.options) if is_apart else ())


def _once(name: str, *given: object) -> str:
    """What a macro draws of these values in the language of this request: kept, there are only a few of them."""
    key = (name, language(), *given)
    if key not in _constant:
        _constant[key] = _draw(name, *given)
    return _constant[key]


def _draw(name: str, *given: object) -> str:
    module: Any = current_app.jinja_env.get_template("trainee/_sheet.html").module
    return str(getattr(module, name)(*given))


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
