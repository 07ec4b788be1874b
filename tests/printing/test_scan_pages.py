"""Files from scanners and phones: every page of every kind of file is taken, what is none is refused, what is huge is made smaller."""

import contextlib
import io
import re
import struct
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image

from quiz.core.answer_sheet import shape_of
from quiz.core.message import QuizError
from quiz.core.scan import Fault, SheetReading, State
from quiz.printing.answer_sheet import layout_of
from quiz.printing.answer_sheet_pdf import print_answer_sheets
from quiz.printing.job import PrintJob
from quiz.printing.scan import draw, require
from quiz.printing.scan.pages import LARGEST, LONGEST_SIDE, Source, decode, take_page, take_pages
from quiz.printing.scan.reader import find_sheet, read_page
from tests.printing.synthetic_scanner import Habits, Machine, fill_in, printed_pages, scan


@pytest.fixture
def paper(make_questions, make_longer_questions, make_paper):
    return make_paper([*make_questions(9), *make_longer_questions()[:3]], code="ABCDE-FGHIJ")


@pytest.fixture
def picture(paper, person):
    """A filled and scanned first page."""
    rng = np.random.default_rng(7)
    sheet, _ = fill_in(printed_pages(paper, person)[0], paper, 1, "0042", rng, Habits(empty=0, double=0, erased=0))
    return scan(sheet, Machine(stains=0), rng)


def saved(picture, kind, **options):
    out = io.BytesIO()
    Image.fromarray(picture).save(out, kind, **options)
    return out.getvalue()


def test_each_page_of_a_pdf_is_one_page(paper, person):
    out = io.BytesIO()
    print_answer_sheets([PrintJob(paper, person)], out)
    pages = list(take_pages(Source("sheets.pdf", content=out.getvalue())))
    assert [page.source for page in pages] == ["sheets.pdf#1", "sheets.pdf#2"]
    assert [find_sheet(page.content).sheet.page for page in pages] == [1, 2]
    reading = read_page(pages[0].content, find_sheet(pages[0].content), shape_of(paper))
    assert isinstance(reading, SheetReading)
    assert {slot.state for slot in reading.slots} == {State.BLANK}


def test_pictures_are_kept_as_they_came_while_they_are_small(picture, tmp_path):
    content = saved(picture, "JPEG", quality=85)
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    for source in (Source("a.jpg", content=content), Source("a.jpg", path=path)):
        page = take_page(source, 0)
        assert (page.content, page.kind, page.source) == (content, "jpeg", "a.jpg")
    assert take_page(Source("a.png", content=saved(picture, "PNG")), 0).kind == "png"


def test_a_large_photo_is_kept_smaller_and_still_read(picture, paper):
    large = cv2.resize(picture, None, fx=2.2, fy=2.2, interpolation=cv2.INTER_CUBIC)
    noisy = cv2.add(large, np.random.default_rng(1).integers(0, 12, large.shape, dtype=np.uint8))
    content = saved(cv2.cvtColor(noisy, cv2.COLOR_GRAY2RGB), "PNG")
    assert len(content) > LARGEST
    page = take_page(Source("photo.png", content=content), 0)
    assert page.kind == "jpeg"
    assert max(decode(page.content).shape) <= LONGEST_SIDE
    assert isinstance(read_page(page.content, find_sheet(page.content), shape_of(paper)), SheetReading)


def test_the_way_up_that_a_camera_says_is_kept_to(picture):
    turned = Image.fromarray(picture).rotate(90, expand=True)
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    turned.save(out, "JPEG", quality=85, exif=exif)
    assert decode(out.getvalue()).shape == picture.shape


def test_every_frame_of_a_tiff_is_a_page(picture):
    out = io.BytesIO()
    frames = [Image.fromarray(picture), Image.fromarray(255 - picture)]
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:])
    pages = list(take_pages(Source("b.tif", content=out.getvalue())))
    assert [page.source for page in pages] == ["b.tif#1", "b.tif#2"]
    assert find_sheet(pages[0].content).sheet.page == 1


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7 broken", b"\x89PNG\r\n\x1a\n broken", b"\xff\xd8\xff\xe0"])
def test_what_is_neither_a_picture_nor_a_pdf_is_refused(content):
    with pytest.raises(QuizError, match="bad_scan_file"):
        take_page(Source("x", content=content), 0)
    assert find_sheet(content).fault is Fault.BAD_FILE


def tiff(width=50, height=60):
    """Two frames."""
    out = io.BytesIO()
    Image.new("L", (width, height), 200).save(out, "TIFF", save_all=True, append_images=[Image.new("L", (width, height), 90)])
    return out.getvalue()


@pytest.mark.parametrize("tag", [256, 257, 262, 273, 278, 279])
def test_a_damaged_picture_is_told_as_one(tag):
    """A TIFF of which one entry is lost, in its first frame or in its second: whatever the library makes of it, the file is named and no more."""
    content, entry = tiff(), struct.pack("<H", tag)
    for place in [match.start() for match in re.finditer(re.escape(entry + b"\x04\x00") + b"|" + re.escape(entry + b"\x03\x00"), content)]:
        damaged = Source("f.tif", content=content[:place] + b"\xf0\x00" + content[place + 2 :])
        with contextlib.suppress(QuizError):
            assert [page.kind for page in take_pages(damaged)] == ["jpeg", "jpeg"]


def test_a_picture_of_one_line_is_a_page_without_a_sheet():
    """Made smaller it keeps a line."""
    (page, _) = take_pages(Source("f.tif", content=tiff(width=20_000, height=1)))
    assert find_sheet(page.content).fault is Fault.EMPTY_PAGE


def test_a_picture_that_would_fill_the_memory_is_not_unpacked():
    """9,000 × 9,000 pixels in a few kilobytes."""
    content = saved(np.zeros((9000, 9000), np.uint8), "PNG")
    assert len(content) < 200_000
    with pytest.raises(QuizError, match="bad_scan_file"):
        take_page(Source("bomb.png", content=content), 0)


def test_the_cut_out_of_a_question_shows_it_upright_whichever_way_the_page_lay(paper, person):
    page = layout_of(shape_of(paper)).pages[0]
    sheet = printed_pages(paper, person)[0]
    sheet, meant = fill_in(sheet, paper, 1, "", np.random.default_rng(2), Habits(empty=0, double=0, erased=0, dots=0))
    cuts = []
    for upside_down in (0.0, 1.0):
        content = saved(scan(sheet, Machine(stains=0, grey=0, upside_down=upside_down), np.random.default_rng(4)), "JPEG", quality=90)
        reading = read_page(content, find_sheet(content), shape_of(paper))
        cut = draw.cut_out(content, reading.pose, page.area(3, 0))
        cuts.append(cv2.GaussianBlur(cv2.imdecode(np.frombuffer(cut, np.uint8), 0), (0, 0), 6).astype(int))
        assert cuts[-1].shape == (cuts[0].shape)
    ((_, choice),) = meant.filled[3]
    bubble = next(b for b in page.bubbles if (b.slot, b.choice) == (3, choice))
    area = page.area(3, 0)
    at = round((bubble.y + 1.4 - area[1] + 2.5) * 8), round((bubble.x + 2.3 - area[0] + 2.5) * 8)
    for cut in cuts:
        assert cut[at] == cut.min() or cut[at] < cut.max() - 80


def test_the_reading_is_drawn_on_the_page(paper, picture):
    content = saved(picture, "JPEG", quality=90)
    reading = read_page(content, find_sheet(content), shape_of(paper))
    shown = cv2.imdecode(np.frombuffer(draw.reading_on_page(content, reading, shape_of(paper)), np.uint8), cv2.IMREAD_COLOR).astype(int)
    green = (shown[:, :, 1] - shown[:, :, 2] > 40).sum()
    assert green > 1000
    none = replace(reading, slots=tuple(replace(slot, filled=(), state=State.BLANK) for slot in reading.slots))
    plain = cv2.imdecode(np.frombuffer(draw.reading_on_page(content, none, shape_of(paper)), np.uint8), cv2.IMREAD_COLOR).astype(int)
    assert (plain[:, :, 1] - plain[:, :, 2] > 40).sum() == 0


def test_without_the_packages_it_says_what_to_install(monkeypatch):
    from quiz.printing import scan as package

    require()
    monkeypatch.setattr(package, "NEEDED", ("cv2", "no_such_package"))
    with pytest.raises(QuizError, match="no_reader") as told:
        require()
    assert "no_such_package" in told.value.message.render()
