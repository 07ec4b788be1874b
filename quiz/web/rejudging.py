"""The marker's page of what was decided of a question, where a verdict can be changed. It stays as it was in the record."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quiz.core.access import Action
from quiz.core.message import QuizError
from quiz.usecases import rejudging
from quiz.web.context import actor, needs, now, reader, say_text, writer
from quiz.web.marker import MarkForm, read_marks, read_place

pages = Blueprint("rejudging", __name__)


@pages.get("/marking/<code>/decided")
@needs(Action.JUDGE)
def decided(code: str) -> ResponseReturnValue:
    """What was decided of one question, those texts first that most people wrote."""
    return _show(code, MarkForm(formdata=None))


@pages.post("/marking/<code>/decided")
@needs(Action.JUDGE)
def judge_again(code: str) -> ResponseReturnValue:
    """Decide anew on one text, for everyone who wrote it."""
    form, (uid, blank) = MarkForm(), read_place()
    if not form.validate():
        return _show(code, form, next((str(text) for field in form for text in field.errors), ""), 422)
    try:
        with writer() as db:
            share, points = read_marks(form, rejudging.read_slot(db, actor(), code, uid, now()).max_mark)
            count = rejudging.judge_again(db, actor(), code, uid, blank, form.digest.data, share, form.reason.data or "", now(), points)
    except QuizError as error:
        if error.code in ("not_found", "forbidden"):
            raise
        return _show(code, form, say_text(error.message), 422)
    return redirect(url_for(".decided", code=code, uid=uid, blank=blank, regraded=count), 303)


def _show(code: str, form: MarkForm, problem: str = "", status: int = 200) -> ResponseReturnValue:
    uid, blank = read_place()
    with reader() as db:
        view = rejudging.read_decided(db, actor(), code, uid, blank, now())
    regraded = request.args.get("regraded", None, int)
    page = render_template(
        "marker/decided.html",
        view=view,
        sitting=view.sitting,
        form=form,
        at=form.digest.data,
        problem=problem,
        given={name: value for name, value in request.form.items() if name[:1] == "p" or name == "marks"},
        regraded=regraded if regraded is not None and 0 <= regraded < 10**7 else None,
    )
    return page, status
