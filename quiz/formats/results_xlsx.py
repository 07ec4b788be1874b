"""Result rows → an Excel file with a sheet of cadres and one of units; writes text as text, so that no name becomes a formula."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter

from quiz.core.message import Translate, mark_text
from quiz.core.results import STANDING_NAMES, ResultRow, Standing, UnitRow, summarise

CHINA = timezone(timedelta(hours=8))
CLOSED_BY_NAMES = {"trainee": mark_text("本人交卷"), "deadline": mark_text("到时自动交卷"), "paper": mark_text("纸质答题卡")}

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
SHEETS = (mark_text("成绩"), mark_text("汇总"))
YES, NO, PENDING = mark_text("是"), mark_text("否"), mark_text("{n}题待人工判定")


def write_results(rows: Sequence[ResultRow], out: BinaryIO, zone: tzinfo = CHINA, translate: Translate = mark_text) -> None:
    """Write the sheets 成绩 (a row a cadre, with the letter of the form if there are several) and 汇总 (a row a unit) to `out`; times in `zone`."""
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    try:
        has_forms = len({row.form for row in rows}) > 1
        columns = [*CADRE_COLUMNS, FORM_COLUMN] if has_forms else CADRE_COLUMNS
        sheet = _Sheet(book, translate(SHEETS[0]), [(translate(name), width) for name, width in columns])
        for row in rows:
            sheet.add([*_cadre_cells(row, zone, translate), row.form] if has_forms else _cadre_cells(row, zone, translate))
        sheet.finish()
        units = _Sheet(book, translate(SHEETS[1]), [(translate(name), width) for name, width in UNIT_COLUMNS])
        for unit in summarise(rows):
            units.add(_unit_cells(unit))
        units.finish()
    finally:
        book.close()


def _cadre_cells(row: ResultRow, zone: tzinfo, translate: Translate) -> list[object]:
    passed = "" if row.is_pass is None else translate(YES if row.is_pass else NO)
    notes = [translate(CLOSED_BY_NAMES[row.closed_by])] if row.closed_by in CLOSED_BY_NAMES else []
    notes += [translate(PENDING).format(n=row.pending)] if row.pending else []
    times = [moment and moment.astimezone(zone).replace(tzinfo=None) for moment in (row.started_at, row.submitted_at)]
    standing = translate(STANDING_NAMES[Standing(row.standing)])
    return [row.unit, row.number, row.name, row.post, standing, row.score, row.max_score, passed, *times, "；".join(notes)]


def _unit_cells(unit: UnitRow) -> list[object]:
    return [unit.unit, unit.expected, unit.sat, unit.absent, unit.mean, unit.best, unit.passed, unit.pass_rate]


class _Sheet:
    """A sheet with a fixed, filtered header; writes each cell by its own type."""

    def __init__(self, book: Any, name: str, columns: Sequence[tuple[str, int]]) -> None:
        self.sheet = book.add_worksheet(name)
        self.day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        head = book.add_format({"bold": True, "bottom": 1})
        self.width, self.row = len(columns), 0
        for i, (title, width) in enumerate(columns):
            self.sheet.set_column(i, i, width)
            self.sheet.write_string(0, i, title, head)
        self.sheet.freeze_panes(1, 0)

    def add(self, cells: Sequence[object]) -> None:
        """Append a row; None and "" are empty cells."""
        self.row += 1
        for i, value in enumerate(cells):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                self.sheet.write_string(self.row, i, value)
            elif isinstance(value, datetime):
                self.sheet.write_datetime(self.row, i, value, self.day)
            elif isinstance(value, Decimal):
                self.sheet.write_number(self.row, i, float(value))
            else:
                self.sheet.write_number(self.row, i, value)

    def finish(self) -> None:
        """Let every column be filtered."""
        self.sheet.autofilter(0, 0, self.row, self.width - 1)
