"""A cadre's record → CSV or an Excel file, a row a sitting; times in the county's zone, texts as texts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import BinaryIO

from quiz.core.cadre_record import Document, Entry, Record
from quiz.core.message import Translate, join_messages, mark_text, say
from quiz.core.results import STANDING_NAMES
from quiz.formats.csv_table import write_csv
from quiz.formats.excel_sheet import Sheet, new_book
from quiz.formats.results_xlsx import NO, YES

COLUMNS = (
    (mark_text("考试"), 30),
    (mark_text("考试代码"), 14),
    (mark_text("开始"), 18),
    (mark_text("状态"), 10),
    (mark_text("得分"), 8),
    (mark_text("满分"), 8),
    (mark_text("及格线"), 8),
    (mark_text("是否及格"), 10),
    (mark_text("补考的考试"), 14),
    (mark_text("计入成绩"), 10),
    (mark_text("计入说明"), 24),
    (mark_text("当时的姓名"), 12),
    (mark_text("当时的单位"), 24),
    (mark_text("当时的岗位"), 18),
    (mark_text("试卷编号"), 14),
    (mark_text("试卷摘要（SHA-256）"), 30),
    (mark_text("命题蓝图"), 24),
    (mark_text("蓝图摘要（SHA-256）"), 30),
    (mark_text("本地资料"), 24),
    (mark_text("资料摘要（SHA-256）"), 30),
    (mark_text("给分规则"), 60),
    (mark_text("评分次数"), 10),
    (mark_text("交卷时间"), 18),
)
SHEET = mark_text("成绩档案")


def write_record_xlsx(record: Record, out: BinaryIO, zone: tzinfo, translate: Translate = mark_text) -> None:
    """Write the record as one sheet."""
    book = new_book(out)
    try:
        sheet = Sheet(book, translate(SHEET), [(translate(name), width) for name, width in COLUMNS])
        for cells in _rows(record, zone, translate):
            sheet.add(cells)
        sheet.finish()
    finally:
        book.close()


def write_record_csv(record: Record, out: BinaryIO, zone: tzinfo, translate: Translate = mark_text) -> None:
    """Write the record as CSV in UTF-8 with a byte order mark, times as `2026-11-21 14:05`."""
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    rows = [[f"{cell:%Y-%m-%d %H:%M}" if isinstance(cell, datetime) else cell for cell in row] for row in _rows(record, zone, translate)]
    write_csv([translate(name) for name, _ in COLUMNS], rows, text)
    text.detach()


def _rows(record: Record, zone: tzinfo, translate: Translate) -> Iterator[list[object]]:
    for entry in record.entries:
        opens, submitted = (at and at.astimezone(zone).replace(tzinfo=None) for at in (entry.opens_at, entry.submitted_at))
        yield [
            entry.title,
            entry.sitting,
            opens,
            translate(STANDING_NAMES[entry.standing]),
            entry.score,
            entry.max_score,
            entry.pass_mark if entry.pass_mark > 0 else "",
            "" if entry.is_pass is None else translate(YES if entry.is_pass else NO),
            entry.makes_up,
            *_counted(entry, translate),
            entry.name,
            entry.unit,
            translate(entry.post),
            entry.paper,
            entry.digest,
            *_document(entry.blueprint),
            *_document(entry.dataset),
            join_messages("；", (say("{title}：{rule}", title=say(rule.title), rule=rule.describe()) for rule in entry.rules)).render(translate),
            len(entry.runs),
            submitted,
        ]


def _counted(entry: Entry, translate: Translate) -> list[object]:
    return [entry.score, ""] if entry.counted is None else [entry.counted.score, entry.counted.explain().render(translate)]


def _document(document: Document | None) -> list[object]:
    return ["", ""] if document is None else [f"{document.title}（{document.code} #{document.number}）", document.digest]
