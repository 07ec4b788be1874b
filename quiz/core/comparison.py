"""What a sitting tells beyond sums: how areas and levels fared, which groups did better than their papers let expect, what became of the plan."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from quiz.core.message import Message, mark_text
from quiz.core.question import Level

if TYPE_CHECKING:
    from quiz.core.statistics.shares import Ratio  # numpy is loaded when it is needed


class GroupKind(StrEnum):
    """By what people are put together."""

    KIND = "kind"
    POST = "post"
    GROUP = "group"
    UNIT = "unit"


GROUP_KIND_NAMES: dict[GroupKind, str] = {
    GroupKind.KIND: mark_text("单位类别"),
    GroupKind.POST: mark_text("岗位"),
    GroupKind.GROUP: mark_text("干部群体"),
    GroupKind.UNIT: mark_text("单位"),
}


class Verdict(StrEnum):
    """What the data say of a group: ahead of what its papers let expect, behind, or nothing; or there are too few people."""

    AHEAD = "ahead"
    BEHIND = "behind"
    OPEN = "open"
    FEW = "few"


VERDICT_NAMES: dict[Verdict, str] = {
    Verdict.AHEAD: mark_text("高于全体"),
    Verdict.BEHIND: mark_text("低于全体"),
    Verdict.OPEN: mark_text("看不出差别"),
    Verdict.FEW: mark_text("人数不足，不下结论"),
}


@dataclass(frozen=True, slots=True)
class AreaRow:
    """The share of the marks earned in an area, or on one level of it (`level` not None)."""

    area: str
    level: Level | None
    items: int
    share: Ratio


@dataclass(frozen=True, slots=True)
class ComparedGroup:
    """A group beside all: its marks over those that its own papers let expect, all people together at 1; `is_shown` as in the sums."""

    kind: GroupKind
    name: str
    share: Ratio
    verdict: Verdict
    is_shown: bool


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A cell of the plan: how many questions it wants on a paper (None: a general question in place of a local one), how many stood there on all
    papers together, how many different ones, and the share of their marks that was earned."""

    section: str
    cell: Message | str
    wanted: int | None
    placed: int
    items: int
    share: Ratio


@dataclass(frozen=True, slots=True)
class Comparison:
    """A sitting for one reader: `people` were marked; `is_common` is True when all had the same questions, so that totals may be compared too."""

    code: str
    title: str
    people: int
    is_common: bool
    areas: tuple[AreaRow, ...]
    groups: tuple[ComparedGroup, ...]
    plan: tuple[PlanRow, ...]

    def of(self, kind: GroupKind) -> tuple[ComparedGroup, ...]:
        """Return the groups of one kind."""
        return tuple(group for group in self.groups if group.kind is kind)

    @property
    def kinds(self) -> tuple[GroupKind, ...]:
        """The kinds of which a group is not simply everybody."""
        return tuple(kind for kind in GroupKind if any(group.share.people < self.people for group in self.of(kind)))

    def ratio(self, kind: GroupKind, name: str) -> ComparedGroup | None:
        """Return the group with this name, or None."""
        return next((group for group in self.of(kind) if group.name == name), None)

    @property
    def missed(self) -> tuple[PlanRow, ...]:
        """The cells that had fewer questions on the papers than the plan wants."""
        return tuple(row for row in self.plan if row.wanted is not None and row.placed < row.wanted * self.people)
