"""What markers gave to texts before a decision was made of it, and who has taken which text for a while."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quiz.storage.tables.base import Base, BigId, Moment


class ReadingRow(Base):
    """One marker's mark for a text where two mark each: the millionths of the marks, at place 1, 2, or 3 for the arbiter.

    A text is named by the SHA-256 of its normalised form; `marker` tells two markers apart, `actor` is the name as it was.
    """

    __tablename__ = "reading"
    __table_args__ = (
        UniqueConstraint("sitting_id", "question_uid", "blank", "text_digest", "place"),
        UniqueConstraint("sitting_id", "question_uid", "blank", "text_digest", "marker"),
        CheckConstraint("share >= 0 AND share <= 1000000", name="share"),
        CheckConstraint("place IN (1, 2, 3)", name="place"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    question_uid: Mapped[str] = mapped_column(String(160))
    blank: Mapped[int]
    text_digest: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    place: Mapped[int]
    share: Mapped[int]
    comment: Mapped[str] = mapped_column(String(500))
    marker: Mapped[str] = mapped_column(String(120))
    actor: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime] = mapped_column(Moment)


class ClaimRow(Base):
    """A text that a marker has taken until a moment, so that no other gets it meanwhile; changed and deleted as texts go round."""

    __tablename__ = "claim"
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), primary_key=True)
    question_uid: Mapped[str] = mapped_column(String(160), primary_key=True)
    blank: Mapped[int] = mapped_column(primary_key=True)
    text_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    marker: Mapped[str] = mapped_column(String(120))
    expires_at: Mapped[datetime] = mapped_column(Moment)
