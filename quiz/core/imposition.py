"""Imposition: on which side of which sheet, and where there, each page is printed, so that it is in its place once the sheets are folded and cut.

A sheet holds two pages beside each other in each of its strips. Printed on both sides, cut into strips, laid one upon the other, folded in the
middle and stapled there (saddle stitch), the strips are a booklet. Knows no lengths and no PDF.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MOST_STRIPS = 20
"""Strips that an ordinary stapler holds and that still lie flat when folded."""

PAGES_A_STRIP = 4


class Duplex(StrEnum):
    """Over which edge of the sheet the printer turns it for its back."""

    LONG = "long"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Cell:
    """A page, counted from 1 (0: nothing), in a column from the left and a row from the top, as the side is read."""

    page: int
    column: int
    row: int


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a sheet. `is_turned`: the whole side is drawn upside down, because of how the printer turns the sheet."""

    cells: tuple[Cell, ...]
    is_back: bool = False
    is_turned: bool = False


def backs_are_turned(duplex: Duplex, *, is_upright: bool) -> bool:
    """True when a sheet that is turned over by this edge shows its back upside down: when that edge lies across the fold."""
    return (duplex is Duplex.SHORT) == is_upright


def impose_booklet(pages: int, strips: int, *, are_backs_turned: bool = False) -> list[Side]:
    """Return the sides, front and back in turn, of the sheets that make a saddle-stitched booklet.

    `strips` is how many a sheet is cut into, the upper stack then lying upon the lower one. Pages that are wanting at the end stay empty.
    """
    sheets = -(-pages // (PAGES_A_STRIP * strips))
    last = sheets * strips * PAGES_A_STRIP

    def cell(page: int, column: int, row: int) -> Cell:
        return Cell(page if page <= pages else 0, column, row)

    sides = []
    for sheet in range(sheets):
        front, back = [], []
        for row in range(strips):
            outer = 2 * (row * sheets + sheet)  # how many pages lie outside of this strip at either end
            front += [cell(last - outer, 0, row), cell(1 + outer, 1, row)]
            back += [cell(2 + outer, 0, row), cell(last - 1 - outer, 1, row)]
        sides += [Side(tuple(front)), Side(tuple(back), is_back=True, is_turned=are_backs_turned)]
    return sides


def impose_cards(pages: int, rows: int, *, are_backs_turned: bool = False) -> list[Side]:
    """Return the sides of one sheet that is cut into equal cards of one or two pages, two in a row."""
    places = [(column, row) for row in range(rows) for column in range(2)]
    return [
        Side(tuple(Cell(page, column, row) for column, row in places), is_back=page == 2, is_turned=page == 2 and are_backs_turned)
        for page in range(1, pages + 1)
    ]
