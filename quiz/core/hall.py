"""The hall as values: where each person stands, how many of each there are, and what a page tells about itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from quiz.core.message import mark_text

QUIET = timedelta(seconds=90)
"""After so long without a word a page counts as offline: it missed three calls of every 30 seconds."""

MOST_EVENTS = 20
"""Events in one call of a page; what is more is left out."""

LONGEST_EVENT = 24 * 3600
"""Seconds: no event of one sitting lasts longer, whatever a page says."""


class HallState(StrEnum):
    """Where a person stands: not there yet, in the waiting room, at work (reached; with unsaved answers; not heard of; with a clock that
    stands still), handed in, made void."""

    MISSING = "missing"
    WAITING = "waiting"
    WORKING = "working"
    UNSAVED = "unsaved"
    OFFLINE = "offline"
    PAUSED = "paused"
    SUBMITTED = "submitted"
    VOIDED = "voided"


STATE_NAMES = {
    HallState.MISSING: mark_text("未到"),
    HallState.WAITING: mark_text("候考"),
    HallState.WORKING: mark_text("在答"),
    HallState.UNSAVED: mark_text("未保存"),
    HallState.OFFLINE: mark_text("离线"),
    HallState.PAUSED: mark_text("暂停"),
    HallState.SUBMITTED: mark_text("已交"),
    HallState.VOIDED: mark_text("作废"),
}
ABSENT_NAME = mark_text("缺考")
"""What "not there yet" is called once the sitting is over."""

ORDER = (
    HallState.SUBMITTED,
    HallState.WORKING,
    HallState.UNSAVED,
    HallState.OFFLINE,
    HallState.PAUSED,
    HallState.WAITING,
    HallState.VOIDED,
    HallState.MISSING,
)
"""From left to right in a bar."""

TROUBLE = (HallState.UNSAVED, HallState.OFFLINE)


class EventKind(StrEnum):
    """What is noted about a desk: taken by another device, heard from another address, the page left, the network gone."""

    DEVICE = "device"
    ADDRESS = "address"
    LEFT = "left"
    OFFLINE = "offline"


EVENT_NAMES = {
    EventKind.DEVICE: mark_text("更换设备"),
    EventKind.ADDRESS: mark_text("网络地址变化"),
    EventKind.LEFT: mark_text("离开答题页面"),
    EventKind.OFFLINE: mark_text("断网"),
}
TOLD_BY_PAGES = (EventKind.LEFT, EventKind.OFFLINE)
"""Kinds that a page may tell; the server sees the others itself."""


@dataclass(frozen=True, slots=True)
class Told:
    """An event as a page tells it: it ended `age_ms` milliseconds ago and lasted `seconds`."""

    kind: EventKind
    age_ms: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many people stand where, and how many of them changed the device or address, left the page, or have late answers.

    `late` waits for a person's word, `delivered` came in late and counts.
    """

    states: Mapping[HallState, int] = field(default_factory=dict)
    moved: int = 0
    left: int = 0
    late: int = 0
    delivered: int = 0

    def __getitem__(self, state: HallState) -> int:
        """How many stand there. KeyError for what is no state: templates ask so for attributes."""
        if not isinstance(state, HallState):
            raise KeyError(state)
        return self.states.get(state, 0)

    @property
    def expected(self) -> int:
        """How many have a paper."""
        return sum(self.states.values())

    @property
    def arrived(self) -> int:
        """How many are in the waiting room or have started."""
        return self.expected - self[HallState.MISSING]

    @property
    def troubled(self) -> int:
        """How many at work have unsaved answers or are not heard of."""
        return sum(self[state] for state in TROUBLE)


def add_up(tallies: Iterable[Tally]) -> Tally:
    """Return the sum."""
    states: dict[HallState, int] = {}
    moved = left = late = delivered = 0
    for tally in tallies:
        for state, count in tally.states.items():
            states[state] = states.get(state, 0) + count
        moved, left = moved + tally.moved, left + tally.left
        late, delivered = late + tally.late, delivered + tally.delivered
    return Tally(states, moved, left, late, delivered)
