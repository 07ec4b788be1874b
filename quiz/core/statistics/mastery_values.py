"""What is said of how well a person knows an area, and from how many answers: plain values, without the figures' libraries.

Pages show these words, and a server that has shown no figure yet does not load numpy for them; how the figures come about: `mastery.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from quiz.core.message import mark_text

HALF_LIFE_DAYS = 180
"""After so many days an answer counts half."""

ENOUGH = 0.6
"""The share of an area that one should master."""

SURE = 0.8
"""How likely it must be before anything is called weak or mastered."""

FEWEST_ANSWERS = 3
"""Fewer answers than this never make a verdict."""


class Verdict(StrEnum):
    """What may be said of an area: weak, mastered, or not known well enough."""

    WEAK = "weak"
    OPEN = "open"
    MASTERED = "mastered"


VERDICT_NAMES: dict[Verdict, str] = {
    Verdict.WEAK: mark_text("薄弱"),
    Verdict.OPEN: mark_text("待定"),
    Verdict.MASTERED: mark_text("已掌握"),
}


@dataclass(frozen=True, slots=True)
class Mastery:
    """One person in one area: the likeliest share that they master, between `low` and `high` with four chances in five, from so many answers."""

    answers: int
    share: float
    low: float
    high: float
    verdict: Verdict


def weight_of_age(days: float) -> float:
    """Return what an answer of so many days ago counts beside one of today, 1 to 0."""
    return float(0.5 ** (max(0.0, days) / HALF_LIFE_DAYS))
