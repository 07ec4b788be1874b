"""Counts of the published bank by kind, without reading any question's content."""

from __future__ import annotations

from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from quiz.storage.tables import QuestionRevisionRow, QuestionRow

Counted = tuple[bool, str, str, str, date | None, date | None, int]


def count_kinds(session: Session) -> list[Counted]:
    """Return (is a template, area, type, level, valid from, valid to, how many) over the current revisions that are not retired."""
    kind = (
        QuestionRow.is_template,
        QuestionRevisionRow.area,
        QuestionRevisionRow.type,
        QuestionRevisionRow.level,
        QuestionRevisionRow.valid_from,
        QuestionRevisionRow.valid_to,
    )
    current = and_(QuestionRevisionRow.question_id == QuestionRow.id, QuestionRevisionRow.number == QuestionRow.current)
    query = select(*kind, func.count()).join(QuestionRow, current).where(QuestionRow.retired_at.is_(None)).group_by(*kind)
    return [(row[0], row[1], row[2], row[3], row[4], row[5], row[6]) for row in session.execute(query)]
