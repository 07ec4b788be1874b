"""A clock that nobody can set: the time of day when it started, counted on by ticks that only go forward.

So a deadline stays as far away as it was when the machine's clock is set, forward or back, by hand or by a time server.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

JUMP = timedelta(seconds=5)
"""From which difference on a clock was set; smaller ones are followed in silence."""


class SteadyClock:
    """Gives the time; `wall` is the machine's clock, `ticks` its seconds since some moment, which no one can set."""

    def __init__(self, wall: Callable[[], datetime], ticks: Callable[[], float]) -> None:
        self._wall, self._ticks = wall, ticks
        self._base = (wall(), ticks())

    def __call__(self) -> datetime:
        """Return the time that people are served by."""
        at, ticks = self._base
        return at + timedelta(seconds=self._ticks() - ticks)

    @property
    def ticks(self) -> int:
        """The machine's milliseconds since some moment."""
        return int(self._ticks() * 1000)

    @property
    def drift(self) -> timedelta:
        """How far the machine's clock is ahead."""
        return self._wall() - self()

    def follow(self) -> None:
        """Take over the machine's clock."""
        self._base = (self._wall(), self._ticks())

    def go_on(self, at: datetime, ticks: int) -> None:
        """Take over the time that another process served when the machine had counted to `ticks` (milliseconds)."""
        self._base = (at, ticks / 1000)
