"""Sitting a paper: what is mine, start, the desk. Starting may safely be sent twice. Saves: see `saving`; the end: `handing_in`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.lockdown import Proof, is_proved
from quiz.core.message import NotFound, QuizError, or_error, or_raise, say
from quiz.core.paper import Paper
from quiz.core.response import Response
from quiz.core.shown import as_shown
from quiz.core.sitting import GRACE, NO_EXTRA, Extra, Phase, Visibility, deadline_now, seconds_left
from quiz.storage import attempts, changes, papers, sittings
from quiz.storage.sittings import Seat
from quiz.storage.tables import AttemptRow
from quiz.usecases.places import is_paused_at


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


@dataclass(frozen=True, slots=True)
class Start:
    """Somebody who presses start: at which paper, when, and what their browser told of itself."""

    actor: Actor
    code: str
    now: datetime
    proofs: Sequence[Proof] = ()


def start(session: Session, actor: Actor, code: str, now: datetime, proofs: Sequence[Proof] = ()) -> AttemptRow:
    """Start the attempt at one's paper, or return the one already started: double clicks, retries and two devices make one.

    QuizError `not_open` before and after the window, `paused` while the person's place is, `other_browser` without the browser that is asked for.
    """
    return or_raise(start_many(session, [Start(actor, code, now, proofs)])[0])


def start_many(session: Session, starts: Sequence[Start]) -> list[AttemptRow | QuizError]:
    """Do `start` for many at once, and return for each the attempt, or what `start` would raise."""
    codes = [one.code for one in starts]
    changes.lock_papers(session, codes)  # another start, a pause, and time given at this moment, come either before this or after
    seats = sittings.seats_of_papers(session, codes)
    extras = changes.extra_of_cadres(session, [seat.cadre.id for seat in seats.values() if seat.attempt is None])
    gate = _Gate(session, seats, extras)
    out = [or_error(gate.start, one) for one in starts]
    session.flush()
    return out


@dataclass(slots=True)
class _Gate:
    """Who may start now: the seats by their papers' codes, and who has started at this gate."""

    session: Session
    seats: Mapping[str, Seat]
    extras: Mapping[tuple[int, int], Extra]
    started: dict[str, AttemptRow] = field(default_factory=dict)

    def start(self, one: Start) -> AttemptRow:
        seat = _own(self.seats.get(one.code), one.actor)
        _check_browser(seat, one.proofs)
        found = seat.attempt or self.started.get(one.code)
        if found is not None:
            return found
        window = sittings.own_window(seat.sitting, self.extras.get((seat.sitting.id, seat.cadre.id), NO_EXTRA))
        if window.phase(one.now) is not Phase.SCHEDULED and _is_held(self.session, seat):
            raise QuizError("paused", say("您所在的考点已暂停考试，恢复后再开始，耽误的时间会补上。"))
        if window.phase(one.now) is not Phase.OPEN:
            early = window.phase(one.now) is Phase.SCHEDULED
            raise QuizError("not_open", say("考试还没有开始。") if early else say("考试时间已过，不能再开始。"))
        row = AttemptRow(
            sitting_id=seat.sitting.id,
            paper_id=seat.paper.id,
            cadre_id=seat.cadre.id,
            started_at=one.now,
            deadline_at=window.deadline(one.now),
        )
        self.session.add(row)
        self.started[one.code] = row
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
        paper=papers.read_without_key(seat.paper),
        responses=attempts.current_responses(session, seat.attempt),
        newest_seq=attempts.newest_seq(session, seat.attempt),
        seconds_left=seconds_left(deadline_of(seat.attempt, now), now),
    )


def deadline_of(attempt: AttemptRow, now: datetime) -> datetime:
    """Return the deadline of an attempt as it stands: it moves away while the clock stands still."""
    return deadline_now(attempt.deadline_at, attempt.paused_at, now)


def is_right_browser(seat: Seat, proofs: Sequence[Proof]) -> bool:
    """True when the sitting may be sat in the browser that told this."""
    return is_proved(seat.sitting.seb_keys.split(), proofs)


def _check_browser(seat: Seat, proofs: Sequence[Proof]) -> None:
    """Questions are shown in the browser that is asked for; what was saved stays, and saves of a page that is open still come in."""
    if not is_right_browser(seat, proofs):
        raise QuizError("other_browser", say("本场考试只能用组考单位配置的安全考试浏览器答题。已经保存的作答都在；打不开时请找监考人员。"))


def _own_seat(session: Session, actor: Actor, code: str) -> Seat:
    actor.require(Action.SIT)
    return _own(sittings.get_seat(session, code, actor.cadre_number), actor)


def _own(seat: Seat | None, actor: Actor) -> Seat:
    """The seat, if it is the actor's. NotFound."""
    actor.require(Action.SIT)
    if seat is None or seat.cadre.number != actor.cadre_number or not actor.may_enter(seat.sitting.code):
        raise NotFound()
    return seat


def _is_held(session: Session, seat: Seat) -> bool:
    """True while the person's place is paused."""
    return seat.sitting.paused_at is not None and is_paused_at(session, seat.sitting.id, seat.unit.path)


def _listed(session: Session, seat: Seat, extra: Extra, now: datetime) -> Listed:
    window = sittings.own_window(seat.sitting, extra)
    visible = sittings.visibility_of(seat.sitting, seat.attempt, now)
    is_paused = seat.attempt.paused_at is not None if seat.attempt else _is_held(session, seat)
    return Listed(seat, window.phase(now), visible, extra, window.closes_at, window.minutes, is_paused)


def _extra(session: Session, seat: Seat) -> Extra:
    return changes.extra_of_cadre(session, seat.cadre.id).get(seat.sitting.id, NO_EXTRA)
