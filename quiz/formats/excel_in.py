"""Excel (.xlsx) and CSV → drafts: guesses header and columns, copies merged cells, shows numbers as Excel does; evaluates no formula."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from quiz.core.draft import Draft, Imported
from quiz.core.message import Diagnostic, Severity, say
from quiz.formats.office_zip import OfficeFile
from quiz.formats.package_zip import ZIP
from quiz.formats.question_rows import RowReader, SheetRow, filled_down, find_header
from quiz.formats.report import SEVERITIES, Refused, Report, decode
from quiz.formats.table import FORMULA, MAX_COLUMNS, MAX_ROWS, read_tables

OLE = b"\xd0\xcf\x11\xe0"
MAX_MERGED = 2_000
WITH_WORDS = re.compile(r'([#0,.]*0)"([^"]*)"')
PLACES = re.compile(r"0\.(0+)")
ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's rows that hold something, and the places (row, column from 0) that are merged with the cell above."""

    name: str
    rows: Sequence[SheetRow]
    merged: frozenset[tuple[int, int]] = frozenset()


def read_excel(content: bytes, file: str) -> Imported:
    """Return the questions of every sheet with a header; line of a draft or diagnostic is its row, column its cell. Never raises for bad content."""
    report = Report(file)
    drafts: list[Draft] = []
    try:
        sheets = list(_sheets(content, report)) if content.startswith((ZIP, OLE)) else _csv(content, file, report)
    except Refused as refused:
        report.add(refused.line, refused.rule, refused.message)
        return Imported((), report.told())
    for sheet in sheets:
        header = find_header(sheet.rows)
        if header is None:
            if sheet.rows:
                text = say("工作表“{sheet}”的前十行里找不到表头（要有“题干”和“答案”等列），没有读取。", sheet=sheet.name)
                report.add(sheet.rows[0].number, "I808", text)
            continue
        rows = filled_down(sheet.rows[header.at + 1 :], header, sheet.merged)
        drafts += RowReader(header, report, file).read([_without_formulas(row, report, file) for row in rows])
    if not drafts:
        report.add(1, "I801", say("没有找到试题。第一行要写列名：题型、题干、选项A、选项B、选项C、选项D、答案、解析。"))
    return Imported(tuple(drafts), report.told())


def _without_formulas(row: SheetRow, report: Report, file: str) -> SheetRow:
    """Return the row with an empty text for each formula or error, which is reported."""
    cells = list(row.cells)
    for i, text in enumerate(cells):
        if text == FORMULA or text in ERRORS:
            what = say("这个单元格是公式或错误值，没有读取。请复制后用“选择性粘贴—数值”替换。")
            report.diagnostics.append(Diagnostic(file, row.number, i + 1, "I808", what, SEVERITIES.get("I808", Severity.ERROR)))
            cells[i] = ""
    return SheetRow(row.number, tuple(cells))


def _csv(content: bytes, file: str, report: Report) -> list[Sheet]:
    """Return the rows of a CSV file, parted by commas or tabs."""
    text = decode(content, report)
    tables, problems = read_tables(text.encode(), file)
    for problem in problems:
        raise Refused("I801", problem.message, problem.line)
    return [Sheet(file, [SheetRow(number, cells) for number, cells in table.rows]) for table in tables]


def _sheets(content: bytes, report: Report) -> Iterator[Sheet]:
    """Yield the sheets of a workbook; each is checked for size and document types before openpyxl sees it."""
    import openpyxl  # large: see `table`

    package = OfficeFile(content, ".xlsx")
    package.refuse_dtds()
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
    except Refused:
        raise
    except Exception as error:  # openpyxl names no set of errors for damaged files, and none of them may reach the caller
        raise package.broken() from error
    paths = _paths(package)
    try:
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                report.add(1, "I802", say("工作表“{sheet}”是隐藏的，也读取了。", sheet=sheet.title))
            merged = frozenset(_merged(package, paths.get(sheet.title, "")))
            yield Sheet(sheet.title, _rows(package, sheet, report), merged)
    finally:
        book.close()


def _rows(package: OfficeFile, sheet: Any, report: Report) -> Sequence[SheetRow]:
    """Return the rows that hold something."""
    rows: list[SheetRow] = []
    try:
        for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), 1):
            texts = [_shown(cell, report, number, i) for i, cell in enumerate(cells, 1)]
            if any(texts):
                rows.append(SheetRow(number, tuple(texts)))
            if len(rows) > MAX_ROWS:
                raise Refused("I806", say("表格超过{n}行。请分成几个文件。", n=MAX_ROWS))
    except Refused:
        raise
    except Exception as error:  # as above
        raise package.broken() from error
    return rows


def _paths(package: OfficeFile) -> dict[str, str]:
    """Return the part of each sheet by its name."""
    main = package.main_part("xl/workbook.xml")
    root, targets = package.part(main), package.targets(main)
    sheets = root.find("x:sheets") if root else None
    return {
        node.attributes.get("name", ""): targets.get(node.attributes.get("r:id", ""), ("", ""))[1] for node in (sheets.children if sheets else ())
    }


def _merged(package: OfficeFile, path: str) -> Iterator[tuple[int, int]]:
    """Yield the cells that are merged with one above; openpyxl's reader of large files does not tell them."""
    from openpyxl.utils.cell import range_boundaries

    root = package.part(path) if path else None
    node = root.find("x:mergeCells") if root else None
    for cell in (node.children if node else [])[:MAX_MERGED]:
        try:
            left, top, _, bottom = range_boundaries(cell.attributes.get("ref", ""))
        except ValueError:
            continue
        if top and left and bottom and top < bottom:
            yield from ((row, left - 1) for row in range(top + 1, min(bottom, top + MAX_MERGED) + 1))


def _shown(cell: Any, report: Report, row: int, column: int) -> str:
    """Return a cell's text as Excel shows it: 5% for 0.05 in a percent format, 15 for 15.0; dates are reported, for Excel makes them of 3-5."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return FORMULA
    if isinstance(value, bool):
        return "正确" if value else "错误"
    if isinstance(value, datetime | date | time):
        text = _day(value, str(cell.number_format or ""))
        what = say("这个单元格是日期，读作“{shown}”，请核对（Excel 会把“3-5”改成日期）。", shown=text)
        report.diagnostics.append(Diagnostic(report.file, row, column, "I802", what, SEVERITIES["I802"]))
        return text
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format or ""))
    return str(value).replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n").strip()


def _day(value: datetime | date | time, form: str) -> str:
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if "年" in form or "月" in form or re.search("[yY]", form) is None:
        year = f"{value.year}年" if re.search("[yY]", form) else ""
        day = f"{value.day}日" if re.search("[dD]", form) else ""
        return f"{year}{value.month}月{day}"
    return value.strftime("%Y-%m-%d")


def _number(value: float, form: str) -> str:
    """Return a number without a needless .0, with the percent sign or the words of its format."""
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if "%" in form:
        return _plain(exact * 100) + "%"
    words = WITH_WORDS.fullmatch(form)
    return _plain(exact) + (words[2] if words else "")


def _plain(number: Decimal) -> str:
    if not number.is_finite():
        return str(number)
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
