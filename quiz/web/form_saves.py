"""Saves that come by a plain form: of a page without its script, after the end too, and what a page still carries when it hands in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from quiz.core.message import QuizError
from quiz.core.paper import Slot
from quiz.core.saving import Save, Saved
from quiz.usecases import saving
from quiz.usecases.attempts import Desk
from quiz.web.context import actor, now
from quiz.web.given import given
from quiz.web.saving import saves_of

FORM_DEVICE = "form"
"""The device of saves that come from a plain form."""

MOST_UNSENT = 500


def changes(desk: Desk, section: int, form: MultiDict[str, str]) -> list[tuple[Slot, list[str]]]:
    """Return the slots of a section whose fields differ from what is saved.

    When somebody saved since the form was drawn (another device), its empty fields do not wipe what was saved there.
    """
    is_stale = form.get("newest_seq", 0, int) != desk.newest_seq
    out = []
    for slot in desk.paper.slots_of(section):
        value = given(slot.question, form.getlist(f"s{slot.number}"))
        saved = list(desk.shown.get(slot.number, ()))
        if value != saved and (value or not is_stale):
            out.append((slot, value))
    return out


def save_all(db: Session, code: str, values: Iterable[tuple[Slot, list[str]]]) -> list[Saved]:
    """Save what a form brought and return what became of each; it takes the desk from whichever page held it, which learns it at its next call."""
    taken = saving.take_desk(db, actor(), code, FORM_DEVICE, now())
    items = [Save(slot.number, value, seq, is_shown=True) for seq, (slot, value) in enumerate(values, taken.first_seq)]
    return [saving.save(db, actor(), code, item, FORM_DEVICE, now()).state for item in items]


def keep_late(db: Session, code: str, form: MultiDict[str, str]) -> list[Saved]:
    """Keep what a form brought after the end, for people to decide on; return what became of each response."""
    seq, states = max(form.get("newest_seq", 0, int), 0), []
    for name in form:
        match = re.fullmatch(r"s(\d{1,4})", name)
        values = form.getlist(name)
        if match is None or not any(values):
            continue
        seq += 1
        try:
            states.append(saving.save(db, actor(), code, Save(int(match[1]), values, seq, is_shown=True), FORM_DEVICE, now()).state)
        except QuizError as error:
            if not error.code.startswith("bad_"):
                raise
    return states


def unsent(text: str) -> list[Save]:
    """Return the saves that a page carries into submission, in their order; none for what cannot be read."""
    try:
        items = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return []
    return saves_of(items, MOST_UNSENT)
