"""Records of cadres: who may be looked up, and what was given out under which digest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quiz.storage.tables import AuditRow, CadreRow, RecordIssueRow, SittingRow, UnitRow


def find_cadre(session: Session, number: str, scope: str = "/") -> tuple[CadreRow, UnitRow] | None:
    """Return a cadre with their unit as it is now, if that lies within the path `scope`, else None."""
    query = select(CadreRow, UnitRow).join(UnitRow, UnitRow.id == CadreRow.unit_id)
    found = session.execute(query.where(CadreRow.number == number, UnitRow.path.startswith(scope, autoescape=True))).first()
    return None if found is None else (found[0], found[1])


def search_cadres(session: Session, scope: str, search: str, most: int) -> list[tuple[CadreRow, UnitRow]]:
    """Return cadres within the path `scope` whose name or staff number contains `search` or whose unit's name does, by unit and number."""
    query = select(CadreRow, UnitRow).join(UnitRow, UnitRow.id == CadreRow.unit_id).where(UnitRow.path.startswith(scope, autoescape=True))
    if search:
        query = query.where(or_(*(column.contains(search, autoescape=True) for column in (CadreRow.name, CadreRow.number, UnitRow.name))))
    return [(cadre, unit) for cadre, unit in session.execute(query.order_by(UnitRow.path, CadreRow.number).limit(most))]


def save_issue(session: Session, cadre: CadreRow, digest: str, content: str, at: datetime, actor: str) -> RecordIssueRow | None:
    """Append that a record was given out; None when somebody was given the same at the same moment, and first."""
    row = RecordIssueRow(cadre_id=cadre.id, digest=digest, content=content, at=at, actor=actor)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return None
    return row


LEAST_DIGITS = 16
"""Digits by which a digest may be named: enough that no two records share them by chance."""


def get_issue(session: Session, digest: str) -> RecordIssueRow | None:
    """Return what was given out under the one digest that begins with these digits, or None."""
    if len(digest) < LEAST_DIGITS:
        return None
    found = session.scalars(select(RecordIssueRow).where(RecordIssueRow.digest.startswith(digest, autoescape=True)).limit(2)).all()
    return found[0] if len(found) == 1 else None


def number_of(session: Session, cadre_id: int) -> str:
    """Return the staff number of a cadre by row id."""
    return session.get_one(CadreRow, cadre_id).number


def is_in_log(session: Session, action: str, subject: str, name: str, value: str) -> bool:
    """True when the audit log has a row with this action and subject whose detail has this value under this name."""
    told = session.scalars(select(AuditRow.detail).where(AuditRow.action == action, AuditRow.subject == subject))
    return any(json.loads(one).get(name) == value for one in told)


def make_ups_of(session: Session, codes: Sequence[str]) -> dict[str, list[SittingRow]]:
    """Return the make-ups of sittings by the code of the one that they make up for, in the order in which they are held."""
    query = select(SittingRow).where(SittingRow.makes_up.in_(list(codes)), SittingRow.makes_up != "")
    out: dict[str, list[SittingRow]] = {}
    for row in session.scalars(query.order_by(SittingRow.opens_at, SittingRow.id)):
        out.setdefault(row.makes_up, []).append(row)
    return out
