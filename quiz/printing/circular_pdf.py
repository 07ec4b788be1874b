"""A circular on paper: its text, who signs it, and behind it the table of units and the list of who is commended."""

from __future__ import annotations

from itertools import groupby
from math import ceil
from typing import BinaryIO

from quiz.core.circular import Circular, Commended
from quiz.core.message import Translate, mark_text, say
from quiz.printing.fonts import Font, GlyphCheck, text_width
from quiz.printing.geometry import KEY_GEOMETRIES, MM, PageSize
from quiz.printing.marks import Block, Mark, space
from quiz.printing.report_pdf import sum_table
from quiz.printing.sheet import Sheets
from quiz.printing.side import draw_sides
from quiz.printing.table import Table, fill_sides
from quiz.printing.typeset import SMALL, SMALL_LEADING, broken, centred_rows, heading_rows, row_of, set_line, set_rows

TITLE, TITLE_LEADING = 20.0, 32.0
TEXT, TEXT_LEADING = 14.0, 26.0
HEADING, HEADING_LEADING = 14.0, 26.0
INDENT = "　　"
UNIT_EM, NAME_EM = 11.0, 5.0
"""The width of a unit's name and of a person's in a list, in em; longer names of people take two places."""

NAME, NAME_LEADING = 12.0, 20.0


def print_circular(circular: Circular, out: BinaryIO, translate: Translate = mark_text) -> None:
    """Write the circular as an A4 PDF; the same gives the same bytes. MissingGlyphs for a text or name that cannot be printed."""
    check = GlyphCheck()
    check.add(circular.title + circular.office + circular.body.replace("\n", "").replace("\r", ""), say("通报正文"))
    check.add_all((one.unit + one.name for one in circular.commended), say("表扬名单"))
    check.finish()
    geometry = KEY_GEOMETRIES[PageSize.A4]
    sheets = Sheets(out, geometry, circular.title)
    sides = fill_sides(_parts(circular, geometry.measure, translate), geometry.column_height)
    draw_sides(sheets, sides, geometry, lambda number, total: say("第 {number} 页　共 {total} 页", number=number, total=total), translate)


def _parts(circular: Circular, measure: float, translate: Translate) -> list[Block | Table]:
    head = Block((space(12 * MM), *centred_rows(circular.title, measure, Font.HEI, TITLE, TITLE_LEADING), space(12)), keeps_next=True)
    lines = [line.strip() for line in circular.body.splitlines() if line.strip()]
    parts: list[Block | Table] = [head, *(_paragraph(line, measure) for line in lines), _signature(circular, measure)]
    if circular.report is not None:
        parts += [_heading(say("附：单位汇总").render(translate), measure), sum_table(circular.report, measure, translate)]
    if circular.commended:
        told = say("满分的{line}%以上，共{n}人；按单位和工号排列，不分名次。", line=circular.line, n=len(circular.commended)).render(translate)
        small = set_rows(told, measure, size=SMALL, leading=SMALL_LEADING)
        parts += [_heading(say("附：表扬名单").render(translate), measure), Block((*small, space(4)), keeps_next=True)]
        for unit, members in groupby(circular.commended, key=lambda one: one.unit):
            parts.append(_unit(unit, list(members), measure))
    return parts


def _paragraph(line: str, measure: float) -> Block:
    """A line that ends with a colon or is a numbered heading stands as it is written, everything else two characters in."""
    if line.endswith(("：", ":")) and len(line) < 30:
        return Block(tuple(set_rows(line, measure, Font.SONG, TEXT, TEXT_LEADING)))
    font = Font.HEI if line[:1] in "一二三四五六七八九十" and line[1:2] == "、" else Font.SONG
    return Block(tuple(set_rows(INDENT + line, measure, font, TEXT, TEXT_LEADING)), keeps_next=font is Font.HEI)


def _signature(circular: Circular, measure: float) -> Block:
    rows = [row_of(tuple(set_line(text, Font.SONG, TEXT, x=measure * 0.55)), TEXT_LEADING) for text in (circular.office, circular.day) if text]
    return Block((space(14 * MM), *rows, space(10 * MM)))


def _heading(title: str, measure: float) -> Block:
    return Block((space(10), *heading_rows(title, measure, HEADING, HEADING_LEADING)), keeps_next=True)


def _unit(unit: str, members: list[Commended], measure: float) -> Block:
    """The unit's name at the left, beside it lines of names that stand under each other."""
    left, pitch = UNIT_EM * NAME, NAME_EM * NAME
    places = int((measure - left) // pitch)
    lines: list[list[Mark]] = [[]]
    at = 0
    for one in members:
        need = max(1, ceil(text_width(one.name, Font.SONG, NAME) / (pitch - 0.5 * NAME)))
        if at + need > places and at:
            lines.append([])
            at = 0
        lines[-1] += set_line(one.name, Font.SONG, NAME, x=left + at * pitch)
        at += need
    for down, line in enumerate(broken(unit, left - NAME, Font.HEI, NAME)):
        if down == len(lines):
            lines.append([])
        lines[down] += set_line(line.ink, Font.HEI, NAME)
    return Block((space(3), *(row_of(tuple(line), NAME_LEADING) for line in lines)))
