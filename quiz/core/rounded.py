"""A computed figure as text: rounded, with a true minus sign, and none before what rounds to nothing."""

from __future__ import annotations

from quiz.core.message import with_minus


def rounded(value: float, places: int = 0, sign: str = "-") -> str:
    """Return a figure with so many places; with "+" for `sign` what is above nothing has a plus."""
    return with_minus(f"{value:{sign}z.{places}f}")
