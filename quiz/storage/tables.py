"""The tables. Marks are integers in hundredths, times aware UTC; responses, marks, decisions, papers and the audit log are append-only by trigger."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, ForeignKey, Index, LargeBinary, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import Integer, TypeDecorator

APPEND_ONLY = (
    "question_revision",
    "document",
    "paper",
    "paper_question",
    "amendment",
    "response",
    "grading",
    "mark",
    "decision",
    "audit",
    "proposal_event",
    "question_person",
    "question_use",
    "picture",
    "attempt_change",
)
"""Tables whose rows are never changed or deleted; the migration gives each its triggers."""

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC; SQLite stores it without zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Refuse a naive time and convert to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must be aware")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Return the time as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


BigId = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit number that counts by itself on SQLite as well."""


class Base(DeclarativeBase):
    """The mapped classes; one metadata with named constraints."""

    metadata = MetaData(naming_convention=NAMING)


class UnitRow(Base):
    """A unit; `path` is the codes from the root, "/QL/T01/V0101/", so that a subtree is a prefix."""

    __tablename__ = "unit"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(20))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    path: Mapped[str] = mapped_column(String(200), unique=True)


class CadreRow(Base):
    """An official on the roster."""

    __tablename__ = "cadre"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    groups: Mapped[str] = mapped_column(Text, default="[]")


class PostRow(Base):
    """A post of a cadre, from and to a day."""

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("cadre_id", "kind", "place_id", "from_on"),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="ends_after_start"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    cadre_id: Mapped[int] = mapped_column(ForeignKey("cadre.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    place_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    title: Mapped[str] = mapped_column(String(100), default="")
    from_on: Mapped[date] = mapped_column(Date)
    to_on: Mapped[date | None] = mapped_column(Date)


class AccountRow(Base):
    """A log-in. A trainee's account belongs to a cadre; `failures` counts wrong passwords since the last right one."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str] = mapped_column(String(200))
    cadre_id: Mapped[int | None] = mapped_column(ForeignKey("cadre.id"), unique=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    failures: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)


class GrantRow(Base):
    """A role of an account within a unit's subtree; no unit means the whole county."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("account_id", "role"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))


class LoginRow(Base):
    """A log-in session: only the SHA-256 of its token is stored."""

    __tablename__ = "login"
    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)


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


class SittingRow(Base):
    """A sitting: a paper given to a group in a window. `seed` is secret; its commitment may be shown.

    `extended_to` is the latest moment until which anyone was given time beyond the window.
    """

    __tablename__ = "sitting"
    __table_args__ = (
        CheckConstraint("closes_at > opens_at", name="window"),
        CheckConstraint("minutes > 0", name="minutes"),
        CheckConstraint("release IN ('on_submit', 'on_close', 'manual')", name="release"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    blueprint_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    dataset_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    group: Mapped[str] = mapped_column("candidate_group", Text)
    opens_at: Mapped[datetime] = mapped_column(Moment)
    closes_at: Mapped[datetime] = mapped_column(Moment)
    extended_to: Mapped[datetime | None] = mapped_column(Moment)
    minutes: Mapped[int]
    release: Mapped[str] = mapped_column(String(20))
    released_at: Mapped[datetime | None] = mapped_column(Moment)
    max_mark: Mapped[int]
    pass_mark: Mapped[int]
    seed: Mapped[bytes] = mapped_column(LargeBinary)
    snapshot: Mapped[str] = mapped_column(Text)
    commitment: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[str] = mapped_column(String(100))


class PaperRow(Base):
    """A frozen paper of a cadre in a sitting, with the unit and post as they stood; the highest number of a cadre counts.

    `seat` is the place in the order in which people sit, `questions` the bank uid of each slot as a JSON list, for history and statistics.
    """

    __tablename__ = "paper"
    __table_args__ = (UniqueConstraint("sitting_id", "cadre_id", "number"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    cadre_id: Mapped[int] = mapped_column(ForeignKey("cadre.id"), index=True)
    number: Mapped[int] = mapped_column(default=1)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    post: Mapped[str] = mapped_column(String(100))
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)
    seat: Mapped[int | None]
    form: Mapped[str] = mapped_column(String(2), default="", server_default="")
    questions: Mapped[str] = mapped_column(Text, default="[]", server_default="[]")


class PaperQuestionRow(Base):
    """A local question or a part of a case as it stands on papers, which name it by the digest of its content; others they name by revision."""

    __tablename__ = "paper_question"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[str] = mapped_column(Text)


class AmendmentRow(Base):
    """What was changed in a sitting after its papers were drawn, in order: the draw itself is never done again."""

    __tablename__ = "amendment"
    __table_args__ = (
        UniqueConstraint("sitting_id", "number"),
        CheckConstraint("kind IN ('replace_question', 'add_cadre')", name="kind"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(100))


class AttemptRow(Base):
    """One person's go at their paper; one for each paper, however often start is pressed."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("sitting_id", "paper_id"),
        Index("ix_attempt_open", "submitted_at", "deadline_at"),
        CheckConstraint("(submitted_at IS NULL) = (closed_by IS NULL)", name="closed"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    paper_id: Mapped[int] = mapped_column(ForeignKey("paper.id"))
    cadre_id: Mapped[int] = mapped_column(ForeignKey("cadre.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(Moment)
    deadline_at: Mapped[datetime] = mapped_column(Moment)
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_by: Mapped[str | None] = mapped_column(String(20))


class AttemptChangeRow(Base):
    """Time given to a cadre (extend), given back to a whole unit (pause) or an attempt opened again (reopen): with its reason, never changed.

    The deadlines are the attempt's before and after, `closed_*` when and by whom it had been closed; None where there was none.
    `unit` is the code of the unit to which time was given back, empty for one cadre.
    """

    __tablename__ = "attempt_change"
    __table_args__ = (
        Index("ix_attempt_change_cadre", "sitting_id", "cadre_id"),
        CheckConstraint("kind IN ('extend', 'pause', 'reopen')", name="kind"),
        CheckConstraint("minutes >= 0", name="minutes"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    cadre_id: Mapped[int] = mapped_column(ForeignKey("cadre.id"))
    kind: Mapped[str] = mapped_column(String(10))
    minutes: Mapped[int]
    unit: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(500))
    deadline_before: Mapped[datetime | None] = mapped_column(Moment)
    deadline_after: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_by: Mapped[str | None] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(100))


class AdmissionRow(Base):
    """A code that admits a cadre to a sitting: only its digest is stored. A new one makes the one before void."""

    __tablename__ = "admission"
    __table_args__ = (Index("ix_admission_cadre", "sitting_id", "cadre_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    cadre_id: Mapped[int] = mapped_column(ForeignKey("cadre.id"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    issued_at: Mapped[datetime] = mapped_column(Moment)
    issued_by: Mapped[str] = mapped_column(String(100))
    voided_at: Mapped[datetime | None] = mapped_column(Moment)


class VisitRow(Base):
    """A device admitted by a code, by the SHA-256 of its token; `replaced_at` when another device took over."""

    __tablename__ = "visit"
    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    admission_id: Mapped[int] = mapped_column(ForeignKey("admission.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    replaced_at: Mapped[datetime | None] = mapped_column(Moment)


class ResponseRow(Base):
    """One save of one slot. `state` is accepted, superseded (came late by its number), conflict, or late (after the end)."""

    __tablename__ = "response"
    __table_args__ = (
        Index("ix_response_attempt_seq", "sitting_id", "attempt_id", "seq"),
        CheckConstraint("slot > 0 AND seq > 0", name="positive"),
        CheckConstraint("state IN ('accepted', 'superseded', 'conflict', 'late')", name="state"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    slot: Mapped[int]
    seq: Mapped[int] = mapped_column(BigInteger)
    value: Mapped[str] = mapped_column(Text)
    device: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(12))
    received_at: Mapped[datetime] = mapped_column(Moment)


class GradingRow(Base):
    """One grading run of one attempt; a regrade is a new row beside the old."""

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
    graded_at: Mapped[datetime] = mapped_column(Moment)


class MarkRow(Base):
    """The mark of one slot in a grading run, with the rule and the reason."""

    __tablename__ = "mark"
    __table_args__ = (UniqueConstraint("grading_id", "slot"), CheckConstraint("mark >= 0 AND mark <= max_mark", name="range"))
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    grading_id: Mapped[int] = mapped_column(ForeignKey("grading.id"))
    slot: Mapped[int]
    mark: Mapped[int]
    max_mark: Mapped[int]
    rule: Mapped[str] = mapped_column(String(40))
    why: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(Text)
    response_id: Mapped[int | None] = mapped_column(ForeignKey("response.id"))


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
