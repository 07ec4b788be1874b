"""What make-ups came to, by unit: who sat one, who passed there, and the rate of passes by what counts afterwards; names nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from quiz.core.counting import COUNTING_NAMES, Counted, Counting
from quiz.core.message import Message, say
from quiz.core.unit_report import GroupRow, hidden_where_held


@dataclass(frozen=True, slots=True)
class MadeUp:
    """One person who was asked to a make-up, from the unit at `path` when the examination was: its score and what counts since.

    `has_sat` a make-up that counts and was marked, and `has_passed` one of these.
    """

    path: str
    first: Decimal | None
    counted: Counted
    has_sat: bool
    has_passed: bool


@dataclass(frozen=True, slots=True)
class AfterRow:
    """A unit after the make-ups: how many were asked to one, sat one and passed there, and the passes among all who have a score that counts.

    `is_shown` is False where so few sat that figures would tell single people's results: then only presence is told.
    """

    name: str
    asked: int
    sat: int
    passed: int
    passes: int
    scored: int
    before: Decimal | None
    is_shown: bool

    @property
    def passed_there(self) -> int | None:
        """How many passed a make-up."""
        return self.passed if self.is_shown else None

    @property
    def rate(self) -> Decimal | None:
        """Who passed by what counts, among those with a score that counts, in percent to a tenth."""
        if not self.is_shown or not self.scored:
            return None
        return (Decimal(100 * self.passes) / self.scored).quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class AfterMakeUps:
    """The make-ups of a sitting whose results are out, each with its rule; everybody's row, and one for each unit with somebody asked."""

    rules: tuple[tuple[str, Counting], ...]
    all: AfterRow
    units: tuple[AfterRow, ...]

    @property
    def notes(self) -> list[Message]:
        """What a reader must know of the figures, in sentences."""
        named = [say("{title}：{rule}", title=title, rule=say(COUNTING_NAMES[rule])) for title, rule in self.rules]
        notes = [
            *named,
            say("补考实考是参加了补考、答卷有效并已有成绩的人数；补考及格是其中在补考里达到及格线的人数。"),
            say("补考后及格率按计入的成绩计算：计入成绩达到及格线的人数除以有计入成绩的人数，原来缺考、后来补考的人也在内。"),
        ]
        if any(not row.is_shown for row in (self.all, *self.units)):
            notes.append(say("补考的人太少的单位只列人数，免得透露个人的结果。"))
        return notes


def after_make_ups(
    rules: Sequence[tuple[str, Counting]],
    people: Iterable[MadeUp],
    whole: GroupRow,
    units: Sequence[GroupRow],
    unit_of: Callable[[str], str],
    pass_mark: Decimal,
) -> AfterMakeUps:
    """Return the figures of those units of a report (`unit_of` gives a row's code by a path) of which somebody was asked to a make-up, and of all."""
    by_code: dict[str, list[MadeUp]] = {}
    for one in people:
        by_code.setdefault(unit_of(one.path), []).append(one)
    rows = [(row, by_code[row.code]) for row in units if row.code in by_code]
    sat = [sum(one.has_sat for one in found) for _, found in rows]
    hidden = hidden_where_held(sat)
    everybody = [one for found in by_code.values() for one in found]
    is_whole_shown = whole.is_shown and not hidden_where_held([sum(sat)])
    return AfterMakeUps(
        tuple(rules),
        _row(whole, everybody, pass_mark, is_whole_shown),
        tuple(_row(row, found, pass_mark, row.is_shown and place not in hidden) for place, (row, found) in enumerate(rows)),
    )


def _row(group: GroupRow, people: Sequence[MadeUp], pass_mark: Decimal, is_shown: bool) -> AfterRow:
    """A row: the sums of the examination, moved by those for whom something else counts since."""
    had = [one.first for one in people if one.first is not None]
    return AfterRow(
        name=group.name,
        asked=len(people),
        sat=sum(one.has_sat for one in people),
        passed=sum(one.has_passed for one in people),
        passes=group.tally.passed + sum(one.counted.is_pass(pass_mark) for one in people) - sum(score >= pass_mark for score in had),
        scored=group.tally.sat + sum(one.counted.score is not None for one in people) - len(had),
        before=group.pass_rate,
        is_shown=is_shown,
    )
