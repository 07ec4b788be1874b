"""Everything that the statistics can say of a sheet from anywhere: what `quiz stats` prints."""

from __future__ import annotations

from dataclasses import dataclass

from quiz.core.statistics.analysis import analyse, comparisons, fit_models
from quiz.core.statistics.calibration import Fit, Model
from quiz.core.statistics.gather import Gathered, gather_sheet
from quiz.core.statistics.report import Analysis
from quiz.core.statistics.scores import scores_of
from quiz.core.statistics.sheet import Sheet
from quiz.core.statistics.similarity import FALSE_ALARM, screen
from quiz.core.statistics.values import Similarity


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a sheet: the total (None without one), and by model the expected ability with its deviation."""

    name: str
    total: float | None
    abilities: dict[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class SheetReport:
    """A sheet analysed."""

    analysis: Analysis
    similarity: Similarity
    persons: tuple[Person, ...]


def analyse_sheet(sheet: Sheet, false_alarm: float = FALSE_ALARM) -> SheetReport:
    """Return all statistics of a sheet, every model included."""
    gathered = gather_sheet(sheet)
    fits = fit_models(gathered.table, tuple(Model))
    analysis = analyse(gathered.table, sheet.items, gathered.chosen, fits, comparisons(sheet.groups))
    similarity = screen(gathered.table, gathered.answer, false_alarm=false_alarm)
    return SheetReport(analysis, similarity, _persons(sheet, gathered, fits))


def _persons(sheet: Sheet, gathered: Gathered, fits: dict[Model, Fit]) -> tuple[Person, ...]:
    totals = scores_of(gathered.table).total
    columns = {model.value: list(zip(fit.ability.tolist(), fit.deviation.tolist(), strict=True)) for model, fit in fits.items()}
    return tuple(
        Person(name, None if total != total else total, {model: found[s] for model, found in columns.items()})  # noqa: PLR0124  NaN
        for s, (name, total) in enumerate(zip(sheet.persons, totals.tolist(), strict=True))
    )
