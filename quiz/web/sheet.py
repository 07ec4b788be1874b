"""Questions as they stand on the sitting page, drawn once for all papers that show them alike: thousands open their paper in the same minute."""

from __future__ import annotations

from typing import Any

from flask import current_app
from markupsafe import Markup

from quiz.core.paper import Slot
from quiz.core.question import Question
from quiz.web.context import language

MOST = 20_000
"""Questions kept; full, all are forgotten."""

NUMBER = "\ue000"
"""Stands for the question's number while it is drawn: a character for private use, which no bank may contain."""

_drawn: dict[tuple[int, str], tuple[Question, list[str]]] = {}


def open_question(slot: Slot) -> Markup:
    """Return the question of a slot (without its key) with nothing answered yet, ready for the page."""
    if slot.part or NUMBER in slot.question.stem:  # the parts of a case share a story
        return Markup(_draw(slot, str(slot.number)))  # noqa: S704  drawn by our own template, which escapes
    key = (id(slot.question), language())
    found = _drawn.get(key)
    if found is None or found[0] is not slot.question:
        if len(_drawn) >= MOST:
            _drawn.clear()
        found = _drawn[key] = (slot.question, _draw(slot, NUMBER).split(NUMBER))
    return Markup(str(slot.number).join(found[1]))  # noqa: S704  as above


def _draw(slot: Slot, number: str) -> str:
    module: Any = current_app.jinja_env.get_template("_macros/question.html").make_module({})
    return str(module.question(slot, number))
