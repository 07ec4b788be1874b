"""Watching a hall: how many stand where at each site and unit, people one page at a time, what is paused and what waits for a person's word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.hall import HallState, Tally, add_up
from quiz.core.message import NotFound
from quiz.core.site import Site, SiteMap
from quiz.core.sitting import Phase
from quiz.storage import hall, late, pauses, rosters, sites, sittings, voids
from quiz.storage.hall import Person, UnitCount, Wanted
from quiz.storage.late import LateAnswer
from quiz.storage.tables import AttemptRow, AttemptVoidRow, HallEventRow, PaperRow, PauseRow, SittingRow, UnitRow
from quiz.usecases import timekeeping
from quiz.usecases.extending import is_released
from quiz.usecases.places import covers
from quiz.usecases.results import sitting_for
from quiz.usecases.timekeeping import Alarms

PAGE = 100
"""People shown at once."""


@dataclass(frozen=True, slots=True)
class Line:
    """A site or a unit on the board; `pause` when its clocks stand still. `is_whole` when all of it is within the reader's authority."""

    key: str
    name: str
    tally: Tally
    pause: PauseRow | None = None
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """What is looked at: a site by its key or a unit by its code; people who stand somewhere, whose name or staff number holds a text, who have
    late answers."""

    site: str = ""
    unit: str = ""
    state: HallState | None = None
    text: str = ""
    only_late: bool = False
    offset: int = 0

    @property
    def is_narrow(self) -> bool:
        """True when people are to be listed."""
        return bool(self.site or self.unit or self.state or self.text or self.only_late)


@dataclass(frozen=True)
class Board:
    """The hall at a moment, within the reader's authority.

    `lines` are the sites, or the units of what is looked at (`place`), those with trouble first; `pauses` go on there now; `may_run` tells whether
    the reader may act.
    """

    sitting: SittingRow
    phase: Phase
    total: Tally
    lines: list[Line]
    sites: int
    pauses: list[PauseRow]
    alarms: Alarms
    is_whole: bool
    may_run: bool
    place: Line | None = None
    people: list[Person] = field(default_factory=list)
    found: int = 0


@dataclass(frozen=True)
class Desk:
    """What an invigilator sees of one cadre besides their answers: every paper and attempt they had, what was noted, what was decided."""

    papers: list[tuple[PaperRow, AttemptRow | None]]
    events: list[HallEventRow]
    voids: list[AttemptVoidRow]
    late: list[LateAnswer]
    is_released: bool
    after_release: frozenset[int]


def read_board(session: Session, actor: Actor, code: str, choice: Choice, now: datetime) -> Board:
    """Return the hall of a sitting as it stands, and the people who are asked for. NotFound, Forbidden to one of its candidates while it is open."""
    sitting, scope = sitting_for(session, actor, Action.WATCH_HALL, code, now)
    where = sites.site_map(session, sitting.id)
    every = hall.units_of(session, sitting)
    units = {number: row for number, row in every.items() if row.path.startswith(scope)}
    inside, place = _inside(session, units, where, choice)
    counts = hall.count_units(session, sitting, inside, now)
    going = [row for row in pauses.open_pauses(session, sitting.id) if _touches(row, inside.values(), where)]
    total = add_up(count.tally for count in counts)
    found, people = 0, list[Person]()
    if choice.is_narrow:
        wanted = Wanted(list(inside), choice.state, choice.text, choice.only_late)
        found, people = hall.list_people(session, sitting, wanted, now, choice.offset, PAGE)
    outside = [row.path for row in every.values() if not row.path.startswith(scope)]
    whole_sites = {where.of(row.path).key for row in units.values()} - {where.of(path).key for path in outside}
    view = None
    if place is not None:
        pause = _pause_over(going, [row.path for row in inside.values()], where)
        view = Line(place.key, place.name, total, pause, not choice.site or place.key in whole_sites)
    return Board(
        sitting=sitting,
        phase=sittings.window_of(sitting).phase(now),
        total=total,
        lines=_unit_lines(counts, going, where) if place else _site_lines(counts, going, where, whole_sites),
        sites=len({where.of(row.path).key for row in units.values()}),
        pauses=going,
        alarms=timekeeping.alarms(session, actor, now),
        is_whole=not outside,
        may_run=actor.may(Action.SCHEDULE),
        place=view,
        people=people,
        found=found,
    )


def read_desk(session: Session, actor: Actor, code: str, number: str, now: datetime) -> Desk:
    """Return what was noted and decided of one cadre. NotFound, Forbidden as for the board."""
    sitting, scope = sitting_for(session, actor, Action.READ_RESULTS, code, now)
    seats = sittings.seats_of_sitting(session, sitting, scope, [number], with_content=False)
    if not seats:
        raise NotFound()
    seat = seats[0]
    papers = voids.papers_of_cadre(session, sitting, seat.cadre.id)
    tried = [attempt for _, attempt in papers if attempt is not None]
    answers = late.late_answers(session, [seat.attempt])[seat.attempt.id] if seat.attempt else []
    return Desk(
        papers,
        hall.events_of(session, sitting, seat.cadre.id),
        voids.voids_of(session, tried),
        answers,
        is_released(sitting, now),
        frozenset(answer.row.id for answer in answers if is_released(sitting, answer.row.received_at)),
    )


def _inside(session: Session, units: dict[int, UnitRow], where: SiteMap, choice: Choice) -> tuple[dict[int, UnitRow], Site | None]:
    """The units that are looked at, and the site or unit that they are of. NotFound for one that is not there."""
    if choice.site:
        inside = {number: row for number, row in units.items() if where.of(row.path).key == choice.site}
        if not inside:
            raise NotFound()
        return inside, where.of(next(iter(inside.values())).path)
    if choice.unit:
        found = rosters.units_by_code(session).get(choice.unit)
        inside = {number: row for number, row in units.items() if found is not None and row.path.startswith(found.path)}
        if found is None or not inside:
            raise NotFound()
        return inside, Site(found.code, found.name)
    return units, None


def _touches(row: PauseRow, units: Iterable[UnitRow], where: SiteMap) -> bool:
    return any(covers(row.kind, row.place, unit.path, where) for unit in units)


def _site_lines(counts: Sequence[UnitCount], going: Sequence[PauseRow], where: SiteMap, whole: set[str]) -> list[Line]:
    """The sites, those that stand still and those with the most trouble first, then as units stand."""
    parts: dict[Site, list[UnitCount]] = {}
    for count in counts:
        parts.setdefault(where.of(count.path), []).append(count)
    lines = []
    for site, inside in parts.items():
        pause = _pause_over(going, [count.path for count in inside], where)
        lines.append(Line(site.key, site.name, add_up(count.tally for count in inside), pause, site.key in whole))
    return sorted(lines, key=lambda line: (line.pause is None, -line.tally.troubled))


def _unit_lines(counts: Sequence[UnitCount], going: Sequence[PauseRow], where: SiteMap) -> list[Line]:
    return [Line(count.code, count.name, count.tally, _pause_over(going, [count.path], where)) for count in counts]


def _pause_over(going: Sequence[PauseRow], paths: Sequence[str], where: SiteMap) -> PauseRow | None:
    """The pause that holds all the people of these units, or None."""
    return next((row for row in going if all(covers(row.kind, row.place, path, where) for path in paths)), None)
