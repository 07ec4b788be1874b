"""Sitting a paper: what is mine, start, the desk, submit, closing by the clock. Everything may safely be sent twice. Saves: see `saving`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.lockdown import Proof, is_proved
from quiz.core.marking import Response
from quiz.core.message import NotFound, QuizError, say
from quiz.core.paper import Paper, without_key
from quiz.core.saving import Save, SaveResult
from quiz.core.shown import as_shown
from quiz.core.sitting import GRACE, NEARLY_OVER, NO_EXTRA, ClosedBy, Extra, Phase, Visibility, deadline_now, seconds_left
from quiz.storage import attempts, changes, clocks, papers, sittings
from quiz.storage.sittings import Seat
from quiz.storage.tables import AttemptRow
from quiz.usecases import grading, saving
from quiz.usecases.places import is_paused_at
from quiz.usecases.saving import Call

CLOSED_AT_ONCE = 20
"""Attempts that the clock closes in one transaction: a quarter of a second's work."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a trainee at work sees: the paper without its key, what is saved, and the time."""

    seat: Seat
    paper: Paper
    responses: dict[int, Response]
    newest_seq: int
    seconds_left: int

    @property
    def shown(self) -> dict[int, Response]:
        """What is saved, as the page names it."""
        return {number: as_shown(self.paper.slots[number - 1].question, response) for number, response in self.responses.items()}

    @property
    def open_slots(self) -> list[int]:
        """The numbers of the slots without a response."""
        return [slot.number for slot in self.paper.slots if not self.responses.get(slot.number)]


@dataclass(frozen=True, slots=True)
class Listed:
    """A sitting as a trainee finds it in their list; `phase`, `closes_at` and `minutes` are their own, with the time they were given.

    `is_paused` when their clock stands still, or they may not start because their place is paused.
    """

    seat: Seat
    phase: Phase
    visible: Visibility
    extra: Extra
    closes_at: datetime
    minutes: int
    is_paused: bool = False


def list_mine(session: Session, actor: Actor, now: datetime) -> list[Listed]:
    """Return the sittings that have a paper for the actor, the latest first."""
    actor.require(Action.SIT)
    seats = sittings.seats_of_cadre(session, actor.cadre_number, with_content=False)
    extras = changes.extra_of_cadre(session, seats[0].cadre.id) if seats else {}
    return [_listed(session, seat, extras.get(seat.sitting.id, NO_EXTRA), now) for seat in seats if actor.may_enter(seat.sitting.code)]


def get_mine(session: Session, actor: Actor, code: str, now: datetime) -> Listed:
    """Return the actor's own sitting behind a paper's code. NotFound when it is somebody else's or nobody's."""
    seat = _own_seat(session, actor, code)
    return _listed(session, seat, _extra(session, seat), now)


def start(session: Session, actor: Actor, code: str, now: datetime, proofs: Sequence[Proof] = ()) -> AttemptRow:
    """Start the attempt at one's paper, or return the one already started: double clicks, retries and two devices make one.

    QuizError `not_open` before and after the window, `paused` while the person's place is, `other_browser` without the browser that is asked for.
    """
    seat = _own_seat(session, actor, code)
    _check_browser(seat, proofs)
    if seat.attempt is not None:
        return seat.attempt
    changes.lock_papers(session, [seat.paper.id])  # another start, a pause, and time given at this moment, come either before this or after
    found = attempts.attempt_of_paper(session, seat.paper.id)
    if found is not None:
        return found
    window = sittings.own_window(seat.sitting, _extra(session, seat))
    if window.phase(now) is not Phase.SCHEDULED and is_paused_at(session, seat.sitting.id, seat.unit.path):
        raise QuizError("paused", say("您所在的考点已暂停考试，恢复后再开始，耽误的时间会补上。"))
    if window.phase(now) is not Phase.OPEN:
        early = window.phase(now) is Phase.SCHEDULED
        raise QuizError("not_open", say("考试还没有开始。") if early else say("考试时间已过，不能再开始。"))
    row = AttemptRow(
        sitting_id=seat.sitting.id,
        paper_id=seat.paper.id,
        cadre_id=seat.cadre.id,
        started_at=now,
        deadline_at=window.deadline(now),
    )
    session.add(row)
    session.flush()
    return row


def open_desk(session: Session, actor: Actor, code: str, now: datetime, proofs: Sequence[Proof] = ()) -> Desk:
    """Return what the trainee at work sees. QuizError `not_started`; `closed` once submitted or out of time; `other_browser` as at the start."""
    seat = _own_seat(session, actor, code)
    if seat.attempt is None:
        raise QuizError("not_started", say("您还没有开始答题。"))
    if seat.attempt.submitted_at is not None or now > deadline_of(seat.attempt, now) + GRACE:
        raise QuizError("closed", say("这份试卷已经交卷。"))
    _check_browser(seat, proofs)
    return Desk(
        seat=seat,
        paper=without_key(papers.read_paper(seat.paper)),
        responses=attempts.current_responses(session, seat.attempt),
        newest_seq=attempts.newest_seq(session, seat.attempt),
        seconds_left=seconds_left(deadline_of(seat.attempt, now), now),
    )


def submit(
    session: Session, actor: Actor, code: str, items: Sequence[Save], device: str, now: datetime, by_clock: bool = False
) -> tuple[AttemptRow, list[SaveResult | QuizError]]:
    """Save what the page still carries, close the attempt and grade it. A second submission gets the same receipt.

    `by_clock` says that nobody pressed: the page believes that its time is up. When more was given meanwhile, the attempt stays open. What is no save
    of this paper is told in its place and keeps nobody from submitting.
    """
    saved = saving.save_many(session, [Call(actor, code, items, device)], now)[0] if items else None
    if isinstance(saved, QuizError):
        raise saved
    seat = _own_seat(session, actor, code)
    if seat.attempt is None:
        raise QuizError("not_started", say("您还没有开始答题。"))
    attempt = attempts.lock_attempt(session, seat.attempt.id)
    deadline = deadline_of(attempt, now)
    is_mistaken = by_clock and seconds_left(deadline, now) > NEARLY_OVER
    if attempt.submitted_at is None and not is_mistaken:
        is_late = now > deadline + GRACE
        by = ClosedBy.DEADLINE if is_late or by_clock else ClosedBy.TRAINEE
        _close(session, attempt, attempt.deadline_at if is_late else now, by, now)
    return attempt, saved.items if saved else []


def close_expired(session: Session, now: datetime) -> int:
    """Close and grade attempts whose time and grace are over, with everything saved so far; return how many.

    A thousand end in the same second, and saves of others must not wait for all of them: when as many as `CLOSED_AT_ONCE` were closed, there
    may be more, for another transaction. None while a clock was set and nobody has looked: what the clock says may be wrong.
    """
    if clocks.is_unsettled(session):
        return 0
    expired = attempts.expired_attempts(session, now - GRACE, CLOSED_AT_ONCE)
    for attempt in expired:
        _end(attempt, attempt.deadline_at, ClosedBy.DEADLINE)
    session.flush()
    grading.grade_all(session, expired, "deadline", now)
    return len(expired)


def deadline_of(attempt: AttemptRow, now: datetime) -> datetime:
    """Return the deadline of an attempt as it stands: it moves away while the clock stands still."""
    return deadline_now(attempt.deadline_at, attempt.paused_at, now)


def _close(session: Session, attempt: AttemptRow, at: datetime, by: ClosedBy, now: datetime) -> None:
    _end(attempt, at, by)
    session.flush()
    grading.grade(session, attempt, "submitted" if by is ClosedBy.TRAINEE else "deadline", now)


def is_right_browser(seat: Seat, proofs: Sequence[Proof]) -> bool:
    """True when the sitting may be sat in the browser that told this."""
    return is_proved(seat.sitting.seb_keys.split(), proofs)


def _check_browser(seat: Seat, proofs: Sequence[Proof]) -> None:
    """Questions are shown in the browser that is asked for; what was saved stays, and saves of a page that is open still come in."""
    if not is_right_browser(seat, proofs):
        raise QuizError("other_browser", say("本场考试只能用组考单位配置的安全考试浏览器答题。已经保存的作答都在；打不开时请找监考人员。"))


def _end(attempt: AttemptRow, at: datetime, by: ClosedBy) -> None:
    attempt.submitted_at, attempt.closed_by, attempt.paused_at = at, by.value, None


def _own_seat(session: Session, actor: Actor, code: str) -> Seat:
    actor.require(Action.SIT)
    seat = sittings.get_seat(session, code, actor.cadre_number)
    if seat is None or not actor.may_enter(seat.sitting.code):
        raise NotFound()
    return seat


def _listed(session: Session, seat: Seat, extra: Extra, now: datetime) -> Listed:
    window = sittings.own_window(seat.sitting, extra)
    visible = sittings.visibility_of(seat.sitting, seat.attempt, now)
    is_held = seat.sitting.paused_at is not None and is_paused_at(session, seat.sitting.id, seat.unit.path)
    is_paused = seat.attempt.paused_at is not None if seat.attempt else is_held
    return Listed(seat, window.phase(now), visible, extra, window.closes_at, window.minutes, is_paused)


def _extra(session: Session, seat: Seat) -> Extra:
    return changes.extra_of_cadre(session, seat.cadre.id).get(seat.sitting.id, NO_EXTRA)
