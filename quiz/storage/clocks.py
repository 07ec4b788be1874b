"""The time that each host served last, and the alarms about clocks that were set."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from quiz.storage.tables import ClockAlarmRow, ClockRow


def get_clock(session: Session, host: str) -> ClockRow | None:
    """Return what time a host served last, or None."""
    return session.get(ClockRow, host)


def save_clock(session: Session, host: str, ticks: int, at: datetime) -> None:
    """Write down what time a host serves when it has counted to `ticks`."""
    row = session.get(ClockRow, host)
    if row is None:
        session.add(ClockRow(host=host, ticks=ticks, at=at))
    else:
        row.ticks, row.at = ticks, at
    session.flush()


def open_alarm(session: Session, host: str) -> ClockAlarmRow | None:
    """Return the alarm of a host whose clock still differs from the time that it serves, or None."""
    query = select(ClockAlarmRow).where(ClockAlarmRow.host == host, ClockAlarmRow.ended_at.is_(None))
    return session.scalar(query.order_by(ClockAlarmRow.id.desc()).limit(1))


def latest_alarm(session: Session, host: str) -> ClockAlarmRow | None:
    """Return the newest alarm of a host, or None."""
    return session.scalar(select(ClockAlarmRow).where(ClockAlarmRow.host == host).order_by(ClockAlarmRow.id.desc()).limit(1))


def list_alarms(session: Session) -> list[ClockAlarmRow]:
    """Return the alarms that nobody has settled, or whose clock still differs, the first first."""
    query = select(ClockAlarmRow).where(ClockAlarmRow.settled_at.is_(None) | ClockAlarmRow.ended_at.is_(None))
    return list(session.scalars(query.order_by(ClockAlarmRow.id)))


def is_unsettled(session: Session) -> bool:
    """True while an alarm waits for a person."""
    return bool(session.scalar(select(exists().where(ClockAlarmRow.settled_at.is_(None)))))


def add_alarm(session: Session, host: str, at: datetime, seconds: int) -> ClockAlarmRow:
    """Add an alarm."""
    row = ClockAlarmRow(host=host, at=at, seconds=seconds)
    session.add(row)
    session.flush()
    return row
