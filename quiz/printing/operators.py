"""Marks as PDF operators, counted from the corner of their row: made once, and drawn wherever and in whatever document the row stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from quiz.core.by_identity import by_identity
from quiz.printing.fonts import Font
from quiz.printing.marks import HAIRLINE, Box, Image, Mark, Stroke, Text
from quiz.printing.type0 import encode

RESOURCE_NAMES = {Font.SONG: "F1", Font.HEI: "F2"}
Style = tuple[Font, float, float]
"""The state of a text object: face, size, and the space after each character."""

Shown = tuple[float, float, Style, str, str]
"""A text: where it begins, its style, the operator that shows it, and its words."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a row draws: its strokes and boxes, its texts, and its pictures."""

    strokes: str
    texts: tuple[Shown, ...]
    images: tuple[Image, ...]


def draw(marks: Iterable[Mark]) -> Drawn:
    """Return the operators of these marks."""
    strokes: list[str] = []
    texts: list[Shown] = []
    images: list[Image] = []
    for mark in marks:
        if isinstance(mark, Text):
            style = (mark.font, mark.size, mark.spacing)
            texts.append((mark.x, mark.y, style, f"Td <{encode(mark.text, mark.font)}> Tj", mark.text))
        elif isinstance(mark, Stroke):
            strokes.append(f"{mark.width:g} w {mark.x:.2f} {mark.y:.2f} m {mark.x_end:.2f} {mark.y_end:.2f} l S")
        elif isinstance(mark, Box):
            strokes.append(f"{HAIRLINE} w {mark.x:.2f} {mark.y:.2f} {mark.width:.2f} {mark.height:.2f} re S")
        else:
            images.append(mark)
    return Drawn("\n".join(strokes), tuple(texts), tuple(images))


draw_row = by_identity(draw)
"""As `draw`, for the marks of a row, which papers of one sitting share."""


def turn(style: Style | None, to: Style) -> list[str]:
    """Return the operators that set another style; those that are needed at the beginning of a text object when there was none before."""
    font, size, spacing = to
    operators = [] if style and style[:2] == to[:2] else [f"/{RESOURCE_NAMES[font]} {size:g} Tf"]
    if spacing != (style[2] if style else 0.0):
        operators.append(f"{spacing:.3f} Tc")
    return operators
