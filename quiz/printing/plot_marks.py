"""Pictures of items as marks for a printed page: black, told apart by the weight of their lines."""

from __future__ import annotations

from itertools import pairwise

from quiz.core.message import Message, Translate, mark_text
from quiz.core.statistics.plot import HEIGHT, WIDTH, Anchor, Part, Plot
from quiz.printing.fonts import Font, text_width
from quiz.printing.marks import Mark, Row, Stroke
from quiz.printing.typeset import set_line

WEIGHTS = {Part.GRID: 0.25, Part.RANGE: 0.4, Part.OTHER: 0.6, Part.RIGHT: 1.0, Part.KEY: 1.8, Part.SCALE: 0.25}
SIZE = 11.0
"""Of labels, in the plot's own units."""


def plot_row(plot: Plot, width: float, translate: Translate = mark_text) -> Row:
    """Return the picture as a row of this width that is never cut."""
    scale = width / WIDTH
    marks: list[Mark] = []
    for line in plot.lines:
        points = [(x * scale, (HEIGHT - y) * scale) for x, y in line.points]
        marks += [Stroke(*start, *end, WEIGHTS[line.part]) for start, end in pairwise(points)]
    for label in plot.labels:
        font = Font.HEI if label.part in (Part.KEY, Part.RIGHT) else Font.SONG
        text = label.text.render(translate) if isinstance(label.text, Message) else label.text
        size = SIZE * scale
        left = text_width(text, font, size) if label.anchor is Anchor.END else 0.0
        marks += set_line(text, font, size, x=label.x * scale - left, y=(HEIGHT - label.y) * scale)
    return Row(HEIGHT * scale, tuple(marks))
