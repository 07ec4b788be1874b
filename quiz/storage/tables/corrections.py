"""What was changed of marks after people sat: corrections of questions for everyone, marks set by hand for one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quiz.storage.tables.base import Base, BigId, Moment


class CorrectionRow(Base):
    """A correction of a question in a sitting: the newest that names a question counts, and one is undone by another.

    `question_uid` is the uid on papers, or that of the template or case behind several. `key` is the new key as JSON or empty, `effect` the
    counts of what it changed when it was applied.
    """

    __tablename__ = "correction"
    __table_args__ = (
        UniqueConstraint("sitting_id", "number"),
        CheckConstraint("remedy IN ('new_key', 'better', 'full', 'drop', 'original')", name="remedy"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    number: Mapped[int]
    question_uid: Mapped[str] = mapped_column(String(160))
    remedy: Mapped[str] = mapped_column(String(12))
    key: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(500))
    effect: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(100))


class OverrideRow(Base):
    """The mark that a person gave one slot of one attempt by hand, in hundredths; None gives it back to the rule. The newest counts."""

    __tablename__ = "mark_override"
    __table_args__ = (
        Index("ix_mark_override_attempt", "sitting_id", "attempt_id"),
        CheckConstraint("slot > 0", name="range"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    slot: Mapped[int]
    mark: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(100))
