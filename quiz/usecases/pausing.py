"""Pausing a sitting, a site or a unit, as in a power cut: nobody's clock runs there, and going on gives back exactly the time that was lost.

Answers are still taken while a clock stands still (one that was on its way must not be lost); nobody starts. See ADR 0014.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from quiz.core.access import Actor
from quiz.core.message import NotFound, QuizError, say
from quiz.core.reason import clean_reason
from quiz.core.sitting import NO_EXTRA
from quiz.storage import audit, changes, pauses, sites, sittings
from quiz.storage.tables import AttemptRow, PauseRow, SittingRow
from quiz.usecases.extending import is_released
from quiz.usecases.places import Place, PlaceKind, covers, find_place, sitting_to_run


@dataclass(frozen=True, slots=True)
class Paused:
    """A pause that began: how many people it holds at work, and how many who have not started."""

    pause: PauseRow
    at_work: int
    not_started: int


@dataclass(frozen=True, slots=True)
class Resumed:
    """A pause that ended after `seconds`: how many people at work and how many who had not started got the time back."""

    pause: PauseRow
    seconds: int
    at_work: int
    not_started: int


def pause(session: Session, actor: Actor, code: str, kind: PlaceKind, key: str, reason: str, now: datetime) -> Paused:
    """Let the clocks of a place stand still from now on.

    NotFound, Forbidden (to candidates too); QuizError `no_reason`, `unknown_place`, `unknown_unit`, `released`, and `already_paused` when a
    part of the place is paused already.
    """
    sitting, scope = sitting_to_run(session, actor, code, now)
    text = clean_reason(reason)
    changes.lock_sitting(session, sitting)
    if is_released(sitting, now):
        raise QuizError("released", say("这场考试已经结束，不能再暂停。"))
    place = find_place(session, sitting, scope, kind, key)
    _refuse_overlap(session, sitting, place)
    pauses.hold_papers(session, sitting, list(place.units))
    held = [row for row in pauses.hold_open_attempts(session, sitting, list(place.units)) if row.deadline_at > now]
    pauses.stop_clocks(session, held, now)
    row = PauseRow(sitting_id=sitting.id, kind=kind.value, place=place.key, name=place.name[:100], reason=text, at=now, actor=actor.name)
    session.add(row)
    sitting.paused_at = sitting.paused_at or now
    session.flush()
    waiting = len(pauses.without_attempt(session, sitting, list(place.units)))
    told: dict[str, object] = {"place": place.key, "kind": kind.value, "name": place.name, "at_work": len(held), "reason": text}
    audit.record(session, now, actor.person, "pause", code, told)
    return Paused(row, len(held), waiting)


def resume(session: Session, actor: Actor, code: str, pause_id: int, reason: str, now: datetime) -> Resumed:
    """Let the clocks of a paused place go on, with as much time left as there was; whoever has not started may start so much later.

    The actor's authority must reach as far as the pause. NotFound, Forbidden; QuizError `no_reason`, `not_paused`.
    """
    sitting, scope = sitting_to_run(session, actor, code, now)
    text = clean_reason(reason)
    changes.lock_sitting(session, sitting)
    row = pauses.get_pause(session, sitting, pause_id)
    if row is None:
        raise NotFound()
    if row.ended_at is not None:
        raise QuizError("not_paused", say("这次暂停已经结束。"))
    place = find_place(session, sitting, scope, PlaceKind(row.kind), row.place)
    units = list(place.units)
    pauses.hold_papers(session, sitting, units)
    stopped = [attempt for attempt in pauses.hold_open_attempts(session, sitting, units) if attempt.paused_at is not None]
    waiting = pauses.without_attempt(session, sitting, units)
    lost = now - row.at
    _give_back(session, actor, sitting, row, stopped, waiting, text, now)
    row.ended_at, row.ended_by, row.end_reason = now, actor.name, text
    session.flush()
    sitting.paused_at = min((other.at for other in pauses.open_pauses(session, sitting.id)), default=None)
    session.flush()
    seconds = round(lost.total_seconds())
    told: dict[str, object] = {"place": row.place, "kind": row.kind, "seconds": seconds, "at_work": len(stopped), "reason": text}
    audit.record(session, now, actor.person, "resume", code, {**told, "not_started": len(waiting)})
    return Resumed(row, seconds, len(stopped), len(waiting))


def _refuse_overlap(session: Session, sitting: SittingRow, place: Place) -> None:
    """One clock stands still for one reason at a time: then what it lost is never counted twice."""
    going = pauses.open_pauses(session, sitting.id)
    where = sites.site_map(session, sitting.id)
    both = next((row for row in going if any(covers(row.kind, row.place, unit.path, where) for unit in place.units.values())), None)
    if both is not None:
        raise QuizError("already_paused", say("“{name}”已经暂停，不能重复暂停。请先恢复，或者只暂停其他单位。", name=both.name))


def _give_back(
    session: Session, actor: Actor, sitting: SittingRow, row: PauseRow, stopped: list[AttemptRow], waiting: list[int], reason: str, now: datetime
) -> None:
    deadlines: dict[int, datetime] = {}
    rows: list[dict[str, object]] = []
    for attempt in stopped:
        assert attempt.paused_at is not None
        lost = now - attempt.paused_at
        deadlines[attempt.id] = attempt.deadline_at + lost
        rows.append(_change(actor, sitting, row, attempt.cadre_id, lost, reason, now, attempt.deadline_at, deadlines[attempt.id]))
    lost = now - row.at
    extras = changes.extra_in_sitting(session, sitting) if waiting else {}
    ends = [sittings.own_window(sitting, extras.get(cadre, NO_EXTRA)).closes_at + lost for cadre in waiting]
    rows += [_change(actor, sitting, row, cadre, lost, reason, now) for cadre in waiting]
    pauses.start_clocks(session, deadlines)
    pauses.save_changes(session, rows)
    for attempt in stopped:
        session.expire(attempt)
    sittings.move_end(sitting, max([*deadlines.values(), *ends], default=now))


def _change(
    actor: Actor,
    sitting: SittingRow,
    row: PauseRow,
    cadre: int,
    lost: timedelta,
    reason: str,
    now: datetime,
    before: datetime | None = None,
    after: datetime | None = None,
) -> dict[str, object]:
    """A row of the time that one person got back; a started second counts as a whole one."""
    return {
        "sitting_id": sitting.id,
        "cadre_id": cadre,
        "kind": changes.PAUSE,
        "minutes": 0,
        "seconds": -(-lost // timedelta(seconds=1)),
        "unit": row.place[:40],
        "reason": f"{row.reason}；{reason}"[:500],
        "deadline_before": before,
        "deadline_after": after,
        "at": now,
        "actor": actor.name,
    }
