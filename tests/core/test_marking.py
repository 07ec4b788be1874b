"""Marking by tables: every rule, the blank response, and what is refused before it is stored."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.marking import Why, mark_response
from quiz.core.message import QuizError
from quiz.core.question import TRUE_OPTIONS, Blank, BlankKind, Level, Option, Question, QuestionType, Source
from quiz.core.response import check_response
from quiz.core.rule import Rule, RuleName


def question(kind=QuestionType.MULTIPLE, options="ABCDE", key="ABD", blanks=()):
    return Question(
        uid="q",
        type=kind,
        category="general/x",
        area="water",
        department="d",
        stem="s",
        level=Level.RECALL,
        topic="t",
        source=Source("t", "i", "c"),
        explanation="e",
        valid_from=date(2026, 1, 1),
        options=TRUE_OPTIONS if kind is QuestionType.TRUE_FALSE else tuple(Option(c, c * 2) for c in options),
        key=frozenset(key),
        blanks=blanks,
    )


# full mark 2, options ABCDE, key ABD; with per_option each right option of an incomplete choice earns 0.5
RULES = [Rule(), Rule(RuleName.HALF), Rule(RuleName.PER_OPTION, Decimal("0.5")), Rule(RuleName.PROPORTIONAL)]
TABLE = [
    ("ABD", ("2", "2", "2", "2")),
    ("AB", ("0", "1", "1.0", "1.33")),
    ("A", ("0", "1", "0.5", "0.67")),
    ("ABC", ("0", "0", "0", "0")),
    ("ABCDE", ("0", "0", "0", "0")),
    ("C", ("0", "0", "0", "0")),
    ("", ("0", "0", "0", "0")),
]


@pytest.mark.parametrize(("response", "marks"), TABLE)
def test_multiple_choice_by_every_rule(response, marks):
    for rule, wanted in zip(RULES, marks, strict=True):
        assert mark_response(question(), tuple(response), Decimal(2), rule).mark == Decimal(wanted), rule


def test_incomplete_choice_never_earns_more_than_the_full_mark():
    rule = Rule(RuleName.PER_OPTION, Decimal(5))
    assert mark_response(question(), ("A", "B"), Decimal(2), rule).mark == 2


def test_every_mark_says_why():
    def why(response):
        return mark_response(question(), tuple(response), Decimal(2), Rule(RuleName.HALF)).why

    assert [why(r) for r in ("ABD", "AB", "AC", "")] == [Why.RIGHT, Why.INCOMPLETE, Why.WRONG, Why.BLANK]
    text = mark_response(question(), ("A", "B"), Decimal(2), Rule(RuleName.HALF)).explain().render()
    assert "选对2项，应选3项" in text


def test_true_false_is_a_choice_of_one():
    asked = question(QuestionType.TRUE_FALSE, key="F")
    assert mark_response(asked, ("F",), Decimal(1), Rule()).mark == 1
    assert mark_response(asked, ("T",), Decimal(1), Rule()).mark == 0
    with pytest.raises(QuizError):
        check_response(asked, ["T", "F"])


BLANKS = (Blank(("2025",), BlankKind.NUMBER, "年"), Blank(("五", "5"), BlankKind.NUMBER, "月"), Blank(("自治",)))


@pytest.mark.parametrize(
    ("texts", "mark", "why"),
    [
        (("2025", "5", "自治"), "3", Why.RIGHT),
        (("二〇二五年", "五", "自 治。"), "3", Why.RIGHT),
        (("2024", "5", "自治"), "2", Why.PARTLY_RIGHT),
        (("", "", "法治"), "0", Why.WRONG),
        (("2025", "5", "村民自治"), "2", Why.NEEDS_REVIEW),
        ((), "0", Why.BLANK),
    ],
)
def test_fill_in_gives_each_blank_its_share(texts, mark, why):
    found = mark_response(question(QuestionType.FILL_IN, "", "", BLANKS), texts, Decimal(3), Rule())
    assert (found.mark, found.why) == (Decimal(mark), why)


def test_a_decision_settles_what_no_rule_can():
    asked = question(QuestionType.FILL_IN, "", "", BLANKS)
    for share, mark in ((Fraction(1), 3), (Fraction(0), 2)):
        decisions = {("q", 2, "村民自治"): share}
        found = mark_response(asked, ("2025", "5", "村民自治"), Decimal(3), Rule(), decisions)
        assert found.mark == mark
        assert not found.needs_review


def test_shares_are_rounded_half_up_to_hundredths():
    found = mark_response(question(QuestionType.FILL_IN, "", "", BLANKS), ("2025", "", ""), Decimal("0.5"), Rule())
    assert found.mark == Decimal("0.17")  # 0.5 / 3 = 0.1666…


@pytest.mark.parametrize("value", [None, "A", {"A": 1}, [1], ["Z"], ["A", "B"], [["A"]]])
def test_a_response_that_cannot_be_one_is_refused(value):
    with pytest.raises(QuizError):
        check_response(question(QuestionType.SINGLE, "ABCD", "A"), value)


@pytest.mark.parametrize("value", [["a"], ["a", "b", "c", "d"], ["x" * 501, "", ""]])
def test_blanks_that_do_not_fit_are_refused(value):
    with pytest.raises(QuizError):
        check_response(question(QuestionType.FILL_IN, "", "", BLANKS), value)


def test_doubled_options_collapse_and_empty_blanks_are_no_response():
    assert check_response(question(), ["B", "A", "B"]) == ("A", "B")
    assert check_response(question(QuestionType.FILL_IN, "", "", BLANKS), [" ", "", "\0"]) == ()


@given(st.sets(st.sampled_from("ABCDE"), min_size=1), st.sets(st.sampled_from("ABCDE")), st.sampled_from(RULES))
def test_no_rule_leaves_the_range_or_rewards_a_wrong_option(key, chosen, rule):
    found = mark_response(question(key="".join(key)), tuple(sorted(chosen)), Decimal(2), rule)
    assert 0 <= found.mark <= 2
    if chosen - key or not chosen:
        assert found.mark == 0
    if chosen == key:
        assert found.mark == 2
