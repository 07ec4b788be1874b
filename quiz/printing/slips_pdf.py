"""Slips with admission codes: ten on a sheet of A4 with lines to cut along; each says whose it is, for which sitting, and how to use it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from quiz.core.admission import Slip, grouped
from quiz.core.message import QuizError, Translate, mark_text, say
from quiz.printing.fonts import Font, GlyphCheck
from quiz.printing.geometry import GEOMETRIES, MM, PageSize
from quiz.printing.marks import Mark, Row, Stroke, moved
from quiz.printing.qr import code_squares
from quiz.printing.sheet import Sheets
from quiz.printing.typeset import SMALL, fitting_size, set_line, set_rows

ACROSS, DOWN = 2, 5
PAD = 6 * MM
QR_SIDE = 27 * MM
NAME, CODE, LINE, NOTE = 15.0, 15.0, 13.5, 7.5
CUT = 0.3


def print_slips(slips: Sequence[Slip], out: BinaryIO, *, title: str, when: str, address: str, translate: Translate = mark_text) -> None:
    """Write the slips as one PDF, in their order, row by row.

    `when` is the time in words, `address` the page that takes a code; its QR code holds both. QuizError `nobody` without a slip,
    MissingGlyphs, before anything is written, for a character that no face has.
    """
    if not slips:
        raise QuizError("nobody", say("没有可以发准考码的人。"))
    _check(slips, title)
    geometry = GEOMETRIES[PageSize.A4]
    width, height = geometry.width / ACROSS, geometry.height / DOWN
    sheets = Sheets(out, geometry, title)
    for start in range(0, len(slips), ACROSS * DOWN):
        on_sheet = slips[start : start + ACROSS * DOWN]
        for at, slip in enumerate(on_sheet):
            left, low = at % ACROSS * width, geometry.height - (at // ACROSS + 1) * height
            _draw(sheets, slip, left, low, width, height, title, when, address, translate)
        sheets.add_marks(_cuts(len(on_sheet), width, height, geometry.height))
        sheets.end_side()
    sheets.finish()


def _draw(
    sheets: Sheets, slip: Slip, left: float, low: float, width: float, height: float, title: str, when: str, address: str, translate: Translate
) -> None:
    """One slip: whose and what at the left, the square code at the right, how to use it at the foot."""
    measure = width - 2 * PAD
    beside = measure - QR_SIDE - 3 * MM
    top = low + height - PAD
    rows = set_rows(title, beside, Font.HEI, SMALL, LINE)[:2]
    y = _down(sheets, rows, left + PAD, top)
    y = _line(sheets, slip.name, left + PAD, y - 5, beside, Font.HEI, NAME)
    y = _line(sheets, slip.unit, left + PAD, y - 2, beside, Font.SONG, SMALL)
    parts = [say("工号 {number}", number=slip.number)]
    parts += [say("{site}　座位 {seat}", site=slip.site, seat=slip.seat)] if slip.site else [say("座位 {seat}", seat=slip.seat)] if slip.seat else []
    parts += [say("{form}卷", form=slip.form)] if slip.form else []
    y = _line(sheets, "　".join(part.render(translate) for part in parts), left + PAD, y, beside, Font.SONG, SMALL)
    y = _line(sheets, when, left + PAD, y, beside, Font.SONG, SMALL)
    _line(sheets, grouped(slip.code), left + PAD, y - 5, beside, Font.HEI, CODE)
    x, bottom = left + width - PAD - QR_SIDE, top - QR_SIDE
    squares = code_squares(f"{address}#{grouped(slip.code)}", QR_SIDE)
    sheets.add_squares((x + right, bottom + up, wide, high) for right, up, wide, high in squares)
    note = say("扫码，或打开 {address} 输入准考码。一人一码，请勿转借；换设备时再扫一次。", address=_shown(address)).render(translate)
    lines = set_rows(note, measure, Font.SONG, NOTE, NOTE * 1.4)
    _down(sheets, lines, left + PAD, low + 8 + sum(row.height for row in lines))


def _down(sheets: Sheets, rows: Sequence[Row], x: float, y: float) -> float:
    for row in rows:
        y -= row.height
        sheets.add_row(row, x, y)
    return y


def _line(sheets: Sheets, text: str, x: float, y: float, measure: float, font: Font, size: float) -> float:
    """Draw one line below y, smaller when it would be too long; return where it ends."""
    fit = fitting_size(text, measure, font, size)
    y -= size * 1.4
    sheets.add_marks(moved(mark, x, y + size * 0.3) for mark in set_line(text, font, fit))
    return y


def _cuts(count: int, width: float, height: float, page: float) -> list[Mark]:
    """The lines around the slips of a sheet, as far as there are slips."""
    rows = -(-count // ACROSS)
    marks: list[Mark] = [Stroke(0.0, page - n * height, ACROSS * width, page - n * height, CUT) for n in range(1, min(rows, DOWN - 1) + 1)]
    marks += [Stroke(width, page - rows * height, width, page, CUT)]
    return marks


def _shown(address: str) -> str:
    return address.removeprefix("https://").removeprefix("http://")


def _check(slips: Sequence[Slip], title: str) -> None:
    check = GlyphCheck()
    check.add(title, say("考试名称"))
    for slip in slips:
        check.add(f"{slip.name}{slip.unit}{slip.number}{slip.site}", say("{name}（{number}）的准考条", name=slip.name, number=slip.number))
    check.finish()
