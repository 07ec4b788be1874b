"""The results of a sitting in sums: by unit, kind of unit, post, group of cadres; of a group so small that its mean tells single scores, counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from quiz.core.hundredths import from_hundredths
from quiz.core.message import Message, mark_text, say
from quiz.core.roster import PostKind, UnitKind
from quiz.core.statistics import gates
from quiz.core.statistics.values import Interval

if TYPE_CHECKING:  # both are built upon the rows of this module
    from quiz.core.after_make_up import AfterMakeUps
    from quiz.core.score_bands import ScoreBand

EXCELLENT = 90
"""The percent of the full marks from which a score is excellent, unless a reader asks for another."""

UNIT_KIND_NAMES: dict[UnitKind, str] = {
    UnitKind.COUNTY: mark_text("县"),
    UnitKind.TOWNSHIP: mark_text("乡镇"),
    UnitKind.VILLAGE: mark_text("村"),
    UnitKind.DEPARTMENT: mark_text("部门"),
}


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over the papers of a group.

    `expected` have a paper; of these `sat` closed an attempt that counts and was marked, `absent` never started, `voided` have a void attempt and
    no other. `pending` of those who sat wait for a person's judgement on something. `failed` are below the pass mark with nothing pending.
    `total`, `squares` and `best` are of scores in hundredths. `no_line` of those who sat did so where there is no pass mark.
    """

    expected: int = 0
    sat: int = 0
    absent: int = 0
    voided: int = 0
    pending: int = 0
    passed: int = 0
    excellent: int = 0
    failed: int = 0
    total: int = 0
    squares: int = 0
    best: int = 0
    no_line: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.expected + other.expected,
            self.sat + other.sat,
            self.absent + other.absent,
            self.voided + other.voided,
            self.pending + other.pending,
            self.passed + other.passed,
            self.excellent + other.excellent,
            self.failed + other.failed,
            self.total + other.total,
            self.squares + other.squares,
            max(self.best, other.best) if self.sat and other.sat else self.best + other.best,
            self.no_line + other.no_line,
        )


@dataclass(frozen=True, slots=True)
class TallyRow:
    """The sums of those in one unit, named by its path, with one kind of post (None without any), who belong to the same groups of cadres."""

    path: str
    unit_kind: UnitKind
    post: PostKind | None
    tally: Tally
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group in the report. `is_shown` is False where its scores stay out of sight: then only counts of presence are not None."""

    code: str
    name: str
    tally: Tally
    is_shown: bool

    @property
    def mean(self) -> Decimal | None:
        """The mean score to a hundredth."""
        return (from_hundredths(self.tally.total) / self.tally.sat).quantize(Decimal("0.01"), ROUND_HALF_UP) if self.is_shown else None

    @property
    def best(self) -> Decimal | None:
        """The best score."""
        return from_hundredths(self.tally.best) if self.is_shown else None

    @property
    def pass_rate(self) -> Decimal | None:
        """Who passed among those who sat, in percent to a tenth; None where there is no pass mark."""
        return _percent(self.tally.passed, self.tally.sat) if self.is_shown and not self.tally.no_line else None

    @property
    def excellent_rate(self) -> Decimal | None:
        """Who was excellent among those who sat, in percent to a tenth."""
        return _percent(self.tally.excellent, self.tally.sat) if self.is_shown else None

    @property
    def make_up(self) -> int | None:
        """How many would have to sit a make-up: the absent, and those who failed with nothing left to judge. Void attempts are decided one by one.

        None where there is no pass mark.
        """
        if self.tally.no_line:
            return None
        return self.tally.absent + self.tally.failed if self.is_shown or not self.tally.sat else None

    @property
    def interval(self) -> Interval | None:
        """Within what the mean may lie, in marks."""
        from quiz.core.statistics.spread import mean_interval  # scipy is loaded when it is needed

        if not self.is_shown:
            return None
        return mean_interval(self.tally.sat, self.tally.total / 100, self.tally.squares / 10_000)


@dataclass(frozen=True, slots=True)
class UnitReport:
    """The report of a sitting for one reader: within whose authority, for whom which percent of the full marks is excellent.

    `late` attempts have answers that came too late and that nobody has decided on yet. `bands` say how the scores spread, none of few people;
    `after` what make-ups came to, None before one has results.
    """

    code: str
    title: str
    opens_at: datetime
    closes_at: datetime
    full: Decimal
    pass_mark: Decimal
    excellent: int
    late: int
    all: GroupRow
    units: tuple[GroupRow, ...]
    kinds: tuple[GroupRow, ...]
    posts: tuple[GroupRow, ...]
    groups: tuple[GroupRow, ...] = ()
    bands: tuple[ScoreBand, ...] = ()
    after: AfterMakeUps | None = None

    @property
    def has_line(self) -> bool:
        """True where there is a pass mark; a contest has none, so nobody passes, fails or sits again."""
        return self.pass_mark > 0

    @property
    def lowest(self) -> Decimal:
        """The lowest total: 0, but below it where a contest lets it fall."""
        return min(Decimal(0), self.pass_mark)

    def tells(self, rows: Sequence[GroupRow]) -> bool:
        """True when one of these groups is not simply everybody."""
        return any(row.tally.expected < self.all.tally.expected for row in rows)

    @property
    def hidden(self) -> int:
        """How many units had their scores kept out of sight."""
        return sum(not row.is_shown and row.tally.sat > 0 for row in self.units)

    @property
    def unsettled(self) -> list[Message]:
        """What may still change the figures, in words."""
        found = []
        if self.all.tally.pending:
            found.append(say("{n}份答卷还有作答等待人工判定，按已判的分数计入，成绩可能上升。", n=self.all.tally.pending))
        if self.late:
            found.append(say("{n}份答卷有迟到的作答还没有人裁定，没有计入。", n=self.late))
        if self.all.tally.voided:
            found.append(say("{n}份答卷已作废，不计入任何成绩。", n=self.all.tally.voided))
        return found


def group_rows(rows: Iterable[TallyRow], key: Callable[[TallyRow], tuple[str, str]]) -> tuple[GroupRow, ...]:
    """Return a row for each (code, name) that `key` gives, in the order in which they first appear, small groups without scores."""
    sums: dict[tuple[str, str], Tally] = {}
    for row in rows:
        name = key(row)
        sums[name] = sums.get(name, Tally()) + row.tally
    hidden = hidden_places([tally.sat for tally in sums.values()])
    return tuple(GroupRow(code, name, tally, place not in hidden) for place, ((code, name), tally) in enumerate(sums.items()))


def member_rows(rows: Iterable[TallyRow]) -> tuple[GroupRow, ...]:
    """Return a row for each group of cadres, in the order of their names; who belongs to several counts in each, who belongs to none in no row."""
    sums: dict[str, Tally] = {}
    people: Counter[frozenset[str]] = Counter()
    for row in rows:
        people[row.groups] += row.tally.sat
        for name in row.groups:
            sums[name] = sums.get(name, Tally()) + row.tally
    hidden = hidden_members(people)
    return tuple(GroupRow(name, name, sums[name], name not in hidden) for name in sorted(sums))


def hidden_members(people: Mapping[frozenset[str], int]) -> set[str]:
    """Return the groups whose scores stay out of sight, from how many people belong to exactly which groups.

    All below `gates.GROUP`, and so many more, the smallest first, that no few people are left over: neither by taking a group from a wider one, or
    from all, nor as those who belong to no group that is shown.
    """
    count = {name: sum(number for own, number in people.items() if name in own) for name in frozenset().union(*people)}
    shown = {name for name, number in count.items() if number >= gates.GROUP}

    def is_telling(name: str) -> bool:
        wider = [own for own in shown if count[own] > count[name] and all(own in groups for groups in people if name in groups and people[groups])]
        beyond = [sum(people.values()) - count[name], *(count[own] - count[name] for own in wider)]
        left = sum(number for groups, number in people.items() if not groups & shown)
        return any(0 < number < gates.GROUP for number in (left, *beyond))

    while telling := [name for name in shown if is_telling(name)]:
        shown.remove(min(telling, key=lambda name: (count[name], name)))
    return set(count) - shown


def hidden_places(people: Sequence[int]) -> set[int]:
    """Return the places of the groups whose scores stay out of sight, from how many people each has.

    All below `gates.GROUP`, and so many more, the smallest first, that nobody finds a small group's scores by taking the others from the sum of all.
    """
    hidden = {place for place, count in enumerate(people) if count < gates.GROUP}
    for place in sorted(set(range(len(people))) - hidden, key=lambda place: people[place]):
        if not 0 < sum(people[one] for one in hidden) < gates.GROUP:
            break
        hidden.add(place)
    return hidden


def hidden_where_held(people: Sequence[int]) -> set[int]:
    """Return what `hidden_places` does of those groups that have anybody: that nobody is in a group is no secret."""
    held = [place for place, count in enumerate(people) if count]
    return {held[one] for one in hidden_places([people[place] for place in held])}


def part_of(path: str, scope: str) -> str:
    """Return the path of the unit right below that of `scope` to which a unit within it belongs; its own unit, and the root, stand for themselves.

    A county reads its towns with their villages in one row each, a town its villages.
    """
    parts = path.strip("/").split("/")
    depth = max(1, len([part for part in scope.split("/") if part])) + 1
    return f"/{'/'.join(parts[:depth])}/"


def whole(rows: Iterable[TallyRow]) -> GroupRow:
    """Return the row of everybody."""
    tally = sum((row.tally for row in rows), Tally())
    return GroupRow("", "", tally, is_shown=tally.sat >= gates.GROUP)


def _percent(part: int, all_of: int) -> Decimal:
    return (Decimal(100 * part) / all_of).quantize(Decimal("0.1"), ROUND_HALF_UP)
