"""Making an attempt void, and valid again: with a reason, by someone else. What was answered and marked is kept; it counts nowhere."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Actor
from quiz.core.message import Forbidden, NotFound, QuizError, say
from quiz.core.reason import clean_reason
from quiz.core.sitting import ClosedBy
from quiz.storage import attempts, audit, changes, sittings, voids
from quiz.storage.sittings import Seat
from quiz.storage.tables import AttemptRow, AttemptVoidRow, SittingRow
from quiz.usecases import grading
from quiz.usecases.extending import is_released
from quiz.usecases.places import sitting_to_run


def void(session: Session, actor: Actor, code: str, number: str, reason: str, now: datetime) -> AttemptVoidRow:
    """Make a cadre's attempt void from now on; one that is under way is closed, with everything saved so far.

    NotFound, Forbidden (for oneself and as a candidate); QuizError `no_reason`, `not_started`, `already_void`.
    """
    sitting, seat, attempt = attempt_to_judge(session, actor, code, number, now)
    text = clean_reason(reason)
    if attempt.voided_at is not None:
        raise QuizError("already_void", say("这份答卷已经作废。"))
    if attempt.submitted_at is None:
        attempt.submitted_at, attempt.closed_by, attempt.paused_at = now, ClosedBy.ORGANISER.value, None
        session.flush()
        grading.grade(session, attempt, "voided", now)
    attempt.voided_at = now
    row = voids.save_void(session, attempt, True, text, now, actor.name)
    audit.record(session, now, actor.person, "void", sitting.code, {"cadre": number, "paper": seat.paper.code, "reason": text})
    return row


def restore(session: Session, actor: Actor, code: str, number: str, reason: str, now: datetime) -> AttemptVoidRow:
    """Let a void attempt count again; it stays closed. Possible until results are out (later only what was made void after that).

    As `void`; QuizError `not_void`, `released`. A cadre who has been given another paper has no void attempt any more: that one is history.
    """
    sitting, seat, attempt = attempt_to_judge(session, actor, code, number, now)
    text = clean_reason(reason)
    if attempt.voided_at is None:
        raise QuizError("not_void", say("这份答卷没有作废。"))
    if is_released(sitting, now) and not is_released(sitting, attempt.voided_at):
        raise QuizError("released", say("这场考试的成绩已经公布，不能再恢复作废的答卷。"))
    attempt.voided_at = None
    if attempt.submitted_at is not None:  # what was decided and corrected meanwhile left it out
        grading.grade(session, attempt, "restored", now)
    row = voids.save_void(session, attempt, False, text, now, actor.name)
    audit.record(session, now, actor.person, "restore", sitting.code, {"cadre": number, "paper": seat.paper.code, "reason": text})
    return row


def attempt_to_judge(session: Session, actor: Actor, code: str, number: str, now: datetime) -> tuple[SittingRow, Seat, AttemptRow]:
    """Return a cadre's seat and attempt, held, once it is certain that the actor may judge it. NotFound, Forbidden; QuizError `not_started`."""
    sitting, scope = sitting_to_run(session, actor, code, now)
    seats = sittings.seats_of_sitting(session, sitting, scope, [number])
    if not seats:
        raise NotFound()
    seat = seats[0]
    if seat.cadre.number == actor.cadre_number:
        raise Forbidden()
    changes.lock_sitting(session, sitting)
    changes.lock_papers(session, [seat.paper.code])
    found = attempts.lock_attempts(session, [seat.paper.id]).get(seat.paper.id)
    if found is None:
        raise QuizError("not_started", say("{name}还没有开始答题，没有答卷。", name=seat.cadre.name))
    return sitting, seat, found
