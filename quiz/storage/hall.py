"""Who of a sitting stands where: counted by unit in the database, people one page at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from quiz.core.hall import QUIET, HallState, Tally, add_up
from quiz.storage.papers import is_current
from quiz.storage.tables import AttemptRow, CadreRow, HallEventRow, LateDecisionRow, PaperRow, PresenceRow, ResponseRow, SittingRow, UnitRow


@dataclass(frozen=True, slots=True)
class UnitCount:
    """How many people of one unit stand where."""

    path: str
    code: str
    name: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the hall: who, at which paper, where they stand and since when, and what was noted of them.

    `answered` of `slots` questions have an answer; `late` answers wait for a person's word, `delivered` came in late and count.
    """

    paper_id: int
    number: str
    name: str
    unit: str
    path: str
    seat: int | None
    state: HallState
    since: datetime | None
    deadline_at: datetime | None
    paused_at: datetime | None
    seen_at: datetime | None
    device: str
    address: str
    unsent: int
    devices: int
    addresses: int
    lefts: int
    slots: int
    answered: int = 0
    late: int = 0
    delivered: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which people are asked for: of these units (row ids), who stand there, whose name or staff number holds `text`; or all with late answers."""

    units: Sequence[int]
    state: HallState | None = None
    text: str = ""
    only_late: bool = False


def units_of(session: Session, sitting: SittingRow, scope: str = "/") -> dict[int, UnitRow]:
    """Return the units within the path `scope` that have papers in the sitting, by row id."""
    having = select(PaperRow.unit_id).where(PaperRow.sitting_id == sitting.id)
    rows = session.scalars(select(UnitRow).where(UnitRow.id.in_(having), UnitRow.path.startswith(scope, autoescape=True)).order_by(UnitRow.path))
    return {row.id: row for row in rows}


def count_units(session: Session, sitting: SittingRow, units: dict[int, UnitRow], now: datetime) -> list[UnitCount]:
    """Return for each of these units how many people stand where."""
    state = _state(now)
    query = _among(
        select(
            PaperRow.unit_id,
            state,
            func.count(),
            func.sum(case((PresenceRow.devices + PresenceRow.addresses > 0, 1), else_=0)),
            func.sum(case((PresenceRow.lefts > 0, 1), else_=0)),
        ),
        sitting,
        list(units),
    ).group_by(PaperRow.unit_id, state)
    parts: dict[int, list[Tally]] = {unit: [] for unit in units}
    for unit, name, count, moved, left in session.execute(query):
        parts[unit].append(Tally({HallState(name): count}, moved, left))
    for unit, late, delivered in _late_by_unit(session, sitting):
        if unit in parts:
            parts[unit].append(Tally({}, late=late, delivered=delivered))
    return [UnitCount(row.path, row.code, row.name, add_up(parts[row.id])) for row in units.values()]


def list_people(session: Session, sitting: SittingRow, wanted: Wanted, now: datetime, offset: int, limit: int) -> tuple[int, list[Person]]:
    """Return how many people are wanted, and those from place `offset` on, by unit and staff number."""
    state = _state(now)
    conditions: list[ColumnElement[bool]] = []
    if wanted.state is not None:
        conditions.append(state == wanted.state.value)
    if wanted.text:
        conditions.append(or_(CadreRow.name.contains(wanted.text, autoescape=True), CadreRow.number.startswith(wanted.text, autoescape=True)))
    if wanted.only_late:
        conditions.append(exists().where(*_waits(), ResponseRow.sitting_id == AttemptRow.sitting_id, ResponseRow.attempt_id == AttemptRow.id))
    everyone = _among(select(PaperRow.id), sitting, wanted.units).join(CadreRow, CadreRow.id == PaperRow.cadre_id).where(*conditions)
    total = session.scalar(select(func.count()).select_from(everyone.subquery())) or 0
    query = (
        _among(select(PaperRow.id, PaperRow.seat, PaperRow.questions, CadreRow, UnitRow, AttemptRow, PresenceRow, state), sitting, wanted.units)
        .join(CadreRow, CadreRow.id == PaperRow.cadre_id)
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .where(*conditions)
        .order_by(UnitRow.path, CadreRow.number)
        .offset(offset)
        .limit(limit)
    )
    rows = session.execute(query).all()
    attempts = [row.AttemptRow.id for row in rows if row.AttemptRow is not None]
    answered = _answered(session, sitting, attempts)
    late, delivered = (_late_by_attempt(session, sitting, attempts, condition) for condition in (_waits(), _delivered()))
    return total, [_person(row, answered, late, delivered) for row in rows]


def _person(row: Row[*tuple[Any, ...]], answered: Mapping[int, int], late: Mapping[int, int], delivered: Mapping[int, int]) -> Person:
    """A row of the list, with how many answers its attempt has in all, too late, and delivered."""
    paper_id, seat, questions, cadre, unit, attempt, presence, name = row
    own, found = attempt.id if attempt else 0, HallState(name)
    return Person(
        paper_id=paper_id,
        number=cadre.number,
        name=cadre.name,
        unit=unit.name,
        path=unit.path,
        seat=seat,
        state=found,
        since=_since(found, attempt, presence),
        deadline_at=attempt.deadline_at if attempt and attempt.submitted_at is None else None,
        paused_at=attempt.paused_at if attempt else None,
        seen_at=presence.seen_at if presence else None,
        device=presence.device if presence else "",
        address=presence.address if presence else "",
        unsent=presence.unsent if presence else 0,
        devices=presence.devices if presence else 0,
        addresses=presence.addresses if presence else 0,
        lefts=presence.lefts if presence else 0,
        slots=len(json.loads(questions)),
        answered=answered.get(own, 0),
        late=late.get(own, 0),
        delivered=delivered.get(own, 0),
    )


def events_of(session: Session, sitting: SittingRow, cadre_id: int) -> list[HallEventRow]:
    """Return what was noted of one cadre in a sitting, at any of their papers, the newest first."""
    query = select(HallEventRow).join(PaperRow, PaperRow.id == HallEventRow.paper_id)
    query = query.where(HallEventRow.sitting_id == sitting.id, PaperRow.cadre_id == cadre_id)
    return list(session.scalars(query.order_by(HallEventRow.id.desc())))


def _state(now: datetime) -> ColumnElement[str]:
    """Where a person stands, as the database sees it."""
    heard = now - QUIET
    is_near = or_(PresenceRow.seen_at >= heard, AttemptRow.started_at >= heard)
    return case(
        (and_(AttemptRow.id.is_(None), PresenceRow.seen_at >= heard), HallState.WAITING.value),
        (AttemptRow.id.is_(None), HallState.MISSING.value),
        (AttemptRow.voided_at.is_not(None), HallState.VOIDED.value),
        (AttemptRow.submitted_at.is_not(None), HallState.SUBMITTED.value),
        (AttemptRow.paused_at.is_not(None), HallState.PAUSED.value),
        (and_(is_near, PresenceRow.unsent > 0), HallState.UNSAVED.value),
        (is_near, HallState.WORKING.value),
        else_=HallState.OFFLINE.value,
    )


def _among(query: Select[*tuple[Any, ...]], sitting: SittingRow, units: Sequence[int]) -> Select[*tuple[Any, ...]]:
    """The papers of these units that count, each with its attempt and the presence of its page."""
    return (
        query.select_from(PaperRow)
        .outerjoin(AttemptRow, (AttemptRow.sitting_id == PaperRow.sitting_id) & (AttemptRow.paper_id == PaperRow.id))
        .outerjoin(PresenceRow, (PresenceRow.sitting_id == PaperRow.sitting_id) & (PresenceRow.paper_id == PaperRow.id))
        .where(PaperRow.sitting_id == sitting.id, PaperRow.unit_id.in_(list(units)), is_current())
    )


def _since(state: HallState, attempt: AttemptRow | None, presence: PresenceRow | None) -> datetime | None:
    """Since when a person stands where they stand, as far as that is known."""
    if attempt is None:
        return presence.first_at if presence and state is HallState.WAITING else presence.seen_at if presence else None
    if state is HallState.UNSAVED:
        return presence.unsent_since if presence else None
    if state is HallState.OFFLINE:
        return presence.seen_at if presence else attempt.started_at
    return {
        HallState.VOIDED: attempt.voided_at,
        HallState.SUBMITTED: attempt.submitted_at,
        HallState.PAUSED: attempt.paused_at,
    }.get(state, attempt.started_at)


def _waits() -> tuple[ColumnElement[bool], ...]:
    """Answers that came too late and wait for a person's word."""
    return (ResponseRow.state == "late", ~exists().where(LateDecisionRow.response_id == ResponseRow.id))


def _delivered() -> tuple[ColumnElement[bool], ...]:
    """Answers that count though they came in after the deadline, having been made before it."""
    return (ResponseRow.state == "accepted", ResponseRow.made_at.is_not(None), ResponseRow.received_at > AttemptRow.deadline_at)


def _late_by_unit(session: Session, sitting: SittingRow) -> list[tuple[int, int, int]]:
    """The attempts with late answers that wait, and with delivered ones, by unit."""
    out = []
    for place, condition in enumerate((_waits(), _delivered())):
        query = (
            select(PaperRow.unit_id, func.count(AttemptRow.id.distinct()))
            .select_from(ResponseRow)
            .join(AttemptRow, AttemptRow.id == ResponseRow.attempt_id)
            .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
            .where(ResponseRow.sitting_id == sitting.id, *condition, is_current())
            .group_by(PaperRow.unit_id)
        )
        out += [(unit, 0, count) if place else (unit, count, 0) for unit, count in session.execute(query)]
    return out


def _late_by_attempt(session: Session, sitting: SittingRow, attempts: Sequence[int], condition: tuple[ColumnElement[bool], ...]) -> dict[int, int]:
    query = (
        select(ResponseRow.attempt_id, func.count())
        .join(AttemptRow, AttemptRow.id == ResponseRow.attempt_id)
        .where(ResponseRow.sitting_id == sitting.id, ResponseRow.attempt_id.in_(attempts), *condition)
        .group_by(ResponseRow.attempt_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _answered(session: Session, sitting: SittingRow, attempts: Sequence[int]) -> dict[int, int]:
    """How many slots of these attempts have an answer: the newest save of each is not empty."""
    place = func.row_number().over(partition_by=(ResponseRow.attempt_id, ResponseRow.slot), order_by=ResponseRow.seq.desc())
    mine = (ResponseRow.sitting_id == sitting.id, ResponseRow.attempt_id.in_(attempts), ResponseRow.state == "accepted")
    newest = select(ResponseRow.attempt_id, ResponseRow.value, place.label("place")).where(*mine).subquery()
    query = select(newest.c.attempt_id, func.count()).where(newest.c.place == 1, newest.c.value != "[]").group_by(newest.c.attempt_id)
    return {row[0]: row[1] for row in session.execute(query)}
