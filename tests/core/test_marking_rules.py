"""Every rule for choices by a worked table (the arithmetic is in docs/marking.md), its edges, and what no rule may do."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.core.contest import Contest
from quiz.core.fill_in import Verdict, judge
from quiz.core.marking import Why, choice_marks, mark_response, score_of
from quiz.core.question import Blank, BlankKind, QuestionType
from quiz.core.rule import FOR_CONTESTS, MULTIPLE_RULES, Rule, RuleName
from tests.core.test_marking import question

HALF_MARK = Decimal("0.5")
RULES = {
    "all": Rule(),
    "half": Rule(RuleName.HALF),
    "per": Rule(RuleName.PER_OPTION, HALF_MARK),
    "fixed": Rule(RuleName.FIXED_PARTIAL, Decimal(1)),
    "share": Rule(RuleName.PROPORTIONAL),
    "rmw": Rule(RuleName.RIGHT_MINUS_WRONG),
    "mild": Rule(RuleName.RMW_MILD),
    "plus": Rule(RuleName.PLUS_MINUS),
    "deep": Rule(RuleName.PLUS_MINUS, Decimal(-2)),
    "each": Rule(RuleName.EACH_OPTION),
    "rip": Rule(RuleName.RIPKEY),
}
# full marks 2, options A to E, key ABD
#            all  half per    fixed share  rmw    mild   plus   deep   each   rip
TABLE = {
    "ABD":   ("2", "2", "2",   "2", "2",   "2",   "2",   "2",   "2",    "2",   "2"),
    "AB":    ("0", "1", "1",   "1", "4/3", "4/3", "4/3", "4/3", "4/3",  "8/5", "4/3"),
    "A":     ("0", "1", "1/2", "1", "2/3", "2/3", "2/3", "2/3", "2/3",  "6/5", "2/3"),
    "ABC":   ("0", "0", "0",   "0", "0",   "1/3", "1/3", "2/3", "2/3",  "6/5", "4/3"),
    "ABCD":  ("0", "0", "0",   "0", "0",   "1",   "1",   "4/3", "4/3",  "8/5", "0"),
    "ABCDE": ("0", "0", "0",   "0", "0",   "0",   "0",   "2/3", "2/3",  "6/5", "0"),
    "C":     ("0", "0", "0",   "0", "0",   "0",   "0",   "0",   "-2/3", "2/5", "0"),
    "CE":    ("0", "0", "0",   "0", "0",   "0",   "0",   "0",   "-4/3", "0",   "0"),
    "":      ("0", "0", "0",   "0", "0",   "0",   "0",   "0",   "0",    "0",   "0"),
}  # fmt: skip
CASES = [(response, name, mark) for response, row in TABLE.items() for name, mark in zip(RULES, row, strict=True)]


def exact(rule, response, key="ABD", options=5, full=2):
    chosen, right = set(response), set(key)
    return choice_marks(rule, Fraction(full), len(chosen & right), len(chosen - right), len(right), options)


@pytest.mark.parametrize(("response", "name", "mark"), CASES)
def test_the_worked_table(response, name, mark):
    assert exact(RULES[name], response) == Fraction(mark)
    if not mark.startswith("-"):
        found = mark_response(question(), tuple(response), Decimal(2), RULES[name])
        assert found.mark == Decimal(round(Fraction(mark) * 100)) / 100


@pytest.mark.parametrize(
    ("name", "key", "options", "response", "full", "mark"),
    [
        ("rmw", "ABCD", 4, "ABC", 4, "3"),  # k = m: nothing can be wrong
        ("mild", "ABCD", 4, "AB", 4, "2"),
        ("plus", "ABCD", 4, "A", 4, "1"),
        ("mild", "ABC", 4, "ABCD", 6, "3"),  # one wrong option alone costs a half: 6·(3/3 − 1/2)
        ("rmw", "ABC", 4, "ABCD", 6, "0"),  # and here everything: 6·(3/3 − 1/1)
        ("half", "B", 4, "A", 1, "0"),  # k = 1: there is no incomplete choice
        ("half", "B", 4, "AB", 1, "0"),
        ("per", "AB", 4, "A", 2, "1/2"),
        ("fixed", "AB", 4, "A", "1/2", "1/2"),  # a value above the full marks gives no more than these
        ("share", "ABD", 4, "AD", 6, "4"),
        ("each", "T", 2, "F", 1, "0"),
        ("rip", "AC", 4, "AB", 6, "3"),
    ],
)
def test_edges(name, key, options, response, full, mark):
    assert exact(RULES[name], response, key, options, Fraction(full)) == Fraction(mark)


def test_what_a_wrong_answer_costs_is_explained():
    asked = question(QuestionType.SINGLE, "ABCD", "A")
    rule = Rule(RuleName.PENALTY, Decimal("0.25"))
    found = [mark_response(asked, response, Decimal(2), rule).mark for response in (("A",), ("B",), ())]
    assert found == [2, Decimal("-0.5"), 0]
    assert rule.describe(QuestionType.SINGLE).render() == "错选倒扣0.25倍的分值，不选不得分"
    wrong = mark_response(asked, ("B",), Decimal(2), Rule(RuleName.DEDUCT, Decimal("1.50")))
    assert (wrong.mark, wrong.why, wrong.explain().render()) == (Decimal("-1.50"), Why.DEDUCTED, "答错，倒扣1.5分。")
    assert wrong.rule.describe(QuestionType.SINGLE).render() == "答错倒扣1.50分，不答不得分也不扣分"
    assert wrong.rule.describe(QuestionType.MULTIPLE).render() == "答错倒扣1.50分，少选、不选不得分也不扣分"
    assert FOR_CONTESTS == (RuleName.PENALTY, RuleName.DEDUCT)


TAKING = [Rule(RuleName.DEDUCT, Decimal(1)), Rule(RuleName.DEDUCT, Decimal("0.37")), Rule(RuleName.PLUS_MINUS, Decimal(-2))]


@settings(deadline=None)
@given(st.sampled_from(TAKING), st.sets(st.sampled_from("ABCDE")), st.sets(st.sampled_from("ABCDE"), min_size=1), st.sampled_from(["2", "2.5", "7"]))
def test_no_response_costs_more_than_its_rule_says(rule, response, key, full):
    """A mark of a contest lies between what its rule may take and the full marks; only a wrong option costs anything, and only then is it told."""
    found = mark_response(question(key="".join(sorted(key))), tuple(sorted(response)), Decimal(full), rule)
    assert -rule.most_taken(Decimal(full)) <= found.mark <= Decimal(full)
    assert (found.mark < 0) == (found.why is Why.DEDUCTED)
    if response <= key:
        assert found.mark >= 0


MARKS = st.lists(st.tuples(st.integers(-300, 300), st.integers(0, 300)), max_size=12)


@settings(deadline=None)
@given(MARKS, st.sampled_from(Contest))
def test_a_total_stops_at_0_unless_a_contest_lets_it_fall(pairs, contest):
    earned, full = sum(min(most, max(-most, mark)) for mark, most in pairs), sum(most for _, most in pairs)
    total = score_of(earned, full, full, contest)
    assert total == (earned if contest is Contest.BELOW_ZERO else max(0, earned))
    assert -full <= total <= full


def test_every_rule_is_described_and_a_mixed_choice_says_what_was_right_and_wrong():
    assert set(MULTIPLE_RULES) == set(RuleName)
    for rule in RULES.values():
        assert "{" not in rule.describe(QuestionType.MULTIPLE).render()
    mixed = mark_response(question(), tuple("ABC"), Decimal(2), RULES["rmw"])
    assert (mixed.why, mixed.mark, mixed.explain().render()) == (Why.MIXED, Decimal("0.33"), "选对2项，错选1项，应选3项。")
    assert mark_response(question(), tuple("CE"), Decimal(2), RULES["plus"]).why is Why.WRONG


@given(
    st.integers(1, 8)
    .flatmap(lambda m: st.tuples(st.just(m), st.integers(1, m)))
    .flatmap(lambda mk: st.tuples(st.just(mk[0]), st.just(mk[1]), st.integers(0, mk[1]), st.integers(0, mk[0] - mk[1]))),
    st.sampled_from([name for name in RULES if name != "deep"]),
)
def test_no_rule_of_a_sitting_leaves_its_range(case, name):
    """Between 0 and the full marks; blank is 0; only under rules of which it is said does a choice with a wrong option reach the full marks."""
    options, key, right, wrong = case
    mark = choice_marks(RULES[name], Fraction(2), right, wrong, key, options)
    assert 0 <= mark <= 2
    if not right + wrong:
        assert mark == 0
    if right == key and not wrong:
        assert mark == 2
    if wrong:
        assert mark < 2


@pytest.mark.parametrize(
    ("text", "verdict"),
    [("20人", "right"), ("二十名", "right"), ("20", "review"), ("二十", "review"), ("21", "wrong"), ("20天", "wrong"), ("约20人", "review")],
)
def test_a_unit_that_is_required_is_asked_of_a_person_when_it_is_missing(text, verdict):
    assert judge(Blank(("20",), BlankKind.NUMBER, "人", unit_required=True), text) == Verdict(verdict)
