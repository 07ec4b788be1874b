"""What new scores in a sitting do to certificates that were issued on it: they end and hold again with the score that counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from quiz.core.certificate import ending_of
from quiz.core.hundredths import from_hundredths
from quiz.storage import certificates
from quiz.storage.tables import SittingRow
from quiz.usecases.make_ups import Standing, counted_in
from quiz.usecases.sources import find_sitting


@dataclass(frozen=True, slots=True)
class Certificates:
    """How many issued certificates would not hold any more, and how many that do not hold now would hold again."""

    ended: int = 0
    restored: int = 0


def effect_on_certificates(session: Session, sitting: SittingRow, rescored: Mapping[int, Decimal], now: datetime) -> Certificates:
    """Return what these scores, by attempt, would do to the certificates of the examination that the sitting is, or makes up for."""
    original = find_sitting(session, sitting.makes_up) if sitting.makes_up else sitting
    issued = [one for one in certificates.of_sitting(session, original) if one.end is None]
    if not issued:
        return Certificates()
    before, after = counted_in(session, original, now), counted_in(session, original, now, rescored)
    held = [tuple(_holds(standing.get(one.cadre.number), one.row.least) for standing in (before, after)) for one in issued]
    return Certificates(held.count((True, False)), held.count((False, True)))


def _holds(standing: Standing | None, least: int) -> bool:
    return ending_of(is_ended=False, counted=standing.counted.score if standing else None, least=from_hundredths(least)) is None
