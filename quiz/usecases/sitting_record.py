"""The whole record of a sitting for keeping: who may take it away, and that they did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.message import Forbidden
from quiz.core.sitting import Phase
from quiz.storage import audit, sittings
from quiz.storage.audit import Chain
from quiz.storage.sitting_rows import SittingRows
from quiz.storage.tables import SittingRow
from quiz.usecases.results import sitting_for


@dataclass(frozen=True, slots=True)
class SittingRecord:
    """What is stored about a sitting, and the state of the audit log it comes from. `is_final` is False while somebody may still answer."""

    sitting: SittingRow
    is_final: bool
    rows: SittingRows
    chain: Chain


def note_export(session: Session, actor: Actor, code: str, now: datetime) -> None:
    """Write down who takes the record away, before they do: the record holds this row too. Forbidden and NotFound as for reading it."""
    _sitting(session, actor, code, now)
    audit.record(session, now, actor.person, "export_sitting", code)


def read_record(session: Session, actor: Actor, code: str, now: datetime) -> SittingRecord:
    """Return the record of a sitting, to be read within the session.

    It names everyone, so a role that holds for a part of the county is not enough. Forbidden to one of its candidates while it is open.
    """
    sitting = _sitting(session, actor, code, now)
    return SittingRecord(sitting, sittings.window_of(sitting).phase(now) is Phase.CLOSED, SittingRows(session, sitting), audit.verify(session))


def _sitting(session: Session, actor: Actor, code: str, now: datetime) -> SittingRow:
    if actor.require(Action.EXPORT_SITTING) != "/":
        raise Forbidden()
    return sitting_for(session, actor, Action.EXPORT_SITTING, code, now)[0]
