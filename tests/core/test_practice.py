"""What is practised next, in which order options stand, how an answer went, what it says; and the rule of who should learn again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.practice import (
    MOST_OF_AN_AREA,
    SET_SIZE,
    WEAKEST,
    Answered,
    Outcome,
    as_asked,
    choose_daily,
    choose_retest,
    choose_weak,
    count_due,
    first_meetings,
    judge,
    kept,
    memories,
    outcome,
    share_of,
)
from quiz.core.question import TRUE_OPTIONS, Blank, Level, Option, Question, QuestionType, Source
from quiz.core.retraining import AREA_SHARE, FEWEST, AreaResult, Reason, area_results
from quiz.core.retraining import judge as judge_person

AT = datetime(2026, 3, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def question(kind=QuestionType.MULTIPLE, **parts):
    values = {"options": tuple(Option(c, f"选项{c}") for c in "ABCD"), "key": frozenset("AC"), **parts}
    return Question(
        "q", kind, "general/water", "water", "局", "题干", Level.RECALL, "t", Source("文件", "机关", "一"), "解析", date(2021, 1, 1), **values
    )


# --- an answer -------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("response", "share", "word"),
    [(("A", "C"), "1", Outcome.RIGHT), (("A",), "0.5", Outcome.PARTLY), (("A", "B"), "0", Outcome.WRONG), ((), "0", Outcome.WRONG)],
)
def test_how_a_choice_went(response, share, word):
    found = share_of(judge(question(), response))
    assert (found, outcome(found)) == (Decimal(share), word)


def test_what_no_rule_can_judge_is_left_to_the_person():
    """One character off: right or wrong is not for a machine to say, so it says neither."""
    asked = question(QuestionType.FILL_IN, options=(), key=frozenset(), blanks=(Blank(("民主评议",)),))
    assert [outcome(share_of(judge(asked, (text,)))) for text in ("民主评议", "民主平议", "抽签")] == [Outcome.RIGHT, Outcome.UNSURE, Outcome.WRONG]


def test_options_stand_in_another_order_every_time_and_the_key_stays_with_its_option():
    asked = question()
    orders = {tuple(option.id for option in as_asked(asked, b"Q001", f"1/{n}").options) for n in range(60)}
    assert len(orders) > 15
    assert {len(order) for order in orders} == {4}
    assert as_asked(asked, b"Q001", "1/1") == as_asked(asked, b"Q001", "1/1")
    fixed = question(QuestionType.TRUE_FALSE, options=TRUE_OPTIONS, key=frozenset("T"))
    for same in (fixed, question(keep_order=True)):
        assert as_asked(same, b"Q001", "1/1") == same


# --- what an answer says ---------------------------------------------------------------------------------------------------------------------


def test_only_what_was_wholly_right_before_can_be_kept():
    answers = [
        Answered("a", AT, 0.0, in_sitting=True),
        Answered("a", AT + DAY, 1.0),
        Answered("a", AT + 8 * DAY, 0.5),
        Answered("a", AT + 9 * DAY, 1.0),
        Answered("b", AT, 1.0),
        Answered("b", AT + 31 * DAY, 0.0),
    ]
    assert sorted(kept(reversed(answers))) == [(7, 0.5), (31, 0.0)]


def test_who_answers_a_question_again_shows_that_they_know_it_not_its_area():
    first, again = Answered("a", AT, 0.0), Answered("a", AT + DAY, 1.0)
    sat = Answered("a", AT + 2 * DAY, 1.0, in_sitting=True)
    assert first_meetings([again, first]) == [first]
    assert first_meetings([sat, again, first]) == [first, sat]
    assert first_meetings([Answered("b", AT, 0.0, in_sitting=True), Answered("b", AT + DAY, 1.0)]) == [Answered("b", AT, 0.0, in_sitting=True)]


def test_a_wrong_answer_comes_back_before_a_right_one():
    found = memories([Answered("wrong", AT, 0.0), Answered("part", AT, 0.5), Answered("right", AT, 1.0)])
    assert found["wrong"].due_at <= found["part"].due_at <= found["right"].due_at
    assert found["wrong"].due_at < found["right"].due_at


# --- what comes next -------------------------------------------------------------------------------------------------------------------------

AREAS = ("water", "housing", "health", "education", "assets")
POOLS = st.dictionaries(st.integers(0, 60).map(lambda n: f"q{n:02}"), st.sampled_from(AREAS), max_size=50)
SHARES = st.dictionaries(st.sampled_from(AREAS), st.floats(0, 1))
DONE = st.lists(st.tuples(st.integers(0, 60).map(lambda n: f"q{n:02}"), st.integers(0, 40), st.sampled_from([0.0, 0.5, 1.0])), max_size=40)


@given(POOLS, SHARES, DONE, st.binary(min_size=1, max_size=4))
def test_every_choice_is_of_the_pool_alone_without_repeats_and_the_same_for_the_same_key(pool, shares, done, key):
    known = memories(Answered(uid, AT + days * DAY, share) for uid, days, share in done)
    until = AT + 41 * DAY
    for chosen in (
        choose_daily(pool, known, shares, until, key),
        choose_weak(pool, known, shares, until, key),
        choose_retest(pool, known, known, key),
    ):
        assert len(set(chosen)) == len(chosen) <= SET_SIZE
        assert set(chosen) <= set(pool)
    assert choose_daily(pool, known, shares, until, key) == choose_daily(dict(reversed(pool.items())), known, shares, until, key)


@given(POOLS, SHARES, DONE)
def test_a_day_begins_with_what_is_due_and_goes_on_with_what_was_never_met(pool, shares, done):
    known = memories(Answered(uid, AT + days * DAY, share) for uid, days, share in done)
    until = AT + 41 * DAY
    chosen = choose_daily(pool, known, shares, until, b"k")
    due = [uid for uid in chosen if uid in known]
    assert len(due) == min(SET_SIZE, count_due(pool, known, until))
    assert chosen[: len(due)] == due
    assert all(known[uid].due_at < until for uid in due)
    assert len(chosen) == min(SET_SIZE, len(due) + len(set(pool) - set(known)))


@given(POOLS, SHARES)
def test_a_set_for_weak_areas_is_about_the_weakest(pool, shares):
    chosen = choose_weak(pool, {}, shares, AT, b"k")
    areas = {pool[uid] for uid in chosen}
    weakest = sorted(set(pool.values()), key=lambda area: (shares.get(area, 0.5), area))[:WEAKEST]
    assert areas <= set(weakest)
    of = {area: sum(found == area for found in pool.values()) for area in weakest}
    assert len(chosen) == min(SET_SIZE, sum(of.values()))
    for area in areas:
        taken = sum(pool[uid] == area for uid in chosen)
        assert taken <= max(MOST_OF_AN_AREA, SET_SIZE - sum(min(of[other], MOST_OF_AN_AREA) for other in of if other != area))


def test_of_new_questions_the_weaker_area_gives_more():
    pool = {f"{area}{n}": area for area in ("water", "housing") for n in range(20)}
    chosen = choose_daily(pool, {}, {"water": 0.2, "housing": 0.9}, AT, b"k")
    assert sum(uid.startswith("water") for uid in chosen) >= 7
    assert any(uid.startswith("housing") for uid in chosen)


# --- who should learn again ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("score", "areas", "reasons", "weak"),
    [
        (None, [], [Reason.ABSENT], []),
        ("59.99", [], [Reason.FAILED], []),
        ("60", [], [], []),
        ("80", [("water", 0.0)] * 3, [], []),
        ("80", [("water", 0.0)] * 4, [Reason.AREA], ["water"]),
        ("80", [("water", 0.0)] * 4 + [("water", 1.0)] * 2, [], []),
        ("20", [("water", 0.0)] * 9 + [("housing", 1.0)] * 9, [Reason.FAILED, Reason.AREA], ["water"]),
    ],
)
def test_the_rule_of_who_should_learn_again(score, areas, reasons, weak):
    verdict = judge_person(None if score is None else Decimal(score), Decimal(60), area_results(areas))
    assert (list(verdict.reasons), list(verdict.areas)) == (reasons, weak)


@given(st.integers(0, 40), st.floats(0, 1))
def test_an_area_is_a_reason_only_where_its_share_is_low_and_questions_are_enough(questions, share):
    if AreaResult("water", questions, share).is_weak:
        assert questions >= FEWEST
        assert share < AREA_SHARE
