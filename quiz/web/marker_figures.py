"""The page that says how each marker marks; registered by the organiser's pages."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from quiz.core.access import Action
from quiz.core.marker_figures import BANDS, NOTE, MarkerFigures
from quiz.core.statistics.strip import Strip, strip
from quiz.usecases.marker_figures import read_markers
from quiz.web.context import actor, needs, now, reader
from quiz.web.strips import strip_svg

WIDEST = 0.5
"""How far from no difference the picture reaches, as a share of a question's marks."""


@needs(Action.VERIFY)
def markers(code: str) -> ResponseReturnValue:
    """Everybody who marked, by name: what they gave, beside what others gave the same texts."""
    with reader() as db:
        view = read_markers(db, actor(), code, now())
    return render_template(
        "organiser/markers.html", sitting=view.sitting, rows=view.rows, BANDS=BANDS, NOTE=NOTE, strip=strip_svg, lean_strip=_lean_strip
    )


def _lean_strip(row: MarkerFigures) -> Strip | None:
    return None if row.lean is None else strip(row.lean, row.interval, -WIDEST, WIDEST, 0.0)
