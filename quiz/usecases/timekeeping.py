"""The server's clock was set: people are served by the time that goes on evenly, somebody is told, and nothing is closed until a person has looked.

The time of day is taken from the machine when the server starts and then counted by ticks that nobody can set, so that no deadline moves. Every few
seconds the two are compared. See ADR 0014.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.message import Forbidden, QuizError, say
from quiz.core.reason import clean_reason
from quiz.core.sitting import GRACE
from quiz.core.steady import JUMP, SteadyClock
from quiz.storage import attempts, audit, clocks
from quiz.storage.tables import ClockAlarmRow

JUST_NOW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Kept:
    """What comparing the clocks found: whether the machine's is to be followed from now on, and by how much it jumped if that is new."""

    follow: bool
    jumped: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Alarms:
    """The alarms to show, whether closing by the clock rests because of them, and how many attempts would be out of time by the machine's clock."""

    rows: list[ClockAlarmRow]
    is_resting: bool
    would_end: int = 0


def go_on(session: Session, host: str, clock: SteadyClock) -> None:
    """Let the clock of a process that starts go on by the time that this machine served last, if the machine's clock was set meanwhile.

    After a start of the whole machine nothing can be told: its ticks begin anew.
    """
    row = clocks.get_clock(session, host)
    if row is None or row.ticks > clock.ticks:
        return
    expected = row.at + timedelta(milliseconds=clock.ticks - row.ticks)
    if abs(clock() - expected) >= JUMP:
        clock.go_on(row.at, row.ticks)


def keep_time(session: Session, host: str, ticks: int, now: datetime, drift: timedelta) -> Kept:
    """Compare the time that is served (`now`) with the machine's clock, which is ahead by `drift`; write the time down, and an alarm for a jump.

    The machine's clock is followed when the two hardly differ, when no attempt is open any more (one that is out of time must not get time again),
    and when a person has said so.
    """
    clocks.save_clock(session, host, ticks, now)
    latest = clocks.latest_alarm(session, host)
    going = latest if latest is not None and latest.ended_at is None else None
    if abs(drift) < JUMP:
        if going is not None:
            going.ended_at = now
        return Kept(follow=True)
    is_known = latest is not None and abs(drift - timedelta(seconds=latest.seconds)) < JUMP
    if latest is not None and is_known and latest.ended_at is not None and now - latest.ended_at < JUST_NOW:
        return Kept(follow=True)  # another process of this machine has followed already
    if going is None or not is_known:
        if going is not None:
            going.ended_at = now
        going, jumped = clocks.add_alarm(session, host, now, round(drift.total_seconds())), True
    else:
        jumped = False
    follow = going.follow or not attempts.has_open(session)
    if follow:
        going.ended_at = now
    return Kept(follow, drift if jumped else None)


def shift(session: Session, host: str) -> timedelta:
    """Return by how much this machine's clock is ahead of the time that people are served by."""
    alarm = clocks.open_alarm(session, host)
    return timedelta(seconds=alarm.seconds if alarm else 0)


def alarms(session: Session, actor: Actor, now: datetime) -> Alarms:
    """Return the alarms about clocks for whoever watches a hall."""
    actor.require(Action.WATCH_HALL)
    rows = clocks.list_alarms(session)
    going = [row.seconds for row in rows if row.ended_at is None]
    at_work = attempts.count_open(session, now - GRACE) if going else 0
    then = attempts.count_open(session, now + timedelta(seconds=max(going)) - GRACE) if going else 0
    return Alarms(rows, any(row.settled_at is None for row in rows), max(at_work - then, 0))


def settle(session: Session, actor: Actor, reason: str, follow: bool, now: datetime) -> int:
    """Say that a person has looked at the clocks, so that attempts are closed again when their time is up; return how many alarms there were.

    By `follow` the machine's clock is taken over at once, else when nobody is at work any more: until then everybody keeps the time they had.
    For organisers of the whole county. Forbidden; QuizError `no_reason`, `no_alarm`.
    """
    if actor.require(Action.SCHEDULE) != "/":
        raise Forbidden()
    text = clean_reason(reason)
    rows = clocks.list_alarms(session)
    if not rows:
        raise QuizError("no_alarm", say("没有等待处理的时钟警报。"))
    for row in rows:
        row.settled_at, row.settled_by, row.reason, row.follow = now, actor.name, text, follow
    session.flush()
    detail: dict[str, object] = {"seconds": [row.seconds for row in rows], "follow": follow, "reason": text}
    audit.record(session, now, actor.person, "settle_clock", "", detail)
    return len(rows)
