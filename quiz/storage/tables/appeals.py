"""What cadres say of questions, and what they are answered: rows that are only ever added."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quiz.storage.tables.base import Base, BigId, Moment


class AppealRow(Base):
    """A cadre's word on a question of their own paper: a report made before keys are shown, or an appeal after; one of each for a slot."""

    __tablename__ = "appeal"
    __table_args__ = (
        UniqueConstraint("sitting_id", "attempt_id", "slot", "kind"),
        Index("ix_appeal_question", "sitting_id", "question_uid"),
        CheckConstraint("kind IN ('report', 'appeal')", name="kind"),
        CheckConstraint("slot > 0", name="slot"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    slot: Mapped[int]
    question_uid: Mapped[str] = mapped_column(String(160))
    kind: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)


class AppealAnswerRow(Base):
    """An answer with its reason; the newest counts. It may rest on a correction, by its number, or on a mark set by hand."""

    __tablename__ = "appeal_answer"
    __table_args__ = (
        Index("ix_appeal_answer_appeal", "appeal_id"),
        CheckConstraint("verdict IN ('upheld', 'rejected')", name="verdict"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeal.id"))
    verdict: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(500))
    correction: Mapped[int | None]
    override_id: Mapped[int | None] = mapped_column(ForeignKey("mark_override.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(100))
