"""Items on one scale of ability: Rasch and two-parameter models fitted by marginal maximum likelihood, on common papers and on papers that differ.

logit P(right) = a θ + d with θ ~ N(0, 1) and difficulty b = -d/a; expectation-maximisation over 61 Gauss-Hermite points (R. D. Bock, M. Aitkin,
Psychometrika 46 (1981) 443-459). A mark between nothing and full enters by its share, as a share of right answers would. That papers differ does
no harm: each person is only asked about the items they met, and the scale joins all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from quiz.core.statistics.fixed_point import come_to_rest
from quiz.core.statistics.likelihood import POINTS, Answers, Curves, logistic
from quiz.core.statistics.marks import Floats, MarkTable, known, sums
from quiz.core.statistics.values import Calibrated, Calibration

MOST_ROUNDS = 500
CLOSE = 1e-9
"""The change of any parameter in one round below which the fit is done."""

LONGEST_STEP = 1.0
"""No parameter moves further in one step."""

PRIOR_INTERCEPT, PRIOR_SLOPE = 2.0, 0.5
"""Deviations of the normal priors on d (around 0) and a (around 1) where papers are thin: without them items that all solved have no difficulty."""

STEEPEST, FURTHEST = 25.0, 50.0
"""Bounds of discrimination and intercept: what runs away from the data meets them instead of infinity, and is told as not converged."""

FLATTEST = 0.05
"""A discrimination below which an item tells nothing of ability, so that its difficulty on that scale is no number."""

LEAST = 1e-9
"""What counts as no information."""

AT_ONCE = 2_000_000
"""Persons × items whose scores are worked out together: 16 MB a matrix."""


class Model(StrEnum):
    """Which parameters are free: all difficulties, with discriminations of 1, one for all, or one each."""

    RASCH_ONE = "rasch_one"
    RASCH = "rasch"
    TWO_PARAMETER = "two_parameter"


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted model: slope and intercept of each item (NaN where there is none), and each person's expected ability with its deviation."""

    model: Model
    slope: Floats
    intercept: Floats
    ability: Floats
    deviation: Floats
    log_likelihood: float
    persons: int
    has_prior: bool
    rounds: int
    converged: bool
    slope_error: Floats
    difficulty_error: Floats
    is_common: bool


def fit_model(table: MarkTable, model: Model, has_prior: bool = False) -> Fit | None:
    """Return the model fitted to a table; None when nothing can be fitted. Without priors, items that all or none solved are left out."""
    shares, answers = table.per_item(table.shares().clip(0.0, 1.0)), table.per_item()
    used = (answers > 0) & (table.per_item(table.most) > 0)
    if not has_prior:
        used &= (shares > 0) & (shares < answers)
    if not used.any():
        return None
    data = Answers(table, used)
    curves, rounds, converged = _maximise(data, model, has_prior)
    posterior, log_likelihood = data.posterior(curves)
    ability = posterior @ data.nodes
    deviation = np.sqrt(np.maximum(posterior @ data.nodes**2 - ability**2, 0.0))
    errors = _errors(data, curves, posterior, model)
    slope, intercept, slope_error, difficulty_error = (_spread(values, used) for values in (curves.slope, curves.intercept, *errors))
    return Fit(
        model=model,
        slope=slope,
        intercept=intercept,
        ability=ability,
        deviation=deviation,
        log_likelihood=log_likelihood,
        persons=data.persons,
        has_prior=has_prior,
        rounds=rounds,
        converged=converged,
        slope_error=slope_error,
        difficulty_error=difficulty_error,
        is_common=table.is_common,
    )


def describe(fit: Fit) -> Calibration:
    """Return a fit as plain values."""
    real, noise = float(fit.ability.var()), float((fit.deviation**2).mean())
    columns = zip(fit.slope, fit.intercept, fit.slope_error, fit.difficulty_error, strict=True)
    return Calibration(
        model=fit.model.value,
        items=tuple(_calibrated(*column) if fit.converged else None for column in columns),
        log_likelihood=fit.log_likelihood,
        persons=fit.persons,
        has_prior=fit.has_prior,
        iterations=fit.rounds,
        converged=fit.converged,
        reliability=real / (real + noise) if real + noise else None,
        test_reliability=_test_reliability(fit) if fit.is_common else None,
    )


def _calibrated(slope: float, intercept: float, slope_error: float, difficulty_error: float) -> Calibrated | None:
    if np.isnan(slope):
        return None
    if abs(slope) < FLATTEST:
        return Calibrated(None, None, float(slope), known(slope_error))
    return Calibrated(float(-intercept / slope), known(difficulty_error), float(slope), known(slope_error))


def _maximise(data: Answers, model: Model, has_prior: bool) -> tuple[Curves, int, bool]:
    """Expectation-maximisation from plain logits: the curves, the number of rounds, and whether they came to rest."""
    share = (data.right + 0.5) / (data.count + 1.0)

    def step(values: Floats) -> tuple[Floats, float]:
        curves = _within_bounds(*np.split(values, 2))
        posterior, log_likelihood = data.posterior(curves)
        better = _improve(data, curves, posterior, model, has_prior)
        return np.concatenate((better.slope, better.intercept)), log_likelihood + (_log_prior(curves, model) if has_prior else 0.0)

    start = np.concatenate((np.ones(len(share)), np.log(share / (1.0 - share))))
    found, rounds, converged = come_to_rest(step, start, CLOSE, MOST_ROUNDS)
    curves = Curves(*np.split(found, 2))
    at_bound = np.abs(curves.slope).max() >= STEEPEST or np.abs(curves.intercept).max() >= FURTHEST
    return curves, rounds, converged and not at_bound


def _within_bounds(slope: Floats, intercept: Floats) -> Curves:
    return Curves(slope.clip(-STEEPEST, STEEPEST), intercept.clip(-FURTHEST, FURTHEST))


def _log_prior(curves: Curves, model: Model) -> float:
    """The logarithm of the priors' density, but for a constant."""
    intercepts = float((curves.intercept**2).sum()) / PRIOR_INTERCEPT**2
    slopes = float(((curves.slope - 1.0) ** 2).sum()) / PRIOR_SLOPE**2 if model is Model.TWO_PARAMETER else 0.0
    return -0.5 * (intercepts + slopes)


def _improve(data: Answers, curves: Curves, posterior: Floats, model: Model, has_prior: bool) -> Curves:
    """One Newton step towards the curves that best fit the expected answers."""
    met, moment = data.met_at(posterior), data.right_moment(posterior)
    chance = logistic(curves.at(data.nodes))
    hits, weight = met * chance, met * chance * (1.0 - chance)
    gain_d, gain_a = data.right - hits.sum(axis=1), moment - hits @ data.nodes
    dd, da, aa = np.maximum(weight.sum(axis=1), LEAST), weight @ data.nodes, weight @ data.nodes**2
    if has_prior:
        gain_d, dd = gain_d - curves.intercept / PRIOR_INTERCEPT**2, dd + 1.0 / PRIOR_INTERCEPT**2
    if model is Model.RASCH_ONE:
        return Curves(curves.slope, curves.intercept + _bounded(gain_d / dd))
    if model is Model.RASCH:
        step_a = np.full(len(dd), (gain_a - da * gain_d / dd).sum() / max((aa - da * da / dd).sum(), LEAST))
    else:
        if has_prior:
            gain_a, aa = gain_a - (curves.slope - 1.0) / PRIOR_SLOPE**2, aa + 1.0 / PRIOR_SLOPE**2
        step_a = (gain_a - da * gain_d / dd) / np.maximum(aa - da * da / dd, LEAST)
    step_a = _bounded(step_a)
    return _within_bounds(curves.slope + step_a, curves.intercept + _bounded((gain_d - da * step_a) / dd))


def _bounded(step: Floats) -> Floats:
    return step.clip(-LONGEST_STEP, LONGEST_STEP)


def _errors(data: Answers, curves: Curves, posterior: Floats, model: Model) -> tuple[Floats, Floats]:
    """Standard errors of discrimination and difficulty, from the cross-products of the persons' scores, each item by itself.

    How the errors of different items go together is left out, which makes them a little small.
    """
    dd, da, aa = _cross_products(data, curves, posterior, model)
    dd = np.maximum(dd, LEAST)
    if model is Model.RASCH_ONE:
        return np.full_like(dd, np.nan), 1.0 / np.sqrt(dd)
    joint = (da * da / dd).sum() if model is Model.RASCH else da * da / dd
    slope = 1.0 / np.maximum(aa - joint, LEAST)
    flat = np.abs(curves.slope) < FLATTEST
    steep = np.where(flat, np.nan, curves.slope)
    difficulty, with_slope = -curves.intercept / steep, -da / dd * slope
    intercept = 1.0 / dd + (da / dd) ** 2 * slope
    return np.sqrt(np.broadcast_to(slope, dd.shape)), np.sqrt(intercept + difficulty**2 * slope + 2 * difficulty * with_slope) / np.abs(steep)


def _cross_products(data: Answers, curves: Curves, posterior: Floats, model: Model) -> tuple[Floats, Floats, Floats]:
    """The sums over persons of score × score for intercept and slope; the common slope of the Rasch model has one score a person."""
    chance = logistic(curves.at(data.nodes)).T
    score_d, score_a = np.empty(len(data.item)), np.empty(len(data.item))
    step = max(1, AT_ONCE // chance.shape[1])
    for start in range(0, len(posterior), step):
        rows = slice(*np.searchsorted(data.person, (start, start + step)))
        at, place = posterior[start : start + step], (data.person[rows] - start, data.item[rows])
        score_d[rows] = data.share[rows] - (at @ chance)[place]
        score_a[rows] = data.share[rows] * (at @ data.nodes)[place[0]] - ((at * data.nodes) @ chance)[place]
    if model is Model.RASCH:
        whole = sums(data.person, len(posterior), score_a)
        score_a, common = whole[data.person], float((whole**2).sum())
    items = len(curves.slope)
    dd, da, aa = (sums(data.item, items, product) for product in (score_d**2, score_d * score_a, score_a**2))
    return dd, da, np.full(items, common) if model is Model.RASCH else aa


def _test_reliability(fit: Fit) -> float:
    """The mean over abilities of I/(I+1), where I is the information of the whole test (as R's mirt::marginal_rxx)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(POINTS)
    known = ~np.isnan(fit.slope)
    chance = logistic(np.outer(nodes, fit.slope[known]) + fit.intercept[known])
    information = (chance * (1.0 - chance)) @ fit.slope[known] ** 2
    return float((information / (information + 1.0)) @ (weights / weights.sum()))


def _spread(values: Floats, used: NDArray[np.bool_]) -> Floats:
    out = np.full(len(used), np.nan)
    out[used] = values
    return out
