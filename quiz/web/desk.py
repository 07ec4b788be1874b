"""What an organiser decides about one cadre's attempt: void, valid again, another try, late answers; registered by the organiser's pages.

Each is a form on the cadre's page and leads back to it; what was wrong is told there.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from quiz.core.access import Action
from quiz.core.message import QuizError, say
from quiz.usecases import late_answers, retrying, voiding
from quiz.web.context import actor, needs, now, say_text, writer
from quiz.web.timing import show_cadre

LARGEST = 2**53
"""No row is numbered higher."""


@needs(Action.SCHEDULE)
def void(code: str, number: str) -> ResponseReturnValue:
    """Make a cadre's attempt void; the staff number, typed, says that this one is meant."""
    if request.form.get("number", "").strip() != number:
        return show_cadre(code, number, problem=say_text(say("请照样输入工号 {number}，以确认作废。", number=number)), status=422)
    return _act(code, number, "void", lambda db: voiding.void(db, actor(), code, number, _reason(), now()))


@needs(Action.SCHEDULE)
def restore(code: str, number: str) -> ResponseReturnValue:
    """Let a void attempt count again."""
    return _act(code, number, "void", lambda db: voiding.restore(db, actor(), code, number, _reason(), now()))


@needs(Action.SCHEDULE)
def retry(code: str, number: str) -> ResponseReturnValue:
    """Give a cadre another paper after a void attempt."""
    minutes = request.form.get("minutes", 0, int)
    return _act(code, number, "void", lambda db: retrying.retry(db, actor(), code, number, minutes, _reason(), now()))


@needs(Action.SCHEDULE)
def decide_late(code: str, number: str) -> ResponseReturnValue:
    """Let an answer that came too late count, or not."""
    response, accept = min(request.form.get("response", 0, int), LARGEST), request.form.get("do") == "accept"
    return _act(code, number, "late", lambda db: late_answers.decide_late(db, actor(), code, number, response, accept, _reason(), now()))


def _reason() -> str:
    return request.form.get("reason", "")


def _act(code: str, number: str, anchor: str, do: Callable[[Session], object]) -> ResponseReturnValue:
    try:
        with writer() as db:
            do(db)
    except QuizError as error:
        if error.code in ("not_found", "forbidden"):
            raise
        return show_cadre(code, number, problem=say_text(error.message), status=409)
    return redirect(url_for("organiser.cadre", code=code, number=number, _anchor=anchor), 303)
