"""Sheet sizes and where things stand on them. Lengths are points unless a name says mm."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MM = 72 / 25.4
MARGIN = 18 * MM
"""From the upper and lower edge of the sheet to the text."""

FOOTER_AT = 9 * MM
"""The base line of the footer."""


class PageSize(StrEnum):
    """A4 upright with one column, or A3 across with two."""

    A4 = "A4"
    A3 = "A3"


@dataclass(frozen=True, slots=True)
class Geometry:
    """A side of a sheet as seen from the front: columns by their left edges, the sealed line, the rule between columns (None: one column)."""

    width: float
    height: float
    measure: float
    lefts: tuple[float, ...]
    sealed_line: float
    gutter: float | None

    @property
    def column_height(self) -> float:
        """The height that text may fill."""
        return self.height - 2 * MARGIN

    def left(self, column: int, *, back: bool) -> float:
        """The left edge of a column; the back of a sheet is shifted so that nothing stands behind the sealed strip."""
        return self.lefts[column] - (self._shift if back else 0.0)

    def gutter_at(self, *, back: bool) -> float | None:
        """Where the rule between two columns stands."""
        return None if self.gutter is None else self.gutter - (self._shift if back else 0.0)

    @property
    def _shift(self) -> float:
        margin_right = self.width - self.lefts[-1] - self.measure
        return self.lefts[0] - margin_right


GEOMETRIES = {
    PageSize.A4: Geometry(210 * MM, 297 * MM, 162 * MM, (32 * MM,), 27 * MM, None),
    PageSize.A3: Geometry(420 * MM, 297 * MM, 172 * MM, (40 * MM, 230 * MM), 33 * MM, 221 * MM),
}
"""The sides of papers, with room for the sealed strip."""

KEY_GEOMETRIES = {
    PageSize.A4: Geometry(210 * MM, 297 * MM, 162 * MM, (24 * MM,), 0.0, None),
    PageSize.A3: Geometry(420 * MM, 297 * MM, 172 * MM, (29 * MM, 219 * MM), 0.0, 210 * MM),
}
"""The sides of answer keys, which have no sealed strip."""
