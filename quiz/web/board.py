"""What an organiser picks from a sitting's list: one unit, one standing, one order; knows no page and no database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from quiz.core.results import ResultRow, Standing

SAT = (Standing.AT_WORK, Standing.SUBMITTED, Standing.VOIDED)
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
NO_SCORE = Decimal("-Infinity")
"""Below every score, those of a contest too."""

ORDERS: dict[str, Callable[[ResultRow], Any]] = {
    "unit": lambda _row: 0,  # the rows come by unit and staff number
    "name": lambda row: row.name,
    "number": lambda row: row.number,
    "standing": lambda row: list(Standing).index(row.standing),
    "score": lambda row: NO_SCORE if row.score is None else row.score,
    "submitted": lambda row: row.submitted_at or LONG_AGO,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows, in which order, from which on; unknown wishes are read as none."""

    unit: str = ""
    standing: str = ""
    order: str = "unit"
    descending: bool = False
    offset: int = 0

    @property
    def is_narrow(self) -> bool:
        """True when rows may be left out."""
        return bool(self.unit or self.standing)

    def link(self, **changes: str) -> dict[str, str]:
        """Return the arguments of a link to this choice with changes, from the first row on; empty ones are left out."""
        now = {"unit": self.unit, "standing": self.standing, "order": self.order if self.order != "unit" else ""}
        now["down"] = "1" if self.descending else ""
        return {name: value for name, value in {**now, **changes}.items() if value}

    def turn(self, order: str) -> dict[str, str]:
        """Return the arguments of the link in a column's head: sort by it, or turn the order round."""
        turns = self.order == order and not self.descending
        first_down = self.order != order and order in ("score", "submitted")
        return self.link(order="" if order == "unit" else order, down="1" if turns or first_down else "")

    def sorted_as(self, order: str) -> str:
        """Return the value of aria-sort for a column's head."""
        if self.order != order:
            return "none"
        return "descending" if self.descending else "ascending"


def read_choice(args: Mapping[str, str]) -> Choice:
    """Return the choice in a page's address."""
    standing, order, offset = (args.get(name, "") for name in ("standing", "order", "offset"))
    return Choice(
        unit=args.get("unit", ""),
        standing=standing if standing in set(Standing) else "",
        order=order if order in ORDERS else "unit",
        descending=args.get("down") == "1",
        offset=int(offset) if offset.isascii() and offset.isdigit() and len(offset) < 8 else 0,
    )


def pick(rows: Sequence[ResultRow], choice: Choice) -> tuple[list[ResultRow], list[ResultRow]]:
    """Return the rows that fit, those who have sat in the order wished for, and apart those who have not, by unit."""
    fit = [row for row in rows if choice.unit in ("", row.unit_code) and choice.standing in ("", row.standing.value)]
    sat = sorted((row for row in fit if row.standing in SAT), key=ORDERS[choice.order], reverse=choice.descending)
    return sat, [row for row in fit if row.standing not in SAT]
