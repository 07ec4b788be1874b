"""Grading runs, marks and decisions; marks are Decimals outside and hundredths inside."""

from __future__ import annotations

import json
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from quiz.core.canonical import canonical_json
from quiz.core.frozen import freeze, thaw
from quiz.core.marking import Mark, Response, from_hundredths, to_hundredths, total_of
from quiz.storage.tables import AttemptRow, DecisionRow, GradingRow, MarkRow, PaperRow, ResponseRow, UnitRow

COUNTS = (AttemptRow.submitted_at.is_not(None), AttemptRow.voided_at.is_(None))
"""The attempts whose marks count: closed, and not void."""

MILLION = 1_000_000
"""What a decision's share is counted in."""


@dataclass(frozen=True, slots=True)
class Graded:
    """A grading run of an attempt; `correction` is the number of the correction that caused it, if one did."""

    number: int
    score: Decimal
    max_score: Decimal
    pending: int
    graded_at: datetime
    grading_id: int
    reason: str = ""
    correction: int | None = None


@dataclass(frozen=True, slots=True)
class NewRun:
    """A grading run to be: a mark for each slot of a paper worth `full` marks, and the response row that each mark judged."""

    attempt: AttemptRow
    marks: Mapping[int, Mark]
    responses: Mapping[int, int]
    full: Decimal


def save_gradings(session: Session, sitting_id: int, runs: Sequence[NewRun], reason: str, at: datetime) -> None:
    """Append a grading run with its marks for each of these attempts of a sitting, each of them once."""
    newest = select(GradingRow.attempt_id, func.max(GradingRow.number)).where(GradingRow.attempt_id.in_([run.attempt.id for run in runs]))
    before: dict[int, int] = {row[0]: row[1] for row in session.execute(newest.group_by(GradingRow.attempt_id))}
    rows = [
        {
            "sitting_id": sitting_id,
            "attempt_id": run.attempt.id,
            "number": before.get(run.attempt.id, 0) + 1,
            "score": to_hundredths(total_of(run.marks.values(), run.full)),
            "max_score": to_hundredths(run.full),
            "pending": sum(mark.needs_review for mark in run.marks.values()),
            "reason": reason,
            "graded_at": at,
        }
        for run in runs
    ]
    ids = session.scalars(insert(GradingRow).returning(GradingRow.id, sort_by_parameter_order=True), rows)
    session.execute(_APPEND_MARKS, [row for run, grading in zip(runs, ids, strict=True) for row in _mark_rows(run, grading)])


def _mark_rows(run: NewRun, grading: int) -> Iterator[dict[str, object]]:
    for slot, mark in run.marks.items():
        yield {"grading_id": grading, "slot": slot, **_columns(mark), "response_id": run.responses.get(slot)}


_known: dict[Hashable, dict[str, object]] = {}
MOST_KNOWN = 20_000


def _columns(mark: Mark) -> dict[str, object]:
    """A mark as columns, remembered: in a sitting most marks are like thousands of others."""
    key = (str(mark.mark), str(mark.max_mark), mark.rule, mark.why, tuple(mark.counts.items()), mark.verdicts, mark.revision, mark.correction)
    found = _known.get(key)
    if found is None:
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        found = _known[key] = {
            "mark": to_hundredths(mark.mark),
            "max_mark": to_hundredths(mark.max_mark),
            "rule": mark.rule.name.value,
            "why": mark.why.value,
            "detail": canonical_json(freeze(mark)).decode(),
        }
    return found


def newest_gradings(session: Session, sitting_id: int) -> dict[int, Graded]:
    """Return the newest grading run of every closed attempt of a sitting that counts, by the attempt's id; one that was opened again has none."""
    query = select(GradingRow).join(AttemptRow, AttemptRow.id == GradingRow.attempt_id)
    rows = session.scalars(query.where(GradingRow.sitting_id == sitting_id, *COUNTS).order_by(GradingRow.number))
    return {row.attempt_id: _graded(row) for row in rows}


def newest_grading(session: Session, attempt: AttemptRow) -> Graded | None:
    """Return the newest grading run of an attempt, or None while it is open."""
    if attempt.submitted_at is None:
        return None
    query = select(GradingRow).where(GradingRow.attempt_id == attempt.id).order_by(GradingRow.number.desc()).limit(1)
    row = session.scalar(query)
    return None if row is None else _graded(row)


def list_gradings(session: Session, attempt: AttemptRow) -> list[Graded]:
    """Return every grading run of an attempt, the first first."""
    return [_graded(row) for row in session.scalars(select(GradingRow).where(GradingRow.attempt_id == attempt.id).order_by(GradingRow.number))]


def pending_by_sitting(session: Session, scope: str = "/") -> dict[int, int]:
    """Return how many attempts of each sitting, within the path `scope`, have something that a person must judge, by the sitting's row id."""
    newest = select(GradingRow.attempt_id, func.max(GradingRow.number).label("number")).group_by(GradingRow.attempt_id).subquery()
    query = (
        select(GradingRow.sitting_id, func.count())
        .join(newest, (newest.c.attempt_id == GradingRow.attempt_id) & (newest.c.number == GradingRow.number))
        .join(AttemptRow, AttemptRow.id == GradingRow.attempt_id)
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .where(GradingRow.pending > 0, *COUNTS, UnitRow.path.startswith(scope, autoescape=True))
        .group_by(GradingRow.sitting_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def marks_of(session: Session, grading_id: int) -> dict[int, Mark]:
    """Return the marks of a grading run, by slot."""
    rows = session.scalars(select(MarkRow).where(MarkRow.grading_id == grading_id).order_by(MarkRow.slot))
    return {row.slot: thaw(Mark, json.loads(row.detail)) for row in rows}


def judged_responses(session: Session, grading_id: int) -> dict[int, Response]:
    """Return the responses that a grading run judged, by slot."""
    query = select(MarkRow.slot, ResponseRow.value).join(ResponseRow, ResponseRow.id == MarkRow.response_id).where(MarkRow.grading_id == grading_id)
    return {slot: tuple(json.loads(value)) for slot, value in session.execute(query)}


def decisions_of(session: Session, sitting_id: int) -> dict[tuple[str, int, str], Fraction]:
    """Return what markers decided in a sitting; the newest decision on a text counts."""
    rows = session.scalars(select(DecisionRow).where(DecisionRow.sitting_id == sitting_id).order_by(DecisionRow.id))
    return {(row.question_uid, row.blank, row.text): Fraction(row.share, MILLION) for row in rows}


def reasons_of(session: Session, sitting_id: int, uids: Collection[str]) -> dict[tuple[str, str], str]:
    """Return why markers decided short answers to these questions as they did, by question and normalised text; the newest decision counts."""
    query = select(DecisionRow).where(DecisionRow.sitting_id == sitting_id, DecisionRow.question_uid.in_(list(uids))).order_by(DecisionRow.id)
    return {(row.question_uid, row.text): row.reason for row in session.scalars(query)}


def _graded(row: GradingRow) -> Graded:
    score, most = from_hundredths(row.score), from_hundredths(row.max_score)
    return Graded(row.number, score, most, row.pending, row.graded_at, row.id, row.reason, row.correction)


_APPEND_MARKS = insert(MarkRow.__table__)  # type: ignore[arg-type]  # plain rows: nobody reads them back here
