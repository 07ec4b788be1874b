"""Which questions may be practised now (ADR 0021): what a sitting whose keys are out asked, or what is for practice only.

It is valid today, not retired, not in doubt, and no sitting holds it back (`reserved.py`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, defer

from quiz.core.practice import JUDGED, PRACTICE_TAG
from quiz.storage.reserved import held_back, in_doubt, is_out
from quiz.storage.tables import QuestionPersonRow, QuestionRevisionRow, QuestionRow, QuestionUseRow, SittingRow


@dataclass(frozen=True, slots=True)
class Practisable:
    """A question that may be practised, in its revision of today."""

    uid: str
    revision: int
    area: str


def sittings_out(session: Session, now: datetime) -> list[SittingRow]:
    """Return the sittings whose keys are out, the latest first; without the snapshots that they were drawn from."""
    rows = session.scalars(select(SittingRow).options(defer(SittingRow.snapshot)).order_by(SittingRow.opens_at.desc(), SittingRow.id.desc()))
    return [row for row in rows if is_out(row, now)]


def pool(session: Session, now: datetime, today: date, only: str = "") -> dict[str, Practisable]:
    """Return what may be practised now by anybody, by uid in bytewise order; `today` is the day it is in the county, `only` asks for one question."""
    held, shown = held_back(session, now), [row.id for row in sittings_out(session, now)]
    if held.everything:
        return {}
    barred = held.uids | in_doubt(session)
    asked = select(QuestionUseRow.question_uid).where(QuestionUseRow.sitting_id.in_(shown))
    query = (
        select(QuestionRow.uid, QuestionRevisionRow.number, QuestionRevisionRow.area)
        .join(QuestionRevisionRow, _IS_CURRENT)
        .where(
            QuestionRow.retired_at.is_(None),
            QuestionRow.is_template.is_(False),
            QuestionRevisionRow.type.in_([kind.value for kind in JUDGED]),
            QuestionRevisionRow.valid_from <= today,
            or_(QuestionRevisionRow.valid_to.is_(None), QuestionRevisionRow.valid_to >= today),
            or_(QuestionRow.uid.in_(asked), QuestionRow.uid.in_(_for_practice(session))),
        )
    )
    if only:
        query = query.where(QuestionRow.uid == only)
    rows = sorted((Practisable(*row) for row in session.execute(query)), key=lambda found: found.uid.encode())
    return {found.uid: found for found in rows if found.uid not in barred}


def own_uids(session: Session, cadre_id: int) -> set[str]:
    """Return what a cadre wrote or read: their answers to it would say nothing."""
    query = select(QuestionRow.uid).join(QuestionPersonRow, QuestionPersonRow.question_id == QuestionRow.id)
    return set(session.scalars(query.where(QuestionPersonRow.cadre_id == cadre_id)))


def areas(session: Session) -> dict[str, str]:
    """Return the area of every question and template, by its uid."""
    query = select(QuestionRow.uid, QuestionRevisionRow.area).join(QuestionRevisionRow, _IS_CURRENT)
    return {row.uid: row.area for row in session.execute(query)}


def _for_practice(session: Session) -> list[str]:
    """The questions with the tag of practice; the text is searched first, since tags stand in no column."""
    query = select(QuestionRow.uid, QuestionRevisionRow.content).join(QuestionRevisionRow, _IS_CURRENT)
    rows = session.execute(query.where(QuestionRevisionRow.content.contains(f'"{PRACTICE_TAG}"', autoescape=True)))
    return [uid for uid, content in rows if PRACTICE_TAG in json.loads(content).get("tags", ())]


_IS_CURRENT = and_(QuestionRevisionRow.question_id == QuestionRow.id, QuestionRevisionRow.number == QuestionRow.current)
