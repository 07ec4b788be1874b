"""Handing out frozen papers for print: to whom they belong, and never to someone who still sits the same sitting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.paper import Candidate, Paper
from quiz.storage import audit, sittings
from quiz.storage.papers import read_paper
from quiz.storage.sittings import Seat
from quiz.usecases.results import refuse_missing, sitting_for
from quiz.usecases.rooms import Placed, places_of, seat_label, seat_order


@dataclass(frozen=True, slots=True)
class UnitPapers:
    """A unit by code and name, and how many papers it has in a sitting."""

    code: str
    name: str
    papers: int


def units_to_print(session: Session, actor: Actor, code: str, now: datetime) -> list[UnitPapers]:
    """Return the units whose papers of a sitting the actor may print. NotFound without such a sitting, Forbidden to one of its own candidates."""
    sitting, scope = sitting_for(session, actor, Action.PRINT_PAPERS, code, now)
    return [UnitPapers(*found) for found in sittings.units_of_sitting(session, sitting, scope)]


def papers_to_print(
    session: Session,
    actor: Actor,
    code: str,
    now: datetime,
    numbers: Sequence[str] | None = None,
    with_key: bool = False,
    is_sheets: bool = False,
    unit: str = "",
) -> list[tuple[Paper, Candidate]]:
    """Return the papers of a sitting with the candidate of each: all, those of `numbers`, or those of one `unit` by its code; by site, room and seat,
    or while there are no rooms in the order of seats (without a seat last).

    Who printed what, with or without the key, or (`is_sheets`) only the answer sheets, is written to the audit log. NotFound without such a
    sitting, QuizError `no_paper` for a staff number without a paper here, Forbidden to one of its own candidates.
    """
    sitting, scope = sitting_for(session, actor, Action.PRINT_PAPERS, code, now)
    seats = sittings.seats_of_sitting(session, sitting, scope, numbers, unit=unit)
    refuse_missing(numbers or (), (seat.cadre.number for seat in seats))
    action, detail = ("print_sheets", {}) if is_sheets else ("print_papers", {"with_key": with_key})
    audit.record(session, now, actor.person, action, code, {"papers": len(seats), **detail})
    placed = places_of(session, sitting)
    seats.sort(key=lambda seat: seat_order(seat, placed))
    return [(read_paper(seat.paper), _candidate(seat, placed)) for seat in seats]


def _candidate(seat: Seat, placed: Mapping[int, Placed]) -> Candidate:
    return Candidate(seat.cadre.name, seat.cadre.number, seat.unit.name, seat.paper.post, seat_label(seat, placed))
