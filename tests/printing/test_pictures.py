"""Pictures on paper: in the file once, within the column and 60 mm, beside their questions, the same bytes again; a missing one stops everything."""

import hashlib
import io
from dataclasses import replace

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from PIL import Image as Pillow

from quiz.core.message import QuizError
from quiz.core.picture import Picture
from quiz.core.question import Option, QuestionType
from quiz.printing.geometry import GEOMETRIES, MM, PageSize
from quiz.printing.job import PrintJob
from quiz.printing.marks import Image
from quiz.printing.paper_pdf import paper_blocks, print_papers
from quiz.printing.parts import PARTS, Place, picture_size, question_block


def picture(width=400, height=200, kind="PNG", alt="图", colour="grey"):
    out = io.BytesIO()
    Pillow.new("RGB", (width, height), colour).save(out, kind)
    content = out.getvalue()
    return Picture(hashlib.sha256(content).hexdigest(), alt, width, height), content


WIDE, TALL, SMALL = picture(1600, 300), picture(300, 1600), picture(100, 80, "JPEG")
BYTES = {found.digest: content for found, content in (WIDE, TALL, SMALL)}


def pdf(jobs, **options):
    out = io.BytesIO()
    print_papers(jobs, out, **options)
    return out.getvalue()


def drawn(data):
    """(page, left, bottom, right, top) of every picture in the PDF."""
    document = pypdfium2.PdfDocument(data)
    found = [(number, *thing.get_bounds()) for number, page in enumerate(document) for thing in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE])]
    document.close()
    return found


@pytest.mark.parametrize("kind", QuestionType)
def test_every_type_prints_the_picture_of_its_stem(kind, make_questions, make_longer_questions, make_paper):
    question = next(q for q in [*make_questions(1), *make_longer_questions()] if q.type is kind)
    slot = make_paper([replace(question, picture=WIDE[0])]).slots[0]
    images = [mark for row in question_block(slot, Place(400.0, 20.0)).rows for mark in row.marks if isinstance(mark, Image)]
    assert kind in PARTS
    assert [image.digest for image in images] == [WIDE[0].digest]
    assert images[0].x >= 20
    assert images[0].x + images[0].width <= 400.01


@pytest.mark.parametrize("size", PageSize)
def test_pictures_stand_in_their_columns_and_are_in_the_file_once(size, make_questions, make_paper, person):
    questions = [replace(q, picture=(WIDE, TALL, SMALL)[i % 3][0]) for i, q in enumerate(make_questions(9))]
    paper = make_paper(questions)
    data = pdf([PrintJob(paper, person), PrintJob(replace(paper, code="QL-0002"), person)], size=size, pictures=BYTES)
    found = drawn(data)
    geometry = GEOMETRIES[size]
    assert len(found) == 2 * len(questions)
    assert data.count(b"/Subtype /Image") == 3
    for page, left, bottom, right, top in found:
        columns = [geometry.left(i, back=page % 2 == 1) for i in range(len(geometry.lefts))]
        assert any(column <= left and right <= column + geometry.measure + 0.01 for column in columns)
        assert top - bottom <= 60 * MM + 0.01
        assert bottom > 0


def test_a_picture_prints_in_its_proportions_and_never_larger_than_on_the_page():
    assert picture_size(SMALL[0], 400, 170) == (75, 60)
    assert picture_size(WIDE[0], 400, 170) == (400, 75)
    assert picture_size(TALL[0], 400, 160) == (30, 160)


def test_options_with_pictures_stand_two_by_two_each_with_its_letter(make_question, make_paper, person, read_pages):
    options = (Option("A", "", WIDE[0]), Option("B", "乙的图", TALL[0]), Option("C", "", SMALL[0]), Option("D", "只有字"))
    paper = make_paper([make_question("s", QuestionType.SINGLE, "哪一张对（　　）。", options=options, key=frozenset("A"))])
    data = pdf([PrintJob(paper, person)], pictures=BYTES)
    (_, *wide), (_, *tall), (_, *small) = drawn(data)
    letters = {char: (x, y) for char, x, y in read_pages(data)[0].chars if char in "ABCD"}
    for letter, box in (("A", wide), ("B", tall), ("C", small)):
        assert letters[letter][0] < box[0]
    assert wide[2] < tall[0]
    assert letters["A"][1] == pytest.approx(letters["B"][1], abs=2)
    assert letters["C"][1] < min(wide[1], tall[1])


def test_a_picture_keeps_with_its_stem(make_questions, make_paper, person, read_pages):
    questions = [replace(q, picture=WIDE[0]) for q in make_questions(12) if q.type is QuestionType.SINGLE]
    data = pdf([PrintJob(make_paper(questions), person)], pictures=BYTES)
    pages = read_pages(data)
    for number, page in enumerate(pages):
        assert page.text.count("单选题干") == sum(found[0] == number for found in drawn(data))


def test_the_picture_of_a_case_stands_once_behind_its_situation(make_question, make_paper, person):
    part = make_question("c#1", QuestionType.TRUE_FALSE, "应当帮扶。", key=frozenset("T"))
    paper = make_paper([part, replace(part, uid="c#2")])
    slots = [replace(slot, case="c", situation="某户如图。", part=i, situation_picture=SMALL[0]) for i, slot in enumerate(paper.slots, 1)]
    paper = replace(paper, slots=tuple(slots))
    assert paper.pictures == {SMALL[0].digest}
    assert len(drawn(pdf([PrintJob(paper, person)], pictures=BYTES))) == 1


def test_the_same_papers_give_the_same_bytes(make_questions, make_paper, person):
    jobs = [PrintJob(make_paper([replace(q, picture=SMALL[0]) for q in make_questions(2)]), person)]
    assert pdf(jobs, pictures=BYTES) == pdf(jobs, pictures=dict(reversed(BYTES.items())))


def test_a_missing_picture_stops_everything_before_the_first_byte(make_questions, make_paper, person):
    first, second = (make_paper([replace(q, picture=found) for q in make_questions(1)]) for found in (SMALL[0], TALL[0]))
    out = io.BytesIO()
    with pytest.raises(QuizError, match="no_picture"):
        print_papers([PrintJob(first, person), PrintJob(second, person)], out, pictures={SMALL[0].digest: SMALL[1]})
    assert out.getvalue() == b""


def test_papers_without_pictures_are_set_as_before(make_questions, make_paper):
    blocks = paper_blocks(make_paper(make_questions(3)), GEOMETRIES[PageSize.A4], str)
    assert not [mark for block in blocks for row in block.rows for mark in row.marks if isinstance(mark, Image)]
