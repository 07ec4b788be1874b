"""CSV or XLSX bytes → rows of texts with their places; refuses zip bombs and huge tables, and never evaluates a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from quiz.core.message import Diagnostic, Message, say
from quiz.formats.office_zip import OfficeFile
from quiz.formats.package_zip import ZIP
from quiz.formats.report import Refused

MAX_BYTES = 20_000_000
MAX_ROWS = 100_000
MOST_VISITED = 2_500_000
"""Rows that are counted in all sheets of a file, empty ones too: two sheets with a stray cell in their very last row pass."""

RULES = {"I801": "R611", "I806": "R612"}
"""What a roster's report calls the refusals of a package."""

MAX_COLUMNS = 64
FORMULA = "\0formula"
"""Stands for a cell that holds a formula: no cell of ours may begin with NUL."""

DELIMITERS = ",\t;"
"""What may stand between cells: the one that is most often in the first line that holds anything, the comma when none is."""

TOLD_DELIMITER = re.compile(rf"sep=([{DELIMITERS}])\s*$", re.IGNORECASE)
"""A first line that says what stands between cells: for Excel, and no row."""

OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file or one sheet: row numbers (from 1) with the texts of their cells; wholly empty rows are left out."""

    name: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


class _Refused(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, rule: str, message: Message) -> None:
        super().__init__(rule)
        self.rule, self.message = rule, message


def read_tables(content: bytes, file_name: str, columns: int = MAX_COLUMNS) -> tuple[tuple[Table, ...], tuple[Diagnostic, ...]]:
    """Return the tables of a CSV or XLSX file, told apart by content, and what is wrong with the file as a whole; never raises for bad content.

    Cells to the right of so many `columns` are left out.
    """
    try:
        if len(content) > MAX_BYTES:
            raise _Refused("R612", say("表格文件超过{n}兆字节。请分成几个文件。", n=MAX_BYTES // 1_000_000))
        if content.startswith(OLD_EXCEL):
            raise _Refused("R611", say("这是旧版 Excel（.xls）或加了密码的文件。请另存为不加密的 .xlsx。"))
        if content.startswith(ZIP):
            return tuple(_sheets(content, columns)), ()
        text, notes = _decoded(content, file_name)
        return (Table(file_name, tuple(_csv_rows(text, columns))),), notes
    except _Refused as refused:
        return (), (Diagnostic(file_name, 1, 1, refused.rule, refused.message),)


def _decoded(content: bytes, file_name: str) -> tuple[str, tuple[Diagnostic, ...]]:
    """UTF-8 with or without a mark, else GBK with a note."""
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        raise _Refused("R611", say("文件既不是 UTF-8 也不是 GBK 文字。请用 Excel 另存为“CSV UTF-8”。")) from None
    note = say("文件不是 UTF-8 编码，已按 GBK 读取。请核对姓名里的生僻字，最好另存为“CSV UTF-8”。")
    return text, (Diagnostic(file_name, 1, 1, "R613", note),)


def _csv_rows(text: str, columns: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    head = text.lstrip("\r\n ").partition("\n")[0]
    told = TOLD_DELIMITER.match(head)
    delimiter = told[1] if told else max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text.replace(head, "", 1) if told else text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for i, cells in enumerate(reader):
            if i >= MAX_ROWS:
                raise _Refused("R612", say("表格超过{n}行。请分成几个文件。", n=MAX_ROWS))
            row = tuple(cell.strip() for cell in cells[:columns])
            if any(row):
                yield start, row
            start = reader.line_num + 1
    except csv.Error:
        raise _Refused("R611", say("第{line}行起不是完整的 CSV，多半是引号没有收尾。请用 Excel 打开后另存。", line=start)) from None


def _sheets(content: bytes, columns: int) -> Iterator[Table]:
    import openpyxl  # with numpy the largest of what a server would load, for files that few bring

    _check_package(content)
    left = MOST_VISITED
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        try:
            for sheet in book.worksheets:
                rows, visited = _sheet_rows(sheet, left, columns)
                left -= visited
                yield Table(sheet.title, rows)
        finally:
            book.close()
    except _Refused:
        raise
    except Exception as error:  # openpyxl names no set of errors for damaged files, and none of them may reach the caller
        raise _not_excel() from error


def _not_excel() -> _Refused:
    return _Refused("R611", say("打不开这个 Excel 文件，可能已损坏或加了密码。请用 Excel 打开后另存为 .xlsx。"))


def _check_package(content: bytes) -> None:
    """Refuse what unpacks to too much, or declares document types: before openpyxl, which would believe it, sees any of it."""
    try:
        OfficeFile(content, ".xlsx").refuse_dtds()
    except Refused as refused:
        raise _Refused(RULES[refused.rule], refused.message) from None


def _sheet_rows(sheet: Any, most: int, columns: int) -> tuple[tuple[tuple[int, tuple[str, ...]], ...], int]:
    """The rows that hold something, and the number of the last one: a cell far below makes openpyxl count all the empty rows above it."""
    from openpyxl.cell.read_only import EMPTY_CELL

    rows: list[tuple[int, tuple[str, ...]]] = []
    number, empty = 0, None
    for number, cells in enumerate(sheet.iter_rows(max_col=columns), 1):
        if number > most:
            raise _Refused("R612", say("表格里的空行太多。请删去下方的空行和多余的工作表，另存后再试。"))
        if cells is empty:  # openpyxl gives the same row for each that is missing, a million times if need be
            continue
        if all(cell is EMPTY_CELL for cell in cells):
            empty = cells
            continue
        row = tuple(_cell_text(cell) for cell in cells)
        if any(row):
            rows.append((number, row))
        if len(rows) > MAX_ROWS:
            raise _Refused("R612", say("表格超过{n}行。请分成几个文件。", n=MAX_ROWS))
    return tuple(rows), number


def _cell_text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return FORMULA
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
