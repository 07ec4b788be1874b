"""Prints how the questions of a sitting fared: the whole test, a table of all, and those that somebody should look at one by one. Names nobody."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import BinaryIO

from quiz.core.message import Message, Translate, mark_text, say
from quiz.core.question import AREAS, TYPE_NAMES
from quiz.core.rounded import rounded
from quiz.core.statistics.asked import AskedItem
from quiz.core.statistics.flags import option_name
from quiz.core.statistics.plot import group_plot
from quiz.core.statistics.report import Analysis, ItemReport
from quiz.core.statistics.summary import figures_of_test, notes_on_test
from quiz.printing.fonts import Font, GlyphCheck
from quiz.printing.geometry import KEY_GEOMETRIES, PageSize
from quiz.printing.head import HEADING, HEADING_LEADING, TITLE, TITLE_LEADING
from quiz.printing.marks import Block, Row, space
from quiz.printing.plot_marks import plot_row
from quiz.printing.sheet import Sheets
from quiz.printing.side import draw_sides
from quiz.printing.table import Cell, Table, TableColumn, fill_sides, make_table
from quiz.printing.typeset import SMALL, SMALL_LEADING, centred_rows, heading_rows, row_of, set_line, set_rows

PLOT_WIDTH = 230.0
NAME = 3.4
"""The part of the width for a name, where a number has 1."""

Items = Sequence[tuple[AskedItem, ItemReport]]
Parts = list[Block | Table]


def print_items(title: str, analysis: Analysis, items: Items, flagged: Items, out: BinaryIO, translate: Translate = mark_text) -> None:
    """Write the analysis as an A4 PDF; the same one gives the same bytes. MissingGlyphs for a character that cannot be printed."""
    check = GlyphCheck()
    check.add(title, say("考试名称"))
    check.add_all((asked.name for asked, _ in items), say("试题编号"))
    for asked, _ in flagged:
        check.add(asked.stem, say("试题{uid}", uid=asked.name))
    check.finish()
    geometry = KEY_GEOMETRIES[PageSize.A4]
    measure = geometry.measure
    parts: Parts = [_head(title, analysis, len(items), len(flagged), measure, translate), *_test(analysis, measure, translate)]
    if flagged:
        parts += [_heading(say("需要留意的题"), measure, translate), *(_item(*item, measure, translate) for item in flagged)]
    if items:
        parts += [_heading(say("全部试题"), measure, translate), _all(items, measure, translate)]
    sheets, sides = Sheets(out, geometry, title), fill_sides(parts, geometry.column_height)
    draw_sides(sheets, sides, geometry, lambda number, total: say("试题分析　　第 {number} 页　共 {total} 页", number=number, total=total), translate)


def _head(title: str, analysis: Analysis, count: int, flagged: int, measure: float, translate: Translate) -> Block:
    told = say(
        "{people}人的答卷，{count}道试题，其中{n}道需要留意，由题目本身的问题到一般提示排列。", people=analysis.totals.persons, count=count, n=flagged
    )
    note = say("统计只提出疑问，不改答案；是否有误，由命题人和审题人判断。作答太少的题不下结论。")
    return Block(
        (
            *centred_rows(title, measure, Font.HEI, TITLE, TITLE_LEADING),
            *centred_rows(say("试题分析").render(translate), measure, Font.HEI, 15.0, 24.0),
            *set_rows(told.render(translate), measure),
            *set_rows(note.render(translate), measure, size=SMALL, leading=SMALL_LEADING),
            space(4),
        )
    )


def _heading(title: Message, measure: float, translate: Translate) -> Block:
    return Block((space(10), *heading_rows(title.render(translate), measure, HEADING, HEADING_LEADING)), keeps_next=True)


def _test(analysis: Analysis, measure: float, translate: Translate) -> Parts:
    """The figures of the whole test, two beside each other."""
    figures = [(figure.name.render(translate), figure.text + translate(figure.unit)) for figure in figures_of_test(analysis)]
    if not figures:
        return []
    pair = (TableColumn(say("整卷统计").render(translate), NAME, is_number=False), TableColumn(say("数值").render(translate), 1.0))
    half = (len(figures) + 1) // 2
    rows: list[list[Cell]] = [[*one, *other] for one, other in zip_longest(figures[:half], figures[half:], fillvalue=("", ""))]
    notes = [row for note in notes_on_test(analysis) for row in set_rows(note.render(translate), measure, size=SMALL, leading=SMALL_LEADING)]
    return [make_table([*pair, *pair], rows, measure), *([Block((space(4), *notes))] if notes else [])]


def _all(items: Items, measure: float, translate: Translate) -> Table:
    """A row for each question; what is not defined is a dash, and weights stand there only where a paper was common."""
    is_common = any(report.figures.effective_weight is not None for _, report in items)
    names = [(say("作答"), 1.1), (say("得分率"), 1.2), (say("区间"), 1.7), (say("标准差"), 1.3), (say("区分度"), 1.5), (say("区分效率"), 1.7)]
    names += [(say("有效权重"), 1.7)] if is_common else []
    columns = [TableColumn(name.render(translate), weight) for name, weight in (*names, (say("难度b"), 1.3), (say("留意"), 1.0))]
    rows = [_cells(asked, report, is_common) for asked, report in items]
    return make_table([TableColumn(say("编号").render(translate), NAME, is_number=False), *columns], rows, measure)


def _cells(asked: AskedItem, report: ItemReport, is_common: bool) -> list[Cell]:
    figures, ends = report.figures, report.figures.facility_interval
    interval = "—" if ends is None else f"{rounded(100 * ends.low)}—{rounded(100 * ends.high)}%"
    first = [asked.name, str(figures.answers), _percent(figures.facility), interval, _rounded(figures.deviation, 2)]
    rates = [figures.discrimination, figures.efficiency, *([figures.effective_weight] if is_common else [])]
    place, told = report.rasch.difficulty if report.rasch else None, str(len(report.flags) or "")
    return [*first, *(_rounded(value, 1, "%") for value in rates), _rounded(place, 2), told]


def _rounded(value: float | None, places: int, unit: str = "") -> str:
    return "—" if value is None else f"{rounded(value, places)}{unit}"


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
    together = _rounded(figures.point_biserial, 2)
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
    return "—" if share is None else f"{rounded(100 * share)}%"
