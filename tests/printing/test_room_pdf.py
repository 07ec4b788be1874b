"""What a room needs besides papers: everyone once on every list, readable, nothing printed that cannot be."""

import io
from dataclasses import replace

import pytest

from quiz.core.message import QuizError
from quiz.core.room_list import Listed, RoomList
from quiz.printing.answer_sheet_pdf import print_answer_sheets
from quiz.printing.fonts import MissingGlyphs
from quiz.printing.geometry import GEOMETRIES, PageSize
from quiz.printing.job import PrintJob
from quiz.printing.paper_pdf import print_papers
from quiz.printing.room_pdf import print_room
from quiz.translation import translator


def room(count, **more):
    people = tuple(Listed(n, f"干部{n:03}", f"QL{n:04}", "县水利局", "AB"[n % 2], f"ABCDE-{n:05}") for n in range(1, count + 1))
    values = {
        "title": "青岚县\n干部测试",
        "when": "2026年12月1日（周二）09:00",
        "minutes": 90,
        "site": "第一中学",
        "room": 2,
        "room_name": "201室",
        "columns": 6,
    }
    return RoomList(**{**values, "people": people, **more})


def pages_of(read_pages, found, translate=str):
    out = io.BytesIO()
    print_room(found, out, translate)
    return read_pages(out.getvalue())


@pytest.mark.parametrize("count", [1, 30, 31, 47, 120])
def test_everyone_stands_once_on_every_list(read_pages, count):
    pages = pages_of(read_pages, room(count))
    for title in ("考场门贴", "签到表", "考场名册"):
        part = "".join(page.text for page in pages if title in page.text)
        for n in range(1, count + 1):
            wanted = 2 if title == "考场名册" else 1  # the list, and the seats as they stand
            assert part.count(f"干部{n:03}") == wanted, (title, n)
    assert "应考" + str(count) in "".join(page.text for page in pages)


def test_a_usual_room_takes_one_side_a_list_and_one_for_its_seats(read_pages):
    assert len(pages_of(read_pages, room(30))) == 4
    assert len(pages_of(read_pages, room(20))) == 3


@pytest.mark.parametrize("count", [1, 30, 120])
def test_nothing_leaves_the_sheet_and_no_name_is_too_small_to_read(read_pages, count):
    long = "阿卜杜热西提·买买提依明江"
    found = room(count)
    people = tuple(replace(one, name=long, unit="县巩固拓展脱贫攻坚成果同乡村振兴有效衔接工作领导小组办公室") for one in found.people)
    for page in pages_of(read_pages, replace(found, people=people)):
        assert all(20 < x < page.width - 20 and 20 < y < page.height - 20 for _, x, y in page.chars)


def test_without_forms_and_rows_none_are_shown(read_pages):
    found = room(10)
    plain = replace(found, columns=0, room_name="", people=tuple(replace(one, form="") for one in found.people))
    text = "".join(page.text for page in pages_of(read_pages, plain))
    assert "讲台" not in text
    assert "201室" not in text


@pytest.mark.parametrize("size", PageSize)
def test_the_separator_comes_first_on_a_sheet_of_its_own(read_pages, make_questions, make_paper, person, size):
    found, out, sheets = room(3), io.BytesIO(), io.BytesIO()
    jobs = [PrintJob(make_paper(make_questions(2)), person)]
    print_papers(jobs, out, size=size, separator=found)
    print_answer_sheets(jobs, sheets, separator=found)
    for data, wide in ((out, GEOMETRIES[size].width), (sheets, GEOMETRIES[PageSize.A4].width)):
        first, second, *rest = read_pages(data.getvalue())
        for text in ("考场分隔页", "第一中学", "第2考场", "201室", "01—03", "试卷份数3份", "A卷1份", "B卷2份"):
            assert text in first.text, text
        assert second.text == "（本页空白）"
        assert len(rest) % 2 == 0
        assert first.width == pytest.approx(wide, abs=0.01)


def test_equal_rooms_give_equal_bytes_and_english_has_no_chinese_frame(read_pages):
    one, two = io.BytesIO(), io.BytesIO()
    print_room(room(5), one)
    print_room(room(5), two)
    assert one.getvalue() == two.getvalue()
    text = "".join(page.text for page in pages_of(read_pages, room(5), translator("en")))
    for title in ("Doornotice", "Attendancesheet", "Roomlist", "Signature"):
        assert title in text


@pytest.mark.parametrize(
    ("found", "place"),
    [
        (room(2, site="一中\ue000"), "第2考场的名称"),
        (room(2, title="测试\U0001f600"), "考试名称"),
        (room(1, people=(Listed(1, "王\ufffd", "N1", "局", "", "X"),)), "王\ufffd（N1）在考场名单中"),
    ],
)
def test_a_character_that_cannot_be_printed_is_named_with_its_place_before_anything_is_written(found, place, make_questions, make_paper, person):
    for act in (
        lambda out: print_room(found, out),
        lambda out: print_papers([PrintJob(make_paper(make_questions(1)), person)], out, separator=found),
        lambda out: print_answer_sheets([PrintJob(make_paper(make_questions(1)), person)], out, separator=found),
    ):
        out = io.BytesIO()
        with pytest.raises(MissingGlyphs) as caught:
            act(out)
        assert [glyph.place.render() for glyph in caught.value.glyphs] == [place]
        assert out.getvalue() == b""


def test_a_room_without_people_is_refused():
    with pytest.raises(QuizError):
        print_room(room(0), io.BytesIO())
