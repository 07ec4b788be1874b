"""What sittings hold back from practice and from every print to learn from, by one rule (ADR 0021); and who may print none.

Nothing is shown that a sitting which is not over has or could still take, nor what one that is over asked, until its keys are out.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from quiz.core.correction import Remedy
from quiz.core.question import base_uid
from quiz.core.sitting import Phase
from quiz.storage.papers import is_current
from quiz.storage.sittings import keys_out_at, window_of
from quiz.storage.tables import CadreRow, CorrectionRow, PaperRow, QuestionRow, QuestionUseRow, SittingRow


@dataclass(frozen=True, slots=True)
class Reserved:
    """What sittings hold back: everything while `everything`, else these questions."""

    uids: frozenset[str]
    everything: bool = False

    def holds(self, uid: str) -> bool:
        """True when the question, or what this template makes, must be shown nowhere."""
        return self.everything or uid in self.uids


def is_out(row: SittingRow, now: datetime) -> bool:
    """True when a sitting is over for everyone, with all that may still be delivered, and its keys are shown."""
    shown = keys_out_at(row)
    return window_of(row).phase(now) is Phase.CLOSED and shown is not None and shown <= now


def held_back(session: Session, now: datetime) -> Reserved:
    """Return what sittings hold back now.

    Of one that is over, what was asked, until its keys are out. Of one that is not over, everything that its blueprint admitted when it was drawn:
    what is on its papers, and what a replacement, a late paper or another try may still take. If only what is on papers were held back, what
    vanished from practice, or from the newer of two books, would tell what will be asked.
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


def is_to_sit(session: Session, number: str, now: datetime) -> bool:
    """True when this cadre has a paper in a sitting that is not over yet."""
    rows = session.scalars(select(SittingRow).options(defer(SittingRow.snapshot)))
    to_come = [row.id for row in rows if not is_out(row, now) and window_of(row).closes_at >= now]
    query = (
        select(func.count())
        .select_from(PaperRow)
        .join(CadreRow, CadreRow.id == PaperRow.cadre_id)
        .where(CadreRow.number == number, PaperRow.sitting_id.in_(to_come), is_current())
    )
    return bool(session.scalar(query))


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
    """All questions and templates that a draw could put on a paper, as its commitment binds it; None where an older draw did not write that down."""
    if row.commitment not in _known:
        text = session.scalar(select(SittingRow.snapshot).where(SittingRow.id == row.id)) or "{}"
        snapshot = json.loads(text)
        draw, local = snapshot.get("draw", {}), snapshot.get("local", {})
        templates = {uid for _, fitting in local.get("fits", ()) for uid in fitting}
        _known[row.commitment] = frozenset({*templates, *(item[0] for item in draw["items"])}) if "items" in draw else None
        if len(_known) > MOST_KNOWN:
            _known.popitem(last=False)
    return _known[row.commitment]


_known: OrderedDict[str, frozenset[str] | None] = OrderedDict()
MOST_KNOWN = 100
"""Draws remembered: what a commitment binds never changes."""
