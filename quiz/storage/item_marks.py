"""What the statistics read of a sitting: its graded papers, their marks in columns a block at a time, and the questions as they were asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from quiz.core.frozen import thaw
from quiz.core.marking import Why
from quiz.core.question import Question
from quiz.core.template import Template
from quiz.storage.tables import (
    AttemptRow,
    CadreRow,
    GradingRow,
    MarkRow,
    PaperRow,
    QuestionRevisionRow,
    QuestionRow,
    QuestionUseRow,
    ResponseRow,
    SittingRow,
    UnitRow,
)

AT_ONCE = 50_000
"""Marks in one block: some 20 MB of Python values."""

WAITING = (Why.NEEDS_REVIEW.value, Why.NEEDS_MARKING.value)
"""Marks that a person may still raise: they say nothing yet."""


@dataclass(frozen=True, slots=True)
class GradedPaper:
    """A paper whose attempt is closed: the grading that counts, whose it is, at which place they sat, and the bank uid of each slot."""

    grading_id: int
    number: str
    name: str
    unit: str
    unit_kind: str
    groups: tuple[str, ...]
    seat: int | None
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MarkBlock:
    """Marks in columns: by which grading, in which slot, how many hundredths out of how many, and the response as stored (None without one)."""

    gradings: tuple[int, ...]
    slots: tuple[int, ...]
    marks: tuple[int, ...]
    mosts: tuple[int, ...]
    responses: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question or template in the revision that the sitting asked."""

    item: Question | Template
    revision: int


def graded_papers(session: Session, sitting: SittingRow, scope: str = "/") -> list[GradedPaper]:
    """Return the graded papers of the closed attempts whose unit lies within the path `scope`, in the order in which people sat."""
    query = (
        select(GradingRow.id, CadreRow.number, CadreRow.name, UnitRow.name, UnitRow.kind, CadreRow.groups, PaperRow.seat, PaperRow.questions)
        .join(AttemptRow, AttemptRow.id == GradingRow.attempt_id)
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .join(CadreRow, CadreRow.id == PaperRow.cadre_id)
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .where(GradingRow.id.in_(_counting(sitting, scope)))
        .order_by(PaperRow.seat, PaperRow.id)
    )
    return [
        GradedPaper(grading, number, name, unit, kind, tuple(json.loads(groups)), seat, tuple(json.loads(questions)))
        for grading, number, name, unit, kind, groups, seat, questions in session.execute(query)
    ]


def mark_blocks(session: Session, sitting: SittingRow, scope: str = "/") -> Iterator[MarkBlock]:
    """Yield the marks of the papers that `graded_papers` gives, without those that wait for a person."""
    query = (
        select(MarkRow.grading_id, MarkRow.slot, MarkRow.mark, MarkRow.max_mark, ResponseRow.value)
        .outerjoin(ResponseRow, ResponseRow.id == MarkRow.response_id)
        .where(MarkRow.grading_id.in_(_counting(sitting, scope)), MarkRow.why.not_in(WAITING))
    )
    for rows in session.execute(query.execution_options(yield_per=AT_ONCE)).partitions():
        yield MarkBlock(*zip(*rows, strict=True))


def newest_change(session: Session, sitting: SittingRow) -> tuple[int, int]:
    """Return what changes whenever the marks of a sitting do: the newest grading that counts, and how many there are."""
    newest, count = session.execute(select(func.max(GradingRow.id), func.count()).where(GradingRow.id.in_(_counting(sitting, "/")))).one()
    return newest or 0, count


def asked_questions(session: Session, sitting: SittingRow) -> dict[str, AskedQuestion]:
    """Return the questions and templates that stand on the papers of a sitting, by their uid in the bank, as they were then."""
    query = (
        select(QuestionUseRow.question_uid, QuestionRow.is_template, QuestionRevisionRow.number, QuestionRevisionRow.content)
        .join(QuestionRow, QuestionRow.uid == QuestionUseRow.question_uid)
        .join(QuestionRevisionRow, and_(QuestionRevisionRow.question_id == QuestionRow.id, QuestionRevisionRow.number == QuestionUseRow.revision))
        .where(QuestionUseRow.sitting_id == sitting.id)
    )
    out: dict[str, AskedQuestion] = {}
    for uid, is_template, number, content in session.execute(query):
        plain = json.loads(content)
        out[uid] = AskedQuestion(thaw(Template, plain) if is_template else thaw(Question, plain), number)
    return out


def _counting(sitting: SittingRow, scope: str) -> Select[Any]:
    """The gradings that count: the newest of each closed attempt of people in units within the path `scope`."""
    return (
        select(func.max(GradingRow.id))
        .join(AttemptRow, AttemptRow.id == GradingRow.attempt_id)
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .where(GradingRow.sitting_id == sitting.id, AttemptRow.submitted_at.is_not(None), UnitRow.path.startswith(scope, autoescape=True))
        .group_by(GradingRow.attempt_id)
    )
