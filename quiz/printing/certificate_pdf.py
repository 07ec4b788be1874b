"""A certificate as a PDF: A4 across, in a double red border, with number, validity, and a square code by which anybody checks it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

from quiz.core.admission import grouped
from quiz.core.certificate import Shown
from quiz.core.message import Message, Translate, mark_text, say, say_day
from quiz.printing.fonts import Font, GlyphCheck
from quiz.printing.geometry import MM, Geometry
from quiz.printing.marks import Box, Mark, Row, Stroke, moved
from quiz.printing.qr import code_squares
from quiz.printing.sheet import Sheets
from quiz.printing.typeset import SMALL, centred, fitting_size, set_line, set_rows

RED = (0.66, 0.2, 0.16)
WIDTH, HEIGHT = 297 * MM, 210 * MM
BORDER, INNER, CORNER = 11 * MM, 14.5 * MM, 7 * MM
LEFT = 38 * MM
MEASURE = WIDTH - 2 * LEFT
SIDE = Geometry(WIDTH, HEIGHT, MEASURE, (LEFT,), 0.0, None)
TITLE, TITLE_AT = 40.0, HEIGHT - 52 * MM
RULE_AT = TITLE_AT - 9 * MM
BODY, BODY_LEADING, BODY_AT = 19.0, 37.0, HEIGHT - 74 * MM
FACT = 12.5
FOOT = 30 * MM
CODE_SIDE = 27 * MM
LETTER_GAP = "　"


@dataclass(frozen=True, slots=True)
class CertificateText:
    """What is printed: the certificate, its code, the address that checks it, and for what it was given."""

    shown: Shown
    code: str
    address: str
    sitting: str
    unit: str


def print_certificate(text: CertificateText, out: BinaryIO, translate: Translate = mark_text) -> None:
    """Write the certificate; the same gives the same bytes. MissingGlyphs for a name or title that cannot be printed."""
    check = GlyphCheck()
    check.add(text.shown.name + text.shown.title + text.sitting + text.unit, say("姓名和证书名称"))
    check.finish()
    sheets = Sheets(out, SIDE, say("{title}：{name}", title=text.shown.title, name=text.shown.name).render(translate))
    sheets.add_tinted(_border(), RED)
    title = _spread(text.shown.title)
    sheets.add_tinted(centred(title, LEFT, MEASURE, TITLE_AT, Font.HEI, fitting_size(title, MEASURE, Font.HEI, TITLE)), RED)
    sheets.add_tinted([Stroke(WIDTH / 2 - 24 * MM, RULE_AT, WIDTH / 2 + 24 * MM, RULE_AT, 1.2)], RED)
    y = BODY_AT
    for row in _body(text, translate):
        y -= row.height
        sheets.add_row(row, LEFT, y)
    _draw_foot(sheets, text, translate)
    sheets.end_side()
    sheets.finish()


def _spread(title: str) -> str:
    """A short title is set wide, as on certificates."""
    return LETTER_GAP.join(title) if len(title) <= 6 else title


def _border() -> list[Mark]:
    """A thick and a thin frame with an angle in each corner between them and the text."""
    frames = [(BORDER, 2.4), (BORDER + 1.6 * MM, 0.6), (INNER, 0.6)]
    marks: list[Mark] = []
    for inset, width in frames:
        right, top = WIDTH - inset, HEIGHT - inset
        corners = [(inset, inset), (right, inset), (right, top), (inset, top), (inset, inset)]
        marks += [Stroke(x, y, x_end, y_end, width) for (x, y), (x_end, y_end) in pairwise(corners)]
    for x in (INNER, WIDTH - INNER - CORNER):
        marks += [moved(Box(0, 0, CORNER, CORNER), x, y) for y in (INNER, HEIGHT - INNER - CORNER)]
    return marks


def _body(text: CertificateText, translate: Translate) -> list[Row]:
    values = {"name": text.shown.name, "unit": text.unit, "sitting": text.sitting}
    words = say("　　{name}同志（{unit}）参加“{sitting}”，成绩达到规定要求，准予合格，特发此证。", **values).render(translate)
    return set_rows(words, MEASURE, Font.SONG, BODY, BODY_LEADING)


def _draw_foot(sheets: Sheets, text: CertificateText, translate: Translate) -> None:
    """The square code with the code in letters at the left; number and validity beside it; at the right who issues it."""
    sheets.add_squares((LEFT + x, FOOT + up, w, h) for x, up, w, h in code_squares(text.address, CODE_SIDE))
    x, y = LEFT + CODE_SIDE + 5 * MM, FOOT + CODE_SIDE - FACT
    facts: list[Message] = [
        say("证书编号：{number}", number=text.shown.number),
        say("有效期：{first}至{last}", first=say_day(text.shown.valid_from), last=say_day(text.shown.valid_to)),
        say("查验码：{code}", code=grouped(text.code)),
    ]
    for fact in facts:
        sheets.add_marks(set_line(fact.render(translate), Font.SONG, FACT, x=x, y=y))
        y -= 1.75 * FACT
    hint = say("扫码或在考试系统“证书查验”页输入查验码，可以核对真伪。").render(translate)
    sheets.add_marks(set_line(hint, Font.SONG, SMALL, x=x, y=FOOT))
    right = WIDTH - LEFT - 62 * MM
    sheets.add_marks(set_line(say("发证单位（盖章）").render(translate), Font.SONG, FACT + 2, x=right, y=FOOT + CODE_SIDE - FACT))
    sheets.add_marks(set_line(say_day(text.shown.valid_from).render(translate), Font.SONG, FACT + 2, x=right, y=FOOT + CODE_SIDE - 3.2 * FACT))
