"""Clues by grammar: what gives a key away to somebody who knows nothing of the matter, what does not, and what holds for every question."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.banks.craft_clues import NEGATIVE, WORDS, check_clues, splits
from quiz.banks.craft_words import FEWEST_TOLD, LEANS, Words
from quiz.banks.problems import Problems, Spot
from quiz.core.message import Severity, say
from quiz.core.picture import Picture
from quiz.core.question import TRUE_OPTIONS, Level, Option, Question, QuestionType, Source

STEM = "根据《某法》，镇政府应当（　　）。"


def choice(*texts: str, stem: str = STEM, key: str = "A", kind: QuestionType | None = None) -> Question:
    """A question whose options are `texts`; of several letters in `key` multiple choice."""
    options = tuple(Option("ABCDEFGH"[i], text) for i, text in enumerate(texts))
    kind = kind or (QuestionType.SINGLE if len(key) == 1 else QuestionType.MULTIPLE)
    source = Source("某法", "某部", "第一条", "第一号", date(2021, 1, 1))
    made = Question("q", kind, "general/x", "water", "县水利局", stem, Level.RECALL, "供水", source, "说明", date(2021, 1, 1))
    return replace(made, options=options, key=frozenset(key))


def told(question: Question) -> list[str]:
    return [f"{found.rule} {found.part}" for found in check_clues(question)]


CLUES = {
    "only the key forbids": (choice("不得垫资建设", "约定利息后建设", "镇人大同意后开工", "半数以内由企业承担"), ["C918 key"]),
    "only the key permits": (choice("可以单独申请", "不得申请救助", "不予受理其申请", "不能单独申请"), ["C918 key"]),
    "all right ones forbid": (choice("不得收费", "禁止转包", "公开招标", "分期建设", key="AB"), ["C918 key"]),
    "by law": (choice("依法协助申请", "列入次年名单", "通知村里解决", "等本人再来"), ["C919 key"]),
    "by the rules": (choice("按照规定给予资助", "由村集体垫付", "从供养金扣除", "由亲属代缴"), ["C919 key"]),
    "guarded": (choice("原则上就近安置", "由企业统一分配", "全村抽签搬迁", "先迁走老人"), ["C919 key"]),
    "absolute distractors": (choice("可以调解也可以起诉", "只能由村民会议表决", "必须先经仲裁", "一律由县里裁决"), ["C919 key"]),
    "absolute distractors of several": (choice("低保对象", "特困人员", "全体脱贫户", "所有务工者", key="AB"), ["C919 key"]),
    "only number": (choice("提前30日公告", "在村里广播", "写进村规民约", "由村干部转告"), ["C920 key"]),
    "only one without number": (choice("公告期满以后", "提前三日", "会前10日", "当年半数时"), ["C920 key"]),
    "two clauses": (choice("批评教育，责令改正", "处以罚款", "暂停低保", "取消学籍"), ["C920 key"]),
    "one clause": (choice("继续予以供养", "终止供养，改办低保", "暂停供养，毕业恢复", "减半供养，学校补足"), ["C920 key"]),
    "ending": (choice("报市里裁定", "缴费后批准", "减半后批准", "公示后批准"), ["C920 key"]),
    "beginning": (choice("报市里裁定", "重新入户调查", "重新组织评议", "重新提交证明"), ["C920 key"]),
    "doubled before": (choice("每月", "年末", "季末", stem="村务应当每（　　）公布。"), ["C921 options.A"]),
    "doubled unit": (choice("3年", "5", "7", stem="档案保存（　　）年。"), ["C921 options.A"]),
    "doubled word": (choice("理事会", "监事会决定", "成员大会", stem="章程由（　　）决定。"), ["C921 options.B"]),
    "unit that fits numbers": (choice("500", "800", "由县确定", stem="补助标准是（　　）元。"), ["C921 stem"]),
    "single asks several": (choice("公示", "备案", "听证", stem="根据《某法》，应当办理的手续有哪些（　　）。"), ["C922 stem"]),
    "single with 的有": (choice("公示", "备案", "听证", stem="根据《某法》，下列属于法定程序的有（　　）。"), ["C922 stem"]),
    "multiple asks one": (choice("公示", "备案", "听证", "登报", key="AB", stem="下列哪一项属于法定程序（　　）。"), ["C922 stem"]),
    "multiple asks the most": (choice("公示", "备案", "听证", "登报", key="AB", stem="村里最先要做的是（　　）。"), ["C922 stem"]),
    "another number": (choice("公示", "备案", "听证", "登报", key="AB", stem="属于法定程序的是下列三项（　　）。"), ["C922 stem"]),
    "still": (choice("仍由子女赡养", "放弃继承后停止", "村里同意后停止", "只承担一半费用"), ["C923 key"]),
}


@pytest.mark.parametrize("name", CLUES)
def test_a_clue_is_told_at_its_part(name: str) -> None:
    question, expected = CLUES[name]
    assert sorted(told(question)) == expected


SOUND = {
    "plain": choice("公示方案", "上报备案", "组织听证", "登报声明"),
    "a distractor forbids too": choice("不得垫资建设", "可以垫资但不得过半", "镇人大同意后开工", "约定利息后建设"),
    "one wrong option only": choice("不得收费", "可以收费"),
    "not a prohibition": choice("不限于本村", "由村民推选", "由镇里指定", "由抽签决定"),
    "one of two right ones": choice("依法公示", "听取意见", "直接开工", "先迁后补", key="AB"),
    "a loan for the public": choice("发行一般债券", "发行专项债券", "向银行贷款", "向农户集资"),
    "owners": choice("公示方案", "报所有权人", "通知所有者", "由所有人定"),
    "numbers everywhere": choice("三分之二以上", "过半数", "四分之三以上", "全体一致"),
    "the same ending as the key": choice("一年内行使", "三个月内行使", "六个月内行使", "九个月内行使"),
    "the ending within the key": choice("先补偿后搬迁", "先搬迁后补偿", "边搬迁边补偿", "先拆除后补偿"),
    "the matter of the stem": choice("特困供养和低保", "医疗救助", "教育救助", "临时救助", stem="社会救助里的基本类是（　　）。"),
    "three options have no habit": choice("报市里裁定", "缴费后批准", "减半后批准"),
    "a unit that all take": choice("3", "5", "7", stem="档案保存（　　）年。"),
    "a unit that none takes": choice("县政府", "镇政府", "村委会", stem="由（　　）人民代表大会决定。"),
    "a name after the gap": choice("3", "由县定", "7", stem="至少（　　）人民政府。"),
    "lists in a single choice": choice("产业、就业", "教育、医疗", "住房、饮水", stem="根据《某法》，重点有哪些（　　）。"),
    "not included": choice("公示", "备案", "听证", stem="法定程序不包括（　　）。"),
    "several ask in the situation": choice("公示", "备案", "听证", stem="村民问有哪些程序，最先要做的是（　　）。"),
    "the number of the options": choice("公示", "备案", "听证", "登报", key="AB", stem="下列四项中应当办理（　　）。"),
    "the number of the right ones": choice("公示", "备案", "听证", "登报", key="AB", stem="应当办理下列两项（　　）。"),
    "a title asks": choice("公示", "备案", "听证", stem="按照《关于有哪些程序的答复》应当（　　）。"),
    "other types": choice("不得收费", "公示", "备案", kind=QuestionType.ORDERING),
}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_question_is_left_alone(name: str) -> None:
    assert [(found.rule, found.message.render()) for found in check_clues(SOUND[name])] == []


def test_pictures_say_what_words_do_not() -> None:
    question = choice("不得垫资建设", "约定利息后建设", "镇人大同意后开工")
    picture = Picture("0" * 64, "一张图", 1, 1)
    with_picture = replace(question, options=(*question.options[:2], replace(question.options[2], picture=picture)))
    assert told(question) == ["C918 key"]
    assert told(with_picture) == []


def test_what_is_told_names_the_words() -> None:
    (found,) = check_clues(choice("不得收费", "禁止转包", "公开招标", "分期建设", key="AB"))
    assert "“不得”“禁止”" in found.message.render()


texts = st.lists(
    st.lists(st.sampled_from(("不得", "依法", "一律", "，", "3日", "仍", "公示", "备案后", "可以")), min_size=1, max_size=4).map("".join),
    min_size=3,
    max_size=6,
    unique=True,
)


@given(texts, st.randoms(use_true_random=False))
def test_the_order_of_the_options_makes_no_difference(options: list[str], chance: object) -> None:
    question = choice(*options)
    shuffled = list(question.options)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sorted(told(question)) == sorted(told(question.with_options(tuple(shuffled))))


@given(texts)
def test_a_distractor_that_says_all_the_key_says_leaves_no_word_to_the_key_alone(options: list[str]) -> None:
    key, *wrong = options
    question = choice(key, *wrong, f"{key}并登记")
    only_right = {message for _, _, message, _ in WORDS if message}
    assert not [found for found in check_clues(question) if found.message.text in only_right]


@given(texts, texts)
def test_two_sides_never_both_stand_alone(some: list[str], others: list[str]) -> None:
    assert not (splits(NEGATIVE, some, others) and splits(NEGATIVE, others, some))


def counted(*questions: Question) -> list[str]:
    """What the words of all questions tell."""
    problems, words = Problems("a.yaml"), Words()
    for number, question in enumerate(questions):
        words.add(replace(question, uid=f"q-{number}"), Spot(number + 1, 1), problems)
    words.finish()
    return [found.render() for found in problems.told()]


def judged(stem: str, is_true: bool) -> Question:
    return replace(choice(stem=stem), type=QuestionType.TRUE_FALSE, options=TRUE_OPTIONS, key=frozenset("T" if is_true else "F"))


def test_options_with_a_word_that_are_always_wrong() -> None:
    lenient = [choice("不得开工", f"经第{n}组同意后可以开工", f"报{n}号备案可开工") for n in range(12)]
    (found,) = [text for text in counted(*lenient) if "经……同意后可以" in text]
    assert found.startswith("a.yaml:1:1: C924 提示")
    assert "24个选项里有24个是错的" in found
    assert "q-5……" in found


def test_options_with_a_word_that_are_always_right() -> None:
    assert "8个选项里有8个是对的" in "".join(counted(*[choice("依法办理", "先开工", "先收费") for _ in range(8)]))
    assert counted(*[choice("依法办理", "依法收费", "先收费", "先开工") for _ in range(8)]) == []


def test_statements_with_a_word_that_are_nearly_always_false() -> None:
    false = [judged("镇里收取押金，这符合《某条例》的规定。", False) for _ in range(18)]
    assert "18道判断题里有18道是错的" in "".join(counted(*false))
    assert "20道判断题里有18道是错的" in "".join(counted(*false, *[judged("镇里公示名单，这符合规定。", True)] * 2))
    assert counted(*false[:4], *[judged("镇里公示名单，这符合规定。", True)] * 4) == []


def test_statements_with_a_word_that_are_always_true() -> None:
    assert "12道判断题里有12道是对的" in "".join(counted(*[judged("镇里不得收取押金。", True) for _ in range(12)]))


def test_a_word_in_a_title_is_no_word_of_the_statement() -> None:
    assert counted(*[judged("根据《禁止非法集资条例》应当公示。", True) for _ in range(12)]) == []


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(("一律公示。", "不得收费。", "应当公示。"))), max_size=40))
def test_a_habit_is_told_only_of_many_that_lean_one_way(statements: list[tuple[bool, str]]) -> None:
    found = "".join(counted(*[judged(stem, is_true) for is_true, stem in statements]))
    for stem, name in (("一律公示。", "绝对化词语"), ("不得收费。", "“不得”")):
        truths = [is_true for is_true, text in statements if text == stem]
        leaning = max(sum(truths), len(truths) - sum(truths))
        if name in found:
            assert len(truths) >= FEWEST_TOLD
            assert leaning >= LEANS * len(truths)
        elif len(truths) >= 20:
            assert leaning < len(truths)


def test_judgements_are_notes_and_the_rest_are_warnings() -> None:
    problems = Problems("a.yaml")
    for number in range(918, 925):
        problems.add(Spot(number, 1), f"C{number}", say("某句话"))
    severities = [found.severity for found in problems.told()]
    assert severities == [Severity.WARNING] * 5 + [Severity.NOTE] * 2
