"""Puts laid-out pages into a PDF: as they are, or imposed on A4 sheets with marks where to fold and where to cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from quiz.core.imposition import Duplex, Side, backs_are_turned, impose_booklet, impose_cards
from quiz.core.picture import NO_PICTURES
from quiz.printing.book_page import PAGES, RED, BookPage, BookSize, Layout, draw_rows
from quiz.printing.flow import Column
from quiz.printing.fonts import Font, text_width
from quiz.printing.geometry import MM
from quiz.printing.marks import Mark, Stroke
from quiz.printing.sheet import Sheets
from quiz.printing.typeset import set_line

TICK, FROM_EDGE, TICK_WIDTH = 4 * MM, 1 * MM, 0.4
DASH, GAP = 2.0, 1.6
FOOT_SHARE = 0.46
"""Where the base line of the page number stands in the foot."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a booklet is printed."""

    size: BookSize = BookSize.A6
    layout: Layout = Layout.SHEETS
    duplex: Duplex = Duplex.LONG

    @property
    def page(self) -> BookPage:
        """The page with its margins and type."""
        return PAGES[self.size]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page as it is laid out, from the top down; the cover has no page number. `accents` are red, measured from the upper left of the text."""

    column: Column
    is_cover: bool = False
    accents: tuple[Mark, ...] = ()


def write_leaves(
    leaves: Sequence[Leaf], out: BinaryIO, title: str, style: Style, *, are_cards: bool = False, pictures: Mapping[str, bytes] = NO_PICTURES
) -> int:
    """Write the pages; return how many sheets are to be folded or cut (0: plain pages). Cards are repeated until the sheet is full."""
    page = style.page
    if style.layout is Layout.PAGES:
        sheets = Sheets(out, page.geometry, title, pictures)
        for number, leaf in enumerate(leaves, start=1):
            _draw_leaf(sheets, leaf, number, page, title, 0.0, 0.0)
            sheets.end_side()
        sheets.finish()
        return 0
    impose = impose_cards if are_cards else impose_booklet
    sides = impose(len(leaves), page.strips, are_backs_turned=backs_are_turned(style.duplex, is_upright=page.is_upright))
    sheets = Sheets(out, page.sheet, title, pictures)
    for side in sides:
        _draw_side(sheets, side, leaves, page, title, are_cards=are_cards)
    sheets.finish()
    return -(-len(sides) // 2)


def sheet_marks(page: BookPage, *, are_cards: bool) -> list[Mark]:
    """Return short strokes at the edges of the sheet and where lines cross: dashed to fold, whole to cut."""
    middle, height = page.width, page.strips * page.height
    marks: list[Mark] = []
    cut = page.height if page.strips > 1 else None
    upright = [height - FROM_EDGE - TICK, FROM_EDGE]
    if cut is not None:
        upright += [cut + FROM_EDGE, cut - FROM_EDGE - TICK]
        marks += [Stroke(x, cut, x + TICK, cut, TICK_WIDTH) for x in (FROM_EDGE, 2 * page.width - FROM_EDGE - TICK)]
        marks.append(Stroke(middle - TICK / 2, cut, middle + TICK / 2, cut, TICK_WIDTH))
    for low in upright:
        marks += [Stroke(middle, low, middle, low + TICK, TICK_WIDTH)] if are_cards else _dashes(middle, low)
    return marks


def _dashes(x: float, low: float) -> list[Mark]:
    count = int(TICK // (DASH + GAP)) + 1
    return [Stroke(x, low + i * (DASH + GAP), x, low + i * (DASH + GAP) + DASH, TICK_WIDTH) for i in range(count)]


def _draw_side(sheets: Sheets, side: Side, leaves: Sequence[Leaf], page: BookPage, title: str, *, are_cards: bool) -> None:
    for cell in side.cells:
        if cell.page:
            x, y = cell.column * page.width, (page.strips - 1 - cell.row) * page.height
            _draw_leaf(sheets, leaves[cell.page - 1], cell.page, page, title, x, y)
    sheets.add_marks(sheet_marks(page, are_cards=are_cards))
    sheets.end_side(is_turned=side.is_turned)


def _draw_leaf(sheets: Sheets, leaf: Leaf, number: int, page: BookPage, title: str, x: float, y: float) -> None:
    """One page with its lower left corner at (x, y)."""
    left = x + page.left(number)
    top = y + page.height - page.top
    draw_rows(sheets, leaf.column, left, top)
    sheets.add_tinted(leaf.accents, RED, left, top)
    if leaf.is_cover:
        return
    base = y + page.foot * FOOT_SHARE
    rule = base + page.small * 1.4
    sheets.add_tinted([Stroke(left, rule, left + page.measure, rule, 0.5)], RED)
    at_right = left + page.measure
    name_size = page.small - 0.4
    texts = (title, str(number)) if number % 2 else (str(number), title)
    sheets.add_marks(set_line(texts[0], Font.SONG, name_size, x=left, y=base))
    sheets.add_marks(set_line(texts[1], Font.SONG, name_size, x=at_right - text_width(texts[1], Font.SONG, name_size), y=base))
