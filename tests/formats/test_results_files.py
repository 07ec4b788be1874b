"""Results in Excel and lists in CSV: read back cell by cell, and no text ever becomes a formula."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import openpyxl
import pytest

from quiz.core.results import ResultRow, Standing
from quiz.formats.csv_table import safe_cell, write_csv
from quiz.formats.results_xlsx import write_results
from quiz.translation import translator
from tests.web.page_reading import HAN


def row(number: str, standing: Standing, score: str | None, unit: str = "某镇", name: str = "吕志江", **more: object) -> ResultRow:
    mark = None if score is None else Decimal(score)
    return ResultRow("T01", unit, number, name, "镇班子成员", "ABCDE-FGHIJ", standing, mark, Decimal(100), Decimal(60), **more)  # type: ignore[arg-type]


def sheets(rows: list[ResultRow]) -> dict[str, list[tuple[object, ...]]]:
    out = io.BytesIO()
    write_results(rows, out)
    book = openpyxl.load_workbook(io.BytesIO(out.getvalue()))
    return {sheet.title: [tuple(cell.value for cell in cells) for cells in sheet.rows] for sheet in book.worksheets}


def test_an_english_file_is_english_but_for_names() -> None:
    """What the person is, where they stand and how they were closed are words of the product."""
    out = io.BytesIO()
    write_results([row("C0001", Standing.SUBMITTED, "85.5", closed_by="deadline")], out, translate=translator("en"))
    cells = [cell.value for cell in list(openpyxl.load_workbook(io.BytesIO(out.getvalue())).worksheets[0].rows)[1]]
    assert [value for value in cells if isinstance(value, str) and HAN.search(value)] == ["某镇", "吕志江"]


def test_results_are_read_back_as_written() -> None:
    times = {"started_at": datetime(2026, 11, 23, 1, 5, tzinfo=UTC), "submitted_at": datetime(2026, 11, 23, 1, 50, tzinfo=UTC)}
    found = sheets(
        [
            row("C0001", Standing.SUBMITTED, "85.5", closed_by="deadline", pending=2, **times),
            row("C0002", Standing.SUBMITTED, "59.99", closed_by="trainee"),
            row("C0003", Standing.ABSENT, None),
        ]
    )
    assert found["成绩"] == [
        ("单位", "工号", "姓名", "岗位", "状态", "得分", "满分", "是否及格", "开始", "交卷时间", "备注"),
        (
            "某镇",
            "C0001",
            "吕志江",
            "镇班子成员",
            "已交卷",
            85.5,
            100,
            "是",
            datetime(2026, 11, 23, 9, 5),
            datetime(2026, 11, 23, 9, 50),
            "到时自动交卷；2题待人工判定",
        ),
        ("某镇", "C0002", "吕志江", "镇班子成员", "已交卷", 59.99, 100, "否", None, None, "本人交卷"),
        ("某镇", "C0003", "吕志江", "镇班子成员", "缺考", None, 100, None, None, None, None),
    ]
    assert found["汇总"] == [
        ("单位", "应考", "实考", "缺考", "平均分", "最高分", "及格人数", "及格率（%）"),
        ("某镇", 3, 2, 1, 72.75, 85.5, 1, 50),
    ]


def test_no_rows_give_two_sheets_with_headers() -> None:
    assert [len(rows) for rows in sheets([]).values()] == [1, 1]


@pytest.mark.parametrize("name", ["=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@x", "＝1+1", "{=1}", "http://x.example"])
def test_a_name_never_becomes_a_formula_or_link(name: str) -> None:
    out = io.BytesIO()
    write_results([row("C1", Standing.SUBMITTED, "1", name=name, unit=name)], out)
    sheet = openpyxl.load_workbook(io.BytesIO(out.getvalue()))["成绩"]
    assert [(sheet.cell(2, i).value, sheet.cell(2, i).data_type, sheet.cell(2, i).hyperlink) for i in (1, 3)] == [(name, "s", None)] * 2


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠", " =", "  ＠"])
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", " ", "吕志江", "1-1", "a=b", "'x"])
def test_other_cells_stay(text: str) -> None:
    assert safe_cell(text) == text


def test_csv_begins_with_a_mark_and_comes_back() -> None:
    out = io.StringIO(newline="")
    write_csv(["工号", "=名"], [["C0001", '吕,"志\n江'], ["=x", -5], ["C3", None]], out)
    text = out.getvalue()
    assert text.startswith("\ufeff工号,'=名\r\n")
    assert list(csv.reader(io.StringIO(text[1:], newline=""))) == [["工号", "'=名"], ["C0001", '吕,"志\n江'], ["'=x", "-5"], ["C3", ""]]
