"""Which questions no study material may print now: those on papers whose keys are still secret; and who may not print any."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from quiz.storage.papers import is_current
from quiz.storage.practice_pool import is_out
from quiz.storage.sittings import window_of
from quiz.storage.tables import CadreRow, PaperRow, QuestionUseRow, SittingRow


def secret_sittings(session: Session, now: datetime) -> list[SittingRow]:
    """Return the sittings whose keys may not be shown yet: to come, open, somebody's clock standing still, or waiting to be released."""
    rows = session.scalars(select(SittingRow).options(defer(SittingRow.snapshot)).order_by(SittingRow.opens_at, SittingRow.id))
    return [row for row in rows if not is_out(row, now)]


def reserved_questions(session: Session, now: datetime) -> dict[str, list[str]]:
    """Return the titles of the sittings that each question or template is reserved for, by its uid in the bank."""
    titles = {row.id: row.title for row in secret_sittings(session, now)}
    out: dict[str, list[str]] = {}
    query = select(QuestionUseRow.question_uid, QuestionUseRow.sitting_id).where(QuestionUseRow.sitting_id.in_(titles)).order_by(QuestionUseRow.id)
    for uid, sitting in session.execute(query):
        out.setdefault(uid, []).append(titles[sitting])
    return out


def is_to_sit(session: Session, number: str, now: datetime) -> bool:
    """True when this cadre has a paper in a sitting that is not over yet."""
    to_come = [row.id for row in secret_sittings(session, now) if window_of(row).closes_at >= now]
    query = (
        select(func.count())
        .select_from(PaperRow)
        .join(CadreRow, CadreRow.id == PaperRow.cadre_id)
        .where(CadreRow.number == number, PaperRow.sitting_id.in_(to_come), is_current())
    )
    return bool(session.scalar(query))
