"""The hall while people sit: sites, who is there, what happened, pauses, attempts made void, late answers decided, and the server's clocks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quiz.storage.tables.base import Base, BigId, Moment


class SittingSiteRow(Base):
    """A unit whose people, with those of all units below it, sit at a named site; units without a row sit by towns and departments."""

    __tablename__ = "sitting_site"
    __table_args__ = (UniqueConstraint("sitting_id", "unit_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(40))


class PresenceRow(Base):
    """When a page was last heard of and from where; overwritten every few seconds, lost without harm.

    `unsent` answers are those that the page still holds, since `unsent_since`. The counts are of events, as hall_event has them one by one.
    """

    __tablename__ = "presence"
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), primary_key=True)
    paper_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("paper.id"), primary_key=True)
    first_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    device: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(45))
    turn: Mapped[int]
    unsent: Mapped[int]
    unsent_since: Mapped[datetime | None] = mapped_column(Moment)
    devices: Mapped[int]
    addresses: Mapped[int]
    lefts: Mapped[int]


class HallEventRow(Base):
    """Something at a person's desk that an invigilator may want to know: another device or address, the page left, no network.

    `at` is when it ended, by the device's word for what the page tells; `seconds` how long it lasted; `detail` what it changed from and to.
    """

    __tablename__ = "hall_event"
    __table_args__ = (
        Index("ix_hall_event_paper", "sitting_id", "paper_id"),
        CheckConstraint("kind IN ('device', 'address', 'left', 'offline')", name="kind"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    paper_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("paper.id"))
    kind: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(Moment)
    seconds: Mapped[int]
    detail: Mapped[str] = mapped_column(String(200))
    received_at: Mapped[datetime] = mapped_column(Moment)


class PauseRow(Base):
    """A sitting, a site or a unit whose clocks stand still from `at` until `ended_at`; `place` is the site's key or the unit's code."""

    __tablename__ = "pause"
    __table_args__ = (
        Index("ix_pause_sitting", "sitting_id", "ended_at"),
        CheckConstraint("kind IN ('all', 'site', 'unit')", name="kind"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    kind: Mapped[str] = mapped_column(String(10))
    place: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(100))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_by: Mapped[str] = mapped_column(String(100), default="")
    end_reason: Mapped[str] = mapped_column(String(500), default="")


class AttemptVoidRow(Base):
    """An attempt made void, or valid again: with the reason, never changed; the attempt itself says what holds now."""

    __tablename__ = "attempt_void"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    attempt_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("attempt.id"))
    is_void: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(100))


class LateDecisionRow(Base):
    """A person's word on an answer that came too late: whether it counts. The newest on a response holds."""

    __tablename__ = "late_decision"
    __table_args__ = (Index("ix_late_decision_attempt", "sitting_id", "attempt_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    attempt_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("attempt.id"))
    response_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("response.id"), index=True)
    is_accepted: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(100))


class ClockRow(Base):
    """What time a host's processes last served: with it a process that starts again goes on by the same time. `ticks` are milliseconds."""

    __tablename__ = "clock"
    host: Mapped[str] = mapped_column(String(64), primary_key=True)
    ticks: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(Moment)


class ClockAlarmRow(Base):
    """A host's clock was set while people could sit: `seconds` from the time that is served to what it says now.

    `ended_at` when the two agree again, `settled_at` when a person has looked; `follow` that the host's clock is to be taken over at once.
    """

    __tablename__ = "clock_alarm"
    id: Mapped[int] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)
    seconds: Mapped[int] = mapped_column(BigInteger)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    settled_by: Mapped[str] = mapped_column(String(100), default="")
    reason: Mapped[str] = mapped_column(String(500), default="")
    follow: Mapped[bool] = mapped_column(default=False)
