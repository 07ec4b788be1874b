"""Lines begin and end where Chinese typesetting allows it, and nothing is lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.printing.fonts import WIDTHS, Font, load_face
from quiz.printing.linebreak import HANGING, NOT_AT_END, NOT_AT_START, SPACES, break_text, tokens

WIDTHS_SONG = WIDTHS[Font.SONG]
load_face(Font.SONG)  # half a second, spent before Hypothesis holds its watch
SIZE = 10.5
WORDS = st.one_of(
    st.text("县乡村振兴促进法脱贫人口监测帮扶组织部门责任落实", min_size=1, max_size=9),
    st.sampled_from(["GDP", "12.5%", "2026年", "15个", "100万元", "36.5℃", "R&D", "a<b", "（　　）", "——", "……", "____", "3,000", " "]),
)
MARKS = st.sampled_from(["", "", "，", "。", "、", "；", "：", "？", "”，", "）。", "》、", "’”。"])
OPENS = st.sampled_from(["", "", "", "（", "《", "“", "〔", "“《"])
PROSE = st.lists(st.tuples(OPENS, WORDS, MARKS).map("".join), min_size=1, max_size=60).map("".join)
MEASURES = st.floats(14 * SIZE, 46 * SIZE)


@given(PROSE, MEASURES)
def test_no_line_begins_or_ends_with_a_forbidden_mark(text, measure):
    lines = break_text(text, measure, SIZE, WIDTHS_SONG)
    assert [line.text for line in lines[1:] if line.text[0] in NOT_AT_START] == []
    assert [line.ink for line in lines[:-1] if line.ink[-1:] and line.ink[-1] in NOT_AT_END] == []


@given(PROSE, MEASURES)
def test_words_numbers_and_brackets_stay_whole(text, measure):
    starts = set()
    at = 0
    for token in tokens(text):
        starts.add(at)
        at += len(token)
    at = 0
    for line in break_text(text, measure, SIZE, WIDTHS_SONG):
        assert at in starts
        at += len(line.text)


@given(st.text(st.characters(codec="gb2312") | st.sampled_from("（“，。_ 　"), max_size=300).filter(lambda t: "\n" not in t), st.floats(40, 500))
def test_nothing_is_lost_and_no_line_is_too_wide(text, measure):
    text = re.sub(r"[\x00-\x1f\x7f-\x9f]", "", text)
    widths = {char: 0.5 if char.isascii() else 1.0 for char in text}
    lines = break_text(text, measure, SIZE, widths)
    assert "".join(line.text for line in lines) == text
    assert all(line.width <= measure + SIZE / 2 + 1e-3 for line in lines)
    assert all(line.width <= measure + 1e-3 or line.ink[-1] in HANGING for line in lines)


@pytest.mark.parametrize(
    ("text", "em", "lines"),
    [
        ("一二三四五六，七", 6, ["一二三四五", "六，七"]),
        ("一二三四五六，七", 6.5, ["一二三四五六，", "七"]),
        ("一二三四五六七，八", 6.4, ["一二三四五六", "七，八"]),
        ("一二三四（五", 5, ["一二三四", "（五"]),
        ("一二三四五（　　）。", 8, ["一二三四", "五（　　）。"]),
        ("一二三四五。（　　）", 8, ["一二三四", "五。（　　）"]),
        ("一（　　），二（　　）。", 6, ["一（　　），", "二（　　）。"]),
        ("增长12.5%以上", 4, ["增长", "12.5%以", "上"]),
        ("现有15个工作日", 3, ["现有", "15个", "工作日"]),
        ("自____年____月起", 6, ["自____年", "____月起"]),
        ("一二三 四五", 3, ["一二三 ", "四五"]),
        ("甲\n乙", 9, ["甲", "乙"]),
        ("", 9, [""]),
    ],
)
def test_examples(text, em, lines):
    assert [line.text for line in break_text(text, em * SIZE, SIZE, WIDTHS_SONG, gap=4)] == lines


def test_spaces_at_the_end_do_not_count_and_the_last_line_is_marked():
    first, last = break_text("一二三　　四", 3 * SIZE, SIZE, WIDTHS_SONG)
    assert (first.width, first.ink, first.ends_paragraph) == (pytest.approx(3 * SIZE), "一二三", False)
    assert last.ends_paragraph
    assert not any(line.text[0] in SPACES for line in (first, last))


def test_a_piece_wider_than_a_line_is_cut_and_not_lost():
    lines = break_text("网址a" + "b" * 60, 10 * SIZE, SIZE, WIDTHS_SONG)
    assert len(lines) > 2
    assert "".join(line.text for line in lines) == "网址a" + "b" * 60
