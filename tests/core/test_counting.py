"""Which score counts after make-ups: worked examples of each rule, and what holds for all scores."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.counting import COUNTING_NAMES, COUNTING_RULES, WHY_COUNTS, Counted, Counting, Sat, WhyCounts, count

PASS = Decimal(60)
SCORES = st.none() | st.integers(0, 10_000).map(lambda n: Decimal(n) / 100)
RULES = st.sampled_from(Counting)
MAKE_UPS = st.lists(st.tuples(SCORES, RULES), max_size=4)


def counted(first, *later):
    some = [Sat(f"m{n}", None if score is None else Decimal(score), rule) for n, (score, rule) in enumerate(later, 1)]
    return count(Sat("first", None if first is None else Decimal(first)), some, PASS)


@pytest.mark.parametrize(
    ("first", "later", "expected"),
    [
        (55, [], (55, "first", "only")),
        (None, [], (None, "", "none")),
        (55, [(None, "better")], (55, "first", "only")),
        (55, [(70, "better")], (70, "m1", "higher")),
        (55, [(50, "better")], (55, "first", "not_higher")),
        (55, [(55, "better")], (55, "first", "not_higher")),
        (55, [(50, "make_up")], (50, "m1", "make_up")),
        (55, [(90, "capped")], (60, "m1", "capped")),
        (55, [(58, "capped")], (58, "m1", "higher")),
        (55, [(60, "capped")], (60, "m1", "higher")),
        (None, [(90, "capped")], (60, "m1", "capped")),
        (55, [(90, "original")], (55, "first", "stays")),
        (None, [(90, "original")], (None, "", "none")),
        (40, [(50, "better"), (90, "capped")], (60, "m2", "capped")),
        (40, [(50, "better"), (None, "capped")], (50, "m1", "higher")),
    ],
)
def test_worked_examples(first, later, expected):
    score, sitting, why = expected
    found = counted(first, *((one, Counting(rule)) for one, rule in later))
    assert found == Counted(None if score is None else Decimal(score), sitting, WhyCounts(why))


@given(SCORES, MAKE_UPS)
def test_what_counts_was_earned_or_is_the_pass_mark(first, later):
    found = counted(first, *later)
    assert found.score in {first, PASS, *(score for score, _ in later)}
    assert (found.score is None) == (found.sitting == "") == (found.why is WhyCounts.NONE)


@given(SCORES, MAKE_UPS)
def test_nobody_loses_by_a_make_up_unless_the_rule_says_that_it_counts(first, later):
    if first is not None and all(rule is not Counting.MAKE_UP for _, rule in later):
        assert counted(first, *later).score >= first


@given(SCORES, SCORES)
def test_the_rules_stand_in_order(first, score):
    """Original ≤ capped ≤ better, whoever came."""
    by = {rule: counted(first, (score, rule)).score or Decimal(-1) for rule in Counting}
    assert by[Counting.ORIGINAL] <= by[Counting.CAPPED] <= by[Counting.BETTER]
    assert by[Counting.CAPPED] <= max(PASS, first or Decimal(-1))
    assert counted(first, (score, Counting.CAPPED)).is_pass(PASS) == counted(first, (score, Counting.BETTER)).is_pass(PASS)


@given(SCORES, MAKE_UPS)
def test_who_stays_away_changes_nothing(first, later):
    came = [(score, rule) for score, rule in later if score is not None]
    assert counted(first, *came).score == counted(first, *later).score


def test_every_rule_and_every_why_has_its_words():
    assert set(COUNTING_NAMES) == set(COUNTING_RULES) == set(Counting)
    assert set(WHY_COUNTS) == set(WhyCounts)
