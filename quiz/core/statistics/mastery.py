"""How well each person masters each area, with honest uncertainty: few answers are drawn to what is likely for such a person in such an area.

Beta-binomial with an empirical-Bayes prior (B. Efron, C. Morris, JASA 70 (1975) 311-319; the strength of the prior by the analysis-of-variance
estimator, M. S. Ridout et al., Biometrics 55 (1999) 137-148): for x right out of n answers the mastery is Beta(x + Kμ, n - x + K(1-μ)). K comes
from how much people really differ in the area, μ is the area's facility shifted by how the person does in the other areas. An estimate is a range;
weak is only who is weak with four chances in five.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from quiz.core.statistics.marks import Floats
from quiz.core.statistics.mastery_values import ENOUGH, FEWEST_ANSWERS, SURE, Mastery, Verdict

CARRIED = 0.7
"""How much of a person's level in the other areas carries over, on the logit scale."""

LEVEL_STRENGTH = 10.0
"""Answers in other areas that weigh as much as knowing nothing about the person."""

LEAST_STRENGTH, MOST_STRENGTH, USUAL_STRENGTH = 2.0, 20.0, 10.0
"""Bounds of K, and what it is where the answers do not tell. However alike people did, an area was asked with few questions, and which ones they
were is chance too: nobody's range gets as narrow as if their area had been measured by what the others answered."""


def master(right: Floats, weight: Floats, answers: Floats, first: int | None = None) -> list[list[Mastery]]:
    """Return for each person (row) and area (column) how well it is mastered; only for the `first` so many, while all say what is likely.

    `right` and `weight` are sums over the answers of weight × share right and of weights; `answers` counts them plainly. A person without
    answers in an area gets what is likely there, and never a verdict.
    """
    from scipy.special import betainc, betaincinv  # large, and only who looks at learning needs it

    facility = _facilities(right, weight)
    strength = np.array([_strength(right[:, k], weight[:, k]) for k in range(right.shape[1])])
    expected = _expected(right, weight, facility)[:first]
    right, weight = right[:first], weight[:first]
    a, b = right + strength * expected, weight - right + strength * (1.0 - expected)
    low, high, below = betaincinv(a, b, 0.1), betaincinv(a, b, 0.9), betainc(a, b, ENOUGH)
    own = np.divide(right, weight, out=np.full_like(right, ENOUGH), where=weight > 0)
    return [
        [
            Mastery(
                int(answers[s, k]),
                float(a[s, k] / (a[s, k] + b[s, k])),
                float(low[s, k]),
                float(high[s, k]),
                _verdict(answers[s, k], below[s, k], own[s, k]),
            )
            for k in range(right.shape[1])
        ]
        for s in range(right.shape[0])
    ]


def master_first(sums: Iterable[tuple[int, int, float, float, int]], areas: int) -> list[Mastery]:
    """Return how well person 0 masters each of so many areas, from sums of all as (person, area, weight × share right, weight, answers)."""
    rows = list(sums)
    right, weight, count = (np.zeros((1 + max((row[0] for row in rows), default=0), areas)) for _ in range(3))
    for person, area, own, counts, answers in rows:
        right[person, area] += own
        weight[person, area] += counts
        count[person, area] += answers
    return master(right, weight, count, first=1)[0]


def _verdict(answers: float, below: float, own: float) -> Verdict:
    """What may be said; never what a person's own answers contradict, however sure the others' make it."""
    if answers < FEWEST_ANSWERS:
        return Verdict.OPEN
    if below >= SURE and own < ENOUGH:
        return Verdict.WEAK
    return Verdict.MASTERED if below <= 1.0 - SURE and own >= ENOUGH else Verdict.OPEN


def _facilities(right: Floats, weight: Floats) -> Floats:
    """The share right in each area among the others, for each person, kept off 0 and 1 as by one answer of each kind.

    Counted among all, the answers of somebody whom few others joined in an area would speak twice, as prior and as evidence.
    """
    share: Floats = (right.sum(axis=0) - right + 1.0) / (weight.sum(axis=0) - weight + 2.0)
    return share


def _expected(right: Floats, weight: Floats, facility: Floats) -> Floats:
    """What to expect of each person in each area: its facility, shifted by how they did in the other areas beside what was to be expected there."""
    usual = weight * facility
    others_right, others, others_usual = (part.sum(axis=1, keepdims=True) - part for part in (right, weight, usual))
    rate = np.divide(others_usual, others, out=np.full_like(usual, 0.5), where=others > 0)
    level = np.where(others > 0, _logit((others_right + LEVEL_STRENGTH * rate) / (others + LEVEL_STRENGTH)) - _logit(rate), 0.0)
    shifted: Floats = 1.0 / (1.0 + np.exp(-(_logit(facility) + CARRIED * level)))
    return shifted


def _strength(right: Floats, weight: Floats) -> float:
    """K for one area: how many answers the prior is worth, from how far the shares of people lie apart beyond chance."""
    met = weight > 0
    n, share = weight[met], right[met] / weight[met]
    total, people = float(n.sum()), int(met.sum())
    if people < 2 or total <= people:
        return USUAL_STRENGTH
    between = float((n * (share - right.sum() / total) ** 2).sum()) / (people - 1)
    within = float((n * share * (1.0 - share)).sum()) / (total - people)
    usual = (total - float((n * n).sum()) / total) / (people - 1)
    alike = between - within
    if alike <= 0:
        return MOST_STRENGTH
    correlation = alike / (alike + usual * within) if within else 1.0
    return float(np.clip((1.0 - correlation) / correlation, LEAST_STRENGTH, MOST_STRENGTH))


def _logit(share: Floats) -> Floats:
    kept = np.clip(share, 1e-6, 1.0 - 1e-6)
    out: Floats = np.log(kept / (1.0 - kept))
    return out
