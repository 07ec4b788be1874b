"""What papers share is drawn once, and stays right: other numbers, orders and languages, codes, characters beyond the first plane."""

from contextlib import closing
from dataclasses import replace
from io import BytesIO

import pypdfium2
import segno
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.question import QuestionType
from quiz.printing import qr
from quiz.printing.fonts import Font, load_face
from quiz.printing.job import PrintJob
from quiz.printing.key_pdf import print_keys
from quiz.printing.paper_pdf import print_papers
from quiz.printing.parts import Place, question_block
from quiz.printing.qr import ALPHANUMERIC, bars_of, code_squares, quick_code
from quiz.printing.type0 import encode


def matrix(found):
    width, modules = found
    digits = f"{modules:0{width * width}b}"
    return [[int(digit) for digit in digits[at : at + width]] for at in range(0, width * width, width)]


@given(st.text(ALPHANUMERIC, min_size=1, max_size=60))
def test_a_quick_code_is_the_code_that_the_library_makes(text):
    made = segno.make(text, error="m", mode="alphanumeric", micro=False, boost_error=False, mask=qr.QUICK_MASK)
    assert matrix(quick_code(text)) == [list(row) for row in made.matrix]


def test_a_text_that_no_alphanumeric_code_holds_is_worked_out_whole():
    made = segno.make("ql/1/试", error="m", micro=False, boost_error=False, mask=qr.QUICK_MASK)
    assert matrix(quick_code("ql/1/试")) == [list(row) for row in made.matrix]


def test_bars_fill_the_dark_modules_and_no_other():
    width, modules = quick_code("ABCDE-FGHJK/1/ABCDEF")
    dark = {(left + n, width - 1 - up) for left, up, length in bars_of(width, modules) for n in range(length)}
    assert dark == {(x, y) for y, row in enumerate(matrix((width, modules))) for x, module in enumerate(row) if module}
    assert len(code_squares("ABCDE-FGHJK/1/ABCDEF")) > 50


def test_a_question_keeps_its_rows_and_takes_the_number_of_each_paper(make_questions, make_paper):
    question = next(q for q in make_questions(1) if q.type is QuestionType.SINGLE)
    slot = make_paper([question]).slots[0]
    one, other = (question_block(replace(slot, number=number), Place(400.0, 20.0)) for number in (1, 27))
    assert one.rows[0].marks is other.rows[0].marks
    assert [mark.text for mark in one.rows[0].number + other.rows[0].number] == ["1．", "27．"]
    turned = question.with_options(tuple(reversed(question.options)))
    rows = question_block(replace(slot, question=turned), Place(400.0, 20.0)).rows
    assert [row.marks for row in rows] != [row.marks for row in one.rows]


def test_a_part_of_a_case_tells_its_marks_though_the_same_question_stands_alone(make_questions, make_paper):
    question = next(q for q in make_questions(1) if q.type is QuestionType.SINGLE)
    slot = make_paper([question]).slots[0]
    texts = ["".join(m.text for r in question_block(s, Place(400.0, 20.0)).rows for m in r.marks) for s in (slot, replace(slot, part=2), slot)]
    assert "分）" in texts[1]
    assert texts[0] == texts[2] != texts[1]


def test_a_key_is_in_the_language_that_is_asked_for_whatever_was_printed_before(make_questions, make_paper, person, read_pages):
    jobs = [PrintJob(make_paper(make_questions(2)), person)]

    def text(translate):
        out = BytesIO()
        print_keys(jobs, out, translate=translate)
        return "".join(page.text for page in read_pages(out.getvalue()))

    chinese, english = text(str), text(lambda words: words.replace("依据", "Source"))
    assert "（依据：" in chinese
    assert "（依据：" not in english
    assert "（Source：" in english
    assert text(str) == chinese


def test_characters_beyond_the_first_plane_have_a_code_of_their_own_and_are_read_back(make_questions, make_paper, person):
    rare = sorted(char for char in load_face(Font.SONG).glyphs if ord(char) > 0xFFFF)
    codes = {encode(char, Font.SONG) for char in rare}
    assert len(codes) == len(rare) > 100
    assert all(0xE000 <= int(code, 16) < 0xF900 for code in codes)
    name = "王𬭚㐱䶮𬱖"
    out = BytesIO()
    print_papers([PrintJob(make_paper(make_questions(1)), replace(person, name=name))], out)
    with closing(pypdfium2.PdfDocument(out.getvalue())) as document:
        assert f"姓名： {name}" in document[0].get_textpage().get_text_range()
