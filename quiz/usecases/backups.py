"""Backing up and restoring, as the audit log tells of them; the work itself needs files and is the command line's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.message import Forbidden
from quiz.storage import audit


def note_backup(session: Session, actor: Actor, now: datetime) -> None:
    """Write down that someone takes everything with them: before they do, so that the backup tells of itself.

    Forbidden to a role that holds for a part of the county.
    """
    _require_all(actor)
    audit.record(session, now, actor.person, "back_up", "")


def note_restore(session: Session, actor: Actor, now: datetime, made_at: str) -> None:
    """Write down that everything is as it was at the time of a backup, in which later things did not happen."""
    _require_all(actor)
    audit.record(session, now, actor.person, "restore_backup", "", {"made_at": made_at})


def _require_all(actor: Actor) -> None:
    if actor.require(Action.BACK_UP) != "/":
        raise Forbidden()
