"""Handing out corrected copies of scanned sheets: one's own once its keys may be seen, everyone's to who may read their results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from quiz.core.access import Actor
from quiz.core.marking import Mark
from quiz.core.message import NotFound
from quiz.core.paper import Paper
from quiz.core.scan import SheetReading
from quiz.storage import scans
from quiz.usecases import results
from quiz.usecases.results import Result
from quiz.usecases.sheets import read_sheet


@dataclass(frozen=True, slots=True)
class KeptSheet:
    """A sheet that was read and graded: its paper, marks and score, and its pages as kept, each with what was read."""

    paper: Paper
    marks: Mapping[int, Mark]
    score: Decimal
    pages: list[tuple[bytes, SheetReading]]


def my_corrected(session: Session, actor: Actor, code: str, now: datetime) -> KeptSheet:
    """Return the actor's own sheet with its marks. NotFound before keys may be seen, and when there is no scanned sheet."""
    return _kept(session, results.my_result(session, actor, code, now))


def corrected(session: Session, actor: Actor, code: str, number: str, now: datetime) -> KeptSheet:
    """Return a cadre's sheet with its marks, for those who may read the result. NotFound when there is no scanned sheet."""
    return _kept(session, results.read_result(session, actor, code, number, now))


def has_corrected(session: Session, result: Result) -> bool:
    """True when there is a corrected copy to hand out of this result, as it is shown."""
    return result.marks is not None and bool(scans.scans_of_paper(session, result.seat.paper.id))


def _kept(session: Session, result: Result) -> KeptSheet:
    if result.paper is None or not result.marks or result.graded is None:
        raise NotFound()
    sheet = read_sheet(session, result.seat)
    images = {row.id: scans.get_image(session, row.digest) for row in scans.scans_by_id(session, (scan.id for scan in sheet.state.counted)).values()}
    pages = [(image.content, scan.reading) for scan in sheet.state.counted if (image := images.get(scan.id)) is not None]
    if not pages or not sheet.is_stored:
        raise NotFound()
    return KeptSheet(result.paper, result.marks, result.graded.score, pages)
