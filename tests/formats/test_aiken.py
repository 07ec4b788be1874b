"""Aiken: samples, hostile files, and round trips of single choice, which is all it has."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.draft import Draft, DraftBlank, DraftType, Imported
from quiz.formats.aiken import read_aiken, write_aiken
from tests.formats.drafts import choices, lines


def read(text: str) -> Imported:
    return read_aiken(text.encode(), "题.txt")


def rules(found: Imported) -> list[tuple[int, str]]:
    return [(d.line, d.rule) for d in found.diagnostics]


def test_dots_brackets_and_chinese_marks() -> None:
    found = read("首都是哪里？\nA. 上海\nB) 北京\nANSWER: B\n\n省会是？\nA、甲\nb．乙\nC）丙\n答案：c\n")
    assert found.diagnostics == ()
    assert [(d.stem, d.options, d.right, d.line) for d in found.drafts] == [
        ("首都是哪里？", ("上海", "北京"), (1,), 1),
        ("省会是？", ("甲", "乙", "丙"), (2,), 6),
    ]


def test_several_letters_are_multiple_choice_with_a_notice() -> None:
    found = read("哪些？\nA. 甲\nB. 乙\nC. 丙\nANSWER: A, C\n")
    assert (found.drafts[0].type, found.drafts[0].right, rules(found)) == (DraftType.MULTIPLE, (0, 2), [(1, "I802")])


def test_a_stem_of_two_lines() -> None:
    assert read("某村有户。\n问几户？\nA. 一\nB. 二\nANSWER: A\n").drafts[0].stem == "某村有户。\n问几户？"


def test_bad_questions_are_told_and_the_others_kept() -> None:
    found = read("一\nA. 甲\nANSWER: A\n\n二\nA. 甲\nB. 乙\nANSWER: C\n\n三\nA. 甲\nB. 乙\nANSWER: A\n\n四\nA. 甲\nB. 乙\n")
    assert [d.stem for d in found.drafts] == ["三"]
    assert rules(found) == [(1, "I804"), (5, "I804"), (15, "I804")]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04\0\0", b"\x80\xff\xff"])
def test_what_is_no_aiken_says_so(content: bytes) -> None:
    assert [d.rule for d in read_aiken(content, "x").diagnostics] == ["I801"]


def test_gbk() -> None:
    found = read_aiken("首都\nA. 上海\nB. 北京\nANSWER: B".encode("gbk"), "x")
    assert (found.drafts[0].options[1], rules(found)) == ("北京", [(1, "I807")])


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    read_aiken(text.encode("utf-8", "replace"), "x")


@given(st.lists(choices(st.just({}), DraftType.SINGLE, lines), max_size=4))
def test_round_trip(drafts: list[Draft]) -> None:
    text, losses = write_aiken(drafts)
    assert losses == ()
    assert [replace(draft, line=0) for draft in read(text).drafts] == drafts


def test_what_aiken_cannot_say_is_told() -> None:
    drafts = [
        Draft(DraftType.TRUE_FALSE, "对吗", right=()),
        Draft(DraftType.SINGLE, "甲\n乙", options=("一\n二", "三"), right=(0,), explanation="因为", marks=Decimal(2), id="q2"),
        Draft(DraftType.FILL_IN, "____", blanks=(DraftBlank(("甲",)),)),
    ]
    text, losses = write_aiken(drafts)
    assert text == "对吗\nA. 正确\nB. 错误\nANSWER: B\n\n甲 乙\nA. 一 二\nB. 三\nANSWER: A\n"
    assert [(d.file, d.line) for d in losses] == [("?", 1), ("q2", 2), ("q2", 2), ("?", 3)]
    assert "编号、解析、分值" in losses[2].render()
