"""The organiser's pages that give people time and open attempts again; registered by the organiser's pages."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from quiz.core.access import Action
from quiz.core.correction import REMEDY_NAMES
from quiz.core.hall import EVENT_NAMES
from quiz.core.message import QuizError, mark_text
from quiz.core.paper import section_heading
from quiz.core.sitting import LONGEST_EXTRA, ClosedBy
from quiz.storage.attempts import value_of
from quiz.storage.changes import EXTEND, PAUSE, REOPEN
from quiz.usecases import extending, hall, results
from quiz.usecases.corrected_copies import has_corrected
from quiz.usecases.extending import GivenBack
from quiz.usecases.mark_history import history_of
from quiz.usecases.who_marked import who_marked
from quiz.web.context import actor, needs, now, reader, say_text, writer
from quiz.web.forms import ListedField, WholeField

CHANGE_NAMES = {EXTEND: mark_text("加时"), PAUSE: mark_text("补时"), REOPEN: mark_text("重新开放")}
CLOSED_BY_NAMES = {
    ClosedBy.DEADLINE: mark_text("（到时自动收卷）"),
    ClosedBy.ORGANISER: mark_text("（组考人员收卷）"),
    ClosedBy.PAPER: mark_text("（纸质答题卡）"),
}
TOO_MANY = mark_text("请填写1至240之间的分钟数。")


class TimeForm(FlaskForm):  # type: ignore[misc]
    """Minutes and why; the minutes may be left out where an attempt is opened again."""

    minutes = WholeField(mark_text("加时（分钟）"), validators=[Optional(), NumberRange(1, LONGEST_EXTRA, TOO_MANY)])
    reason = StringField(
        mark_text("原因"), validators=[InputRequired(mark_text("请写明原因。")), Length(max=500, message=mark_text("最多500个字。"))]
    )


class UnitTimeForm(FlaskForm):  # type: ignore[misc]
    """The unit that lost time, how much and why."""

    unit = ListedField(mark_text("单位"), default="")
    minutes = WholeField(mark_text("补时（分钟）"), validators=[InputRequired(TOO_MANY), NumberRange(1, LONGEST_EXTRA, TOO_MANY)])
    reason = StringField(
        mark_text("原因"), validators=[InputRequired(mark_text("请写明原因。")), Length(max=500, message=mark_text("最多500个字。"))]
    )


@needs(Action.SCHEDULE)
def times(code: str) -> ResponseReturnValue:
    """Give a unit its time back; and everything that was changed in a sitting."""
    form = UnitTimeForm()
    with reader() as db:
        view = extending.read_times(db, actor(), code)
    form.unit.choices = [("", "—"), *view.units]
    problem, done = "", None
    if request.method == "POST" and form.validate():
        try:
            done = _give_back(code, form)
        except QuizError as error:
            if error.code in ("not_found", "forbidden"):
                raise
            problem = say_text(error.message)
        else:
            with reader() as db:
                view = extending.read_times(db, actor(), code)
            form = UnitTimeForm(formdata=None)
            form.unit.choices = [("", "—"), *view.units]
    page = render_template(
        "organiser/time.html",
        view=view,
        form=form,
        problem=problem,
        done=done,
        most=LONGEST_EXTRA,
        is_released=extending.is_released(view.sitting, now()),
        CHANGE_NAMES=CHANGE_NAMES,
    )
    return page, 409 if problem else 422 if form.errors else 200


@needs(Action.READ_RESULTS)
def cadre(code: str, number: str) -> ResponseReturnValue:
    """One cadre's result with every mark and its why, and the time that they were given."""
    return show_cadre(code, number)


@needs(Action.SCHEDULE)
def change_time(code: str, number: str) -> ResponseReturnValue:
    """Give one cadre more time, or open their attempt again."""
    form = TimeForm()
    if not form.validate():
        return show_cadre(code, number, form, status=422)
    change = extending.reopen if request.form.get("do") == REOPEN else extending.extend
    try:
        with writer() as db:
            change(db, actor(), code, number, form.minutes.data or 0, form.reason.data, now())
    except QuizError as error:
        if error.code in ("not_found", "forbidden"):
            raise
        return show_cadre(code, number, form, say_text(error.message), 409)
    return redirect(url_for("organiser.cadre", code=code, number=number, _anchor="time"), 303)


def _give_back(code: str, form: UnitTimeForm) -> GivenBack:
    with writer() as db:
        return extending.give_back(db, actor(), code, form.unit.data, form.minutes.data, form.reason.data, now())


def show_cadre(code: str, number: str, form: TimeForm | None = None, problem: str = "", status: int = 200) -> ResponseReturnValue:
    """One cadre's page, with what was wrong in a form on it."""
    form = form or TimeForm(formdata=None)
    with reader() as db:
        found = results.read_result(db, actor(), code, number, now(), request.args.get("run", None, int))
        marks = history_of(db, found)
        judgements = who_marked(db, actor(), found)
        shares = results.area_shares(found.paper, found.marks) if found.paper and found.marks else []
        history = extending.history_of(db, actor(), code, number)
        desk = hall.read_desk(db, actor(), code, number, now())
        is_scanned = has_corrected(db, found)
    page = render_template(
        "organiser/cadre.html",
        result=found,
        is_scanned=is_scanned,
        shares=shares,
        section_heading=section_heading,
        history=history,
        marks=marks,
        judgements=judgements,
        newest=marks.runs[-1].graded.number if marks.runs else 0,
        REMEDY_NAMES=REMEDY_NAMES,
        desk=desk,
        EVENT_NAMES=EVENT_NAMES,
        CLOSED_BY_NAMES=CLOSED_BY_NAMES,
        response_of=value_of,
        time_form=form,
        problem=problem,
        is_released=extending.is_released(found.seat.sitting, now()),
        CHANGE_NAMES=CHANGE_NAMES,
    )
    return page, status
