"""A picture of how an item separates people, as lines and labels: drawn the same on a page and on paper.

Those who met the item stand in five equal groups by their result, the weakest at the left; lines tell which share of each group had it right, or
chose each option. A good item's key rises to the right, every other option falls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from quiz.core.message import Message, say
from quiz.core.statistics.flags import option_name
from quiz.core.statistics.report import ItemReport

WIDTH, HEIGHT = 360.0, 210.0
LEFT, RIGHT, TOP, BOTTOM = 40.0, 44.0, 12.0, 28.0
LINE_GAP = 13.0
"""How far labels at the ends of lines stay apart."""


class Part(StrEnum):
    """What a line or label is. KEY is what should rise: the one right option, or the share of the marks; RIGHT is one right option of several."""

    GRID = "grid"
    KEY = "key"
    RIGHT = "right"
    OTHER = "other"
    RANGE = "range"
    SCALE = "scale"


class Anchor(StrEnum):
    """Which end of a label stands at its place."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class PlotLine:
    """Straight lines through points; x grows to the right, y downwards."""

    part: Part
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class PlotLabel:
    """A text on a base line."""

    part: Part
    x: float
    y: float
    text: Message | str
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Plot:
    """Lines and labels on a rectangle of WIDTH × HEIGHT."""

    lines: tuple[PlotLine, ...]
    labels: tuple[PlotLabel, ...]


def group_plot(report: ItemReport) -> Plot | None:
    """Return the picture of an item; None where its groups are too small to show."""
    if not report.bands:
        return None
    lines, labels = _frame(len(report.bands))
    ends: list[tuple[float, Part, Message | str]] = []
    shown = [option for option in report.options if option.count]
    has_one_key = report.item.is_key_facility
    lines += _ranges(report)
    for option in sorted(shown, key=lambda option: option.is_key):
        part = Part.OTHER if not option.is_key else Part.KEY if has_one_key else Part.RIGHT
        lines.append(_line(part, option.bands))
        ends.append((option.bands[-1], part, option_name(option.option)))
    if not has_one_key:
        shares = [band.facility for band in report.bands]
        lines.append(_line(Part.KEY, shares))
        ends.append((shares[-1], Part.KEY, say("得分率")))
    return Plot(tuple(lines), (*labels, *_end_labels(ends)))


def _frame(groups: int) -> tuple[list[PlotLine], list[PlotLabel]]:
    """Lines at 0, 50 and 100 percent, and what stands below the groups."""
    lines = [PlotLine(Part.GRID, ((LEFT, _y(share)), (WIDTH - RIGHT, _y(share)))) for share in (0.0, 0.5, 1.0)]
    labels = [PlotLabel(Part.SCALE, LEFT - 6, _y(share) + 4, f"{100 * share:.0f}%", Anchor.END) for share in (0.0, 0.5, 1.0)]
    for place, text in ((0, say("最弱的五分之一")), (groups - 1, say("最好的五分之一"))):
        anchor = Anchor.START if place == 0 else Anchor.END
        labels.append(PlotLabel(Part.SCALE, LEFT if place == 0 else WIDTH - RIGHT, HEIGHT - 8, text, anchor))
    return lines, labels


def _line(part: Part, shares: Sequence[float]) -> PlotLine:
    return PlotLine(part, tuple((_x(place, len(shares)), _y(share)) for place, share in enumerate(shares)))


def _ranges(report: ItemReport) -> list[PlotLine]:
    """Upright lines over what the data leave open for the share of marks in each group."""
    count = len(report.bands)
    return [
        PlotLine(Part.RANGE, ((_x(place, count), _y(band.interval.low)), (_x(place, count), _y(band.interval.high))))
        for place, band in enumerate(report.bands)
    ]


def _end_labels(ends: Sequence[tuple[float, Part, Message | str]]) -> list[PlotLabel]:
    """Names at the ends of the lines, moved apart where lines end close to each other."""
    ordered = sorted(ends, key=lambda end: -end[0])
    heights: list[float] = []
    for share, _, _ in ordered:
        heights.append(max(_y(share) + 4, heights[-1] + LINE_GAP if heights else TOP))
    lowest = HEIGHT - BOTTOM + 6
    for place in reversed(range(len(heights))):  # what was pushed out below comes up again, and pushes the others
        heights[place] = min(heights[place], lowest)
        lowest = heights[place] - LINE_GAP
    return [PlotLabel(part, WIDTH - RIGHT + 8, y, text, Anchor.START) for (_, part, text), y in zip(ordered, heights, strict=True)]


def _x(place: int, count: int) -> float:
    return LEFT + 14 + (WIDTH - LEFT - RIGHT - 28) * place / max(1, count - 1)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * max(0.0, share)  # a share that a contest has below 0 stands on its line
