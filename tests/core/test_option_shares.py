"""Marks by each option's share, as Moodle has them: from 0 to full marks, the key earns everything, and a changed key has no shares."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.correction import Correction, NewKey, Remedy, as_shown, mark_corrected
from quiz.core.frozen import freeze, thaw
from quiz.core.marking import Why, exact_marks, mark_response
from quiz.core.option_shares import FINEST, percent_each, share_faults
from quiz.core.paper import hide_key
from quiz.core.question import Option, Question, QuestionType
from quiz.core.rule import Rule, RuleName
from tests.core.test_marking import question

RULE = Rule(RuleName.OPTION_SHARES)


def asked(*shares: str, key: str = "AB") -> Question:
    """A question whose options A, B, … have these shares."""
    made = tuple(Option(letter, letter * 2, share=Decimal(share) if share else None) for letter, share in zip("ABCDEFGH", shares, strict=False))
    return replace(question(key=key), options=made)


def faults(*shares: str, key: str = "AB") -> list[tuple[str, str]]:
    found = asked(*shares, key=key)
    assert all(message.render() for _, _, message in share_faults(found.options, found.key))
    return [(name, rule) for name, rule, _ in share_faults(found.options, found.key)]


@pytest.mark.parametrize(
    ("shares", "key", "found"),
    [
        (("50", "50", "-50", "0"), "AB", []),
        (("", "", "", ""), "AB", []),
        (("100", "-50", "-50"), "A", []),
        (("33.3", "33.3", "33.3", "-1"), "ABC", []),
        (("50", "50.1", "-1.1"), "AB", []),
        (("50", "50", "-50", ""), "AB", [("D", "Q220")]),
        (("50", "50", "10", "-50"), "AB", [("C", "Q221")]),
        (("50", "0", "-50"), "AB", [("B", "Q221")]),
        (("50", "-50", "-50", ""), "AB", [("B", "Q221"), ("D", "Q220")]),
        (("50", "40", "-50"), "AB", [("", "Q222")]),
        (("50", "50.2", "-50"), "AB", [("", "Q222")]),
        (("50", "50", "0", "0"), "AB", [("", "Q223")]),
        (("50", "50", "-0.5"), "AB", [("", "Q223")]),
        (("50", "30", "20"), "ABC", [("", "Q223")]),
    ],
)
def test_what_contradicts_the_key_or_itself_is_found(shares, key, found):
    assert faults(*shares, key=key) == found


def test_a_share_is_written_as_moodle_writes_it():
    assert [percent_each(n) for n in (1, 2, 3, 7)] == ["100", "50", "33.33333", "14.28571"]


@st.composite
def questions(draw):
    """A question that the bank takes: uneven shares of the key, cut to five decimals, and something to lose."""
    size = draw(st.integers(2, 8))
    count = draw(st.integers(1, size - 1))
    weights = draw(st.lists(st.integers(1, 50), min_size=count, max_size=count))
    right = [round(Decimal(100) * weight / sum(weights), FINEST) for weight in weights]
    wrong = draw(st.lists(st.integers(-100, 0), min_size=size - count, max_size=size - count).filter(lambda found: sum(found) <= -2))
    order = draw(st.permutations("ABCDEFGH"[:size]))
    made = [Option(name, name, share=share) for name, share in zip(order, [*right, *map(Decimal, wrong)], strict=True)]
    return replace(question(key="".join(order[:count])), options=tuple(sorted(made, key=lambda option: option.id)))


@given(questions(), st.data(), st.sampled_from(["1", "2", "2.5", "0.01"]))
def test_every_choice_earns_from_0_to_full_marks_and_everything_less_than_the_key(one, data, full):
    assert share_faults(one.options, one.key) == []
    marks = Decimal(full)
    chosen = frozenset(data.draw(st.sets(st.sampled_from([option.id for option in one.options]))))
    found, exact = mark_response(one, tuple(sorted(chosen)), marks, RULE), exact_marks(one, chosen, Fraction(marks), RULE)
    assert 0 <= found.mark <= marks
    assert 0 <= exact <= Fraction(marks)
    if chosen < one.key:
        assert exact < Fraction(marks)
    assert exact_marks(one, frozenset(option.id for option in one.options), Fraction(marks), RULE) < Fraction(marks)
    assert mark_response(one, tuple(sorted(one.key)), marks, RULE).mark == marks
    assert mark_response(one, (), marks, RULE).mark == 0
    assert thaw(Question, freeze(one)) == one


@pytest.mark.parametrize("rule", [rule for rule in RuleName if rule is not RuleName.OPTION_SHARES])
def test_no_other_rule_looks_at_shares(rule):
    value = Decimal("0.5")
    plain = question(options="ABCD", key="AB")
    shared = replace(plain, options=asked("90", "10", "-100", "0").options)
    for response in ("A", "B", "AB", "ABC", "CD", ""):
        assert mark_response(shared, tuple(response), Decimal(2), Rule(rule, value)) == mark_response(
            plain, tuple(response), Decimal(2), Rule(rule, value)
        )


def test_the_heading_says_it_in_words():
    assert RULE.describe(QuestionType.MULTIPLE).render() == "各选项按命题时定的比例得分或扣分，本题扣完为止，不选不得分"
    assert not RULE.takes_marks


def test_a_question_without_shares_is_frozen_as_before():
    plain = freeze(question())
    assert "share" not in str(plain)
    assert freeze(asked("50", "50", "-50", "0"))["options"][3] == {"id": "D", "text": "DD", "share": "0"}


def test_nothing_tells_a_share_before_the_key_is_told():
    hidden = hide_key(asked("50", "50", "-37.5", "0"))
    assert not hidden.has_shares
    assert "37.5" not in str(freeze(hidden))
    plain = question()
    assert hide_key(plain).options is plain.options


def test_a_changed_key_has_none_of_the_shares_that_spoke_of_the_old_one():
    """The new key's options earn alike, and a wrong one takes everything; under `better` the old key still earns as its author said."""
    one = asked("80", "20", "-50", "0")

    def mark(response, remedy=Remedy.NEW_KEY):
        correction = Correction(1, one.uid, remedy, NewKey(choices=(frozenset("AC"),)))
        return mark_corrected(one, tuple(response), Decimal(2), RULE, None, correction)

    assert [mark(response).mark for response in ("AC", "A", "C", "AB", "ABC", "")] == [2, 1, 1, 0, 0, 0]
    assert [mark(response, Remedy.BETTER).mark for response in ("AC", "A", "AB", "B")] == [2, Decimal("1.60"), 2, Decimal("0.40")]
    assert (mark("AC").why, mark("A").why, mark("AB").why) == (Why.RIGHT, Why.INCOMPLETE, Why.WRONG)
    assert not as_shown(one, Correction(1, one.uid, Remedy.NEW_KEY, NewKey(choices=(frozenset("AC"),)))).has_shares
