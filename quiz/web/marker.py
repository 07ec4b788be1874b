"""Pages of the marker: what waits in a sitting, question by question; and the desk, where texts are taken, marked without names and passed on."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from quiz.core.access import Action
from quiz.core.message import QuizError, mark_text, say
from quiz.usecases import answering, marking, rejudging, results
from quiz.usecases.marking import ALREADY, LEASE, Judged
from quiz.web.context import actor, needs, now, reader, say_text, writer
from quiz.web.forms import BAD_AMOUNT, AmountField, WholeField, read_amount

pages = Blueprint("marker", __name__)
MOST_POINTS = 40

MOST_DONE = 20
"""Sittings that are marked to the end and listed still: the latest."""


class TakeForm(FlaskForm):  # type: ignore[misc]
    """Of which question to take the next texts."""

    uid = StringField(validators=[InputRequired(), Length(max=200)])
    blank = WholeField(validators=[InputRequired()])


class MarkForm(FlaskForm):  # type: ignore[misc]
    """Which text gets what, and why; marks for the points of a scheme come in fields of their own, p0, p1, …."""

    digest = HiddenField(validators=[InputRequired(), Regexp(r"[0-9a-f]{64}\Z")])
    marks = AmountField(mark_text("得分"), validators=[Optional()])
    reason = StringField(mark_text("判定理由"), validators=[Length(max=400, message=mark_text("判定理由最多400个字。"))])


@pages.get("/marking")
@needs(Action.JUDGE)
def home() -> ResponseReturnValue:
    """The sittings with texts or appeals that wait for a person, and those that were marked to the end."""
    with reader() as db:
        every = results.list_readable(db, actor(), now())
        waiting = answering.count_waiting(db, actor())
        decided = rejudging.list_done(db, actor())
    rows = [row for row in every if row.pending]
    done = [row for row in every if not row.pending and row.sitting.id in decided][:MOST_DONE]
    said = [(row, waiting[row.sitting.id]) for row in every if row.sitting.id in waiting]
    return render_template("marker/home.html", rows=rows, appeals=said, done=done)


@pages.get("/marking/<code>")
@needs(Action.JUDGE)
def overview(code: str) -> ResponseReturnValue:
    """What waits in one sitting, question by question, and how far markers agree."""
    with reader() as db:
        view = marking.read_overview(db, actor(), code, now())
    return render_template("marker/overview.html", view=view, sitting=view.sitting, minutes=LEASE.seconds // 60)


@pages.post("/marking/<code>/take")
@needs(Action.JUDGE)
def take(code: str) -> ResponseReturnValue:
    """Take the next texts of a question."""
    form = TakeForm()
    if not form.validate():
        return redirect(url_for(".overview", code=code), 303)
    with writer() as db:
        marking.take(db, actor(), code, form.uid.data, form.blank.data, now())
    return redirect(url_for(".desk", code=code, uid=form.uid.data, blank=form.blank.data), 303)


@pages.post("/marking/<code>/back")
@needs(Action.JUDGE)
def give_back(code: str) -> ResponseReturnValue:
    """Let others have what one holds."""
    with writer() as db:
        marking.give_back(db, actor(), code, now())
    return redirect(url_for(".overview", code=code), 303)


@pages.get("/marking/<code>/desk")
@needs(Action.JUDGE)
def desk(code: str) -> ResponseReturnValue:
    """The texts of one question that the marker holds."""
    return _show(code, MarkForm(formdata=None))


@pages.post("/marking/<code>/desk")
@needs(Action.JUDGE)
def judge(code: str) -> ResponseReturnValue:
    """Mark one text; when it was the last that the marker held, take the next."""
    form, (uid, blank) = MarkForm(), read_place()
    if not form.validate():
        return _show(code, form, next((str(text) for field in form for text in field.errors), ""), 422)
    try:
        with writer() as db:
            item = next((one for one in marking.read_desk(db, actor(), code, uid, blank, now()).items if one.digest == form.digest.data), None)
            share, points = read_marks(form, item.slot.max_mark if item else None)
            done = marking.judge(db, actor(), code, uid, blank, form.digest.data, share, form.reason.data or "", now(), points)
            left = marking.read_desk(db, actor(), code, uid, blank, now()).items
            if not left:
                marking.take(db, actor(), code, uid, blank, now())
    except QuizError as error:
        if error.code in ("not_found", "forbidden"):
            raise
        if error.code == "marked_already":
            return redirect(url_for(".desk", code=code, uid=uid, blank=blank, again=1), 303)
        return _show(code, form, say_text(error.message), 409 if error.code == "taken" else 422)
    return redirect(url_for(".desk", code=code, uid=uid, blank=blank, **_told(done)), 303)


def read_place() -> tuple[str, int]:
    """Return which question the address names, and which of its blanks."""
    return request.args.get("uid", "")[:200], request.args.get("blank", 0, int)


def read_marks(form: MarkForm, most: Decimal | None) -> tuple[Fraction | None, list[Decimal]]:
    """Return what the form gives: marks for each point, or a share by its verdict or by marks. QuizError `bad_share` when it gives nothing."""
    verdict = request.form.get("verdict", "")
    if verdict in ("right", "wrong"):
        return Fraction(verdict == "right"), []
    points = [request.form.get(f"p{at}", "").strip() for at in range(MOST_POINTS) if f"p{at}" in request.form]
    if any(points):
        return None, [_mark(text) for text in points]
    if not most or form.marks.data is None:
        raise QuizError("bad_share", say("请选择“对”或“错”，或者填写得分。"))
    return Fraction(form.marks.data) / Fraction(most), []


def _mark(text: str) -> Decimal:
    """A mark for a point; an empty field is 0."""
    try:
        return read_amount(text or "0")
    except ValueError:
        raise QuizError("bad_points", say(BAD_AMOUNT)) from None


def _told(done: Judged) -> dict[str, Any]:
    return {"regraded": done.regraded} if done.is_settled else {"noted": 1}


def _show(code: str, form: MarkForm, problem: str = "", status: int = 200) -> ResponseReturnValue:
    uid, blank = read_place()
    with reader() as db:
        view = marking.read_desk(db, actor(), code, uid, blank, now())
    regraded = request.args.get("regraded", None, int)
    page = render_template(
        "marker/desk.html",
        view=view,
        sitting=view.sitting,
        uid=uid,
        blank=blank,
        form=form,
        at=form.digest.data,
        problem=problem,
        given={name: value for name, value in request.form.items() if name[:1] == "p" or name == "marks"},
        regraded=regraded if regraded is not None and 0 <= regraded < 10**7 else None,
        noted=request.args.get("noted") == "1",
        again=ALREADY if request.args.get("again") == "1" else "",
        minutes=LEASE.seconds // 60,
    )
    return page, status
