"""Which people of a sitting are meant: all, those of a site, or those of a unit and all below it; and never more than the actor's authority."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.message import Message, QuizError, say
from quiz.core.site import SiteMap
from quiz.storage import hall, pauses, rosters, sites
from quiz.storage.tables import SittingRow, UnitRow
from quiz.usecases.results import sitting_for


class PlaceKind(StrEnum):
    """What kind of place is meant."""

    ALL = "all"
    SITE = "site"
    UNIT = "unit"


@dataclass(frozen=True)
class Place:
    """A place of a sitting: its kind, its key (of a site) or code (of a unit), its name, and its units that have papers, by row id."""

    kind: PlaceKind
    key: str
    name: str
    units: dict[int, UnitRow]


def sitting_to_run(session: Session, actor: Actor, code: str, now: datetime) -> tuple[SittingRow, str]:
    """Return a sitting and the path within which the actor runs it. Forbidden to one of its candidates while it is open; NotFound."""
    return sitting_for(session, actor, Action.SCHEDULE, code, now)


def find_place(session: Session, sitting: SittingRow, scope: str, kind: PlaceKind, key: str = "") -> Place:
    """Return a place all of whose people are within the path `scope`. QuizError `unknown_place`, for a unit `unknown_unit`."""
    units = hall.units_of(session, sitting)
    if kind is PlaceKind.ALL:
        place = Place(kind, "", sitting.title, units)
    elif kind is PlaceKind.SITE:
        where = sites.site_map(session, sitting.id)
        inside = {number: row for number, row in units.items() if where.of(row.path).key == key}
        place = Place(kind, key, next((where.of(row.path).name for row in inside.values()), ""), inside)
    else:
        place = _unit(session, units, key)
    if not place.units or not all(row.path.startswith(scope) for row in place.units.values()):
        raise _unknown(kind, key)
    return place


def covers(kind: str, key: str, path: str, where: SiteMap) -> bool:
    """True when the people of the unit at `path` belong to a place."""
    if kind == PlaceKind.SITE:
        return where.of(path).key == key
    return kind == PlaceKind.ALL or f"/{key}/" in path


def is_paused_at(session: Session, sitting_id: int, path: str) -> bool:
    """True when the people of the unit at `path` may not start now, because their place is paused."""
    going = pauses.open_pauses(session, sitting_id)
    if not going:
        return False
    where = sites.site_map(session, sitting_id)
    return any(covers(row.kind, row.place, path, where) for row in going)


def _unit(session: Session, units: dict[int, UnitRow], key: str) -> Place:
    found = rosters.units_by_code(session).get(key)
    if found is None:
        raise _unknown(PlaceKind.UNIT, key)
    return Place(PlaceKind.UNIT, key, found.name, {number: row for number, row in units.items() if row.path.startswith(found.path)})


def _unknown(kind: PlaceKind, key: str) -> QuizError:
    texts: dict[PlaceKind, tuple[str, Message]] = {
        PlaceKind.UNIT: ("unknown_unit", say("您管理的范围内，没有编码为{code}且参加这场考试的单位。", code=key)),
        PlaceKind.SITE: ("unknown_place", say("您管理的范围内，没有名为“{name}”的考点。", name=key)),
        PlaceKind.ALL: ("unknown_place", say("这场考试有您管理范围以外的考生，不能全场操作。")),
    }
    return QuizError(*texts[kind])
