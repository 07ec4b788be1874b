"""Reading scanned sheets: whatever a scanner, a phone, a cup of coffee and a hurried person do to a page, no wrong mark is accepted."""

from dataclasses import replace
from decimal import Decimal

import cv2
import numpy as np
import pytest
import segno

from quiz.core.answer_sheet import shape_of
from quiz.core.question import Option, QuestionType
from quiz.core.scan import Doubt, Fault, SheetReading, State
from quiz.printing.answer_sheet import BUBBLE_HEIGHT, BUBBLE_WIDTH, CORNERS, LOWER_CODE, UPPER_CODE, layout_of
from quiz.printing.qr import code_text
from quiz.printing.scan.find import find_codes
from quiz.printing.scan.judge import Judged, judge_row
from quiz.printing.scan.reader import read_sheet
from tests.printing.synthetic_scanner import PX, Habits, Machine, fill_in, printed_pages, scan, write_in

CODE = "ABCDE-FGHIJ"
NEAT = Habits(erased=0, double=0, empty=0, dots=0, number_left_empty=0)
MACHINES = {
    "flatbed": Machine(),
    "phone": Machine(is_phone=True),
    "copy of a copy": Machine(grey=1.0),
    "coffee": Machine(stains=1.0),
    "phone and coffee": Machine(is_phone=True, stains=1.0),
    "300 dpi": Machine(dpi=300),
    "150 dpi": Machine(dpi=150, rotation=3.0),
}


@pytest.fixture(scope="module")
def factory(request):
    """The makers of tests/printing/conftest.py, for a paper that the whole module shares."""
    from tests.printing import conftest

    return conftest


@pytest.fixture(scope="module")
def paper(factory):
    """Two pages: choices of four, five, two and eight, an ordering and a matching, blanks and lines."""
    made = factory._make_questions(16)
    questions = [q for q in made if q.type is not QuestionType.FILL_IN] + [q for q in made if q.type is QuestionType.FILL_IN][:6]
    wide = replace(questions[0], uid="wide", options=tuple(Option(letter, f"宽{letter}") for letter in "ABCDEFGH"))
    return factory._make_paper([*questions, wide, *factory._make_longer_questions()[:3]], code=CODE)


@pytest.fixture(scope="module")
def printed(paper, factory):
    return printed_pages(paper, factory.PERSON)


def read(picture, paper):
    found = find_codes(picture)
    return found.fault if found.sheet is None else read_sheet(picture, found, shape_of(paper))


@pytest.mark.parametrize("name", MACHINES)
def test_no_wrong_mark_is_accepted_and_few_are_sent_to_a_person(name, paper, printed):
    wrong, doubted, slots = [], 0, 0
    for seed in range(12):
        rng = np.random.default_rng([seed, *name.encode()])
        page = seed % 2 + 1
        sheet, meant = fill_in(printed[page - 1], paper, page, "QL0042", rng)
        reading = read(scan(sheet, MACHINES[name], rng), paper)
        assert isinstance(reading, SheetReading), (seed, reading)
        assert (reading.page, reading.pages) == (page, 2)
        for slot in reading.slots:
            if slot.slot not in meant.filled:
                assert slot.state is not State.BLANK or not meant.written[slot.slot, slot.blank], (seed, slot)
                continue
            slots += 1
            if slot.state.needs_person:
                doubted += slot.slot not in meant.unclear
            elif slot.slot in meant.unclear or slot.filled != meant.filled[slot.slot]:
                wrong.append((seed, slot, meant.filled[slot.slot]))
        digits = reading.number.rstrip("-")
        assert page == 2 or "?" in digits or digits == meant.number
    assert wrong == []
    assert doubted <= 0.02 * slots


def test_marks_of_careless_people_go_to_a_person_rather_than_to_the_record(paper, printed):
    """A third of the marks are ticks, faint or half: some are accepted, none wrongly."""
    doubted = 0
    for seed in range(8):
        rng = np.random.default_rng(900 + seed)
        sheet, meant = fill_in(printed[0], paper, 1, "QL0042", rng, Habits(sloppy=0.3))
        reading = read(scan(sheet, Machine(), rng), paper)
        for slot in reading.slots:
            if slot.slot in meant.filled and not slot.state.needs_person:
                assert slot.filled == meant.filled[slot.slot], (seed, slot)
            doubted += slot.state is State.DOUBTFUL
    assert doubted > 40


def test_a_neat_sheet_needs_nobody_and_its_writing_is_seen(paper, printed):
    rng = np.random.default_rng(5)
    sheet, meant = fill_in(printed[1], paper, 2, "", rng, NEAT)
    reading = read(scan(sheet, Machine(stains=0), rng), paper)
    assert {slot.slot: slot.filled for slot in reading.slots if slot.state is State.ACCEPTED} == meant.filled
    assert {(slot.slot, slot.blank) for slot in reading.slots if slot.state is State.WRITTEN} == {
        at for at, is_there in meant.written.items() if is_there
    }
    types = {paper.slots[slot - 1].question.type for slot in meant.filled}
    assert {QuestionType.ORDERING, QuestionType.MATCHING} <= types
    assert reading.dpi == pytest.approx(200, abs=6)
    assert len(reading.pose) == 9
    assert all(isinstance(number, Decimal) for number in reading.pose)


@pytest.mark.parametrize("seed", range(4))
def test_faint_writing_on_a_grey_copy_is_seen_and_empty_lines_are_left_alone(seed, paper, printed):
    """Thin strokes of a hard pencil, copied twice and blurred: what is overlooked here would be marked as left blank."""
    rng = np.random.default_rng(seed)
    page = layout_of(shape_of(paper)).pages[1]
    sheet = printed[1].copy()
    for box in page.boxes[::2]:
        write_in(sheet, box.x, box.y, box.width, box.height, 165, rng)
    picture = scan(sheet, Machine(stains=0, grey=1.0), rng)
    reading = read(cv2.GaussianBlur(picture, (0, 0), 0.8), paper)
    states = {(slot.slot, slot.blank): slot.state for slot in reading.slots}
    for at, box in enumerate(page.boxes):
        assert states[box.slot, box.blank] is (State.BLANK if at % 2 else State.WRITTEN), box


def test_a_last_page_with_few_bubbles_is_read_however_many_are_filled(factory):
    """Their outlines, by which a page is straightened, disappear under the marks: then the corner marks are enough."""
    made = factory._make_questions(20)
    choices = [q for q in made if q.type is not QuestionType.FILL_IN][:56]
    wide = replace(made[0], uid="wide", options=tuple(Option(letter, f"宽{letter}") for letter in "ABCDEFGH"))
    paper = factory._make_paper([*choices, wide, *made[-3:], *factory._make_longer_questions()[:2]], code=CODE)
    sheet = printed_pages(paper, factory.PERSON)[1]
    bubbles = layout_of(shape_of(paper)).pages[1].bubbles
    assert 10 <= len(bubbles) <= 20
    for seed in range(6):
        filled, meant = fill_in(sheet, paper, 2, "", np.random.default_rng(seed), replace(NEAT, empty=0.0))
        reading = read(scan(filled, Machine(rotation=5.0), np.random.default_rng(seed)), paper)
        assert isinstance(reading, SheetReading), (seed, reading)
        assert {slot.slot: slot.filled for slot in reading.slots if slot.slot in meant.filled} == meant.filled


def marked(printed, paper, *places, grey=40):
    """The first page with whole bubbles filled in one grey: (slot, choice)."""
    sheet = printed[0].copy()
    for bubble in layout_of(shape_of(paper)).pages[0].bubbles:
        if (bubble.slot, bubble.choice) in places:
            _fill(sheet, bubble, grey)
    return sheet


def _fill(sheet, bubble, grey):
    corner, end = (bubble.x, bubble.y), (bubble.x + BUBBLE_WIDTH, bubble.y + BUBBLE_HEIGHT)
    cv2.rectangle(sheet, tuple(round(v * PX) for v in corner), tuple(round(v * PX) for v in end), grey, -1)


OTHERS = tuple((slot, 1) for slot in range(2, 12))


def slot_of(reading, number):
    return next(slot for slot in reading.slots if slot.slot == number)


def test_two_marks_where_one_is_allowed_go_to_a_person_and_are_fine_where_several_are(paper, printed):
    reading = read(marked(printed, paper, (1, 0), (1, 2), *OTHERS, (20, 0), (20, 3)), paper)
    assert (slot_of(reading, 1).state, slot_of(reading, 1).doubt, slot_of(reading, 1).confidence) == (State.DOUBTFUL, Doubt.SEVERAL, 0)
    assert paper.slots[19].question.type is QuestionType.MULTIPLE
    assert (slot_of(reading, 20).state, slot_of(reading, 20).filled) == (State.ACCEPTED, ((0, 0), (0, 3)))
    assert slot_of(reading, 12).state is State.BLANK


def test_an_erased_mark_beside_a_full_one_is_nothing_and_alone_it_is_a_question(paper, printed):
    sheet = marked(printed, paper, *OTHERS)
    for bubble in layout_of(shape_of(paper)).pages[0].bubbles:
        if (bubble.slot, bubble.choice) in ((2, 3), (1, 3)):
            _fill(sheet, bubble, 212)
    reading = read(sheet, paper)
    assert (slot_of(reading, 2).state, slot_of(reading, 2).filled) == (State.ACCEPTED, ((0, 1),))
    assert (slot_of(reading, 1).state, slot_of(reading, 1).doubt) == (State.DOUBTFUL, Doubt.FAINT)


def test_a_stroke_across_a_whole_row_is_not_taken_for_a_mark(paper, printed):
    sheet = marked(printed, paper, *OTHERS)
    row = [bubble for bubble in layout_of(shape_of(paper)).pages[0].bubbles if bubble.slot == 1]
    y = round((row[0].y + BUBBLE_HEIGHT / 2) * PX)
    cv2.line(sheet, (round((row[0].x - 3) * PX), y), (round((row[-1].x + 8) * PX), y), 60, round(1.6 * PX))
    assert slot_of(read(sheet, paper), 1).state is State.DOUBTFUL


def test_a_page_is_judged_by_its_own_marks(paper, printed):
    """What is a full mark of somebody who presses lightly is a half one of somebody who does not."""
    light = read(marked(printed, paper, *OTHERS, (1, 0), grey=165), paper)
    assert slot_of(light, 1).state is State.ACCEPTED
    sheet = marked(printed, paper, *OTHERS)
    _fill(sheet, next(bubble for bubble in layout_of(shape_of(paper)).pages[0].bubbles if bubble.slot == 1), 165)
    assert slot_of(read(sheet, paper), 1).state is State.DOUBTFUL


def test_the_invigilators_mark_and_a_wrong_number_are_read(paper, printed):
    page = layout_of(shape_of(paper)).pages[0]
    sheet = marked(printed, paper, *OTHERS)
    for column, digit in enumerate("0047"):
        _fill(sheet, page.grid[column * 10 + int(digit)], 30)
    _fill(sheet, page.grid[4 * 10 + 3], 30)
    _fill(sheet, page.grid[4 * 10 + 8], 30)
    _fill(sheet, page.absent, 30)
    reading = read(sheet, paper)
    assert reading.number == "0047?-----"
    assert reading.absent is State.ACCEPTED


def test_one_code_and_one_corner_may_be_lost(paper, printed):
    rng = np.random.default_rng(3)
    sheet, meant = fill_in(printed[0], paper, 1, "QL0042", rng, NEAT)
    for code, corner in ((UPPER_CODE, CORNERS[0]), (LOWER_CODE, CORNERS[2])):
        hurt = sheet.copy()
        _wipe(hurt, code[0] - 1, code[1] - 1, code[2] + 2)
        _wipe(hurt, corner[0] - 5, corner[1] - 5, 10)
        reading = read(scan(hurt, Machine(stains=0, rotation=2.0), rng), paper)
        assert {slot.slot: slot.filled for slot in reading.slots if slot.slot in meant.filled} == meant.filled


def _wipe(sheet, x, y, side, grey=250):
    cv2.rectangle(sheet, (round(x * PX), round(y * PX)), (round((x + side) * PX), round((y + side) * PX)), grey, -1)


def stamped(text):
    """An otherwise empty page with a code on it."""
    sheet = np.full((3508, 2480), 255, np.uint8)
    matrix = np.array([[255 * (1 - bit) for bit in row] for row in segno.make(text, micro=False).matrix], np.uint8)
    code = cv2.resize(matrix, None, fx=12, fy=12, interpolation=cv2.INTER_NEAREST)
    sheet[200 : 200 + len(code), 1800 : 1800 + len(code)] = code
    cv2.putText(sheet, "TEXT " * 9, (200, 1500), cv2.FONT_HERSHEY_SIMPLEX, 3, 0, 8)
    return sheet


def poor(printed, what):
    """The first page, spoilt."""
    sheet = printed[0].copy()
    if what == "no code":
        for x, y, side in (UPPER_CODE, LOWER_CODE):
            _wipe(sheet, x - 1, y - 1, side + 2)
    elif what == "two corners":
        for x, y in (CORNERS[0], CORNERS[1]):
            _wipe(sheet, x - 5, y - 5, 10)
    elif what == "coarse":
        sheet = cv2.resize(sheet, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    elif what == "blurred":
        sheet = cv2.GaussianBlur(sheet, (0, 0), 5.0)
    elif what == "faint":
        sheet = (200 + sheet // 5).astype(np.uint8)
    elif what == "crumpled":
        rows, columns = np.mgrid[0 : sheet.shape[0], 0 : sheet.shape[1]].astype(np.float32)
        sheet = cv2.remap(sheet, columns + 22 * np.sin(rows / 90), rows + 22 * np.sin(columns / 75), cv2.INTER_LINEAR, borderValue=255)
    return sheet


@pytest.mark.parametrize(
    ("what", "fault"),
    [
        ("no code", {Fault.NO_CODE}),
        ("two corners", {Fault.NO_CORNERS}),
        ("coarse", {Fault.LOW_RESOLUTION}),
        ("blurred", {Fault.BLURRED, Fault.NO_CODE}),
        ("faint", {Fault.FAINT, Fault.NO_CORNERS}),
        ("crumpled", {Fault.DISTORTED, Fault.NO_CODE, Fault.NO_CORNERS}),
    ],
)
def test_a_page_too_poor_to_read_is_named_and_nothing_is_guessed(what, fault, paper, printed):
    assert read(poor(printed, what), paper) in fault


def test_what_is_no_answer_sheet_is_named(paper, printed):
    assert read(np.full((2339, 1654), 250, np.uint8), paper) is Fault.EMPTY_PAGE
    assert read(stamped("https://example.cn/x"), paper) is Fault.FOREIGN_CODE
    assert read(stamped(code_text(CODE, "0" * 64, 1)), paper) is Fault.QUESTION_PAGE
    both = np.hstack([printed[0], printed[1]])
    assert read(both, paper) is Fault.DISTORTED
    short = replace(paper, slots=paper.slots[:3])
    assert read(printed[1], short) is Fault.FOREIGN_CODE


FULL, EMPTY = Judged(True, False, 90, False, 70), Judged(False, True, 98, False, 1)
HALF, SMUDGE = Judged(False, False, 20, False, 30), Judged(False, True, 60, False, 14)


@pytest.mark.parametrize(
    ("row", "several", "doubt"),
    [
        ([FULL, EMPTY, EMPTY], False, Doubt.NONE),
        ([EMPTY, EMPTY, EMPTY], False, Doubt.NONE),
        ([FULL, SMUDGE, EMPTY], False, Doubt.NONE),
        ([FULL, SMUDGE, EMPTY], True, Doubt.NONE),
        ([FULL, FULL, EMPTY], True, Doubt.NONE),
        ([FULL, FULL, EMPTY], False, Doubt.SEVERAL),
        ([FULL, HALF, EMPTY], False, Doubt.FAINT),
        ([HALF, EMPTY, EMPTY], True, Doubt.FAINT),
        ([SMUDGE, EMPTY, EMPTY], False, Doubt.FAINT),
        ([SMUDGE, EMPTY, EMPTY], True, Doubt.FAINT),
    ],
)
def test_the_rules_for_a_row(row, several, doubt):
    confidence, found = judge_row(row, several)
    assert found is doubt
    assert (confidence >= 50) == (doubt is Doubt.NONE)
