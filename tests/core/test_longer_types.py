"""Orderings, matchings, short answers and cases: responses, marks and slots."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.assembly.papers import split_marks
from quiz.core.blueprint import Blueprint, Cell, Section
from quiz.core.fill_in import Verdict, judge
from quiz.core.frozen import freeze, thaw
from quiz.core.marking import Why, mark_response
from quiz.core.message import QuizError
from quiz.core.paper import Paper, section_heading
from quiz.core.question import Blank, BlankKind, Level, Option, Point, Question, QuestionType, Revision, Source, key_text, response_text
from quiz.core.response import check_response
from quiz.core.rule import Rule, RuleName
from tests.assembly.made import paper_of
from tests.keyless import without_key

ITEMS = tuple(Option(c, f"第{c}步") for c in "ABCD")
BY_PAIRS = Rule(RuleName.PROPORTIONAL)


def question(kind, uid="q", **parts):
    return Question(
        uid=uid,
        type=kind,
        category="general/x",
        area="monitoring",
        department="d",
        stem="题干",
        level=Level.APPLICATION,
        topic="t",
        source=Source("文件", "机关", "第一条"),
        explanation="解析",
        valid_from=date(2026, 1, 1),
        **parts,
    )


ORDERING = question(QuestionType.ORDERING, options=ITEMS, key=frozenset({"1B", "2A", "3D", "4C"}))
MATCHING = question(
    QuestionType.MATCHING, options=ITEMS, prompts=(Option("1", "甲"), Option("2", "乙"), Option("3", "丙")), key=frozenset({"1C", "2A", "3B"})
)
SHORT = question(QuestionType.SHORT_ANSWER, points=(Point("收入", Decimal(2)), Point("评议", Decimal(3))))


@pytest.mark.parametrize(
    ("response", "all_or_nothing", "by_pairs", "why"),
    [
        (("1B", "2A", "3D", "4C"), 4, 4, Why.RIGHT),
        (("1B", "2A", "3C", "4D"), 0, 2, Why.SOME_PAIRS),
        (("1B",), 0, 1, Why.SOME_PAIRS),
        (("1A", "2B"), 0, 0, Why.SOME_PAIRS),
        ((), 0, 0, Why.BLANK),
    ],
)
def test_an_ordering_earns_all_or_by_its_right_places(response, all_or_nothing, by_pairs, why):
    assert mark_response(ORDERING, response, Decimal(4), Rule()).mark == all_or_nothing
    found = mark_response(ORDERING, response, Decimal(4), BY_PAIRS)
    assert (found.mark, found.why) == (by_pairs, why)


def test_pairs_are_read_as_letters_in_the_order_shown():
    shown = ORDERING.with_options(tuple(reversed(ITEMS)))  # D C B A are printed as A B C D
    assert key_text(shown) == "CDAB"
    assert response_text(shown, ("1B", "3D")) == "C－A－"
    assert key_text(MATCHING) == "1－C，2－A，3－B"


@pytest.mark.parametrize("value", [["9A"], ["1Z"], ["1A", "1B"], ["A"], [""] * 2 + ["4A", "4B"]])
def test_pairs_that_cannot_be_are_refused(value):
    with pytest.raises(QuizError, match="bad_response"):
        check_response(ORDERING, value)


def test_empty_choices_are_no_response():
    assert check_response(MATCHING, ["", "2A", ""]) == ("2A",)
    assert check_response(MATCHING, ["", ""]) == ()


def test_a_short_answer_waits_for_a_person_and_earns_what_is_decided():
    waiting = mark_response(SHORT, ("核实收入",), Decimal(5), Rule())
    assert (waiting.mark, waiting.why, waiting.needs_review, waiting.verdicts) == (0, Why.NEEDS_MARKING, True, (Verdict.REVIEW,))
    judged = mark_response(SHORT, ("核实收入",), Decimal(5), Rule(), {("q", 0, "核实收入"): Fraction(2, 5)})
    assert (judged.mark, judged.why) == (2, Why.JUDGED)
    assert mark_response(SHORT, (), Decimal(5), Rule()).why is Why.BLANK
    with pytest.raises(QuizError):
        check_response(SHORT, ["字" * 4001])


def test_blanks_may_weigh_differently_and_numbers_may_have_room():
    blanks = (Blank(("24.3",), BlankKind.NUMBER, "万元", tolerance="1%"), Blank(("自治",), weight=Decimal(3)))
    asked = question(QuestionType.FILL_IN, blanks=blanks)
    assert mark_response(asked, ("24.5", "法治"), Decimal(4), Rule()).mark == 1
    assert mark_response(asked, ("24.6万元", "自治"), Decimal(4), Rule()).mark == 3
    assert judge(Blank(("10",), BlankKind.NUMBER, tolerance="0.5"), "10.5") is Verdict.RIGHT
    assert judge(Blank(("10",), BlankKind.NUMBER, tolerance="0.5"), "10.6") is Verdict.WRONG


def case(uid="c"):
    parts = tuple(replace(question(QuestionType.SINGLE, f"{uid}#{n}", options=ITEMS, key=frozenset("B")), part_marks=Decimal(n)) for n in (1, 2))
    return question(QuestionType.CASE, uid, parts=parts)


def test_a_case_stays_whole_and_its_parts_share_the_marks():
    plan = Blueprint(
        "b", "t", 60, Decimal(1), (Section("案例分析题", QuestionType.CASE, Decimal(10), (Cell(2),), Rule()),)
    )  # fmt: skip
    pool = [Revision(1, "d", case(f"c{i}")) for i in range(3)]
    paper = paper_of(plan, pool)
    assert [slot.part for slot in paper.slots] == [1, 2, 1, 2]
    assert paper.slots[0].case == paper.slots[1].case != paper.slots[2].case
    assert [slot.max_mark for slot in paper.slots[:2]] == [Decimal("3.33"), Decimal("6.67")]
    assert sum(slot.max_mark for slot in paper.slots) == paper.total == 20
    assert "每题10分，共20分" in section_heading(paper, 0).render()
    assert thaw(Paper, freeze(paper)) == paper


def test_an_ordering_is_never_shown_in_its_right_order():
    two = replace(ORDERING, options=ITEMS[:2], key=frozenset({"1A", "2B"}))
    plan = Blueprint("b", "t", 60, Decimal(1), (Section("排序题", two.type, Decimal(1), (Cell(1),), Rule()),))
    for n in range(20):
        (slot,) = paper_of(plan, [Revision(1, "d", two)], b"%d" % n).slots
        assert key_text(slot.question) == "BA"


@given(st.decimals(1, 100, places=2), st.lists(st.decimals("0.1", 9, places=1), min_size=1, max_size=6))
def test_split_marks_add_up(total, weights):
    shares = split_marks(total, weights)
    assert sum(shares) == total
    assert all(share >= 0 for share in shares)


def test_nothing_of_the_key_reaches_the_trainee():
    plan = Blueprint("b", "t", 60, Decimal(1), tuple(Section("x", q.type, Decimal(1), (Cell(1),), Rule()) for q in (ORDERING, MATCHING, SHORT)))
    pool = [Revision(1, "d", replace(q, uid=f"q{i}")) for i, q in enumerate((ORDERING, MATCHING, SHORT))]
    paper = paper_of(plan, pool)
    shown = freeze(without_key(paper))
    assert all(not {"key", "points", "model_answer"} & set(slot["question"]) for slot in shown["slots"])
