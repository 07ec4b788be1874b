"""When a sitting may be started, answered and read: times in, verdicts out; the server's clock is an argument."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from quiz.core.message import mark_text

FOREVER = datetime(9000, 1, 1, tzinfo=UTC)
"""The end of what has no end yet, far from the last moment that a program can count to."""

GRACE = timedelta(seconds=15)
"""How long after the deadline a save that was already on its way is still accepted."""

DELIVERY_MINUTES = 10
"""How long after a deadline answers that were made before it may still come in, unless a plan says otherwise."""

APPEAL_DAYS = 3
"""How many days after the keys are shown a cadre may appeal, unless a plan says otherwise."""

MOST_APPEAL_DAYS = 30

MARGIN_PERCENT = 20
"""By how many percent of a question's marks two markers may differ without a third, unless a plan says otherwise."""
LONGEST_DELIVERY = 240
"""Minutes at most that answers may come in after a deadline."""

LONGEST_EXTRA = 240
"""Minutes that one person may be given in one sitting at most: nobody sits longer than this after its end."""

NEARLY_OVER = 10
"""Seconds before the deadline from which a page that says its time is up is believed."""


class Release(StrEnum):
    """When a trainee may see the score. Keys and explanations wait until the window has closed for everyone in any case."""

    ON_SUBMIT = "on_submit"
    ON_CLOSE = "on_close"
    MANUAL = "manual"


class Phase(StrEnum):
    """Where a sitting stands at a moment."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"


PHASE_NAMES = {
    Phase.SCHEDULED: mark_text("未开始"),
    Phase.OPEN: mark_text("进行中"),
    Phase.CLOSED: mark_text("已结束"),
}


class ClosedBy(StrEnum):
    """Who closed an attempt; PAPER when it was written on an answer sheet and brought in."""

    TRAINEE = "trainee"
    DEADLINE = "deadline"
    ORGANISER = "organiser"
    PAPER = "paper"


BY_PEOPLE = (ClosedBy.TRAINEE, ClosedBy.ORGANISER, ClosedBy.PAPER)
"""Who closes for good: what the clock has closed may still be delivered for a while."""


@dataclass(frozen=True, slots=True)
class Extra:
    """What a person was given: `minutes` to answer longer (and the end later), `lost` minutes before they started, by which only the end moves.

    `seconds` were lost as well, in pauses, which are given back to the second.
    """

    minutes: int = 0
    lost: int = 0
    seconds: int = 0


NO_EXTRA = Extra()


@dataclass(frozen=True, slots=True)
class Window:
    """From when until when a sitting is open, and how many minutes one attempt lasts at most."""

    opens_at: datetime
    closes_at: datetime
    minutes: int

    def phase(self, now: datetime) -> Phase:
        """Return the phase at `now`; the last moment belongs to the window."""
        if now < self.opens_at:
            return Phase.SCHEDULED
        return Phase.OPEN if now <= self.closes_at else Phase.CLOSED

    def deadline(self, started_at: datetime) -> datetime:
        """Return when an attempt started then must end: after its minutes, and never after the window."""
        return min(started_at + timedelta(minutes=self.minutes), self.closes_at)

    def with_extra(self, extra: Extra) -> Window:
        """Return the window of someone who was given time."""
        more = timedelta(minutes=extra.minutes + extra.lost, seconds=extra.seconds)
        return Window(self.opens_at, self.closes_at + more, self.minutes + extra.minutes)


@dataclass(frozen=True, slots=True)
class Visibility:
    """What of a result a trainee may see now."""

    score: bool
    key: bool


def visibility(release: Release, window: Window, released_at: datetime | None, submitted: bool, now: datetime) -> Visibility:
    """Return what the release rule allows. A key is never shown while anyone may still sit."""
    is_over = window.phase(now) is Phase.CLOSED
    is_released = (released_at is not None and released_at <= now) if release is Release.MANUAL else is_over
    may_see_score = submitted and (is_released or release is Release.ON_SUBMIT)
    return Visibility(score=may_see_score, key=submitted and is_over and is_released)


def keys_shown_at(release: Release, window: Window, released_at: datetime | None) -> datetime | None:
    """Return the moment from which keys are shown; None while nobody has released what waits for a person."""
    if release is not Release.MANUAL:
        return window.closes_at
    return None if released_at is None else max(released_at, window.closes_at)


def deadline_now(deadline_at: datetime, paused_at: datetime | None, now: datetime) -> datetime:
    """Return the deadline as it stands: while a clock stands still it moves away as fast as time goes by, so that what is left stays the same."""
    return deadline_at if paused_at is None else deadline_at + max(now - paused_at, timedelta())


def seconds_to_open(opens_at: datetime, now: datetime) -> int:
    """Return the whole seconds until a sitting opens, rounded up, so that nobody who waited them comes too early; never negative."""
    return max(0, -((now - opens_at) // timedelta(seconds=1)))


def seconds_left(deadline_at: datetime, now: datetime) -> int:
    """Return the whole seconds until the deadline, never negative."""
    return max(0, int((deadline_at - now).total_seconds()))
