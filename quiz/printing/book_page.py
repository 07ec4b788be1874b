"""The pages of booklets: their sizes and type, what stands on one, and how texts are set on it. Lengths are points unless a name says mm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from quiz.core.booklet import Piece
from quiz.printing.flow import Column
from quiz.printing.fonts import Font, text_width
from quiz.printing.geometry import MM, Geometry
from quiz.printing.marks import Mark, Row
from quiz.printing.sheet import Sheets
from quiz.printing.typeset import MAX_SPREAD, broken, row_of, set_line, set_rows

RED = (0.66, 0.2, 0.165)
"""The one accent, seal red."""


class BookSize(StrEnum):
    """The page of a booklet: a quarter or a half of an A4 sheet."""

    A6 = "A6"
    A5 = "A5"


class Layout(StrEnum):
    """Sheets to fold, or plain pages in their order, for screens and for printers that fold by themselves."""

    SHEETS = "sheets"
    PAGES = "pages"


@dataclass(frozen=True, slots=True)
class BookPage:
    """A page with its margins (`inner` is at the fold), its two sizes of type, and how many strips a sheet of such pages is cut into."""

    width: float
    height: float
    inner: float
    outer: float
    top: float
    foot: float
    body: float
    leading: float
    small: float
    small_leading: float
    strips: int

    @property
    def measure(self) -> float:
        """How wide texts are set."""
        return self.width - self.inner - self.outer

    @property
    def text_height(self) -> float:
        """How much height texts may fill."""
        return self.height - self.top - self.foot

    @property
    def geometry(self) -> Geometry:
        """One page alone."""
        return plain_geometry(self.width, self.height)

    @property
    def is_upright(self) -> bool:
        """True when the A4 sheet that holds these pages stands upright."""
        return self.strips == 2

    @property
    def sheet(self) -> Geometry:
        """The A4 sheet that holds two pages in each strip."""
        return plain_geometry(2 * self.width, self.strips * self.height)

    def left(self, page: int) -> float:
        """The left edge of the text on the page with this number: odd ones have the fold at their left."""
        return self.inner if page % 2 else self.outer


PAGES = {
    BookSize.A6: BookPage(105 * MM, 148.5 * MM, 10 * MM, 8 * MM, 9 * MM, 13 * MM, 8.4, 13.0, 6.9, 10.4, 2),
    BookSize.A5: BookPage(148.5 * MM, 210 * MM, 16 * MM, 12.5 * MM, 14 * MM, 17 * MM, 10.0, 16.0, 8.2, 12.6, 1),
}


def plain_geometry(width: float, height: float) -> Geometry:
    """Return a side that has nothing of a paper's: no columns, no sealed line."""
    return Geometry(width, height, width, (0.0,), 0.0, None)


def pieces_rows(pieces: Sequence[Piece], measure: float, size: float, leading: float, *, gap: float = 0.0, x: float = 0.0) -> list[Row]:
    """Return the rows of a sentence whose `known` pieces are set in 黑体; lines are broken as if it were set in one face."""
    if not any(piece.known for piece in pieces):
        return set_rows("".join(piece.text for piece in pieces), measure, Font.SONG, size, leading, gap=gap, x=x)
    known = [piece.known for piece in pieces for char in piece.text if char != "\n"]
    rows, at = [], 0
    for line in broken("".join(piece.text for piece in pieces), measure, Font.SONG, size):
        ink = line.ink
        runs = _runs(ink, known[at : at + len(ink)])
        natural = sum(text_width(text, font, size) for text, font in runs)
        slack = measure - natural + (size / 2 if line.hangs else 0.0)
        spread = slack / (len(ink) - 1) if len(ink) > 1 and not line.ends_paragraph else 0.0
        spacing = round(spread, 3) if abs(spread) <= MAX_SPREAD * size else 0.0
        marks: list[Mark] = []
        to = x
        for text, font in runs:
            marks += set_line(text, font, size, spacing=spacing, x=to)
            to += text_width(text, font, size) + spacing * len(text)
        rows.append(row_of(tuple(marks), leading))
        at += len(line.text)
    return rows


def _runs(ink: str, known: Sequence[bool]) -> list[tuple[str, Font]]:
    runs: list[tuple[str, Font]] = []
    for char, is_known in zip(ink, known, strict=True):
        font = Font.HEI if is_known else Font.SONG
        if runs and runs[-1][1] is font:
            runs[-1] = (runs[-1][0] + char, font)
        else:
            runs.append((char, font))
    return runs


def hung(rows: Sequence[Row], label: str, font: Font, size: float, x: float = 0.0) -> list[Row]:
    """Return the rows with a label at `x` on the base line of the first."""
    first = rows[0]
    marks = row_of(tuple(set_line(label, font, size, x=x)), first.height).marks
    return [Row(first.height, (*marks, *first.marks)), *rows[1:]]


def draw_rows(sheets: Sheets, column: Column, left: float, top: float) -> None:
    """Draw the rows of a column from `top` down."""
    y = top
    for above, row in column.rows:
        y -= above + row.height
        sheets.add_row(row, left, y)
