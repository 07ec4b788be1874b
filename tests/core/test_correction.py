"""Corrections by tables: what each remedy makes of a response, which correction is in force, which keys may take a key's place."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.correction import (
    Correction,
    NewKey,
    Remedy,
    any_of,
    as_shown,
    best,
    check_key,
    in_force,
    key_words,
    mark_corrected,
    mark_settled,
    new_key_words,
    remedy_sentence,
    with_key,
)
from quiz.core.frozen import freeze, thaw
from quiz.core.hundredths import to_hundredths
from quiz.core.marking import Mark, Why, mark_response, score_of
from quiz.core.message import QuizError
from quiz.core.question import Blank, BlankKind, Option, QuestionType
from quiz.core.rule import Rule, RuleName
from tests.core.test_longer_types import MATCHING, ORDERING, SHORT
from tests.core.test_marking import question

HALF = Rule(RuleName.HALF)


def key(*choices):
    return NewKey(choices=tuple(frozenset(choice) for choice in choices))


def marked(asked, response, remedy, new=None, rule=HALF, decisions=None):
    return mark_corrected(asked, tuple(response), Decimal(2), rule, decisions, Correction(3, asked.uid, remedy, new))


# key ABD on the paper; half marks for an incomplete right choice; the new key is AB
TABLE = [
    # response, by the paper, new key, better of both, full for all
    ("ABD", "2", "0", "2", "2"),
    ("AB", "1", "2", "2", "2"),
    ("A", "1", "1", "1", "2"),
    ("D", "1", "0", "1", "2"),
    ("C", "0", "0", "0", "2"),
    ("", "0", "0", "0", "2"),
]


@pytest.mark.parametrize(("response", "old", "new", "better", "full"), TABLE)
def test_every_remedy_of_a_multiple_choice(response, old, new, better, full):
    asked = question()
    assert mark_response(asked, tuple(response), Decimal(2), HALF).mark == Decimal(old)
    assert marked(asked, response, Remedy.NEW_KEY, key("AB")).mark == Decimal(new)
    assert marked(asked, response, Remedy.BETTER, key("AB")).mark == Decimal(better)
    assert marked(asked, response, Remedy.FULL).mark == Decimal(full)
    assert marked(asked, response, Remedy.ORIGINAL) == mark_response(asked, tuple(response), Decimal(2), HALF)
    dropped = marked(asked, response, Remedy.DROP)
    assert (dropped.mark, dropped.max_mark, dropped.why) == (0, 0, Why.NOT_COUNTED)


def test_a_mark_names_its_correction_and_says_so():
    mark = marked(question(), "AB", Remedy.NEW_KEY, key("AB"))
    assert (mark.correction, mark.explain().render()) == (3, "按第3次更正：答对。")
    assert thaw(Mark, freeze(mark)) == mark
    assert "correction" not in freeze(mark_response(question(), ("A",), Decimal(2), HALF))


def test_several_keys_of_a_single_choice_count_each():
    asked = question(QuestionType.SINGLE, "ABCD", "A")
    two = key("B", "C")
    assert [marked(asked, r, Remedy.NEW_KEY, two, Rule()).mark for r in "ABCD"] == [0, 2, 2, 0]
    assert [marked(asked, r, Remedy.BETTER, two, Rule()).mark for r in "ABCD"] == [2, 2, 2, 0]
    assert as_shown(asked, Correction(1, "q", Remedy.NEW_KEY, two)).key == {"B", "C"}
    assert as_shown(asked, Correction(1, "q", Remedy.BETTER, two)).key == {"A", "B", "C"}
    assert as_shown(asked, Correction(1, "q", Remedy.FULL)) == asked == as_shown(asked, None)


def test_a_blank_takes_other_answers_and_doubt_still_waits():
    asked = question(QuestionType.FILL_IN, "", "", (Blank(("12",), BlankKind.NUMBER, "个月"), Blank(("镇政府",))))
    new = NewKey(blanks=(("6", "半年"), ("县政府",)))
    assert marked(asked, ("6个月", "县政府"), Remedy.NEW_KEY, new).mark == 2
    assert marked(asked, ("12", "县政府"), Remedy.BETTER, new).mark == 1
    waiting = marked(asked, ("6", "青岚县政府"), Remedy.NEW_KEY, new)
    assert (waiting.mark, waiting.needs_review, waiting.correction) == (1, True, 3)
    decided = marked(asked, ("6", "青岚县政府"), Remedy.NEW_KEY, new, decisions={("q", 1, "青岚县政府"): Fraction(1)})
    assert (decided.mark, decided.needs_review) == (2, False)


def test_what_is_in_doubt_under_either_key_waits():
    """The first blank is near the new key alone, the second near the old: a decision on either text has to reach whoever wrote both."""
    asked = question(QuestionType.FILL_IN, "", "", (Blank(("县政府",)), Blank(("水利局",))))
    new, response = NewKey(blanks=(("镇政府",), ("农业农村局",))), ("青岚镇政府", "县水利局")
    waiting = marked(asked, response, Remedy.BETTER, new)
    assert (waiting.verdicts, waiting.counts["review"], waiting.mark) == (("review", "review"), 2, 0)
    second = marked(asked, response, Remedy.BETTER, new, decisions={("q", 1, "县水利局"): Fraction(1)})
    assert (second.verdicts[0], second.mark, second.needs_review) == ("review", 1, True)
    both = marked(asked, response, Remedy.BETTER, new, decisions={("q", 0, "青岚镇政府"): Fraction(0), ("q", 1, "县水利局"): Fraction(1)})
    assert (both.mark, both.needs_review) == (1, False)


def test_pairs_are_marked_by_the_new_pairs():
    swapped = NewKey(choices=(frozenset({"1A", "2B", "3D", "4C"}),))
    rule = Rule(RuleName.PROPORTIONAL)
    assert mark_corrected(ORDERING, ("1A", "2B", "3D", "4C"), Decimal(4), rule, None, Correction(1, "q", Remedy.NEW_KEY, swapped)).mark == 4
    assert mark_corrected(ORDERING, ("1B", "2A", "3D", "4C"), Decimal(4), rule, None, Correction(1, "q", Remedy.NEW_KEY, swapped)).mark == 2


def test_the_best_mark_waits_with_one_that_may_still_rise():
    low, high = (Mark(Decimal(n), Decimal(2), Rule(), Why.WRONG, {}) for n in ("0", "1"))
    waiting = Mark(Decimal("0.5"), Decimal(2), Rule(), Why.NEEDS_REVIEW, {"review": 1, "right": 1})
    assert best([low, high]) is high
    assert (best([high, waiting]).mark, best([high, waiting]).needs_review) == (1, True)
    full = replace(high, mark=Decimal(2))
    assert best([waiting, full]) is full


@pytest.mark.parametrize(
    ("numbers", "wanted"),
    [((), None), ((("q", Remedy.FULL),), 1), ((("q", Remedy.FULL), ("q", Remedy.DROP)), 2), ((("q", Remedy.FULL), ("q", Remedy.ORIGINAL)), None),
     ((("q", Remedy.FULL), ("other", Remedy.DROP)), 1), ((("t", Remedy.DROP),), None)],
)  # fmt: skip
def test_the_newest_that_names_a_question_is_in_force(numbers, wanted):
    known = [Correction(n, uid, remedy) for n, (uid, remedy) in enumerate(numbers, 1)]
    found = in_force(known, "q")
    assert (found and found.number) == wanted


def test_a_template_or_case_names_all_that_is_made_of_it():
    template, bound = Correction(1, "t", Remedy.DROP), Correction(2, "t@T01", Remedy.FULL)
    assert in_force([template, bound], "t@T01") is bound
    assert in_force([template, bound], "t@T02") is template
    assert in_force([Correction(1, "c", Remedy.FULL)], "c#2").number == 1
    assert in_force([Correction(1, "c#1", Remedy.FULL)], "c#2") is None


def test_a_mark_by_hand_stands_over_a_key_but_not_over_what_holds_for_all():
    asked, hand = question(QuestionType.SINGLE, "ABCD", "A"), Decimal("1.5")

    def settled(correction):
        return mark_settled(asked, ("B",), Decimal(2), Rule(), None, correction, hand).mark

    assert settled(None) == hand
    assert settled(Correction(1, "q", Remedy.NEW_KEY, key("B"))) == hand
    assert settled(Correction(1, "q", Remedy.FULL)) == 2
    assert settled(Correction(1, "q", Remedy.DROP)) == 0


@pytest.mark.parametrize(
    ("marks", "full", "score"),
    [
        ((("2", "2"), ("0", "3")), "5", "2"),
        ((("2", "2"), ("0", "0")), "5", "5"),  # the other does not count: all that counts was right
        ((("49", "98"), ("0", "0")), "100", "50"),
        ((("58.79", "98"), ("0", "0")), "100", "59.99"),
        ((("58.8", "98"), ("0", "0")), "100", "60"),
        ((("1", "3"), ("0", "0")), "4", "1.33"),
        ((("0", "0"),), "2", "0"),
    ],
)
def test_what_does_not_count_is_made_up_for_by_the_rest(marks, full, score):
    earned, available = (sum(to_hundredths(Decimal(pair[at])) for pair in marks) for at in (0, 1))
    assert score_of(earned, available, to_hundredths(Decimal(full))) == to_hundredths(Decimal(score))


SINGLE, MULTIPLE = question(QuestionType.SINGLE, "ABCD", "A"), question()
FILL = question(QuestionType.FILL_IN, "", "", (Blank(("12",), BlankKind.NUMBER, "个月"), Blank(("镇政府",))))


@pytest.mark.parametrize(
    ("asked", "new", "code"),
    [
        (SINGLE, key(), "bad_key"),
        (SINGLE, key("AB"), "bad_key"),
        (SINGLE, key("Z"), "bad_key"),
        (SINGLE, key("A"), "same_key"),
        (MULTIPLE, key("ABD"), "same_key"),
        (MULTIPLE, key("ABZ"), "bad_key"),
        (FILL, NewKey(blanks=(("12",), ("镇政府",))), "same_key"),
        (FILL, NewKey(blanks=(("6",),)), "bad_key"),
        (FILL, NewKey(blanks=(("6",), (" 　",))), "bad_key"),
        (FILL, NewKey(blanks=(("很多",), ("县政府",))), "bad_key"),
        (FILL, NewKey(blanks=(("6",), ("长" * 201,))), "bad_key"),
        (FILL, NewKey(blanks=(("6",), tuple(f"县{n}" for n in range(31)))), "bad_key"),
        (FILL, key("A"), "bad_key"),
        (SHORT, key("A"), "bad_key"),
        (ORDERING, NewKey(choices=(frozenset({"1A", "2B"}),)), "bad_key"),
        (ORDERING, NewKey(choices=(frozenset({"1A", "2A", "3D", "4C"}),)), "bad_key"),
        (ORDERING, NewKey(choices=(frozenset({"1A", "2B", "3Z", "4C"}),)), "bad_key"),
        (MATCHING, NewKey(choices=(frozenset({"1A", "1B", "2C"}),)), "bad_key"),
    ],
)
def test_a_key_that_cannot_be_is_refused(asked, new, code):
    with pytest.raises(QuizError, match=code):
        check_key(asked, new)


def test_a_key_is_kept_clean():
    assert check_key(SINGLE, key("B", "B", "")) == key("B")
    assert check_key(FILL, NewKey(blanks=((" 6 ", "6", ""), ("县政府",)))) == NewKey(blanks=(("6",), ("县政府",)))
    assert check_key(MATCHING, NewKey(choices=(frozenset({"1A", "2A", "3B"}),))).choices
    assert thaw(NewKey, freeze(key("AB", "C"))) == key("AB", "C")


def test_a_key_is_told_in_words_that_hold_for_every_paper():
    assert key_words(SINGLE) == "AA"
    assert any_of(new_key_words(SINGLE, key("B", "C"))).render() == "以下任一均可：BB ｜ CC"
    assert any_of(new_key_words(SINGLE, key("B"))) == "BB"
    assert remedy_sentence(Remedy.BETTER, "AA", ("BB",), has_line=True).render().startswith("原答案“AA”，新答案“BB”。")
    assert "{" not in remedy_sentence(Remedy.FULL, "AA", (), has_line=True).render()
    assert key_words(FILL) == "12个月；镇政府"
    assert key_words(MATCHING) == "甲－第C步；乙－第A步；丙－第B步"
    pictured = question(QuestionType.SINGLE, "AB", "B")
    assert key_words(replace(pictured, options=(Option("A", ""), Option("B", "")))) == "B"


@given(st.sets(st.sampled_from("ABCDE"), min_size=1), st.sets(st.sampled_from("ABCDE"), min_size=1), st.sets(st.sampled_from("ABCDE")))
def test_the_better_of_two_keys_is_never_less_than_either(old, new, chosen):
    asked = question(key="".join(old))
    two = NewKey(choices=(frozenset(new),))
    marks = [mark_response(one, tuple(sorted(chosen)), Decimal(2), HALF).mark for one in (asked, *with_key(asked, two))]
    assert marked(asked, tuple(sorted(chosen)), Remedy.BETTER, two).mark == max(marks)
    assert 0 <= marked(asked, tuple(sorted(chosen)), Remedy.NEW_KEY, two).mark <= 2
