"""A sheet of an Excel file that we write: a fixed, filtered header, every cell by its own type, so that no text becomes a formula."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter


def new_book(out: BinaryIO) -> Any:
    """Return a new workbook; close it when all sheets are written."""
    return xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})


class Sheet:
    """One sheet of a workbook, with (title, width) of its columns."""

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
