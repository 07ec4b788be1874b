"""Which options were chosen, by the best and by the weakest: what shows a wrong key or a distractor that draws nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quiz.core.statistics import gates
from quiz.core.statistics.classical import facilities, moments, over
from quiz.core.statistics.interval import share_interval
from quiz.core.statistics.marks import Floats, Ints, MarkTable, known, sums
from quiz.core.statistics.scores import Ranks, Scores
from quiz.core.statistics.values import Band, Item, OptionFigures


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """What was chosen: entry k says that row `row[k]` of the table chose option `option[k]` of its item, counted from 0."""

    row: Ints
    option: Ints


def option_figures(table: MarkTable, scores: Scores, ranks: Ranks, items: Sequence[Item], chosen: Chosen) -> list[tuple[OptionFigures, ...]]:
    """Return for each item the figures of its options, in their order; nothing for an item without options."""
    width = max((len(item.options) for item in items), default=0)
    if not width:
        return [() for _ in items]
    place = table.item[chosen.row] * width + chosen.option

    def spread(weights: Floats) -> Floats:
        return over(
            sums(place, table.items * width, weights[chosen.row]).reshape(-1, width),
            np.repeat(table.per_item(weights)[:, None], width, axis=1),
        )

    everyone = np.ones(len(table.item))
    shares, (upper, lower) = spread(everyone), map(spread, ranks.tails())
    bands = np.stack([spread(band) for band in ranks.bands()], axis=-1)
    counts = sums(place, table.items * width).reshape(-1, width)
    related = [_correlations(table, scores, chosen, number) for number in range(width)]
    return [
        tuple(
            OptionFigures(
                option=name,
                is_key=name in item.key,
                count=int(counts[i, k]),
                share=_share(shares[i, k]),
                upper=_share(upper[i, k]),
                lower=_share(lower[i, k]),
                correlation=known(related[k][i]),
                bands=tuple(_share(value) for value in bands[i, k]),
            )
            for k, name in enumerate(item.options)
        )
        for i, item in enumerate(items)
    ]


def _correlations(table: MarkTable, scores: Scores, chosen: Chosen, number: int) -> Floats:
    """For each item the correlation of choosing its option with this number and the rest of the total."""
    took = np.zeros(len(table.item))
    took[chosen.row[chosen.option == number]] = 1.0
    return moments(table, took, scores.rest).correlation


def band_figures(table: MarkTable, ranks: Ranks) -> list[tuple[Band, ...]]:
    """Return for each item how the five equal groups of those who met it fared, the weakest first; nothing where too few did."""
    count = table.per_item()
    parts = [(table.per_item(band), facilities(table, band)) for band in ranks.bands()]
    return [
        tuple(_band(float(size[i]), float(share[i])) for size, share in parts)
        if count[i] >= gates.FACILITY and not any(np.isnan(share[i]) for _, share in parts)
        else ()
        for i in range(table.items)
    ]


def _band(answers: float, facility: float) -> Band:
    interval = share_interval(facility, answers)
    assert interval is not None
    return Band(answers, facility, interval)


def _share(value: float) -> float:
    return 0.0 if np.isnan(value) else float(value)
