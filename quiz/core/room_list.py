"""A room as its lists name it: where it is, when, and who sits there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody in a room's lists; `code` names the paper, `form` is its letter or empty."""

    seat: int
    name: str
    number: str
    unit: str
    form: str
    code: str


@dataclass(frozen=True, slots=True)
class RoomList:
    """A room of a sitting: its site and number there, its name or empty, the time in words, how many seats stand in a row (0: not known)."""

    title: str
    when: str
    minutes: int
    site: str
    room: int
    room_name: str
    columns: int
    people: tuple[Listed, ...]

    @property
    def forms(self) -> dict[str, int]:
        """How many papers of each form there are; nothing without forms."""
        return {form: count for form, count in sorted(Counter(one.form for one in self.people).items()) if form}
