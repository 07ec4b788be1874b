"""Answers that came in after a deadline, and what people decided about those that came too late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from quiz.storage.attempts import ACCEPTED, LATE
from quiz.storage.tables import AttemptRow, LateDecisionRow, ResponseRow


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """A response that came in after a deadline: one that counts because it was made before, or one kept for a person's word on it.

    `decisions` are those words, the newest first.
    """

    row: ResponseRow
    decisions: tuple[LateDecisionRow, ...] = ()

    @property
    def is_kept(self) -> bool:
        """True for one that came too late, whatever was decided."""
        return self.row.state == LATE

    @property
    def is_open(self) -> bool:
        """True while it waits for a person's word."""
        return self.is_kept and not self.decisions


def late_answers(session: Session, attempts: Sequence[AttemptRow]) -> dict[int, list[LateAnswer]]:
    """Return what came in late in each of these attempts, by the attempt's row id, in the order in which it came in."""
    ids = [attempt.id for attempt in attempts]
    decided: dict[int, list[LateDecisionRow]] = {}
    for decision in session.scalars(select(LateDecisionRow).where(LateDecisionRow.attempt_id.in_(ids)).order_by(LateDecisionRow.id.desc())):
        decided.setdefault(decision.response_id, []).append(decision)
    delivered = (ResponseRow.state == ACCEPTED) & ResponseRow.made_at.is_not(None) & (ResponseRow.received_at > AttemptRow.deadline_at)
    query = (
        select(ResponseRow)
        .join(AttemptRow, (AttemptRow.id == ResponseRow.attempt_id) & (AttemptRow.sitting_id == ResponseRow.sitting_id))
        .where(ResponseRow.attempt_id.in_(ids), or_(ResponseRow.state == LATE, delivered))
        .order_by(ResponseRow.id)
    )
    out: dict[int, list[LateAnswer]] = {number: [] for number in ids}
    for row in session.scalars(query):
        out[row.attempt_id].append(LateAnswer(row, tuple(decided.get(row.id, ()))))
    return out


def get_late(session: Session, attempt: AttemptRow, response_id: int) -> ResponseRow | None:
    """Return a response of this attempt that came too late, or None."""
    mine = (ResponseRow.sitting_id == attempt.sitting_id, ResponseRow.attempt_id == attempt.id, ResponseRow.state == LATE)
    return session.scalar(select(ResponseRow).where(*mine, ResponseRow.id == response_id))


def save_decision(session: Session, row: ResponseRow, accept: bool, reason: str, at: datetime, actor: str) -> LateDecisionRow:
    """Append a person's word on a response that came too late."""
    decision = LateDecisionRow(
        sitting_id=row.sitting_id, attempt_id=row.attempt_id, response_id=row.id, is_accepted=accept, reason=reason, at=at, actor=actor
    )
    session.add(decision)
    session.flush()
    return decision
