"""Answers that came in after the deadline: shown with both times, and those that came too late decided on by a person, with a reason."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Actor
from quiz.core.message import NotFound
from quiz.core.reason import clean_reason
from quiz.storage import audit, late
from quiz.storage.tables import LateDecisionRow
from quiz.usecases import grading
from quiz.usecases.voiding import attempt_to_judge


def decide_late(
    session: Session, actor: Actor, code: str, number: str, response_id: int, accept: bool, reason: str, now: datetime
) -> LateDecisionRow:
    """Let an answer that came too late count, or not; a closed attempt is marked again at once, beside the marks that it had.

    It may be decided anew; the newest word holds. A newer answer that was accepted in time still goes before it (ADR 0004). Whoever decides sees
    both times, and whether keys were out by then. NotFound, Forbidden (for oneself and as a candidate); QuizError `no_reason`, `not_started`.
    """
    _, _, attempt = attempt_to_judge(session, actor, code, number, now)
    text = clean_reason(reason)
    row = late.get_late(session, attempt, response_id)
    if row is None:
        raise NotFound()
    decision = late.save_decision(session, row, accept, text, now, actor.name)
    if attempt.submitted_at is not None:
        grading.grade(session, attempt, "late_decision", now)
    detail: dict[str, object] = {"cadre": number, "slot": row.slot, "response": row.id, "accept": accept, "reason": text}
    audit.record(session, now, actor.person, "decide_late", code, detail)
    return decision
