"""Which score counts when somebody sat an examination and its make-ups: a named rule, its outcome and why. Scores are on the same scale."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from quiz.core.message import Message, mark_text, say


class Counting(StrEnum):
    """Which score counts after a make-up. Who does not sit the make-up keeps what they had."""

    BETTER = "better"
    MAKE_UP = "make_up"
    CAPPED = "capped"
    ORIGINAL = "original"


COUNTING_NAMES: dict[Counting, str] = {
    Counting.BETTER: mark_text("取较高的成绩"),
    Counting.MAKE_UP: mark_text("以补考成绩为准"),
    Counting.CAPPED: mark_text("补考及格的按及格线计"),
    Counting.ORIGINAL: mark_text("以原考成绩为准"),
}
COUNTING_RULES: dict[Counting, str] = {
    Counting.BETTER: mark_text("原考和补考，哪次成绩高就计哪次。"),
    Counting.MAKE_UP: mark_text("参加了补考的，计补考成绩，比原考低也一样。"),
    Counting.CAPPED: mark_text("补考成绩最高计到及格线；原考成绩更高的，仍计原考。"),
    Counting.ORIGINAL: mark_text("补考只作学习和检验，不改变原考成绩。"),
}


class WhyCounts(StrEnum):
    """Why a score counts, or why none does."""

    NONE = "none"
    ONLY = "only"
    STAYS = "stays"
    MAKE_UP = "make_up"
    HIGHER = "higher"
    NOT_HIGHER = "not_higher"
    CAPPED = "capped"


WHY_COUNTS: dict[WhyCounts, str] = {
    WhyCounts.NONE: mark_text("还没有可以计入的成绩"),
    WhyCounts.ONLY: mark_text("没有补考成绩"),
    WhyCounts.STAYS: mark_text("按规则，补考不改变原考成绩"),
    WhyCounts.MAKE_UP: mark_text("按规则，以补考成绩为准"),
    WhyCounts.HIGHER: mark_text("补考成绩较高"),
    WhyCounts.NOT_HIGHER: mark_text("补考成绩没有超过原来的成绩"),
    WhyCounts.CAPPED: mark_text("补考及格，按及格线计"),
}


class MakeUpFor(StrEnum):
    """Who is asked to a make-up."""

    FAILED = "failed"
    ABSENT = "absent"
    VOIDED = "voided"


MAKE_UP_FOR_NAMES: dict[MakeUpFor, str] = {
    MakeUpFor.FAILED: mark_text("不及格的人"),
    MakeUpFor.ABSENT: mark_text("缺考的人"),
    MakeUpFor.VOIDED: mark_text("答卷作废的人"),
}


@dataclass(frozen=True, slots=True)
class MakeUp:
    """What makes a planned sitting a make-up: of which sitting (its code), for whom, and which score counts."""

    sitting: str
    people: tuple[MakeUpFor, ...] = (MakeUpFor.FAILED, MakeUpFor.ABSENT)
    counting: Counting = Counting.BETTER


@dataclass(frozen=True, slots=True)
class Sat:
    """A sitting of the chain, by its code: `score` is None for who did not sit it, whose attempt is void, or whose score is not out."""

    sitting: str
    score: Decimal | None
    rule: Counting | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts: the score, the sitting that it comes from (empty for none), and why."""

    score: Decimal | None
    sitting: str
    why: WhyCounts

    def is_pass(self, pass_mark: Decimal) -> bool:
        """True when what counts reaches the pass mark."""
        return self.score is not None and self.score >= pass_mark

    def explain(self) -> Message:
        """Return why in words."""
        return say(WHY_COUNTS[self.why])


def count(first: Sat, make_ups: Iterable[Sat], pass_mark: Decimal) -> Counted:
    """Return what counts of an examination and its make-ups, each by its own rule, in the order in which they were held."""
    found = Counted(first.score, first.sitting if first.score is not None else "", WhyCounts.NONE if first.score is None else WhyCounts.ONLY)
    for one in make_ups:
        if one.score is not None and one.rule is not None:
            found = _with(found, one, one.score, one.rule, pass_mark)
    return found


def _with(before: Counted, one: Sat, score: Decimal, rule: Counting, pass_mark: Decimal) -> Counted:
    if rule is Counting.ORIGINAL:
        return Counted(before.score, before.sitting, WhyCounts.STAYS if before.score is not None else WhyCounts.NONE)
    if rule is Counting.MAKE_UP:
        return Counted(score, one.sitting, WhyCounts.MAKE_UP)
    offered = min(score, pass_mark) if rule is Counting.CAPPED else score
    if before.score is not None and offered <= before.score:
        return Counted(before.score, before.sitting, WhyCounts.NOT_HIGHER)
    return Counted(offered, one.sitting, WhyCounts.CAPPED if offered < score else WhyCounts.HIGHER)
