"""What sittings say of what people know: the marks that count, by person and question of the bank, from sittings whose keys are out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter, truediv

from sqlalchemy import ColumnElement, Select, String, cast, func, select
from sqlalchemy.orm import Session

from quiz.core.practice import Answered
from quiz.storage import rosters
from quiz.storage.gradings import COUNTS, WAITING
from quiz.storage.papers import is_current
from quiz.storage.questions_asked import NO_EVIDENCE
from quiz.storage.sittings import visibility_of
from quiz.storage.tables import AttemptRow, CadreRow, GradingRow, MarkRow, PaperRow, SittingRow, UnitRow

MOST_PEOPLE = 400
"""How many people a figure about all is taken from: enough to tell it, few enough to be read at once."""


@dataclass(frozen=True, slots=True)
class Sat:
    """An answer in a sitting: whose (row ids of cadre and sitting), and the answer."""

    cadre_id: int
    sitting_id: int
    answer: Answered


@dataclass(frozen=True, slots=True)
class MarkedAttempt:
    """An attempt that counts, by row ids of its cadre and sitting, when it was handed in, and its answers: questions, and what was right of each."""

    cadre_id: int
    sitting_id: int
    at: datetime
    uids: tuple[str, ...]
    shares: tuple[float, ...]

    @property
    def answers(self) -> Iterator[tuple[str, float]]:
        """The answers one by one: (question, share right)."""
        return zip(self.uids, self.shares, strict=True)


def answers_of(session: Session, cadre_id: int, sittings: Sequence[SittingRow], now: datetime) -> list[Sat]:
    """Return the answers of one cadre in those of the sittings whose keys they may see themselves."""
    found = marked_own(session, cadre_id, sittings, now)
    return [Sat(one.cadre_id, one.sitting_id, Answered(uid, one.at, share, in_sitting=True)) for one in found for uid, share in one.answers]


def marked_own(session: Session, cadre_id: int, sittings: Sequence[SittingRow], now: datetime) -> list[MarkedAttempt]:
    """Return the attempts of one cadre in those of the sittings whose keys they may see themselves."""
    ids = {row.id: row for row in sittings}
    attempts = session.scalars(select(AttemptRow).where(AttemptRow.cadre_id == cadre_id, AttemptRow.sitting_id.in_(ids)))
    mine = [attempt.id for attempt in attempts if visibility_of(ids[attempt.sitting_id], attempt, now).key]
    return _marked(session, AttemptRow.id.in_(mine))


def marked_people(session: Session, cadre_ids: Sequence[int], sittings: Sequence[SittingRow]) -> list[MarkedAttempt]:
    """Return the attempts of these cadres in these sittings."""
    return _marked(session, AttemptRow.sitting_id.in_([row.id for row in sittings]) & AttemptRow.cadre_id.in_(cadre_ids))


def marked_within(session: Session, sittings: Sequence[SittingRow], scope: str) -> list[MarkedAttempt]:
    """Return the attempts in these sittings of the `people_within` the path `scope`."""
    return _marked(session, AttemptRow.sitting_id.in_([row.id for row in sittings]) & AttemptRow.cadre_id.in_(people_within(session, scope)))


def people_within(session: Session, scope: str) -> Select[int]:
    """Return the query of the cadres who are now in units within the path `scope`; of many evenly some, about `MOST_PEOPLE` at most."""
    step = max(1, -(-rosters.count_within(session, scope) // MOST_PEOPLE))
    query = select(CadreRow.id).join(UnitRow, UnitRow.id == CadreRow.unit_id)
    return query.where(UnitRow.path.startswith(scope, autoescape=True), CadreRow.id % step == 0)


def sample_of_attempts(session: Session, sittings: Sequence[SittingRow]) -> list[MarkedAttempt]:
    """Return some `MOST_PEOPLE` attempts, evenly out of all of these sittings, the same each time."""
    ids = [row.id for row in sittings]
    count = session.scalar(select(func.count()).select_from(AttemptRow).where(AttemptRow.sitting_id.in_(ids), *COUNTS)) or 0
    step = max(1, count // MOST_PEOPLE)
    return _marked(session, AttemptRow.sitting_id.in_(ids) & (AttemptRow.id % step == 0))


def newest_mark(session: Session) -> int:
    """Return the number of the newest grading: while it is the same, no mark has changed."""
    return session.scalar(select(func.max(GradingRow.id))) or 0


def _marked(session: Session, whose: ColumnElement[bool]) -> list[MarkedAttempt]:
    """The attempts in the order in which they were handed in. A row for each, its marks in one text: a row a mark takes far longer."""
    newest = select(func.max(GradingRow.id)).join(AttemptRow, AttemptRow.id == GradingRow.attempt_id).where(whose, *COUNTS)
    mark = cast(MarkRow.slot, String) + " " + cast(MarkRow.mark, String) + " " + cast(MarkRow.max_mark, String)
    texts = (
        select(MarkRow.grading_id, func.aggregate_strings(mark, " ").label("marks"))
        .where(MarkRow.grading_id.in_(newest.group_by(GradingRow.attempt_id)), MarkRow.why.not_in((*NO_EVIDENCE, *WAITING)), MarkRow.max_mark > 0)
        .group_by(MarkRow.grading_id)
        .subquery()
    )
    query = (
        select(AttemptRow.cadre_id, AttemptRow.sitting_id, AttemptRow.submitted_at, PaperRow.questions, texts.c.marks)
        .join(GradingRow, GradingRow.id == texts.c.grading_id)
        .join(AttemptRow, AttemptRow.id == GradingRow.attempt_id)
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .order_by(AttemptRow.submitted_at, GradingRow.id)
    )
    return [
        MarkedAttempt(cadre, sitting, at, *_shares(questions, marks))
        for cadre, sitting, at, questions, marks in session.execute(query)
        if at is not None
    ]


def _shares(questions: str, marks: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Questions and shares of their marks in the order of the slots, from "slot mark most slot mark most …" in any order."""
    uids, found = json.loads(questions), list(map(int, marks.split()))
    slots, earned, most = found[::3], found[1::3], found[2::3]
    if slots != list(range(1, len(uids) + 1)):  # a slot tells nothing, or they come in another order
        places = sorted(place for place in zip(slots, earned, most, strict=True) if place[0] <= len(uids))
        slots, earned, most = ([place[part] for place in places] for part in range(3))
        uids = [uids[slot - 1] for slot in slots]
    return tuple(uids), tuple(max(0.0, share) for share in map(truediv, earned, most))


@dataclass(frozen=True, slots=True)
class Newest:
    """Somebody's place in the newest of some sittings that they had a paper in; no score where they were absent, or none counts."""

    cadre_id: int
    number: str
    name: str
    unit: str
    sitting: SittingRow
    score: int | None
    is_pending: bool
    is_absent: bool


def newest_results(session: Session, sittings: Sequence[SittingRow], whose: ColumnElement[bool]) -> list[Newest]:
    """Return for each cadre whom the condition admits the newest of these sittings (latest first) that has a paper for them, by unit and number."""
    place = {row.id: at for at, row in enumerate(sittings)}
    query = (
        select(CadreRow.id, CadreRow.number, CadreRow.name, UnitRow.name, UnitRow.path, PaperRow.sitting_id, AttemptRow.id)
        .join(PaperRow, PaperRow.cadre_id == CadreRow.id)
        .join(UnitRow, UnitRow.id == CadreRow.unit_id)
        .outerjoin(AttemptRow, (AttemptRow.sitting_id == PaperRow.sitting_id) & (AttemptRow.paper_id == PaperRow.id))
        .where(PaperRow.sitting_id.in_(place), is_current(), AttemptRow.voided_at.is_(None), whose)
    )
    found: dict[int, tuple[int, tuple[str, str], tuple[int, str, str, str], int | None]] = {}
    for cadre, number, name, unit, path, sitting_id, attempt in session.execute(query):
        at = place[sitting_id]
        if cadre not in found or at < found[cadre][0]:
            found[cadre] = (at, (path, number), (cadre, number, name, unit), attempt)
    scores = _scores(session, [attempt for *_, attempt in found.values() if attempt is not None])
    out = []
    for at, _, person, sat in sorted(found.values(), key=itemgetter(1)):
        score, pending = (None if sat is None else scores.get(sat)) or (None, 0)
        out.append(Newest(*person, sittings[at], score, bool(pending), sat is None))
    return out


def _scores(session: Session, attempts: Sequence[int]) -> dict[int, tuple[int, int]]:
    """(score in hundredths, marks that wait for a person) of each attempt."""
    newest = select(func.max(GradingRow.id)).where(GradingRow.attempt_id.in_(attempts)).group_by(GradingRow.attempt_id)
    rows = session.execute(select(GradingRow.attempt_id, GradingRow.score, GradingRow.pending).where(GradingRow.id.in_(newest)))
    return {attempt: (score, pending) for attempt, score, pending in rows}
