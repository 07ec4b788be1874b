"""Result rows → an Excel file with a sheet of cadres and one of units; writes text as text, so that no name becomes a formula."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta, timezone, tzinfo
from typing import BinaryIO

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

SHEETS = (mark_text("成绩"), mark_text("汇总"))
YES, NO, PENDING = mark_text("是"), mark_text("否"), mark_text("{n}题待人工判定")


def write_results(rows: Sequence[ResultRow], out: BinaryIO, zone: tzinfo = CHINA, translate: Translate = mark_text) -> None:
    """Write the sheets 成绩 (a row a cadre, with the letter of the form if there are several) and 汇总 (a row a unit) to `out`; times in `zone`."""
    book = new_book(out)
    try:
        has_forms = len({row.form for row in rows}) > 1
        columns = [*CADRE_COLUMNS, FORM_COLUMN] if has_forms else CADRE_COLUMNS
        sheet = Sheet(book, translate(SHEETS[0]), [(translate(name), width) for name, width in columns])
        for row in rows:
            sheet.add([*_cadre_cells(row, zone, translate), row.form] if has_forms else _cadre_cells(row, zone, translate))
        sheet.finish()
        summaries = summarise(rows)
        has_void = any(unit.voided for unit in summaries)
        titles = [*UNIT_COLUMNS, VOID_COLUMN] if has_void else [*UNIT_COLUMNS]
        units = Sheet(book, translate(SHEETS[1]), [(translate(name), width) for name, width in titles])
        for unit in summaries:
            units.add([*_unit_cells(unit), unit.voided] if has_void else _unit_cells(unit))
        units.finish()
    finally:
        book.close()


def _cadre_cells(row: ResultRow, zone: tzinfo, translate: Translate) -> list[object]:
    passed = "" if row.is_pass is None else translate(YES if row.is_pass else NO)
    notes = [say(CLOSED_BY_NAMES[row.closed_by])] if row.closed_by in CLOSED_BY_NAMES else []
    notes += [say(PENDING, n=row.pending)] if row.pending else []
    times = [moment and moment.astimezone(zone).replace(tzinfo=None) for moment in (row.started_at, row.submitted_at)]
    standing = translate(STANDING_NAMES[Standing(row.standing)])
    told = join_messages("；", notes).render(translate)
    return [row.unit, row.number, row.name, row.post, standing, row.score, row.max_score, passed, *times, told]


def _unit_cells(unit: UnitRow) -> list[object]:
    return [unit.unit, unit.expected, unit.sat, unit.absent, unit.mean, unit.best, unit.passed, unit.pass_rate]
