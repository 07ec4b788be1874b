"""Handing out a whole sitting for print, room by room: who sits where with which paper; who may not print it gets nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.message import QuizError, say
from quiz.core.paper import Candidate, Paper
from quiz.core.paper_text import named_digests, without_code
from quiz.core.room import RoomPlan
from quiz.core.site import Site
from quiz.storage import amendments, audit, papers, sittings
from quiz.storage.sittings import Seat
from quiz.storage.tables import SittingRow
from quiz.usecases import rooms
from quiz.usecases.pictures import pictures_to_print
from quiz.usecases.results import sitting_for
from quiz.usecases.rooms import Placed


@dataclass(frozen=True, slots=True)
class SeatToPrint:
    """Somebody's seat: the paper by its row id and digest, its code and form, and who it is for."""

    paper_id: int
    digest: str
    code: str
    form: str
    seat: int
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class RoomToPrint:
    """A room with its people by seat; its site by name and by its number in the order of sites."""

    site: str
    site_number: int
    room: int
    room_name: str
    people: tuple[SeatToPrint, ...]


@dataclass(frozen=True, slots=True)
class SittingToPrint:
    """All rooms of a sitting that the actor may print for, by site and number.

    `forms` are the letters of the forms whose papers differ in nothing but their codes: one key serves all of them.
    """

    code: str
    title: str
    opens_at: datetime
    minutes: int
    columns: int
    rooms: tuple[RoomToPrint, ...]
    forms: tuple[str, ...] = ()

    @property
    def people(self) -> tuple[SeatToPrint, ...]:
        """Everyone, room by room."""
        return tuple(one for room in self.rooms for one in room.people)

    @property
    def papers(self) -> int:
        """How many papers there are."""
        return sum(len(room.people) for room in self.rooms)


def sitting_to_print(session: Session, actor: Actor, code: str, now: datetime, what: Sequence[str]) -> SittingToPrint:
    """Return a sitting room by room; that it is printed, and `what` of it, is written to the audit log.

    Only sites all of whose people are within the actor's authority. NotFound; Forbidden to one of its candidates; QuizError `no_rooms` while it
    has no plan of rooms, `nobody` when no site is wholly within the authority.
    """
    sitting, scope = sitting_for(session, actor, Action.PRINT_PAPERS, code, now)
    placed = rooms.places_of(session, sitting)
    if not placed:
        raise QuizError("no_rooms", say("这场考试还没有安排考场。"))
    found = _rooms(session, sitting, placed, scope)
    if not found:
        raise QuizError("nobody", say("没有一个考点的全部考生都在您的管理范围内。"))
    out = SittingToPrint(sitting.code, sitting.title, sitting.opens_at, sitting.minutes, rooms.columns_of(sitting), tuple(found))
    out = replace(out, forms=_forms_alike(session, out.people))
    audit.record(session, now, actor.person, "print_rooms", code, {"papers": out.papers, "rooms": len(found), "what": list(what)})
    return out


def read_plan(session: Session, actor: Actor, code: str, now: datetime) -> tuple[SittingRow, RoomPlan | None, list[rooms.SiteRooms]]:
    """Return a sitting, its plan of rooms (None: none yet) and how many sit in each room; without a plan as the usual one would have it.

    Only sites all of whose people are within the actor's authority. NotFound; Forbidden to one of its candidates.
    """
    sitting, scope = sitting_for(session, actor, Action.PRINT_PAPERS, code, now)
    plan = rooms.plan_of(sitting)
    placed = rooms.seat_all(session, sitting, plan or RoomPlan())
    counted = rooms.count_rooms(placed)
    if amendments.papers_outside(session, sitting, scope):
        outside = _outside(sittings.seats_of_sitting(session, sitting, with_content=False), placed, scope)
        counted = [one for one in counted if one.site not in outside]
        names = {name for one in counted for name in (one.site.name, one.site.key)}
        plan = plan and replace(plan, sites={name: own for name, own in plan.sites.items() if name in names})
    return sitting, plan, counted


def read_papers(session: Session, wanted: Sequence[SeatToPrint]) -> tuple[list[Paper], dict[str, bytes]]:
    """Return the papers of a room that was handed out for print, and their pictures. QuizError `paper_changed` when one is no longer what it was."""
    rows = papers.papers_by_id(session, [one.paper_id for one in wanted])
    if any(one.paper_id not in rows or rows[one.paper_id].digest != one.digest for one in wanted):
        raise QuizError("paper_changed", say("有试卷在打印过程中发生了变化，请重新开始打印。"))
    found = [papers.read_paper(rows[one.paper_id]) for one in wanted]
    return found, pictures_to_print(session, found)


def characters(session: Session, people: Sequence[SeatToPrint]) -> set[str]:
    """Return every character that stands in these papers or in their questions, and some more."""
    found: set[str] = set()
    named: set[str] = set()
    for content in papers.contents_of(session, [one.paper_id for one in people]):
        found.update(content)
        named |= named_digests(content)
    for text in papers.texts_of(session, sorted(named)).values():
        found.update(text)
    return found


def record_download(session: Session, actor: Actor, code: str, name: str, now: datetime) -> None:
    """Write to the audit log that somebody took a printed file. NotFound; Forbidden to one of the sitting's candidates."""
    sitting_for(session, actor, Action.PRINT_PAPERS, code, now)
    audit.record(session, now, actor.person, "download_print", code, {"file": name})


def _rooms(session: Session, sitting: SittingRow, placed: dict[int, Placed], scope: str) -> list[RoomToPrint]:
    seats = sittings.seats_of_sitting(session, sitting, with_content=False)
    outside = _outside(seats, placed, scope)
    by_room: dict[tuple[int, int, Site, str], list[SeatToPrint]] = defaultdict(list)
    for seat in seats:
        place = placed[seat.cadre.id]
        if place.site not in outside:
            by_room[place.site_number, place.at.room, place.site, place.at.room_name].append(_seat(seat, place))
    ordered = sorted(by_room.items(), key=lambda item: item[0][:2])
    return [
        RoomToPrint(site.name, number, room, name, tuple(sorted(people, key=lambda one: one.seat))) for (number, room, site, name), people in ordered
    ]


def _outside(seats: Sequence[Seat], placed: Mapping[int, Placed], scope: str) -> set[Site]:
    """Return the sites where somebody sits from outside the authority."""
    return {placed[seat.cadre.id].site for seat in seats if not seat.unit.path.startswith(scope)}


def _forms_alike(session: Session, people: Sequence[SeatToPrint]) -> tuple[str, ...]:
    by_form: dict[str, list[int]] = defaultdict(list)
    for one in people:
        by_form[one.form].append(one.paper_id)
    alike = []
    for form, ids in sorted(by_form.items()):
        if form and len({without_code(content) for content in papers.contents_of(session, ids)}) == 1:
            alike.append(form)
    return tuple(alike)


def _seat(seat: Seat, place: Placed) -> SeatToPrint:
    candidate = Candidate(seat.cadre.name, seat.cadre.number, seat.unit.name, seat.paper.post, place.at.label)
    return SeatToPrint(seat.paper.id, seat.paper.digest, seat.paper.code, seat.paper.form, place.at.seat, candidate)
