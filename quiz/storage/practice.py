"""Sets of practice questions and the answers to them: rows that are only ever added, fetched for a person."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from quiz.core.canonical import canonical_json
from quiz.core.frozen import thaw
from quiz.core.hundredths import from_hundredths, to_hundredths
from quiz.core.practice import Answered, Kind, Met
from quiz.core.question import Question
from quiz.core.response import Response
from quiz.core.sitting import BY_PEOPLE
from quiz.storage.attempts import response_in
from quiz.storage.learning import people_within
from quiz.storage.tables import AttemptRow, CadreRow, PracticeAnswerRow, PracticeSetRow, QuestionRevisionRow, QuestionRow, SittingRow


def hold(session: Session, cadre_id: int) -> None:
    """Let other sets and answers of this cadre wait until this transaction ends, and nothing else: two clicks make one."""
    session.execute(select(CadreRow.id).where(CadreRow.id == cadre_id).with_for_update(key_share=True))


def is_at_work(session: Session, cadre_id: int, now: datetime) -> bool:
    """True while answers of the cadre may still come into any sitting: not handed in by a person, and the time of delivery not over."""
    query = select(AttemptRow, SittingRow.delivery_minutes).join(SittingRow, SittingRow.id == AttemptRow.sitting_id)
    mine = query.where(
        AttemptRow.cadre_id == cadre_id,
        AttemptRow.voided_at.is_(None),
        or_(AttemptRow.closed_by.is_(None), AttemptRow.closed_by.not_in(BY_PEOPLE)),
    )
    return any(
        attempt.paused_at is not None or (now - attempt.deadline_at).total_seconds() <= 60 * minutes for attempt, minutes in session.execute(mine)
    )


def save_set(
    session: Session, cadre_id: int, kind: Kind, sitting_id: int | None, day: date, questions: Sequence[str], at: datetime
) -> PracticeSetRow:
    """Append a set, numbered after the cadre's last one."""
    number = session.scalar(select(func.max(PracticeSetRow.number)).where(PracticeSetRow.cadre_id == cadre_id)) or 0
    row = PracticeSetRow(
        cadre_id=cadre_id,
        number=number + 1,
        kind=kind.value,
        sitting_id=sitting_id,
        day=day,
        questions=canonical_json(list(questions)).decode(),
        made_at=at,
    )
    session.add(row)
    session.flush()
    return row


def questions_of(row: PracticeSetRow) -> list[str]:
    """Return the uids of a set, in their order."""
    found: list[str] = json.loads(row.questions)
    return found


def get_set(session: Session, cadre_id: int, number: int) -> PracticeSetRow | None:
    """Return a set of this cadre, or None."""
    return session.scalar(select(PracticeSetRow).where(PracticeSetRow.cadre_id == cadre_id, PracticeSetRow.number == number))


def sets_of(session: Session, cadre_id: int, limit: int | None = None) -> list[PracticeSetRow]:
    """Return the sets of a cadre, the newest first."""
    query = select(PracticeSetRow).where(PracticeSetRow.cadre_id == cadre_id).order_by(PracticeSetRow.number.desc())
    return list(session.scalars(query.limit(limit)))


def answers_of_set(session: Session, row: PracticeSetRow) -> dict[int, PracticeAnswerRow]:
    """Return the answers to a set, by place."""
    rows = session.scalars(select(PracticeAnswerRow).where(PracticeAnswerRow.set_id == row.id))
    return {found.place: found for found in rows}


def save_answer(
    session: Session, row: PracticeSetRow, place: int, uid: str, revision: int, value: Response, share: Decimal | None, why: str, at: datetime
) -> PracticeAnswerRow:
    """Append an answer."""
    answer = PracticeAnswerRow(
        set_id=row.id,
        cadre_id=row.cadre_id,
        place=place,
        question_uid=uid,
        revision=revision,
        value=canonical_json(list(value)).decode(),
        share=None if share is None else to_hundredths(share),
        why=why,
        at=at,
    )
    session.add(answer)
    session.flush()
    return answer


def response_of(row: PracticeAnswerRow) -> Response:
    """Return what was answered, by the ids of options."""
    return response_in(row.value)


def share_in(row: PracticeAnswerRow) -> Decimal | None:
    """Return the share that was right; None where no rule could judge it."""
    return None if row.share is None else from_hundredths(row.share)


def practised(session: Session, cadre_id: int) -> list[Answered]:
    """Return the judged practice answers of a cadre, the first first."""
    return [Answered(uid, at, share / 100) for _, uid, at, share in session.execute(_judged(PracticeAnswerRow.cadre_id == cadre_id))]


def practised_within(session: Session, scope: str) -> dict[int, list[Met]]:
    """Return the judged practice answers of the people whom `learning.people_within` names, by the cadre's row id."""
    out: dict[int, list[Met]] = {}
    for cadre_id, uid, at, share in session.execute(_judged(PracticeAnswerRow.cadre_id.in_(people_within(session, scope)))):
        out.setdefault(cadre_id, []).append((at, (uid,), (share / 100,)))
    return out


def _judged(whose: ColumnElement[bool]) -> Select[int, str, datetime, int]:
    share = func.coalesce(PracticeAnswerRow.share, 0)
    query = select(PracticeAnswerRow.cadre_id, PracticeAnswerRow.question_uid, PracticeAnswerRow.at, share)
    return query.where(whose, PracticeAnswerRow.share.is_not(None)).order_by(PracticeAnswerRow.id)


def read_question(session: Session, uid: str, revision: int) -> Question | None:
    """Return a revision of a question, or None."""
    query = (
        select(QuestionRevisionRow.content)
        .join(QuestionRow, QuestionRow.id == QuestionRevisionRow.question_id)
        .where(QuestionRow.uid == uid, QuestionRow.is_template.is_(False), QuestionRevisionRow.number == revision)
    )
    found = session.scalar(query)
    return None if found is None else thaw(Question, json.loads(found))
