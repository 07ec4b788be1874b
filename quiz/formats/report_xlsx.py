"""A sitting's report → an Excel file: sums by unit and group, areas, groups beside all, the plan, and what the figures mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, BinaryIO

from quiz.core.comparison import GROUP_KIND_NAMES, VERDICT_NAMES, AreaRow, ComparedGroup, Comparison, GroupKind, PlanRow
from quiz.core.message import Message, Translate, mark_text
from quiz.core.over_time import CHANGE_NAMES, Change, OverTime
from quiz.core.question import AREAS, LEVEL_NAMES
from quiz.core.report_lines import (
    AFTER,
    COMPARING_NOTES,
    PLAN_NOTE,
    after_figures,
    notes_of,
    notes_of_more,
    notes_over_time,
    sum_columns,
    sum_figures,
)
from quiz.core.statistics.values import Interval
from quiz.core.unit_report import GroupRow, UnitReport
from quiz.formats.excel_sheet import Sheet, new_book

if TYPE_CHECKING:
    from quiz.core.statistics.shares import Ratio  # numpy is loaded when it is needed

SHEETS = (mark_text("单位汇总"), mark_text("群体汇总"), mark_text("领域和层次"), mark_text("群体比较"), mark_text("命题计划"), mark_text("说明"))
BANDS_SHEET, AFTER_SHEET = mark_text("分数分布"), mark_text("补考以后")
LOW, HIGH = mark_text("区间下限"), mark_text("区间上限")
TOTAL = mark_text("合计")


def write_report(report: UnitReport, comparison: Comparison, out: BinaryIO, translate: Translate = mark_text) -> None:
    """Write the sheets to `out`; a figure that is not shown is an empty cell, shares are fractions of 1."""
    book = new_book(out)
    try:
        _sums(book, translate(SHEETS[0]), report, [(GroupKind.UNIT, row) for row in (report.all, *report.units)], translate)
        kinds = ((GroupKind.KIND, report.kinds), (GroupKind.POST, report.posts), (GroupKind.GROUP, report.groups))
        _sums(book, translate(SHEETS[1]), report, [(kind, row) for kind, rows in kinds for row in rows], translate)
        _bands(book, report, translate)
        _after(book, report, translate)
        _areas(book, comparison, translate)
        _groups(book, comparison, translate)
        _plan(book, comparison, translate)
        notes = _sheet(book, SHEETS[5], [(SHEETS[5], 120)], translate)
        for note in (*notes_of(report), *notes_of_more(report), *COMPARING_NOTES, PLAN_NOTE):
            notes.add([note.render(translate)])
        notes.finish()
    finally:
        book.close()


def write_over_time(found: OverTime, out: BinaryIO, zone: tzinfo, translate: Translate = mark_text) -> None:
    """Write several sittings to `out`, a row each, with the change since the one before where they may be compared."""
    book = new_book(out)
    try:
        names = [(mark_text("考试"), 30), (mark_text("时间"), 18), (mark_text("应考"), 8), (mark_text("实考"), 8), (mark_text("平均分"), 10)]
        passes = [(mark_text("及格率（%）"), 12)] if found.has_line else []
        names += [(mark_text("满分"), 8), (mark_text("平均得分率（%）"), 14), *passes, (mark_text("优秀率（%）"), 12)]
        change = [(mark_text("共同的题"), 10), (mark_text("前一场得分率"), 12), (mark_text("本场得分率"), 12), (mark_text("变化"), 9)]
        sheet = _sheet(book, mark_text("历次考试"), [*names, *change, (LOW, 11), (HIGH, 11), (mark_text("结论"), 24)], translate)
        for point in found.points:
            row, link = point.row, point.link if point.change not in (Change.UNLIKE, Change.CONTEST) else None
            when = point.opens_at.astimezone(zone).replace(tzinfo=None)
            rates = [point.mean_percent, *([row.pass_rate] if found.has_line else []), row.excellent_rate]
            sums = [row.tally.expected, row.tally.sat, row.mean, point.full, *rates]
            linked = [link.items, link.before, link.after, link.change, *_ends(link.interval)] if link else [None] * 6
            sheet.add([point.title, when, *sums, *linked, translate(CHANGE_NAMES[point.change])])
        sheet.finish()
        notes = _sheet(book, SHEETS[5], [(SHEETS[5], 120)], translate)
        for note in notes_over_time(found):
            notes.add([note.render(translate)])
        notes.finish()
    finally:
        book.close()


def _sheet(book: Any, name: str, columns: Iterable[tuple[str, int]], translate: Translate) -> Sheet:
    return Sheet(book, translate(name), [(translate(title), width) for title, width in columns])


def _sums(book: Any, name: str, report: UnitReport, rows: Sequence[tuple[GroupKind, GroupRow]], translate: Translate) -> None:
    sums = [(title, 11) for title in sum_columns(report)]
    titles = [(mark_text("分组"), 12), (mark_text("名称"), 28), *sums, (LOW, 11), (HIGH, 11), (mark_text("作废"), 8)]
    sheet = Sheet(book, name, [(translate(title), width) for title, width in titles])
    for kind, row in rows:
        head = [translate(GROUP_KIND_NAMES[kind]), translate(row.name) or translate(TOTAL)]
        sheet.add([*head, *sum_figures(row, report), *_ends(row.interval), row.tally.voided])
    sheet.finish()


def _bands(book: Any, report: UnitReport, translate: Translate) -> None:
    if report.bands:
        sheet = _sheet(book, BANDS_SHEET, [(mark_text("分数段"), 16), (mark_text("人数"), 8)], translate)
        for band in report.bands:
            sheet.add([band.name.render(translate), band.people])
        sheet.finish()


def _after(book: Any, report: UnitReport, translate: Translate) -> None:
    if report.after:
        sheet = _sheet(book, AFTER_SHEET, [(mark_text("名称"), 28), *((title, 13) for title in AFTER)], translate)
        for row in (report.after.all, *report.after.units):
            sheet.add([translate(row.name) or translate(TOTAL), *after_figures(row)])
        sheet.finish()


def _areas(book: Any, comparison: Comparison, translate: Translate) -> None:
    columns = [(mark_text("领域"), 24), (mark_text("层次"), 12), (mark_text("题数"), 8), (mark_text("人数"), 8), (mark_text("得分率"), 10)]
    sheet = _sheet(book, SHEETS[2], [*columns, (LOW, 11), (HIGH, 11)], translate)
    for row in comparison.areas:
        sheet.add([translate(AREAS.get(row.area, row.area)), _level(row, translate), row.items, row.share.people, *_shown(row.share)])
    sheet.finish()


def _groups(book: Any, comparison: Comparison, translate: Translate) -> None:
    columns = [(mark_text("分组"), 12), (mark_text("名称"), 28), (mark_text("人数"), 8), (mark_text("与试卷应得之比"), 16)]
    sheet = _sheet(book, SHEETS[3], [*columns, (LOW, 11), (HIGH, 11), (mark_text("结论"), 20)], translate)
    for row in comparison.groups:
        sheet.add(_group(row, translate))
    sheet.finish()


def _group(row: ComparedGroup, translate: Translate) -> list[object]:
    name = [translate(GROUP_KIND_NAMES[row.kind]), translate(row.name), row.share.people]
    return [*name, *_shown(row.share, row.is_shown), translate(VERDICT_NAMES[row.verdict])]


def _plan(book: Any, comparison: Comparison, translate: Translate) -> None:
    columns = [(mark_text("大题"), 20), (mark_text("单元"), 30), (mark_text("每卷题数"), 10), (mark_text("应出"), 10), (mark_text("实出"), 10)]
    sheet = _sheet(book, SHEETS[4], [*columns, (mark_text("不同的题"), 10), (mark_text("得分率"), 10), (LOW, 11), (HIGH, 11)], translate)
    for row in comparison.plan:
        sheet.add(_cell(row, comparison.people, translate))
    sheet.finish()


def _cell(row: PlanRow, people: int, translate: Translate) -> list[object]:
    name = row.cell.render(translate) if isinstance(row.cell, Message) else row.cell
    wanted = None if row.wanted is None else row.wanted * people
    return [translate(row.section), name, row.wanted, wanted, row.placed, row.items, *_shown(row.share)]


def _level(row: AreaRow, translate: Translate) -> str:
    return translate(LEVEL_NAMES[row.level]) if row.level is not None else translate(TOTAL)


def _shown(share: Ratio, is_shown: bool = True) -> list[object]:
    """A ratio with the ends of its interval; nothing of too few people."""
    return [share.ratio, *_ends(share.interval)] if is_shown and share.is_shown else [None, None, None]


def _ends(interval: Interval | None) -> list[object]:
    return [interval.low, interval.high] if interval else [None, None]
