"""Who sat a question and how it was marked; and new grading runs for many at once, in which only its marks differ from the run before.

A run that follows a correction copies every other mark as it was: a regrade of one question changes nothing else, whatever the rules became since.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import exists, func, insert, literal, select
from sqlalchemy.orm import Session, aliased

from quiz.core.correction import Correction
from quiz.core.hundredths import to_hundredths
from quiz.core.question import base_uid
from quiz.core.to_mark import ToMark
from quiz.storage import gradings
from quiz.storage.attempts import NO_RESPONSE
from quiz.storage.gradings import WAITING, Graded, Marked
from quiz.storage.papers import is_current, read_to_mark
from quiz.storage.tables import AttemptRow, CadreRow, GradingRow, MarkRow, PaperRow, ResponseRow, SittingRow, UnitRow

AT_ONCE = 500
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SatSlot:
    """A question in a slot of a sat paper: hundredths earned and available by the mark that stands, whether it waits for a person, and the
    response that it judged, as it is stored."""

    number: int
    asked: ToMark
    earned: int
    available: int
    waits: bool
    text: str
    response_id: int | None


@dataclass(frozen=True, slots=True)
class Sat:
    """One person's graded attempt with a question in it; `earned` of `available` hundredths is what all slots together have."""

    attempt_id: int
    number: str
    name: str
    unit: str
    graded: Graded
    slots: tuple[SatSlot, ...]
    earned: int
    available: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question stands: the slots of one person's paper by number; `attempt_id` is None where they never started."""

    attempt_id: int | None
    number: str
    name: str
    unit: str
    slots: list[tuple[int, ToMark]]


def hold_attempts(session: Session, sitting: SittingRow, only: Sequence[int] | None = None) -> None:
    """Hold every attempt of a sitting, or these, until the transaction ends: nothing of it is graded, submitted or opened again meanwhile."""
    query = select(AttemptRow.id).where(AttemptRow.sitting_id == sitting.id).order_by(AttemptRow.id).with_for_update()
    for part in [None] if only is None else _parts(sorted(only)):
        session.execute(query if part is None else query.where(AttemptRow.id.in_(part))).all()


def list_places(session: Session, sitting: SittingRow, about: Correction, only: Sequence[int] | None = None) -> list[Place]:
    """Return every current paper that has a question which a correction would be about, by unit and staff number; of these attempts when asked."""
    query = (
        select(AttemptRow.id, CadreRow.number, CadreRow.name, UnitRow.name, PaperRow.content, PaperRow.questions)
        .select_from(PaperRow)
        .join(CadreRow, CadreRow.id == PaperRow.cadre_id)
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .outerjoin(AttemptRow, (AttemptRow.sitting_id == PaperRow.sitting_id) & (AttemptRow.paper_id == PaperRow.id))
        .where(PaperRow.sitting_id == sitting.id, is_current(), _has(about.question))
        .order_by(UnitRow.path, CadreRow.number)
    )
    out = []
    for part in [None] if only is None else _parts(only):
        asked = query if part is None else query.where(AttemptRow.id.in_(part))
        for attempt, number, name, unit, content, questions in session.execute(asked.execution_options(yield_per=AT_ONCE)):
            slots = _slots(session, content, questions, about)
            if slots:
                out.append(Place(attempt, number, name, unit, slots))
    return out


def list_sat(session: Session, sitting: SittingRow, places: Sequence[Place]) -> list[Sat]:
    """Return those of these places whose attempt is graded, with what was answered and how it was marked, in their order."""
    newest = gradings.newest_gradings(session, sitting.id)
    graded = [(place, newest[place.attempt_id]) for place in places if place.attempt_id in newest]
    marks = _marks(session, graded)
    sums = _sums(session, [run.grading_id for _, run in graded])
    out = []
    for place, run in graded:
        assert place.attempt_id is not None
        slots = tuple(SatSlot(number, asked, *marks[run.grading_id, number]) for number, asked in place.slots)
        out.append(Sat(place.attempt_id, place.number, place.name, place.unit, run, slots, *sums[run.grading_id]))
    return out


@dataclass(frozen=True, slots=True)
class Rescored:
    """A person whose attempt was graded anew by a correction: the score before and after, in hundredths."""

    number: str
    name: str
    unit: str
    before: int
    after: int


def list_rescored(session: Session, sitting: SittingRow, correction: int, scope: str = "/") -> list[Rescored]:
    """Return those whose score a correction changed within the path `scope`, by unit and staff number, as the runs before and after it say."""
    new, old = aliased(GradingRow), aliased(GradingRow)
    query = (
        select(CadreRow.number, CadreRow.name, UnitRow.name, old.score, new.score)
        .select_from(new)
        .join(old, (old.attempt_id == new.attempt_id) & (old.number == new.number - literal(1)))
        .join(AttemptRow, AttemptRow.id == new.attempt_id)
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .join(CadreRow, CadreRow.id == PaperRow.cadre_id)
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .where(new.sitting_id == sitting.id, new.correction == correction, new.score != old.score)
        .where(UnitRow.path.startswith(scope, autoescape=True))
        .order_by(UnitRow.path, CadreRow.number)
    )
    return [Rescored(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class Regraded:
    """New marks for slots of one attempt, in their order, and the score with them."""

    sat: Sat
    marks: Sequence[Marked]
    score: Decimal


def save_runs(session: Session, sitting: SittingRow, changed: Sequence[Regraded], reason: str, at: datetime, correction: int | None = None) -> None:
    """Append a grading run for each attempt with its new marks; all other marks are copied. `correction` is the number of the one that caused it."""
    for part in _parts(changed):
        ids = gradings.append_runs(session, [_run(sitting, one, reason, correction, at) for one in part])
        new = [[(slot.number, mark, slot.response_id) for slot, mark in zip(one.sat.slots, one.marks, strict=True)] for one in part]
        gradings.append_marks(session, sitting.id, ids, new)
        _copy_marks(session, ids)


def _run(sitting: SittingRow, one: Regraded, reason: str, correction: int | None, at: datetime) -> dict[str, object]:
    waiting = sum(mark.waits for mark in one.marks) - sum(slot.waits for slot in one.sat.slots)
    return {
        "sitting_id": sitting.id,
        "attempt_id": one.sat.attempt_id,
        "number": one.sat.graded.number + 1,
        "score": to_hundredths(one.score),
        "max_score": to_hundredths(one.sat.graded.max_score),
        "pending": one.sat.graded.pending + waiting,
        "reason": reason,
        "correction": correction,
        "graded_at": at,
    }


def _copy_marks(session: Session, ids: Sequence[int]) -> None:
    """Copy what the run before says of every slot that the new run says nothing of yet."""
    new, old, there = aliased(GradingRow), aliased(GradingRow), aliased(MarkRow)
    columns = [column.name for column in MarkRow.__table__.columns if column.name not in ("id", "grading_id", "sitting_id")]
    query = (
        select(new.id, new.sitting_id, *(getattr(MarkRow, name) for name in columns))
        .join(old, old.id == MarkRow.grading_id)
        .join(new, (new.attempt_id == old.attempt_id) & (new.number == old.number + literal(1)))
        .where(new.id.in_(ids), ~exists().where(there.grading_id == new.id, there.slot == MarkRow.slot))
    )
    session.execute(insert(MarkRow).from_select(["grading_id", "sitting_id", *columns], query))


def _slots(session: Session, content: str, questions: str, about: Correction) -> list[tuple[int, ToMark]]:
    base = base_uid(about.question)
    numbers = {at for at, uid in enumerate(json.loads(questions), 1) if uid == base}
    return [(number, asked) for number, asked in read_to_mark(session, content, numbers) if about.names(asked.question.uid)]


def _has(uid: str) -> Any:
    return PaperRow.questions.contains(json.dumps(base_uid(uid)), autoescape=True)


def _marks(session: Session, graded: Sequence[tuple[Place, Graded]]) -> dict[tuple[int, int], tuple[int, int, bool, str, int | None]]:
    """The marks of these slots by grading run and slot, as `SatSlot` has them."""
    by_slot: dict[int, list[int]] = {}
    for place, run in graded:
        for number, _ in place.slots:
            by_slot.setdefault(number, []).append(run.grading_id)
    out: dict[tuple[int, int], tuple[int, int, bool, str, int | None]] = {}
    for number, runs in by_slot.items():
        for part in _parts(runs):
            query = (
                select(MarkRow.grading_id, MarkRow.mark, MarkRow.max_mark, MarkRow.why, ResponseRow.value, MarkRow.response_id)
                .outerjoin(ResponseRow, ResponseRow.id == MarkRow.response_id)
                .where(MarkRow.grading_id.in_(part), MarkRow.slot == number)
            )
            for grading, earned, available, why, value, response_id in session.execute(query):
                out[grading, number] = (earned, available, why in WAITING, value or NO_RESPONSE, response_id)
    return out


def _sums(session: Session, runs: Sequence[int]) -> dict[int, tuple[int, int]]:
    out: dict[int, tuple[int, int]] = {}
    for part in _parts(runs):
        query = select(MarkRow.grading_id, func.sum(MarkRow.mark), func.sum(MarkRow.max_mark)).where(MarkRow.grading_id.in_(part))
        out.update((run, (int(earned), int(available))) for run, earned, available in session.execute(query.group_by(MarkRow.grading_id)))
    return out


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]
