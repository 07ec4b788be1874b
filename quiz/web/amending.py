"""The organiser's page of amendments: replace a faulty question, add a paper for somebody late, and the log; registered by the organiser's pages.

Each is said in full first and done only when it is confirmed.
"""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length

from quiz.core.access import Action
from quiz.core.contest import Contest
from quiz.core.message import QuizError, mark_text, say
from quiz.printing.notice_pdf import Notice, print_notice
from quiz.storage.sittings import window_of
from quiz.translation import format_moment
from quiz.usecases import amending, verifying
from quiz.web.context import actor, installation, language, needs, now, reader, say_text, translate, writer
from quiz.web.downloads import attachment


class AmendForm(FlaskForm):  # type: ignore[misc]
    """What is to be amended, and why; `confirmed` holds what was shown before it was confirmed."""

    what = StringField(validators=[InputRequired(mark_text("请填写。")), Length(max=200, message=mark_text("最多200个字符。"))])
    reason = StringField(validators=[InputRequired(mark_text("请写明原因，它会记入更正记录。")), Length(max=500, message=mark_text("最多500个字。"))])
    confirmed = HiddenField()


STEPS = {
    "question": (amending.foresee_replacement, amending.replace_question),
    "cadre": (amending.foresee_cadre, amending.add_cadre),
}
"""For each form what says what would happen, and what does it."""


@needs(Action.SCHEDULE)
def amend(code: str) -> ResponseReturnValue:
    """Both forms and the log; a form that is sent without confirmation is answered with what it would do."""
    forms = {name: AmendForm(prefix=name) if request.form.get("form") == name else AmendForm(formdata=None, prefix=name) for name in STEPS}
    sent = request.form.get("form", "")
    if request.method != "POST" or sent not in STEPS:
        return _show(code, forms)
    form = forms[sent]
    if not form.validate():
        return _show(code, forms, status=422, faulty=form)
    what, (foresee, do) = form.what.data.strip(), STEPS[sent]
    try:
        if form.confirmed.data == what:
            with writer() as db:
                done = do(db, actor(), now(), code, what, form.reason.data)
            return redirect(url_for("organiser.amend", code=code, done=done.number), 303)
        with reader() as db:
            seen = foresee(db, actor(), now(), code, what)
    except QuizError as error:
        if error.code in ("not_found", "forbidden"):
            raise
        lines = [error.message, *getattr(error, "lines", list)()]
        return _show(code, forms, problem=" ".join(say_text(line) for line in lines), status=409)
    form.confirmed.data = what
    return _show(code, forms, seen=seen, asked=sent)


def _show(code: str, forms: dict[str, AmendForm], status: int = 200, **more: Any) -> ResponseReturnValue:
    with reader() as db:
        sitting, log = amending.list_amendments(db, actor(), code, now())
    page = render_template(
        "organiser/amend.html",
        sitting=sitting,
        log=log,
        phase=window_of(sitting).phase(now()),
        forms=forms,
        done=request.args.get("done", 0, int),
        **{"seen": None, "asked": "", "problem": "", "faulty": None, **more},
    )
    return page, status


@needs(Action.VERIFY)
def notice(code: str) -> ResponseReturnValue:
    """The notice to put up, as PDF."""
    with reader() as db:
        found = verifying.publication(db, actor(), now(), code)
    row, zone = found.sitting, installation().settings.zone
    opens, closes = (format_moment(at, language(), zone) for at in (row.opens_at, row.closes_at))
    out = BytesIO()
    window = say_text(say("{opens}至{closes}", opens=opens, closes=closes))
    print_notice(Notice(row.title, row.code, window, found.papers, row.commitment, found.seed, Contest(row.contest)), out, translate)
    return attachment(out, f"{code}-notice.pdf")


@needs(Action.VERIFY)
def proof(code: str) -> ResponseReturnValue:
    """The proof of a sitting that has closed, for anybody to verify; taking it is logged."""
    with writer() as db:
        made = verifying.make_proof(db, actor(), now(), code)
    out = BytesIO(json.dumps(made, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
    return attachment(out, f"{code}-proof.json")
