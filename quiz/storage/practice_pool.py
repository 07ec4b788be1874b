"""Which questions may be practised now, and what holds the others back (ADR 0021): nothing that a live or coming sitting has or could still take.

What may be practised was asked in a sitting whose keys are out, or is for practice only; it is valid today, not retired, not in doubt.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, defer

from quiz.core.correction import Remedy
from quiz.core.practice import JUDGED, PRACTICE_TAG
from quiz.core.question import base_uid
from quiz.core.sitting import Phase
from quiz.storage.sittings import keys_out_at, window_of
from quiz.storage.tables import CorrectionRow, QuestionPersonRow, QuestionRevisionRow, QuestionRow, QuestionUseRow, SittingRow


@dataclass(frozen=True, slots=True)
class Practisable:
    """A question that may be practised, in its revision of today."""

    uid: str
    revision: int
    area: str


@dataclass(frozen=True, slots=True)
class Reserved:
    """What sittings hold back: everything while `everything`, else these questions."""

    uids: frozenset[str]
    everything: bool = False

    def holds(self, uid: str) -> bool:
        """True when the question must not be shown in practice."""
        return self.everything or uid in self.uids


def is_out(row: SittingRow, now: datetime) -> bool:
    """True when a sitting is over for everyone, with all that may still be delivered, and its keys are shown."""
    shown = keys_out_at(row)
    return window_of(row).phase(now) is Phase.CLOSED and shown is not None and shown <= now


def sittings_out(session: Session, now: datetime) -> list[SittingRow]:
    """Return the sittings whose keys are out, the latest first; without the snapshots that they were drawn from."""
    rows = session.scalars(select(SittingRow).options(defer(SittingRow.snapshot)).order_by(SittingRow.opens_at.desc(), SittingRow.id.desc()))
    return [row for row in rows if is_out(row, now)]


def reserved(session: Session, now: datetime) -> Reserved:
    """Return what sittings hold back now.

    Of one that is over, what was asked, until its keys are out. Of one that is not over, everything that its blueprint admitted when it was drawn:
    what is on its papers, and what a replacement, a late paper or another try may still take. If only what is on papers were held back, what
    vanished from practice would tell what will be asked.
    """
    asked, whole, everything = set[int](), set[str](), False
    for row in session.scalars(select(SittingRow).options(defer(SittingRow.snapshot))):
        if is_out(row, now):
            continue
        asked.add(row.id)
        if window_of(row).phase(now) is not Phase.CLOSED:
            admitted = _admitted(session, row)
            everything = everything or admitted is None
            whole |= admitted or frozenset()
    used = session.scalars(select(QuestionUseRow.question_uid).where(QuestionUseRow.sitting_id.in_(asked)))
    return Reserved(frozenset({*whole, *used}), everything)


def pool(session: Session, now: datetime, today: date, only: str = "") -> dict[str, Practisable]:
    """Return what may be practised now by anybody, by uid in bytewise order; `today` is the day it is in the county, `only` asks for one question."""
    held, shown = reserved(session, now), [row.id for row in sittings_out(session, now)]
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


def in_doubt(session: Session) -> set[str]:
    """The questions that a correction found wrong and nobody has mended in the bank since: practice would teach the wrong key."""
    query = select(CorrectionRow.sitting_id, CorrectionRow.question_uid, CorrectionRow.remedy).order_by(
        CorrectionRow.sitting_id, CorrectionRow.number
    )
    newest = {(sitting, base_uid(uid)): remedy for sitting, uid, remedy in session.execute(query)}
    wrong = {place for place, remedy in newest.items() if remedy != Remedy.ORIGINAL}
    mended = (
        select(QuestionUseRow.sitting_id, QuestionUseRow.question_uid)
        .join(QuestionRow, QuestionRow.uid == QuestionUseRow.question_uid)
        .where(QuestionUseRow.question_uid.in_({uid for _, uid in wrong}), QuestionRow.current > QuestionUseRow.revision)
    )
    return {uid for _, uid in wrong - {(sitting, uid) for sitting, uid in session.execute(mended)}}


def _admitted(session: Session, row: SittingRow) -> frozenset[str] | None:
    """Everything that a draw could put on a paper, as its commitment binds it; None where an older draw did not write that down."""
    if row.commitment not in _known:
        text = session.scalar(select(SittingRow.snapshot).where(SittingRow.id == row.id)) or "{}"
        draw = json.loads(text).get("draw", {})
        _known[row.commitment] = frozenset(item[0] for item in draw["items"]) if "items" in draw else None
        if len(_known) > MOST_KNOWN:
            _known.popitem(last=False)
    return _known[row.commitment]


_known: OrderedDict[str, frozenset[str] | None] = OrderedDict()
MOST_KNOWN = 100
"""Draws remembered: what a commitment binds never changes."""

_IS_CURRENT = and_(QuestionRevisionRow.question_id == QuestionRow.id, QuestionRevisionRow.number == QuestionRow.current)
