"""Screening for copied answers: the chance by hand, alarms where nobody copied, and somebody who did."""

from __future__ import annotations

from itertools import product
from math import comb, prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quiz.core.statistics import similarity
from quiz.core.statistics.calibration import Model, fit_model
from quiz.core.statistics.likelihood import logistic
from quiz.core.statistics.marks import mark_table, matrix_table
from quiz.core.statistics.similarity import abilities, screen, tail
from tests.core.statistics.made import make

NEIGHBOURS = [(k, k + 1) for k in range(199)]


def screened(made, pairs=None, false_alarm=0.01):
    return screen(made.table, made.wrong_option.ravel(), pairs, false_alarm)


def test_the_chance_of_equal_events_is_binomial():
    """Three or more of ten at one in five."""
    assert tail(np.full(10, 0.2), 3) == pytest.approx(sum(comb(10, k) * 0.2**k * 0.8 ** (10 - k) for k in range(3, 11)))


@given(st.lists(st.floats(0, 1), max_size=7), st.integers(0, 8))
@settings(max_examples=60, deadline=None)
def test_the_chance_of_unequal_events(chances, least):
    """As all ways in which they can come out say."""
    ways = (way for way in product((0, 1), repeat=len(chances)) if sum(way) >= least)
    expected = sum(prod(p if hit else 1 - p for p, hit in zip(chances, way, strict=True)) for way in ways)
    assert tail(np.array(chances), least) == pytest.approx(expected, abs=1e-9)


def test_an_ability_explains_the_number_right():
    """The chances at it add up to what was right; all right and none are taken half a question less extreme."""
    made = make(1, 300, 20)
    made.right[0], made.right[1] = True, False
    fit = fit_model(made.table, Model.RASCH)
    found = abilities(made.table, fit)
    expected = logistic(fit.slope * found[:, None] + fit.intercept).sum(axis=1)
    assert expected[2:] == pytest.approx(made.right.sum(axis=1)[2:].clip(0.5, 19.5), abs=1e-3)
    assert expected[:2] == pytest.approx([19.5, 0.5], abs=1e-3)


@pytest.mark.parametrize("kind", ["plain", "unequal discriminations", "guessing", "distractors go with ability"])
def test_where_nobody_copies_alarms_are_rarer_than_stated(kind):
    """Forty sittings of 199 neighbours at a stated rate of one in four: the model may be wrong, the promise still holds."""
    alarms = 0
    for seed in range(40):
        made = make(seed, 200, 40, slopes=0.0 if kind == "plain" else 0.4, easy=0.8, guess=0.2 if kind == "guessing" else 0.0)
        if kind == "distractors go with ability":
            made.wrong_option[made.ability < 0] = np.maximum(made.wrong_option, 1)[made.ability < 0]
        alarms += bool(screened(made, NEIGHBOURS, 0.25).leads)
    assert alarms <= 10  # what is stated; 18 or more would be chance once in a hundred even if it were only just kept


def test_the_rate_is_divided_among_the_pairs():
    found = screened(make(1, 60, 30), [(0, 1), (2, 3), (4, 5), (6, 7)], 0.2)
    assert (found.pairs, found.false_alarm, found.threshold) == (4, 0.2, pytest.approx(0.05))
    assert screened(make(1, 60, 30)).pairs == 60 * 59 // 2
    assert screened(make(1, 60, 30), []).leads == ()


def test_a_copier_is_found_and_nobody_else():
    """Number 41 writes down everything that number 40, who knows little, has: found in nearly every sitting, by how much is told."""
    hits, others = 0, 0
    for seed in range(12):
        made = make(seed, 200, 50, slopes=0.3, easy=0.5)
        made.right[41], made.wrong_option[41] = made.right[40], made.wrong_option[40]
        leads = screened(made, NEIGHBOURS).leads
        hits += any((lead.first, lead.second) == (40, 41) for lead in leads)
        others += any((lead.first, lead.second) != (40, 41) for lead in leads)
        for lead in leads:
            assert lead.same_wrong == lead.both_wrong > lead.expected
            assert lead.common == 50
            assert lead.p_value <= 0.01 / 199
    assert hits >= 10
    assert others == 0


def test_right_answers_are_no_evidence():
    """Two who know everything agree in everything."""
    made = make(2, 200, 40)
    made.right[10] = made.right[11] = True
    assert (10, 11) not in {(lead.first, lead.second) for lead in screened(made, NEIGHBOURS, 1.0).leads}


def test_empty_answers_are_not_equal_answers():
    """Two who left the same twenty questions empty copied nothing."""
    made = make(3, 200, 40, easy=1.0)
    made.right[10, :20] = made.right[11, :20] = False
    made.wrong_option[10, :20] = made.wrong_option[11, :20] = -1
    assert screened(made, [(10, 11)], 1.0).leads == ()
    made.wrong_option[10, :20] = made.wrong_option[11, :20] = 0
    assert screened(made, [(10, 11)]).leads


def test_few_common_questions_say_nothing():
    """Papers that share nine questions are not compared, however equal those are; ten are."""
    made = make(4, 400, 19, easy=0.5)
    made.right[1], made.wrong_option[1] = False, 0
    made.right[0], made.wrong_option[0] = False, 0
    met = np.ones((400, 19), bool)
    met[0, 14:] = False
    for first, common in ((5, 9), (4, 10)):
        met[1, :first] = False
        met[1, first:] = True
        rows, columns = np.nonzero(met)
        table = mark_table(rows, columns, made.right[met].astype(float), 1.0, 400, 19)
        found = screen(table, made.wrong_option[met], [(0, 1)], 0.5)
        assert [lead.common for lead in found.leads] == ([10] if common == 10 else [])


def test_large_groups_are_compared_with_those_near(monkeypatch):
    """Everybody with everybody up to a limit, then each with the next ones in order."""
    monkeypatch.setattr(similarity, "MOST_EVERYBODY", 50)
    made = make(5, 60, 30, easy=0.0)
    assert screened(made).pairs == sum(60 - step for step in range(1, 11))


def test_right_and_wrong_alone_will_do():
    """Where nobody knows which wrong answer was given, all are one; a full copy of a weak paper still shows."""
    made = make(6, 300, 60)
    weak = int(np.argsort(made.right.sum(axis=1))[60])
    made.right[0] = made.right[weak]
    table = matrix_table(made.right.astype(float))
    found = screen(table, np.zeros(len(table.item), np.int64), [(0, weak)])
    assert [lead.same_wrong for lead in found.leads] == [int((~made.right[0]).sum())]


def test_marks_in_parts_are_wrong_answers_of_their_own():
    """Where nobody has full marks but by thirds, as a generator of test data once made them, nobody is named for it."""
    chance = np.random.default_rng(1)
    marks = chance.choice([0.3, 0.9, 1.0], (60, 15))
    assert screen(matrix_table(marks), np.unique(marks.ravel(), return_inverse=True)[1], false_alarm=0.1).leads == ()


def test_where_nothing_varies_nobody_is_named():
    assert screen(matrix_table(np.ones((5, 12))), np.zeros(60, np.int64)).leads == ()
