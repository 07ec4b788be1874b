"""Pages of the setter: the published bank by category, and one question as it will be sat, beside all that only setters know."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from quiz.core.access import Action
from quiz.core.question import AREAS, LEVEL_NAMES, TYPE_NAMES
from quiz.core.template import PLACEHOLDER, Template
from quiz.storage.banks import BankFilter
from quiz.usecases import publishing
from quiz.web import coverage
from quiz.web.context import actor, needs, reader, today

pages = Blueprint("setter", __name__)
PAGE_SIZE = 25
PREVIEWS = 3
FOLDERS = ("general", "township", "department", "village")
"""The order of the shipped folders; others follow."""


@pages.get("/bank")
@needs(Action.READ_BANK)
def home() -> ResponseReturnValue:
    """The categories with counts, and the questions that fit the filters."""
    wanted, offset = _wanted(), _offset()
    with reader() as db:
        tree = publishing.bank_tree(db, actor())
        found, total = publishing.list_bank(db, actor(), wanted, offset, PAGE_SIZE)
    return render_template(
        "setter/home.html",
        tree=_branches(tree),
        everything=sum(count for _, _, count in tree),
        found=found,
        total=total,
        offset=offset,
        limit=PAGE_SIZE,
        wanted=wanted,
        link=_link,
        parts=template_parts,
        Template=Template,
        today=today(),
    )


pages.add_url_rule("/bank/coverage", "coverage", coverage.show)


@pages.get("/bank/questions/<path:uid>")
@needs(Action.READ_BANK)
def question(uid: str) -> ResponseReturnValue:
    """One question as the trainee will see it, beside its key, source and history; a template with examples of real places."""
    return show_question(uid)


def show_question(uid: str, problem: str = "") -> str:
    """Return the page of a question, with what was refused there."""
    with reader() as db:
        found = publishing.read_question(db, actor(), uid)
        previews = publishing.preview_template(db, actor(), found.item, PREVIEWS) if isinstance(found.item, Template) else []
    page = "setter/template.html" if isinstance(found.item, Template) else "setter/question.html"
    return render_template(page, found=found, item=found.item, previews=previews, problem=problem, parts=template_parts, today=today())


def template_parts(text: str) -> list[tuple[str, bool]]:
    """A template's text cut at its placeholders: (text, is a placeholder)."""
    return [(part, i % 2 == 1) for i, part in enumerate(PLACEHOLDER.split(text)) if part]


def _wanted() -> BankFilter:
    """The filter in the address; what is unknown there is left out."""
    args = request.args
    on = args.get("on", "")
    try:
        day = datetime.strptime(on, "%Y-%m-%d").replace(tzinfo=UTC).date() if on else None
    except ValueError:
        day = None
    return BankFilter(
        category=args.get("category", "")[:120],
        area=args.get("area", "") if args.get("area", "") in AREAS else "",
        type=args.get("type", "") if args.get("type", "") in set(TYPE_NAMES) else "",
        level=args.get("level", "") if args.get("level", "") in set(LEVEL_NAMES) else "",
        text=args.get("text", "").strip()[:100],
        on=day,
    )


def _offset() -> int:
    text = request.args.get("offset", "0")
    return int(text) // PAGE_SIZE * PAGE_SIZE if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _link(wanted: BankFilter, **changes: str) -> dict[str, str]:
    """The arguments of a link to a filter with changes; empty ones are left out."""
    values = {"category": wanted.category, "area": wanted.area, "type": wanted.type, "level": wanted.level, "text": wanted.text}
    values["on"] = wanted.on.isoformat() if wanted.on else ""
    return {name: value for name, value in {**values, **changes}.items() if value}


def _branches(tree: list[tuple[str, bool, int]]) -> list[tuple[str, int, list[tuple[str, str, bool, int]]]]:
    """The categories by their first folder, the common ones first: (folder, number of questions, [(category, last name, templates?, number)])."""
    out: dict[str, list[tuple[str, str, bool, int]]] = {}
    for category, is_template, count in tree:
        folder, _, rest = category.partition("/")
        out.setdefault(folder, []).append((category, rest or folder, is_template, count))
    folders = sorted(out, key=lambda folder: (FOLDERS.index(folder) if folder in FOLDERS else len(FOLDERS), folder))
    return [(folder, sum(count for *_, count in out[folder]), out[folder]) for folder in folders]
