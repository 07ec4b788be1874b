"""What the figures of an item give a setter to think about, in plain words; says nothing where too few have answered.

A flag asks a question, it never changes a key: people decide. Each one is raised only where the interval of 95 % leaves no other reading, so that
of a hundred blameless items two or three at most are flagged by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from quiz.core.message import Message, listed, mark_text, say, with_minus
from quiz.core.question import TRUE_OPTIONS
from quiz.core.statistics import gates
from quiz.core.statistics.interval import Z95, share_interval
from quiz.core.statistics.values import GroupDifference, ItemFigures, OptionFigures

TAIL = 0.27
LOW, EASY, HARD, UNUSED = 0.20, 0.95, 0.20, 0.05
"""A correlation below which an item hardly separates; facilities above and below which nearly all or few solve it; a share that is next to nobody."""

USUAL_RELIABILITY = 0.8
"""That of a test of some fifty items, for which the textbooks' limits are meant."""

NO_ROOM = 0.90
"""From this facility on an item cannot separate, and need not."""


class FlagKind(StrEnum):
    """What is odd about an item, the gravest first."""

    KEY_WRONG = "key_wrong"
    KEY_OPTION = "key_option"
    ALSO_RIGHT = "also_right"
    BACKWARDS = "backwards"
    GUESSED = "guessed"
    FLAT = "flat"
    DIFFERS = "differs"
    DRAWS_BEST = "draws_best"
    HARD = "hard"
    UNUSED = "unused"
    EASY = "easy"


GRAVE = frozenset({FlagKind.KEY_WRONG, FlagKind.KEY_OPTION, FlagKind.ALSO_RIGHT, FlagKind.BACKWARDS})
"""Flags that may mean an error which costs people marks."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to look at."""

    kind: FlagKind
    message: Message

    @property
    def is_grave(self) -> bool:
        """True when the key itself is in doubt."""
        return self.kind in GRAVE


def flags_of(
    figures: ItemFigures,
    options: Sequence[OptionFigures] = (),
    is_single: bool = True,
    differences: Sequence[tuple[str, GroupDifference]] = (),
    reliability: float = USUAL_RELIABILITY,
    lost: float | None = 0.0,
) -> tuple[Flag, ...]:
    """Return the flags of an item, the gravest first. `is_single`: one option only may be chosen. `differences` come with the name of the group.

    `reliability` is that of the totals: in a short test everything goes less with them, so that less is asked of an item. `lost` is as in `Item`.
    """
    found = [*_facility_flags(figures, lost), *_difference_flags(differences)]
    if figures.answers >= gates.DISCRIMINATION:
        found += _correlation_flags(figures, LOW * sqrt(min(1.0, max(0.0, reliability) / USUAL_RELIABILITY)))
        found += _single_flags(figures, options) if is_single else _multiple_flags(figures, options)
        found += _unused_flags(figures, options)
    kinds = {flag.kind for flag in found}
    if kinds & GRAVE:
        found = [flag for flag in found if flag.kind is not FlagKind.DRAWS_BEST]
    return tuple(sorted(found, key=lambda flag: list(FlagKind).index(flag.kind)))


def option_name(option: str) -> Message | str:
    """Return what people call an option: its letter in the bank, or true and false by their names."""
    return say(NAMES[option]) if option in NAMES else option


NAMES = {option.id: option.text for option in TRUE_OPTIONS}


def percent(share: float) -> int:
    """Return a share as whole percent."""
    return round(100 * share)


def _facility_flags(figures: ItemFigures, lost: float | None) -> Iterator[Flag]:
    interval = figures.facility_interval
    if figures.answers < gates.FACILITY or interval is None or figures.facility is None:
        return
    n = with_minus(str(percent(figures.facility)))
    hard = None if lost is None else HARD - (1 - HARD) * lost  # so much is earned where few know it and all others lose by it
    if figures.guess and interval.high <= figures.guess:
        yield Flag(
            FlagKind.GUESSED,
            say("得分率只有{n}%，不比瞎猜（{guess}%）高：题目是不是说不清，或者答案错了？", n=n, guess=with_minus(str(percent(figures.guess)))),
        )
    elif hard is not None and interval.high < hard:
        yield Flag(FlagKind.HARD, say("得分率只有{n}%：太难、太偏，还是没有学过？", n=n))
    elif interval.low > EASY:
        yield Flag(FlagKind.EASY, say("得分率{n}%，几乎人人都会：留着表示掌握，想分出高低就要换题。", n=n))


def _correlation_flags(figures: ItemFigures, low: float) -> Iterator[Flag]:
    interval = figures.point_biserial_interval
    if interval is None:
        return
    if interval.high < 0:
        yield Flag(FlagKind.BACKWARDS, say("成绩好的人反而更容易失分：答案是不是错了，或者题干有歧义？"))
    elif interval.high < low and (figures.facility or 0.0) < NO_ROOM:
        yield Flag(FlagKind.FLAT, say("成绩好的和成绩差的答得差不多：这道题分不出会与不会。"))


def _single_flags(figures: ItemFigures, options: Sequence[OptionFigures]) -> Iterator[Flag]:
    """One option is right: does another draw more of the best than it, or more of the best than of the weakest?"""
    key = next((option for option in options if option.is_key), None)
    rivals = [option for option in options if not option.is_key]
    best = TAIL * figures.answers
    if key is None or not rivals:
        return
    top = max(rivals, key=lambda option: option.upper)
    if top.upper >= top.lower and _leads(top.upper, key.upper, best):  # what draws the weak only is a hard question with a right key
        values = {"option": option_name(top.option), "n": percent(top.upper), "key": option_name(key.option), "m": percent(key.upper)}
        yield Flag(FlagKind.KEY_WRONG, say("成绩最好的27%里，选{option}的有{n}%，选答案{key}的只有{m}%：答案是不是错了？", **values))
    for option in rivals:
        if _differ(option.upper, option.lower, best):
            yield Flag(FlagKind.DRAWS_BEST, _drawn(option))


def _multiple_flags(figures: ItemFigures, options: Sequence[OptionFigures]) -> Iterator[Flag]:
    """Several are right: do most of the best leave one of them out, or choose another?"""
    best = TAIL * figures.answers
    for option in options:
        interval = share_interval(option.upper, best)
        assert interval is not None
        values = {"option": option_name(option.option), "n": percent(option.upper)}
        if option.is_key and interval.high < 0.5:
            yield Flag(FlagKind.KEY_OPTION, say("成绩最好的27%里，只有{n}%选了{option}：它真的是答案吗？", **values))
        elif not option.is_key and interval.low > 0.5:
            yield Flag(FlagKind.ALSO_RIGHT, say("成绩最好的27%里，有{n}%选了{option}：它是不是也对？", **values))
        elif not option.is_key and _differ(option.upper, option.lower, best):
            yield Flag(FlagKind.DRAWS_BEST, _drawn(option))


def _drawn(option: OptionFigures) -> Message:
    values = {"option": option_name(option.option), "n": percent(option.upper), "m": percent(option.lower)}
    return say("错误选项{option}更吸引成绩好的人（{n}%，成绩差的人{m}%）：它是不是在某种情况下也对？", **values)


def _unused_flags(figures: ItemFigures, options: Sequence[OptionFigures]) -> Iterator[Flag]:
    if len(options) < 3:
        return  # of true and false neither can be left out
    unused = [option for option in options if not option.is_key and _hardly(option.share, figures.answers)]
    if unused:
        names = listed(option.option for option in unused)
        yield Flag(FlagKind.UNUSED, say("几乎没有人选{options}：不像真的，可以换掉。", options=names))


def _difference_flags(differences: Sequence[tuple[str, GroupDifference]]) -> Iterator[Flag]:
    for name, found in differences:
        if min(found.reference, found.focal) < gates.DIFFERENCE or found.category not in ("B", "C") or found.delta is None:
            continue
        yield Flag(FlagKind.DIFFERS, say(HARDER if found.delta < 0 else EASIER, group=say(name)))


HARDER = mark_text("成绩相当时，“{group}”更难答对这道题：题目是不是偏向别的岗位？")
EASIER = mark_text("成绩相当时，“{group}”更容易答对这道题：题目是不是偏向他们？")


def _hardly(share: float, answers: int) -> bool:
    interval = share_interval(share, answers)
    return interval is not None and interval.high < UNUSED


def _leads(one: float, other: float, people: float) -> bool:
    """True when one option is chosen more often than another by the same people, beyond chance (two cells of one multinomial)."""
    gap = one - other
    return gap > 0 and gap > Z95 * sqrt(max(0.0, one + other - gap * gap) / people)


def _differ(one: float, other: float, people: float) -> bool:
    """True when a share is larger in one group than in another of the same size, beyond chance (pooled test of two shares)."""
    pooled = (one + other) / 2
    return one - other > Z95 * sqrt(max(1e-12, 2 * pooled * (1 - pooled) / people))
