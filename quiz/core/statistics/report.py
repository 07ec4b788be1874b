"""A whole analysis as plain values: what pages, files and commands show."""

from __future__ import annotations

from dataclasses import dataclass

from quiz.core.statistics.flags import Flag, FlagKind
from quiz.core.statistics.values import Band, Calibrated, Calibration, GroupDifference, Item, ItemFigures, OptionFigures, TotalFigures


@dataclass(frozen=True, slots=True)
class ItemReport:
    """All that is known of one item. `differences` are told with the name of the group that each is about."""

    item: Item
    figures: ItemFigures
    options: tuple[OptionFigures, ...]
    bands: tuple[Band, ...]
    rasch: Calibrated | None
    two_parameter: Calibrated | None
    differences: tuple[tuple[str, GroupDifference], ...]
    flags: tuple[Flag, ...]

    @property
    def gravity(self) -> int:
        """How soon it should be looked at, 0 first; items without flags come last."""
        return list(FlagKind).index(self.flags[0].kind) if self.flags else len(FlagKind)


@dataclass(frozen=True, slots=True)
class Analysis:
    """A test analysed. `calibrations` are those that could be fitted."""

    totals: TotalFigures
    items: tuple[ItemReport, ...]
    calibrations: tuple[Calibration, ...]

    def calibration(self, model: str) -> Calibration | None:
        """Return the calibration by a model, or None."""
        return next((found for found in self.calibrations if found.model == model), None)

    @property
    def flagged(self) -> tuple[ItemReport, ...]:
        """The items with flags, the gravest first."""
        return tuple(sorted((item for item in self.items if item.flags), key=lambda item: item.gravity))
