"""The notice to put up when a question was corrected: what was wrong, what counts now, and how many it concerns. Names nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from quiz.core.correction_notice import CorrectionNotice
from quiz.core.message import Message, Translate, mark_text, say
from quiz.printing.flow import fill_columns
from quiz.printing.fonts import Font, GlyphCheck
from quiz.printing.geometry import KEY_GEOMETRIES, MM, PageSize
from quiz.printing.marks import Block, Row, space
from quiz.printing.notice_pdf import TEXT, TEXT_LEADING, TITLE, TITLE_LEADING
from quiz.printing.sheet import Sheets
from quiz.printing.side import draw_sides
from quiz.printing.typeset import centred_rows, heading_rows, row_of, set_line, set_rows

HEADING, HEADING_LEADING = 13.0, 22.0
BLANK_EM = 4.0
"""How long the rule of a blank in a stem is."""


def print_correction(notice: CorrectionNotice, out: BinaryIO, translate: Translate = mark_text) -> None:
    """Write the notice as an A4 PDF; the same notice gives the same bytes. MissingGlyphs for a text that cannot be printed."""
    check = GlyphCheck()
    check.add_all((notice.title, notice.code, notice.day), say("考试名称"))
    check.add(notice.stem + notice.question, say("题干"))
    check.add(notice.reason + notice.done.render(translate), say("更正原因和答案"))
    check.finish()
    geometry = KEY_GEOMETRIES[PageSize.A4]
    sheets = Sheets(out, geometry, notice.title)
    columns = fill_columns(_blocks(notice, geometry.measure, translate), geometry.column_height)

    def footer(number: int, total: int) -> Message | None:
        return say("第 {number} 页　共 {total} 页", number=number, total=total) if total > 1 else None

    draw_sides(sheets, columns, geometry, footer, translate)


def _blocks(notice: CorrectionNotice, measure: float, translate: Translate) -> list[Block]:
    def words(text: Message | str) -> list[Row]:
        plain = text.render(translate) if isinstance(text, Message) else text
        return [row for line in plain.split("\n") for row in set_rows(line, measure, Font.SONG, TEXT, TEXT_LEADING, gap=BLANK_EM)]

    facts = [
        say("考试：{title}（{code}）", title=notice.title, code=notice.code),
        say("更正：第{n}次，{day}", n=notice.number, day=notice.day),
    ]
    head = [
        space(10 * MM),
        *centred_rows(say("试题更正公告").render(translate), measure, Font.HEI, TITLE, TITLE_LEADING),
        space(14),
        *(row for fact in facts for row in words(fact)),
    ]
    parts: list[tuple[Message, Sequence[Message | str]]] = [
        (say("更正的试题"), (say("编号：{uid}", uid=notice.question), notice.stem)),
        (say("处理办法"), (notice.done,)),
        (say("原因"), (notice.reason,)),
        (say("影响"), notice.counts),
    ]
    if notice.appeal:
        parts.append((say("异议"), (notice.appeal,)))
    blocks = [Block(tuple(head))]
    for name, lines in parts:
        blocks.append(Block((space(10), *heading_rows(name.render(translate), measure, HEADING, HEADING_LEADING), space(2)), keeps_next=True))
        blocks += [Block((*words(line), space(3))) for line in lines]
    return [*blocks, Block(_signature(measure, translate))]


def _signature(measure: float, translate: Translate) -> tuple[Row, ...]:
    """Where those who put it up sign, at the right."""
    texts = (say("公告单位（盖章）：").render(translate), say("公告日期：　　　　年　　月　　日").render(translate))
    lines = [row_of(tuple(set_line(text, Font.SONG, TEXT, x=measure * 0.52)), TEXT_LEADING * 1.4) for text in texts]
    return (space(18 * MM), *lines)
