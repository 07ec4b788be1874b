"""How the markers of a sitting mark, for those who answer for it; markers are not shown each other's figures, and no text and no cadre is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.marker_figures import Given, MarkerFigures, marker_figures
from quiz.storage import marking
from quiz.storage.tables import SittingRow
from quiz.usecases.results import refuse_candidate
from quiz.usecases.sources import whole_sitting


@dataclass(frozen=True, slots=True)
class MarkersView:
    """The figures of everybody who marked in a sitting in which two mark each text, by name."""

    sitting: SittingRow
    rows: Sequence[MarkerFigures]


def read_markers(session: Session, actor: Actor, code: str, now: datetime) -> MarkersView:
    """Return how each marker of a sitting marks. NotFound; Forbidden where papers lie outside the authority, and to a candidate until it closed."""
    sitting = whole_sitting(session, actor, Action.VERIFY, code)
    refuse_candidate(session, actor, sitting, now)
    texts = marking.readings_of(session, sitting).values()
    given = [[Given(one.marker, one.actor, one.place, one.share) for one in readings] for readings in texts]
    return MarkersView(sitting, marker_figures(given, Fraction(sitting.margin_percent, 100)))
