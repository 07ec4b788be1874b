"""Drafts → an Excel sheet, a question a row, every cell a text; what a row cannot say is reported."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

import xlsxwriter

from quiz.core.draft import Draft, DraftType
from quiz.core.message import Diagnostic
from quiz.formats.excel_in import read_excel
from quiz.formats.question_keys import FALSE, TRUE
from quiz.formats.report import Losses
from quiz.formats.word_out import HEADS, blank_text, fields_of, letter, report_changes, shuffled

PART = "案例小题："
FIELDS = ("解析", "依据", "分类", "知识点", "难度", "分值", "标签", "编号")
WIDTHS = {"题型": 12, "题干": 60, "答案": 16, "解析": 40, "依据": 24}
LEAST_OPTIONS = 4
CELL_LIMIT = 32_767
MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - the file's own date, the same for ever so that the same questions make the same bytes


def write_excel(drafts: Sequence[Draft], out: BinaryIO) -> tuple[Diagnostic, ...]:
    """Write one sheet, and return what it cannot say: a diagnostic's file is the question's id, its line its place among the drafts.

    A case takes a row, and each of its questions one below it. What was written is read again by our own reader, and a question that would
    not come back as it was is reported.
    """
    losses = Losses()
    drafts = losses.without_shares(drafts)
    rows = [row for draft in drafts for row in _rows(draft)]
    width = max([LEAST_OPTIONS, *(len(options) for _, _, options, _, _ in rows)])
    header = ["题型", "题干", *(f"选项{letter(i)}" for i in range(min(width, 26))), "答案", *FIELDS]
    table = [_cells(row, len(header)) for row in rows]
    content = _workbook(header, table)
    report_changes(drafts, list(drafts), read_excel(content, "").drafts, losses)
    out.write(content)
    return tuple(losses.diagnostics)


Row = tuple[str, str, Sequence[str], str, dict[str, str]]
"""Type, stem, options, answer, and the texts around the question."""


def _rows(draft: Draft, before: str = "") -> list[Row]:
    options, answer = _answered(draft)
    rows: list[Row] = [(before + HEADS[draft.type], draft.stem, options, answer, dict(fields_of(draft)))]
    for part in draft.parts:
        rows += _rows(part, PART)
    return rows


def _answered(draft: Draft) -> tuple[Sequence[str], str]:
    """Return the options and the answer of a question as its cells hold them."""
    if draft.type in {DraftType.SINGLE, DraftType.MULTIPLE}:
        return draft.options, "".join(letter(i) for i in draft.right)
    if draft.type is DraftType.TRUE_FALSE:
        return (), TRUE if draft.right else FALSE
    if draft.type is DraftType.FILL_IN:
        return (), "；".join(blank_text(blank) for blank in draft.blanks)
    if draft.type is DraftType.ORDERING:
        shown = shuffled(range(len(draft.items)), draft)
        return [draft.items[i] for i in shown], "".join(letter(shown.index(i)) for i in range(len(draft.items)))
    if draft.type is DraftType.MATCHING:
        return draft.extra, "\n".join(f"{left}→{right}" for left, right in draft.pairs)
    return (), draft.model_answer


def _cells(row: Row, width: int) -> list[str]:
    kind, stem, options, answer, fields = row
    texts = [fields.get(name, "") for name in FIELDS]
    room = width - 3 - len(FIELDS)
    cells = [kind, stem, *options[:room], *[""] * (room - len(options)), answer, *texts]
    return [text[:CELL_LIMIT] for text in cells]


def _workbook(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """Return the bytes of a workbook with one sheet of texts."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    book.set_properties({"created": MADE})
    head, cell = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    sheet = book.add_worksheet("试题")
    for i, name in enumerate(header):
        sheet.set_column(i, i, WIDTHS.get(name, 14))
        sheet.write_string(0, i, name, head)
    for at, row in enumerate(rows, 1):
        for i, text in enumerate(row):
            if text:
                sheet.write_string(at, i, text, cell)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(rows), len(header) - 1)
    book.close()
    return file.getvalue()
