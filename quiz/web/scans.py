"""Pages of scanned answer sheets: uploads, how far a sitting has come, one sheet with what holds it up, doubtful places one by one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from quiz.core.access import Action
from quiz.core.answer_sheet import response_of
from quiz.core.message import QuizError, mark_text, say
from quiz.core.scan import HARMLESS, Doubt, Problem, State, problem_name
from quiz.core.sheet_state import ANSWERS, HOLD_NAMES, Confirm, Hold
from quiz.printing import scan as reading
from quiz.usecases import rooms, scanning, sheets
from quiz.usecases.scanning import Doubts, Taken
from quiz.usecases.sheets import Sheet
from quiz.web import keying, scan_pictures, scan_uploads
from quiz.web.context import actor, needs, now, reader, say_text, writer

pages = Blueprint("scans", __name__)
pages.add_url_rule("/sittings/<code>/keying", "keying", keying.home)
pages.add_url_rule("/sittings/<code>/scans/<int:scan>/cut/<int:slot>-<int:blank>.png", "cut", scan_pictures.cut)
pages.add_url_rule("/sittings/<code>/scans/<int:scan>/page.jpg", "page_image", scan_pictures.page_image)
pages.add_url_rule("/sittings/<code>/cadres/<number>/sheet.pdf", "copy", scan_pictures.copy)
pages.add_url_rule("/papers/<code>/sheet.pdf", "my_copy", scan_pictures.my_copy)
pages.add_url_rule("/sittings/<code>/keying/<paper>", "key", keying.key, methods=["GET", "POST"])

BIGGEST_UPLOAD = 96 * 1024 * 1024
MOST_LISTED = 200

DOUBT_TEXTS: dict[Doubt, str] = {
    Doubt.NONE: mark_text("这里写了字，请录入。"),
    Doubt.SEVERAL: mark_text("本题只能选一项，这里涂了几项。"),
    Doubt.FAINT: mark_text("有涂得淡、没涂满或没擦净的地方。"),
    Doubt.UNSEEN: mark_text("有污渍或划痕盖住了方框。"),
}
WORDS: dict[Confirm, str] = {
    Confirm.NUMBER: mark_text("是这名考生的卡，工号填错了"),
    Confirm.SAT: mark_text("参加了考试，按作答计"),
    Confirm.ABSENT: mark_text("缺考"),
    Confirm.PAPER: mark_text("以答题卡为准"),
    Confirm.ONLINE: mark_text("以在线作答为准，这张卡不计"),
    Confirm.READ: mark_text("以扫描读出的为准"),
    Confirm.KEYED: mark_text("以人工录入的为准"),
    Confirm.LATE: mark_text("仍然计入"),
}


class UploadForm(FlaskForm):  # type: ignore[misc]
    """The files."""

    files = MultipleFileField(mark_text("扫描文件"))


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """Why."""

    reason = StringField(mark_text("原因"), validators=[DataRequired(mark_text("请写明原因。")), Length(max=500, message=mark_text("最多500个字。"))])


@pages.url_value_preprocessor
def allow_upload(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let scans be larger than other requests; runs before anything reads the request."""
    if endpoint == "scans.upload":
        request.max_content_length = BIGGEST_UPLOAD


@pages.get("/sittings/<code>/scans")
@needs(Action.ENTER_ANSWERS)
def home(code: str) -> ResponseReturnValue:
    """How far the sitting has come with its sheets, what waits, and the upload."""
    return _show_home(code, UploadForm(formdata=None))


@pages.post("/sittings/<code>/scans")
@needs(Action.SCAN)
def upload(code: str) -> ResponseReturnValue:
    """Read what was sent and say what became of every page."""
    form = UploadForm()
    if not form.validate():
        return _show_home(code, form, status=422)
    files = [file for file in request.files.getlist("files") if file.filename]
    if not files:
        return _show_home(code, form, say_text(say("请选择文件。")), 422)
    try:
        reading.require()
        taken = scan_uploads.read_files(code, files)
    except QuizError as error:
        if error.code in ("not_found", "forbidden"):
            raise
        return _show_home(code, form, say_text(error.message), 409)
    return _show_home(code, UploadForm(formdata=None), taken=taken)


@pages.get("/sittings/<code>/scans/doubts")
@needs(Action.ENTER_ANSWERS)
def doubts(code: str) -> ResponseReturnValue:
    """The next doubtful place, without anybody's name."""
    return _show_doubt(code, request.args.get("skip", 0, int))


@pages.post("/sittings/<code>/scans/doubts")
@needs(Action.ENTER_ANSWERS)
def decide(code: str) -> ResponseReturnValue:
    """Store what a person saw at one place, and go on to the next."""
    scan_id, slot, blank = (request.form.get(name, -1, int) for name in ("scan", "slot", "blank"))
    skip = request.form.get("skip", 0, int)
    value = [item for item in request.form.getlist("value") if item] if request.form.get("do") != "blank" else []
    if request.form.get("do") != "blank" and not value:
        return _show_doubt(code, skip, say_text(say("请选择看到的答案；确实没有作答时，按“未作答”。")), 422)
    try:
        with writer() as db:
            sheets.decide_place(db, actor(), code, scan_id, slot, blank, value, request.form.get("do", ""), now())
    except QuizError as error:
        if error.code != "bad_response":
            raise
        return _show_doubt(code, skip, say_text(error.message), 422)
    return redirect(url_for(".doubts", code=code, skip=skip or None), 303)


@pages.get("/sittings/<code>/scans/<int:scan>")
@needs(Action.ENTER_ANSWERS)
def page(code: str, scan: int) -> ResponseReturnValue:
    """A page that counts for nothing, with its problem."""
    return _show_page(code, scan)


@pages.post("/sittings/<code>/scans/<int:scan>/drop")
@needs(Action.ENTER_ANSWERS)
def drop(code: str, scan: int) -> ResponseReturnValue:
    """Put a page aside."""
    form = ReasonForm()
    if not form.validate():
        return _show_page(code, scan, 422)
    with writer() as db:
        sheet = sheets.drop_page(db, actor(), code, scan, form.reason.data, now())
    return _back(code, sheet)


@pages.post("/sittings/<code>/scans/<int:scan>/choose")
@needs(Action.ENTER_ANSWERS)
def choose(code: str, scan: int) -> ResponseReturnValue:
    """Let one of several scans of a page count."""
    form = ReasonForm()
    if not form.validate():
        return _show_sheet(code, request.form.get("paper", ""), 422)
    with writer() as db:
        sheet = sheets.choose_page(db, actor(), code, scan, form.reason.data, now())
    return _back(code, sheet)


@pages.get("/sittings/<code>/scans/sheets/<paper>")
@needs(Action.ENTER_ANSWERS)
def sheet(code: str, paper: str) -> ResponseReturnValue:
    """One sheet: its pages with what was read, and what holds it up."""
    return _show_sheet(code, paper)


@pages.post("/sittings/<code>/scans/sheets/<paper>")
@needs(Action.ENTER_ANSWERS)
def confirm(code: str, paper: str) -> ResponseReturnValue:
    """Say the word that a sheet waits for."""
    form = ReasonForm()
    word = request.form.get("word", "")
    if not form.validate() or word not in set(Confirm):
        return _show_sheet(code, paper, 422)
    with writer() as db:
        found = sheets.confirm(db, actor(), code, paper, Confirm(word), form.reason.data, now())
    return _back(code, found)


def _show_home(
    code: str, form: UploadForm, problem: str = "", status: int = 200, taken: tuple[list[Taken], list[str]] | None = None
) -> ResponseReturnValue:
    with reader() as db:
        view = scanning.read_overview(db, actor(), code, now(), MOST_LISTED)
    items, unreadable = taken or ([], [])
    page = render_template(
        "scans/home.html",
        view=view,
        sitting=view.sitting,
        form=form,
        problem=problem,
        taken=items if taken else None,
        bad=[item for item in items if item.problem not in HARMLESS],
        same=sum(item.problem == Problem.SAME for item in items),
        unreadable=unreadable,
        most=scan_uploads.MOST_PAGES,
        HOLD_NAMES=HOLD_NAMES,
        problem_name=problem_name,
    )
    return page, status


def _show_doubt(code: str, skip: int, problem: str = "", status: int = 200) -> ResponseReturnValue:
    with reader() as db:
        found = scanning.next_doubt(db, actor(), code, skip, now())
    page = render_template(
        "scans/doubt.html",
        found=found,
        sitting=found.sitting,
        slot=found.sheet.paper.slots[found.place.reading.slot - 1] if found.sheet and found.place else None,
        read=_as_read(found),
        problem=problem,
        DOUBT_TEXTS=DOUBT_TEXTS,
    )
    return page, status


def _as_read(found: Doubts) -> tuple[str, ...]:
    """What the reader would say of a place, as far as it is no contradiction: offered, never taken by itself."""
    if found.sheet is None or found.place is None:
        return ()
    place = found.place.reading
    if place.doubt is Doubt.SEVERAL or place.state is State.WRITTEN:
        return ()
    return response_of(found.sheet.paper.slots[place.slot - 1].question, place.filled)


def _show_sheet(code: str, paper: str, status: int = 200) -> ResponseReturnValue:
    with reader() as db:
        seat = sheets.seat_of(db, actor(), code, paper, now())
        found = sheets.read_sheet(db, seat)
        rows = sheets.pages_of_sheet(db, seat)
        place = rooms.seat_label(seat, rooms.places_of(db, seat.sitting))
    page = render_template(
        "scans/sheet.html",
        place=place,
        sheet=found,
        sitting=seat.sitting,
        rows=rows,
        is_faulty=status != 200,
        words={hold: ANSWERS.get(Hold(hold), ()) for hold in found.state.holds},
        WORDS=WORDS,
        HOLD_NAMES=HOLD_NAMES,
        problem_name=problem_name,
    )
    return page, status


def _show_page(code: str, scan: int, status: int = 200) -> ResponseReturnValue:
    with reader() as db:
        row, _, _ = scanning.read_page_image(db, actor(), code, scan, now())
        sitting = sheets.sitting_to_enter(db, actor(), code, now())
    page = render_template("scans/page.html", row=row, sitting=sitting, is_faulty=status != 200, problem_name=problem_name)
    return page, status


def _back(code: str, sheet: Sheet | None) -> ResponseReturnValue:
    """Where to go after a decision: on to what still holds the sheet up, or to the list."""
    if sheet is not None and any(hold is not Hold.DOUBT for hold in sheet.state.holds):
        return redirect(url_for(".sheet", code=code, paper=sheet.paper.code), 303)
    return redirect(url_for(".home", code=code), 303)
