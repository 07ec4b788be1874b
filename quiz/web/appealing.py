"""The trainee's page for saying what is wrong with a question: a report while they sit and wait for the result, an appeal once keys are shown.

It works by a plain form and opens beside the sitting page, so that nothing that is being written there is lost.
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from quiz.core.access import Action
from quiz.core.message import QuizError, mark_text
from quiz.storage.appeals import APPEAL
from quiz.usecases import appealing, attempts
from quiz.usecases.appealing import LONGEST_TEXT
from quiz.web.context import actor, needs, now, reader, say_text, writer
from quiz.web.forms import WholeField

pages = Blueprint("appealing", __name__)


class WordForm(FlaskForm):  # type: ignore[misc]
    """Which question, and what is wrong with it."""

    slot = WholeField(mark_text("题号"), validators=[InputRequired(mark_text("请选择题号。"))])
    text = TextAreaField(
        mark_text("有什么问题"),
        validators=[InputRequired(mark_text("请写明这道题有什么问题。")), Length(max=LONGEST_TEXT, message=mark_text("最多1000个字。"))],
    )


@pages.route("/papers/<code>/report", methods=["GET", "POST"])
@needs(Action.SIT)
def report(code: str) -> ResponseReturnValue:
    """Say what is wrong with a question of one's own paper; and what one said before."""
    form = WordForm() if request.method == "POST" else WordForm(formdata=None, data={"slot": request.args.get("slot", None, int)})
    if request.method != "POST":
        return _show(code, form)
    if not form.validate():
        return _show(code, form, status=422)
    try:
        with writer() as db:
            row = appealing.speak(db, actor(), code, form.slot.data, form.text.data, now())
    except QuizError as error:
        if error.code in ("not_found", "forbidden", "not_started"):
            raise
        return _show(code, form, say_text(error.message), 409)
    if row.kind == APPEAL:
        return redirect(url_for("trainee.result", code=code, _anchor=f"q{row.slot}"), 303)
    return redirect(url_for(".report", code=code, done=row.slot), 303)


def _show(code: str, form: WordForm, problem: str = "", status: int = 200) -> ResponseReturnValue:
    with reader() as db:
        listed = attempts.get_mine(db, actor(), code, now())
        mine = appealing.read_mine(db, actor(), code, now())
    page = render_template(
        "trainee/report.html",
        listed=listed,
        mine=mine,
        form=form,
        problem=problem,
        code=code,
        done=request.args.get("done", 0, int),
        is_sitting=listed.seat.attempt is not None and listed.seat.attempt.submitted_at is None,
    )
    return page, status
