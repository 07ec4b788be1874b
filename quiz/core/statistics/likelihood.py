"""How likely the answers of each person are at each point of the scale of ability: what expectation-maximisation asks again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from quiz.core.statistics.marks import Floats, MarkTable, sums

POINTS = 61


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """The curves of the items in use: logit P = slope θ + intercept."""

    slope: Floats
    intercept: Floats

    def at(self, nodes: Floats) -> Floats:
        """Return the logits, items × nodes."""
        return self.slope[:, None] * nodes + self.intercept[:, None]


class Answers:
    """The answers to the items in use (the columns that `used` names), and the grid of abilities.

    `nodes` and `weights` are the 61 points of Gauss-Hermite quadrature for a normal ability; `right` is the sum of shares for each item,
    `count` how many met it, `persons` how many met any.
    """

    def __init__(self, table: MarkTable, used: NDArray[np.bool_]) -> None:
        self.nodes, weights = np.polynomial.hermite_e.hermegauss(POINTS)
        self.weights = weights / weights.sum()
        kept = table.only(used[table.item])
        self.person, self.item = kept.person, (np.cumsum(used) - 1)[kept.item]
        self.share = kept.shares().clip(0.0, 1.0)
        shape = (table.persons, int(used.sum()))
        self.right, self.count = (sums(self.item, shape[1], values) for values in (self.share, None))
        self.persons = int((kept.per_person() > 0).sum())
        self._all_met = table.is_common
        self._met: Any = None
        if self._all_met:  # everybody met everything: plain matrices, and no need to say who met what
            self._shares: Any = self.share.reshape(shape)
        else:
            self._shares = csr_array((self.share, (self.person, self.item)), shape=shape)
            self._met = csr_array((np.ones(len(self.item)), (self.person, self.item)), shape=shape)

    def posterior(self, curves: Curves) -> tuple[Floats, float]:
        """Return how the ability of each person is spread over the nodes, persons × nodes, and the marginal log-likelihood."""
        misses = -np.logaddexp(0.0, curves.at(self.nodes))
        logs = misses.sum(axis=0) if self._all_met else self._met @ misses
        logs = logs + np.outer(self._shares @ curves.slope, self.nodes) + (self._shares @ curves.intercept)[:, None]
        top = logs.max(axis=1, keepdims=True)
        weighed = np.exp(logs - top) * self.weights
        chance = weighed.sum(axis=1, keepdims=True)
        return weighed / chance, float((np.log(chance) + top).sum())

    def met_at(self, posterior: Floats) -> Floats:
        """Return how many of those who met an item are expected at each node, items × nodes; one row for all where everybody met everything."""
        found: Floats = posterior.sum(axis=0)[None, :] if self._all_met else self._met.T @ posterior
        return found

    def right_moment(self, posterior: Floats) -> Floats:
        """Return for each item the sum over persons of share right times expected ability."""
        moment: Floats = self._shares.T @ (posterior @ self.nodes)
        return moment


def logistic(value: Floats) -> Floats:
    """Return 1 / (1 + exp(-value)) without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * value))
