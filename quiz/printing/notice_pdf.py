"""The notice to put up for a sitting: before it the commitment to the draw, after it the seed as well, in digits and as a square code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from quiz.core.contest import FLOORS, Contest
from quiz.core.message import Translate, mark_text, say
from quiz.printing.fonts import Font, GlyphCheck
from quiz.printing.geometry import KEY_GEOMETRIES, MARGIN, MM, PageSize
from quiz.printing.marks import Row, Stroke, space
from quiz.printing.qr import code_squares
from quiz.printing.sheet import Sheets
from quiz.printing.typeset import centred_rows, row_of, set_line, set_rows

CODE_SIDE = 34 * MM
TITLE, TITLE_LEADING = 22.0, 32.0
TEXT, TEXT_LEADING = 12.0, 19.0
DIGITS, DIGITS_LEADING = 15.0, 25.0
GROUP, GROUPS_A_LINE, GROUP_PITCH = 4, 8, 42.0


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice publishes. `window` is the time in words; `seed` (64 hexadecimal digits) is empty until the window has closed.

    Of a contest it tells how marks are taken off."""

    title: str
    code: str
    window: str
    papers: int
    commitment: str
    seed: str = ""
    contest: Contest = Contest.NO


def print_notice(notice: Notice, out: BinaryIO, translate: Translate = mark_text) -> None:
    """Write the notice as an A4 PDF; the same notice gives the same bytes. MissingGlyphs for a title that cannot be printed."""
    check = GlyphCheck()
    check.add(notice.title + notice.code + notice.window, say("考试名称"))
    check.finish()
    geometry = KEY_GEOMETRIES[PageSize.A4]
    sheets = Sheets(out, geometry, notice.title)
    left, measure = geometry.lefts[0], geometry.measure
    y = geometry.height - MARGIN - 10 * MM
    y = _draw_rows(sheets, _head(notice, measure, translate), left, y)
    y = _draw_number(sheets, say("抽题承诺值").render(translate), notice.commitment, left, y, measure)
    if notice.seed:
        y = _draw_number(sheets, say("随机种子").render(translate), notice.seed, left, y, measure)
    y = _draw_rows(sheets, _explanation(notice, measure, translate), left, y - 4 * MM)
    _draw_signature(sheets, left, min(y - 12 * MM, MARGIN + 30 * MM), measure, translate)
    sheets.end_side()
    sheets.finish()


def _head(notice: Notice, measure: float, translate: Translate) -> list[Row]:
    """What is published, of which sitting."""
    name = say("抽题种子公示") if notice.seed else say("抽题承诺公示")
    facts = [
        say("考试：{title}（{code}）", title=notice.title, code=notice.code),
        say("时间：{window}", window=notice.window),
        say("试卷：{n}份，每份由种子和考生工号推出", n=notice.papers),
    ]
    if notice.contest.takes_marks:
        facts.append(say("评分：{told}", told=say(FLOORS[notice.contest])))
    rows = [*centred_rows(name.render(translate), measure, Font.HEI, TITLE, TITLE_LEADING), space(14)]
    for fact in facts:
        rows += set_rows(fact.render(translate), measure, Font.SONG, TEXT, TEXT_LEADING)
    return [*rows, space(12)]


def _explanation(notice: Notice, measure: float, translate: Translate) -> list[Row]:
    """What the numbers are for, in words for everybody."""
    points = [
        say("承诺值在开考前公布，由随机种子、题库版本、组卷规则和考生名单一起算出。其中任何一处事后改动，算出的承诺值都会不同。"),
        say("承诺值不透露种子，也推不出任何一道题。考试结束后公布种子，任何人都能用它核对每份试卷：quiz paper verify。"),
    ]
    if notice.seed:
        points[1] = say("考试已经结束，现公布种子。用种子和组卷证明文件，任何人都能重新推算每份试卷，核对没有换过题：quiz paper verify。")
    return [row for point in points for row in (*set_rows(point.render(translate), measure, Font.SONG, TEXT, TEXT_LEADING), space(4))]


def digit_rows(number: str) -> list[Row]:
    """Return hexadecimal digits in lines of groups that stand under each other, to be read aloud and compared."""
    groups = [number[at : at + GROUP] for at in range(0, len(number), GROUP)]
    rows = []
    for at in range(0, len(groups), GROUPS_A_LINE):
        placed = enumerate(groups[at : at + GROUPS_A_LINE])
        marks = [mark for place, group in placed for mark in set_line(group, Font.SONG, DIGITS, x=place * GROUP_PITCH)]
        rows.append(row_of(tuple(marks), DIGITS_LEADING))
    return rows


def _draw_number(sheets: Sheets, label: str, number: str, left: float, y: float, measure: float) -> float:
    """Draw a number with its square code at the right; return where the next thing may stand."""
    top = y
    lines = [row_of(tuple(set_line(label, Font.HEI, TEXT)), TEXT_LEADING), space(4)]
    lines += digit_rows(number)
    y = _draw_rows(sheets, lines, left, y - 4 * MM)
    corner = (left + measure - CODE_SIDE, top - CODE_SIDE - 2 * MM)
    sheets.add_squares((corner[0] + x, corner[1] + up, w, h) for x, up, w, h in code_squares(number, CODE_SIDE))
    low = min(y, corner[1]) - 5 * MM
    sheets.add_marks([Stroke(left, low, left + measure, low)])
    return low - 4 * MM


def _draw_signature(sheets: Sheets, left: float, y: float, measure: float, translate: Translate) -> None:
    """Where those who put it up sign."""
    for text in (say("公示单位（盖章）：").render(translate), say("公示日期：　　　　年　　月　　日").render(translate)):
        sheets.add_marks(set_line(text, Font.SONG, TEXT, x=left + measure * 0.52, y=y))
        y -= TEXT_LEADING * 1.4


def _draw_rows(sheets: Sheets, rows: Sequence[Row], left: float, y: float) -> float:
    """Draw rows downwards from y; return where they end."""
    for row in rows:
        y -= row.height
        sheets.add_row(row, left, y)
    return y
