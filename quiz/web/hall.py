"""The invigilator's board of a hall: how many stand where, who, and the actions on a site or unit; registered by the organiser's pages.

The board is drawn by the server whole or, for its script, without its frame (`?part=now`); it works by links and forms alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from quiz.core.access import Action
from quiz.core.hall import ABSENT_NAME, ORDER, STATE_NAMES, HallState
from quiz.core.message import Message, QuizError, mark_text, say
from quiz.core.sitting import LONGEST_EXTRA, Phase
from quiz.usecases import extending, hall, pausing, timekeeping
from quiz.usecases.hall import Choice
from quiz.usecases.places import PlaceKind
from quiz.web.context import actor, needs, now, reader, say_text, writer
from quiz.web.forms import ListedField, WholeField

REASON = (InputRequired(mark_text("请写明原因。")), Length(max=500, message=mark_text("最多500个字。")))
FURTHEST = 10_000_000
TOO_MANY = mark_text("请填写1至240之间的分钟数。")


class PlaceForm(FlaskForm):  # type: ignore[misc]
    """A place and why."""

    kind = ListedField(choices=[(kind.value, kind.value) for kind in PlaceKind], default=PlaceKind.ALL.value)
    place = StringField(validators=[Length(max=40)], default="")
    reason = StringField(mark_text("原因"), validators=REASON)


class GiveBackForm(PlaceForm):
    """A place, the minutes that it lost and why."""

    minutes = WholeField(mark_text("补时（分钟）"), validators=[InputRequired(TOO_MANY), NumberRange(1, LONGEST_EXTRA, TOO_MANY)])


class ResumeForm(FlaskForm):  # type: ignore[misc]
    """A pause and why it ends."""

    pause = IntegerField(validators=[InputRequired(), NumberRange(1, FURTHEST)])
    reason = StringField(mark_text("恢复说明"), validators=REASON)


class ClockForm(FlaskForm):  # type: ignore[misc]
    """What was found out about the clock, and whether the machine's is to be taken over at once."""

    reason = StringField(mark_text("核对结果"), validators=REASON)
    follow = BooleanField(mark_text("立即改用服务器现在的时间"))


@needs(Action.WATCH_HALL)
def board(code: str) -> ResponseReturnValue:
    """The hall as it stands."""
    return _show(code)


@needs(Action.SCHEDULE)
def pause(code: str) -> ResponseReturnValue:
    """Let the clocks of a place stand still."""

    def do(db: Session, form: Any) -> Message:
        done = pausing.pause(db, actor(), code, PlaceKind(form.kind.data), form.place.data or "", form.reason.data, now())
        return say("已暂停：正在答题{at}人，还没有开始{waiting}人。", at=done.at_work, waiting=done.not_started)

    return _act(code, PlaceForm(), do)


@needs(Action.SCHEDULE)
def resume(code: str) -> ResponseReturnValue:
    """Let the clocks of a paused place go on."""

    def do(db: Session, form: Any) -> Message:
        done = pausing.resume(db, actor(), code, form.pause.data, form.reason.data, now())
        values = {"minutes": done.seconds // 60, "seconds": done.seconds % 60, "at": done.at_work, "waiting": done.not_started}
        return say("已恢复，补回{minutes}分{seconds}秒：正在答题{at}人，还没有开始{waiting}人。", **values)

    return _act(code, ResumeForm(), do)


@needs(Action.SCHEDULE)
def give_back(code: str) -> ResponseReturnValue:
    """Give a place minutes back that it lost without a pause."""

    def do(db: Session, form: Any) -> Message:
        kind, place = PlaceKind(form.kind.data), form.place.data or ""
        done = extending.give_back(db, actor(), code, place, form.minutes.data, form.reason.data, now(), kind)
        return say("已补时：正在答题{at}人，还没有开始{waiting}人；没有变动{out}人。", at=done.at_work, waiting=done.not_started, out=done.left_out)

    return _act(code, GiveBackForm(), do)


@needs(Action.SCHEDULE)
def settle_clock(code: str) -> ResponseReturnValue:
    """Say that the clock has been looked at."""

    def do(db: Session, form: Any) -> Message:
        timekeeping.settle(db, actor(), form.reason.data, bool(form.follow.data), now())
        return say("已确认时钟，自动收卷已恢复。")

    return _act(code, ClockForm(), do)


def _act(code: str, form: Any, do: Callable[[Session, Any], Message]) -> ResponseReturnValue:
    """Do what a form asks for, then show the board again with what was done; at once with what was wrong."""
    if not form.validate():
        return _show(code, form, status=422)
    try:
        with writer() as db:
            done = do(db, form)
    except QuizError as error:
        if error.code in ("not_found", "forbidden"):
            raise
        return _show(code, form, say_text(error.message), 409)
    flash(say_text(done))
    return redirect(url_for("organiser.hall", code=code, **_arguments(_choice())), 303)  # type: ignore[arg-type]  # mypy takes them for options


def _show(code: str, form: Any = None, problem: str = "", status: int = 200) -> ResponseReturnValue:
    choice = _choice()
    with reader() as db:
        view = hall.read_board(db, actor(), code, choice, now())
    names = {**STATE_NAMES, HallState.MISSING: ABSENT_NAME} if view.phase is Phase.CLOSED else STATE_NAMES
    here = _arguments(choice)

    def link(**changes: Any) -> str:
        """The address of the board with something else chosen; "" leaves something out."""
        return url_for("organiser.hall", code=code, **{name: value for name, value in {**here, **changes}.items() if value})

    page = render_template(
        "hall/_now.html" if request.args.get("part") == "now" else "hall/hall.html",
        view=view,
        choice=choice,
        here=here,
        link=link,
        is_screen=bool(here.get("screen")),
        form=form,
        problem=problem,
        failed=request.endpoint if form else "",
        names=names,
        HallState=HallState,
        ORDER=ORDER,
        page_size=hall.PAGE,
        most=LONGEST_EXTRA,
    )
    return page, status


def _choice() -> Choice:
    state = request.args.get("state", "")
    return Choice(
        site=request.args.get("site", "")[:40],
        unit=request.args.get("unit", "")[:40],
        state=HallState(state) if state in set(HallState) else None,
        text=request.args.get("q", "").strip()[:40],
        only_late=request.args.get("late") == "1",
        offset=min(max(request.args.get("offset", 0, int), 0), FURTHEST),
    )


def _arguments(choice: Choice) -> dict[str, str]:
    """What stands in the address of the board for a choice; what is not chosen is left out."""
    state = choice.state.value if choice.state else ""
    late, screen = "1" if choice.only_late else "", "1" if request.args.get("screen") == "1" else ""
    values = {"site": choice.site, "unit": choice.unit, "state": state, "q": choice.text, "late": late, "screen": screen}
    return {name: value for name, value in values.items() if value}
