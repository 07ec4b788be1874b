"""Corrections of questions and marks set by hand: rows that are only ever added, of which the newest count."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from quiz.core.canonical import canonical_json
from quiz.core.correction import Correction, NewKey, Remedy
from quiz.core.frozen import freeze, thaw
from quiz.core.hundredths import from_hundredths, to_hundredths
from quiz.storage.tables import AttemptRow, CorrectionRow, DecisionRow, OverrideRow, SittingRow


def list_rows(session: Session, sitting_id: int) -> list[CorrectionRow]:
    """Return the corrections of a sitting, the first first."""
    return list(session.scalars(select(CorrectionRow).where(CorrectionRow.sitting_id == sitting_id).order_by(CorrectionRow.number)))


def list_corrections(session: Session, sitting_id: int) -> list[Correction]:
    """Return the corrections of a sitting as marking reads them, the first first."""
    return [read_row(row) for row in session.execute(_AS_MARKING_READS, {"sitting": sitting_id})]


def read_row(row: CorrectionRow | Row[int, str, str, str]) -> Correction:
    """Return the correction in a row."""
    return Correction(row.number, row.question_uid, Remedy(row.remedy), thaw(NewKey, json.loads(row.key)) if row.key else None)


def next_number(session: Session, sitting: SittingRow) -> int:
    """Return the number that the next correction of a sitting has."""
    return (session.scalar(select(func.max(CorrectionRow.number)).where(CorrectionRow.sitting_id == sitting.id)) or 0) + 1


def save_correction(
    session: Session, sitting: SittingRow, correction: Correction, reason: str, effect: dict[str, Any], at: datetime, actor: str
) -> CorrectionRow:
    """Append a correction; two that were prepared side by side cannot both have the same number."""
    row = CorrectionRow(
        sitting_id=sitting.id,
        number=correction.number,
        question_uid=correction.question,
        remedy=correction.remedy.value,
        key=canonical_json(freeze(correction.key)).decode() if correction.key else "",
        reason=reason,
        effect=canonical_json(effect).decode(),
        at=at,
        actor=actor,
    )
    session.add(row)
    session.flush()
    return row


def effect_of(row: CorrectionRow) -> dict[str, Any]:
    """Return the counts of what a correction changed when it was applied."""
    found: dict[str, Any] = json.loads(row.effect)
    return found


def is_anything_settled(session: Session, sitting_id: int) -> bool:
    """True when in a sitting anybody decided on a text, corrected a question or set a mark by hand: one question instead of three for most."""
    return bool(session.scalar(_ANYTHING, {"sitting": sitting_id}))


def overrides_in(session: Session, sitting_id: int) -> dict[tuple[int, int], Decimal]:
    """Return the marks set by hand in a sitting that still stand, by attempt and slot."""
    return _standing(session.execute(_OVERRIDES, {"sitting": sitting_id}))


def overrides_of(session: Session, sitting_id: int, ids: Sequence[int]) -> dict[tuple[int, int], Decimal]:
    """Return the marks set by hand of these attempts that still stand, by attempt and slot."""
    return _standing(session.execute(_OVERRIDES_OF, {"sitting": sitting_id, "attempts": ids}))


def override_rows(session: Session, attempt: AttemptRow) -> list[OverrideRow]:
    """Return every time that a mark of an attempt was set by hand or given back, the first first."""
    mine = (OverrideRow.sitting_id == attempt.sitting_id) & (OverrideRow.attempt_id == attempt.id)
    return list(session.scalars(select(OverrideRow).where(mine).order_by(OverrideRow.id)))


def newest_override(session: Session, attempt: AttemptRow, slot: int) -> OverrideRow | None:
    """Return what was last done by hand with the mark of a slot, or None."""
    mine = (OverrideRow.sitting_id == attempt.sitting_id) & (OverrideRow.attempt_id == attempt.id) & (OverrideRow.slot == slot)
    return session.scalar(select(OverrideRow).where(mine).order_by(OverrideRow.id.desc()).limit(1))


def save_override(session: Session, attempt: AttemptRow, slot: int, mark: Decimal | None, reason: str, at: datetime, actor: str) -> OverrideRow:
    """Append a mark set by hand; None gives the slot back to the rule."""
    value = None if mark is None else to_hundredths(mark)
    row = OverrideRow(sitting_id=attempt.sitting_id, attempt_id=attempt.id, slot=slot, mark=value, reason=reason, at=at, actor=actor)
    session.add(row)
    session.flush()
    return row


def _standing(rows: Iterable[Any]) -> dict[tuple[int, int], Decimal]:
    newest = {(attempt, slot): mark for attempt, slot, mark in rows}
    return {place: from_hundredths(mark) for place, mark in newest.items() if mark is not None}


# Built once: every submission asks these, and putting a query together takes longer than running it.
_AS_MARKING_READS = (
    select(CorrectionRow.number, CorrectionRow.question_uid, CorrectionRow.remedy, CorrectionRow.key)
    .where(CorrectionRow.sitting_id == bindparam("sitting"))
    .order_by(CorrectionRow.number)
)
_ANYTHING = select(or_(*(exists().where(table.sitting_id == bindparam("sitting")) for table in (DecisionRow, CorrectionRow, OverrideRow))))
_OVERRIDES = (
    select(OverrideRow.attempt_id, OverrideRow.slot, OverrideRow.mark).where(OverrideRow.sitting_id == bindparam("sitting")).order_by(OverrideRow.id)
)
_OVERRIDES_OF = _OVERRIDES.where(OverrideRow.attempt_id.in_(bindparam("attempts", expanding=True)))
