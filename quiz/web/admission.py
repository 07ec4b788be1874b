"""Pages of admission codes: the trainee's, where one is typed or scanned, and the organiser's, where slips are made."""

from __future__ import annotations

import logging
import secrets
from io import BytesIO

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from quiz.core.access import Action
from quiz.core.admission import EARLY, LONGEST_INPUT, make_code
from quiz.core.message import Message, QuizError, mark_text, say
from quiz.printing.slips_pdf import print_slips
from quiz.translation import format_moment
from quiz.usecases import admission
from quiz.usecases.admission import Admitted, Entry, Refused
from quiz.web.account import forget_session, with_login
from quiz.web.context import actor, installation, language, needs, now, reader, say_text, translate, writer
from quiz.web.downloads import attachment
from quiz.web.forms import ListedField
from quiz.web.wrong_codes import WrongCodes

pages = Blueprint("admission", __name__)
log = logging.getLogger("quiz.web")

MOST_SLIPS = 2000
"""In one file from the page; the command has no limit."""

REFUSALS: dict[Refused, Message] = {
    Refused.UNKNOWN: say("准考码不对，请核对后再输入。"),
    Refused.VOID: say("这个准考码已经作废，请使用新发的准考码。"),
    Refused.OVER: say("考试已经结束，准考码不能再用。"),
    Refused.SUBMITTED: say("这份试卷已经交卷，准考码不能再用。"),
}


class CodeForm(FlaskForm):  # type: ignore[misc]
    """The code, as printed or without its dashes."""

    code = StringField(validators=[InputRequired(mark_text("请输入准考码。")), Length(max=LONGEST_INPUT, message=mark_text("准考码太长。"))])


class SlipsForm(FlaskForm):  # type: ignore[misc]
    """For whom."""

    unit = ListedField(mark_text("单位"), default="")


@pages.route("/admit", methods=["GET", "POST"])
def admit() -> ResponseReturnValue:
    """Come in by a code. A scanned one stands behind # in the address, which no server ever sees; the page's script sends it as this form."""
    form = CodeForm()
    problem, status, wait = "", 200, 0
    if form.validate_on_submit():
        token = secrets.token_urlsafe(32)
        outcome = installation().admissions.do(Entry(form.code.data, token, now()))
        if outcome.refused is None:
            forget_session()
            return with_login(redirect(url_for("trainee.paper", code=outcome.paper_code)), token)
        problem, status, wait = *_refusal(outcome), _wait(outcome)
    elif form.errors:
        status = 422
    if wait:
        problem, status = say_text(say("输错次数较多，请{n}秒后再试。", n=wait)), 429
    page = render_template("account/admit.html", form=form, problem=problem)
    return page, status, {"Retry-After": str(wait)} if wait else {}


@pages.route("/sittings/<code>/slips", methods=["GET", "POST"])
@needs(Action.PRINT_PAPERS)
def slips(code: str) -> ResponseReturnValue:
    """Say what issuing codes does; make them and send the slips, which exist only in that file."""
    form = SlipsForm()
    with reader() as db:
        plan = admission.slip_plan(db, actor(), code, now())
    form.unit.choices = [("", translate(mark_text("全部单位"))), *plan.units]
    problem = ""
    if request.method == "POST" and form.validate():
        try:
            return attachment(_issue(code, form.unit.data), f"{code}-slips.pdf")
        except QuizError as error:
            if error.code in ("not_found", "forbidden"):
                raise
            problem = say_text(error.message)
    page = render_template("organiser/slips.html", plan=plan, form=form, problem=problem)
    return page, 409 if problem else 422 if form.errors else 200


def new_code() -> str:
    """Return a new code from the system's source of chance."""
    return make_code(secrets.choice)


def _issue(code: str, unit: str) -> BytesIO:
    """The file first, so that nothing is stored, and no older code void, when it cannot be made."""
    with reader() as db:
        made = admission.make_slips(db, actor(), code, now(), new_code, unit)
    if len(made.slips) > MOST_SLIPS:
        raise QuizError("too_many_slips", say("一次最多打印{most}张，这里有{n}张。请按单位分批打印。", most=MOST_SLIPS, n=len(made.slips)))
    out = BytesIO()
    sitting = made.sitting
    when = format_moment(sitting.opens_at, language(), installation().settings.zone)
    print_slips(made.slips, out, title=sitting.title, when=when, address=url_for("admission.admit", _external=True), translate=translate)
    with writer() as db:
        admission.store_slips(db, actor(), now(), made, installation().settings.secret_key)
    return out


def _refusal(outcome: Admitted) -> tuple[str, int]:
    if outcome.refused is Refused.EARLY:
        assert outcome.opens_at is not None
        time = format_moment(outcome.opens_at, language(), installation().settings.zone)
        text = say("还没有到时间，{time}起可以用准考码进入（开考前{n}分钟）。", time=time, n=int(EARLY.total_seconds() // 60))
        return say_text(text), 409
    assert outcome.refused is not None
    return say_text(REFUSALS[outcome.refused]), 401 if outcome.refused is Refused.UNKNOWN else 409


def _wait(outcome: Admitted) -> int:
    """The seconds to wait after a code that nobody has; those who send many are in the log."""
    if outcome.refused is not Refused.UNKNOWN:
        return 0
    counted: WrongCodes = current_app.extensions.setdefault("quiz_wrong_codes", WrongCodes.of(installation().settings.processes))
    wait = counted.add(request.remote_addr or "", now())
    if wait:
        log.warning("many wrong admission codes, the last from %s", request.remote_addr)
    return wait
