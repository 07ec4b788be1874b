"""The page of the audit log: who did what when, found by person, matter, action and day; and whether the whole chain is unbroken."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from quiz.core.access import Action
from quiz.core.audit_words import ACTION_NAMES
from quiz.core.message import QuizError
from quiz.usecases import auditing
from quiz.web.context import actor, installation, needs, now, reader

pages = Blueprint("auditing", __name__)
AT_ONCE = 50
LONGEST = 80
FURTHEST = 10_000_000


@pages.get("/audit")
@needs(Action.READ_AUDIT)
def home() -> ResponseReturnValue:
    """The rows that are looked for, the newest first."""
    asked = {name: request.args.get(name, "").strip()[:LONGEST] for name in ("who", "about", "action", "since", "until")}
    days = _day(asked["since"]), _day(asked["until"])
    search = auditing.search_of(asked["who"], asked["about"], asked["action"], *days, installation().settings.zone)
    offset = min(max(request.args.get("offset", 0, int), 0), FURTHEST)
    with reader() as db:
        entries, total = auditing.read_log(db, actor(), search, offset, AT_ONCE, now())
    return render_template(
        "audit/home.html", entries=entries, total=total, offset=offset, limit=AT_ONCE, asked=asked, is_search=bool(search), ACTION_NAMES=ACTION_NAMES
    )


@pages.post("/audit/check")
@needs(Action.READ_AUDIT)
def check() -> ResponseReturnValue:
    """Walk the whole chain, and look for a digest that was written down."""
    auditing.refuse_part(actor())
    expect, lines, problem, is_sound = request.form.get("expect", "").strip().lower()[:LONGEST], [], None, False
    try:
        with reader() as db:
            chain = auditing.verify_audit(db, actor(), expect)
        lines, is_sound = auditing.describe_chain(chain, expect), auditing.is_sound(chain, expect)
    except QuizError as error:
        problem = error.message
    return render_template("audit/check.html", expect=expect, lines=lines, problem=problem, is_sound=is_sound), 422 if problem else 200


def _day(text: str) -> date | None:
    """A day, None for what is none."""
    with suppress(ValueError):
        return date.fromisoformat(text)
    return None
