"""Grading runs, marks and decisions; marks are Decimals outside and hundredths inside."""

from __future__ import annotations

import json
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import chain

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from quiz.core.canonical import canonical_json
from quiz.core.contest import Contest
from quiz.core.frozen import freeze, thaw
from quiz.core.hundredths import from_hundredths, to_hundredths
from quiz.core.marking import Decisions, Mark, Why, score_of
from quiz.core.response import Response
from quiz.storage.attempts import response_in
from quiz.storage.tables import AttemptRow, DecisionRow, GradingRow, MarkRow, PaperRow, ResponseRow, SittingRow, UnitRow

COUNTS = (AttemptRow.submitted_at.is_not(None), AttemptRow.voided_at.is_(None))
"""The attempts whose marks count: closed, and not void."""

WAITING = (Why.NEEDS_REVIEW.value, Why.NEEDS_MARKING.value)
"""Marks that a person may still raise, as stored."""

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
class Marked:
    """A mark and what is stored of it: hundredths earned and available, rule, why and all of it as text. `waits` while a person has to judge."""

    mark: Mark
    columns: tuple[int, int, str, str, str]
    waits: bool

    @property
    def earned(self) -> int:
        """In hundredths."""
        return self.columns[0]

    @property
    def available(self) -> int:
        """In hundredths; none where the question does not count."""
        return self.columns[1]


_known: dict[Hashable, Marked] = {}
MOST_KNOWN = 20_000


def marked(mark: Mark) -> Marked:
    """Return a mark with what is stored of it, the same value for the same mark: most are like thousands of others. ValueError where it has parts
    finer than a hundredth."""
    key = (str(mark.mark), str(mark.max_mark), mark.rule, mark.why, tuple(mark.counts.items()), mark.verdicts, mark.revision, mark.correction)
    found = _known.get(key)
    if found is None:
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        earned, available, detail = to_hundredths(mark.mark), to_hundredths(mark.max_mark), canonical_json(freeze(mark)).decode()
        found = _known[key] = Marked(mark, (earned, available, mark.rule.name.value, mark.why.value, detail), mark.needs_review)
    return found


NewMark = tuple[int, Marked, int | None]
"""A mark to be: of which slot, and the id of the response row that it judged, None for a blank."""


@dataclass(frozen=True, slots=True)
class NewRun:
    """A grading run to be, of the attempt with this id: a mark for each slot of a paper worth `full` hundredths."""

    attempt_id: int
    marks: Sequence[NewMark]
    full: int


def save_gradings(session: Session, sitting_id: int, runs: Sequence[NewRun], reason: str, at: datetime) -> None:
    """Append a grading run with its marks for each of these attempts of a sitting, each of them once."""
    contest = Contest(session.execute(_CONTEST, {"sitting": sitting_id}).scalar_one())
    before = {row[0]: row[1] for row in session.execute(_NEWEST_NUMBERS, {"attempts": [run.attempt_id for run in runs]})}
    rows = [
        {
            "sitting_id": sitting_id,
            "attempt_id": run.attempt_id,
            "number": before.get(run.attempt_id, 0) + 1,
            "score": score_of(sum(one.columns[0] for _, one, _ in run.marks), sum(one.columns[1] for _, one, _ in run.marks), run.full, contest),
            "max_score": run.full,
            "pending": sum(one.waits for _, one, _ in run.marks),
            "reason": reason,
            "graded_at": at,
        }
        for run in runs
    ]
    append_marks(session, sitting_id, append_runs(session, rows), [run.marks for run in runs])


def append_runs(session: Session, rows: Sequence[Mapping[str, object]]) -> list[int]:
    """Append grading runs, given as values by column; return their row ids in this order."""
    return list(session.scalars(_APPEND_RUNS, rows))


def append_marks(session: Session, sitting_id: int, runs: Sequence[int], marks: Sequence[Sequence[NewMark]]) -> None:
    """Append the marks of each of these grading runs of a sitting, by its row id."""
    rows = [(run, slot, *one.columns, response, sitting_id) for run, of_run in zip(runs, marks, strict=True) for slot, one, response in of_run]
    connection = session.connection()
    place, together = _DRIVERS[connection.dialect.paramstyle]
    whole = len(rows) - len(rows) % together
    if whole:
        many = [tuple(chain.from_iterable(rows[start : start + together])) for start in range(0, whole, together)]
        connection.exec_driver_sql(_append_marks(place, together), many)
    if rows[whole:]:
        connection.exec_driver_sql(_append_marks(place, 1), rows[whole:])


@cache
def _append_marks(place: str, together: int) -> str:
    """A statement as the driver wants it: plain values take a third of the time that values by column take on their way through SQLAlchemy."""
    names = [column.name for column in MarkRow.__table__.columns if column.name != "id"]
    row = f"({', '.join([place] * len(names))})"
    return f"INSERT INTO {MarkRow.__tablename__} ({', '.join(names)}) VALUES {', '.join([row] * together)}"  # noqa: S608  # nothing from outside


def newest_gradings(session: Session, sitting_id: int) -> dict[int, Graded]:
    """Return the newest grading run of every closed attempt of a sitting that counts, by the attempt's id; one that was opened again has none."""
    query = select(GradingRow.attempt_id, *_GRADED).join(AttemptRow, AttemptRow.id == GradingRow.attempt_id)
    rows = session.execute(query.where(GradingRow.sitting_id == sitting_id, *COUNTS).order_by(GradingRow.number)).all()
    newest = {row[0]: row for row in rows}  # the last of an attempt stays
    return {attempt: _graded(*row[1:]) for attempt, row in newest.items()}


def newest_grading(session: Session, attempt: AttemptRow) -> Graded | None:
    """Return the newest grading run of an attempt, or None while it is open."""
    if attempt.submitted_at is None:
        return None
    row = session.execute(_OF_ATTEMPT.order_by(GradingRow.number.desc()).limit(1), {"attempt": attempt.id}).one_or_none()
    return None if row is None else _graded(*row)


def list_gradings(session: Session, attempt: AttemptRow) -> list[Graded]:
    """Return every grading run of an attempt, the first first."""
    return [_graded(*row) for row in session.execute(_OF_ATTEMPT.order_by(GradingRow.number), {"attempt": attempt.id})]


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
    return {slot: response_in(value) for slot, value in session.execute(query)}


def decisions_of(session: Session, sitting_id: int) -> Decisions:
    """Return what markers decided in a sitting; the newest decision on a text counts."""
    rows = session.execute(_DECISIONS, {"sitting": sitting_id})
    return {(uid, blank, text): Fraction(share, MILLION) for uid, blank, text, share in rows}


def reasons_of(session: Session, sitting_id: int, uids: Collection[str]) -> dict[tuple[str, str], str]:
    """Return why markers decided short answers to these questions as they did, by question and normalised text; the newest decision counts."""
    query = select(DecisionRow).where(DecisionRow.sitting_id == sitting_id, DecisionRow.question_uid.in_(list(uids))).order_by(DecisionRow.id)
    return {(row.question_uid, row.text): row.reason for row in session.scalars(query)}


def _graded(number: int, score: int, most: int, pending: int, at: datetime, grading_id: int, reason: str, correction: int | None) -> Graded:
    return Graded(number, from_hundredths(score), from_hundredths(most), pending, at, grading_id, reason, correction)


_GRADED = (
    GradingRow.number,
    GradingRow.score,
    GradingRow.max_score,
    GradingRow.pending,
    GradingRow.graded_at,
    GradingRow.id,
    GradingRow.reason,
    GradingRow.correction,
)
_OF_ATTEMPT = select(*_GRADED).where(GradingRow.attempt_id == bindparam("attempt"))

# Built once: every submission asks these, and putting a query together takes longer than running it.
_NEWEST_NUMBERS = (
    select(GradingRow.attempt_id, func.max(GradingRow.number))
    .where(GradingRow.attempt_id.in_(bindparam("attempts", expanding=True)))
    .group_by(GradingRow.attempt_id)
)
_CONTEST = select(SittingRow.contest).where(SittingRow.id == bindparam("sitting"))
_DECISIONS = (
    select(DecisionRow.question_uid, DecisionRow.blank, DecisionRow.text, DecisionRow.share)
    .where(DecisionRow.sitting_id == bindparam("sitting"))
    .order_by(DecisionRow.id)
)
_APPEND_RUNS = insert(GradingRow.__table__).returning(GradingRow.id, sort_by_parameter_order=True)  # type: ignore[arg-type]  # plain rows
_DRIVERS = {"qmark": ("?", 100), "pyformat": ("%s", 1)}
"""How a driver marks the place of a value, and how many rows are best in one statement: SQLite takes a third less time for them together,
PostgreSQL takes longer."""
