"""Question tables in Excel and CSV: headings of many kinds, options in one column, merged cells, numbers, formulas; and hostile files."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from quiz.core.draft import Draft, DraftBlank, DraftType, Imported
from quiz.formats.excel_in import read_excel


def xlsx(*sheets: list[list[Any]], merge: tuple[str, ...] = (), formats: dict[str, str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    for cells in merge:
        book.worksheets[0].merge_cells(cells)
    for cell, form in (formats or {}).items():
        book.worksheets[0][cell].number_format = form
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes) -> tuple[list[Draft], list[str]]:
    found: Imported = read_excel(content, "题库.xlsx")
    assert all(d.file == "题库.xlsx" and d.message.render() for d in found.diagnostics)
    return list(found.drafts), [f"{d.line}:{d.column} {d.rule}" for d in found.diagnostics]


HEADER = ["题型", "题干", "选项A", "选项B", "选项C", "选项D", "答案", "解析"]


def test_a_plain_table() -> None:
    rows = [
        HEADER,
        ["单选题", "甲（ ）", "一", "二", "三", "四", "C", "因为"],
        ["多选题", "乙（ ）", "一", "二", "三", None, "A,B", None],
        ["判断题", "丙。", None, None, None, None, "错误", None],
        ["填空题", "____和____", None, None, None, None, "5天；十五天", None],
        ["简答题", "丁？", None, None, None, None, "第一\n第二", None],
        ["排序题", "戊", "一", "二", "三", None, "CAB", None],
        ["匹配题", "己", "多余", None, None, None, "教育局→上学\n水利局→饮水", None],
    ]
    drafts, notes = read(xlsx(rows))
    assert notes == []
    assert drafts == [
        Draft(DraftType.SINGLE, "甲（　　）", options=("一", "二", "三", "四"), right=(2,), explanation="因为", line=2),
        Draft(DraftType.MULTIPLE, "乙（　　）", options=("一", "二", "三"), right=(0, 1), line=3),
        Draft(DraftType.TRUE_FALSE, "丙。", line=4),
        Draft(DraftType.FILL_IN, "____和____", blanks=(DraftBlank(("5天",)), DraftBlank(("十五天",))), line=5),
        Draft(DraftType.SHORT_ANSWER, "丁？", model_answer="第一\n第二", line=6),
        Draft(DraftType.ORDERING, "戊", items=("三", "一", "二"), line=7),
        Draft(DraftType.MATCHING, "己", pairs=(("教育局", "上学"), ("水利局", "饮水")), extra=("多余",), line=8),
    ]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (["试题类型", "试题内容", "A", "B", "正确答案"], ["单选", "甲（ ）", "一", "二", "B"]),
        (["题目类型*", "题目（必填）", "选项1", "选项2", "标准答案"], ["单选题", "甲（ ）", "一", "二", "2"]),
        (["类型", "题目", "A选项", "B选项", "参考答案"], ["单项选择题", "甲（ ）", "A.一", "B.二", "b"]),
        (["题型", "问题", "选项", "答案"], ["单选题", "甲（ ）", "A.一 B.二", "B"]),
        (["题型", "题干", "备选答案", "答案"], ["单选题", "甲（ ）", "一|二", "二"]),
        (["题型", "题干", "选项", "答案"], ["单选题", "甲（ ）", "一\n二", "B"]),
        (["题型", "题干", "可选项", "答案"], ["单选题", "甲（ ）", "一；二", "B.二"]),
        (["序号", "题型", "题干", "选项A", "选项B"], ["1", "单选题", "甲（ B ）", "一", "二"]),
        (["题 型", "题 干", "选项 A", "选项 B", "答 案"], ["单选题", "甲（ ）", "一", "二", "Ｂ"]),
    ],
)
def test_headings_and_options_of_many_kinds(header: list[str], row: list[str]) -> None:
    drafts, notes = read(xlsx([["某县题库"], header, row]))
    assert [(draft.type, draft.stem, draft.options, draft.right, draft.line) for draft in drafts] == [
        (DraftType.SINGLE, "甲（　　）", ("一", "二"), (1,), 3)
    ]
    assert [note for note in notes if not note.endswith("I802")] == []


def test_every_other_column_is_kept() -> None:
    header = ["编号", "题型", "题干", "答案", "解析", "分类", "知识点", "难度", "出处", "分值", "标签"]
    drafts, notes = read(xlsx([header, ["a-1", "判断题", "甲。", "对", "因为", "住房", "鉴定", "易", "某法", 1.5, "重点"]]))
    want = Draft(
        DraftType.TRUE_FALSE, "甲。", right=(0,), id="a-1", explanation="因为", category="住房", topic="鉴定", source="某法",
        tags=("重点", "难度：易"), marks=Decimal("1.5"), line=2,
    )  # fmt: skip
    assert (drafts, notes) == ([want], [])


def test_numbers_are_shown_as_excel_shows_them() -> None:
    rows = [HEADER, ["单选题", "甲（ ）", 0.05, 15.0, 7300, 2.5, "B", None], ["判断题", "乙。", None, None, None, None, True, None]]
    drafts, _ = read(xlsx(rows, formats={"C2": "0%", "D2": '0"天"'}))
    assert drafts[0].options == ("5%", "15天", "7300", "2.5")
    assert drafts[1].right == (0,)


def test_a_date_is_told_for_excel_makes_dates_of_options() -> None:
    rows = [HEADER, ["单选题", "甲（ ）", datetime(2026, 3, 5), "二", None, None, "A", None]]
    drafts, notes = read(xlsx(rows, formats={"C2": 'm"月"d"日"'}))
    assert (drafts[0].options[0], notes) == ("3月5日", ["2:3 I802"])


def test_merged_cells_hold_for_their_rows_but_never_a_stem() -> None:
    rows = [["分类", "题型", "题干", "答案"], ["住房", "判断题", "甲。", "对"], [None, None, "乙。", "错"], [None, "填空题", None, "5"]]
    drafts, notes = read(xlsx(rows, merge=("A2:A4", "B2:B3", "C3:C4")))
    assert [(draft.category, draft.type, draft.stem) for draft in drafts] == [
        ("住房", DraftType.TRUE_FALSE, "甲。"),
        ("住房", DraftType.TRUE_FALSE, "乙。"),
    ]
    assert notes == ["4:3 I804"]


def test_several_sheets_and_those_without_a_header() -> None:
    second = [["说明"], ["请勿修改"]]
    third = [["题干", "答案"], ["乙____", "5"]]
    drafts, notes = read(xlsx([HEADER, ["判断题", "甲。", "", "", "", "", "对", ""]], second, third))
    assert [(draft.type, draft.stem) for draft in drafts] == [(DraftType.TRUE_FALSE, "甲。"), (DraftType.FILL_IN, "乙____")]
    assert notes == ["1:1 I808", "2:1 I802"]


def test_bad_rows_are_named_and_the_rest_is_kept() -> None:
    rows = [
        HEADER,
        ["单选题", None, "一", "二", None, None, "A", None],
        ["单选题", "甲（ ）", "一", "二", None, None, "E", None],
        ["单选题", "乙（ ）", "一", "二", None, None, "=A1", None],
        ["什么题", "丙（ ）", "一", "二", None, None, "AB", None],
        ["单选题", "丁（ ）", "一", "二", None, None, "A", None],
    ]
    drafts, notes = read(xlsx(rows))
    assert [(draft.stem, draft.right) for draft in drafts] == [("甲（　　）", ()), ("乙（　　）", ()), ("丙（　　）", (0, 1)), ("丁（　　）", (0,))]
    assert notes == ["2:2 I804", "3:1 I808", "4:1 I802", "4:7 I808", "5:1 I802", "5:1 I802"]


def test_cases_take_several_rows() -> None:
    rows = [
        ["题型", "题干", "选项A", "选项B", "答案"],
        ["案例分析题", "某村王某住院。", None, None, None],
        ["案例小题：单选题", "应当（ ）", "管", "不管", "A"],
        ["案例小题：判断题", "要公示。", None, None, "对"],
    ]
    drafts, notes = read(xlsx(rows))
    assert [(draft.type, draft.stem, [part.type for part in draft.parts]) for draft in drafts] == [
        (DraftType.CASE, "某村王某住院。", [DraftType.SINGLE, DraftType.TRUE_FALSE])
    ]
    assert notes == []


@pytest.mark.parametrize(("encoding", "notes"), [("utf-8", []), ("utf-8-sig", []), ("gb18030", ["1:1 I807"])])
@pytest.mark.parametrize("comma", [",", "\t"])
def test_csv(encoding: str, notes: list[str], comma: str) -> None:
    text = comma.join(HEADER) + "\r\n" + comma.join(["单选题", "甲（ ）", "一", "二", "", "", "B", '"多行\n解析"']) + "\r\n"
    drafts, told = read(text.encode(encoding))
    assert (drafts[0].right, drafts[0].explanation, told) == ((1,), "多行\n解析", notes)


# --- what is refused -------------------------------------------------------------------------------------------------------------------------------


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def refused(content: bytes) -> str:
    drafts, notes = read(content)
    assert drafts == []
    assert len(notes) == 1
    return notes[0].split()[1]


GOOD = xlsx([HEADER, ["判断题", "甲。", "", "", "", "", "对", ""]])


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml", "[Content_Types].xml"])
def test_a_dtd_in_any_part_is_refused(part: str) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    parts = parts_of(GOOD)
    body = parts[part].split(b"?>", 1)[-1]
    assert refused(zipped({**parts, part: bomb + body})) == "I806"
    assert refused(zipped({**parts, part: b"<!-- " + b"x" * 70_000 + b" -->" + bomb + body})) == "I806"


def test_zip_bombs_are_refused() -> None:
    assert refused(zipped({**parts_of(GOOD), "xl/more.xml": b"<x>" + b" " * 60_000_000})) == "I806"
    assert refused(zipped({**parts_of(GOOD), "xl/more.xml": b"<x>" + b" " * 20_000_000})) == "I806"


def test_old_damaged_and_other_files_are_refused() -> None:
    assert refused(b"\xd0\xcf\x11\xe0" + bytes(600)) == "I801"
    assert refused(GOOD[: len(GOOD) // 2]) == "I801"
    assert refused(zipped({"a.txt": b"x"})) == "I801"
    assert refused(zipped({**parts_of(GOOD), "xl/worksheets/sheet1.xml": b"<worksheet><sheetData>"})) == "I801"
    assert refused(b"\0\1\2") == "I801"
    assert refused(b"") == "I801"


def test_a_table_without_a_header_is_told() -> None:
    drafts, notes = read(xlsx([["甲", "乙"], ["丙", "丁"]]))
    assert (drafts, notes) == ([], ["1:1 I801", "1:1 I808"])
