"""Pages for oral question lists: of a village for inspectors and organisers, of their own households for those who help them."""

from __future__ import annotations

import secrets
from io import BytesIO
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField
from wtforms.validators import NumberRange, Optional

from quiz.core.access import Action
from quiz.core.message import QuizError, mark_text, with_code
from quiz.core.oral import OralList
from quiz.printing.oral_pdf import print_oral
from quiz.usecases import oral
from quiz.usecases.oral import MOST_POLICY, VillageChoice
from quiz.web.booklets import MOST
from quiz.web.context import actor, needs, now, reader, say_text, today, translate
from quiz.web.downloads import attachment
from quiz.web.forms import ListedField

pages = Blueprint("oral", __name__)


class OralForm(FlaskForm):  # type: ignore[misc]
    """Of which village, and how many questions of policy; it changes nothing, so it is sent in the address, without a token."""

    class Meta:
        """See above."""

        csrf = False

    village = ListedField()
    most = IntegerField(default=MOST_POLICY, validators=[Optional(), NumberRange(1, MOST, mark_text("请填1到1000之间的整数。"))])
    samples = BooleanField()

    def offer(self, villages: list[VillageChoice]) -> None:
        """Let the villages be chosen that the reader may ask in."""
        self.village.choices = [(f"{one.profile} {one.code}", say_text(with_code(f"{one.township} {one.name}", one.profile))) for one in villages]


@pages.get("/oral")
@needs(Action.ASK_ORALLY)
def home() -> ResponseReturnValue:
    """Choose a village."""
    return _show(OralForm(None))


@pages.get("/oral/village.pdf")
@needs(Action.ASK_ORALLY)
def village() -> ResponseReturnValue:
    """The list of a village; what was wrong in the form is told on the page before."""
    form = OralForm(request.args)
    with reader() as db:
        form.offer(oral.list_villages(db, actor()))
    if not form.validate():
        return _show(form, status=422)
    profile, _, code = form.village.data.partition(" ")
    most = form.most.data or MOST_POLICY
    try:
        with reader() as db:
            made = oral.village_list(db, actor(), now(), today(), profile, code, secrets.token_bytes(16), most, form.samples.data)
        return _send(made, f"oral-{code}-{today().isoformat()}.pdf")
    except QuizError as error:
        return _show(form, say_text(error.message), 409)


@pages.get("/oral/households.pdf")
@needs(Action.SIT)
def households() -> ResponseReturnValue:
    """The questions about one's own households, with the answers: for their helper alone."""
    with reader() as db:
        made = oral.my_households(db, actor(), now(), today())
    return _send(made, "households.pdf")


def _send(made: OralList, name: str) -> ResponseReturnValue:
    out = BytesIO()
    print_oral(made, out, translate)
    return attachment(out, name)


def _show(form: Any, problem: str = "", status: int = 200) -> ResponseReturnValue:
    with reader() as db:
        form.offer(oral.list_villages(db, actor()))
    return render_template("booklets/oral.html", form=form, problem=problem), status
