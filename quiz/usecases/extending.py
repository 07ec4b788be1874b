"""Giving people time while a sitting runs, and opening a closed attempt again: with a reason, by someone else, until results are out.

A deadline lives on the attempt; it is changed there, under its lock, and everything that asks for it (save, submission, closing, the page) sees the
new one. What was given before a start is kept in the rows of changes and counted when the attempt starts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.message import Forbidden, NotFound, QuizError, say
from quiz.core.reason import clean_reason
from quiz.core.sitting import LONGEST_EXTRA, NO_EXTRA, Extra, Phase, Release, deadline_now
from quiz.storage import attempts, audit, changes, sittings
from quiz.storage.changes import Change
from quiz.storage.sittings import Seat
from quiz.storage.tables import AttemptChangeRow, AttemptRow, SittingRow
from quiz.usecases.places import PlaceKind, find_place, is_paused_at
from quiz.usecases.sources import sitting_within


@dataclass(frozen=True, slots=True)
class GivenBack:
    """To how many people of a unit time was given back: at work, and not started yet; `left_out` had handed in, were out of time or are the actor."""

    at_work: int
    not_started: int
    left_out: int


@dataclass(frozen=True, slots=True)
class TimeView:
    """What an organiser sees of the time in a sitting: the units within their authority as (code, name) and what was changed, the newest first."""

    sitting: SittingRow
    units: list[tuple[str, str]]
    history: list[Change]


def read_times(session: Session, actor: Actor, code: str) -> TimeView:
    """Return the units of a sitting and every change of time within the actor's authority."""
    scope = actor.require(Action.SCHEDULE)
    sitting = sitting_within(session, code, scope)
    seats = sittings.seats_of_sitting(session, sitting, scope, with_content=False)
    units = list(dict.fromkeys((seat.unit.code, seat.unit.name) for seat in seats))
    return TimeView(sitting, units, changes.changes_of(session, sitting, scope))


def history_of(session: Session, actor: Actor, code: str, number: str) -> list[Change]:
    """Return what was changed for one cadre, the newest first; for whoever may read their result."""
    scope = actor.require(Action.READ_RESULTS)
    seat = _seat(session, sitting_within(session, code, scope), scope, number)
    return changes.changes_of(session, seat.sitting, cadre_id=seat.cadre.id)


def extend(session: Session, actor: Actor, code: str, number: str, minutes: int, reason: str, now: datetime) -> AttemptChangeRow:
    """Give a cadre more minutes, before or while they sit, beyond the sitting's end if need be.

    Forbidden for oneself; QuizError `no_reason`, `bad_minutes`, `released`, `too_long`, or `already_closed` (open it again instead).
    """
    sitting, seat = _one(session, actor, code, number, reason, now)
    _check_minutes(minutes)
    if _is_closed(seat.attempt, timedelta(minutes=minutes), now):
        raise QuizError("already_closed", say("这名考生已经交卷或时间已到，请用“重新开放”。"))
    row = _give(session, sitting, seat, changes.EXTEND, minutes, _extra(session, sitting, seat), reason, actor, now)
    audit.record(session, now, actor.person, "extend", code, {"cadre": number, "minutes": minutes, "reason": row.reason})
    return row


def give_back(
    session: Session, actor: Actor, code: str, key: str, minutes: int, reason: str, now: datetime, kind: PlaceKind = PlaceKind.UNIT
) -> GivenBack:
    """Give a unit, or a site, the minutes back that it lost: those at work end later, those who have not started may start later.

    Whoever has handed in or is out of time is left out (open it again where that is right), and so is the actor.
    QuizError `no_reason`, `bad_minutes`, `released`, `unknown_unit`, `unknown_place`, `too_long`.
    """
    scope = actor.require(Action.SCHEDULE)
    sitting = sitting_within(session, code, scope)
    _check_minutes(minutes)
    place = find_place(session, sitting, scope, kind, key)
    _check_change(session, sitting, reason, now)
    found = sittings.seats_of_sitting(session, sitting, scope, with_content=False)
    seats = _held(session, [seat for seat in found if seat.unit.id in place.units])
    extras = changes.extra_in_sitting(session, sitting)
    others = [seat for seat in seats if seat.cadre.number != actor.cadre_number]
    reached = [seat for seat in others if not _is_closed(seat.attempt, timedelta(minutes=minutes), now)]
    for seat in reached:
        _give(session, sitting, seat, changes.PAUSE, minutes, extras.get(seat.cadre.id, NO_EXTRA), reason, actor, now, key)
    at_work = sum(seat.attempt is not None for seat in reached)
    outcome = GivenBack(at_work, len(reached) - at_work, len(seats) - len(reached))
    detail: dict[str, object] = {kind.value: key, "minutes": minutes, "people": len(reached), "reason": reason.strip()}
    audit.record(session, now, actor.person, "give_back", code, detail)
    return outcome


def give_one_back(session: Session, actor: Actor, sitting: SittingRow, number: str, minutes: int, reason: str, now: datetime) -> AttemptChangeRow:
    """Let one cadre who has not started start and end so many minutes later, without answering longer. QuizError as `extend`."""
    _check_minutes(minutes)
    _, seat = _one(session, actor, sitting.code, number, reason, now)
    row = _give(session, sitting, seat, changes.PAUSE, minutes, _extra(session, sitting, seat), reason, actor, now)
    audit.record(session, now, actor.person, "give_back", sitting.code, {"cadre": number, "minutes": minutes, "reason": row.reason})
    return row


def reopen(session: Session, actor: Actor, code: str, number: str, minutes: int, reason: str, now: datetime) -> AttemptChangeRow:
    """Open a closed attempt again: with the time that was left when it was closed, and `minutes` on top. What was saved is all there.

    Forbidden for oneself; QuizError `no_reason`, `bad_minutes`, `released`, `not_closed`, `no_time` (nothing was left and nothing given), `too_long`.
    """
    sitting, seat = _one(session, actor, code, number, reason, now)
    if minutes:
        _check_minutes(minutes)
    attempt = seat.attempt
    if attempt is None or attempt.submitted_at is None:
        raise QuizError("not_closed", say("这名考生还没有交卷，不需要重新开放。"))
    deadline = now + max(attempt.deadline_at - attempt.submitted_at, timedelta()) + timedelta(minutes=minutes)
    if deadline <= now:
        raise QuizError("no_time", say("交卷时已经没有剩余时间，请写明给几分钟。"))
    _check_end(sitting, deadline, _extra(session, sitting, seat))
    row = _row(sitting, seat, changes.REOPEN, minutes, reason, actor, now)
    row.deadline_before, row.deadline_after = attempt.deadline_at, deadline
    row.closed_at, row.closed_by = attempt.submitted_at, attempt.closed_by
    attempt.deadline_at, attempt.submitted_at, attempt.closed_by = deadline, None, None
    attempt.paused_at = now if is_paused_at(session, sitting.id, seat.unit.path) else None
    sittings.move_end(sitting, deadline)
    session.add(row)
    session.flush()
    audit.record(session, now, actor.person, "reopen", code, {"cadre": number, "minutes": minutes, "reason": row.reason})
    return row


def is_released(sitting: SittingRow, now: datetime) -> bool:
    """True once anyone may have seen results that the whole sitting waits for: no time can be given any more."""
    is_over = sittings.window_of(sitting).phase(now) is Phase.CLOSED
    is_out = sitting.released_at is not None and sitting.released_at <= now
    return is_out or (is_over and sitting.release != Release.MANUAL)


def _one(session: Session, actor: Actor, code: str, number: str, reason: str, now: datetime) -> tuple[SittingRow, Seat]:
    """One cadre's seat, held, once it is certain that the actor may change its time now."""
    scope = actor.require(Action.SCHEDULE)
    sitting = sitting_within(session, code, scope)
    seat = _seat(session, sitting, scope, number)
    if seat.cadre.number == actor.cadre_number:
        raise Forbidden()
    _check_change(session, sitting, reason, now)
    return sitting, _held(session, [seat])[0]


def _give(
    session: Session, sitting: SittingRow, seat: Seat, kind: str, minutes: int, had: Extra, reason: str, actor: Actor, now: datetime, unit: str = ""
) -> AttemptChangeRow:
    if had.minutes + had.lost + minutes > LONGEST_EXTRA:
        raise QuizError("too_long", say("{name}的加时合计不能超过{most}分钟。", name=seat.cadre.name, most=LONGEST_EXTRA))
    more = timedelta(minutes=minutes)
    row = _row(sitting, seat, kind, minutes, reason, actor, now, unit)
    end = sittings.own_window(sitting, had).closes_at + more
    if seat.attempt is not None:
        row.deadline_before, end = seat.attempt.deadline_at, seat.attempt.deadline_at + more
        _check_end(sitting, end, had)
        row.deadline_after = seat.attempt.deadline_at = end
    sittings.move_end(sitting, end)
    session.add(row)
    session.flush()
    return row


def _row(sitting: SittingRow, seat: Seat, kind: str, minutes: int, reason: str, actor: Actor, now: datetime, unit: str = "") -> AttemptChangeRow:
    text = reason.strip()
    return AttemptChangeRow(
        sitting_id=sitting.id, cadre_id=seat.cadre.id, kind=kind, minutes=minutes, unit=unit, reason=text, at=now, actor=actor.name
    )


def _check_change(session: Session, sitting: SittingRow, reason: str, now: datetime) -> None:
    """Refuse a change without a reason, or once results are out: someone may know the keys by then."""
    clean_reason(reason)
    changes.lock_sitting(session, sitting)
    if is_released(sitting, now):
        raise QuizError("released", say("这场考试的成绩已经公布，不能再加时或重新开放。"))


def _check_minutes(minutes: int) -> None:
    if not 1 <= minutes <= LONGEST_EXTRA:
        raise QuizError("bad_minutes", say("加时须为1至{most}分钟。", most=LONGEST_EXTRA))


def _check_end(sitting: SittingRow, end: datetime, had: Extra) -> None:
    """Pauses do not count: what they took is given back however long they were."""
    if end > sitting.closes_at + timedelta(minutes=LONGEST_EXTRA, seconds=had.seconds):
        raise QuizError("too_long", say("答题不能晚于考试结束后{most}分钟。", most=LONGEST_EXTRA))


def _is_closed(attempt: AttemptRow | None, more: timedelta, now: datetime) -> bool:
    """True for an attempt that is handed in, or that so much more time would not bring back."""
    return attempt is not None and (attempt.submitted_at is not None or deadline_now(attempt.deadline_at, attempt.paused_at, now) + more <= now)


def _held(session: Session, seats: Sequence[Seat]) -> list[Seat]:
    """The seats with their papers and attempts as they are now, held until this transaction ends."""
    changes.lock_papers(session, [seat.paper.code for seat in seats])
    found = attempts.lock_attempts(session, [seat.paper.id for seat in seats])
    return [Seat(seat.sitting, seat.paper, seat.cadre, seat.unit, found.get(seat.paper.id)) for seat in seats]


def _extra(session: Session, sitting: SittingRow, seat: Seat) -> Extra:
    return changes.extra_of_cadre(session, seat.cadre.id).get(sitting.id, NO_EXTRA)


def _seat(session: Session, sitting: SittingRow, scope: str, number: str) -> Seat:
    seats = sittings.seats_of_sitting(session, sitting, scope, [number], with_content=False)
    if not seats:
        raise NotFound()
    return seats[0]
