"""Published questions over time: their revisions, taking them out of use and back, and what lapses soon; registered by the workbench."""

from __future__ import annotations

from itertools import pairwise

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quiz.core.access import Action
from quiz.core.message import QuizError
from quiz.core.template import Template
from quiz.usecases import publishing, reviewing
from quiz.web import setter
from quiz.web.context import actor, needs, now, reader, say_text, today, translate, writer
from quiz.web.question_changes import changes

SPANS = (30, 90, 180)
"""For how many days ahead the alarm looks; the middle one when nothing is chosen."""


@needs(Action.READ_BANK)
def history(uid: str) -> ResponseReturnValue:
    """Every revision of a question, the newest first, each with what it changed."""
    with reader() as db:
        found = reviewing.history(db, actor(), uid)
    steps = [(new, changes(old.item, new.item, translate)) for new, old in pairwise(found)]
    return render_template("workbench/history.html", uid=uid, newest=found[0], steps=[*steps, (found[-1], None)])


@needs(Action.PROPOSE)
def retire(uid: str) -> ResponseReturnValue:
    """Take a question out of future draws, or back into them."""
    try:
        with writer() as db:
            reviewing.retire(db, actor(), now(), uid, request.form.get("reason", ""), back=bool(request.form.get("back")))
    except QuizError as error:
        if error.code != "no_reason":
            raise
        return setter.show_question(uid, say_text(error.message)), 422
    return redirect(url_for("setter.question", uid=uid))


@needs(Action.READ_BANK)
def lapses() -> ResponseReturnValue:
    """What lapses soon, and which sittings to come it stands in."""
    text = request.args.get("days", "")
    days = int(text) if text in {str(span) for span in SPANS} else SPANS[1]
    with reader() as db:
        found = publishing.lapses(db, actor(), today(), days)
    return render_template("workbench/lapses.html", found=found, days=days, spans=SPANS, today=today(), Template=Template)
