"""What stands on a printed paper: every question once, plain text as text, the person in the sealed strip only."""

import io
import re
from dataclasses import replace
from decimal import Decimal

import pytest

from quiz.core.paper import Candidate
from quiz.core.paper_text import paper_digest
from quiz.core.question import Label, Option, QuestionType
from quiz.printing.fonts import MissingGlyphs
from quiz.printing.geometry import GEOMETRIES, PageSize
from quiz.printing.job import PrintJob
from quiz.printing.marks import Stroke
from quiz.printing.paper_pdf import print_papers
from quiz.printing.parts import PARTS, Place, option_columns, question_block
from quiz.printing.qr import code_squares, code_text

UNKNOWN = Candidate("", "", "", "")


def pdf(jobs, **options):
    out = io.BytesIO()
    print_papers(jobs, out, **options)
    return out.getvalue()


def without_spaces(text):
    return "".join(text.split())


@pytest.mark.parametrize("kind", QuestionType)
def test_every_type_of_question_has_its_part(kind, make_questions, make_longer_questions, make_paper):
    (question,) = (q for q in make_questions(1) + make_longer_questions() if q.type is kind)
    slot = make_paper([question]).slots[0]
    block = question_block(slot, Place(400.0, 20.0))
    assert kind in PARTS
    assert block.height > 0


@pytest.mark.parametrize("size", PageSize)
def test_every_question_and_option_stands_on_the_paper_once(size, make_questions, make_paper, person, read_pages):
    paper = make_paper(make_questions(14))
    pages = read_pages(pdf([PrintJob(paper, person)], size=size))
    text = "".join(page.text for page in pages)
    assert len(pages) % 2 == 0
    assert (pages[0].width, pages[0].height) == pytest.approx((GEOMETRIES[size].width, GEOMETRIES[size].height), abs=0.01)
    for slot in paper.slots:
        question = slot.question
        end = "（）" if question.type is QuestionType.TRUE_FALSE else ""
        stem = without_spaces(f"{slot.number}．{question.stem}{end}").replace("____", "")
        assert text.count(stem) == 1, stem
        if question.type in {QuestionType.SINGLE, QuestionType.MULTIPLE}:
            options = "".join(f"{letter}．{option.text}" for letter, option in zip("ABCDE", question.options, strict=False))
            assert text.count(stem + options) == 1, options
    assert text.count("．单") == 14 * 5  # stems and four options of each
    for number in range(1, 5):
        assert f"第{number}页" in text


def test_text_is_never_markup(make_question, make_paper, person, read_pages):
    nasty = ["<b>R&D</b>", '<img src="/etc/passwd">', "a<b&amp;c", "(\\)Tj ET", "{name}%s", "____"]
    options = tuple(Option(letter, text) for letter, text in zip("ABCDEF", nasty, strict=True))
    question = make_question("x", QuestionType.SINGLE, '关于<a href="x">R&D</a>（　　）。', options=options, key=frozenset("A"))
    text = "".join(page.text for page in read_pages(pdf([PrintJob(make_paper([question], title="<i>A&B</i>试卷"), person)])))
    for wanted in [*nasty, question.stem, "<i>A&B</i>试卷"]:
        assert without_spaces(wanted) in text


@pytest.mark.parametrize("size", PageSize)
def test_the_person_is_named_in_the_sealed_strip_only(size, make_questions, make_paper, person, read_pages):
    sealed_line = GEOMETRIES[size].sealed_line
    person = replace(person, seat="07-29")
    pages = read_pages(pdf([PrintJob(make_paper(make_questions(14), form="B"), person)], size=size))
    for number, page in enumerate(pages, start=1):
        strip = "".join(char for char, x, _ in page.chars if x < sealed_line - 5)
        outside = "".join(char for char, x, _ in page.chars if x >= sealed_line - 5)
        for value in (person.name, person.number, person.unit, person.post, person.seat):
            assert strip.count(value) == number % 2, (number, value)
            assert value not in outside


@pytest.mark.parametrize("size", PageSize)
def test_text_stays_in_its_columns_and_nothing_stands_behind_the_strip(size, make_questions, make_paper, person, read_pages):
    geometry = GEOMETRIES[size]
    pages = read_pages(pdf([PrintJob(make_paper(make_questions(14)), person)], size=size))
    for number, page in enumerate(pages):
        lefts = [geometry.left(i, back=number % 2 == 1) for i in range(len(geometry.lefts))]
        body = [(char, x, y) for char, x, y in page.chars if number % 2 or x > geometry.sealed_line + 8]
        assert [c for c in body if not any(left - 1 <= c[1] <= left + geometry.measure for left in lefts)] == []
        assert all(20 < y < geometry.height - 45 for _, _, y in body)
        if number % 2:
            assert max(x for _, x, _ in body) < geometry.width - geometry.sealed_line


def test_each_candidate_gets_whole_sheets(make_questions, make_paper, person, read_pages):
    short, long = make_paper(make_questions(1), "QL-0001"), make_paper(make_questions(14), "QL-0002")
    done = []
    pages = read_pages(pdf([PrintJob(short, person), PrintJob(long, UNKNOWN)], on_paper=lambda n, total: done.append((n, total))))
    assert done == [(1, 2), (2, 2)]
    assert pages[1].text == "（本页无试题）"
    assert "QL-0002" in pages[2].text
    assert len(pages) % 2 == 0
    assert person.name not in "".join(page.text for page in pages[2:])


def test_equal_jobs_give_equal_bytes(make_questions, make_paper, person):
    jobs = [PrintJob(make_paper(make_questions(5)), person)]
    assert pdf(jobs) == pdf(jobs)
    assert pdf(jobs) != pdf([replace(jobs[0], candidate=UNKNOWN)])


def test_the_notice_of_samples_is_there_while_a_question_is_one(make_questions, make_paper, person, read_pages):
    questions = make_questions(1)
    confirmed = [replace(question, label=Label.CONFIRMED) for question in questions]
    assert "本卷含样题，尚未经县级核对" in read_pages(pdf([PrintJob(make_paper(questions), person)]))[0].text
    assert "样题" not in read_pages(pdf([PrintJob(make_paper(confirmed), person)]))[0].text


def test_the_head_tells_conditions_notes_and_rules(make_questions, make_paper, person, read_pages):
    text = read_pages(pdf([PrintJob(make_paper(make_questions(2)), person)]))[0].text
    assert "（考试形式：闭卷考试时间：60分钟满分：100分）" in text
    assert "题号一二三四总分得分阅卷人" in text
    assert "得分评卷人一、单项选择题（每题2分，共4分。每题只有一个正确答案，多选、错选、不选均不得分）" in text
    assert "1．请用黑色签字笔作答。" in text
    assert "二、多项选择题（每题2分，共4分。多选、少选、错选、不选均不得分）" in text


def test_nothing_is_written_when_a_character_cannot_be_drawn(make_questions, make_paper, person):
    first, second, *others = make_questions(2)
    paper = make_paper([replace(first, stem="甲😀（　　）。"), replace(second, options=(Option("A", "\ue000"), *second.options[1:])), *others])
    out = io.BytesIO()
    with pytest.raises(MissingGlyphs) as caught:
        print_papers([PrintJob(paper, replace(person, name="王\ufffd"))], out)
    assert out.getvalue() == b""
    assert [(glyph.code_point, glyph.place.render()) for glyph in caught.value.glyphs] == [
        ("U+1F600", "试卷QL-0001第1题"),
        ("U+E000", "试卷QL-0001第2题"),
        ("U+FFFD", "试卷QL-0001的考生信息“姓名”"),
    ]


def test_a_question_is_not_split_and_a_heading_not_left_alone(make_questions, make_paper, person, read_pages):
    questions = make_questions(14)
    for drop in range(8):
        pages = read_pages(pdf([PrintJob(make_paper(questions[drop:]), person)]))
        for page in pages:
            body = page.text.split("试卷编号")[0]
            assert not body.endswith(("不得分）", "分）"))
            assert "题干" in body or "本页无试题" in body
        for slot in make_paper(questions[drop:]).slots:
            if slot.question.type is QuestionType.SINGLE:
                (page,) = (p for p in pages if re.search(rf"(?<!\d){slot.number}．单选题干", p.text))
                assert without_spaces(f"D．{slot.question.options[-1].text}") in page.text


def test_a_question_taller_than_a_column_goes_on_in_the_next(make_question, make_paper, person, read_pages):
    question = make_question("x", QuestionType.TRUE_FALSE, "鑫" * 4000 + "完。", key=frozenset("T"))
    pages = read_pages(pdf([PrintJob(make_paper([question]), person)]))
    assert sum(page.text.count("鑫") for page in pages) == 4000


def test_blanks_are_ruled_at_least_four_em_long(make_questions, make_paper):
    (question,) = (q for q in make_questions(1) if q.type is QuestionType.FILL_IN)
    rows = question_block(make_paper([question]).slots[0], Place(400.0, 20.0)).rows
    rules = [mark for row in rows for mark in row.marks if isinstance(mark, Stroke)]
    assert len(rules) == 2
    assert all(rule.x_end - rule.x >= 4 * 10.5 for rule in rules)


def test_a_long_unit_is_set_smaller_and_not_cut(make_questions, make_paper, person, read_pages):
    unit = "青岚县" + "巩固拓展脱贫攻坚成果同乡村振兴有效衔接工作领导小组办公室" * 3
    page = read_pages(pdf([PrintJob(make_paper(make_questions(1)), replace(person, unit=unit, post="党委副书记、镇长"))]))[0]
    strip = [(char, y) for char, x, y in page.chars if x < 70]
    assert unit in page.text
    assert 0 < min(y for _, y in strip) < max(y for _, y in strip) < page.height


def test_the_texts_of_the_frame_are_translated(make_questions, make_paper, person, read_pages):
    page = read_pages(
        pdf([PrintJob(make_paper(make_questions(1)), person)], translate=lambda text: text.replace("姓名", "Name").replace("密封线", "Sealed"))
    )[0]
    assert "Name：欧阳堃" in page.text


def test_the_code_names_paper_side_and_check_only(make_questions, make_paper):
    paper = make_paper(make_questions(1))
    text = code_text(paper.code, paper_digest(paper), 3)
    code, side, check = text.split("/")
    assert (code, side, len(check)) == ("QL-0001", "3", 6)
    assert text == code_text(paper.code, paper_digest(paper), 3)
    assert check != code_text(paper.code, "other", 3).split("/")[2]
    assert len(code_squares(text)) > 50


def test_orderings_matchings_and_short_answers_print_with_room_to_answer(make_longer_questions, make_paper, person, read_pages):
    paper = make_paper(make_longer_questions()[:3])
    text = "".join(page.text for page in read_pages(pdf([PrintJob(paper, person)], with_key=True)))
    assert "A．步骤AB．步骤BC．步骤C正确顺序：" in text
    assert "1．不摘责任2．不摘政策" in text
    assert "BAC" in text  # the ordering's key by printed letters
    assert "1－C，2－A" in text
    assert "①核实收入（2分）；②民主评议（3分）" in text


def test_the_situation_stands_before_the_first_question_of_a_case(make_longer_questions, make_paper, person, read_pages):
    case = make_longer_questions()[3]
    paper = make_paper([case.parts[0]])
    slot = replace(paper.slots[0], case=case.uid, situation=case.stem, part=1)
    text = "".join(page.text for page in read_pages(pdf([PrintJob(replace(paper, slots=(slot, replace(slot, number=2, part=2))), person)])))
    assert text.count("某村有一户农户。1．（单项选择题，2分）应当怎样办") == 1
    assert text.count("某村有一户农户。") == 1


@pytest.mark.parametrize("size", PageSize)
def test_form_and_seat_stand_on_paper_and_key_and_only_where_they_are_known(size, make_questions, make_paper, person, read_pages):
    formed = make_paper(make_questions(2), form="B")
    pages = read_pages(pdf([PrintJob(formed, replace(person, seat="12"))], size=size, with_key=True))
    assert f"{formed.title}B卷（考试形式" in pages[0].text
    assert "座位号：12" in pages[0].text
    assert "参考答案及评分标准B卷座位12试卷编号" in "".join(page.text for page in pages)
    plain = read_pages(pdf([PrintJob(make_paper(make_questions(2)), UNKNOWN)], size=size, with_key=True))
    text = "".join(page.text for page in plain)
    assert "卷试卷编号" not in text
    assert "试卷（考试形式" in text
    assert "座位号：" in text
    assert text.count("座位") == text.count("座位号")


@pytest.mark.parametrize("size", PageSize)
def test_every_page_of_paper_and_key_tells_its_form_its_number_and_its_place(size, make_questions, make_paper, person, read_pages):
    paper = make_paper(make_questions(14), form="B")
    across = len(GEOMETRIES[size].lefts)
    found = [page.text for page in read_pages(pdf([PrintJob(paper, person)], size=size, with_key=True))]
    footers = re.findall(r"B卷试卷编号QL-0001(参考答案)?第(\d+)页共(\d+)页", "".join(found))
    for part in ("", "参考答案"):
        numbers = [(int(number), int(total)) for name, number, total in footers if name == part]
        assert numbers == [(n, len(numbers)) for n in range(1, len(numbers) + 1)]
        assert len(numbers) > across


def test_a_section_with_broken_marks_says_so_in_its_heading(make_questions, make_paper, person, read_pages):
    paper = make_paper(make_questions(2))
    sections = tuple(replace(section, each=Decimal("1.5")) for section in paper.sections)
    slots = tuple(replace(slot, max_mark=Decimal("1.5")) for slot in paper.slots)
    text = read_pages(pdf([PrintJob(replace(paper, sections=sections, slots=slots), person)]))[0].text
    assert "一、单项选择题（每题1.5分，共3分。" in text


@pytest.mark.parametrize(
    ("count", "characters", "columns"),
    [(4, 5, 4), (4, 9, 4), (4, 12, 2), (4, 20, 2), (4, 24, 1), (3, 5, 4), (5, 5, 2), (6, 5, 2), (5, 24, 1), (7, 5, 4), (8, 5, 4)],
)
def test_options_stand_in_as_many_columns_as_the_widest_allows(count, characters, columns):
    """A column of A4 holds 43 characters: a quarter is 10, half of it 21, each less the gap; five and six stand two by two."""
    texts = tuple(f"{letter}．" + "村" * (characters - 2 if letter == "A" else 1) for letter in "ABCDEFGH"[:count])
    assert option_columns(texts, 43 * 10.5) == columns


def test_an_option_that_is_written_in_two_lines_stands_alone():
    assert option_columns(("A．一\n二", "B．三"), 43 * 10.5) == 1
