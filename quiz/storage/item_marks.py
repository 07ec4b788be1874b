"""What the statistics read of a sitting: its graded papers, their marks in columns a block at a time, and the questions as they were asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from quiz.core.contest import Contest
from quiz.core.frozen import thaw
from quiz.core.paper_text import placings
from quiz.core.question import Question, QuestionType
from quiz.core.roster import PostKind, UnitKind
from quiz.core.template import Template
from quiz.storage.gradings import WAITING
from quiz.storage.questions_asked import NO_EVIDENCE
from quiz.storage.report_rows import main_posts
from quiz.storage.tables import (
    AttemptRow,
    CadreRow,
    CorrectionRow,
    GradingRow,
    MarkRow,
    PaperRow,
    PostRow,
    QuestionRevisionRow,
    QuestionRow,
    QuestionUseRow,
    ResponseRow,
    SittingRow,
    UnitRow,
)

AT_ONCE = 50_000
"""Marks in one block: some 20 MB of Python values."""

PAPERS_AT_ONCE = 500


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
    result = session.connection().execute(query)
    try:
        cursor = result.cursor  # the driver's own rows: plain numbers and texts need no more, and mapped ones take four times as long
        assert cursor is not None
        while rows := cursor.fetchmany(AT_ONCE):
            yield MarkBlock(*zip(*rows, strict=True))
    finally:
        result.close()


@dataclass(frozen=True, slots=True)
class PlacedPaper:
    """A graded paper without its person: the path of its unit, its kind and that of the post, the groups of cadres, the bank uid of each slot, and
    why each stands there (see `placings`)."""

    grading_id: int
    path: str
    unit_kind: UnitKind
    post: PostKind | None
    groups: frozenset[str]
    questions: tuple[str, ...]
    placings: tuple[tuple[int, str, bool], ...]


def placed_papers(session: Session, sitting: SittingRow, scope: str = "/") -> Iterator[PlacedPaper]:
    """Yield the graded papers of the closed attempts whose unit lies within the path `scope`, by the unit's place in the tree."""
    held = main_posts(sitting.opens_at.date())
    query = (
        select(GradingRow.id, UnitRow.path, UnitRow.kind, PostRow.kind, CadreRow.groups, PaperRow.questions, PaperRow.content)
        .join(AttemptRow, AttemptRow.id == GradingRow.attempt_id)
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .join(CadreRow, CadreRow.id == PaperRow.cadre_id)
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .outerjoin(held, held.c.cadre_id == PaperRow.cadre_id)
        .outerjoin(PostRow, PostRow.id == held.c.id)
        .where(GradingRow.id.in_(_counting(sitting, scope)))
        .order_by(UnitRow.path, PaperRow.id)
    )
    for grading, path, kind, post, groups, questions, content in session.execute(query.execution_options(yield_per=PAPERS_AT_ONCE)):
        held_post = PostKind(post) if post else None
        own = frozenset(json.loads(groups))
        yield PlacedPaper(grading, path, UnitKind(kind), held_post, own, tuple(json.loads(questions)), tuple(placings(content)))


def asked_papers(session: Session, sitting: SittingRow, scope: str = "/") -> list[tuple[int, list[str]]]:
    """Return grading and bank uid of each slot of the papers that `placed_papers` gives."""
    query = (
        select(GradingRow.id, PaperRow.questions)
        .join(AttemptRow, AttemptRow.id == GradingRow.attempt_id)
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .where(GradingRow.id.in_(_counting(sitting, scope)))
    )
    return [(grading, json.loads(questions)) for grading, questions in session.execute(query)]


def plain_uses(session: Session, sitting: SittingRow) -> set[tuple[str, int]]:
    """Return uid and revision of what a sitting asked and two sittings may be compared on.

    No template, whose figures differ from place to place and day to day, no case, and nothing that was corrected after people sat it; nothing of a
    contest, where other marks mean other knowledge.
    """
    if Contest(sitting.contest).takes_marks:
        return set()
    corrected = select(CorrectionRow.question_uid).where(CorrectionRow.sitting_id == sitting.id)
    query = (
        select(QuestionUseRow.question_uid, QuestionUseRow.revision)
        .join(QuestionRow, QuestionRow.uid == QuestionUseRow.question_uid)
        .join(QuestionRevisionRow, and_(QuestionRevisionRow.question_id == QuestionRow.id, QuestionRevisionRow.number == QuestionUseRow.revision))
        .where(QuestionUseRow.sitting_id == sitting.id, QuestionUseRow.question_uid.not_in(corrected))
        .where(QuestionRow.is_template.is_(False), QuestionRevisionRow.type != QuestionType.CASE.value)
    )
    return {(uid, revision) for uid, revision in session.execute(query)}


def bare_marks(session: Session, sitting: SittingRow, scope: str = "/") -> Iterator[tuple[tuple[int, ...], ...]]:
    """Yield blocks of (gradings, slots, marks, most) of the papers that `placed_papers` gives, of answers only: neither what waits for a person nor
    what people gave for other reasons."""
    query = select(MarkRow.grading_id, MarkRow.slot, MarkRow.mark, MarkRow.max_mark).where(
        MarkRow.grading_id.in_(_counting(sitting, scope)), MarkRow.why.not_in((*WAITING, *NO_EVIDENCE))
    )
    result = session.connection().execute(query)
    try:
        cursor = result.cursor  # as in `mark_blocks`
        assert cursor is not None
        while rows := cursor.fetchmany(AT_ONCE):
            yield tuple(zip(*rows, strict=True))
    finally:
        result.close()


def newest_change(session: Session, sitting: SittingRow) -> tuple[int, int]:
    """Return what changes whenever the marks of a sitting do: the sum of the numbers of the gradings that count, and how many there are."""
    total, count = session.execute(select(func.sum(GradingRow.id), func.count()).where(GradingRow.id.in_(_counting(sitting, "/")))).one()
    return int(total or 0), count


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
    """The gradings that count: the newest of each closed attempt, if it is not void, of people in units within the path `scope`."""
    return (
        select(func.max(GradingRow.id))
        .join(AttemptRow, AttemptRow.id == GradingRow.attempt_id)
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .where(GradingRow.sitting_id == sitting.id, AttemptRow.submitted_at.is_not(None), AttemptRow.voided_at.is_(None))
        .where(UnitRow.path.startswith(scope, autoescape=True))
        .group_by(GradingRow.attempt_id)
    )
