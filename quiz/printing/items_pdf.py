"""Prints the questions of a sitting that somebody should look at: each with what is odd, how it was answered, and its picture. Names nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from quiz.core.message import Message, Translate, mark_text, say
from quiz.core.question import AREAS, TYPE_NAMES
from quiz.core.statistics.asked import AskedItem
from quiz.core.statistics.flags import option_name
from quiz.core.statistics.plot import group_plot
from quiz.core.statistics.report import ItemReport
from quiz.printing.flow import fill_columns
from quiz.printing.fonts import Font, GlyphCheck
from quiz.printing.geometry import KEY_GEOMETRIES, PageSize
from quiz.printing.head import HEADING, HEADING_LEADING, TITLE, TITLE_LEADING
from quiz.printing.marks import Block, Row, space
from quiz.printing.plot_marks import plot_row
from quiz.printing.sheet import Sheets
from quiz.printing.side import draw_column, draw_footer
from quiz.printing.typeset import SMALL, SMALL_LEADING, centred_rows, heading_rows, row_of, set_line, set_rows

PLOT_WIDTH = 230.0

Items = Sequence[tuple[AskedItem, ItemReport]]


def print_items(title: str, people: int, items: Items, out: BinaryIO, translate: Translate = mark_text) -> None:
    """Write the items as an A4 PDF; the same items give the same bytes. MissingGlyphs for a character that cannot be printed."""
    check = GlyphCheck()
    check.add(title, say("考试名称"))
    for asked, _ in items:
        check.add(asked.stem + asked.name, say("试题{uid}", uid=asked.name))
    check.finish()
    geometry = KEY_GEOMETRIES[PageSize.A4]
    sheets = Sheets(out, geometry, title)
    blocks = [_head(title, people, len(items), geometry.measure, translate), *(_item(*item, geometry.measure, translate) for item in items)]
    columns = fill_columns(blocks, geometry.column_height)
    for number, column in enumerate(columns, 1):
        left = geometry.left(0, back=False)
        draw_column(sheets, column, left, geometry)
        draw_footer(sheets, geometry, left, say("试题分析　　第 {number} 页　共 {total} 页", number=number, total=len(columns)).render(translate))
        sheets.end_side()
    sheets.finish()


def _head(title: str, people: int, count: int, measure: float, translate: Translate) -> Block:
    told = say("{people}人的答卷。需要留意的试题{n}道，由题目本身的问题到一般提示排列。", people=people, n=count)
    note = say("统计只提出疑问，不改答案；是否有误，由命题人和审题人判断。作答太少的题不下结论。")
    return Block(
        (
            *centred_rows(title, measure, Font.HEI, TITLE, TITLE_LEADING),
            *centred_rows(say("试题分析").render(translate), measure, Font.HEI, 15.0, 24.0),
            *set_rows(told.render(translate), measure),
            *set_rows(note.render(translate), measure, size=SMALL, leading=SMALL_LEADING),
            space(8),
        )
    )


def _item(asked: AskedItem, report: ItemReport, measure: float, translate: Translate) -> Block:
    kind = say("{name}　{type}　{area}", name=asked.name, type=say(TYPE_NAMES[asked.type]), area=say(AREAS.get(asked.area, asked.area)))
    rows: list[Row] = [space(8), *heading_rows(kind.render(translate), measure, HEADING, HEADING_LEADING)]
    for paragraph in asked.stem.splitlines():
        rows += set_rows(paragraph, measure)
    for flag in report.flags:
        rows += set_rows("◆ " + flag.message.render(translate), measure)
    rows += set_rows(figures_line(report).render(translate), measure, size=SMALL, leading=SMALL_LEADING)
    for line in _option_lines(report, translate):
        rows.append(row_of(tuple(set_line(line, Font.SONG, SMALL)), SMALL_LEADING))
    plot = group_plot(report)
    if plot:
        rows += [space(4), plot_row(plot, PLOT_WIDTH, translate)]
    return Block(tuple(rows), may_stretch=True)


def figures_line(report: ItemReport) -> Message:
    """Return the figures that a talk about an item needs, in one sentence."""
    figures = report.figures
    values = {"n": figures.answers, "facility": _percent(figures.facility), "upper": _percent(figures.upper), "lower": _percent(figures.lower)}
    together = "—" if figures.point_biserial is None else f"{figures.point_biserial:.2f}"
    return say("作答{n}人，得分率{facility}；最好的27%得分率{upper}，最弱的27%{lower}；与其余题得分的相关{together}。", **values, together=together)


def _option_lines(report: ItemReport, translate: Translate) -> list[str]:
    lines = []
    for option in report.options:
        values = {
            "option": option_name(option.option),
            "n": option.count,
            "share": _percent(option.share),
            "upper": _percent(option.upper),
            "lower": _percent(option.lower),
        }
        text = say("{option}：{n}人次，{share}；最好的27%里{upper}，最弱的27%里{lower}", **values).render(translate)
        lines.append(f"√ {text}" if option.is_key else f"　 {text}")
    return lines


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{100 * share:.0f}%"
