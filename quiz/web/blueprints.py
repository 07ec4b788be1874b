"""Pages of blueprints: the published ones, what the bank can do for one, and an editor whose two-way table fills as one types."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from quiz.assembly.supply import LAPSE_DAYS
from quiz.banks.blueprint_file import MAX_COUNT, load_blueprint, sketch_blueprint
from quiz.banks.blueprint_text import CountSpot, count_spots, set_counts, write_blueprint
from quiz.banks.waiting import read_waiting
from quiz.core.access import Action
from quiz.core.blueprint import Blueprint as Plan
from quiz.core.message import Diagnostic, Message, QuizError, mark_text
from quiz.usecases import blueprints
from quiz.usecases.blueprints import Check, Item
from quiz.web.blueprint_fields import rule_table, with_fields
from quiz.web.blueprint_figures import check_values, mix_rows, use_bars
from quiz.web.blueprint_grid import grid_page, grid_text
from quiz.web.context import actor, installation, needs, now, reader, say_text, today, translate, writer
from quiz.web.proposal_text import lines_of, mark_name, tidy

pages = Blueprint("blueprints", __name__)

LONGEST_TEXT = 100_000
MOST_DRAWN = 1_000
"""A page draws papers on trial for so many people without being asked; more take longer than a page should."""

COUNT_FIELD = re.compile(r"count:(\d{1,6}):(\d{1,6}):(\d{1,6})")
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
        uses=use_bars(found),
        mix=mix_rows(found),
        days=LAPSE_DAYS,
        **check_values(found),
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
    return grid_page({}, "")


@pages.post("/blueprints/-/new")
@needs(Action.PUBLISH_BANK)
def generate() -> ResponseReturnValue:
    """The editor with the text made from the table."""
    try:
        text = grid_text(request.form)
    except QuizError as error:
        return grid_page(request.form, say_text(error.message)), 422
    return _editor(text, "")


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
    """The table and the faults of a text, for the script of the editor; with the text, where a field of the table changed it."""
    text = _sent()
    return render_template("blueprints/_live.html", is_rewritten=text != tidy(request.form.get("source", "")), **_live_values(_edited(text)))


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
    """The text that was sent, with what was changed in the table written into it."""
    text = tidy(request.form.get("source", ""))
    if len(text) > LONGEST_TEXT:
        abort(413)
    changes = []
    for name, value in request.form.items():
        place = COUNT_FIELD.fullmatch(name)
        if place and value.isascii() and value.isdigit() and len(value) <= 3 and value != place[3] and 1 <= int(value) <= MAX_COUNT:
            changes.append((CountSpot(int(place[1]), int(place[2]), place[3]), int(value)))
    return with_fields(set_counts(text, changes), request.form)


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
        "rules": edited.plan and rule_table(edited.text, edited.plan.sections),
    }
    if edited.plan is None:
        return values
    with reader() as db:
        found = _check(db, edited.plan, today(), "", _drafts(db), False)
    return values | check_values(found)


def _editor(text: str, seen: str, refusal: Refusal | None = None) -> str:
    return render_template("blueprints/edit.html", seen=seen, refusal=refusal, **_live_values(_edited(text)))
