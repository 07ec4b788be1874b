"""Mark matrices as CSV and Excel: what each column and row means, every fault with its place, nothing raised for bad content."""

from __future__ import annotations

import io

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.formats.mark_matrix import MOST_FAULTS, read_matrix


def read(text):
    return read_matrix(text.encode(), "f.csv")


def faults(text):
    sheet, problems = read(text)
    assert sheet is None
    return [(item.line, item.column, item.rule) for item in problems]


def test_people_questions_and_full_marks():
    """The column that says who is no question, the total is left out, an empty cell is no answer."""
    sheet, problems = read("工号,q1,q2,总分\nMAXMARK,1,2.5,\nC1,1,2,3\nC2,,0.5,0.5\n")
    assert problems == ()
    assert [item.name for item in sheet.items] == ["q1", "q2"]
    assert sheet.persons == ("C1", "C2")
    assert sheet.marks == ((1.0, 2.0), (None, 0.5))
    assert sheet.most == (1.0, 2.5)
    assert sheet.left_out == ("总分",)
    assert sheet.groups == ()
    assert sheet.letters == ()


def test_without_names_people_are_rows_and_without_a_header_questions_are_numbered():
    sheet, _ = read("1,0\n0,1\n1,1\n")
    assert [item.name for item in sheet.items] == ["Q1", "Q2"]
    assert len(sheet.persons) == 3
    assert sheet.most == (None, None)
    sheet, _ = read("a,b\n1,0\n")
    assert [item.name for item in sheet.items] == ["a", "b"]
    assert sheet.persons == ("2",)


@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_offices_save_is_read_alike(between, encoding, end):
    """Commas, semicolons and tabs; a mark before the text; the old Chinese encoding (with a note to look at rare characters); short rows."""
    lines = (("工号", "第一题", "第二题"), ("满分", "1", "2"), ("甲", "1", "1.5"), ("乙", "0"), ("丙", "", "2"))
    content = end.join(between.join(line) for line in lines).encode(encoding)
    sheet, problems = read_matrix(content, "f.csv")
    assert [item.rule for item in problems] == (["R613"] if encoding == "gb18030" else [])
    assert sheet.persons == ("甲", "乙", "丙")
    assert sheet.marks == ((1.0, 1.5), (0.0, None), (None, 2.0))
    assert (sheet.most, [item.name for item in sheet.items]) == ((1.0, 2.0), ["第一题", "第二题"])


def test_a_row_may_stand_for_several_people():
    sheet, _ = read('"a","b","freq"\n1,0,3\n0,0,0\n1,1,2\n')
    assert sheet.marks == ((1.0, 0.0),) * 3 + ((1.0, 1.0),) * 2


def test_letters_are_marked_by_the_key():
    """All or nothing; several letters in any spelling; a column without a key keeps its marks; the number of options gives the chance of guessing."""
    text = 'id,group,q1,q2,q3\nKEY,,B,AC,\nMAXMARK,,2,2,5\nOPTIONS,,4,4,\nx,镇,b,"C, A",3.5\ny,村,A,A,5\nz,镇,,D,\n'
    sheet, problems = read(text)
    assert problems == ()
    assert sheet.marks == ((2.0, 2.0, 3.5), (0.0, 0.0, 5.0), (0.0, 0.0, None))
    assert sheet.groups == ("镇", "村", "镇")
    assert sheet.letters == (("B", "AC", ""), ("A", "A", ""), ("", "D", ""))
    first, second, third = sheet.items
    assert (first.options, first.key, first.is_single, first.guess) == (("A", "B"), {"B"}, True, 0.25)
    assert (second.options, second.is_single, second.guess) == (("A", "C", "D"), False, None)
    assert (third.options, third.guess) == ((), None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("q1,q2\n1,x\n缺,0\n", [(2, 2, "M002"), (3, 1, "M002")]),
        ("id,q1\nMAXMARK,2\na,3\n", [(3, 2, "M004")]),
        ("q1,freq\n1,2.5\n1,-1\n1,\n", [(2, 2, "M003"), (3, 2, "M003"), (4, 2, "M003")]),
        ("q1\nnan\n", [(2, 1, "M002")]),
        ("q1\n1e30\n", [(2, 1, "M002")]),
        ("", [(1, 1, "M001")]),
        ("q1,q2\n", [(1, 1, "M001")]),
        ("姓名,总分\n甲,3\n", [(1, 1, "M001")]),
        ("q1,q2\n1,0,1\n0,1\n", [(2, 3, "M005")]),
        ("id,q1,q1\na,1,0\n", [(1, 3, "M006")]),
        ("id,q1\n满分,-2\na,-3\n", [(2, 2, "M007")]),
        ("id,q1,q2,q3\n选项数,0,2.5,-3\na,1,0,1\n", [(2, 2, "M007"), (2, 3, "M007"), (2, 4, "M007")]),
        ("q1\n1_0\n", [(2, 1, "M002")]),
        ("q1;q2\n1,5;0\n", [(2, 1, "M002")]),
        ('id,q1\n"a,1\nb,0\n', [(1, 1, "R611")]),
    ],
)
def test_faults_have_their_place(text, expected):
    assert faults(text) == expected


def test_questions_may_be_named_by_their_numbers():
    """A first row 1, 2, 3 is nobody's marks."""
    sheet, problems = read("1,2,3\n1,0,1\n0,0,1\n")
    assert problems == ()
    assert [item.name for item in sheet.items] == ["1", "2", "3"]
    assert sheet.marks == ((1.0, 0.0, 1.0), (0.0, 0.0, 1.0))


def test_points_and_signs_of_any_width():
    sheet, _ = read("id,q1,q2\na,１．５,−1\nb,2,－０．５\n")
    assert sheet.marks == ((1.5, -1.0), (2.0, -0.5))


@pytest.mark.parametrize("first", ["\n", "\r\n\r\n", "sep=;\n", "SEP=;\r\n", "\nsep=;\n"])
def test_what_stands_between_cells_is_seen_below_empty_lines_and_where_the_file_says_it(first):
    sheet, problems = read(first + "id;q1\nx;1\n")
    assert problems == ()
    assert (sheet.persons, sheet.marks) == (("x",), ((1.0,),))
    assert faults(first + "id;q1\nx;y\n") == [(first.count("\n") + 2, 2, "M002")]


def test_who_stands_twice_is_told_and_counts_twice():
    """People may have one name; a row that was copied by mistake is seen."""
    sheet, problems = read("姓名,q1\n甲,1\n乙,0\n甲,1\n")
    assert [(item.line, item.column, item.rule) for item in problems] == [(4, 1, "M009")]
    assert len(sheet.marks) == 3
    assert read("id,freq,q1\na,2,1\na,3,0\n")[1] == ()


def test_not_more_people_in_all_than_a_table_has_rows():
    """One row may stand for many; thousands of such rows would take all the memory there is."""
    assert faults("freq,q1\n60000,1\n60000,0\n") == [(3, 1, "M003")]
    assert faults("freq,q1\n0,1\n0,0\n") == [(1, 1, "M001")]


def test_a_formula_is_no_mark_and_no_letters():
    """A sum in a column that is left out does no harm; the cell of a question, with a key or without, is told."""
    book = openpyxl.Workbook()
    for row in (["工号", "q1", "q2", "总分"], ["答案", "A", None, None], ["C1", "A", 1, "=1+1"], ["C2", "=C2", "=1/2", "=1+1"]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    sheet, problems = read_matrix(out.getvalue(), "f.xlsx")
    assert sheet is None
    assert [(item.line, item.column, item.rule) for item in problems] == [(4, 2, "M008"), (4, 3, "M008")]


def test_not_more_faults_than_anybody_reads():
    assert len(faults("q1\n" + "x\n" * 500)) == MOST_FAULTS


def test_an_excel_sheet_is_read_alike():
    book = openpyxl.Workbook()
    for row in (["工号", "q1", "q2"], ["满分", 1, 2], ["C1", 1, 1.5], ["C2", 0, None]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    sheet, problems = read_matrix(out.getvalue(), "f.xlsx")
    assert problems == ()
    assert sheet.marks == ((1.0, 1.5), (0.0, None))
    assert sheet.most == (1.0, 2.0)


def test_more_questions_than_a_roster_has_columns():
    """A hundred and fifty questions are no cut-off roster."""
    sheet, _ = read(",".join(f"q{n}" for n in range(150)) + "\n" + ",".join("1" * 150) + "\n")
    assert len(sheet.items) == 150


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
@settings(max_examples=200, deadline=None)
def test_no_content_raises(content):
    sheet, problems = read_matrix(content, "f")
    assert sheet is not None or problems


@given(st.lists(st.lists(st.floats(-5, 5) | st.none(), min_size=3, max_size=3), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read(rows):
    """A row without any answer is a person who was asked nothing: the first column keeps it."""
    text = "id,a,b,c\n" + "".join(f"p{n}," + ",".join("" if mark is None else repr(mark) for mark in row) + "\n" for n, row in enumerate(rows))
    sheet, problems = read(text)
    assert problems == ()
    assert sheet.marks == tuple(tuple(row) for row in rows)
