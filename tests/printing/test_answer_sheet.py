"""Answer sheets: one bubble for every choice, nothing in the way of anything else, and on paper exactly where the layout says."""

import hashlib
import io
from dataclasses import replace

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.core.answer_sheet import Kind, SlotShape, is_question_page, number_digits, parse_code, response_of, shape_of, sheet_id
from quiz.core.message import QuizError
from quiz.core.paper_text import paper_digest
from quiz.core.question import QuestionType
from quiz.printing.answer_sheet import BUBBLE_HEIGHT, BUBBLE_WIDTH, CORNER_SIDE, CORNERS, LOWER_CODE, UPPER_CODE, layout_of
from quiz.printing.answer_sheet_pdf import print_answer_sheets
from quiz.printing.fonts import MissingGlyphs
from quiz.printing.job import PrintJob
from quiz.printing.qr import code_text
from tests.keyless import without_key

CODE = "ABCDE-FGHIJ"
PER_MM = 8


def pdf(jobs, **options):
    out = io.BytesIO()
    print_answer_sheets(jobs, out, **options)
    return out.getvalue()


def pictures(data):
    """The pages in grey, 8 pixels a millimetre."""
    document = pypdfium2.PdfDocument(data)
    found = [np.array(page.render(scale=PER_MM * 25.4 / 72, grayscale=True).to_pil()) for page in document]
    document.close()
    return found


@pytest.fixture
def paper(make_questions, make_longer_questions, make_paper):
    return make_paper([*make_questions(12), *make_longer_questions()[:3]], code=CODE, form="A")


def rectangles(page):
    """Everything that a reader looks at on a page: x, y, width, height."""
    yield from ((bubble.x, bubble.y, BUBBLE_WIDTH, BUBBLE_HEIGHT) for bubble in page.all_bubbles)
    yield from ((box.x, box.y, box.width, box.height) for box in page.boxes)
    yield from ((x - CORNER_SIDE / 2, y - CORNER_SIDE / 2, CORNER_SIDE, CORNER_SIDE) for x, y in CORNERS)
    yield from ((x - 2, y - 2, side + 4, side + 4) for x, y, side in (UPPER_CODE, LOWER_CODE))


def overlaps(one, other):
    return one[0] < other[0] + other[2] and other[0] < one[0] + one[2] and one[1] < other[1] + other[3] and other[1] < one[1] + one[3]


def test_every_choice_of_every_slot_has_one_bubble_and_every_blank_one_box(paper):
    pages = layout_of(shape_of(paper)).pages
    bubbles = [(bubble.slot, bubble.row, bubble.choice) for page in pages for bubble in page.bubbles]
    boxes = [(box.slot, box.blank) for page in pages for box in page.boxes]
    wanted_bubbles, wanted_boxes = [], []
    for slot in paper.slots:
        question = slot.question
        if question.type in (QuestionType.FILL_IN, QuestionType.SHORT_ANSWER):
            wanted_boxes += [(slot.number, blank) for blank in range(max(1, len(question.blanks)))]
        else:
            rows = {QuestionType.ORDERING: len(question.options), QuestionType.MATCHING: len(question.prompts)}.get(question.type, 1)
            wanted_bubbles += [(slot.number, row, choice) for row in range(rows) for choice in range(len(question.options))]
    assert sorted(bubbles) == sorted(wanted_bubbles)
    assert sorted(boxes) == sorted(wanted_boxes)


@pytest.mark.parametrize("kind", QuestionType)
def test_every_type_has_its_place_on_the_sheet(kind, make_questions, make_longer_questions, make_paper):
    question = next(q for q in [*make_questions(1), *make_longer_questions()] if q.type is kind)
    page = layout_of(shape_of(make_paper([question]))).pages[0]
    assert page.bubbles or page.boxes


shapes = st.lists(
    st.tuples(st.sampled_from(Kind), st.integers(1, 40), st.integers(2, 8), st.integers(2, 8), st.integers(4, 14)), min_size=1, max_size=8
)


def made_shape(plan):
    """A shape with sections as drawn: kind, how many slots, choices, rows or blanks, lines."""
    number, sections = 1, []
    for kind, count, choices, rows, lines in plan:
        labels = tuple("ABCDEFGH"[:choices]) if kind in (Kind.CHOICE, Kind.PAIRS) else ()
        amount = {Kind.CHOICE: 1, Kind.PAIRS: rows, Kind.BLANKS: rows, Kind.LINES: lines}[kind]
        names = tuple(str(n + 1) for n in range(rows)) if kind is Kind.PAIRS else ()
        sections.append(tuple(SlotShape(number + n, kind, amount, labels, names) for n in range(count)))
        number += count
    return tuple(sections)


@settings(max_examples=60, deadline=None)
@given(shapes)
def test_whatever_a_paper_asks_nothing_overlaps_and_nothing_leaves_its_frame(plan):
    shape = made_shape(plan)
    layout = layout_of(shape)
    for page in layout.pages:
        found = list(rectangles(page))
        assert not any(overlaps(one, other) for i, one in enumerate(found) for other in found[i + 1 :])
        inside = [(bubble.slot, bubble.y, bubble.y + BUBBLE_HEIGHT) for bubble in page.bubbles]
        inside += [(box.slot, box.y, box.y + box.height) for box in page.boxes]
        for slot, top, bottom in inside:
            assert any(frame.top <= top and bottom <= frame.bottom and frame.first <= slot <= frame.last for frame in page.frames)
        assert all(bubble.x >= 15 and bubble.x + BUBBLE_WIDTH <= 195 for bubble in page.bubbles)
        assert max(frame.bottom for frame in page.frames) <= 272
    numbers = [bubble.slot for page in layout.pages for bubble in page.bubbles] + [box.slot for page in layout.pages for box in page.boxes]
    assert set(numbers) == {slot.number for section in shape for slot in section}


def test_on_paper_every_bubble_stands_where_the_layout_says(paper, person):
    images = pictures(pdf([PrintJob(paper, person)]))
    layout = layout_of(shape_of(paper))
    assert len(images) == len(layout.pages) == 2
    for image, page in zip(images, layout.pages, strict=True):
        ink = 255 - image.astype(int)
        for bubble in page.all_bubbles:
            x, y = bubble.x * PER_MM, bubble.y * PER_MM
            x_end, y_end = x + BUBBLE_WIDTH * PER_MM, y + BUBBLE_HEIGHT * PER_MM
            for edge in (
                ink[round(y) - 2 : round(y) + 3, round(x) + 4 : round(x_end) - 4].max(axis=0),
                ink[round(y_end) - 2 : round(y_end) + 3, round(x) + 4 : round(x_end) - 4].max(axis=0),
            ):
                assert edge.min() > 60
            assert ink[round(y) + 4 : round(y_end) - 4, round(x) + 4 : round(x_end) - 4].mean() < 45
        for x, y in CORNERS:
            half = int(CORNER_SIDE / 2 * PER_MM) - 2
            assert image[int(y * PER_MM) - half : int(y * PER_MM) + half, int(x * PER_MM) - half : int(x * PER_MM) + half].max() < 30


def test_both_codes_of_every_page_say_which_page_of_which_paper_it_is(paper, person):
    digest = paper_digest(paper)
    for number, image in enumerate(pictures(pdf([PrintJob(paper, person)])), 1):
        found = sorted((barcode.position.top_left.y, parse_code(barcode.text)) for barcode in zxingcpp.read_barcodes(image))
        assert [made for _, made in found] == [sheet_id(CODE, digest, number), sheet_id(CODE, digest, number, is_lower=True)]
        for (x, y, side), (_, made) in zip((UPPER_CODE, LOWER_CODE), found, strict=True):
            cut = image[int((y - 1) * PER_MM) : int((y + side + 1) * PER_MM), int((x - 1) * PER_MM) : int((x + side + 1) * PER_MM)]
            assert zxingcpp.read_barcode(cv2.copyMakeBorder(cut, 30, 30, 30, 30, cv2.BORDER_CONSTANT, value=255)).text == made.text


def test_a_code_is_told_from_that_of_a_question_page_and_from_anything_else(paper):
    digest = paper_digest(paper)
    assert parse_code(code_text(CODE, digest, 1)) is None
    assert is_question_page(code_text(CODE, digest, 1))
    for text in (
        "",
        "https://example.cn/ABC",
        f"{CODE}/C1/ABCDEF",
        f"{CODE}/A0/ABCDEF",
        f"{CODE}/A1/ABCDE1",
        f"{CODE}/A1/ABCDEF/",
        f"{CODE}/A1/abcdef",
    ):
        assert parse_code(text) is None
        assert not is_question_page(text)
    other = paper_digest(replace(paper, form="B"))
    assert sheet_id(CODE, digest, 1).check != sheet_id(CODE, digest, 2).check != sheet_id(CODE, other, 2).check


def test_the_sheet_says_whose_it_is_what_it_is_for_and_how_to_fill_it(paper, person, read_pages):
    first, second = read_pages(pdf([PrintJob(paper, person)]))
    for text in (
        "青岚县政策知识测试试卷",
        "答题卡",
        "ABCDE-FGHIJ",
        "A卷",
        "座位17",
        "欧阳堃",
        "QL0042",
        "缺考",
        "正确填涂",
        "一、单项选择题（第1～12题）",
        "第1页共2页",
    ):
        assert text in first.text, text
    assert "欧阳堃" not in second.text
    assert "第2页共2页" in second.text


def test_nothing_about_a_key_reaches_the_sheet(paper):
    blind = without_key(paper)
    assert shape_of(blind) == shape_of(paper)


def test_papers_of_one_shape_share_one_layout_whatever_their_words_and_their_order_of_options(make_questions, make_paper):
    paper = make_paper([q for q in make_questions(6) if q.type is not QuestionType.TRUE_FALSE])
    shuffled = replace(paper, code="OTHER", slots=tuple(replace(s, question=s.question.with_options(s.question.options[::-1])) for s in paper.slots))
    assert layout_of(shape_of(shuffled)) is layout_of(shape_of(paper))
    assert layout_of(shape_of(replace(paper, title="另一场"))) is layout_of(shape_of(paper))


def test_the_layout_of_sheets_that_are_printed_already_never_changes(paper):
    """Sheets lie in boxes for months: whoever changes a position must give the codes other letters and keep this layout for the old ones."""
    parts = [
        [(b.slot, b.row, b.choice, b.x, b.y) for page in layout_of(shape_of(paper)).pages for b in page.all_bubbles],
        [(b.slot, b.blank, b.x, b.y, b.width, b.height) for page in layout_of(shape_of(paper)).pages for b in page.boxes],
        CORNERS,
        UPPER_CODE,
        LOWER_CODE,
    ]
    assert hashlib.sha256(repr(parts).encode()).hexdigest()[:16] == "016d6b4a1abf66a4"


def test_the_same_jobs_give_the_same_bytes_and_every_sheet_an_even_number_of_sides(paper, person, make_questions, make_paper, read_pages):
    short = make_paper(make_questions(3), code="SHORT")
    jobs = [PrintJob(short, person), PrintJob(paper, person)]
    assert pdf(jobs) == pdf(jobs)
    assert ["SHORT" in page.text for page in read_pages(pdf(jobs))] == [True, False, False, False]
    assert len(read_pages(pdf(jobs, is_one_sided=True))) == 3


def test_what_cannot_be_printed_is_said_before_anything_is_written(paper, person):
    out = io.BytesIO()
    with pytest.raises(QuizError, match="nothing_to_print"):
        print_answer_sheets([], out)
    with pytest.raises(MissingGlyphs) as told:
        print_answer_sheets([PrintJob(paper, replace(person, name="欧阳\ue000"))], out)
    assert "U+E000" in told.value.message.render()
    assert out.getvalue() == b""


def test_filled_bubbles_are_the_response_that_the_page_would_have_sent(paper):
    by_type = {slot.question.type: slot.question for slot in paper.slots}
    shown = by_type[QuestionType.SINGLE].with_options(by_type[QuestionType.SINGLE].options[::-1])
    assert response_of(shown, ((0, 0),)) == ("D",)
    assert response_of(by_type[QuestionType.MULTIPLE], ((0, 4), (0, 0))) == ("A", "E")
    assert response_of(by_type[QuestionType.TRUE_FALSE], ((0, 1),)) == ("F",)
    assert response_of(by_type[QuestionType.ORDERING], ((0, 1), (1, 0), (2, 2))) == ("1B", "2A", "3C")
    assert response_of(by_type[QuestionType.MATCHING], ((1, 0),)) == ("2A",)
    assert response_of(shown, ()) == ()


@pytest.mark.parametrize(
    ("number", "digits"), [("QL0042", "0042"), ("T01-001", "01001"), ("610122198001011234", "8001011234"), ("甲", ""), ("Ａ１", "")]
)
def test_the_digits_of_a_staff_number(number, digits):
    assert number_digits(number) == digits
