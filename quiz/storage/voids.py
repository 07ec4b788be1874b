"""Attempts made void: rows that are only ever added, and all the papers that a cadre had in a sitting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from quiz.storage.tables import AttemptRow, AttemptVoidRow, PaperRow, SittingRow


def save_void(session: Session, attempt: AttemptRow, is_void: bool, reason: str, at: datetime, actor: str) -> AttemptVoidRow:
    """Append that an attempt was made void, or valid again."""
    row = AttemptVoidRow(sitting_id=attempt.sitting_id, attempt_id=attempt.id, is_void=is_void, reason=reason, at=at, actor=actor)
    session.add(row)
    session.flush()
    return row


def voids_of(session: Session, attempts: Sequence[AttemptRow]) -> list[AttemptVoidRow]:
    """Return what was decided about the validity of these attempts, the newest first."""
    ids = [attempt.id for attempt in attempts]
    return list(session.scalars(select(AttemptVoidRow).where(AttemptVoidRow.attempt_id.in_(ids)).order_by(AttemptVoidRow.id.desc())))


def papers_of_cadre(session: Session, sitting: SittingRow, cadre_id: int) -> list[tuple[PaperRow, AttemptRow | None]]:
    """Return every paper that a cadre was issued in a sitting with the attempt at it, the first first; contents are read when asked for."""
    query = (
        select(PaperRow, AttemptRow)
        .outerjoin(AttemptRow, (AttemptRow.sitting_id == PaperRow.sitting_id) & (AttemptRow.paper_id == PaperRow.id))
        .where(PaperRow.sitting_id == sitting.id, PaperRow.cadre_id == cadre_id)
        .order_by(PaperRow.number)
        .options(defer(PaperRow.content, raiseload=False))
    )
    return [(paper, attempt) for paper, attempt in session.execute(query)]
