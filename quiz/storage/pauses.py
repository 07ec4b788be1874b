"""Pauses: which places' clocks stand still, and the attempts that stand still with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from quiz.storage.papers import is_current
from quiz.storage.tables import AttemptChangeRow, AttemptRow, PaperRow, PauseRow, SittingRow


def open_pauses(session: Session, sitting_id: int) -> list[PauseRow]:
    """Return the pauses of a sitting that go on, the first first."""
    return list(session.scalars(_OPEN, {"sitting": sitting_id}))


def list_pauses(session: Session, sitting: SittingRow) -> list[PauseRow]:
    """Return every pause of a sitting, the newest first."""
    return list(session.scalars(select(PauseRow).where(PauseRow.sitting_id == sitting.id).order_by(PauseRow.id.desc())))


def get_pause(session: Session, sitting: SittingRow, pause_id: int) -> PauseRow | None:
    """Return a pause of a sitting, or None."""
    return session.scalar(select(PauseRow).where(PauseRow.sitting_id == sitting.id, PauseRow.id == pause_id))


def hold_papers(session: Session, sitting: SittingRow, units: Sequence[int]) -> None:
    """Hold the papers of these units that count until the transaction ends: a start waits for it, and the other way round."""
    mine = (PaperRow.sitting_id == sitting.id, PaperRow.unit_id.in_(list(units)), is_current())
    session.execute(select(PaperRow.id).where(*mine).order_by(PaperRow.id).with_for_update(of=PaperRow)).all()


def hold_open_attempts(session: Session, sitting: SittingRow, units: Sequence[int]) -> list[AttemptRow]:
    """Return the attempts of people of these units that are not closed, as they are now, held until the transaction ends."""
    query = (
        select(AttemptRow)
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .where(AttemptRow.sitting_id == sitting.id, PaperRow.unit_id.in_(list(units)), AttemptRow.submitted_at.is_(None), is_current())
        .order_by(AttemptRow.id)
    )
    return list(session.scalars(query.with_for_update(of=AttemptRow).execution_options(populate_existing=True)))


def without_attempt(session: Session, sitting: SittingRow, units: Sequence[int]) -> list[int]:
    """Return the row ids of the cadres of these units who have a paper and have not started."""
    query = (
        select(PaperRow.cadre_id)
        .outerjoin(AttemptRow, (AttemptRow.sitting_id == PaperRow.sitting_id) & (AttemptRow.paper_id == PaperRow.id))
        .where(PaperRow.sitting_id == sitting.id, PaperRow.unit_id.in_(list(units)), is_current(), AttemptRow.id.is_(None))
        .order_by(PaperRow.cadre_id)
    )
    return list(session.scalars(query))


def count_papers(session: Session, sitting: SittingRow, units: Sequence[int]) -> int:
    """Return how many papers of these units count."""
    query = select(func.count()).select_from(PaperRow)
    return session.scalar(query.where(PaperRow.sitting_id == sitting.id, PaperRow.unit_id.in_(list(units)), is_current())) or 0


def stop_clocks(session: Session, attempts: Sequence[AttemptRow], now: datetime) -> None:
    """Let the clocks of these attempts stand still from now on."""
    session.execute(update(AttemptRow), [{"id": attempt.id, "paused_at": now} for attempt in attempts]) if attempts else None


def start_clocks(session: Session, deadlines: Mapping[int, datetime]) -> None:
    """Let the clocks of attempts go on towards these deadlines, by row id."""
    if deadlines:
        session.execute(update(AttemptRow), [{"id": attempt, "deadline_at": at, "paused_at": None} for attempt, at in deadlines.items()])


def save_changes(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Append changes of time, given as values by column."""
    if rows:
        session.execute(insert(AttemptChangeRow), rows)


_OPEN = select(PauseRow).where(PauseRow.sitting_id == bindparam("sitting"), PauseRow.ended_at.is_(None)).order_by(PauseRow.id)
"""Built once: every start asks this."""
