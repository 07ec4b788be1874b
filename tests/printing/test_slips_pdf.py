"""Slips: everything that a person needs stands on their own, ten on a sheet, and the square code says where to go and with what."""

import io

import numpy as np
import pypdfium2
import pytest

from quiz.core.admission import Slip
from quiz.core.message import QuizError
from quiz.printing.fonts import MissingGlyphs
from quiz.printing.qr import code_squares
from quiz.printing.slips_pdf import print_slips

CODE = "23456789ABCD"
ADDRESS = "https://exam.example.cn/admit"


def make(count, **more):
    values = {"name": "欧阳堃", "unit": "县人力资源和社会保障局", "seat": "", "form": "", "code": CODE, **more}
    return [Slip(number=f"QL{n:04}", **values) for n in range(count)]


def pdf(slips, title="青岚县2026年12月干部应知应会测试"):
    out = io.BytesIO()
    print_slips(slips, out, title=title, when="2026年12月1日（周二）09:00", address=ADDRESS)
    return out.getvalue()


def test_a_slip_says_whose_it_is_for_what_when_and_how(read_pages):
    (page,) = read_pages(pdf(make(1, seat="17", form="B")))
    for text in (
        "欧阳堃",
        "县人力资源和社会保障局",
        "工号QL0000",
        "座位17",
        "B卷",
        "青岚县2026年12月",
        "12月1日（周二）09:00",
        "2345-6789-ABCD",
        "扫码",
    ):
        assert text in page.text, text


def test_without_seat_or_form_nothing_stands_there(read_pages):
    (page,) = read_pages(pdf(make(1)))
    assert "座位" not in page.text
    assert "卷" not in page.text


@pytest.mark.parametrize(("count", "sheets"), [(1, 1), (10, 1), (11, 2), (25, 3)])
def test_ten_on_a_sheet_each_once(read_pages, count, sheets):
    pages = read_pages(pdf(make(count)))
    text = "".join(page.text for page in pages)
    assert len(pages) == sheets
    assert all(text.count(f"工号QL{n:04}") == 1 for n in range(count))


def test_nothing_leaves_its_slip(read_pages):
    """The longest texts stay within the lines to cut along."""
    (page,) = read_pages(pdf(make(2, name="阿卜杜热西提·买买提依明江", unit="青岚县" * 12, seat="10000", form="Z"), title="青岚县干部" * 20))
    middle = page.width / 2
    assert not [char for char, x, _ in page.chars if middle - 12 < x < middle + 12]
    assert min(y for _, _, y in page.chars) > page.height * 4 / 5


def test_the_square_code_holds_address_and_code():
    document = pypdfium2.PdfDocument(io.BytesIO(pdf(make(1))))
    picture = np.asarray(document[0].render(scale=4, grayscale=True).to_pil())
    document.close()
    squares = code_squares(f"{ADDRESS}#2345-6789-ABCD", 27 * 72 / 25.4)
    width, height = 210 * 72 / 25.4, 297 * 72 / 25.4
    left, low = width / 2 - (6 + 27) * 72 / 25.4, height - (6 + 27) * 72 / 25.4
    dark = [picture[int((height - (low + y + h / 2)) * 4), int((left + x + w / 2) * 4)] for x, y, w, h in squares]
    assert max(dark) < 100


def test_equal_slips_give_equal_bytes():
    assert pdf(make(3)) == pdf(make(3))


def test_what_cannot_be_printed_is_refused():
    with pytest.raises(MissingGlyphs):
        pdf(make(1, name="\U0001f600"))
    with pytest.raises(QuizError):
        pdf([])
