"""Handing in: by the trainee, by a page whose clock has run out, by the server's clock. What is sent twice is handed in once, and graded at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Actor
from quiz.core.message import NotFound, QuizError, or_error, or_raise
from quiz.core.saving import Save, SaveResult
from quiz.core.sitting import GRACE, NEARLY_OVER, ClosedBy, seconds_left
from quiz.storage import attempts, clocks, desks
from quiz.storage.tables import AttemptRow
from quiz.usecases import grading, saving
from quiz.usecases.attempts import deadline_of
from quiz.usecases.saving import Call

CLOSED_AT_ONCE = 20
"""Attempts that the clock closes in one transaction: a quarter of a second's work."""


@dataclass(frozen=True, slots=True)
class HandIn:
    """Somebody who hands in: which paper, what the page still carries, when, and whether the page did it by its clock (`by_clock`)."""

    actor: Actor
    code: str
    items: Sequence[Save]
    device: str
    now: datetime
    by_clock: bool = False


HandedIn = tuple[AttemptRow, list[SaveResult | QuizError]]
"""An attempt after it was handed in, and what became of each save that came with that."""


def submit(session: Session, actor: Actor, code: str, items: Sequence[Save], device: str, now: datetime, by_clock: bool = False) -> HandedIn:
    """Save what the page still carries, close the attempt and grade it. A second submission gets the same receipt.

    `by_clock` says that nobody pressed: the page believes that its time is up. When more was given meanwhile, the attempt stays open. What is no save
    of this paper is told in its place and keeps nobody from submitting.
    """
    return or_raise(submit_many(session, [HandIn(actor, code, items, device, now, by_clock)])[0])


def submit_many(session: Session, calls: Sequence[HandIn]) -> list[HandedIn | QuizError]:
    """Do `submit` for many at once, graded together, and return for each what became of it, or what `submit` would raise."""
    found = desks.lock_desks(session, [call.code for call in calls])
    tray = _Tray(session, found, attempts.get_attempts(session, [desk.id for desk in found.values()]))
    out = [or_error(tray.take, call) for call in calls]
    tray.grade()
    return out


@dataclass(slots=True)
class _Tray:
    """What is handed in together: the attempts, held, by their papers' codes and row ids, and those that were closed and are to be graded."""

    session: Session
    held: Mapping[str, desks.Desk]
    rows: Mapping[int, AttemptRow]
    closed: list[tuple[AttemptRow, ClosedBy, datetime]] = field(default_factory=list)

    def take(self, call: HandIn) -> HandedIn:
        desk = self.held.get(call.code)
        refused = saving.refusal(self.session, call.actor, call.code, desk)
        if refused is not None or desk is None:
            raise refused or NotFound()
        attempt = self.rows[desk.id]
        outcomes = self._save(call, attempt) if call.items else []
        deadline = deadline_of(attempt, call.now)
        is_mistaken = call.by_clock and seconds_left(deadline, call.now) > NEARLY_OVER
        if attempt.submitted_at is None and not is_mistaken:
            is_late = call.now > deadline + GRACE
            by = ClosedBy.DEADLINE if is_late or call.by_clock else ClosedBy.TRAINEE
            _end(attempt, attempt.deadline_at if is_late else call.now, by)
            self.closed.append((attempt, by, call.now))
        return attempt, outcomes

    def grade(self) -> None:
        """Grade what was closed and is not graded yet."""
        self.session.flush()
        for by, reason in ((ClosedBy.TRAINEE, "submitted"), (ClosedBy.DEADLINE, "deadline")):
            mine = [(attempt, now) for attempt, one, now in self.closed if one is by]
            if mine:
                grading.grade_all(self.session, [attempt for attempt, _ in mine], reason, max(now for _, now in mine))
        self.closed = []

    def _save(self, call: HandIn, attempt: AttemptRow) -> list[SaveResult | QuizError]:
        if attempt.submitted_at is not None:
            self.grade()  # what comes after the end may be graded once more, after that
        return or_raise(saving.save_many(self.session, [Call(call.actor, call.code, call.items, call.device)], call.now)[0]).items


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


def _end(attempt: AttemptRow, at: datetime, by: ClosedBy) -> None:
    attempt.submitted_at, attempt.closed_by, attempt.paused_at = at, by.value, None
