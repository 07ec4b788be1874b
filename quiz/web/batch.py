"""The organiser's page that prints a whole sitting: its rooms, the printing behind the page, the files; registered by the organiser's pages."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from quiz.batch import background
from quiz.batch.background import Asked, State
from quiz.batch.order import Kind, make_order
from quiz.core.access import Action
from quiz.core.message import QuizError, mark_text
from quiz.core.room import MOST_PLACES, USUAL_PLACES, RoomPlan, read_room_lines, write_room_lines
from quiz.printing.geometry import PageSize
from quiz.usecases import batch_printing, rooms
from quiz.web.context import actor, installation, language, needs, now, reader, say_text, writer
from quiz.web.downloads import attachment
from quiz.web.forms import ListedField, WholeField

PLACES = mark_text("座位数须为1至500。")


class BatchForm(FlaskForm):  # type: ignore[misc]
    """The rooms, and what to print of them."""

    places = WholeField(mark_text("每个考场的座位数"), default=USUAL_PLACES, validators=[InputRequired(PLACES), NumberRange(1, MOST_PLACES, PLACES)])
    rooms = TextAreaField(mark_text("写明考场的考点"), validators=[Length(max=8000, message=mark_text("最多8000个字。"))])
    size = ListedField(mark_text("试卷纸张"), choices=[("A3", mark_text("A3 双栏")), ("A4", "A4")], default="A3")
    papers = BooleanField(mark_text("试卷"), default=True)
    sheets = BooleanField(mark_text("答题卡"), default=True)
    lists = BooleanField(mark_text("门贴、签到表、考场名册"), default=True)
    keys = BooleanField(mark_text("参考答案"), default=False)
    slips = BooleanField(mark_text("准考条"), default=False)

    def validate_rooms(self, field: TextAreaField) -> None:
        """Each line must name a site and the places of its rooms."""
        try:
            read_room_lines(field.data or "")
        except ValueError:
            raise ValidationError(mark_text("每行写一个考点：名称，冒号，各考场的座位数，用空格隔开。例如：第一中学：30 30 201室=28")) from None

    def validate_papers(self, field: BooleanField) -> None:
        """Something must be printed."""
        if request.form.get("do") == "print" and not self.kinds:
            raise ValidationError(mark_text("请至少选一样。"))

    @property
    def kinds(self) -> list[Kind]:
        """What is to be printed."""
        chosen = {Kind.PAPERS: self.papers, Kind.SHEETS: self.sheets, Kind.LISTS: self.lists, Kind.KEYS: self.keys, Kind.SLIPS: self.slips}
        return [kind for kind, field in chosen.items() if field.data]

    @property
    def plan(self) -> RoomPlan:
        """The rooms in a form that is valid."""
        return RoomPlan(self.places.data, read_room_lines(self.rooms.data or ""))


@needs(Action.PRINT_PAPERS)
def batch(code: str) -> ResponseReturnValue:
    """Say who sits where and how far printing is; store the rooms, begin to print, or delete what was printed."""
    form = BatchForm()
    if request.method == "GET":
        return _show(code, BatchForm(formdata=None))
    if request.form.get("do") == "delete":
        return _try(code, form, lambda: _delete(code))
    if not form.validate():
        return _show(code, form, status=422)
    return _try(code, form, lambda: _save(code, form))


@needs(Action.PRINT_PAPERS)
def batch_files(code: str) -> ResponseReturnValue:
    """The finished files, or those of one site, as one archive; taking them is logged. Without any, the page that makes them."""
    part = request.form.get("part", "")
    with reader() as db:
        batch_printing.read_plan(db, actor(), code, now())  # for who may
    folder = _folder(code)
    names = [name for name in background.files_in(folder) if not part or name.split("/")[0] == part]
    if not names:
        return redirect(url_for("organiser.batch", code=code), 303)
    with writer() as db:
        batch_printing.record_download(db, actor(), code, part or "*", now())
    archive = tempfile.TemporaryFile()  # noqa: SIM115  closed with the reply
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as out:  # PDFs are packed already
        for name in names:
            out.write(folder / name, name)
    return attachment(archive, f"{code}-{part or 'papers'}.zip")


def _save(code: str, form: BatchForm) -> None:
    """Store the rooms if they are others than before, and begin to print if that is asked for."""
    kinds = form.kinds if request.form.get("do") == "print" else []
    with writer() as db:
        _, plan, _ = batch_printing.read_plan(db, actor(), code, now())
        if plan != form.plan:
            rooms.save_rooms(db, actor(), code, form.plan, now())
        found = batch_printing.sitting_to_print(db, actor(), code, now(), kinds) if kinds else None
    if found:
        settings = installation().settings
        order = make_order(found, kinds, PageSize(form.size.data), language(), settings.zone)
        asked = Asked(actor().account_id or 0, now(), url_for("admission.admit", _external=True))
        background.start(order, _folder(code), settings, asked)


def _delete(code: str) -> None:
    with reader() as db:
        batch_printing.read_plan(db, actor(), code, now())  # for who may
    background.remove(_folder(code))


def _try(code: str, form: BatchForm, act: Any) -> ResponseReturnValue:
    try:
        act()
    except QuizError as error:
        if error.code in ("not_found", "forbidden"):
            raise
        return _show(code, form, say_text(error.message), 409)
    return redirect(url_for("organiser.batch", code=code, done=request.form.get("do", "")), 303)


def _folder(code: str) -> Path:
    return background.folder_of(installation().settings, code, actor().account_id)


def _show(code: str, form: BatchForm, problem: str = "", status: int = 200) -> ResponseReturnValue:
    with reader() as db:
        sitting, plan, sites = batch_printing.read_plan(db, actor(), code, now())
    if plan and request.method == "GET":
        form.places.data, form.rooms.data = plan.usual, write_room_lines(plan.sites)
    folder = _folder(code)
    names = background.files_in(folder)
    parts: dict[str, int] = {}
    for name in names:
        parts[name.split("/")[0]] = parts.get(name.split("/")[0], 0) + 1
    page = render_template(
        "organiser/batch.html",
        sitting=sitting,
        plan=plan,
        sites=sites,
        people=sum(site.people for site in sites),
        form=form,
        problem=problem,
        printing=background.status_in(folder),
        parts=parts,
        State=State,
        done=request.args.get("done", ""),
    )
    return page, status
