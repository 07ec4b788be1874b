"""Fill-in answers by tables: what is the same, what differs, and what only a person may judge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.fill_in import Verdict, judge, judge_blanks
from quiz.core.numerals import chinese_integer
from quiz.core.question import Blank, BlankKind
from quiz.core.same_text import normalise

TEXT = [
    ("乡村振兴", "乡村振兴", "right"),
    (" 乡 村 振 兴 。", "乡村振兴", "right"),
    ("ＡＢＣ", "abc", "right"),
    ("《土地管理法》", "<土地管理法>", "right"),
    ("“两不愁”", '"两不愁"', "right"),
    ("乡村\u200b振兴", "乡村振兴", "right"),
    ("土地管理法", "《土地管理法》", "review"),
    ("不等于", "等于", "review"),
    ("乡村镇兴", "乡村振兴", "review"),
    ("共同富裕", "乡村振兴", "wrong"),
    ("", "乡村振兴", "wrong"),
    ("&lt;土地&gt;", "《土地》", "right"),
]
NUMBER = [
    ("15", "15", "right"),
    ("十五", "15", "right"),
    ("１５", "15", "right"),
    ("15天", "15日", "right"),
    ("15人", "15日", "wrong"),
    ("百分之六十", "60%", "right"),
    ("三分之二", "2/3", "right"),
    ("66.7%", "2/3", "wrong"),
    ("10万", "100000", "right"),
    ("1,770", "1770", "right"),
    ("一百五", "150", "review"),
    ("约20", "20", "review"),
    ("二三十", "20", "review"),
    ("很多", "20", "wrong"),
    ("两", "2", "right"),
    ("十二万三千四百五十六", "123456", "right"),
]
DATE = [
    ("2021年6月1日", "2021-06-01", "right"),
    ("二〇二一年六月一日", "2021.6.1", "right"),
    ("2021年6月", "2021-06-01", "wrong"),
    ("6月1日", "2021-06-01", "review"),
]
CASES = [(kind, *row) for kind, rows in ((BlankKind.TEXT, TEXT), (BlankKind.NUMBER, NUMBER), (BlankKind.DATE, DATE)) for row in rows]


@pytest.mark.parametrize(("kind", "given_text", "answer", "verdict"), CASES)
def test_judgement(kind, given_text, answer, verdict):
    assert judge(Blank((answer,), kind), given_text) == verdict


def test_a_unit_may_be_written_or_left_out_but_not_another():
    blank = Blank(("5",), BlankKind.NUMBER, "年")
    assert [judge(blank, text) for text in ("5", "五年", "5天")] == ["right", "right", "wrong"]


def test_blanks_in_any_order_use_each_answer_once():
    blanks = [Blank((answer,), group="any") for answer in ("自治", "法治", "德治")]
    assert judge_blanks(blanks, ["德治", "自治", "法治"]) == [Verdict.RIGHT] * 3
    assert judge_blanks(blanks, ["自治", "自治", "法治"]).count(Verdict.RIGHT) == 2
    assert judge_blanks(blanks, ["法治", "", "民主"]).count(Verdict.RIGHT) == 1


def test_any_order_finds_the_best_matching():
    blanks = [Blank(("甲", "乙"), group="any"), Blank(("甲",), group="any")]
    assert judge_blanks(blanks, ["甲", "乙"]) == [Verdict.RIGHT] * 2


@given(st.text(max_size=30))
def test_normalising_twice_changes_nothing_and_a_text_equals_itself(text):
    assert normalise(normalise(text)) == normalise(text)
    if normalise(text):
        assert judge(Blank((text,)), text) is Verdict.RIGHT


@pytest.mark.parametrize(
    ("text", "plain"),
    [("&" + "amp;" * 900 + "lt;甲", "<甲"), ("甲" + "。； " * 900, "甲"), ("&am\u200bp;", "&"), ("。" * 3000 + "甲", "." * 3000 + "甲")],
)
def test_what_is_wrapped_many_times_is_unwrapped_whole(text, plain):
    assert normalise(text) == plain


@given(st.text(alphabet="零一二三四五六七八九十百千万亿两〇.,%/点分之百第0123456789年日人", max_size=12))
def test_no_number_text_breaks_the_judge(text):
    for kind in BlankKind:
        assert judge(Blank(("12",), kind), text) in Verdict


@given(st.integers(0, 99999))
def test_arabic_and_chinese_numerals_agree(value):
    assert chinese_integer(to_chinese(value)) == value


def to_chinese(value):
    """The full written form, 10203 → 一万零二百零三."""
    if value == 0:
        return "零"
    digits, places, out, gap = "零一二三四五六七八九", ["", "十", "百", "千", "万"], "", False
    for power in range(4, -1, -1):
        digit = value // 10**power % 10
        if digit:
            out += ("零" if gap and out else "") + digits[digit] + places[power]
            gap = False
        else:
            gap = True
    return out
