"""What was asked: in a sitting, of whom in earlier ones, and how it fared."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from quiz.core.difficulty import Facilities
from quiz.core.marking import Why
from quiz.core.question import base_uid
from quiz.storage.papers import AT_ONCE, is_current, read_paper
from quiz.storage.tables import (
    AttemptRow,
    CadreRow,
    GradingRow,
    MarkRow,
    PaperRow,
    QuestionRevisionRow,
    QuestionRow,
    QuestionUseRow,
    SittingRow,
)

RECENT = 5
"""From how many past sittings a question's facility is taken."""

NO_EVIDENCE = (Why.FULL_FOR_ALL.value, Why.NOT_COUNTED.value, Why.OVERRIDDEN.value)
"""Marks that people gave for other reasons than the answer: they say nothing of how hard a question is."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the bank in a sitting: on how many papers it came out of the draw; `is_template` when each place has its own."""

    uid: str
    type: str
    stem: str
    papers: int
    is_template: bool


def list_asked(session: Session, sitting: SittingRow) -> list[Asked]:
    """Return what was asked in a sitting, the question on most papers first."""
    query = (
        select(QuestionUseRow.question_uid, QuestionRevisionRow.type, QuestionRevisionRow.stem, QuestionUseRow.papers, QuestionRow.is_template)
        .join(QuestionRow, QuestionRow.uid == QuestionUseRow.question_uid)
        .join(QuestionRevisionRow, (QuestionRevisionRow.question_id == QuestionRow.id) & (QuestionRevisionRow.number == QuestionUseRow.revision))
        .where(QuestionUseRow.sitting_id == sitting.id)
        .order_by(QuestionUseRow.papers.desc(), QuestionUseRow.question_uid)
    )
    return [Asked(*row) for row in session.execute(query)]


def uses_elsewhere(session: Session, uid: str, sitting: SittingRow) -> list[tuple[SittingRow, int]]:
    """Return the other sittings that have a question of the bank (or template, or case) on papers that hold, and on how many; the latest first."""
    used = select(QuestionUseRow.sitting_id).where(QuestionUseRow.question_uid == uid, QuestionUseRow.sitting_id != sitting.id)
    query = (
        select(SittingRow, func.count())
        .join(PaperRow, PaperRow.sitting_id == SittingRow.id)
        .where(SittingRow.id.in_(used), PaperRow.questions.contains(json.dumps(uid), autoescape=True), is_current())
        .group_by(SittingRow.id)
        .order_by(SittingRow.opens_at.desc(), SittingRow.id.desc())
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def recent_questions(session: Session, before: datetime, sittings: int, only: str = "") -> dict[str, frozenset[str]]:
    """Return what each cadre (or the one with the staff number `only`) was asked in the last sittings that opened before a moment."""
    if sittings <= 0:
        return {}
    last = select(SittingRow.id).where(SittingRow.opens_at < before).order_by(SittingRow.opens_at.desc(), SittingRow.id.desc()).limit(sittings)
    query = (
        select(CadreRow.number, PaperRow.questions)
        .join(CadreRow, CadreRow.id == PaperRow.cadre_id)
        .where(PaperRow.sitting_id.in_(last), is_current())
    )
    if only:
        query = query.where(CadreRow.number == only)
    found: dict[str, set[str]] = {}
    for number, questions in session.execute(query):
        found.setdefault(number, set()).update(json.loads(questions))
    return {number: frozenset(uids) for number, uids in found.items()}


def questions_of_chain(session: Session, code: str) -> dict[str, frozenset[str]]:
    """Return what each cadre was asked in a sitting and its make-ups, on every paper that they were issued, by staff number."""
    query = select(CadreRow.number, PaperRow.questions).join(CadreRow, CadreRow.id == PaperRow.cadre_id).where(_in_chain(code))
    found: dict[str, set[str]] = {}
    for number, questions in session.execute(query):
        found.setdefault(number, set()).update(json.loads(questions))
    return {number: frozenset(uids) for number, uids in found.items()}


def bound_of_chain(session: Session, code: str) -> dict[str, frozenset[str]]:
    """Return the bound local questions that each cadre was asked in a sitting and its make-ups, by staff number."""
    query = select(CadreRow.number, PaperRow).join(CadreRow, CadreRow.id == PaperRow.cadre_id).where(_in_chain(code))
    found: dict[str, set[str]] = {}
    for number, paper in session.execute(query.execution_options(yield_per=AT_ONCE)):
        uids = (slot.case or slot.question.uid for slot in read_paper(paper).slots)
        found.setdefault(number, set()).update(uid for uid in uids if base_uid(uid) != uid)
    return {number: frozenset(uids) for number, uids in found.items()}


def _in_chain(code: str) -> ColumnElement[bool]:
    return PaperRow.sitting_id.in_(select(SittingRow.id).where((SittingRow.code == code) | (SittingRow.makes_up == code)))


def facilities(session: Session, before: datetime) -> Facilities:
    """Return how questions fared in the last sittings that closed before a moment: mean share of the marks in thousandths, and the answers."""
    last = select(SittingRow.id).where(SittingRow.closes_at < before).order_by(SittingRow.closes_at.desc()).limit(RECENT)
    newest = select(func.max(GradingRow.id)).where(GradingRow.sitting_id.in_(last), GradingRow.pending == 0).group_by(GradingRow.attempt_id)
    query = (
        select(PaperRow.id, PaperRow.questions, MarkRow.slot, MarkRow.mark, MarkRow.max_mark)
        .join(AttemptRow, (AttemptRow.sitting_id == PaperRow.sitting_id) & (AttemptRow.paper_id == PaperRow.id))
        .join(GradingRow, GradingRow.attempt_id == AttemptRow.id)
        .join(MarkRow, MarkRow.grading_id == GradingRow.id)
        .where(GradingRow.id.in_(newest), AttemptRow.voided_at.is_(None), MarkRow.why.not_in(NO_EVIDENCE))
    )
    sums: dict[str, list[int]] = {}
    uids: dict[int, list[str]] = {}
    for paper, questions, slot, mark, most in session.execute(query):
        if paper not in uids:
            uids[paper] = json.loads(questions)
        if slot <= len(uids[paper]) and most:
            total = sums.setdefault(uids[paper][slot - 1], [0, 0])
            total[0] += max(0, mark) * 1000 // most  # a contest takes marks off: nobody knows less than nothing
            total[1] += 1
    return {uid: (share // answers, answers) for uid, (share, answers) in sums.items()}
