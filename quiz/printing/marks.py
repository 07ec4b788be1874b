"""What stands on a page, as values: texts, strokes, boxes and pictures, and rows and blocks of them; knows nothing of PDF.

Lengths are points. A mark's x counts from the left edge of its column, its y upwards from the bottom of its row.
"""

from __future__ import annotations

from dataclasses import dataclass

from quiz.printing.fonts import Font

HAIRLINE = 0.6


@dataclass(frozen=True, slots=True)
class Text:
    """A run in one face from x on the base line y; `spacing` is added after each character."""

    x: float
    y: float
    text: str
    font: Font
    size: float
    spacing: float = 0.0


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line."""

    x: float
    y: float
    x_end: float
    y_end: float
    width: float = HAIRLINE


@dataclass(frozen=True, slots=True)
class Box:
    """The outline of a rectangle; x and y are its lower left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Image:
    """A picture named by the digest of its bytes, drawn into a rectangle; x and y are its lower left corner."""

    x: float
    y: float
    width: float
    height: float
    digest: str


Mark = Text | Stroke | Box | Image


@dataclass(frozen=True, slots=True)
class Row:
    """A strip that is never cut: its height, what stands in it, and the number before that, which the same line has on no other paper."""

    height: float
    marks: tuple[Mark, ...] = ()
    number: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that stay together in a column, unless they are taller than one.

    `keeps_next`: the block never stands at the foot of a column without the next one. `may_stretch`: a little space may be added above it.
    """

    rows: tuple[Row, ...]
    keeps_next: bool = False
    may_stretch: bool = False

    @property
    def height(self) -> float:
        """The height of all rows."""
        return sum(row.height for row in self.rows)


def space(height: float) -> Row:
    """Return an empty row."""
    return Row(height)


def moved(mark: Mark, dx: float, dy: float) -> Mark:
    """Return the mark moved right by `dx` and up by `dy`."""
    match mark:
        case Text(x, y, text, font, size, spacing):
            return Text(x + dx, y + dy, text, font, size, spacing)
        case Stroke(x, y, x_end, y_end, width):
            return Stroke(x + dx, y + dy, x_end + dx, y_end + dy, width)
        case Box(x, y, width, height):
            return Box(x + dx, y + dy, width, height)
        case Image(x, y, width, height, digest):
            return Image(x + dx, y + dy, width, height, digest)
