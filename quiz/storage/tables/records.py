"""Gradings, marks, decisions, and the audit log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quiz.storage.tables.base import Base, BigId, Moment


class GradingRow(Base):
    """One grading run of one attempt; a regrade is a new row beside the old. `correction` is the number of the correction that caused it, if any."""

    __tablename__ = "grading"
    __table_args__ = (UniqueConstraint("attempt_id", "number"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    number: Mapped[int]
    score: Mapped[int]
    max_score: Mapped[int]
    pending: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
    correction: Mapped[int | None]
    graded_at: Mapped[datetime] = mapped_column(Moment)


class MarkRow(Base):
    """The mark of one slot in a grading run, with the rule and the reason; below 0 in contests only.

    `sitting_id` is the run's, by which a database is spread over machines; None only in what a node of before this column still wrote.
    """

    __tablename__ = "mark"
    __table_args__ = (UniqueConstraint("grading_id", "slot"), CheckConstraint("mark >= -max_mark AND mark <= max_mark", name="range"))
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    grading_id: Mapped[int] = mapped_column(ForeignKey("grading.id"))
    slot: Mapped[int]
    mark: Mapped[int]
    max_mark: Mapped[int]
    rule: Mapped[str] = mapped_column(String(40))
    why: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(Text)
    response_id: Mapped[int | None] = mapped_column(ForeignKey("response.id"))
    sitting_id: Mapped[int | None] = mapped_column(ForeignKey("sitting.id"))


class DecisionRow(Base):
    """A marker's judgement on one text for one blank: the millionths of its marks that it earns, 0 to 1,000,000.

    It holds for everyone in the sitting who wrote the same, and the newest counts.
    """

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_question", "sitting_id", "question_uid"),
        CheckConstraint("share >= 0 AND share <= 1000000", name="share"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    question_uid: Mapped[str] = mapped_column(String(160))
    blank: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    share: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500))
    decided_by: Mapped[str] = mapped_column(String(100))
    decided_at: Mapped[datetime] = mapped_column(Moment)


class AuditRow(Base):
    """Who did what when; each row carries the hash of the one before."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    detail: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
