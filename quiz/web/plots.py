"""Pictures of items as SVG inside a page: colours are the page's own, so that they follow it into the dark and onto paper."""

from __future__ import annotations

from markupsafe import Markup

from quiz.core.message import Message
from quiz.core.statistics.plot import HEIGHT, WIDTH, Anchor, Plot, PlotLabel
from quiz.web.context import say_text


def svg(plot: Plot, told: str) -> Markup:
    """Return the picture; `told` says in words what it shows, to those who do not see it."""
    lines = Markup("").join(
        Markup('<polyline class="{}" points="{}"/>').format(line.part.value, " ".join(f"{x:.1f},{y:.1f}" for x, y in line.points))
        for line in plot.lines
    )
    labels = Markup("").join(_label(label) for label in plot.labels)
    head = Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(f"{WIDTH:g}", f"{HEIGHT:g}", told)
    return head + lines + labels + Markup("</svg>")


ANCHORS = {Anchor.START: "", Anchor.END: Markup(' text-anchor="end"')}


def _label(label: PlotLabel) -> Markup:
    text = say_text(label.text) if isinstance(label.text, Message) else label.text
    place = (label.part.value, f"{label.x:.1f}", f"{label.y:.1f}", ANCHORS[label.anchor])
    return Markup('<text class="{}" x="{}" y="{}"{}>{}</text>').format(*place, text)
