"""Grading runs, marks and decisions; marks are Decimals outside and hundredths inside."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from quiz.core.canonical import canonical_json
from quiz.core.frozen import freeze, thaw
from quiz.core.marking import Mark
from quiz.storage.tables import AttemptRow, DecisionRow, GradingRow, MarkRow, PaperRow, UnitRow

MILLION = 1_000_000
"""What a decision's share is counted in."""


def to_hundredths(mark: Decimal) -> int:
    """Return a mark as a whole number of hundredths. ValueError when it has finer parts."""
    value = mark.scaleb(2)
    if value != int(value):
        raise ValueError(f"{mark} has parts finer than a hundredth")
    return int(value)


def from_hundredths(value: int) -> Decimal:
    """Return hundredths as a mark."""
    return Decimal(value).scaleb(-2)


@dataclass(frozen=True, slots=True)
class Graded:
    """The newest grading run of an attempt."""

    number: int
    score: Decimal
    max_score: Decimal
    pending: int
    graded_at: datetime
    grading_id: int


def save_grading(
    session: Session, attempt: AttemptRow, marks: Mapping[int, Mark], responses: Mapping[int, int], reason: str, at: datetime
) -> GradingRow:
    """Append a grading run with a mark for each slot; `responses` names the response row that each mark judged."""
    number = session.scalar(select(func.max(GradingRow.number)).where(GradingRow.attempt_id == attempt.id)) or 0
    grading = GradingRow(
        sitting_id=attempt.sitting_id,
        attempt_id=attempt.id,
        number=number + 1,
        score=sum(to_hundredths(mark.mark) for mark in marks.values()),
        max_score=sum(to_hundredths(mark.max_mark) for mark in marks.values()),
        pending=sum(mark.needs_review for mark in marks.values()),
        reason=reason,
        graded_at=at,
    )
    session.add(grading)
    session.flush()
    rows = [
        {
            "grading_id": grading.id,
            "slot": slot,
            "mark": to_hundredths(mark.mark),
            "max_mark": to_hundredths(mark.max_mark),
            "rule": mark.rule.name.value,
            "why": mark.why.value,
            "detail": _detail(mark),
            "response_id": responses.get(slot),
        }
        for slot, mark in marks.items()
    ]
    session.execute(_APPEND_MARKS, rows)
    return grading


_details: dict[Hashable, str] = {}
MOST_DETAILS = 20_000


def _detail(mark: Mark) -> str:
    """A mark as JSON, remembered: in a sitting most marks are like thousands of others."""
    key = (str(mark.mark), str(mark.max_mark), mark.rule, mark.why, tuple(mark.counts.items()), mark.verdicts)
    text = _details.get(key)
    if text is None:
        if len(_details) >= MOST_DETAILS:
            _details.clear()
        text = _details[key] = canonical_json(freeze(mark)).decode()
    return text


def newest_gradings(session: Session, sitting_id: int) -> dict[int, Graded]:
    """Return the newest grading run of every closed attempt of a sitting, by the attempt's id; one that was opened again has none that counts."""
    query = select(GradingRow).join(AttemptRow, AttemptRow.id == GradingRow.attempt_id)
    rows = session.scalars(query.where(GradingRow.sitting_id == sitting_id, AttemptRow.submitted_at.is_not(None)).order_by(GradingRow.number))
    return {row.attempt_id: _graded(row) for row in rows}


def newest_grading(session: Session, attempt: AttemptRow) -> Graded | None:
    """Return the newest grading run of an attempt, or None while it is open."""
    if attempt.submitted_at is None:
        return None
    query = select(GradingRow).where(GradingRow.attempt_id == attempt.id).order_by(GradingRow.number.desc()).limit(1)
    row = session.scalar(query)
    return None if row is None else _graded(row)


def pending_by_sitting(session: Session, scope: str = "/") -> dict[int, int]:
    """Return how many attempts of each sitting, within the path `scope`, have something that a person must judge, by the sitting's row id."""
    newest = select(GradingRow.attempt_id, func.max(GradingRow.number).label("number")).group_by(GradingRow.attempt_id).subquery()
    query = (
        select(GradingRow.sitting_id, func.count())
        .join(newest, (newest.c.attempt_id == GradingRow.attempt_id) & (newest.c.number == GradingRow.number))
        .join(AttemptRow, AttemptRow.id == GradingRow.attempt_id)
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .where(GradingRow.pending > 0, AttemptRow.submitted_at.is_not(None), UnitRow.path.startswith(scope, autoescape=True))
        .group_by(GradingRow.sitting_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def marks_of(session: Session, grading_id: int) -> dict[int, Mark]:
    """Return the marks of a grading run, by slot."""
    rows = session.scalars(select(MarkRow).where(MarkRow.grading_id == grading_id).order_by(MarkRow.slot))
    return {row.slot: thaw(Mark, json.loads(row.detail)) for row in rows}


def decisions_of(session: Session, sitting_id: int) -> dict[tuple[str, int, str], Fraction]:
    """Return what markers decided in a sitting; the newest decision on a text counts."""
    rows = session.scalars(select(DecisionRow).where(DecisionRow.sitting_id == sitting_id).order_by(DecisionRow.id))
    return {(row.question_uid, row.blank, row.text): Fraction(row.share, MILLION) for row in rows}


def _graded(row: GradingRow) -> Graded:
    return Graded(row.number, from_hundredths(row.score), from_hundredths(row.max_score), row.pending, row.graded_at, row.id)


_APPEND_MARKS = insert(MarkRow.__table__)  # type: ignore[arg-type]  # plain rows: nobody reads them back here
