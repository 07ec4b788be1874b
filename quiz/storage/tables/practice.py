"""What people practise by themselves: sets of questions and every answer to them. Nothing here counts in any score."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quiz.storage.tables.base import Base, BigId, Moment


class PracticeSetRow(Base):
    """A few questions for one cadre to practise, in their order: `questions` is their uids as a JSON list, `number` counts the cadre's sets.

    `day` is the day in the county on which it was made, `sitting_id` the sitting whose wrong answers it asks again, if it does.
    """

    __tablename__ = "practice_set"
    __table_args__ = (
        UniqueConstraint("cadre_id", "number"),
        CheckConstraint("kind IN ('daily', 'weak', 'retest')", name="kind"),
        CheckConstraint("number > 0", name="number"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    cadre_id: Mapped[int] = mapped_column(ForeignKey("cadre.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    sitting_id: Mapped[int | None] = mapped_column(ForeignKey("sitting.id"))
    day: Mapped[date] = mapped_column(Date)
    questions: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Moment)


class PracticeAnswerRow(Base):
    """An answer in practice: one for each place of a set, so that sending it twice changes nothing.

    `share` is the share of the question that was right, in hundredths; None where no rule can judge it. `why` is the code of the mark.
    """

    __tablename__ = "practice_answer"
    __table_args__ = (
        UniqueConstraint("set_id", "place"),
        CheckConstraint("place > 0", name="place"),
        CheckConstraint("share IS NULL OR share BETWEEN 0 AND 100", name="share"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("practice_set.id"))
    cadre_id: Mapped[int] = mapped_column(ForeignKey("cadre.id"), index=True)
    place: Mapped[int]
    question_uid: Mapped[str] = mapped_column(String(120))
    revision: Mapped[int]
    value: Mapped[str] = mapped_column(Text)
    share: Mapped[int | None]
    why: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Moment)
