"""Result rows → an Excel file with a sheet of cadres and one of units; writes text as text, so that no name becomes a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta, timezone, tzinfo
from typing import Any, BinaryIO

from quiz.core.message import Translate, join_messages, mark_text, say
from quiz.core.results import STANDING_NAMES, ResultRow, Standing, UnitRow, summarise
from quiz.formats.excel_sheet import Sheet, new_book

CHINA = timezone(timedelta(hours=8))
CLOSED_BY_NAMES = {
    "trainee": mark_text("本人交卷"),
    "deadline": mark_text("到时自动交卷"),
    "organiser": mark_text("组考人员收卷"),
    "paper": mark_text("纸质答题卡"),
}

CADRE_COLUMNS = (
    (mark_text("单位"), 24),
    (mark_text("工号"), 12),
    (mark_text("姓名"), 12),
    (mark_text("岗位"), 18),
    (mark_text("状态"), 10),
    (mark_text("得分"), 8),
    (mark_text("满分"), 8),
    (mark_text("是否及格"), 10),
    (mark_text("开始"), 18),
    (mark_text("交卷时间"), 18),
    (mark_text("备注"), 24),
)
FORM_COLUMN = (mark_text("试卷"), 8)
"""The form's letter, for sittings with more than one form."""

UNIT_COLUMNS = (
    (mark_text("单位"), 24),
    (mark_text("应考"), 8),
    (mark_text("实考"), 8),
    (mark_text("缺考"), 8),
    (mark_text("平均分"), 10),
    (mark_text("最高分"), 10),
    (mark_text("及格人数"), 10),
    (mark_text("及格率（%）"), 12),
)
VOID_COLUMN = (mark_text("作废"), 8)
"""For sittings in which an attempt was made void."""

OF_THE_LINE = (CADRE_COLUMNS[7], *UNIT_COLUMNS[6:])
"""Columns that only a sitting with a pass mark has."""

Column = tuple[str, int]

SHEETS = (mark_text("成绩"), mark_text("汇总"))
YES, NO, PENDING = mark_text("是"), mark_text("否"), mark_text("{n}题待人工判定")


def write_results(rows: Sequence[ResultRow], out: BinaryIO, zone: tzinfo = CHINA, translate: Translate = mark_text) -> None:
    """Write the sheets 成绩 (a row a cadre, with the letter of the form if there are several) and 汇总 (a row a unit) to `out`; times in `zone`.

    Without a pass mark there is no column of who passed.
    """
    summaries = summarise(rows)
    left_out = {FORM_COLUMN} if len({row.form for row in rows}) < 2 else set()
    left_out |= set() if any(unit.voided for unit in summaries) else {VOID_COLUMN}
    left_out |= set(OF_THE_LINE) if summaries and not any(unit.has_line for unit in summaries) else set()
    book = new_book(out)
    try:
        people = [[*_cadre_cells(row, zone, translate), row.form] for row in rows]
        _write(book, SHEETS[0], [*CADRE_COLUMNS, FORM_COLUMN], left_out, people, translate)
        _write(book, SHEETS[1], [*UNIT_COLUMNS, VOID_COLUMN], left_out, [_unit_cells(unit) for unit in summaries], translate)
    finally:
        book.close()


def _write(book: Any, name: str, columns: Sequence[Column], left_out: set[Column], rows: Iterable[list[object]], translate: Translate) -> None:
    """Write a sheet without the columns that this sitting has no use for."""
    places = [place for place, column in enumerate(columns) if column not in left_out]
    sheet = Sheet(book, translate(name), [(translate(columns[place][0]), columns[place][1]) for place in places])
    for cells in rows:
        sheet.add([cells[place] for place in places])
    sheet.finish()


def _cadre_cells(row: ResultRow, zone: tzinfo, translate: Translate) -> list[object]:
    passed = "" if row.is_pass is None else translate(YES if row.is_pass else NO)
    notes = [say(CLOSED_BY_NAMES[row.closed_by])] if row.closed_by in CLOSED_BY_NAMES else []
    notes += [say(PENDING, n=row.pending)] if row.pending else []
    times = [moment and moment.astimezone(zone).replace(tzinfo=None) for moment in (row.started_at, row.submitted_at)]
    standing = translate(STANDING_NAMES[Standing(row.standing)])
    told = join_messages("；", notes).render(translate)
    return [row.unit, row.number, row.name, translate(row.post), standing, row.score, row.max_score, passed, *times, told]


def _unit_cells(unit: UnitRow) -> list[object]:
    return [unit.unit, unit.expected, unit.sat, unit.absent, unit.mean, unit.best, unit.passed, unit.pass_rate, unit.voided]
