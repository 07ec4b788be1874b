"""Pages of the marker: the texts that no rule could judge, without names, each decided once for everyone."""

from __future__ import annotations

from fractions import Fraction

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import DecimalField, HiddenField, StringField
from wtforms.validators import InputRequired, Length, Optional

from quiz.core.access import Action
from quiz.core.message import QuizError, mark_text, say
from quiz.usecases import answering, grading, results
from quiz.web.context import actor, needs, now, reader, say_text, writer
from quiz.web.forms import WholeField

pages = Blueprint("marker", __name__)
AT_ONCE = 20
"""Texts on a page; the next ones come up as these are decided."""


class DecisionForm(FlaskForm):  # type: ignore[misc]
    """Which text, and why it is right or wrong."""

    uid = HiddenField(validators=[InputRequired(), Length(max=200)])
    blank = WholeField(validators=[InputRequired()])
    text = HiddenField(validators=[Length(max=4000)])
    marks = DecimalField(validators=[Optional()])
    most = DecimalField(validators=[Optional()])
    reason = StringField(
        mark_text("判定理由"), validators=[InputRequired(mark_text("请写明判定理由。")), Length(max=500, message=mark_text("判定理由最多500个字。"))]
    )


@pages.get("/marking")
@needs(Action.JUDGE)
def home() -> ResponseReturnValue:
    """The sittings with texts that wait for a person."""
    with reader() as db:
        every = results.list_readable(db, actor(), now())
        waiting = answering.count_waiting(db, actor())
    rows = [row for row in every if row.pending]
    return render_template("marker/home.html", rows=rows, appeals=[(row, waiting[row.sitting.id]) for row in every if row.sitting.id in waiting])


@pages.get("/marking/<code>")
@needs(Action.JUDGE)
def texts(code: str) -> ResponseReturnValue:
    """The waiting texts of one sitting."""
    return _show(code)


@pages.post("/marking/<code>")
@needs(Action.JUDGE)
def decide(code: str) -> ResponseReturnValue:
    """Decide one text for everyone who wrote it."""
    form = DecisionForm()
    share = _share(form)
    if not form.validate() or share is None:
        told = next(iter(form.reason.errors), None)
        return _show(code, _key(form), told or say_text(say("请选择“对”或“错”，或者填写得分。")), form.reason.data or "", 422)
    try:
        with writer() as db:
            count = grading.decide(db, actor(), code, form.uid.data, form.blank.data, form.text.data, share, form.reason.data, now())
    except QuizError as error:
        if error.code in ("no_reason", "bad_share"):
            return _show(code, _key(form), say_text(error.message), "", 422)
        raise
    return redirect(url_for(".texts", code=code, regraded=count))


def _share(form: DecisionForm) -> Fraction | None:
    """The share of the marks that the form gives: by its verdict, or by marks out of the most there are; None when it says neither."""
    verdicts = {"right": Fraction(1), "wrong": Fraction(0)}
    verdict = request.form.get("verdict", "")
    if verdict in verdicts:
        return verdicts[verdict]
    if form.marks.data is None or not form.most.data:
        return None
    return Fraction(form.marks.data) / Fraction(form.most.data)


def _key(form: DecisionForm) -> tuple[str, int, str]:
    return form.uid.data or "", form.blank.data if form.blank.data is not None else -1, form.text.data or ""


def _show(code: str, at: tuple[str, int, str] | None = None, problem: str = "", reason: str = "", status: int = 200) -> ResponseReturnValue:
    """The page of waiting texts; `at` is the text whose form was refused, with its problem and what was written there."""
    with reader() as db:
        waiting = grading.list_pending(db, actor(), code, now())
    regraded = request.args.get("regraded", "")
    told = int(regraded) if regraded.isascii() and regraded.isdigit() and len(regraded) < 8 else None
    page = render_template(
        "marker/texts.html", code=code, total=len(waiting), waiting=waiting[:AT_ONCE], at=at, problem=problem, reason=reason, regraded=told
    )
    return page, status
