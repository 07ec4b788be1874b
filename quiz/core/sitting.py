"""When a sitting may be started, answered and read: times in, verdicts out; the server's clock is an argument."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

GRACE = timedelta(seconds=15)
"""How long after the deadline a save that was already on its way is still accepted."""

DELIVERY_MINUTES = 10
"""How long after a deadline answers that were made before it may still come in, unless a plan says otherwise."""

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


class ClosedBy(StrEnum):
    """Who closed an attempt; PAPER when it was written on an answer sheet and brought in."""

    TRAINEE = "trainee"
    DEADLINE = "deadline"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Extra:
    """Minutes that a person was given: `minutes` to answer longer (and the end later), `lost` before they started, by which only the end moves."""

    minutes: int = 0
    lost: int = 0


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
        return Window(self.opens_at, self.closes_at + timedelta(minutes=extra.minutes + extra.lost), self.minutes + extra.minutes)


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


def seconds_left(deadline_at: datetime, now: datetime) -> int:
    """Return the whole seconds until the deadline, never negative."""
    return max(0, int((deadline_at - now).total_seconds()))
