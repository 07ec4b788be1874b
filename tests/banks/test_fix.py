"""Mending: each slip becomes what was meant, everything else stays byte for byte, and mending twice changes nothing."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.banks.bank_file import load_bank
from quiz.banks.fix import fix_content
from quiz.banks.fix_fields import written

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "question_banks").rglob("*.yaml"))

CLEAN = """\
# 饮水安全题库  —— 注释里的，不改：a:b, c ,d ( )  ___
category: general/water   # 类别
area: water
department: 县水利局
label: sample

documents:
  law: {title: 某法, issuer: 某部, date: 2021-01-01}  # 依据
questions:
  # 第一题
  - id: w-1
    type: single
    stem: 根据《某法》，村民用水，应当（　　）。
    options:
      A: 先报告，再取水
      B: "先取水；再报告"   # 引号
      C: 不报告
    key: B
    level: recall
    topic: 供水
    source: {document: law, clause: 第一条}
    valid_from: 2021-01-01
    valid_to: open
    explanation: >-
      第一行，说明
      stem：这一行是文字，比例为3:1，时间9:30

      第二段

  - id: w-2
    type: multiple
    stem: 应当公示的有（　　）。
    options: {A: 水量, B: 水质, C: 水价}
    key: [A, C]
    level: recall
    topic: 供水
    source: {document: law, clause: 第一条}
    valid_from: 2021-01-01
    valid_to: open
    explanation: 说明。
  - id: w-3
    type: fill_in
    stem: 自____年____月起施行。
    blanks: [2021, 6]
    level: recall
    topic: 施行
    source: {document: law, clause: 第一条}
    valid_from: 2021-01-01
    valid_to: open
    explanation: |
      第一行
      第二行
"""

SLIPS = {
    "full-width colon": ("    topic: 施行", "    topic：施行", 1),
    "full-width colon and space": ("    key: B", "    key： B", 1),
    "no space after colon": ("    level: recall\n    topic: 施行", "    level:recall\n    topic: 施行", 1),
    "no space after an option's colon": ("      C: 不报告", "      C:不报告", 1),
    "full-width colon after an option": ("      C: 不报告", "      C：不报告", 1),
    "no space after dash": ("  - id: w-2", "  -id: w-2", 1),
    "tabs": ("      C: 不报告", "\t\t\tC: 不报告", 1),
    "trailing space": ("area: water\n", "area: water  \n", 1),
    "narrow bracket": ("应当公示的有（　　）。", "应当公示的有(  )。", 1),
    "empty bracket": ("应当公示的有（　　）。", "应当公示的有（）。", 1),
    "bracket of one space": ("村民用水，应当（　　）。", "村民用水，应当（ ）。", 1),
    "three underscores": ("自____年____月", "自___年______月", 2),
    "full-width underscores": ("自____年", "自＿＿年", 1),
    "small key": ("    key: B", "    key: b", 1),
    "small keys": ("key: [A, C]", "key: [a, Ｃ]", 2),
    "small option": ("      C: 不报告", "      c: 不报告", 1),
    "half-width comma": ("村民用水，应当", "村民用水,应当", 1),
    "half-width comma and space": ("村民用水，应当", "村民用水, 应当", 1),
    "half-width signs in quotes": ("先取水；再报告", "先取水;再报告", 1),
    "half-width sign in a folded text": ("第一行，说明", "第一行,说明", 1),
    "BOM": ("# 饮水", "\ufeff# 饮水", 1),
}


def mended(text: str) -> tuple[str, int]:
    fixed = fix_content(text.encode())
    again = fix_content(fixed.content)
    assert (again.content, again.changes) == (fixed.content, ())
    return fixed.content.decode(), len(fixed.changes)


def test_the_clean_file_is_clean() -> None:
    assert [d.render() for d in load_bank(CLEAN, "b.yaml").diagnostics] == []
    assert fix_content(CLEAN.encode()).content == CLEAN.encode()


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_mended_and_nothing_else(name: str) -> None:
    right, wrong, count = SLIPS[name]
    assert CLEAN.count(right) == 1
    assert mended(CLEAN.replace(right, wrong)) == (CLEAN, count)


@given(st.sets(st.sampled_from(sorted(SLIPS)), min_size=2, max_size=8))
@settings(max_examples=40, deadline=None)
def test_slips_together(names: set[str]) -> None:
    text = CLEAN
    for name in sorted(names):
        text = text.replace(SLIPS[name][0], SLIPS[name][1])
    assert mended(text)[0] == CLEAN


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends(end: str) -> None:
    assert mended(CLEAN.replace("\n", end)) == (CLEAN, 1)


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_encodings(encoding: str) -> None:
    text = CLEAN.replace("——", "--")
    assert fix_content(text.encode(encoding)).content.decode() == text


LEFT_ALONE = {
    "two brackets": CLEAN.replace("应当（　　）。", "应当( )和( )。"),
    "a judgement's bracket": CLEAN.replace("应当公示的有（　　）。", "应当公示（ ）。").replace("type: multiple", "type: true_false"),
    "a bracket with words": CLEAN.replace("村民用水，", "村民用水（集中式）"),
    "a comma between digits": CLEAN.replace("先报告，再取水", "报告1,000户"),
    "a comma between letters": CLEAN.replace("先报告，再取水", "先报告A,B再取水"),
    "a colon in a title": CLEAN.replace("title: 某法", "title: 某法:修订"),
    "a key that nobody knows": CLEAN.replace("    topic: 施行", "    steam：施行"),
    "an open quote": CLEAN.replace('"先取水；再报告"', '"先取水；再报告'),
    "trailing space inside a text": CLEAN.replace("      第一行\n", "      第一行  \n"),
    "trailing space of a comment": CLEAN.replace("  # 第一题\n", "  # 第一题  \n"),
    "no key letter": CLEAN.replace("key: B", "key: 乙"),
    "true and false": CLEAN.replace("key: B", "key: true"),
    "nothing": "",
    "a list": "- a\n- b",
}


@pytest.mark.parametrize("name", LEFT_ALONE)
def test_what_might_be_meant_is_left_alone(name: str) -> None:
    assert fix_content(LEFT_ALONE[name].encode()).content.decode() == LEFT_ALONE[name]


def test_bytes_that_are_no_text_are_left_alone() -> None:
    for content in (b"\xff\xfe\x00", b"a: \x80\x81\xff", bytes(range(256)), b"[" * 50_000, b"x" * 6_000_000):
        assert fix_content(content).content == content


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_files_stay_as_they_are(path: Path) -> None:
    assert fix_content(path.read_bytes()).changes == ()


def test_a_shipped_file_with_many_slips_comes_back_byte_for_byte() -> None:
    chance = random.Random(7)
    text = (ROOT / "question_banks/general/water.yaml").read_text(encoding="utf-8")
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if ": " in line and "#" not in line and chance.random() < 0.1 and line.strip().startswith(("level", "topic", "valid", "type", "key: [")):
            lines[number] = line.replace(": ", chance.choice(["：", ":", "： "]), 1)
        elif "（　　）" in line and chance.random() < 0.5:
            lines[number] = line.replace("（　　）", chance.choice(["（）", "( )", "（ ）"]))
        elif line and "#" not in line and chance.random() < 0.2:
            lines[number] = line + "  "
    fixed = fix_content("\r\n".join(lines).encode())
    assert fixed.content.decode() == text
    assert len(fixed.changes) > 50


def test_the_place_of_every_scalar_is_known() -> None:
    for scalar in written(CLEAN):
        source = CLEAN[scalar.start : scalar.end]
        assert source.strip("\"'").startswith(scalar.value[:1]) or source[0] in ">|", scalar


@given(st.text(alphabet="ab:-：, \t\n\"'[]{}（） 选A_#|>一二", max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_mended_once_and_never_raises(text: str) -> None:
    once = fix_content(text.encode())
    assert fix_content(once.content).content == once.content
