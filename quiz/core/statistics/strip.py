"""A figure with what it leaves open as a small picture for a table's cell: drawn the same on a page and on paper."""

from __future__ import annotations

from dataclasses import dataclass

from quiz.core.statistics.values import Interval


@dataclass(frozen=True, slots=True)
class Strip:
    """Places on a line from 0 (left) to 1 (right): the figure, the ends of its interval, and what it is compared with (None where there is none)."""

    point: float
    low: float
    high: float
    reference: float | None


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from the left that fills this share of its cell's width, 0 to 1."""

    share: float


def strip(value: float, interval: Interval | None, least: float, most: float, reference: float | None = None) -> Strip:
    """Return the picture of a value on a scale from `least` to `most`; what lies outside stands at its end."""

    def place(figure: float) -> float:
        return min(1.0, max(0.0, (figure - least) / (most - least)))

    low, high = (interval.low, interval.high) if interval else (value, value)
    return Strip(place(value), place(low), place(high), None if reference is None else place(reference))
