"""A sitting's report on paper: sums by unit and group, areas, groups beside all, the plan; names nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, BinaryIO

from quiz.core.comparison import VERDICT_NAMES, Comparison, PlanRow
from quiz.core.message import Message, Translate, mark_text, say, with_minus
from quiz.core.over_time import CHANGE_NAMES, OverTime, SittingPoint
from quiz.core.report_lines import (
    AFTER,
    BANDS_NOTE,
    COMPARING_NOTES,
    PLAN_NOTE,
    after_figures,
    area_name,
    change_text,
    figure_text,
    group_strip,
    mean_strip,
    notes_of,
    notes_over_time,
    point_strip,
    share_strip,
    sum_columns,
    sum_figures,
)  # fmt: skip
from quiz.core.rounded import rounded
from quiz.core.unit_report import GroupRow, UnitReport
from quiz.printing.flow import Column
from quiz.printing.fonts import Font, GlyphCheck
from quiz.printing.geometry import KEY_GEOMETRIES, PageSize
from quiz.printing.head import HEADING, HEADING_LEADING, TITLE, TITLE_LEADING
from quiz.printing.marks import Block, space
from quiz.printing.sheet import Sheets
from quiz.printing.side import draw_sides
from quiz.printing.table import Cell, Table, TableColumn, fill_sides, make_table
from quiz.printing.typeset import SMALL, SMALL_LEADING, centred_rows, heading_rows, set_rows

if TYPE_CHECKING:
    from quiz.core.statistics.shares import Ratio  # numpy is loaded when it is needed

HIDDEN = "—"
WIDE, NAME = 2.2, 3.2
"""Parts of the width for a small picture and for a name, where a number has 1."""

PICTURE = 4
"""Before which of the sums the picture of the mean stands: right behind the mean."""

Parts = list[Block | Table]


def print_report(report: UnitReport, comparison: Comparison, day: str, out: BinaryIO, translate: Translate = mark_text) -> None:
    """Write the report as an A4 PDF; `day` says in words when the sitting was. MissingGlyphs for a name that cannot be printed."""
    check = GlyphCheck()
    check.add(report.title + day, say("考试名称"))
    check.add_all((row.name for row in (*report.units, *report.posts, *report.groups)), say("单位、岗位和群体"))
    check.finish()
    geometry = KEY_GEOMETRIES[PageSize.A4]
    parts: Parts = [_head(report, day, geometry.measure, translate), *_sums(report, geometry.measure, translate)]
    if comparison.people:
        parts += _compared(comparison, geometry.measure, translate)
    _draw(Sheets(out, geometry, report.title), fill_sides(parts, geometry.column_height), translate)


def print_over_time(found: OverTime, days: Mapping[str, str], out: BinaryIO, translate: Translate = mark_text) -> None:
    """Write several sittings as an A4 PDF; `days` says in words when each was, by its code. MissingGlyphs for a title that cannot be printed."""
    check = GlyphCheck()
    check.add_all((point.title for point in found.points), say("考试名称"))
    check.finish()
    title = say("历次考试").render(translate)
    rates = [say("及格率"), say("优秀率")] if found.has_line else [say("优秀率")]
    geometry = KEY_GEOMETRIES[PageSize.A4]
    columns = [
        TableColumn(say("考试").render(translate), NAME, is_number=False), *_numbers((say("应考"), say("实考")), translate),
        TableColumn(say("卷面得分率").render(translate), 1.7), TableColumn("0%—100%", WIDE, is_number=False),
        *_numbers(rates, translate), TableColumn(say("与前一场相比").render(translate), 3.4, is_number=False),
    ]  # fmt: skip
    rows = [_point_cells(point, found.has_line, days[point.code], translate) for point in found.points]
    head = Block((*centred_rows(title, geometry.measure, Font.HEI, TITLE, TITLE_LEADING), space(8)))
    parts: Parts = [head, make_table(columns, rows, geometry.measure), _notes(notes_over_time(found), geometry.measure, translate)]
    _draw(Sheets(out, geometry, title), fill_sides(parts, geometry.column_height), translate)


def _point_cells(point: SittingPoint, has_line: bool, day: str, translate: Translate) -> list[Cell]:
    change = change_text(point)
    words = translate(CHANGE_NAMES[point.change]) + (f"\n{change.render(translate)}" if change else "")
    tally, row = point.row.tally, point.row
    shown = (point.mean_percent, *([row.pass_rate] if has_line else []), row.excellent_rate)
    rates = [HIDDEN if value is None else with_minus(f"{value}%") for value in shown]
    return [f"{point.title}\n{day}", str(tally.expected), str(tally.sat), rates[0], point_strip(point), *rates[1:], words]


def _draw(sheets: Sheets, sides: Sequence[Column], translate: Translate) -> None:
    def footer(number: int, total: int) -> Message:
        return say("成绩报表　　第 {number} 页　共 {total} 页", number=number, total=total)

    draw_sides(sheets, sides, KEY_GEOMETRIES[PageSize.A4], footer, translate)


def _head(report: UnitReport, day: str, measure: float, translate: Translate) -> Block:
    return Block(
        (
            *centred_rows(report.title, measure, Font.HEI, TITLE, TITLE_LEADING),
            *centred_rows(say("成绩报表").render(translate), measure, Font.HEI, 15.0, 24.0),
            *centred_rows(day, measure, Font.SONG, SMALL, SMALL_LEADING),
            space(6),
        )
    )


def _sums(report: UnitReport, measure: float, translate: Translate) -> Parts:
    parts: Parts = [_heading(say("单位汇总"), measure, translate), sum_table(report, measure, translate)]
    parts += [*_after(report, measure, translate), *_bands(report, measure, translate)]
    for title, groups in ((say("单位类别"), report.kinds), (say("岗位"), report.posts), (say("干部群体"), report.groups)):
        if report.tells(groups):
            found = [_sum_cells(row, report, translate(row.name)) for row in groups]
            parts += [_heading(title, measure, translate), make_table(_sum_columns(title, report, translate), found, measure)]
    return [*parts, _notes(notes_of(report), measure, translate)]


def _after(report: UnitReport, measure: float, translate: Translate) -> Parts:
    """What make-ups came to, where any was held."""
    if report.after is None:
        return []
    columns = [TableColumn(say("单位").render(translate), NAME, is_number=False), *(TableColumn(translate(name), 1.5) for name in AFTER)]
    found = (report.after.all, *report.after.units)
    rows: list[list[Cell]] = [[translate(row.name) or say("合计").render(translate), *map(figure_text, after_figures(row))] for row in found]
    return [_heading(say("补考以后"), measure, translate), make_table(columns, rows, measure), _notes(report.after.notes, measure, translate)]


def _bands(report: UnitReport, measure: float, translate: Translate) -> Parts:
    """How the scores spread, a bar for each tenth of the full marks."""
    if not report.bands:
        return []
    columns = [
        TableColumn(say("分数段").render(translate), 1.6, is_number=False), *_numbers((say("人数"),), translate), TableColumn("", 7, is_number=False)
    ]  # fmt: skip
    rows: list[list[Cell]] = [[band.name.render(translate), figure_text(band.people), band.bar] for band in reversed(report.bands)]
    return [_heading(say("分数分布"), measure, translate), make_table(columns, rows, measure), _notes((BANDS_NOTE,), measure, translate)]


def sum_table(report: UnitReport, measure: float, translate: Translate) -> Table:
    """Return the table of units below the sum of all."""
    rows = [_sum_cells(report.all, report, say("合计").render(translate))]
    rows += [_sum_cells(row, report, row.name) for row in report.units]
    return make_table(_sum_columns(say("单位"), report, translate), rows, measure)


def _sum_columns(title: Message, report: UnitReport, translate: Translate) -> list[TableColumn]:
    first, sat, absent, mean, *rest = (translate(name) for name in sum_columns(report))
    picture = TableColumn(say("平均分和区间").render(translate), WIDE, is_number=False)
    numbers = [TableColumn(name, 1) for name in (first, sat, absent)]
    return [
        TableColumn(title.render(translate), NAME, is_number=False),
        *numbers,
        TableColumn(mean, 1.2),
        picture,
        *(TableColumn(n, 1.1) for n in rest),
    ]


def _sum_cells(row: GroupRow, report: UnitReport, name: str) -> list[Cell]:
    figures = list(map(figure_text, sum_figures(row, report)))
    return [name, *figures[:PICTURE], mean_strip(row, report), *figures[PICTURE:]]


def _compared(found: Comparison, measure: float, translate: Translate) -> Parts:
    share = [TableColumn(say("得分率").render(translate), 1.2), TableColumn("0%—100%", WIDE, is_number=False), _interval_column(translate)]
    areas = [TableColumn(say("领域和层次").render(translate), NAME, is_number=False), *_numbers((say("题数"), say("人数")), translate), *share]
    rows: list[list[Cell]] = []
    for row in found.areas:
        name = ("" if row.level is None else "　　") + area_name(row).render(translate)
        rows.append([name, str(row.items), str(row.share.people), *_share(row.share, share_strip(row))])
    parts: Parts = [_heading(say("领域和层次"), measure, translate), make_table(areas, rows, measure)]
    parts += [_heading(say("群体比较"), measure, translate), _groups(found, measure, translate), _notes(COMPARING_NOTES, measure, translate)]
    plan = [TableColumn(say("大题").render(translate), 2, is_number=False), TableColumn(say("单元").render(translate), NAME, is_number=False)]
    plan += [*_numbers((say("应出"), say("实出"), say("不同的题")), translate), *share[:2]]
    cells = [_plan_cells(row, found.people, translate) for row in found.plan]
    return [*parts, _heading(say("命题计划"), measure, translate), make_table(plan, cells, measure), _notes((PLAN_NOTE,), measure, translate)]


def _plan_cells(row: PlanRow, people: int, translate: Translate) -> list[Cell]:
    cell = row.cell.render(translate) if isinstance(row.cell, Message) else row.cell
    wanted = "" if row.wanted is None else str(row.wanted * people)
    return [translate(row.section), cell, wanted, str(row.placed), str(row.items), *_share(row.share, share_strip(row))[:2]]


def _groups(found: Comparison, measure: float, translate: Translate) -> Table:
    columns = [
        TableColumn(say("群体").render(translate), 2.8, is_number=False), *_numbers((say("人数"),), translate),
        TableColumn(say("与试卷应得之比").render(translate), 2), TableColumn("50%—150%", WIDE, is_number=False), _interval_column(translate),
        TableColumn(say("结论").render(translate), 2.6, is_number=False),
    ]  # fmt: skip
    groups = [row for kind in found.kinds for row in found.of(kind)]
    return make_table(
        columns,
        [
            [translate(row.name), str(row.share.people), *_share(row.share, group_strip(row), row.is_shown), translate(VERDICT_NAMES[row.verdict])]
            for row in groups
        ],
        measure,
    )  # fmt: skip


def _numbers(names: Sequence[Message], translate: Translate) -> list[TableColumn]:
    return [TableColumn(name.render(translate), 1.25) for name in names]


def _interval_column(translate: Translate) -> TableColumn:
    return TableColumn(say("区间").render(translate), 1.6)


def _share(share: Ratio, picture: Cell, is_shown: bool = True) -> list[Cell]:
    """The cells of a ratio: the figure, its picture, its interval; dashes for too few people."""
    if not is_shown or not share.is_shown or share.ratio is None:
        return [HIDDEN, None, HIDDEN]
    ends = share.interval
    return [f"{rounded(100 * share.ratio, 1)}%", picture, HIDDEN if ends is None else f"{rounded(100 * ends.low)}%—{rounded(100 * ends.high)}%"]


def _heading(title: Message, measure: float, translate: Translate) -> Block:
    return Block((space(10), *heading_rows(title.render(translate), measure, HEADING, HEADING_LEADING)), keeps_next=True)


def _notes(notes: Sequence[Message], measure: float, translate: Translate) -> Block:
    rows = [row for note in notes for row in set_rows(note.render(translate), measure, size=SMALL, leading=SMALL_LEADING)]
    return Block((space(4), *rows))
