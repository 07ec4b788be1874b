"""Pages for study material: what there is of each area, pocket books and cards to download."""

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
from quiz.core.booklet import BookletKind
from quiz.core.imposition import MOST_STRIPS, Duplex
from quiz.core.message import QuizError, mark_text
from quiz.core.question import AREAS
from quiz.printing.book_page import BookSize, Layout
from quiz.printing.book_sheets import Style
from quiz.printing.booklet_pdf import print_booklet
from quiz.usecases import booklets
from quiz.usecases.booklets import MOST_ON_CARD, Wanted
from quiz.web.context import actor, needs, now, reader, say_text, today, translate
from quiz.web.downloads import attachment
from quiz.web.forms import ListedField

pages = Blueprint("booklets", __name__)
MOST = 1000
KIND_NAMES = {BookletKind.POCKET: mark_text("口袋书（折页装订）"), BookletKind.CARD: mark_text("明白卡（一张两面）")}
SIZE_NAMES = {BookSize.A6: mark_text("A6（手掌大，A4裁成四份）"), BookSize.A5: mark_text("A5（A4对折）")}
LAYOUT_NAMES = {Layout.SHEETS: mark_text("拼成A4，双面打印"), Layout.PAGES: mark_text("单页，手机上看")}
FLIP_NAMES = {Duplex.LONG: mark_text("沿长边翻转"), Duplex.SHORT: mark_text("沿短边翻转")}


class BookletForm(FlaskForm):  # type: ignore[misc]
    """What is to be printed and how; it changes nothing, so it is sent in the address."""

    class Meta:
        """A form that changes nothing needs no token."""

        csrf = False

    kind = ListedField(choices=[(kind.value, name) for kind, name in KIND_NAMES.items()], default=BookletKind.POCKET.value)
    area = ListedField(choices=[("", mark_text("全部领域")), *AREAS.items()], default="")
    samples = BooleanField()
    most = IntegerField(validators=[Optional(), NumberRange(1, MOST, mark_text("请填1到1000之间的整数。"))])
    size = ListedField(choices=[(size.value, name) for size, name in SIZE_NAMES.items()], default=BookSize.A6.value)
    layout = ListedField(choices=[(layout.value, name) for layout, name in LAYOUT_NAMES.items()], default=Layout.SHEETS.value)
    flip = ListedField(choices=[(flip.value, name) for flip, name in FLIP_NAMES.items()], default=Duplex.LONG.value)

    @property
    def wanted(self) -> Wanted:
        """What somebody wants to read."""
        areas = (self.area.data,) if self.area.data else ()
        kind = BookletKind(self.kind.data)
        return Wanted(areas, self.samples.data, self.most.data or (MOST_ON_CARD if kind is BookletKind.CARD else None), kind)

    @property
    def style(self) -> Style:
        """How they want it printed."""
        return Style(BookSize(self.size.data), Layout(self.layout.data), Duplex(self.flip.data))


@pages.get("/bank/booklets")
@needs(Action.MAKE_BOOKLETS)
def home() -> ResponseReturnValue:
    """What there is of each area, and the form."""
    return _show(BookletForm(None))


@pages.get("/bank/booklets/booklet.pdf")
@needs(Action.MAKE_BOOKLETS)
def download() -> ResponseReturnValue:
    """The booklet; what was wrong in the form is told on the page before."""
    form = BookletForm(request.args)
    if not form.validate():
        return _show(form, status=422)
    try:
        with reader() as db:
            made = booklets.booklet(db, actor(), now(), today(), form.wanted, secrets.token_bytes(16))
            pictures = booklets.booklet_pictures(db, made)
        out = BytesIO()
        print_booklet(made, out, kind=BookletKind(form.kind.data), style=form.style, translate=translate, pictures=pictures)
    except QuizError as error:
        return _show(form, say_text(error.message), 409)
    name = f"{form.area.data or 'all'}-{form.kind.data}-{form.size.data}-{today().isoformat()}.pdf"
    return attachment(out, name)


def _show(form: Any, problem: str = "", status: int = 200) -> ResponseReturnValue:
    supplies = []
    try:
        with reader() as db:
            supplies = booklets.supplies(db, actor(), now(), today())
    except QuizError as error:
        if error.code != "to_sit":
            raise
        problem, status = say_text(error.message), 409
    page = render_template("booklets/home.html", form=form, supplies=supplies, problem=problem, most_on_card=MOST_ON_CARD, most_strips=MOST_STRIPS)
    return page, status
