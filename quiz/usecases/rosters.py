"""Loading a roster: units, cadres and posts are added and changed, never deleted, and every change is told."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.message import Message, say
from quiz.core.roster import Cadre, Roster, Unit
from quiz.storage import audit, rosters
from quiz.storage.tables import CadreRow, PostRow, UnitRow

OUTSIDE = say("不在您的管辖范围内，没有改动。")


@dataclass(slots=True)
class RosterReport:
    """What loading a roster did: names and numbers added, changed and left alone, and who was refused with the reason."""

    added_units: list[str] = field(default_factory=list)
    changed_units: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0
    refused: list[tuple[str, Message]] = field(default_factory=list)


def known_units(session: Session, actor: Actor) -> list[Unit]:
    """Return the units that a roster file may refer to."""
    actor.require(Action.LOAD_ROSTER)
    return rosters.list_units(session)


def count_units(session: Session, actor: Actor) -> list[tuple[Unit, int]]:
    """Return the units within the actor's authority, parents before children, with the number of cadres in each and below it."""
    return rosters.count_cadres(session, actor.require(Action.LOAD_ROSTER))


def load_roster(session: Session, actor: Actor, now: datetime, roster: Roster) -> RosterReport:
    """Add and change what `roster` says. A cadre with an unknown unit or place is refused and named; the rest is loaded.

    A post that the file no longer lists stays as it was: posts end by their `to` date, not by silence. Whoever looks after a part of the
    county changes nothing outside it: no unit's name, and nobody's unit to or from there.
    """
    scope = actor.require(Action.LOAD_ROSTER)
    report = RosterReport()
    units = rosters.units_by_code(session)
    for unit in roster.units:
        _load_unit(session, unit, units, scope, report)
    people = rosters.cadre_rows(session)
    posts = rosters.posts_by_cadre(session)
    paths = {row.id: row.path for row in units.values()}
    for cadre in roster.cadres:
        missing = next((code for code in (cadre.unit, *(p.place for p in cadre.posts)) if code not in units), None)
        if missing is not None:
            report.refused.append((cadre.number, say("没有编码为{code}的单位。", code=missing)))
            continue
        row = people.get(cadre.number)
        outside = not units[cadre.unit].path.startswith(scope) or (row is not None and not paths[row.unit_id].startswith(scope))
        if outside:
            report.refused.append((cadre.number, OUTSIDE))
            continue
        _load_cadre(session, cadre, row, posts.get(row.id, []) if row else [], units, report)
    if report.added_units or report.changed_units or report.added or report.changed:
        detail: dict[str, object] = {"added": report.added, "changed": report.changed, "units": report.added_units + report.changed_units}
        audit.record(session, now, actor.person, "load_roster", "", detail)
    return report


def _load_unit(session: Session, unit: Unit, units: dict[str, UnitRow], scope: str, report: RosterReport) -> None:
    row = units.get(unit.code)
    above = row.path if row is not None else units[unit.parent].path if unit.parent in units else "/"
    if not above.startswith(scope):
        if row is None or row.name != unit.name:
            report.refused.append((unit.code, OUTSIDE))
    elif row is None:
        if unit.parent and unit.parent not in units:
            report.refused.append((unit.code, say("没有编码为{code}的上级单位。", code=unit.parent)))
            return
        units[unit.code] = rosters.save_unit(session, unit, units.get(unit.parent))
        report.added_units.append(unit.code)
    elif row.name != unit.name:
        row.name = unit.name
        report.changed_units.append(unit.code)


def _load_cadre(session: Session, cadre: Cadre, row: CadreRow | None, posts: list[PostRow], units: dict[str, UnitRow], report: RosterReport) -> None:
    groups = json.dumps(list(cadre.groups), ensure_ascii=False)
    if row is None:
        row = CadreRow(number=cadre.number, name=cadre.name, unit_id=units[cadre.unit].id, groups=groups)
        session.add(row)
        session.flush()
        _load_posts(session, row, cadre, [], units)
        report.added.append(cadre.number)
        return
    before = (row.name, row.unit_id, row.groups)
    row.name, row.unit_id, row.groups = cadre.name, units[cadre.unit].id, groups
    posts_changed = _load_posts(session, row, cadre, posts, units)
    if posts_changed or before != (row.name, row.unit_id, row.groups):
        report.changed.append(cadre.number)
    else:
        report.unchanged += 1


def _load_posts(session: Session, row: CadreRow, cadre: Cadre, posts: list[PostRow], units: dict[str, UnitRow]) -> bool:
    known = {(post.kind, post.place_id, post.from_on): post for post in posts}
    changed = False
    for post in cadre.posts:
        place = units[post.place].id
        old = known.get((post.kind.value, place, post.from_on))
        if old is None:
            session.add(PostRow(cadre_id=row.id, kind=post.kind.value, place_id=place, title=post.title, from_on=post.from_on, to_on=post.to_on))
            changed = True
        elif (old.title, old.to_on) != (post.title, post.to_on):
            old.title, old.to_on = post.title, post.to_on
            changed = True
    return changed
