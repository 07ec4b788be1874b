"""A marker's verdict in one step, for tests that are about what comes of it."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from quiz.core.access import Actor
from quiz.storage import marking
from quiz.storage.marking import Waiting
from quiz.storage.sittings import get_sitting
from quiz.usecases.marking import judge


def list_texts(session: Session, code: str) -> list[Waiting]:
    """Return the texts of a sitting that wait for a person."""
    sitting = get_sitting(session, code)
    assert sitting is not None
    return marking.list_waiting(session, sitting)


def decide(session: Session, actor: Actor, code: str, text: Waiting, now: datetime, reason: str = "同义") -> int:
    """Judge a text right, for everyone who wrote it; return whom that graded anew."""
    return judge(session, actor, code, text.uid, text.blank, text.digest, Fraction(1), reason, now).regraded
