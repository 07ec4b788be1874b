"""The whole analysis of a test in one call: items, options, totals, calibration, differences between groups, flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from quiz.core.statistics.calibration import Fit, Model, describe, fit_model
from quiz.core.statistics.classical import item_figures
from quiz.core.statistics.dif import group_differences
from quiz.core.statistics.flags import USUAL_RELIABILITY, flags_of
from quiz.core.statistics.marks import MarkTable
from quiz.core.statistics.options import Chosen, band_figures, option_figures
from quiz.core.statistics.report import Analysis, ItemReport
from quiz.core.statistics.scores import ranks_of, scores_of
from quiz.core.statistics.totals import total_figures
from quiz.core.statistics.values import Item

NOTHING_CHOSEN = Chosen(np.zeros(0, np.int64), np.zeros(0, np.int64))


def fit_models(table: MarkTable, models: Sequence[Model]) -> dict[Model, Fit]:
    """Return the models that can be fitted. Where papers differ priors keep the items that few have met within reason."""
    found = {model: fit_model(table, model, has_prior=not table.is_common) for model in models}
    return {model: fit for model, fit in found.items() if fit is not None}


def analyse(
    table: MarkTable,
    items: Sequence[Item],
    chosen: Chosen = NOTHING_CHOSEN,
    fits: Mapping[Model, Fit] | None = None,
    groups: Sequence[tuple[str, Sequence[int]]] = (),
) -> Analysis:
    """Return everything about a test. `groups` gives for each comparison its name and, for each person, 0, 1 (the group it is about) or -1."""
    scores, fits = scores_of(table), fits or {}
    ranks = ranks_of(table, scores)
    calibrations = {model: describe(fit) for model, fit in fits.items()}
    rasch, two = ([None] * table.items if model not in fits else calibrations[model].items for model in (Model.RASCH, Model.TWO_PARAMETER))
    compared = [(name, group_differences(table, scores, np.asarray(sides, np.int64))) for name, sides in groups]
    figures = item_figures(table, scores, ranks, [item.guess for item in items])
    options, bands = option_figures(table, scores, ranks, items, chosen), band_figures(table, ranks)
    totals = total_figures(table, scores)
    trusted = totals.alpha if totals.alpha is not None else next((found.reliability for found in calibrations.values()), None)
    reports = []
    for i, item in enumerate(items):
        differences = tuple((name, found[i]) for name, found in compared)
        flags = flags_of(figures[i], options[i], item.is_single, differences, USUAL_RELIABILITY if trusted is None else trusted, item.lost)
        reports.append(ItemReport(item, figures[i], options[i], bands[i], rasch[i], two[i], differences, flags))
    return Analysis(totals, tuple(reports), tuple(calibrations.values()))


def comparisons(labels: Sequence[str]) -> list[tuple[str, list[int]]]:
    """Return the comparisons between the groups that the labels name (one for each person, "" for none): two once, more each with all others."""
    names = list(dict.fromkeys(label for label in labels if label))
    if len(names) < 2:
        return []
    return [(name, [-1 if not label else int(label == name) for label in labels]) for name in (names[1:] if len(names) == 2 else names)]
