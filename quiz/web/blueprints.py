"""Pages of blueprints: the published ones, what the bank can do for one, and an editor whose two-way table fills as one types."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from quiz.assembly.explain import describe_limit
from quiz.assembly.supply import LAPSE_DAYS, Square
from quiz.banks.blueprint_file import MAX_COUNT, MAX_MINUTES, load_blueprint, sketch_blueprint
from quiz.banks.blueprint_text import CountSpot, count_spots, set_counts, write_blueprint
from quiz.banks.waiting import read_waiting
from quiz.core.access import Action
from quiz.core.blueprint import BAND_NAMES, FOLDERS, SOURCE_NAMES, WEIGHT_NAMES, Cell, Section, describe_cell, is_local_category
from quiz.core.blueprint import Blueprint as Plan
from quiz.core.message import Diagnostic, Message, QuizError, mark_text, say
from quiz.core.question import AREAS, LEVEL_NAMES, TYPE_NAMES, QuestionType
from quiz.core.roster import POST_NAMES
from quiz.core.rule import Rule, RuleName
from quiz.usecases import blueprints
from quiz.usecases.blueprints import Check, Item
from quiz.web.context import actor, installation, needs, now, reader, say_text, today, translate, writer
from quiz.web.proposal_text import lines_of, mark_name, tidy

pages = Blueprint("blueprints", __name__)

LONGEST_TEXT = 100_000
MOST_DRAWN = 1_000
"""A page draws papers on trial for so many people without being asked; more take longer than a page should."""

USE_BARS = 8
"""So many columns has the picture of how often questions are used, at most."""

COUNT_FIELD = re.compile(r"count:(\d{1,6}):(\d{1,6}):(\d{1,6})")
GRID_TYPES = (QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.TRUE_FALSE, QuestionType.FILL_IN)
"""The sections of a blueprint that is made from the table; others are added in the text."""

GRID_EACH = {QuestionType.SINGLE: "1", QuestionType.MULTIPLE: "2", QuestionType.TRUE_FALSE: "1", QuestionType.FILL_IN: "2"}
LOCAL_ROW, ANY_ROW = "local", "any"
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
THE_TEXT = mark_text("正文")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was published: a sentence, and what is short."""

    text: str
    lines: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Edited:
    """A text being edited, with what it says and what is wrong with it."""

    text: str
    plan: Plan | None
    diagnostics: tuple[Diagnostic, ...]
    spots: Mapping[int, CountSpot]

    @property
    def faults(self) -> int:
        """How many errors there are."""
        return sum(diagnostic.is_error for diagnostic in self.diagnostics)


@pages.get("/blueprints")
@needs(Action.CHECK_BLUEPRINT)
def home() -> ResponseReturnValue:
    """The published blueprints."""
    with reader() as db:
        found = blueprints.list_blueprints(db, actor())
    return render_template("blueprints/home.html", found=found)


@pages.get("/blueprints/<code>")
@needs(Action.CHECK_BLUEPRINT)
def show(code: str) -> ResponseReturnValue:
    """What the bank can do for a published blueprint, with a trial draw."""
    day = _day()
    with reader() as db:
        listed = blueprints.read_blueprint(db, actor(), code)
        profiles = blueprints.list_profiles(db, actor())
        is_drawn = "draw" in request.args or blueprints.count_cadres(db, actor()) <= MOST_DRAWN
        found = _check(db, listed.blueprint, day, request.args.get("profile", ""), _drafts(db), is_drawn)
    return render_template(
        "blueprints/show.html",
        listed=listed,
        profiles=profiles,
        is_drawn=is_drawn,
        published="published" in request.args,
        uses=_use_bars(found),
        mix=_mix_rows(found),
        days=LAPSE_DAYS,
        **_check_values(found),
    )


@pages.get("/blueprints/<code>/edit")
@needs(Action.PUBLISH_BANK)
def edit(code: str) -> ResponseReturnValue:
    """The text of a published blueprint beside its table."""
    with reader() as db:
        listed = blueprints.read_blueprint(db, actor(), code)
    return _editor(write_blueprint(listed.blueprint), listed.row.digest)


@pages.get("/blueprints/-/new")
@needs(Action.PUBLISH_BANK)
def new() -> ResponseReturnValue:
    """An empty table to be filled with counts, from which the text is made."""
    return _grid_page({}, "")


@pages.post("/blueprints/-/new")
@needs(Action.PUBLISH_BANK)
def generate() -> ResponseReturnValue:
    """The editor with the text made from the table."""
    try:
        plan = _grid_plan(request.form)
    except QuizError as error:
        return _grid_page(request.form, say_text(error.message)), 422
    return _editor(write_blueprint(plan), "")


@pages.post("/blueprints/-/edit")
@needs(Action.PUBLISH_BANK)
def work() -> ResponseReturnValue:
    """Look at the text again, or publish it."""
    text, seen = _sent(), request.form.get("seen", "")
    if request.form.get("do") != "publish":
        return _editor(text, seen)
    loaded = load_blueprint(text, translate(THE_TEXT))
    if loaded.value is None:
        return _editor(text, seen, Refusal(translate(mark_text("正文还有错误，没有发布。")))), 422
    try:
        with reader() as db:
            found = _check(db, loaded.value, today(), "", _drafts(db), True)
        with writer() as db:
            blueprints.publish(db, actor(), now(), found, seen)
    except blueprints.BlueprintRefused as error:
        return _editor(text, seen, Refusal(say_text(error.message), tuple(error.lines()))), 409
    except QuizError as error:
        if error.code != "stale":
            raise
        return _editor(text, seen, Refusal(say_text(error.message))), 409
    return redirect(url_for(".show", code=loaded.value.id, published=1))


@pages.post("/blueprints/-/preview")
@needs(Action.PUBLISH_BANK)
def preview() -> ResponseReturnValue:
    """The table and the faults of a text, for the script of the editor."""
    return render_template("blueprints/_live.html", **_live_values(_edited(_sent())))


def _check(db: Session, plan: Plan, day: date, profile: str, drafts: Sequence[Item], is_drawn: bool) -> Check:
    """The check; local facts that do not exist are those of an old link: the newest are taken."""
    zone = installation().settings.zone
    try:
        return blueprints.check(db, actor(), plan, day, zone, profile, drafts, is_drawn)
    except QuizError as error:
        if error.code != "unknown_profile":
            raise
        return blueprints.check(db, actor(), plan, day, zone, "", drafts, is_drawn)


def _drafts(db: Session) -> list[Item]:
    return [item for text in blueprints.waiting_texts(db, actor()) for item in read_waiting(text.source, text.pictures)]


def _day() -> date:
    try:
        return datetime.strptime(request.args.get("on", ""), "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        return today()


def _sent() -> str:
    """The text that was sent, with the counts that were changed in the table written into it."""
    text = tidy(request.form.get("source", ""))
    if len(text) > LONGEST_TEXT:
        abort(413)
    changes = []
    for name, value in request.form.items():
        place = COUNT_FIELD.fullmatch(name)
        if place and value.isascii() and value.isdigit() and len(value) <= 3 and value != place[3] and 1 <= int(value) <= MAX_COUNT:
            changes.append((CountSpot(int(place[1]), int(place[2]), place[3]), int(value)))
    return set_counts(text, changes)


def _edited(text: str) -> Edited:
    sketch = sketch_blueprint(text, translate(THE_TEXT))
    spots: dict[int, CountSpot] = {}
    if sketch.value is not None:
        found = count_spots(text)
        if [len(section.cells) for section in sketch.value.sections] == [len(section) for section in found]:
            spots = {number: spot for number, spot in enumerate(spot for section in found for spot in section) if spot is not None}
    return Edited(text, sketch.value, sketch.diagnostics, spots)


def _live_values(edited: Edited) -> dict[str, Any]:
    """What the part of the editor shows that is made anew while one types."""
    values: dict[str, Any] = {
        "edited": edited,
        "lines": list(lines_of(edited.text, edited.diagnostics)),
        "mark_name": mark_name,
        "translate": translate,
    }
    if edited.plan is None:
        return values
    with reader() as db:
        found = _check(db, edited.plan, today(), "", _drafts(db), False)
    return values | _check_values(found)


def _editor(text: str, seen: str, refusal: Refusal | None = None) -> str:
    return render_template("blueprints/edit.html", seen=seen, refusal=refusal, **_live_values(_edited(text)))


def _check_values(found: Check) -> dict[str, Any]:
    """What the parts of a check look at."""
    sections = found.blueprint.sections
    return {
        "found": found,
        "plan": found.blueprint,
        "supply": found.supply,
        "sections": sections,
        "lines_short": found.lines(),
        "lines_after": found.lines(found.after.gaps) if found.after else [],
        "row_names": {**AREAS, **FOLDERS},
        "column_short": _column_short(found),
        "margins": [_margin(squares) for _, squares in found.supply.table],
        "cell_words": [describe_cell(cell.place.owner, cell.place.cell) for cell in found.supply.cells],
        "limits": [describe_limit(limit) for limit in found.blueprint.limits],
        "POST_NAMES": POST_NAMES,
        "is_local": is_local_category,
    }


def _margin(squares: Sequence[Square]) -> tuple[int, int, int]:
    return sum(s.least for s in squares), sum(s.most for s in squares), sum(s.stock for s in squares)


def _column_short(found: Check) -> list[int]:
    """How many questions each section lacks for certain."""
    return [sum(cell.short for cell in found.supply.cells if cell.place.section == number) for number in range(len(found.blueprint.sections))]


def _use_bars(found: Check) -> list[tuple[str, int]]:
    """How many questions are on so many papers: (papers, questions), from none to the most used."""
    if found.report is None:
        return []
    width = max(-(-(found.report.exposure.largest + 1) // USE_BARS), 1)
    counts = [0] * (found.report.exposure.largest // width + 1)
    for uses in found.report.exposure.uses:
        counts[uses // width] += 1
    return [(str(place) if width == 1 else f"{place * width}–{place * width + width - 1}", count) for place, count in enumerate(counts)]


def _mix_rows(found: Check) -> list[tuple[str, list[tuple[str, float]]]]:
    """The shares of the marks by heading: (heading, [(name, share)]), names before translation."""
    local = mark_text("本地题")
    headings: tuple[tuple[str, str, Mapping[Any, str]], ...] = (
        ("level", mark_text("层次"), LEVEL_NAMES),
        ("band", mark_text("难度"), {**BAND_NAMES, "local": local}),
        ("weight", mark_text("要求"), {**WEIGHT_NAMES, "": mark_text("没有注明"), "local": local}),
        ("source", mark_text("文件级别"), {**SOURCE_NAMES, "local": local}),
    )
    out = []
    for key, heading, names in headings:
        shares = found.mix.get(key, {})
        rows = [(name, shares.get(value, 0.0)) for value, name in names.items()]
        out.append((heading, [(name, share) for name, share in rows if share > 0]))
    return out if found.mix else []


def _grid_page(values: Mapping[str, str], problem: str) -> str:
    return render_template(
        "blueprints/new.html",
        values=values,
        problem=problem,
        types=GRID_TYPES,
        each=GRID_EACH,
        TYPE_NAMES=TYPE_NAMES,
        LOCAL_ROW=LOCAL_ROW,
        ANY_ROW=ANY_ROW,
        most=MAX_COUNT,
    )


def _grid_plan(form: Mapping[str, str]) -> Plan:
    """The blueprint that the table describes. QuizError `bad_grid` with what to mend."""
    code, title = form.get("id", "").strip(), " ".join(form.get("title", "").split())[:200]
    if not CODE.fullmatch(code):
        raise QuizError("bad_grid", say("代码只用英文字母、数字和 . _ -，以字母或数字开头，最多64个字符。"))
    if not title:
        raise QuizError("bad_grid", say("请填写蓝图名称。"))
    minutes = _whole(form.get("minutes", ""), MAX_MINUTES)
    sections = tuple(section for kind in GRID_TYPES if (section := _grid_section(kind, form)))
    if not sections:
        raise QuizError("bad_grid", say("请在表中至少填一个题数。"))
    plan = Plan(code, title, minutes or 60, Decimal(0), sections)
    share = _mark(form.get("pass", "60") or "60")
    if not 0 <= share <= 100:
        raise QuizError("bad_grid", say("及格线按满分的百分之几填写，0到100。"))
    return Plan(code, title, minutes or 60, (plan.total * share / 100).quantize(Decimal("0.01")), sections)


def _grid_section(kind: QuestionType, form: Mapping[str, str]) -> Section | None:
    cells = []
    for area in AREAS:
        if count := _whole(form.get(f"n-{kind.value}-{area}", ""), MAX_COUNT):
            cells.append(Cell(count, ("general",), (area,)))
    if count := _whole(form.get(f"n-{kind.value}-{ANY_ROW}", ""), MAX_COUNT):
        cells.append(Cell(count, ("general",)))
    if count := _whole(form.get(f"n-{kind.value}-{LOCAL_ROW}", ""), MAX_COUNT):
        folders = tuple(folder for folder in FOLDERS if is_local_category(folder))
        cells.append(Cell(count, folders, instead=Cell(0, ("general",))))
    if not cells:
        return None
    each = _mark(form.get(f"each-{kind.value}", "") or GRID_EACH[kind])
    if not Decimal("0.01") <= each <= 1000:
        raise QuizError("bad_grid", say("每题分值须在0.01到1000之间，最多两位小数。"))
    rule = Rule(RuleName.HALF) if kind is QuestionType.MULTIPLE else Rule()
    return Section(TYPE_NAMES[kind], kind, each, tuple(cells), rule)


def _whole(text: str, most: int) -> int:
    """A whole number; 0 for an empty field."""
    text = text.strip()
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= most):
        raise QuizError("bad_grid", say("“{got}”不是0到{most}之间的整数。", got=text[:20], most=most))
    return int(text)


def _mark(text: str) -> Decimal:
    """A number with at most two decimals."""
    try:
        value = Decimal(text.strip())
        if value.is_finite() and abs(value) <= 10_000 and value == value.quantize(Decimal("0.01")):
            return value
    except InvalidOperation:
        pass
    raise QuizError("bad_grid", say("“{got}”不是数，或者小数多于两位。", got=text.strip()[:20]))
