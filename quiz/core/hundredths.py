"""Marks as whole hundredths, which is how they are stored, drawn with and added up; nothing is ever a float."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor


def round_mark(value: Fraction) -> Decimal:
    """Return the exact value rounded half up to a hundredth of a mark."""
    return from_hundredths(floor(value * 100 + Fraction(1, 2)))


def to_hundredths(mark: Decimal) -> int:
    """Return a mark as a whole number of hundredths, which is how marks are stored and drawn with. ValueError when it has finer parts."""
    value = mark.scaleb(2)
    if value != int(value):
        raise ValueError(f"{mark} has parts finer than a hundredth")
    return int(value)


def from_hundredths(value: int) -> Decimal:
    """Return hundredths as a mark."""
    return Decimal(value).scaleb(-2)
