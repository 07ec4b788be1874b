"""Sittings, papers, amendments, attempts, time given, admission, and every save."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from quiz.core.contest import Contest
from quiz.core.sitting import APPEAL_DAYS, DELIVERY_MINUTES, MARGIN_PERCENT
from quiz.storage.tables.base import Base, BigId, Moment


class SittingRow(Base):
    """A sitting: a paper given to a group in a window. `seed` is secret; its commitment may be shown.

    `extended_to` is the latest moment until which anyone was given time beyond the window, `delivery_minutes` how long after a deadline
    answers that were made before it may still come in, `paused_at` since when somebody's clock stands still, `appeal_days` how many days after
    its keys are shown a cadre may appeal (0: not at all). Short answers are marked by `markers` people each; where two differ by more than
    `margin_percent` of the marks, a third decides. `seb_keys` are the keys of Safe Exam Browser that may show questions, parted by blanks; `rooms`
    says how sites are split into rooms (`core/room.py`), empty while nobody has said.
    A make-up names the code of the sitting that it `makes_up` and by `counting` which score counts; `sample` is the code of the sample that sits.
    Both are empty for all others. `contest` says whether it takes marks off for wrong answers and how low a total may fall (`core/contest.py`); the
    pass mark of a contest is the lowest total that it allows.
    """

    __tablename__ = "sitting"
    __table_args__ = (
        CheckConstraint("closes_at > opens_at", name="window"),
        CheckConstraint("minutes > 0", name="minutes"),
        CheckConstraint("release IN ('on_submit', 'on_close', 'manual')", name="release"),
        CheckConstraint("contest IN ('no', 'not_below_zero', 'below_zero')", name="contest"),
        Index("ix_sitting_makes_up", "makes_up"),
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
    delivery_minutes: Mapped[int] = mapped_column(default=DELIVERY_MINUTES, server_default=str(DELIVERY_MINUTES))
    paused_at: Mapped[datetime | None] = mapped_column(Moment)
    release: Mapped[str] = mapped_column(String(20))
    released_at: Mapped[datetime | None] = mapped_column(Moment)
    appeal_days: Mapped[int] = mapped_column(default=APPEAL_DAYS, server_default=str(APPEAL_DAYS))
    markers: Mapped[int] = mapped_column(default=1, server_default="1")
    margin_percent: Mapped[int] = mapped_column(default=MARGIN_PERCENT, server_default=str(MARGIN_PERCENT))
    seb_keys: Mapped[str] = mapped_column(Text, default="", server_default="")
    rooms: Mapped[str] = mapped_column(Text, default="", server_default="")
    max_mark: Mapped[int]
    pass_mark: Mapped[int]
    makes_up: Mapped[str] = mapped_column(String(80), default="", server_default="")
    counting: Mapped[str] = mapped_column(String(12), default="", server_default="")
    sample: Mapped[str] = mapped_column(String(80), default="", server_default="")
    contest: Mapped[str] = mapped_column(String(14), default=Contest.NO.value, server_default=Contest.NO.value)
    seed: Mapped[bytes] = mapped_column(LargeBinary)
    snapshot: Mapped[str] = mapped_column(Text)
    commitment: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[str] = mapped_column(String(100))


class PaperRow(Base):
    """A frozen paper of a cadre in a sitting, with name, unit and post as they stood; the highest number of a cadre counts.

    `seat` is the place in the order in which people sit, `questions` the bank uid of each slot as a JSON list, for history and statistics.
    Papers older than the columns `cadre_name` and `unit_name` have them empty.
    """

    __tablename__ = "paper"
    __table_args__ = (UniqueConstraint("sitting_id", "cadre_id", "number"), Index("ix_paper_unit", "sitting_id", "unit_id"))
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    cadre_id: Mapped[int] = mapped_column(ForeignKey("cadre.id"), index=True)
    number: Mapped[int] = mapped_column(default=1)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    post: Mapped[str] = mapped_column(String(100))
    cadre_name: Mapped[str] = mapped_column(String(100), default="", server_default="")
    unit_name: Mapped[str] = mapped_column(String(100), default="", server_default="")
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
    """One person's go at their paper; one for each paper, however often start is pressed.

    `turn` counts the pages that have taken the desk, `device` is the one that took it last. From `paused_at` on its clock stands still, and the
    deadline with it; from `voided_at` on it counts nowhere.
    """

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
    turn: Mapped[int] = mapped_column(default=0, server_default="0")
    device: Mapped[str] = mapped_column(String(40), default="", server_default="")
    paused_at: Mapped[datetime | None] = mapped_column(Moment)
    voided_at: Mapped[datetime | None] = mapped_column(Moment)


class AttemptChangeRow(Base):
    """Time given to a cadre (extend), given back to a whole unit (pause) or an attempt opened again (reopen): with its reason, never changed.

    The deadlines are the attempt's before and after, `closed_*` when and by whom it had been closed; None where there was none.
    `unit` is the code of the unit, or the key of the site, to which time was given back, empty for one cadre; `seconds` come on top of the minutes.
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
    seconds: Mapped[int] = mapped_column(default=0, server_default="0")
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
    """A device admitted by a code, by the SHA-256 of its token; `replaced_at` when another device took over.

    `sitting_id` is the admission's, as in `MarkRow`.
    """

    __tablename__ = "visit"
    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    admission_id: Mapped[int] = mapped_column(ForeignKey("admission.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    replaced_at: Mapped[datetime | None] = mapped_column(Moment)
    sitting_id: Mapped[int | None] = mapped_column(ForeignKey("sitting.id"))


class ResponseRow(Base):
    """One save of one slot. `state` is accepted, superseded (came late by its number), conflict, or late (after the end).

    `made_at` is when it was made by the device's word, kept where that is well before it was received.
    """

    __tablename__ = "response"
    __table_args__ = (
        Index("ix_response_attempt_seq", "sitting_id", "attempt_id", "seq"),
        Index("ix_response_late", "sitting_id", "attempt_id", sqlite_where=text("state = 'late'"), postgresql_where=text("state = 'late'")),
        Index("ix_response_made", "sitting_id", "attempt_id", sqlite_where=text("made_at IS NOT NULL"), postgresql_where=text("made_at IS NOT NULL")),
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
    made_at: Mapped[datetime | None] = mapped_column(Moment)
