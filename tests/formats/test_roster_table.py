"""Rosters as CSV and Excel: every refused row by file, row and reason; damaged, huge and hostile files never raise."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from quiz.core.roster import Cadre, Post, PostKind, Roster, Unit, UnitKind
from quiz.formats.roster_table import read_roster

KNOWN = (
    Unit("QL", "某县", UnitKind.COUNTY),
    Unit("D01", "县水利局", UnitKind.DEPARTMENT, "QL"),
    Unit("T01", "某镇", UnitKind.TOWNSHIP, "QL"),
    Unit("V01", "甲村", UnitKind.VILLAGE, "T01"),
)
HEADER = "工号,姓名,单位编码,单位,群体,岗位,职务,地点编码,起始,截止"
ROWS = (
    "C0001,吕志江,D01,县水利局,帮扶干部；行业部门干部,第一书记,驻村第一书记,V01,2024-05-01,",
    "C0001,吕志江,D01,县水利局,,部门帮扶干部,,D01,2023/1/2,2024年4月30日",
    "C0002,段堃,T01,,,township_leader,镇长,T01,2023-11-01,",
    "C0003,欧阳慧敏,,某镇,,,,,,",
)
ROSTER = Roster(
    (),
    (
        Cadre(
            "C0001",
            "吕志江",
            "D01",
            ("帮扶干部", "行业部门干部"),
            (
                Post(PostKind.FIRST_SECRETARY, "V01", date(2024, 5, 1), None, "驻村第一书记"),
                Post(PostKind.DEPARTMENT_STAFF, "D01", date(2023, 1, 2), date(2024, 4, 30)),
            ),
        ),
        Cadre("C0002", "段堃", "T01", (), (Post(PostKind.TOWNSHIP_LEADER, "T01", date(2023, 11, 1), None, "镇长"),)),
        Cadre("C0003", "欧阳慧敏", "T01"),
    ),
)


def csv_of(*rows: str) -> bytes:
    return "\r\n".join((HEADER, *rows)).encode()


def xlsx_of(*sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes, name: str = "r.csv") -> tuple[Roster, list[str]]:
    roster, diagnostics = read_roster(content, name, KNOWN)
    assert all(d.file == name and d.message.render() for d in diagnostics)
    return roster, [f"{d.line}:{d.column} {d.rule}" for d in diagnostics]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_csv_roster(encoding: str) -> None:
    assert read(csv_of(*ROWS).decode().encode(encoding)) == (ROSTER, [])


def test_gbk_is_read_and_told() -> None:
    assert read(csv_of(*ROWS).decode().encode("gb18030")) == (ROSTER, ["1:1 R613"])


def test_tabs_may_part_the_columns() -> None:
    assert read(csv_of(*ROWS).decode().replace(",", "\t").encode()) == (ROSTER, [])


def test_an_excel_roster_below_a_title_with_real_dates_and_numbers() -> None:
    rows: list[list[Any]] = [["某县干部花名册"], [], HEADER.split(",")]
    rows += [row.split(",") for row in ROWS]
    rows[3][8] = datetime(2024, 5, 1)
    rows.append([])
    rows.append([1001.0, "苏思莲", "T01"])
    roster, told = read(xlsx_of(rows), "r.xlsx")
    assert told == []
    assert roster.cadres[:3] == ROSTER.cadres
    assert roster.cadres[3] == Cadre("1001", "苏思莲", "T01")


def test_units_on_another_sheet() -> None:
    units = [["单位编码", "单位名称", "类型", "上级编码"], ["T02", "新镇", "镇", "QL"], ["V02", "乙村", "村", "T02"], ["V03", "丙村", "屯", "T02"]]
    cadres = [HEADER.split(","), ["C1", "吕志江", "V02"], ["C2", "段堃", "V03"]]
    roster, diagnostics = read_roster(xlsx_of(cadres, units), "r.xlsx", KNOWN)
    assert roster.units == (Unit("T02", "新镇", UnitKind.TOWNSHIP, "QL"), Unit("V02", "乙村", UnitKind.VILLAGE, "T02"))
    assert [cadre.number for cadre in roster.cadres] == ["C1"]
    assert [d.rule for d in diagnostics] == ["R601", "R608"]


def test_a_csv_of_units() -> None:
    roster, told = read("单位编码,单位名称,类型,上级编码\nT02,新镇,乡镇,QL\nT02,又镇,乡镇,QL\n".encode())
    assert [unit.code for unit in roster.units] == ["T02"]
    assert told == ["3:1 R607"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("C0009,某某,T99,,,,,,,", "3:3 R601"),
        ("C0001,某某,T01,,,,,,,", "3:1 R602"),
        ("C0001,吕志江,T01,,,,,,,", "3:1 R602"),
        ("C0001,吕志江,D01,县水利局,,第一书记,驻村第一书记,V01,2024-05-01,", "3:1 R602"),
        ("C0009,某某,T01,,,镇长,,T01,2024-05-01,", "3:6 R604"),
        ("C0009,某某,T01,,,第一书记,,T01,2024-05-01,", "3:8 R605"),
        ("C0009,某某,T01,,,联系点,,V99,2024-05-01,", "3:8 R601"),
        ("C0009,某某,T01,,,联系点,,V01,2024-13-01,", "3:9 R603"),
        ("C0009,某某,T01,,,联系点,,V01,,", "3:9 R603"),
        ("C0009,某某,T01,,,联系点,,V01,2024-05-01,2023-05-01", "3:10 R603"),
        ("C0009,某某,T01,甲村,,,,,,", "3:3 R615"),
        ("C0009,,T01,,,,,,,", "3:2 R606"),
        ("C 9,某某,T01,,,,,,,", "3:1 R609"),
        ('C0009,"某\n某",T01,,,,,,,', "3:2 R609"),
        ("C0009,某某,,无此单位,,,,,,", "3:3 R606"),
    ],
)
def test_a_bad_row_is_refused_at_its_cell_and_the_rest_is_kept(row: str, expected: str) -> None:
    roster, told = read(csv_of(ROWS[0], row, ROWS[2]))
    assert told == [expected]
    assert {"C0001", "C0002"} <= {cadre.number for cadre in roster.cadres}
    assert roster.cadres[0].posts == ROSTER.cadres[0].posts[:1]


def test_a_row_number_counts_the_lines_of_quoted_cells() -> None:
    _, told = read(csv_of('C0001,吕志江,T01,,"甲\n乙",,,,,', "C0009,某某,T99,,,,,,,"))
    assert told == ["4:3 R601"]


def test_formulas_are_never_evaluated() -> None:
    content = xlsx_of([HEADER.split(","), ["=1+1", "吕志江", "T01"], ["C2", '=HYPERLINK("http://x","段堃")', "T01"], ["C3", "苏思莲", "T01"]])
    roster, told = read(content, "r.xlsx")
    assert told == ["2:1 R614", "3:2 R614"]
    assert [cadre.number for cadre in roster.cadres] == ["C3"]


def packed(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


GOOD = xlsx_of([HEADER.split(",")])


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "R610"),
        (b"a,b\n1,2\n", "R610"),
        (b"\xff\xfe\xfd\xff\x80", "R611"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "R611"),
        (b"PK\x03\x04 cut off", "R611"),
        (GOOD[: len(GOOD) // 2], "R611"),
        (packed(a=b"x"), "R611"),
        (packed(**{"[Content_Types].xml": b"<Types", "xl/workbook.xml": b"<"}), "R611"),
        (packed(**{"[Content_Types].xml": b'<?xml version="1.0" encoding="UTF-9"?><Types/>'}), "R611"),
        (packed(**{"xl/worksheets/sheet1.xml": b"0" * 60_000_000}), "R612"),
        (packed(**{"xl/worksheets/sheet1.xml": b"0" * 5_000_000}), "R612"),
        (b"x" * 20_000_001, "R612"),
        ((HEADER + "\n" + "a,b,c\n" * 100_001).encode(), "R612"),
        ((HEADER + '\n"' + "x" * 200_000).encode(), "R611"),
    ],
)
def test_a_file_that_cannot_be_read_gives_the_reason(content: bytes, rule: str) -> None:
    roster, diagnostics = read_roster(content, "r.xlsx", KNOWN)
    assert roster == Roster()
    assert [(d.line, d.column, d.rule) for d in diagnostics] == [(1, 1, rule)]
