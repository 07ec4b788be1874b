"""Fills columns with blocks: a block is never cut unless it is taller than a column, a heading never stands alone at a foot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from quiz.printing.marks import Block, Row

MAX_STRETCH = 5.0
"""The most space, in points, that is added above a block so that a full column ends near its foot."""


@dataclass(slots=True)
class Column:
    """What stands in one column from the top: rows, each with the space above it."""

    rows: list[tuple[float, Row]] = field(default_factory=list)
    used: float = 0.0
    stretches: list[int] = field(default_factory=list)

    def add(self, block: Block) -> None:
        """Put a block under what is there."""
        if block.may_stretch and self.rows:
            self.stretches.append(len(self.rows))
        for row in block.rows:
            self.add_row(row)

    def add_row(self, row: Row) -> None:
        """Put a row under what is there."""
        self.rows.append((0.0, row))
        self.used += row.height

    def stretch(self, height: float) -> None:
        """Spread what is left of `height` over the places where space may grow."""
        if self.stretches:
            extra = min(MAX_STRETCH, (height - self.used) / len(self.stretches))
            for at in self.stretches:
                self.rows[at] = (extra, self.rows[at][1])


def fill_columns(blocks: Sequence[Block], height: float) -> list[Column]:
    """Return the columns of this height that hold the blocks, at least one; all but the last are stretched."""
    columns = [Column()]
    for chunk in _kept_together(blocks):
        need = sum(block.height for block in chunk)
        if need > height - columns[-1].used and columns[-1].rows:
            columns.append(Column())
        if need <= height:
            for block in chunk:
                columns[-1].add(block)
            continue
        for row in (row for block in chunk for row in block.rows):
            if row.height > height - columns[-1].used and columns[-1].rows:
                columns.append(Column())
            columns[-1].add_row(row)
    for column in columns[:-1]:
        column.stretch(height)
    return columns


def _kept_together(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    chunk: list[Block] = []
    for block in blocks:
        chunk.append(block)
        if not block.keeps_next:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
