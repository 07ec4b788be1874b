"""The wrong-question book and the oral question list as a reader sees them."""

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from quiz.core.marking import mark_response
from quiz.core.message import say
from quiz.core.mistakes import Lost, Mistake, MistakeBook, each_once, is_mistake
from quiz.core.oral import OralHousehold, OralItem, OralList, is_oral, oral_item
from quiz.core.question import Label, QuestionType
from quiz.core.rule import Rule
from quiz.printing.book_page import BookSize, Layout
from quiz.printing.book_sheets import Style
from quiz.printing.fonts import MissingGlyphs
from quiz.printing.mistakes_pdf import print_mistakes
from quiz.printing.oral_pdf import print_oral

DAY = date(2026, 11, 22)
PLAIN = Style(BookSize.A5, Layout.PAGES)


def mistake(slot, response, *notes):
    return Mistake(slot, response, mark_response(slot.question, response, Decimal(2), Rule()), notes)


@pytest.fixture
def slots(make_paper, make_questions, make_longer_questions):
    return make_paper([*make_questions(2), *make_longer_questions()]).slots


def read(book, read_pages):
    out = io.BytesIO()
    print_mistakes(book, out, style=PLAIN)
    return "".join(page.text for page in read_pages(out.getvalue()))


def test_each_mistake_has_question_options_own_answer_key_reason_and_clause(slots, read_pages):
    single = next(slot for slot in slots if slot.question.type is QuestionType.SINGLE)
    fill_in = next(slot for slot in slots if slot.question.type is QuestionType.FILL_IN)
    lost = Lost("季度测试", date(2026, 11, 1), (mistake(single, ("C",), say("第1次更正")), mistake(fill_in, ("法人", "五"))))
    text = read(MistakeBook("欧阳堃", DAY, (lost,)), read_pages)
    told = ["错题本", "欧阳堃", "2026年11月22日编印，共2题", "季度测试2026年11月1日", single.question.stem.replace("　", "")]
    told += ["A．单0选A", "D．单0选D", "您的作答C得0分（满分2分）", "正确答案B", "第1次更正", "您的作答法人；五", "正确答案特别法人；5"]
    told += ["第五十九条", "2021年4月29日", "样题"]
    assert [said for said in told if said not in text] == []


def test_what_is_over_by_now_is_not_to_be_learned(slots, read_pages):
    slot = replace(slots[0], question=replace(slots[0].question, valid_to=date(2026, 11, 21)))
    assert "已于2026年11月21日失效" in read(MistakeBook("甲", DAY, (Lost("测试", DAY, (mistake(slot, ()),)),)), read_pages)
    slot = replace(slots[0], question=replace(slots[0].question, valid_to=DAY))
    assert "有效期到2026年11月22日" in read(MistakeBook("甲", DAY, (Lost("测试", DAY, (mistake(slot, ()),)),)), read_pages)


def test_every_type_is_printed(slots, read_pages):
    text = read(MistakeBook("甲", DAY, (Lost("测试", DAY, tuple(mistake(slot, ()) for slot in slots)),)), read_pages)
    assert text.count("您的作答未作答") == len(slots)


def test_what_waits_for_a_person_is_no_mistake_and_a_question_stands_once(slots):
    short = next(slot for slot in slots if slot.question.type is QuestionType.SHORT_ANSWER)
    assert not is_mistake(mistake(short, ("有的",)).mark)
    assert is_mistake(mistake(slots[0], ()).mark)
    assert not is_mistake(mistake(slots[0], ("B",)).mark)
    newer, older = (Lost(title, DAY, (mistake(slots[0], ()),)) for title in ("新", "旧"))
    assert [lost.title for lost in each_once([newer, older])] == ["新"]


def test_a_name_that_no_face_draws_is_refused(slots):
    with pytest.raises(MissingGlyphs):
        print_mistakes(MistakeBook("甲😀", DAY, (Lost("测试", DAY, (mistake(slots[0], ()),)),)), io.BytesIO(), style=PLAIN)


def test_an_oral_list_has_answers_where_they_may_be_known_and_lines_where_not(make_questions, read_pages):
    policy = tuple(oral_item(question) for question in make_questions(1) if is_oral(question))
    household = OralHousehold("编号H-1的户", ("张三",), (OralItem("家庭人口____人。"),))
    made = OralList("柳坪村", DAY, date(2026, 6, 30), "导出", ("李四（村支部书记）",), policy, (OralItem("共有几户？", "412"),), (household,))
    out = io.BytesIO()
    assert print_oral(made, out) == 1
    (page,) = read_pages(out.getvalue())
    for said in (
        "柳坪村",
        "截至2026年6月30日",
        "李四（村支部书记）",
        "单0选B",
        "共有几户？",
        "答412",
        "编号H-1的户",
        "问帮扶责任人张三",
        "样题",
        "第五十九条",
    ):
        assert said in page.text, said
    assert page.text.count("部分") == len(policy) + 2 + 1  # the boxes, and the line at the foot


def test_what_cannot_be_asked_aloud_is_not_asked(make_question, make_questions):
    single = make_questions(1)[0]
    assert is_oral(single)
    assert not is_oral(replace(single, stem="下列属于职责的是（　　）。"))
    assert not is_oral(make_question("o", QuestionType.ORDERING, "按程序排列。"))
    claim = replace(single, type=QuestionType.TRUE_FALSE, stem="由村负责。", key=frozenset("F"), true_sentence="由县负责。", label=Label.CONFIRMED)
    assert oral_item(claim).question == "由村负责。对不对？"
    assert oral_item(claim).answer == "不对。由县负责。"
