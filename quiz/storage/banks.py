"""Published questions, templates, blueprints and datasets: rows ⇄ core values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from quiz.core.blueprint import Blueprint
from quiz.core.canonical import canonical_json, digest
from quiz.core.frozen import freeze, thaw
from quiz.core.profile import Dataset
from quiz.core.question import Question, Revision
from quiz.core.template import Template, TemplateRevision
from quiz.storage.tables import DocumentRow, QuestionPersonRow, QuestionRevisionRow, QuestionRow

BLUEPRINT, DATASET = "blueprint", "dataset"
D = TypeVar("D", Blueprint, Dataset)

MOST_AT_ONCE = 500
"""How many ids one statement asks for."""


def current_digests(session: Session) -> dict[str, tuple[QuestionRow, str]]:
    """Return every question's row and the digest of its current revision, by uid."""
    query = select(QuestionRow, QuestionRevisionRow.digest).join(QuestionRevisionRow, _is_current())
    return {row.uid: (row, found) for row, found in session.execute(query)}


Changed = tuple[Question | Template, str, QuestionRow | None]
"""A question or template to be stored, the digest of its content, and its row when it is there already."""


def save_revisions(session: Session, changed: Sequence[Changed], at: datetime, by: str, read_by: str = "") -> None:
    """Append a revision of each: the first of a new question, else the next of the one that is there."""
    rows = [row or QuestionRow(uid=item.uid, is_template=isinstance(item, Template), current=0) for item, _, row in changed]
    for row in rows:
        row.current += 1
    session.add_all(rows)
    session.flush()  # the new rows' ids, all at once
    session.add_all(_revision(item, content, row, at, by, read_by) for (item, content, _), row in zip(changed, rows, strict=True))
    session.flush()


def _revision(item: Question | Template, content: str, row: QuestionRow, at: datetime, by: str, read_by: str) -> QuestionRevisionRow:
    return QuestionRevisionRow(
        question_id=row.id,
        number=row.current,
        digest=content,
        content=canonical_json(freeze(item)).decode(),
        type=item.type.value,
        category=item.category,
        area=item.area,
        level=item.level.value,
        stem=item.stem,
        valid_from=item.valid_from if isinstance(item, Question) else None,
        valid_to=item.valid_to if isinstance(item, Question) else None,
        published_at=at,
        published_by=by,
        read_by=read_by,
    )


def questions_valid_in(session: Session, first: date, last: date) -> list[Revision]:
    """Return the current revisions of the questions valid on every day from `first` to `last` and not retired, by uid."""
    query = _current_revisions(is_template=False).where(
        QuestionRow.retired_at.is_(None),
        QuestionRevisionRow.valid_from <= first,
        or_(QuestionRevisionRow.valid_to.is_(None), QuestionRevisionRow.valid_to >= last),
    )
    rows = session.execute(query.order_by(QuestionRow.uid))
    return [Revision(r.number, r.digest, thaw(Question, json.loads(r.content))) for _, r in rows]


def current_templates(session: Session) -> list[TemplateRevision]:
    """Return the current revisions of all templates that are not retired, by uid."""
    rows = session.execute(_current_revisions(is_template=True).where(QuestionRow.retired_at.is_(None)).order_by(QuestionRow.uid))
    return [TemplateRevision(r.number, r.digest, thaw(Template, json.loads(r.content))) for _, r in rows]


def revisions_by_digest(session: Session, wanted: Mapping[str, str]) -> dict[str, Revision | TemplateRevision]:
    """Return the revision with this digest of each question or template, by uid; those that are not stored are left out."""
    out: dict[str, Revision | TemplateRevision] = {}
    uids = list(wanted)
    for start in range(0, len(uids), MOST_AT_ONCE):
        query = (
            select(QuestionRow, QuestionRevisionRow)
            .join(QuestionRevisionRow, QuestionRevisionRow.question_id == QuestionRow.id)
            .where(QuestionRow.uid.in_(uids[start : start + MOST_AT_ONCE]))
        )
        for row, found in session.execute(query):
            if found.digest == wanted[row.uid]:
                plain = json.loads(found.content)
                if row.is_template:
                    out[row.uid] = TemplateRevision(found.number, found.digest, thaw(Template, plain))
                else:
                    out[row.uid] = Revision(found.number, found.digest, thaw(Question, plain))
    return out


def changed_since(session: Session, known: Mapping[str, str]) -> list[str]:
    """Return, sorted, the uids among these that are retired by now or whose current revision has another digest."""
    query = select(QuestionRow.uid, QuestionRow.retired_at, QuestionRevisionRow.digest).join(QuestionRevisionRow, _is_current())
    return sorted(uid for uid, retired_at, found in session.execute(query) if uid in known and (retired_at is not None or found != known[uid]))


@dataclass(frozen=True, slots=True)
class Published:
    """A question or template in one revision: its number, when and by whom it was published and read, and since when it is retired."""

    item: Question | Template
    number: int
    digest: str
    published_at: datetime
    published_by: str
    read_by: str = ""
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BankFilter:
    """What a setter looks for; empty fields match all. `text` is searched in the stem and the id."""

    category: str = ""
    area: str = ""
    type: str = ""
    level: str = ""
    text: str = ""
    on: date | None = None


def list_published(session: Session, wanted: BankFilter, offset: int = 0, limit: int = 50) -> tuple[list[Published], int]:
    """Return the page of published questions and templates that fit, by category and uid, and how many fit in all."""
    query = _filtered(wanted)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(QuestionRevisionRow.category, QuestionRow.uid).offset(offset).limit(limit)
    return [_published(row, revision) for row, revision in session.execute(ordered)], total


def get_published(session: Session, uid: str) -> Published | None:
    """Return one published question or template, or None."""
    found = session.execute(_current_revisions().where(QuestionRow.uid == uid)).first()
    return None if found is None else _published(found[0], found[1])


def published_of(session: Session, uids: Sequence[str]) -> dict[str, Published]:
    """Return the current revision of each of these questions and templates that is published, by uid."""
    out: dict[str, Published] = {}
    for start in range(0, len(uids), MOST_AT_ONCE):
        rows = session.execute(_current_revisions().where(QuestionRow.uid.in_(list(uids[start : start + MOST_AT_ONCE]))))
        out.update((row.uid, _published(row, revision)) for row, revision in rows)
    return out


def get_question_row(session: Session, uid: str) -> QuestionRow | None:
    """Return the row of a question or template over its revisions, or None."""
    return session.scalar(select(QuestionRow).where(QuestionRow.uid == uid))


def revisions_of(session: Session, uid: str) -> list[Published]:
    """Return every revision of a question or template, the newest first."""
    query = (
        select(QuestionRow, QuestionRevisionRow)
        .join(QuestionRevisionRow, QuestionRevisionRow.question_id == QuestionRow.id)
        .where(QuestionRow.uid == uid)
        .order_by(QuestionRevisionRow.number.desc())
    )
    return [_published(row, revision) for row, revision in session.execute(query)]


def save_people(session: Session, uids: Sequence[str], cadre_id: int, part: str) -> None:
    """Remember that a cadre wrote or read these questions ("author", "reader")."""
    known = set(session.scalars(select(QuestionPersonRow.question_id).where(QuestionPersonRow.cadre_id == cadre_id, QuestionPersonRow.part == part)))
    ids = session.scalars(select(QuestionRow.id).where(QuestionRow.uid.in_(list(uids))))
    session.add_all(QuestionPersonRow(question_id=found, cadre_id=cadre_id, part=part) for found in ids if found not in known)
    session.flush()


def own_questions(session: Session) -> dict[int, set[str]]:
    """Return the uids that each cadre wrote or read, by the cadre's row id."""
    out: dict[int, set[str]] = {}
    query = select(QuestionPersonRow.cadre_id, QuestionRow.uid).join(QuestionRow, QuestionRow.id == QuestionPersonRow.question_id)
    for cadre_id, uid in session.execute(query):
        out.setdefault(cadre_id, set()).add(uid)
    return out


def lapsing(session: Session, first: date, last: date) -> list[Published]:
    """Return the questions in use whose validity ends between two days, the soonest first."""
    query = _current_revisions(is_template=False).where(
        QuestionRow.retired_at.is_(None), QuestionRevisionRow.valid_to >= first, QuestionRevisionRow.valid_to <= last
    )
    rows = session.execute(query.order_by(QuestionRevisionRow.valid_to, QuestionRow.uid))
    return [_published(row, revision) for row, revision in rows]


def category_counts(session: Session) -> list[tuple[str, bool, int]]:
    """Return (category, holds templates, how many questions) for every category, in order."""
    query = (
        select(QuestionRevisionRow.category, QuestionRow.is_template, func.count())
        .join(QuestionRow, _is_current())
        .group_by(QuestionRevisionRow.category, QuestionRow.is_template)
        .order_by(QuestionRevisionRow.category)
    )
    return [(category, is_template, count) for category, is_template, count in session.execute(query)]


def save_document(session: Session, kind: str, code: str, title: str, value: Blueprint | Dataset, at: datetime) -> bool:
    """Append a new state of a blueprint or dataset; False when the newest state is the same already."""
    newest = get_document(session, kind, code)
    content = freeze(value)
    content_digest = digest(content)
    if newest is not None and newest.digest == content_digest:
        return False
    number = newest.number + 1 if newest else 1
    text = canonical_json(content).decode()
    session.add(DocumentRow(kind=kind, code=code, number=number, title=title, digest=content_digest, content=text, published_at=at))
    return True


def get_document(session: Session, kind: str, code: str) -> DocumentRow | None:
    """Return the newest state of a blueprint or dataset, or None."""
    query = select(DocumentRow).where(DocumentRow.kind == kind, DocumentRow.code == code)
    return session.scalar(query.order_by(DocumentRow.number.desc()).limit(1))


def list_documents(session: Session, kind: str) -> list[DocumentRow]:
    """Return the newest state of every blueprint or dataset, by code."""
    rows = session.scalars(select(DocumentRow).where(DocumentRow.kind == kind).order_by(DocumentRow.code, DocumentRow.number))
    return list({row.code: row for row in rows}.values())


def is_named_in_datasets(session: Session, number: str) -> bool:
    """True when some published dataset holds this text as a value, as it holds the staff number of a household's helper."""
    quoted = canonical_json(number).decode()
    query = select(DocumentRow.id).where(DocumentRow.kind == DATASET, DocumentRow.content.contains(quoted, autoescape=True))
    return session.scalar(query.limit(1)) is not None


def document_by_id(session: Session, document_id: int) -> DocumentRow:
    """Return a state of a document that a sitting names."""
    return session.get_one(DocumentRow, document_id)


def read_document(row: DocumentRow, kind: type[D]) -> D:
    """Return the value in a document row."""
    return thaw(kind, json.loads(row.content))


def _is_current() -> ColumnElement[bool]:
    return and_(QuestionRevisionRow.question_id == QuestionRow.id, QuestionRevisionRow.number == QuestionRow.current)


def _current_revisions(is_template: bool | None = None) -> Select[QuestionRow, QuestionRevisionRow]:
    query = select(QuestionRow, QuestionRevisionRow).join(QuestionRevisionRow, _is_current())
    return query if is_template is None else query.where(QuestionRow.is_template.is_(is_template))


def _filtered(wanted: BankFilter) -> Select[QuestionRow, QuestionRevisionRow]:
    query = _current_revisions()
    if wanted.category:
        below = QuestionRevisionRow.category.startswith(wanted.category + "/", autoescape=True)
        query = query.where(or_(QuestionRevisionRow.category == wanted.category, below))
    for column, value in (
        (QuestionRevisionRow.area, wanted.area),
        (QuestionRevisionRow.type, wanted.type),
        (QuestionRevisionRow.level, wanted.level),
    ):
        if value:
            query = query.where(column == value)
    if wanted.text:
        stem = QuestionRevisionRow.stem.contains(wanted.text, autoescape=True)
        query = query.where(or_(stem, QuestionRow.uid.contains(wanted.text, autoescape=True)))
    if wanted.on:
        query = query.where(
            or_(QuestionRevisionRow.valid_from.is_(None), QuestionRevisionRow.valid_from <= wanted.on),
            or_(QuestionRevisionRow.valid_to.is_(None), QuestionRevisionRow.valid_to >= wanted.on),
        )
    return query


def _published(row: QuestionRow, revision: QuestionRevisionRow) -> Published:
    kind: type[Question] | type[Template] = Template if row.is_template else Question
    item: Question | Template = thaw(kind, json.loads(revision.content))
    return Published(item, revision.number, revision.digest, revision.published_at, revision.published_by, revision.read_by, row.retired_at)


def contents_of(items: Sequence[Question | Template]) -> list[tuple[Question | Template, str]]:
    """Return each item with the digest of its content."""
    return [(item, digest(freeze(item))) for item in items]
