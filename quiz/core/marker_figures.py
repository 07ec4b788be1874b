"""How each marker marks where two mark each text: what they give, beside what others gave the same texts. For talking with, not for ranking.

Shares are of a question's full marks, so that questions of any worth are compared. Only texts that two people marked say anything of being strict or
lenient: what one marks alone may have been better or worse.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from quiz.core.message import Message, mark_text, say
from quiz.core.rounded import rounded
from quiz.core.statistics.values import Interval

FEWEST = 20
"""Texts marked by two below which nothing is said of being strict or lenient."""

BANDS = (mark_text("0分"), mark_text("不到一半"), mark_text("一半以上"), mark_text("满分"))
"""How the marks that somebody gives are counted: nothing, less than half, half or more, everything."""

NOTE = mark_text("这些数供阅卷人之间沟通用，不是考核，按姓名排列。每二十个评得一样的人里，也会有一个碰巧显得偏严或偏松。")


@dataclass(frozen=True, slots=True)
class Given:
    """A share of the marks that somebody gave a text, as its first (1) or second (2) marker or as its arbiter (3)."""

    marker: str
    name: str
    place: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class MarkerFigures:
    """What one person gave.

    `texts` marked as first or second, the `mean` share given (None without any), `bands` counts as `BANDS` names them. Of `compared` texts that
    somebody else marked too: `lean`, the mean of own minus the other's share, with its interval at 95 % (both None below `FEWEST`). Of `differed` by
    more than the margin: to how many an arbiter came `nearer`, or nearer to the other (`farther`). `arbitrated` texts were this person's to decide.
    """

    marker: str
    name: str
    texts: int
    mean: Fraction | None
    bands: tuple[int, ...]
    compared: int
    lean: float | None
    interval: Interval | None
    differed: int
    nearer: int
    farther: int
    arbitrated: int

    def verdict(self) -> Message:
        """Say in a sentence whether the person gives more or less than others for the same texts."""
        if self.lean is None or self.interval is None:
            return say("和别人评过同一份的不足{n}份，不作比较", n=FEWEST)
        if self.interval.low <= 0 <= self.interval.high:
            return say("与同评的人没有明显差别")
        low, high = sorted((abs(self.interval.low), abs(self.interval.high)))
        values = {name: f"{rounded(100 * share, 1)}%" for name, share in (("mean", abs(self.lean)), ("low", low), ("high", high))}
        if self.lean < 0:
            return say("同一份作答比别人平均少给{mean}（95%区间{low}至{high}）", **values)
        return say("同一份作答比别人平均多给{mean}（95%区间{low}至{high}）", **values)


def marker_figures(texts: Iterable[Sequence[Given]], margin: Fraction) -> list[MarkerFigures]:
    """Return the figures of everybody who marked, by name; each text as what was given to it in the order of places, `margin` as a share."""
    names: dict[str, str] = {}
    shares: dict[str, list[Fraction]] = {}
    gaps: dict[str, list[Fraction]] = {}
    counts: dict[str, Counter[str]] = {}
    for given in texts:
        for one in given:
            names[one.marker] = one.name
            count = counts.setdefault(one.marker, Counter())
            if one.place > 2:
                count["arbitrated"] += 1
            else:
                shares.setdefault(one.marker, []).append(one.share)
        if len(given) < 2:
            continue
        first, second = given[:2]
        for own, other in ((first, second), (second, first)):
            gaps.setdefault(own.marker, []).append(own.share - other.share)
            if abs(own.share - other.share) > margin:
                counts[own.marker].update(_settled(own, other, given[2].share if len(given) > 2 else None))
    out = [_figures(marker, name, shares.get(marker, []), gaps.get(marker, []), counts[marker]) for marker, name in names.items()]
    return sorted(out, key=lambda one: (one.name, one.marker))


def _settled(own: Given, other: Given, decided: Fraction | None) -> list[str]:
    """What to count where two differed by more than the margin."""
    mine, theirs = (abs(one.share - decided) for one in (own, other)) if decided is not None else (0, 0)
    return ["differed", *(["nearer"] if mine < theirs else ["farther"] if mine > theirs else [])]


def _figures(marker: str, name: str, shares: Sequence[Fraction], gaps: Sequence[Fraction], counts: Counter[str]) -> MarkerFigures:
    from quiz.core.statistics.spread import mean_interval  # scipy is loaded when it is needed

    is_enough, sum_of_gaps = len(gaps) >= FEWEST, sum(gaps, Fraction(0))
    bands = Counter(_band(share) for share in shares)
    return MarkerFigures(
        marker=marker,
        name=name,
        texts=len(shares),
        mean=sum(shares, Fraction(0)) / len(shares) if shares else None,
        bands=tuple(bands[at] for at in range(len(BANDS))),
        compared=len(gaps),
        lean=float(sum_of_gaps / len(gaps)) if is_enough else None,
        interval=mean_interval(len(gaps), float(sum_of_gaps), float(sum(gap * gap for gap in gaps))) if is_enough else None,
        differed=counts["differed"],
        nearer=counts["nearer"],
        farther=counts["farther"],
        arbitrated=counts["arbitrated"],
    )


def _band(share: Fraction) -> int:
    return 0 if share == 0 else 3 if share == 1 else 1 if share < Fraction(1, 2) else 2
