"""Models of ability: the maximum is where an independent search finds it, known parameters come back, and what must not matter does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from quiz.core.statistics.calibration import Model, describe, fit_model
from quiz.core.statistics.fixed_point import come_to_rest
from quiz.core.statistics.marks import mark_table, matrix_table
from tests.core.statistics.made import make, thin


def log_likelihood(right, slope, intercept):
    """The marginal log-likelihood on a fine plain grid instead of quadrature points, person by person."""
    grid = np.linspace(-8, 8, 801)
    density = np.exp(-(grid**2) / 2)
    chance = 1 / (1 + np.exp(-(np.outer(grid, slope) + intercept)))
    each = [np.prod(np.where(row, chance, 1 - chance), axis=1) @ density / density.sum() for row in right]
    return np.log(each).sum()


@pytest.mark.parametrize("model", Model)
def test_the_maximum_is_where_an_independent_search_finds_it(model):
    """Four questions, three hundred people: the same log-likelihood, and nothing near it is likelier."""
    right = make(7, 300, 4, slopes=0.3).right
    fit = fit_model(matrix_table(right.astype(float)), model)

    def parameters(values):
        slope = {Model.RASCH_ONE: np.ones(4), Model.RASCH: np.repeat(values[0], 4), Model.TWO_PARAMETER: values[:4]}[model]
        return slope, values[-4:]

    start = np.concatenate((np.ones({Model.RASCH_ONE: 0, Model.RASCH: 1, Model.TWO_PARAMETER: 4}[model]), np.zeros(4)))
    found = minimize(lambda values: -log_likelihood(right, *parameters(values)), start, method="BFGS")
    slope, intercept = parameters(found.x)
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(-found.fun, abs=1e-6)
    assert fit.log_likelihood == pytest.approx(log_likelihood(right, fit.slope, fit.intercept), abs=1e-6)
    assert fit.slope == pytest.approx(slope, abs=2e-3)
    assert fit.intercept == pytest.approx(intercept, abs=2e-3)


@pytest.mark.parametrize("seed", range(3))
def test_known_parameters_come_back_from_a_common_paper(seed):
    """Two thousand people, thirty questions: errors as large as the standard errors say, and abilities that go with the true ones."""
    made = make(seed, 2000, 30, slopes=0.3)
    fit = fit_model(made.table, Model.TWO_PARAMETER)
    items = describe(fit).items
    off = np.array([(item.difficulty - b) / item.difficulty_error for item, b in zip(items, made.difficulty, strict=True)])
    assert (np.abs(off) < 1.96).mean() > 0.8
    assert np.sqrt(np.mean((fit.slope - made.slope) ** 2)) < 0.12
    assert np.corrcoef(fit.ability, made.ability)[0, 1] > 0.9


@pytest.mark.parametrize("seed", range(3))
def test_known_difficulties_come_back_from_papers_that_differ(seed):
    """Everybody meets 20 of 100 questions: the scale joins all of them, and abilities beat plain shares right."""
    made = make(seed, 2000, 100, easy=0.5)
    table = thin(made, seed + 50, 20)
    fit = fit_model(table, Model.RASCH, has_prior=True)
    assert fit.converged
    assert np.sqrt(np.mean((-fit.intercept / fit.slope - made.difficulty) ** 2)) < 0.2
    plain = table.per_person(table.mark) / 20
    assert np.corrcoef(fit.ability, made.ability)[0, 1] > np.corrcoef(plain, made.ability)[0, 1] + 0.01


def test_reliability_is_how_far_abilities_are_known():
    """The share of real variance is the squared correlation of estimated and true abilities."""
    made = make(11, 4000, 25)
    found = describe(fit_model(made.table, Model.RASCH))
    fit = fit_model(made.table, Model.RASCH)
    assert found.reliability == pytest.approx(np.corrcoef(fit.ability, made.ability)[0, 1] ** 2, abs=0.03)
    assert found.test_reliability == pytest.approx(found.reliability, abs=0.03)


def test_the_way_that_papers_differ_in_finds_what_the_common_one_does():
    """The same answers, once as full columns and once as who met what."""
    table = make(2, 300, 8).table
    for model in Model:
        one, other = fit_model(table, model), fit_model(replace(table, is_common=False), model)
        assert one.slope == pytest.approx(other.slope, abs=1e-6)
        assert one.difficulty_error == pytest.approx(other.difficulty_error, abs=1e-6)
        assert one.log_likelihood == pytest.approx(other.log_likelihood)


def test_the_order_of_people_and_questions_does_not_matter():
    right = make(5, 200, 6, slopes=0.3).right.astype(float)
    plain = fit_model(matrix_table(right), Model.TWO_PARAMETER)
    turned = fit_model(matrix_table(right[::-1, ::-1]), Model.TWO_PARAMETER)
    assert plain.slope == pytest.approx(turned.slope[::-1], abs=1e-6)
    assert plain.ability == pytest.approx(turned.ability[::-1], abs=1e-6)


def test_everybody_twice_gives_the_same_with_smaller_errors():
    right = make(6, 200, 6).right.astype(float)
    once, twice = (fit_model(matrix_table(rows), Model.RASCH) for rows in (right, np.vstack([right, right])))
    assert twice.slope == pytest.approx(once.slope, abs=1e-6)
    assert twice.log_likelihood == pytest.approx(2 * once.log_likelihood)
    assert twice.difficulty_error == pytest.approx(once.difficulty_error / np.sqrt(2), abs=1e-6)


def test_questions_that_all_or_none_solved_are_left_out_or_held_by_a_prior():
    """There is no finite difficulty for them; a prior says at least: very easy, very hard."""
    right = make(8, 120, 6).right.astype(float)
    right[:, 1], right[:, 4] = 1.0, 0.0
    fit = describe(fit_model(matrix_table(right), Model.RASCH))
    assert [item is None for item in fit.items] == [False, True, False, False, True, False]
    held = describe(fit_model(matrix_table(right), Model.RASCH, has_prior=True))
    assert held.items[1].difficulty < -3
    assert held.items[4].difficulty > 3


@pytest.mark.parametrize("marks", [[[1.0]], [[0.0, 0.0]], [[1.0, 1.0], [1.0, 1.0]]])
def test_where_nothing_varies_there_is_no_model(marks):
    assert fit_model(matrix_table(marks), Model.TWO_PARAMETER) is None


def test_marks_in_parts_enter_by_their_share():
    """Half of two marks for everybody is as good as one of two answers right: the difficulty is that of an even chance."""
    table = mark_table([0, 0, 1, 1, 2, 2], [0, 1] * 3, [1.0, 2.0, 1.0, 0.0, 1.0, 1.0], 2.0, 3, 2)
    found = describe(fit_model(table, Model.RASCH_ONE))
    assert found.items[0].difficulty == pytest.approx(0, abs=1e-6)
    assert found.items[1].difficulty == pytest.approx(0, abs=1e-6)


def test_acceleration_ends_where_plain_steps_would():
    """A step that halves the way to (1, 2) in one and goes a tenth of it in the other; a hundred plain steps would be needed."""
    goal, pace = np.array([1.0, 2.0]), np.array([0.5, 0.1])
    found, steps, at_rest = come_to_rest(lambda x: (x + pace * (goal - x), -float(((goal - x) ** 2).sum())), np.zeros(2), 1e-12, 50)
    assert at_rest
    assert found == pytest.approx(goal, abs=1e-9)
    assert steps < 10
    assert not come_to_rest(lambda x: (x + 1, float(x[0])), np.zeros(1), 1e-9, 5)[2]
