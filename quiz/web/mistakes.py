"""A trainee's own book of wrong answers, of one paper or of all; nobody else's, and never before keys are shown."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from quiz.core.access import Action
from quiz.printing.book_page import BookSize, Layout
from quiz.printing.book_sheets import Style
from quiz.printing.mistakes_pdf import print_mistakes
from quiz.usecases.mistakes import mistake_pictures, my_mistakes
from quiz.web.context import actor, installation, needs, now, reader, translate
from quiz.web.downloads import attachment

pages = Blueprint("mistakes", __name__)


@pages.get("/papers/<code>/mistakes.pdf")
@needs(Action.SIT)
def of_paper(code: str) -> ResponseReturnValue:
    """What was wrong on one paper."""
    return _send(code)


@pages.get("/mistakes.pdf")
@needs(Action.SIT)
def of_all() -> ResponseReturnValue:
    """What was wrong on all papers whose keys are shown, each question once."""
    return _send("")


def _send(code: str) -> ResponseReturnValue:
    """The book as plain pages, or with ?layout=sheets as sheets of A4 to fold."""
    layout = Layout.SHEETS if request.args.get("layout") == Layout.SHEETS.value else Layout.PAGES
    with reader() as db:
        book = my_mistakes(db, actor(), now(), installation().settings.zone, code)
        pictures = mistake_pictures(db, book)
    out = BytesIO()
    print_mistakes(book, out, style=Style(BookSize.A5, layout), translate=translate, pictures=pictures)
    return attachment(out, f"mistakes{'-' + code if code else ''}.pdf")
