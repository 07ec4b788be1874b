"""Figures of items by classical test theory, as Moodle's documentation of quiz statistics defines them, for common papers and for differing ones.

Source: docs.moodle.org/dev/Quiz_statistics_calculations; the symbols in the docstrings are its own: x the mark, X the rest of the total, T the
total, S the number of answers. On differing papers X and T are shares of what the paper let expect (see `scores`); on a common paper the
figures are Moodle's to the last digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quiz.core.statistics.interval import correlation_interval, share_interval
from quiz.core.statistics.marks import Floats, MarkTable, known, sums
from quiz.core.statistics.scores import Ranks, Scores
from quiz.core.statistics.values import Interval, ItemFigures

EXACT = 1e-12
"""A sum of squares around the mean below this share of that around 0 is rounding: a constant. So is a correlation."""


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """For each item over the rows that can be compared: their number, the variances of x and of X, and their covariance."""

    count: Floats
    own: Floats
    other: Floats
    shared: Floats

    @property
    def correlation(self) -> Floats:
        """The correlation of x and X; NaN where one of them does not vary."""
        return over(self.shared, np.sqrt(self.own * self.other))


def item_figures(table: MarkTable, scores: Scores, ranks: Ranks, guesses: Sequence[float | None] = ()) -> tuple[ItemFigures, ...]:
    """Return the figures of every item, in order; `guesses` gives for each what blind guessing would earn, where anybody can say."""
    count, most, shares = table.per_item(), most_of(table), table.shares()
    rest, whole = moments(table, table.mark, scores.rest), moments(table, table.mark, scores.total[table.person])
    upper, lower = (facilities(table, part) for part in ranks.tails())
    weights, shrinks = effective_weights(whole.shared, scores.is_share)
    columns = {
        "max_mark": most,
        "mean": over(table.per_item(table.mark), count),
        "facility": facilities(table, np.ones(len(table.item))),
        "deviation": np.sqrt(whole.own),
        "intended_weight": over(100.0 * most, np.full(table.items, most.sum() if table.is_common else 0.0)),
        "effective_weight": weights,
        "discrimination": 100.0 * rest.correlation,
        "efficiency": np.where(np.isnan(rest.correlation), np.nan, 100.0 * over(rest.shared, _largest(table, scores.rest))),
        "point_biserial": rest.correlation,
        "point_biserial_whole": whole.correlation,
        "upper": upper,
        "lower": lower,
        "upper_lower": upper - lower,
        "alpha_without": _alphas_without(table),
    }
    intervals = _below_0(table, shares)
    rows = [{name: known(values[i]) for name, values in columns.items()} for i in range(table.items)]
    return tuple(
        ItemFigures(
            **row,
            answers=int(count[i]),
            facility_interval=intervals[i] or _share_interval(row["facility"], count[i]),
            guess=guesses[i] if guesses else None,
            shrinks_total=bool(shrinks[i]),
            point_biserial_interval=_correlation_interval(row["point_biserial"], rest.count[i]),
        )
        for i, row in enumerate(rows)
    )


def _below_0(table: MarkTable, shares: Floats) -> list[Interval | None]:
    """Student's interval of the facility of each item that cost somebody marks, as in a contest: there it is no share of right answers."""
    if not (shares < 0).any():
        return [None] * table.items
    from quiz.core.statistics.spread import mean_interval  # scipy is loaded when it is needed

    costly, count = table.per_item((shares < 0).astype(np.float64)) > 0, table.per_item()
    total, squares = table.per_item(shares), table.per_item(shares * shares)
    return [mean_interval(int(count[i]), float(total[i]), float(squares[i])) if costly[i] else None for i in range(table.items)]


def moments(table: MarkTable, values: Floats, compared: Floats) -> Moments:
    """Return the second moments, for each item, of two columns with a value for each row; rows where `compared` is NaN are left out.

    Variances and covariances divide by S - 1; what varies by rounding only is constant.
    """
    keep = ~np.isnan(compared)
    item, x, y = table.item[keep], values[keep], compared[keep]

    def total(column: Floats | None = None) -> Floats:
        return sums(item, table.items, column)

    count = total()
    dx, dy = (column - over(total(column), count)[item] for column in (x, y))
    own, other = (np.where(total(d * d) <= EXACT * total(v * v), 0.0, total(d * d)) for d, v in ((dx, x), (dy, y)))
    shared, together = total(dx * dy), np.sqrt(own * other)
    shared = np.where((together == 0) | (np.abs(shared) <= EXACT * together), 0.0, shared)
    return Moments(count, *(over(part, count - 1) for part in (own, other, shared)))


def _largest(table: MarkTable, compared: Floats) -> Floats:
    """The largest covariance that the marks of each item and what they are compared with could have: that of both columns sorted."""
    keep = ~np.isnan(compared)
    item, x, y = table.item[keep], table.mark[keep], compared[keep]
    by_x, by_y = np.lexsort((x, item)), np.lexsort((y, item))
    grouped = item[by_x]
    count = sums(item, table.items)
    mean = over(sums(item, table.items, x), count)
    return over(sums(grouped, table.items, (x[by_x] - mean[grouped]) * y[by_y]), count - 1)


def effective_weights(with_total: Floats, is_share: bool) -> tuple[Floats, NDArray[np.bool_]]:
    """Return each item's effective weight in percent, 100 √cov(x, T) / Σ √cov(x, T), and which items have none because cov(x, T) < 0.

    The sum runs over the items whose covariance is not negative. Papers that differ have no common total that a weight could be of.
    """
    shrinks = with_total < 0
    roots = np.sqrt(np.where(shrinks | np.isnan(with_total), 0.0, with_total))
    if is_share or not roots.sum():
        return np.full(len(roots), np.nan), shrinks
    return np.where(shrinks, np.nan, 100.0 * roots / roots.sum()), shrinks


def _alphas_without(table: MarkTable) -> Floats:
    """Cronbach's alpha of the test without each item in turn; NaN unless the paper is common and two items remain."""
    worth = table.per_item(table.most) > 0
    left = worth.sum() - worth.astype(np.float64)
    if not table.is_common or table.persons < 3:
        return np.full(table.items, np.nan)
    marks = table.matrix()
    own, totals = marks.var(axis=0, ddof=1), marks.sum(axis=1)
    rest = (totals[:, None] - marks).var(axis=0, ddof=1)
    rest[rest <= EXACT * (totals**2).mean()] = 0.0
    alphas: Floats = over(left, np.where(left > 1, left - 1, 0.0)) * (1.0 - over(own.sum() - own, rest))
    return alphas


def facilities(table: MarkTable, weights: Floats) -> Floats:
    """Return the share of the marks of each item that its rows earned, each row with its weight; NaN where there were no marks to earn."""
    return over(table.per_item(weights * table.shares()), np.where(most_of(table) > 0, table.per_item(weights), 0.0))


def most_of(table: MarkTable) -> Floats:
    """Return the marks to be earned on each item, on average where papers give it different ones."""
    return over(table.per_item(table.most), table.per_item())


def over(numerator: Floats, denominator: Floats) -> Floats:
    """Return the quotient of two columns, NaN where the denominator is not positive."""
    quotient: Floats = np.divide(numerator, denominator, out=np.full(np.shape(numerator), np.nan), where=denominator > 0)
    return quotient


def _share_interval(share: float | None, answers: float) -> Interval | None:
    return None if share is None else share_interval(share, float(answers))


def _correlation_interval(correlation: float | None, answers: float) -> Interval | None:
    return None if correlation is None else correlation_interval(correlation, float(answers))
