"""What becomes of a save: times and numbers in, a verdict out. Knows no database and no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from quiz.core.response import Response
from quiz.core.sitting import BY_PEOPLE, GRACE, deadline_now

TURN = 1_000_000
"""How many numbers a page has for its saves: those of turn n begin at n × TURN + 1."""

MOST_ITEMS = 100
"""Saves in one call."""

NOTED = timedelta(seconds=5)
"""From which delay on the time that an answer was made is kept beside the time it came in."""


class Saved(StrEnum):
    """What became of a save: accepted; superseded by a newer one of its slot;
    in conflict with another of its number; or late, after the end."""

    ACCEPTED = "accepted"
    SUPERSEDED = "superseded"
    CONFLICT = "conflict"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Save:
    """One save as it came from outside, unchecked: `age_ms` is how many milliseconds ago it was made, by the device's word.

    `is_shown` is True for what a page sent: it calls options by its own names, see `shown`.
    """

    slot: int
    value: object
    seq: int
    age_ms: int = 0
    is_shown: bool = False


@dataclass(frozen=True, slots=True)
class SaveResult:
    """The outcome of a save; `value` is the response that now counts for the slot, `shown` the same as the page names it."""

    state: Saved
    slot: int
    seq: int
    value: Response
    shown: Response


@dataclass(frozen=True, slots=True)
class Span:
    """The times of an attempt that decide whether an answer is in time."""

    started_at: datetime
    deadline_at: datetime
    submitted_at: datetime | None
    closed_by: str | None
    delivery: timedelta
    paused_at: datetime | None = None

    def deadline(self, now: datetime) -> datetime:
        """Return the deadline as it stands."""
        return deadline_now(self.deadline_at, self.paused_at, now)


def made_at(span: Span, received_at: datetime, age_ms: int) -> datetime:
    """Return when an answer was made, by the device's word, within what is possible: not before the start and not after it came in."""
    try:
        claimed = received_at - timedelta(milliseconds=max(0, age_ms))
    except OverflowError:
        claimed = span.started_at
    return min(max(claimed, span.started_at), received_at)


def is_in_time(span: Span, made: datetime, received_at: datetime) -> bool:
    """True when an answer counts: nobody has handed in, it was made by the deadline, and it came in while answers may be delivered."""
    if span.submitted_at is not None and span.closed_by in BY_PEOPLE:
        return False
    deadline = span.deadline(received_at)
    return made <= deadline + GRACE and received_at <= deadline + max(GRACE, span.delivery)


def judge(in_time: bool, number_is_used: bool, is_newest: bool) -> Saved:
    """Return what a save that is not stored yet becomes; `is_newest` among those of its slot."""
    if not in_time:
        return Saved.LATE
    if number_is_used:
        return Saved.CONFLICT
    return Saved.ACCEPTED if is_newest else Saved.SUPERSEDED


def first_seq(turn: int) -> int:
    """Return the number of the first save of a page that holds the desk with this turn."""
    return turn * TURN + 1


def last_seq(turn: int) -> int:
    """Return the highest number that any page may use while this is the newest turn: nobody has been given more."""
    return (turn + 1) * TURN
