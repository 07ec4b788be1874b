"""The page on which reports and appeals are read and answered, question by question; for organisers with names, for markers without."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from quiz.core.access import Action
from quiz.core.correction import REMEDY_NAMES
from quiz.core.message import QuizError, mark_text
from quiz.core.reason import LONGEST_REASON
from quiz.core.sitting import MOST_APPEAL_DAYS
from quiz.storage.appeals import APPEAL, REJECTED, REPORT, UPHELD
from quiz.usecases import answering
from quiz.web.context import actor, needs, now, reader, say_text, writer
from quiz.web.forms import AmountField, ListedField, WholeField

pages = Blueprint("answering", __name__)

KIND_NAMES = {REPORT: mark_text("考试期间报告"), APPEAL: mark_text("异议")}
VERDICT_NAMES = {UPHELD: mark_text("成立"), REJECTED: mark_text("不成立")}


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """The verdict on one report or appeal, the mark it brings, and why; `seen` is the answer that stood on the page, 0 for none."""

    appeal = WholeField(validators=[InputRequired()])
    seen = WholeField(validators=[Optional()])
    verdict = ListedField(mark_text("结论"), choices=list(VERDICT_NAMES.items()), default="")
    mark = AmountField(mark_text("改为几分"), validators=[Optional()])
    reason = StringField(
        mark_text("答复"),
        validators=[InputRequired(mark_text("请写明理由，考生会看到。")), Length(max=LONGEST_REASON, message=mark_text("最多500个字。"))],
    )


class WindowForm(FlaskForm):  # type: ignore[misc]
    """For how many days cadres may appeal."""

    days = WholeField(
        mark_text("异议期（天）"),
        validators=[
            InputRequired(mark_text("异议期须为0至30天。")),
            NumberRange(0, MOST_APPEAL_DAYS, mark_text("异议期须为0至30天。")),
        ],
    )


@pages.get("/sittings/<code>/appeals")
@needs(Action.ANSWER_APPEALS)
def home(code: str) -> ResponseReturnValue:
    """What cadres said of the questions of a sitting."""
    return _show(code)


@pages.post("/sittings/<code>/appeals")
@needs(Action.ANSWER_APPEALS)
def answer(code: str) -> ResponseReturnValue:
    """Answer one report or appeal."""
    form = AnswerForm()
    if not form.validate():
        return _show(code, form, status=422)
    try:
        with writer() as db:
            upheld = form.verdict.data == UPHELD
            mark = form.mark.data if upheld else None
            answering.answer(db, actor(), code, form.appeal.data, upheld, form.reason.data, now(), mark, form.seen.data)
    except QuizError as error:
        if error.code in ("not_found", "forbidden"):
            raise
        return _show(code, form, say_text(error.message), 409)
    return redirect(url_for(".home", code=code, done=form.appeal.data), 303)


@pages.post("/sittings/<code>/appeals/window")
@needs(Action.CORRECT)
def window(code: str) -> ResponseReturnValue:
    """Change for how many days cadres may appeal."""
    form = WindowForm()
    if not form.validate():
        return _show(code, window_form=form, status=422)
    try:
        with writer() as db:
            answering.set_window(db, actor(), code, form.days.data, now())
    except QuizError as error:
        if error.code in ("not_found", "forbidden"):
            raise
        return _show(code, window_form=form, problem=say_text(error.message), status=409)
    return redirect(url_for(".home", code=code, _anchor="window"), 303)


def _show(
    code: str, form: AnswerForm | None = None, problem: str = "", status: int = 200, window_form: WindowForm | None = None
) -> ResponseReturnValue:
    show_answered = request.args.get("all") == "1"
    with reader() as db:
        view = answering.list_appeals(db, actor(), code, now(), show_answered)
    values: dict[str, Any] = {"days": view.sitting.appeal_days}
    page = render_template(
        "organiser/appeals.html",
        view=view,
        sitting=view.sitting,
        form=form or AnswerForm(formdata=None),
        window_form=window_form or WindowForm(formdata=None, data=values),
        at=form.appeal.data if form else None,
        problem=problem,
        show_answered=show_answered,
        done=request.args.get("done", 0, int),
        KIND_NAMES=KIND_NAMES,
        VERDICT_NAMES=VERDICT_NAMES,
        REMEDY_NAMES=REMEDY_NAMES,
    )
    return page, status
