"""Pocket books and cards as a reader sees them: what is told, what is not, and the sheets folded by where their characters stand."""

import io
from dataclasses import replace
from datetime import date, timedelta

import pypdfium2
import pytest

from quiz.core.booklet import BookletKind, make_booklet
from quiz.core.imposition import Duplex
from quiz.core.picture import Picture
from quiz.core.question import AREAS, Label, QuestionType
from quiz.printing.book_page import PAGES, BookSize, Layout
from quiz.printing.book_sheets import Style
from quiz.printing.booklet_pdf import print_booklet
from quiz.printing.fonts import MissingGlyphs

DAY = date(2026, 11, 22)


def pdf(booklet, **options):
    out = io.BytesIO()
    printed = print_booklet(booklet, out, **options)
    return out.getvalue(), printed


@pytest.fixture
def questions(make_questions, make_longer_questions):
    return [*make_questions(6), *make_longer_questions()]


def style(size="A6", layout="pages", duplex="long"):
    return Style(BookSize(size), Layout(layout), Duplex(duplex))


@pytest.mark.parametrize("size", ["A6", "A5"])
def test_a_pocket_book_has_date_entries_documents_and_no_wrong_option(questions, read_pages, size):
    made = make_booklet(questions, ("water",), DAY)
    data, printed = pdf(made, style=style(size))
    pages = read_pages(data)
    assert printed.pages == len(pages)
    assert printed.sheets == 0
    assert {(round(page.width), round(page.height)) for page in pages} == {(round(PAGES[BookSize(size)].width), round(PAGES[BookSize(size)].height))}
    text = "".join(page.text for page in pages)
    assert "饮水安全" in pages[0].text
    assert f"2026年11月22日编印，共{len(questions)}条" in pages[0].text
    assert "（主席令第七十七号，全国人民代表大会常务委员会，2021年4月29日）" in text
    assert "第五十九条：第1—" in text
    assert "单2选B" in text
    assert "多3选E" in text
    assert not [i for i in range(6) for letter in "ACD" if f"单{i}选{letter}" in text]
    assert not [i for i in range(6) for letter in "BD" if f"多{i}选{letter}" in text]


def test_samples_are_labelled_on_the_cover_and_at_each(make_questions, read_pages):
    confirmed, sample = (
        replace(question, label=label) for question, label in zip(make_questions(2)[:2], (Label.CONFIRMED, Label.SAMPLE), strict=True)
    )
    text = "".join(page.text for page in read_pages(pdf(make_booklet([confirmed, sample], (), DAY), style=style())[0]))
    assert "含样题1条" in text
    assert text.count("样题") == 3
    assert "样题" not in "".join(page.text for page in read_pages(pdf(make_booklet([confirmed], (), DAY), style=style())[0]))


def test_what_ends_is_told_in_front_and_at_the_entry(make_questions, read_pages):
    soon, later = DAY + timedelta(days=30), DAY + timedelta(days=300)
    questions = [replace(question, valid_to=end) for question, end in zip(make_questions(3)[:3], (soon, None, later), strict=True)]
    text = "".join(page.text for page in read_pages(pdf(make_booklet(questions, (), DAY), style=style())[0]))
    assert "2026年12月22日止（90天内失效）：第1条2027年9月18日止：第3条" in text
    assert text.count("有效期到") == 2


def characters(data):
    """Each side's characters with the middles of where they stand."""
    document, out = pypdfium2.PdfDocument(io.BytesIO(data)), []
    for side in document:
        text, found = side.get_textpage(), []
        for i in range(text.count_chars()):
            left, low, right, high = text.get_charbox(i)
            if text.get_text_range(i, 1).strip():
                found.append((text.get_text_range(i, 1), (left + right) / 2, (low + high) / 2))
        out.append(found)
        text.close()
    document.close()
    return out


def page_at(side, page, strips, column, row, is_turned):
    """What stands in one place of a side, as on a page of its own, when the side is held upright or turned."""
    out = []
    for char, x, y in side:
        right, up = (2 * page.width - x, strips * page.height - y) if is_turned else (x, y)
        if (right // page.width, strips - 1 - up // page.height) == (column, row):
            out.append((char, right % page.width, up % page.height))
    return out


def assert_alike(one, other):
    """The same characters at the same places, to half a point."""

    def order(chars):
        return sorted(chars, key=lambda char: (char[0], round(char[2] / 4), char[1]))

    assert [char for char, _, _ in order(one)] == [char for char, _, _ in order(other)]
    for first, second in zip(order(one), order(other), strict=True):
        assert first[1:] == pytest.approx(second[1:], abs=0.5), (first, second)


@pytest.mark.parametrize("duplex", ["long", "short"])
@pytest.mark.parametrize("size", ["A6", "A5"])
def test_the_sheets_folded_read_as_the_plain_pages(questions, size, duplex):
    made = make_booklet(questions, ("water",), DAY)
    page = PAGES[BookSize(size)]
    plain = characters(pdf(made, style=style(size))[0])
    data, printed = pdf(made, style=style(size, "sheets", duplex))
    sides = characters(data)
    assert len(sides) == 2 * printed.sheets
    # the printer turns the sheet about the edge named: about an edge that lies across the fold, its back comes out upside down
    is_turned = duplex == ("short" if page.is_upright else "long")
    leaves = []
    for row in range(page.strips):
        for front, back in zip(sides[::2], sides[1::2], strict=True):
            outside = [page_at(front, page, page.strips, column, row, False) for column in (0, 1)]
            inside = [page_at(back, page, page.strips, column, row, is_turned) for column in (0, 1)]
            leaves.append((outside[0], inside[1], outside[1], inside[0]))  # behind the left of the front is the right of the back
    read = [found for leaf in leaves for found in leaf[2:]] + [found for leaf in reversed(leaves) for found in (leaf[1], leaf[0])]
    assert not any(read[len(plain) :])
    for found, wanted in zip(read, plain, strict=False):
        assert_alike(found, wanted)


def test_nothing_stands_in_the_margins_that_a_printer_or_a_fold_takes(questions, read_pages):
    for size in BookSize:
        page = PAGES[size]
        for number, one in enumerate(read_pages(pdf(make_booklet(questions, (), DAY), style=style(size))[0]), start=1):
            left = page.left(number)
            assert min(x for _, x, _ in one.chars) >= left - 1
            assert max(x for _, x, _ in one.chars) <= left + page.measure + 1
            assert min(y for _, _, y in one.chars) >= page.foot * 0.4 - 3


@pytest.mark.parametrize("size", ["A6", "A5"])
def test_a_card_holds_what_fits_on_two_pages_and_says_how_many(questions, read_pages, size):
    made = make_booklet(questions, ("water",), DAY)
    data, printed = pdf(made, kind=BookletKind.CARD, style=style(size))
    pages = read_pages(data)
    assert len(pages) == 2
    assert 3 <= printed.entries < len(questions)
    text = "".join(page.text for page in pages)
    assert "饮水安全明白卡" in pages[0].text
    assert "2026年11月22日编印" in text
    assert "依据的文件" in text
    page, plain = PAGES[BookSize(size)], characters(data)
    data, printed = pdf(made, kind=BookletKind.CARD, style=style(size, "sheets"))
    assert printed.sheets == 1
    for number, side in enumerate(characters(data)):
        for place in range(2 * page.strips):
            found = page_at(side, page, page.strips, place % 2, place // 2, number == 1 and not page.is_upright)
            assert_alike(found, plain[number])


def test_an_entry_too_long_for_a_card_is_named(make_question):
    with pytest.raises(Exception, match="long-one"):
        pdf(make_booklet([make_question("long-one", QuestionType.FILL_IN, "长" * 4000)], (), DAY), kind=BookletKind.CARD)


@pytest.mark.parametrize("field", ["stem", "explanation"])
def test_a_character_that_no_face_draws_is_named_with_its_question_before_anything_is_written(make_questions, field):
    question = make_questions(1)[0]
    out = io.BytesIO()
    with pytest.raises(MissingGlyphs, match="U\\+1F600") as error:
        print_booklet(make_booklet([replace(question, **{field: "坏😀"})], (), DAY), out)
    assert question.uid in str(error.value)
    assert out.getvalue() == b""


def test_a_picture_that_is_not_at_hand_is_refused(make_questions):
    question = replace(make_questions(1)[0], picture=Picture("0" * 64, "图", 10, 10))
    with pytest.raises(Exception, match="00000000"):
        pdf(make_booklet([question], (), DAY))


def test_the_same_booklet_gives_the_same_bytes_and_several_areas_have_their_names(make_questions, read_pages):
    questions = [replace(question, area=area) for question, area in zip(make_questions(1), AREAS, strict=False)]
    made = make_booklet(questions, (), DAY)
    assert pdf(made)[0] == pdf(made)[0]
    pages = read_pages(pdf(made, style=style())[0])
    assert "干部应知应会" in pages[0].text
    assert all("".join(page.text for page in pages[1:]).count(AREAS[question.area]) >= 1 for question in questions)
