"""What papers and keys have in common on a side of a sheet: columns, footers, the rule between columns, the square code."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from quiz.core.message import Message, Translate
from quiz.printing.flow import Column
from quiz.printing.geometry import FOOTER_AT, MARGIN, MM, Geometry
from quiz.printing.marks import Stroke
from quiz.printing.qr import SIDE, bars_of, quick_code
from quiz.printing.sheet import Sheets
from quiz.printing.typeset import SMALL, centred

QR_FROM_TOP = 5 * MM

Footer = Callable[[int, int], Message | None]
"""What stands under side n of so many; None for nothing."""


def draw_column(sheets: Sheets, column: Column, left: float, geometry: Geometry) -> None:
    """Draw the rows of a column from the upper margin down."""
    y = geometry.height - MARGIN
    for above, row in column.rows:
        y -= above + row.height
        sheets.add_row(row, left, y)


def draw_footer(sheets: Sheets, geometry: Geometry, left: float, text: str) -> None:
    """Draw a footer centred under a column."""
    sheets.add_marks(centred(text, left, geometry.measure, FOOTER_AT, size=SMALL))


def draw_sides(sheets: Sheets, sides: Sequence[Column], geometry: Geometry, footer: Footer, translate: Translate) -> None:
    """Draw one column a side and finish."""
    left = geometry.left(0, back=False)
    for number, side in enumerate(sides, 1):
        draw_column(sheets, side, left, geometry)
        text = footer(number, len(sides))
        if text is not None:
            draw_footer(sheets, geometry, left, text.render(translate))
        sheets.end_side()
    sheets.finish()


def draw_gutter(sheets: Sheets, geometry: Geometry, *, back: bool) -> None:
    """Draw the rule between two columns, if there are two."""
    x = geometry.gutter_at(back=back)
    if x is not None:
        sheets.add_marks([Stroke(x, MARGIN - 4, x, geometry.height - MARGIN + 4, 0.4)])


def draw_code(sheets: Sheets, geometry: Geometry, text: str, *, back: bool) -> None:
    """Draw the square code in the upper margin, above the right edge of the last column."""
    x = geometry.left(len(geometry.lefts) - 1, back=back) + geometry.measure - SIDE
    width, modules = quick_code(text)
    sheets.add_bars(bars_of(width, modules), x, geometry.height - QR_FROM_TOP - SIDE, SIDE / width)


def draw_blank(sheets: Sheets, geometry: Geometry, text: str, *, back: bool) -> None:
    """Say with `text` in the middle of an empty side that it is meant to be empty."""
    left = geometry.left(0, back=back)
    right = geometry.left(len(geometry.lefts) - 1, back=back) + geometry.measure
    sheets.add_marks(centred(text, left, right - left, geometry.height / 2, size=SMALL))
