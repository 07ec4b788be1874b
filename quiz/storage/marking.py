"""Texts that wait for a person, what markers gave them so far, and who has taken which for a while."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from quiz.core.access import Person
from quiz.core.fill_in import Verdict
from quiz.core.paper import Slot
from quiz.core.question import QuestionType, base_uid
from quiz.core.same_text import normalise
from quiz.storage.gradings import COUNTS, MILLION, WAITING
from quiz.storage.papers import read_slots
from quiz.storage.tables import (
    AttemptRow,
    CadreRow,
    ClaimRow,
    DecisionRow,
    GradingRow,
    MarkRow,
    PaperRow,
    QuestionRevisionRow,
    QuestionRow,
    ReadingRow,
    ResponseRow,
    SittingRow,
)


def digest_of(text: str) -> str:
    """Return the name of a text: the SHA-256 of its normalised form, the same for all that mean the same to a reader."""
    return hashlib.sha256(normalise(text).encode()).hexdigest()


@dataclass(slots=True)
class Waiting:
    """A text for one blank of one question that no rule could judge: as first written, normalised, and the attempts that gave it.

    `writers` are the staff numbers behind them, so that nobody is given their own; they are told to nobody.
    """

    uid: str
    blank: int
    text: str
    normalised: str
    digest: str
    slot: Slot
    attempts: list[int] = field(default_factory=list)
    writers: set[str] = field(default_factory=set)


def list_waiting(session: Session, sitting: SittingRow, uid: str = "") -> list[Waiting]:
    """Return the texts of a sitting that wait, equal ones together, most frequent first; of one question when asked."""
    newest = (
        select(GradingRow.attempt_id, func.max(GradingRow.number).label("number"))
        .where(GradingRow.sitting_id == sitting.id)
        .group_by(GradingRow.attempt_id)
        .subquery()
    )
    query = (
        select(AttemptRow.id, CadreRow.number, PaperRow.id, PaperRow.questions, MarkRow.slot, MarkRow.detail, ResponseRow.value)
        .select_from(GradingRow)
        .join(newest, (newest.c.attempt_id == GradingRow.attempt_id) & (newest.c.number == GradingRow.number))
        .join(AttemptRow, AttemptRow.id == GradingRow.attempt_id)
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .join(CadreRow, CadreRow.id == AttemptRow.cadre_id)
        .join(MarkRow, MarkRow.grading_id == GradingRow.id)
        .join(ResponseRow, ResponseRow.id == MarkRow.response_id)
        .where(GradingRow.sitting_id == sitting.id, GradingRow.pending > 0, *COUNTS, MarkRow.why.in_(WAITING))
        .order_by(AttemptRow.id, MarkRow.slot)
    )
    if uid:
        query = query.where(PaperRow.questions.contains(json.dumps(base_uid(uid)), autoescape=True))
    slots = _Slots(session, _made_uids(session))
    found: dict[tuple[str, int, str], Waiting] = {}
    for attempt, number, paper, questions, place, detail, value in session.execute(query):
        slot = slots.read(paper, json.loads(questions), place)
        texts = json.loads(value)
        if uid and slot.question.uid != uid:
            continue
        for blank, verdict in enumerate(json.loads(detail).get("verdicts", ())):
            if verdict == Verdict.REVIEW:
                text = texts[blank]
                key = (slot.question.uid, blank, normalise(text))
                one = found.setdefault(key, Waiting(*key[:2], text, key[2], digest_of(text), slot))
                one.attempts.append(attempt)
                one.writers.add(number)
    return sorted(found.values(), key=lambda one: (-len(one.attempts), one.uid, one.blank, one.normalised))


def slot_of(session: Session, sitting: SittingRow, uid: str) -> Slot | None:
    """Return a slot of the sitting that has this question, or None: as one paper shows it."""
    condition = PaperRow.questions.contains(json.dumps(base_uid(uid)), autoescape=True)
    query = select(PaperRow.content, PaperRow.questions).where(PaperRow.sitting_id == sitting.id, condition).order_by(PaperRow.id)
    with session.execute(query.execution_options(yield_per=10)) as rows:
        for content, questions in rows:
            numbers = {at for at, base in enumerate(json.loads(questions), 1) if base == base_uid(uid)}
            found = next((slot for slot in read_slots(session, content, numbers) if slot.question.uid == uid), None)
            if found is not None:
                return found
    return None


def _made_uids(session: Session) -> set[str]:
    """The templates and cases of the bank: what stands on a paper under their uid is one of several questions."""
    query = (
        select(QuestionRow.uid)
        .join(QuestionRevisionRow, QuestionRevisionRow.question_id == QuestionRow.id)
        .where(QuestionRow.is_template | (QuestionRevisionRow.type == QuestionType.CASE.value))
    )
    return set(session.scalars(query))


class _Slots:
    """Slots by paper and number; the slot of a general question is read from one paper for all."""

    def __init__(self, session: Session, made: set[str]) -> None:
        self._session, self._made = session, made
        self._known: dict[str, Slot] = {}

    def read(self, paper: int, questions: list[str], place: int) -> Slot:
        uid = questions[place - 1]
        if uid in self._made or uid not in self._known:
            content = self._session.scalars(select(PaperRow.content).where(PaperRow.id == paper)).one()
            (slot,) = read_slots(self._session, content, (place,))
            if uid in self._made:
                return slot
            self._known[uid] = slot
        return self._known[uid]


@dataclass(frozen=True, slots=True)
class Reading:
    """One marker's mark for a text, as a share of the marks."""

    place: int
    share: Fraction
    comment: str
    marker: str
    actor: str

    @property
    def by(self) -> Person:
        """Who gave it."""
        return Person(self.marker, self.actor)


def readings_of(session: Session, sitting: SittingRow, uid: str = "") -> dict[tuple[str, int, str], list[Reading]]:
    """Return what markers gave in a sitting, by question, blank and the text's digest, in the order of places."""
    query = select(ReadingRow).where(ReadingRow.sitting_id == sitting.id).order_by(ReadingRow.place)
    if uid:
        query = query.where(ReadingRow.question_uid == uid)
    out: dict[tuple[str, int, str], list[Reading]] = {}
    for row in session.scalars(query):
        reading = Reading(row.place, Fraction(row.share, MILLION), row.comment, row.marker, row.actor)
        out.setdefault((row.question_uid, row.blank, row.text_digest), []).append(reading)
    return out


def save_reading(session: Session, sitting: SittingRow, waiting: Waiting, reading: Reading, at: datetime) -> None:
    """Append one marker's mark; a second at the same place, or by the same marker, breaks the table's constraints."""
    session.add(
        ReadingRow(
            sitting_id=sitting.id,
            question_uid=waiting.uid,
            blank=waiting.blank,
            text_digest=waiting.digest,
            text=waiting.normalised,
            place=reading.place,
            share=round(reading.share * MILLION),
            comment=reading.comment,
            marker=reading.marker,
            actor=reading.actor,
            at=at,
        )
    )
    session.flush()


def claims_of(session: Session, sitting: SittingRow, now: datetime) -> dict[tuple[str, int, str, int], str]:
    """Return who has taken which text at which place, of those claims that still hold."""
    query = select(ClaimRow).where(ClaimRow.sitting_id == sitting.id, ClaimRow.expires_at > now)
    return {(row.question_uid, row.blank, row.text_digest, row.place): row.marker for row in session.scalars(query)}


def save_claims(session: Session, sitting: SittingRow, claims: Sequence[tuple[str, int, str, int]], marker: str, until: datetime) -> None:
    """Let a marker hold these texts until a moment, in the place of whoever held them before; the caller has seen that nobody does."""
    for uid, blank, digest, place in claims:
        drop_claim(session, sitting, uid, blank, digest, place)
        row = ClaimRow(sitting_id=sitting.id, question_uid=uid, blank=blank, text_digest=digest, place=place, marker=marker, expires_at=until)
        session.add(row)
    session.flush()


def drop_claims(session: Session, sitting: SittingRow, marker: str) -> None:
    """Give back everything that a marker holds in a sitting."""
    session.execute(delete(ClaimRow).where(ClaimRow.sitting_id == sitting.id, ClaimRow.marker == marker))


def drop_claim(session: Session, sitting: SittingRow, uid: str, blank: int, digest: str, place: int) -> None:
    """End a claim: the text has its mark at that place, or its time was over."""
    mine = (ClaimRow.question_uid == uid, ClaimRow.blank == blank, ClaimRow.text_digest == digest, ClaimRow.place == place)
    session.execute(delete(ClaimRow).where(ClaimRow.sitting_id == sitting.id, *mine))


def count_decided(session: Session, sitting: SittingRow) -> dict[tuple[str, int], int]:
    """Return how many different texts of each question and blank were decided."""
    query = (
        select(DecisionRow.question_uid, DecisionRow.blank, func.count(DecisionRow.text.distinct()))
        .where(DecisionRow.sitting_id == sitting.id)
        .group_by(DecisionRow.question_uid, DecisionRow.blank)
    )
    return {(uid, blank): count for uid, blank, count in session.execute(query)}


def sittings_with_decisions(session: Session) -> set[int]:
    """Return the row ids of the sittings in which anybody decided on a text."""
    return set(session.scalars(select(DecisionRow.sitting_id).distinct()))


def read_decision(session: Session, decision_id: int) -> DecisionRow | None:
    """Return a decision by its row id, or None."""
    return session.get(DecisionRow, decision_id)


def decisions_on(session: Session, sitting: SittingRow, uid: str, blank: int) -> list[DecisionRow]:
    """Return every decision on a blank of a question in a sitting, the first first; the newest on a text counts."""
    mine = (DecisionRow.sitting_id == sitting.id, DecisionRow.question_uid == uid, DecisionRow.blank == blank)
    return list(session.scalars(select(DecisionRow).where(*mine).order_by(DecisionRow.id)))


def decided_texts(session: Session, sitting: SittingRow, uids: Iterable[str]) -> list[tuple[str, str, Fraction]]:
    """Return (question, text, share) of the decisions of these questions that count."""
    query = select(DecisionRow).where(DecisionRow.sitting_id == sitting.id, DecisionRow.question_uid.in_(list(uids))).order_by(DecisionRow.id)
    newest = {(row.question_uid, row.blank, row.text): Fraction(row.share, MILLION) for row in session.scalars(query)}
    return [(uid, text, share) for (uid, _, text), share in newest.items()]


def said_of(session: Session, sitting: SittingRow, uids: Collection[str]) -> list[ReadingRow | DecisionRow]:
    """Return every marker's mark and every decision on texts of these questions in a sitting."""
    readings = select(ReadingRow).where(ReadingRow.sitting_id == sitting.id, ReadingRow.question_uid.in_(list(uids)))
    decisions = select(DecisionRow).where(DecisionRow.sitting_id == sitting.id, DecisionRow.question_uid.in_(list(uids)))
    return [*session.scalars(readings), *session.scalars(decisions)]
