"""What was changed in a sitting after its draw: rows in order, never changed themselves."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, defer

from quiz.core.canonical import canonical_json
from quiz.storage.papers import is_current
from quiz.storage.tables import AmendmentRow, AttemptRow, CadreRow, PaperRow, SittingRow, UnitRow


def list_amendments(session: Session, sitting: SittingRow) -> list[AmendmentRow]:
    """Return the amendments of a sitting, the first first."""
    return list(session.scalars(select(AmendmentRow).where(AmendmentRow.sitting_id == sitting.id).order_by(AmendmentRow.number)))


def detail_of(row: AmendmentRow) -> dict[str, Any]:
    """Return all that an amendment follows from besides key and snapshot."""
    found: dict[str, Any] = json.loads(row.detail)
    return found


def save_amendment(
    session: Session, sitting: SittingRow, number: int, kind: str, detail: dict[str, Any], reason: str, at: datetime, actor: str
) -> AmendmentRow:
    """Append an amendment; two that were prepared side by side cannot both have the same number."""
    text = canonical_json(detail).decode()
    row = AmendmentRow(sitting_id=sitting.id, number=number, kind=kind, detail=text, reason=reason, at=at, actor=actor)
    session.add(row)
    session.flush()
    return row


def papers_by_seat(session: Session, sitting: SittingRow) -> list[tuple[PaperRow, str]]:
    """Return the current papers of a sitting in the order of seats, each with the cadre's staff number; without their content."""
    query = (
        select(PaperRow, CadreRow.number)
        .join(CadreRow, CadreRow.id == PaperRow.cadre_id)
        .where(PaperRow.sitting_id == sitting.id, is_current())
        .order_by(PaperRow.seat, PaperRow.id)
        .options(defer(PaperRow.content, raiseload=False))
    )
    return [(row, number) for row, number in session.execute(query)]


def all_papers(session: Session, sitting: SittingRow, scope: str = "/") -> list[tuple[PaperRow, str]]:
    """Return every paper that a sitting ever had within the path `scope`, reissued ones too, in the order of seats, content read when asked for."""
    query = (
        select(PaperRow, CadreRow.number)
        .join(CadreRow, CadreRow.id == PaperRow.cadre_id)
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .where(PaperRow.sitting_id == sitting.id, UnitRow.path.startswith(scope, autoescape=True))
        .order_by(PaperRow.seat, PaperRow.number)
        .options(defer(PaperRow.content, raiseload=False))
    )
    return [(row, number) for row, number in session.execute(query)]


def contents_of(session: Session, ids: list[int]) -> dict[int, str]:
    """Return the content of these papers by row id."""
    rows = session.execute(select(PaperRow.id, PaperRow.content).where(PaperRow.id.in_(ids)))
    return {row.id: row.content for row in rows}


def hold(session: Session, sitting: SittingRow) -> None:
    """Let amendments of a sitting wait for each other until this transaction ends (PostgreSQL; SQLite has one writer anyway)."""
    session.execute(select(SittingRow.id).where(SittingRow.id == sitting.id).with_for_update())


def has_attempts(session: Session, sitting: SittingRow) -> bool:
    """True when somebody has started."""
    return bool(session.scalar(select(exists().where(AttemptRow.sitting_id == sitting.id))))


def papers_outside(session: Session, sitting: SittingRow, scope: str) -> int:
    """How many papers of a sitting belong to units outside the path `scope`."""
    query = (
        select(func.count())
        .select_from(PaperRow)
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .where(PaperRow.sitting_id == sitting.id, ~UnitRow.path.startswith(scope, autoescape=True))
    )
    return session.scalar(query) or 0
