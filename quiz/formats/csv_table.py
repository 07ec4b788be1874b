"""Writes CSV that Excel opens with the right characters and without running a formula; reads nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import TextIO

BOM = "\ufeff"
"""Without it Excel on Windows reads the file as GBK."""

FORMULA_STARTS = frozenset("=+-@\t\r\0＝＋－＠")
"""First characters that make a spreadsheet see a formula, the full-width forms included."""


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]], out: TextIO) -> None:
    """Write `header` and `rows` to `out`, a text file opened with `newline=""` and UTF-8.

    Text that a spreadsheet would run gets a `'` before it; numbers stay as they are. None is an empty cell.
    """
    out.write(BOM)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_cell(text) for text in header])
    writer.writerows([safe_cell(value) if isinstance(value, str) else value for value in row] for row in rows)


def safe_cell(text: str) -> str:
    """Return `text`, with a `'` before it when a spreadsheet would take it for a formula."""
    return f"'{text}" if text.lstrip(" ")[:1] in FORMULA_STARTS and text.strip(" ") else text
