"""Several sittings in the order of time: each by itself, and the change since the one before on the questions that both asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from quiz.core.message import mark_text
from quiz.core.statistics import gates
from quiz.core.unit_report import GroupRow

if TYPE_CHECKING:
    from quiz.core.statistics.linking import Link  # numpy is loaded when it is needed


class Change(StrEnum):
    """What may be said of a sitting beside the one before."""

    FIRST = "first"
    UNLIKE = "unlike"
    CONTEST = "contest"
    UP = "up"
    DOWN = "down"
    OPEN = "open"


CHANGE_NAMES: dict[Change, str] = {
    Change.FIRST: mark_text("第一次"),
    Change.UNLIKE: mark_text("共同的试题太少，不能比较"),
    Change.CONTEST: mark_text("有一场是竞赛，不能比较"),
    Change.UP: mark_text("提高"),
    Change.DOWN: mark_text("下降"),
    Change.OPEN: mark_text("看不出变化"),
}


@dataclass(frozen=True, slots=True)
class SittingPoint:
    """One sitting: the sums of everybody within the reader's authority, and the change since the one before (None where they cannot be compared).

    `is_apart` where one of the two is a contest: marks that are taken off tell of daring too, so they are never compared with others.
    """

    code: str
    title: str
    opens_at: datetime
    full: Decimal
    row: GroupRow
    is_first: bool
    link: Link | None
    is_contest: bool = False
    is_apart: bool = False

    @property
    def mean_percent(self) -> Decimal | None:
        """The mean score in percent of the full marks, to a tenth."""
        mean = self.row.mean
        return None if mean is None or not self.full else (100 * mean / self.full).quantize(Decimal("0.1"), ROUND_HALF_UP)

    @property
    def change(self) -> Change:
        """What may be said of it beside the one before."""
        if self.is_first:
            return Change.FIRST
        if self.is_apart:
            return Change.CONTEST
        if self.link is None or self.link.people < gates.COMPARISON:
            return Change.UNLIKE
        if self.link.interval.low > 0:
            return Change.UP
        return Change.DOWN if self.link.interval.high < 0 else Change.OPEN


@dataclass(frozen=True, slots=True)
class SittingChoice:
    """A sitting that may be chosen."""

    code: str
    title: str
    opens_at: datetime
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class OverTime:
    """The chosen sittings, the earliest first, and those that may be chosen, the latest first."""

    points: tuple[SittingPoint, ...]
    choices: tuple[SittingChoice, ...]
    excellent: int

    @property
    def has_line(self) -> bool:
        """True when one of them has a pass mark."""
        return any(not point.is_contest for point in self.points)

    @property
    def has_contest(self) -> bool:
        """True when one of them is a contest."""
        return any(point.is_contest for point in self.points)
