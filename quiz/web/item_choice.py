"""What somebody picks from the questions of a sitting: an area, a type, those with flags, one order; knows no page and no database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from quiz.core.question import AREAS, QuestionType
from quiz.usecases.item_analysis import SittingItem

Figure = Callable[[SittingItem], float | None]

ORDERS: dict[str, Figure] = {
    "gravity": lambda item: item.report.gravity,
    "answers": lambda item: item.report.figures.answers,
    "facility": lambda item: item.report.figures.facility,
    "discrimination": lambda item: item.report.figures.discrimination,
    "difficulty": lambda item: item.report.rasch.difficulty if item.report.rasch else None,
}
"""By which figure questions may be ordered; those without it come last, whichever way."""


@dataclass(frozen=True, slots=True)
class ItemChoice:
    """Which questions, in which order, from which on."""

    area: str = ""
    type: str = ""
    only_flagged: bool = False
    order: str = "gravity"
    descending: bool = False
    offset: int = 0

    @property
    def is_narrow(self) -> bool:
        """True when questions may be left out."""
        return bool(self.area or self.type or self.only_flagged)

    def link(self, **changes: str) -> dict[str, str]:
        """Return the arguments of a link to this choice with changes, from the first question on; empty ones are left out."""
        now = {"area": self.area, "type": self.type, "flagged": "1" if self.only_flagged else ""}
        now |= {"order": self.order if self.order != "gravity" else "", "down": "1" if self.descending else ""}
        return {name: value for name, value in {**now, **changes}.items() if value}

    def turn(self, order: str) -> dict[str, str]:
        """Return the arguments of the link in a column's head: sort by it, or turn the order round."""
        turns = self.order == order and not self.descending
        return self.link(order=order if order != "gravity" else "", down="1" if turns else "")

    def sorted_as(self, order: str) -> str:
        """Return the value of aria-sort for a column's head."""
        if self.order != order:
            return "none"
        return "descending" if self.descending else "ascending"

    def pick(self, items: Sequence[SittingItem]) -> list[SittingItem]:
        """Return the questions that fit, in order."""
        fit = [item for item in items if self._fits(item)]
        figure = ORDERS[self.order]
        known = [(value, item) for item in fit if (value := figure(item)) is not None]
        rest = [item for item in fit if figure(item) is None]
        return [item for _, item in sorted(known, key=lambda pair: pair[0], reverse=self.descending)] + rest

    def _fits(self, item: SittingItem) -> bool:
        return self.area in ("", item.asked.area) and self.type in ("", item.asked.type.value) and (bool(item.report.flags) or not self.only_flagged)


def read_choice(args: Mapping[str, str]) -> ItemChoice:
    """Return the choice in a page's address; unknown wishes are read as none."""
    area, kind, order, offset = (args.get(name, "") for name in ("area", "type", "order", "offset"))
    return ItemChoice(
        area=area if area in AREAS else "",
        type=kind if kind in set(QuestionType) else "",
        only_flagged=args.get("flagged") == "1",
        order=order if order in ORDERS else "gravity",
        descending=args.get("down") == "1",
        offset=int(offset) if offset.isascii() and offset.isdigit() and len(offset) < 8 else 0,
    )
