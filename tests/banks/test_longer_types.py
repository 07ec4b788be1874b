"""Orderings, matchings, short answers and cases in YAML: read as written, and refused with the place of the fault."""

from decimal import Decimal

import pytest

from quiz.banks.bank_file import load_bank
from quiz.core.fill_in import judge_blanks
from quiz.core.question import QuestionType, key_text

HEAD = """\
category: general/x
area: monitoring
department: 县农业农村局
label: sample
documents:
  d: {title: 文件, issuer: 机关, date: 2026-01-01}
questions:
"""
COMMON = """\
    level: application
    topic: t
    source: {document: d, clause: 第一条}
    valid_from: 2026-01-01
    valid_to: open
    explanation: 解析
"""


def load(body):
    return load_bank(HEAD + body + COMMON, "b.yaml")


def one(body):
    found = load(body)
    assert [d.render() for d in found.diagnostics] == []
    return found.value.questions[0]


def test_an_ordering_lists_its_items_in_the_right_order():
    question = one("  - id: q1\n    type: ordering\n    stem: 按程序排列。\n    items: [入户核实, 民主评议, 县级审定]\n")
    assert (question.type, key_text(question)) == (QuestionType.ORDERING, "ABC")


def test_a_matching_lists_pairs_and_extra_texts():
    question = one("  - id: q1\n    type: matching\n    stem: 对应起来。\n    pairs:\n      - [甲, 一]\n      - [乙, 二]\n    extra: [三]\n")
    assert [option.text for option in question.options] == ["一", "二", "三"]
    assert question.key == {"1A", "2B"}


def test_a_short_answer_has_points_with_marks():
    question = one(
        "  - id: q1\n    type: short_answer\n    stem: 简述。\n    model_answer: 先核实。\n"
        "    points:\n      - {text: 核实收入, marks: 2, keywords: [收入]}\n      - {text: 民主评议, marks: 3}\n"
    )
    assert [(point.marks, point.keywords) for point in question.points] == [(Decimal(2), ("收入",)), (Decimal(3), ())]


def test_a_case_keeps_its_questions_together():
    question = one(
        "  - id: q1\n    type: case\n    stem: 某村有一户农户。\n    parts:\n"
        "      - type: single\n        stem: 应当怎样办（　　）。\n        options: {A: 甲, B: 乙}\n        key: B\n        marks: 2\n"
        "      - type: fill_in\n        stem: 公示____日。\n        blanks: [5]\n        explanation: 小题解析\n"
    )
    first, second = question.parts
    assert (first.uid, first.part_marks, first.key, first.explanation) == ("q1#1", Decimal(2), frozenset("B"), "解析")
    assert (second.uid, second.blanks[0].answers, second.explanation, second.source) == ("q1#2", ("5",), "小题解析", question.source)


def test_a_blank_may_have_room_and_marks_of_its_own():
    question = one(
        "  - id: q1\n    type: fill_in\n    stem: 收入____万元。\n"
        "    blanks:\n      - {answers: 24.3, unit: 万元, unit_required: true, tolerance: 1%, marks: 2}\n"
    )
    (blank,) = question.blanks
    assert (blank.tolerance, blank.weight, blank.unit_required) == ("1%", Decimal(2), True)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("  - id: q1\n    type: ordering\n    stem: 排列。\n    items: [甲, 甲]\n", "b.yaml:11:16: Q203"),
        ("  - id: q1\n    type: ordering\n    stem: 排列。\n    items: [甲]\n", "b.yaml:11:12: Q210"),
        ("  - id: q1\n    type: ordering\n    stem: 排列。\n    options: {A: 甲, B: 乙}\n", "b.yaml:11:5: Q212"),
        ("  - id: q1\n    type: matching\n    stem: 对应。\n    pairs:\n      - [甲, 一, 二]\n      - [乙, 二]\n", "b.yaml:12:9: Q210"),
        ("  - id: q1\n    type: short_answer\n    stem: 简述。\n    points:\n      - {text: 要点}\n", "b.yaml:12:9: F102"),
        ("  - id: q1\n    type: case\n    stem: 情况。\n    parts:\n      - type: case\n        stem: 又一个\n", "b.yaml:12:15: F104"),
        (
            "  - id: q1\n    type: case\n    stem: 情况。\n    parts:\n      - type: single\n        stem: 怎么办（　　）。\n"
            "        options: {A: 甲, B: 乙}\n        key: C\n",
            "b.yaml:15:14: Q202",
        ),
        ("  - id: q1\n    type: fill_in\n    stem: 收入____。\n    blanks:\n      - {answers: 24.3, tolerance: 大概}\n", "b.yaml:12:36: Q214"),
        ("  - id: q1\n    type: fill_in\n    stem: 收入____。\n    blanks:\n      - {answers: 24.3, unit_required: true}\n", "b.yaml:12:40: Q214"),
    ],
)
def test_faults_are_named_at_their_place(body, place):
    assert any(d.render().startswith(place) for d in load(body).diagnostics), [d.render() for d in load(body).diagnostics]


def test_blanks_may_change_places_within_their_group():
    blanks = "[{answers: 自治, group: a}, {answers: 法治, group: a}, {answers: 德治}]"
    question = one(f"  - id: q1\n    type: fill_in\n    stem: 实行____、____和____。\n    blanks: {blanks}\n")
    assert [blank.group for blank in question.blanks] == ["a", "a", ""]
    assert judge_blanks(question.blanks, ["法治", "自治", "德治"]) == ["right"] * 3
    assert judge_blanks(question.blanks, ["德治", "自治", "法治"]).count("right") == 1
