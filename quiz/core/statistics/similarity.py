"""Screening for copied answers: pairs whose wrong answers agree more than chance explains, with a false-alarm rate stated beforehand.

That two people both know an answer says nothing; that they give the same wrong one may. For each pair the number of items on which both gave the
same wrong answer is set against its exact distribution were they independent: a sum of unequal yes-or-no chances, as in the generalised binomial
test (W. J. van der Linden, L. Sotaridona, J. Educ. Behav. Stat. 31 (2006) 283-304), here for wrong answers only, as in the K index. The chance that a
person is wrong comes from the fitted model at the ability that explains their own number right; which wrong answer they give, from everybody's.
The limit for one pair is the stated rate divided by the number of pairs (Bonferroni). What comes out is a lead for a person to look into: people who
were taught the same error together give the same wrong answers too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from quiz.core.statistics.calibration import Fit, Model, fit_model
from quiz.core.statistics.likelihood import logistic
from quiz.core.statistics.marks import Floats, Ints, MarkTable, sums
from quiz.core.statistics.values import Lead, Similarity

FALSE_ALARM = 0.01
"""The chance that anybody at all is named where nobody copied."""

FEWEST_COMMON = 10
"""Items that two people must both have met before anything is said about them."""

FEWEST_SAME = 3
"""Fewer equal wrong answers than this are never a lead."""

MOST_EVERYBODY = 1_000
"""Persons up to whom everybody is compared with everybody; above that with the `NEAR` next ones in the given order."""

NEAR = 10
AT_ONCE = 100_000
STEPS = 15
"""Newton steps for an ability: each moves by at most one."""

WORTH_A_LOOK = 1.5
"""Standard deviations above the expected count from which the exact chance is worked out: below, it is far from any limit."""


def screen(table: MarkTable, answer: Ints, pairs: Iterable[tuple[int, int]] | None = None, false_alarm: float = FALSE_ALARM) -> Similarity:
    """Return which of the pairs of persons have too many equal wrong answers; without `pairs` everybody with everybody, or with those near.

    `answer` tells for each row of the table which answer was given, as a number that means the same thing for everyone who met that item; below 0
    where nothing was answered. Where only right and wrong are known, give every answer the same number. Wrong is whatever earned less than all
    the marks, and the model is fitted to that.
    """
    first, second = _usual(table.persons) if pairs is None else _columns(pairs)
    threshold = false_alarm / max(1, len(first))
    right = replace(table, mark=(table.mark >= table.most).astype(np.float64), most=np.ones(len(table.most)))
    fit = fit_model(right, Model.RASCH, has_prior=not table.is_common)
    if fit is None:
        return Similarity(len(first), false_alarm, threshold, ())
    agreement = _Agreement(right, fit, answer)
    leads = [
        lead
        for start in range(0, len(first), AT_ONCE)
        for lead in agreement.leads(first[start : start + AT_ONCE], second[start : start + AT_ONCE], threshold)
    ]
    return Similarity(len(first), false_alarm, threshold, tuple(sorted(leads, key=lambda lead: (lead.p_value, lead.first, lead.second))))


def abilities(table: MarkTable, fit: Fit) -> Floats:
    """Return for each person the ability at which the number right that the model expects is their own (the likeliest under a Rasch model).

    Who had all or nothing right is taken to have missed or hit half an item. Not drawn towards the mean as expected abilities are: that would make
    weak people look too good, and their common errors too rare.
    """
    known = ~np.isnan(fit.slope[table.item])
    person, slope, intercept = table.person[known], fit.slope[table.item[known]], fit.intercept[table.item[known]]

    def total(values: Floats | None = None) -> Floats:
        return sums(person, table.persons, values)

    met = total()
    right = np.clip(total(table.shares()[known].clip(0.0, 1.0)), np.minimum(0.5, met / 2), np.maximum(met - 0.5, met / 2))
    ability = np.zeros(table.persons)
    for _ in range(STEPS):
        chance = logistic(slope * ability[person] + intercept)
        slack = total(slope * chance * (1.0 - chance))
        ability += np.divide(right - total(chance), slack, out=np.zeros_like(slack), where=slack > 1e-9).clip(-1.0, 1.0)
    return ability


class _Agreement:
    """Who gave which wrong answers, and how likely equal ones are, as sparse rows of persons."""

    def __init__(self, table: MarkTable, fit: Fit, answer: Ints) -> None:
        known = ~np.isnan(fit.slope[table.item])
        wrong = known & (table.mark < 1.0)
        named = wrong & (answer >= 0)
        width = int(answer.max(initial=0)) + 1
        kinds, code = np.unique(table.item * width + np.maximum(answer, 0), return_inverse=True)
        failed = np.maximum(table.per_item(wrong.astype(np.float64)), 1.0)[kinds // width]
        agreeing = sums(kinds // width, table.items, (sums(code[named], len(kinds)) / failed) ** 2)
        failing = 1.0 - logistic(fit.slope[table.item] * abilities(table, fit)[table.person] + fit.intercept[table.item])

        def rows(keep: Any, values: Floats, columns: Ints, size: int) -> Any:
            return csr_array((values[keep], (table.person[keep], columns[keep])), shape=(table.persons, size))

        ones = np.ones(len(table.item))
        self._same = rows(named, ones, code, len(kinds))
        self._chance = rows(known, failing * np.sqrt(agreeing)[table.item], table.item, table.items)
        self._wrong, self._met = rows(wrong, ones, table.item, table.items), rows(known, ones, table.item, table.items)

    def leads(self, first: Ints, second: Ints, threshold: float) -> list[Lead]:
        """Return the pairs whose equal wrong answers are rarer than the threshold."""
        same = _shared(self._same, first, second)
        kept = same >= FEWEST_SAME
        kept[kept] = _shared(self._met, first[kept], second[kept]) >= FEWEST_COMMON
        first, second, same = first[kept], second[kept], same[kept]
        chances = self._chance[first].multiply(self._chance[second]).tocsr()
        expected = chances.sum(axis=1)
        spread = np.sqrt(np.maximum(expected - chances.multiply(chances).sum(axis=1), 1e-12))
        out = []
        for k in np.flatnonzero(same > expected + WORTH_A_LOOK * spread):
            p_value = tail(chances.data[chances.indptr[k] : chances.indptr[k + 1]], int(same[k]))
            if p_value <= threshold:
                pair = (first[k : k + 1], second[k : k + 1])
                both = [int(_shared(rows, *pair)[0]) for rows in (self._met, self._wrong)]
                out.append(Lead(int(first[k]), int(second[k]), both[0], both[1], int(same[k]), float(expected[k]), p_value))
        return out


def tail(chances: Floats, least: int) -> float:
    """Return how likely at least so many of independent events with these chances come true (the Poisson-binomial distribution, exactly)."""
    exactly = np.zeros(least + 1)  # the last place gathers everything from `least` on
    exactly[0] = 1.0
    for chance in chances:
        moved = exactly[:-1] * chance
        exactly[:-1] -= moved
        exactly[1:] += moved
    return float(exactly[-1])


def _shared(rows: Any, first: Ints, second: Ints) -> Floats:
    """For each pair the sum of the products of their rows."""
    products: Floats = rows[first].multiply(rows[second]).sum(axis=1)
    return products


def _usual(persons: int) -> tuple[Ints, Ints]:
    """Everybody with everybody, or where these are many, with the next ones in order."""
    if persons <= MOST_EVERYBODY:
        first, second = np.triu_indices(persons, 1)
        return first.astype(np.int64), second.astype(np.int64)
    near = [(np.arange(persons - step), np.arange(step, persons)) for step in range(1, NEAR + 1)]
    return np.concatenate([a for a, _ in near]), np.concatenate([b for _, b in near])


def _columns(pairs: Iterable[tuple[int, int]]) -> tuple[Ints, Ints]:
    found = np.array(list(pairs), np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]
