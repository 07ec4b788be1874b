"""Answers given on paper → responses and marks, by the same grading as answers from a screen; however they came in, they end here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.paper import Paper
from quiz.core.response import Response, check_response
from quiz.core.sitting import ClosedBy
from quiz.storage import attempts, changes, sittings
from quiz.storage.sittings import Seat
from quiz.storage.tables import AttemptRow, ResponseRow
from quiz.usecases import grading

DEVICE = "paper"
"""What stands as the device of a response that was written on paper."""


def held_attempt(session: Session, seat: Seat) -> AttemptRow | None:
    """Return the attempt at a paper as it is now, held with the paper until the transaction ends."""
    changes.lock_papers(session, [seat.paper.code])
    return attempts.lock_attempts(session, [seat.paper.id]).get(seat.paper.id)


def store_answers(session: Session, seat: Seat, paper: Paper, responses: Mapping[int, Response], reason: str, now: datetime) -> bool:
    """Store responses from paper and grade them; return whether anything changed. What is stored already is not stored again.

    Without an attempt one is made that lasted from the opening until the papers were collected: until now, or the end of the sitting. An
    attempt that was begun on a screen is closed by this; all that was saved there stays. QuizError `bad_response` for what is no response
    to a question.
    """
    checked = {slot.number: check_response(slot.question, list(responses.get(slot.number, ()))) for slot in paper.slots}
    attempt = held_attempt(session, seat)
    if attempt is None:
        attempt = _new_attempt(session, seat, now)
    elif attempt.closed_by == ClosedBy.PAPER and _current(session, attempt, checked) == checked:
        return False
    attempt.submitted_at, attempt.closed_by = attempt.submitted_at or now, ClosedBy.PAPER.value
    have = _current(session, attempt, checked)
    first = attempts.newest_seq(session, attempt) + 1
    changed = [number for number, value in checked.items() if value != have[number]]
    session.add_all(
        ResponseRow(
            sitting_id=attempt.sitting_id,
            attempt_id=attempt.id,
            slot=number,
            seq=seq,
            value=json.dumps(checked[number], ensure_ascii=False),
            device=DEVICE,
            state=attempts.ACCEPTED,
            received_at=now,
        )
        for seq, number in enumerate(changed, first)
    )
    session.flush()
    grading.grade(session, attempt, reason, now)
    return True


def _current(session: Session, attempt: AttemptRow, wanted: Mapping[int, Response]) -> dict[int, Response]:
    have = attempts.current_responses(session, attempt)
    return {number: have.get(number, ()) for number in wanted}


def _new_attempt(session: Session, seat: Seat, now: datetime) -> AttemptRow:
    closes_at = sittings.own_window(seat.sitting).closes_at
    row = AttemptRow(
        sitting_id=seat.sitting.id,
        paper_id=seat.paper.id,
        cadre_id=seat.cadre.id,
        started_at=seat.sitting.opens_at,
        deadline_at=closes_at,
        submitted_at=min(now, closes_at),
        closed_by=ClosedBy.PAPER.value,
    )
    session.add(row)
    session.flush()
    return row
