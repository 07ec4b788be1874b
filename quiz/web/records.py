"""Pages of the record: a cadre's own, and for who manages them; as a page, a table to take away, and a print under a digest."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from quiz.core.access import Action
from quiz.core.cadre_record import Record
from quiz.core.certificate import ENDING_NAMES, STATUS_NAMES
from quiz.core.counting import COUNTING_NAMES
from quiz.core.message import NotFound
from quiz.core.results import STANDING_NAMES
from quiz.formats.cadre_record_table import write_record_csv, write_record_xlsx
from quiz.printing.cadre_record_pdf import print_cadre_record
from quiz.translation import format_moment
from quiz.usecases import cadre_record, certificates
from quiz.usecases.cadre_record import Issued
from quiz.usecases.certificates import Held
from quiz.web.context import actor, installation, language, needs, now, reader, today, translate, writer
from quiz.web.downloads import attachment

pages = Blueprint("records", __name__)
LONGEST_DIGEST = 100
KINDS = {"xlsx": write_record_xlsx, "csv": write_record_csv}


@pages.get("/record")
@needs(Action.SIT)
def mine() -> ResponseReturnValue:
    """One's own record."""
    with reader() as db:
        held = certificates.list_mine(db, actor(), now(), today())
        return _page(cadre_record.my_record(db, actor(), now()), held, is_mine=True)


@pages.get("/record/table.<kind>")
@needs(Action.SIT)
def my_table(kind: str) -> ResponseReturnValue:
    """One's own record as Excel or CSV."""
    with reader() as db:
        return _table(cadre_record.my_record(db, actor(), now()), kind)


@pages.post("/record/print")
@needs(Action.SIT)
def my_print() -> ResponseReturnValue:
    """One's own record as a PDF; what is given out is kept under its digest."""
    with writer() as db:
        issued = cadre_record.issue_mine(db, actor(), now())
    return _print(issued)


@pages.get("/record/check")
@needs()
def check() -> ResponseReturnValue:
    """What was given out under a digest, one's own or of those one manages: whether it holds, and what came since."""
    cadre_record.check_reader(actor())
    digest, found = request.args.get("digest", "")[:LONGEST_DIGEST], None
    if digest:
        with reader() as db, suppress(NotFound):
            found = cadre_record.verify(db, actor(), digest, now())
    page = render_template("records/check.html", digest=digest, found=found, STANDING_NAMES=STANDING_NAMES)
    return page, 404 if digest and found is None else 200


@pages.get("/records")
@needs(Action.READ_RECORDS)
def home() -> ResponseReturnValue:
    """Find a cadre within one's authority."""
    text = request.args.get("search", "")[:40].strip()
    with reader() as db:
        found = cadre_record.search(db, actor(), text)
    return render_template("records/home.html", found=found, search=text, most=cadre_record.MOST_FOUND)


@pages.get("/records/<number>")
@needs(Action.READ_RECORDS)
def show(number: str) -> ResponseReturnValue:
    """The record of a cadre within one's authority."""
    with reader() as db:
        held = certificates.list_of(db, actor(), number, now(), today())
        return _page(cadre_record.read_record(db, actor(), number, now()), held, is_mine=False)


@pages.get("/records/<number>/table.<kind>")
@needs(Action.READ_RECORDS)
def table(number: str, kind: str) -> ResponseReturnValue:
    """The record of a cadre as Excel or CSV."""
    with reader() as db:
        return _table(cadre_record.read_record(db, actor(), number, now()), kind)


@pages.post("/records/<number>/print")
@needs(Action.READ_RECORDS)
def print_(number: str) -> ResponseReturnValue:
    """The record of a cadre as a PDF; what is given out is kept under its digest."""
    with writer() as db:
        issued = cadre_record.issue(db, actor(), number, now())
    return _print(issued)


def _page(record: Record, held: list[Held], is_mine: bool) -> str:
    return render_template(
        "records/record.html",
        record=record,
        held=held,
        is_mine=is_mine,
        STANDING_NAMES=STANDING_NAMES,
        COUNTING_NAMES=COUNTING_NAMES,
        STATUS_NAMES=STATUS_NAMES,
        ENDING_NAMES=ENDING_NAMES,
    )


def _table(record: Record, kind: str) -> ResponseReturnValue:
    if kind not in KINDS:
        abort(404)
    write = KINDS[kind]
    out = BytesIO()
    write(record, out, installation().settings.zone, translate)
    return attachment(out, f"record-{record.number}.{kind}")


def _print(issued: Issued) -> ResponseReturnValue:
    out, chosen, zone = BytesIO(), language(), installation().settings.zone
    print_cadre_record(issued.record, issued.at, out, lambda at: format_moment(at, chosen, zone), translate)
    return attachment(out, f"record-{issued.record.number}.pdf")
