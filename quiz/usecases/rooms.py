"""Who sits in which room on which seat: the plan of a sitting, and the places that follow from it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.message import QuizError, listed, say
from quiz.core.room import MOST_PLACES, RoomPlan, RoomsTooSmall, Seated, Sitter, read_plan, seat_people, write_plan
from quiz.core.site import Site
from quiz.core.sitting import Phase
from quiz.storage import audit, sites, sittings
from quiz.storage.papers import first_issues
from quiz.storage.sittings import Seat
from quiz.storage.tables import SittingRow
from quiz.usecases.places import PlaceKind, find_place
from quiz.usecases.results import sitting_for


@dataclass(frozen=True, slots=True)
class Placed:
    """Where somebody sits: the site, its number in the order of sites, and the seat."""

    site: Site
    site_number: int
    at: Seated


@dataclass(frozen=True, slots=True)
class RoomCount:
    """A room of a site and how many sit in it."""

    room: int
    name: str
    people: int


@dataclass(frozen=True, slots=True)
class SiteRooms:
    """A site with its rooms."""

    site: Site
    rooms: tuple[RoomCount, ...]

    @property
    def people(self) -> int:
        """How many sit there."""
        return sum(room.people for room in self.rooms)


def save_rooms(session: Session, actor: Actor, code: str, plan: RoomPlan, now: datetime) -> None:
    """Store how the sites of a sitting are split into rooms; seats printed on papers, slips and lists follow from it.

    For who may print for everybody in the sitting. QuizError `unknown_site`, `rooms_too_small`, `bad_rooms`; `began` for a change once it is open.
    """
    sitting, scope = sitting_for(session, actor, Action.PRINT_PAPERS, code, now)
    find_place(session, sitting, scope, PlaceKind.ALL)
    if not 1 <= plan.usual <= MOST_PLACES:
        raise QuizError("bad_rooms", say("每个考场的座位数须为1至{most}。", most=MOST_PLACES))
    text = write_plan(plan)
    if text == sitting.rooms:
        return
    if sitting.rooms and sittings.window_of(sitting).phase(now) is not Phase.SCHEDULED:
        raise QuizError("began", say("考试已经开始，不能再改考场安排。"))
    seat_all(session, sitting, plan)
    sitting.rooms = text
    audit.record(session, now, actor.person, "plan_rooms", code, {"rooms": text})


def places_of(session: Session, sitting: SittingRow) -> dict[int, Placed]:
    """Return where everybody in a sitting sits, by the row id of the cadre; nothing while it has no plan of rooms."""
    plan = plan_of(sitting)
    return {} if plan is None else seat_all(session, sitting, plan)


def seat_order(seat: Seat, placed: Mapping[int, Placed]) -> tuple[int, ...]:
    """Return what sorts people for print: by site, room and seat; while there are no rooms by the order of the draw, who came later last."""
    place = placed.get(seat.cadre.id)
    return (0, place.site_number, place.at.room, place.at.seat) if place else (1, seat.paper.seat is None, seat.paper.seat or 0)


def seat_label(seat: Seat, placed: Mapping[int, Placed]) -> str:
    """Return the seat as it is printed: room and seat, or while there are no rooms the place in the order of the draw, empty for who came later."""
    place = placed.get(seat.cadre.id)
    return place.at.label if place else str(seat.paper.seat or "")


def plan_of(sitting: SittingRow) -> RoomPlan | None:
    """Return a sitting's plan of rooms, or None."""
    return read_plan(sitting.rooms)


def count_rooms(placed: Mapping[int, Placed]) -> list[SiteRooms]:
    """Return the sites in their order with the rooms of each."""
    found: dict[int, tuple[Site, dict[int, list[Seated]]]] = {}
    for one in placed.values():
        found.setdefault(one.site_number, (one.site, defaultdict(list)))[1][one.at.room].append(one.at)
    return [
        SiteRooms(site, tuple(RoomCount(room, seats[0].room_name, len(seats)) for room, seats in sorted(rooms.items())))
        for _, (site, rooms) in sorted(found.items())
    ]


def columns_of(sitting: SittingRow) -> int:
    """Return how many seats stand in a row, as the papers were drawn for; 0 where nobody said.

    The snapshot that tells it is read once: it is half a megabyte, and the sitting is committed to it.
    """
    if sitting.commitment not in _columns:
        if len(_columns) >= MOST_SITTINGS:
            _columns.clear()
        _columns[sitting.commitment] = int(json.loads(sitting.snapshot).get("draw", {}).get("gap", 0)) // 2
    return _columns[sitting.commitment]


_columns: dict[str, int] = {}
MOST_SITTINGS = 1_000


def seat_all(session: Session, sitting: SittingRow, plan: RoomPlan) -> dict[int, Placed]:
    """Seat everyone by the paper that they were given first: another try moves nobody."""
    where = sites.site_map(session, sitting.id)
    by_site: dict[Site, list[Sitter]] = defaultdict(list)
    for cadre, number, path, seat, form in first_issues(session, sitting):
        by_site[where.of(path)].append(Sitter(cadre, number, seat, form))
    _refuse_unknown(plan, by_site)
    columns = columns_of(sitting)
    out: dict[int, Placed] = {}
    for site_number, site in enumerate(sorted(by_site, key=lambda site: (site.key, site.name)), 1):
        rooms = plan.sites.get(site.name) or plan.sites.get(site.key) or ()
        try:
            seated = seat_people(by_site[site], rooms, plan.usual, columns)
        except RoomsTooSmall as error:
            text = say("考点“{site}”有{n}人，写出的考场少{missing}个座位。", site=site.name, n=len(by_site[site]), missing=error.missing)
            raise QuizError("rooms_too_small", text) from error
        out.update((cadre, Placed(site, site_number, at)) for cadre, at in seated.items())
    return out


def _refuse_unknown(plan: RoomPlan, by_site: Mapping[Site, object]) -> None:
    known = {name for site in by_site for name in (site.name, site.key)}
    unknown = sorted(set(plan.sites) - known)
    if unknown:
        raise QuizError(
            "unknown_site",
            say("这场考试没有名为“{name}”的考点。考点有：{sites}。", name=unknown[0], sites=listed(sorted(site.name for site in by_site))),
        )
