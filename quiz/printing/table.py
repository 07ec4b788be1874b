"""Tables that run over several sides: their head stands again on each; texts are broken, numbers end at the right, small pictures stand in cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quiz.core.statistics.strip import Bar, Strip
from quiz.printing.flow import Column
from quiz.printing.fonts import Font, text_width
from quiz.printing.linebreak import tokens
from quiz.printing.marks import Block, Mark, Row, Stroke
from quiz.printing.typeset import SMALL, broken, set_line

LEADING, PAD, GAP = 12.0, 2.5, 6.0
RULE, FAINT, POINT, RANGE = 0.6, 0.25, 2.2, 0.8
TICK = 3.5
"""Half the height of the stroke that marks a figure."""

BAR = 7.0
"""How thick a bar is."""

LEAST_OF_PICTURE = 0.6
"""Of its part of the width a picture keeps at least so much."""

Cell = str | Strip | Bar | None


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column: its title, its part of the width, and whether its cells are numbers."""

    title: str
    weight: float
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A head and rows below it."""

    head: Row
    rows: tuple[Row, ...]


def make_table(columns: Sequence[TableColumn], rows: Sequence[Sequence[Cell]], measure: float) -> Table:
    """Return a table of this width; a row is as high as its longest cell. No word is cut while other columns have room for it."""
    widths = _widths(columns, rows, measure)
    head = _row([column.title for column in columns], columns, widths, Font.HEI, RULE)
    return Table(head, tuple(_row(row, columns, widths, Font.SONG, FAINT) for row in rows))


def _widths(columns: Sequence[TableColumn], rows: Sequence[Sequence[Cell]], measure: float) -> list[float]:
    """The columns' parts of the width. Where a word would be cut, others give what they do not need: for words of cells too, or of heads alone."""
    whole = sum(column.weight for column in columns)
    widths = [measure * column.weight / whole for column in columns]
    heads = [_widest(column.title, Font.HEI) for column in columns]
    cells = [[cell for row in rows if isinstance(cell := row[at], str)] for at in range(len(columns))]
    texts = [max((_widest(text, Font.SONG) for text in own), default=0.0) for own in cells]
    pictures = [width * LEAST_OF_PICTURE if any(isinstance(row[at], Strip | Bar) for row in rows) else 0.0 for at, width in enumerate(widths)]
    for words in (list(map(max, heads, texts)), heads):
        needs = [max(word + GAP, picture) for word, picture in zip(words, pictures, strict=True)]
        short = sum(max(0.0, need - width) for need, width in zip(needs, widths, strict=True))
        spare = sum(max(0.0, width - need) for need, width in zip(needs, widths, strict=True))
        if short <= spare:
            given = short / spare if spare else 0.0
            return [max(need, width - given * (width - need)) for need, width in zip(needs, widths, strict=True)]
    return widths


def _widest(text: str, font: Font) -> float:
    """The width of the longest piece of a text that should not be cut."""
    return max((text_width(token, font, SMALL) for line in text.split("\n") for token in tokens(line)), default=0.0)


def fill_sides(parts: Sequence[Block | Table], height: float) -> list[Column]:
    """Return the columns of this height that hold the parts, at least one: blocks uncut, tables cut between rows with their head repeated."""
    sides = [Column()]

    def turn(need: float) -> bool:
        if need > height - sides[-1].used and sides[-1].rows:
            sides.append(Column())
            return True
        return False

    for number, part in enumerate(parts):
        if isinstance(part, Table):
            turn(part.head.height + sum(row.height for row in part.rows[:1]))
            sides[-1].add_row(part.head)
            for row in part.rows:
                if turn(row.height):
                    sides[-1].add_row(part.head)
                sides[-1].add_row(row)
            continue
        turn(part.height + (_least(parts[number + 1]) if part.keeps_next and number + 1 < len(parts) else 0.0))
        sides[-1].add(part)
    return sides


def _least(part: Block | Table) -> float:
    """The height without which a heading does not stand above a part."""
    return part.height if isinstance(part, Block) else part.head.height + sum(row.height for row in part.rows[:2])


def _row(cells: Sequence[Cell], columns: Sequence[TableColumn], widths: Sequence[float], font: Font, rule: float) -> Row:
    lines = [_lines(cell, width - GAP, font) if isinstance(cell, str) else [] for cell, width in zip(cells, widths, strict=True)]
    height = max(1, *map(len, lines)) * LEADING + 2 * PAD
    marks: list[Mark] = [Stroke(0.0, 0.0, sum(widths), 0.0, rule)]
    left = 0.0
    for cell, own, column, width in zip(cells, lines, columns, widths, strict=True):
        if isinstance(cell, Strip):
            marks += strip_marks(cell, left + GAP, width - 2 * GAP, height - PAD - LEADING / 2)
        if isinstance(cell, Bar) and cell.share:
            y = height - PAD - LEADING / 2
            marks.append(Stroke(left + GAP, y, left + GAP + (width - 2 * GAP) * cell.share, y, BAR))
        for down, text in enumerate(own):
            x = left + (width - GAP - text_width(text, font, SMALL) if column.is_number else 0.0)
            marks += set_line(text, font, SMALL, x=x, y=height - PAD - (down + 1) * LEADING + 0.27 * LEADING)
        left += width
    return Row(height, tuple(marks))


def _lines(text: str, width: float, font: Font) -> list[str]:
    return [line.ink for part in text.split("\n") for line in broken(part, width, font, SMALL)] if text else []


def strip_marks(found: Strip, x: float, width: float, y: float) -> list[Mark]:
    """Return a small picture of this width on the height y: the interval as a line, the figure as a heavy stroke, what it is compared with thin."""
    marks: list[Mark] = [Stroke(x, y - TICK, x, y + TICK, FAINT), Stroke(x + width, y - TICK, x + width, y + TICK, FAINT)]
    if found.reference is not None:
        at = x + width * found.reference
        marks.append(Stroke(at, y - 2 * TICK, at, y + 2 * TICK, FAINT))
    point = x + width * found.point
    return [*marks, Stroke(x + width * found.low, y, x + width * found.high, y, RANGE), Stroke(point, y - TICK, point, y + TICK, POINT)]
