"""Questions over their revisions, texts on their way to publication, pictures, blueprints and local facts."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quiz.storage.tables.base import Base, BigId, Moment


class QuestionRow(Base):
    """A question or template over its revisions; `current` is the number of the newest, a retired one is drawn no more."""

    __tablename__ = "question"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(120), unique=True)
    is_template: Mapped[bool]
    current: Mapped[int] = mapped_column(default=1)
    retired_at: Mapped[datetime | None] = mapped_column(Moment)


class QuestionRevisionRow(Base):
    """A published, immutable state of a question; some of its fields stand beside the content to be searched by."""

    __tablename__ = "question_revision"
    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        Index("ix_question_revision_category", "category"),
        Index("ix_question_revision_digest", "digest"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(120))
    area: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(20))
    stem: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    published_at: Mapped[datetime] = mapped_column(Moment)
    published_by: Mapped[str] = mapped_column(String(100))
    read_by: Mapped[str] = mapped_column(String(100), default="", server_default="")


class QuestionPersonRow(Base):
    """A cadre who wrote or read a question: it is never drawn for them."""

    __tablename__ = "question_person"
    __table_args__ = (UniqueConstraint("question_id", "cadre_id", "part"), CheckConstraint("part IN ('author', 'reader')", name="part"))
    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    cadre_id: Mapped[int] = mapped_column(ForeignKey("cadre.id"), index=True)
    part: Mapped[str] = mapped_column(String(10))


class ProposalRow(Base):
    """A bank file on its way to publication: its text, its author and where it stands; what happened to it is in its events."""

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'submitted', 'returned', 'approved', 'published', 'withdrawn')", name="state"),
        Index("ix_proposal_state", "state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    reader_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(String(12))
    changed_at: Mapped[datetime] = mapped_column(Moment)


class ProposalEventRow(Base):
    """What was done with a proposal, by whom, when, with which comment, and the digest of the text as it then was."""

    __tablename__ = "proposal_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(12))
    comment: Mapped[str] = mapped_column(Text)
    source_digest: Mapped[str] = mapped_column(String(64))


class ProposalPictureRow(Base):
    """A picture sent with a proposal, as made anew: under the file name by which its text finds it."""

    __tablename__ = "proposal_picture"
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class QuestionUseRow(Base):
    """On how many papers of a sitting a question stands."""

    __tablename__ = "question_use"
    __table_args__ = (UniqueConstraint("sitting_id", "question_uid"), Index("ix_question_use_question_uid", "question_uid"))
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    question_uid: Mapped[str] = mapped_column(String(160))
    revision: Mapped[int]
    papers: Mapped[int]


class PictureRow(Base):
    """A picture of a question, named by the SHA-256 of its bytes."""

    __tablename__ = "picture"
    __table_args__ = (CheckConstraint("kind IN ('png', 'jpeg')", name="kind"),)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class DocumentRow(Base):
    """A published blueprint or dataset; each state is a row of its own, so that a sitting can name the one it used."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("kind", "code", "number"), CheckConstraint("kind IN ('blueprint', 'dataset')", name="kind"))
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(80))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(Moment)
