"""What is stored of the marks of a sitting, read for many attempts at once to be checked: runs, marks, saves, and what people settled and when.

It is read as it stands, wrong or not: whoever asks compares it with what it should be.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from quiz.core.frozen import thaw
from quiz.core.hundredths import from_hundredths
from quiz.core.marking import Mark
from quiz.core.settled_then import Decided, Overridden, Saved, SettledLog
from quiz.storage import attempts, corrections
from quiz.storage.gradings import COUNTS, MILLION
from quiz.storage.papers import is_current
from quiz.storage.tables import (
    AttemptRow,
    CadreRow,
    CorrectionRow,
    DecisionRow,
    GradingRow,
    LateDecisionRow,
    MarkRow,
    OverrideRow,
    PaperRow,
    ResponseRow,
    SittingRow,
)


@dataclass(frozen=True, slots=True)
class GradedAttempt:
    """An attempt that is closed or was graded: whose (staff number), at which issue of their paper, and whether its marks count today, so that all
    that was settled since has reached them."""

    id: int
    number: str
    issue: int
    paper_id: int
    digest: str
    is_closed: bool
    counts: bool


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A grading run as it is stored; score and full marks in hundredths."""

    id: int
    attempt_id: int
    sitting_id: int
    number: int
    score: int
    max_score: int
    pending: int
    reason: str
    correction: int | None
    graded_at: datetime


StoredMark = tuple[int, tuple[int, int, str, str, str], int | None, int | None]
"""A mark as it is stored: its slot, its columns as those of `gradings.Marked`, the id of the response row that it judged, and the sitting's."""


def list_graded(session: Session, sitting: SittingRow, only: Sequence[int] | None = None) -> list[GradedAttempt]:
    """Return the attempts of a sitting that are closed or have a grading run, or those with these row ids, by staff number and issue."""
    has_runs = AttemptRow.id.in_(select(GradingRow.attempt_id).where(GradingRow.sitting_id == sitting.id))
    counting = case((COUNTS[0] & COUNTS[1] & is_current(), 1), else_=0)
    query = (
        select(AttemptRow.id, CadreRow.number, PaperRow.number, PaperRow.id, PaperRow.digest, AttemptRow.submitted_at.is_not(None), counting)
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .join(CadreRow, CadreRow.id == AttemptRow.cadre_id)
        .where(AttemptRow.sitting_id == sitting.id, AttemptRow.submitted_at.is_not(None) | has_runs)
        .order_by(CadreRow.number, PaperRow.number)
    )
    if only is not None:
        query = query.where(AttemptRow.id.in_(only))
    return [
        GradedAttempt(attempt, number, issue, paper, digest, bool(is_closed), bool(counts))
        for attempt, number, issue, paper, digest, is_closed, counts in session.execute(query)
    ]


def runs_of_many(session: Session, attempt_ids: Sequence[int]) -> dict[int, list[StoredRun]]:
    """Return every grading run of these attempts by the attempt's row id, the first first."""
    out: dict[int, list[StoredRun]] = {one: [] for one in attempt_ids}
    for row in session.execute(_RUNS.where(GradingRow.attempt_id.in_(attempt_ids)).order_by(GradingRow.attempt_id, GradingRow.number)):
        run = StoredRun(*tuple(row))
        out[run.attempt_id].append(run)
    return out


def marks_of_many(session: Session, run_ids: Sequence[int]) -> dict[int, list[StoredMark]]:
    """Return the marks of these grading runs by the run's row id, in the order of slots."""
    out: dict[int, list[StoredMark]] = {one: [] for one in run_ids}
    query = _MARKS.where(MarkRow.grading_id.in_(run_ids)).order_by(MarkRow.grading_id, MarkRow.slot)
    for run, slot, earned, available, rule, why, detail, response, sitting in session.execute(query):
        out[run].append((slot, (earned, available, rule, why, detail), response, sitting))
    return out


def mark_in(detail: str) -> Mark | None:
    """Return the mark that a stored detail tells, None where it tells none."""
    try:
        return thaw(Mark, json.loads(detail))
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError):
        return None


def counting_saves(session: Session, sitting_id: int, attempt_ids: Sequence[int]) -> dict[int, dict[int, tuple[int, str]]]:
    """Return what `attempts.current_of_many` does, also where somebody put a line's end into a stored response."""
    try:
        return attempts.current_of_many(session, sitting_id, attempt_ids)
    except ValueError:
        rows = session.scalars(select(AttemptRow).where(AttemptRow.id.in_(attempt_ids)))
        return {one.id: {slot: (row.id, row.value) for slot, row in attempts.current_rows(session, one).items()} for one in rows}


def saves_of_many(session: Session, sitting_id: int, attempt_ids: Sequence[int]) -> dict[int, list[Saved]]:
    """Return every save of these attempts that ever counted, or did no longer, by the attempt's row id, in the order in which that was so."""
    out: dict[int, list[Saved]] = {one: [] for one in attempt_ids}
    mine = (ResponseRow.sitting_id == sitting_id, ResponseRow.attempt_id.in_(attempt_ids))
    in_time = select(ResponseRow.received_at, *_SAVE).where(*mine, ResponseRow.state == attempts.ACCEPTED).order_by(ResponseRow.id)
    by_word = (
        select(LateDecisionRow.at, *_SAVE, LateDecisionRow.is_accepted)
        .join(ResponseRow, ResponseRow.id == LateDecisionRow.response_id)
        .where(*mine, ResponseRow.state == attempts.LATE)
        .order_by(LateDecisionRow.id)
    )
    for query in (in_time, by_word):
        for at, attempt, *save in session.execute(query):
            out[attempt].append(Saved(at, *save))
    for saves in out.values():
        saves.sort(key=lambda one: one.at)
    return out


def settled_log(session: Session, sitting_id: int) -> SettledLog:
    """Return everything that people settled for a whole sitting, with when: decisions on texts, corrections."""
    decided = (
        select(DecisionRow.id, DecisionRow.decided_at, DecisionRow.question_uid, DecisionRow.blank, DecisionRow.text, DecisionRow.share)
        .where(DecisionRow.sitting_id == sitting_id)
        .order_by(DecisionRow.id)
    )
    decisions = [Decided(row, at, (uid, blank, text), Fraction(share, MILLION)) for row, at, uid, blank, text, share in session.execute(decided)]
    known = corrections.list_corrections(session, sitting_id)
    times = session.scalars(select(CorrectionRow.at).where(CorrectionRow.sitting_id == sitting_id).order_by(CorrectionRow.number))
    return SettledLog(decisions, list(zip(known, times, strict=True)))


def overrides_of_many(session: Session, sitting_id: int, attempt_ids: Sequence[int]) -> dict[int, list[Overridden]]:
    """Return every time that a mark of these attempts was set by hand or given back, by the attempt's row id, the first first."""
    out: dict[int, list[Overridden]] = {}
    query = select(OverrideRow.attempt_id, OverrideRow.id, OverrideRow.slot, OverrideRow.mark).where(OverrideRow.sitting_id == sitting_id)
    for attempt, row, slot, mark in session.execute(query.where(OverrideRow.attempt_id.in_(attempt_ids)).order_by(OverrideRow.id)):
        out.setdefault(attempt, []).append(Overridden(row, slot, None if mark is None else from_hundredths(mark)))
    return out


_RUNS = select(
    GradingRow.id,
    GradingRow.attempt_id,
    GradingRow.sitting_id,
    GradingRow.number,
    GradingRow.score,
    GradingRow.max_score,
    GradingRow.pending,
    GradingRow.reason,
    GradingRow.correction,
    GradingRow.graded_at,
)
_SAVE = (ResponseRow.attempt_id, ResponseRow.id, ResponseRow.slot, ResponseRow.seq, ResponseRow.value)
_MARKS = select(
    MarkRow.grading_id,
    MarkRow.slot,
    MarkRow.mark,
    MarkRow.max_mark,
    MarkRow.rule,
    MarkRow.why,
    MarkRow.detail,
    MarkRow.response_id,
    MarkRow.sitting_id,
)
