"""What setters really type wrong in YAML, and what somebody might send on purpose: each with its place and rule."""

from __future__ import annotations

import pytest

from quiz.banks.problems import Problems
from quiz.banks.source_text import MAX_BYTES
from quiz.banks.yaml_tree import Mapping, Scalar, parse_yaml

BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b, *b]\n"

CASES = {
    "tab": ("a: 1\nb:\n\tc: 2\n", ["3:1 Y002"]),
    "tab after spaces": ("b:\n  \tc: 2\n\t- d\n", ["2:3 Y002", "3:1 Y002"]),
    "doubled key": ("a: 1\nb: 2\na: 3\n", ["3:1 Y003"]),
    "doubled key in a flow map": ("- {k: 1, k: 2}\n", ["1:10 Y003"]),
    "alias bomb": (BOMB, ["1:4 Y004", "2:4 Y004", "2:8 Y004", "2:12 Y004", "3:5 Y004", "3:9 Y004", "3:13 Y004"]),
    "tag": ("a: !!python/object/apply:os.system [id]\n", ["1:4 Y005"]),
    "directive": ("%YAML 1.1\n---\na: 1\n", ["1:1 Y005"]),
    "second document": ("a: 1\n---\nb: 2\n", ["2:1 Y006"]),
    "list as key": ("a: 1\n? [b]\n: 2\n", ["2:3 Y007"]),
    "brackets without end": ("[" * 50_000, ["1:21 Y008"]),
    "maps without end": ("{a: " * 50_000, ["1:81 Y008"]),
    "dashes without end": ("- " * 50_000, ["1:41 Y008"]),
    "too big": ("#" * (MAX_BYTES + 1), ["1:1 Y009"]),
    "GBK": ("a: 1\nb: 题库".encode("gbk"), ["2:4 Y010"]),
    "UTF-16": ("a: 题库".encode("utf-16"), ["1:1 Y010"]),
    "no text at all": (b"a: \xff\xfe\xfd\xff", ["1:4 Y010"]),
    "NUL": ("a: b\n\0", ["2:1 Y011"]),
    "right-to-left mark": ("a: b\u202ec\n", ["1:5 Y011"]),
    "zero-width space": ("a: 是\u200b否\r\nb: \u200b\r\n", ["1:5 Y011", "2:4 Y011"]),
    "mark in the middle": ("a: b\n\ufeffb: c\n", ["2:1 Y011"]),
    "empty": ("", ["1:1 Y012"]),
    "only space": ("\ufeff \n\n", ["1:1 Y012"]),
    "only a comment": ("# 题库\n", ["1:1 Y012"]),
    "full-width colon": ("a:\n  level: recall\n  topic：动态监测\n  b: c\n", ["3:8 Y013"]),
    "full-width colon at the end": ("a: 1\nb：2\n", ["2:2 Y013"]),
    "full-width colon before a list": ("questions：\n  - id: a\n    b: c\n", ["1:10 Y013"]),
    "no space after colon": ("a: 1\nkey:A\nb: 2\n", ["2:4 Y014"]),
    "no space after the first colon": ("- id:a\n  type: single\n", ["1:5 Y014"]),
    "no space after dash": ("a:\n  - x\n  -y\n", ["3:3 Y014"]),
    "no space after the first dash": ("a:\n  -x\n  - y\n", ["2:3 Y014"]),
    "text after quote": ('a: 1\nstem: "三保障"是指什么\n', ["2:12 Y015"]),
    "text after single quote": ("a: 1\nstem: '三保障'是指什么\nb: 1\n", ["2:12 Y015"]),
    "star": ("a: *三保障\n", ["1:4 Y016"]),
    "percent": ("a: %三保障\n", ["1:4 Y016"]),
    "ampersand": ("a: &三\n", ["1:4 Y016"]),
    "exclamation mark": ("a: !三\n", ["1:4 Y016"]),
    "at": ("a: @三\n", ["1:4 Y016"]),
    "backtick": ("a: `三\n", ["1:4 Y016"]),
    "text that starts with a brace": ("stem: {name}共有____户。\nb: 1\n", ["1:7 Y016"]),
    "colon in text": ("stem: 问题: 是\n", ["1:9 Y017"]),
    "open quote": ('a:\n  stem: "abc\n  b: 1\n', ["2:9 Y018"]),
    "open bracket": ("a: [1, 2\nb: 3\n", ["1:4 Y018"]),
    "full-width comma": ("a: {b: x，c: y}\n", ["1:9 Y018"]),
    "half-written quote": ('questions:\n  - id: a\n    stem: "未写完', ["3:11 Y018"]),
    "half-written key": ("questions:\n  - id: a\n    opt", ["3:5 Y001"]),
    "half-written map": ("questions:\n  - {id: a, b", ["2:5 Y018"]),
    "indentation": ("a: 1\n b: 2\n", ["2:3 Y001"]),
    "key out of line": ("a:\n    b: 1\n  c: 2\n", ["3:3 Y001"]),
    "backslash": ('a: "\\d"\n', ["1:5 Y001"]),
}


def places(content: str | bytes) -> list[str]:
    problems = Problems("f.yaml")
    parse_yaml(content, problems)
    return [f"{d.line}:{d.column} {d.rule}" for d in problems.told()]


@pytest.mark.parametrize("name", CASES)
def test_a_slip_is_told_at_its_place(name: str) -> None:
    content, expected = CASES[name]
    assert places(content) == expected


@pytest.mark.parametrize("name", CASES)
def test_every_message_is_a_sentence_that_can_be_filled_in(name: str) -> None:
    problems = Problems("f.yaml")
    parse_yaml(CASES[name][0], problems)
    for diagnostic in problems.told():
        assert diagnostic.render().startswith("f.yaml:")
        assert diagnostic.message.render().endswith("。")


@pytest.mark.parametrize("text", ["no", "yes", "on", "是", "否", "1:30", "010", "0x1F", "1e3", "2024-01-01", "true", "12:30:45", "1_000", "=", "<<"])
def test_a_scalar_stays_as_written(text: str) -> None:
    problems = Problems("f.yaml")
    node = parse_yaml(f"a: {text}\n", problems)
    assert not problems.told()
    assert isinstance(node, Mapping)
    assert node.entries["a"].value == Scalar(text, 1, 4, plain=True)


@pytest.mark.parametrize("content", ["a: 是\nb: 2\n", "\ufeffa: 是\nb: 2\n", "a: 是\r\nb: 2\r\n", "a: 是\rb: 2\r", "\ufeffa: 是\nb: 2\n".encode()])
def test_marks_and_line_ends_make_no_difference(content: str | bytes) -> None:
    problems = Problems("f.yaml")
    node = parse_yaml(content, problems)
    assert not problems.told()
    assert isinstance(node, Mapping)
    assert [(key, entry.line, entry.value) for key, entry in node.entries.items()] == [("a", 1, Scalar("是", 1, 4)), ("b", 2, Scalar("2", 2, 4))]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("a: >-\n  中文一行\n  又一行 and\n  English\n\n  第二段\n", "中文一行又一行 and English\n第二段"),
        ("a: 中文 一\n  行接着\n", "中文 一行接着"),
        ('a: "中文\n  接着"\n', "中文接着"),
        ("a: |\n  中文\n  接着\n", "中文\n接着\n"),
        ("a: >\n  中文\n  接着", "中文接着"),
    ],
)
def test_a_folded_line_leaves_no_space_between_chinese_characters(content: str, text: str) -> None:
    node = parse_yaml(content, Problems("f.yaml"))
    assert isinstance(node, Mapping)
    value = node.entries["a"].value
    assert isinstance(value, Scalar)
    assert value.text == text


def test_too_many_problems_end_in_one_line() -> None:
    told = places("".join(f"a{i}: !x 1\n" for i in range(500)))
    assert len(told) == 201
    assert told[-1] == "201:7 Y020"


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_a_file_cut_anywhere_never_raises(cut: int) -> None:
    text = 'questions:\n  - id: a-1\n    stem: "根据《办法》，下列正确的是（　　）。"\n    options: {A: 一, B: "二"}\n'
    content = (text + "    key: [A, B]\n    explanation: >-\n      说明\n").encode()
    places(content[: cut % len(content)])
