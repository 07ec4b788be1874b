"""Corrections that were applied, for those who may read the results: what each did, and the notice to put up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.correction import Correction, remedy_sentence
from quiz.core.correction_notice import CorrectionNotice
from quiz.core.message import Message, NotFound
from quiz.storage import corrections, regrading
from quiz.storage.regrading import Rescored
from quiz.storage.tables import CorrectionRow, SittingRow
from quiz.usecases.correction_effect import Effect, effect_lines, read_effect
from quiz.usecases.results import sitting_for


@dataclass(frozen=True, slots=True)
class Done:
    """A correction that was applied: its row and numbers, and who within the reader's authority has another score by it."""

    sitting: SittingRow
    row: CorrectionRow
    correction: Correction
    effect: Effect
    people: list[Rescored]

    @property
    def sentence(self) -> Message:
        """What was done with the question."""
        return remedy_sentence(self.correction.remedy, self.effect.old_key, self.effect.new_keys, self.sitting.pass_mark > 0)


def list_done(session: Session, actor: Actor, code: str, now: datetime) -> tuple[SittingRow, list[CorrectionRow]]:
    """Return a sitting with its corrections, the newest first, for those who may read its results and do not sit it now. NotFound, Forbidden."""
    sitting, _ = sitting_for(session, actor, Action.READ_RESULTS, code, now)
    return sitting, list(reversed(corrections.list_rows(session, sitting.id)))


def read_done(session: Session, actor: Actor, code: str, number: int, now: datetime) -> Done:
    """Return one correction of a sitting. NotFound without it, Forbidden as for reading results."""
    sitting, rows = list_done(session, actor, code, now)
    row = next((row for row in rows if row.number == number), None)
    if row is None:
        raise NotFound()
    people = regrading.list_rescored(session, sitting, number, actor.require(Action.READ_RESULTS))
    return Done(sitting, row, corrections.read_row(row), read_effect(row), people)


def notice_of(done: Done, day: str) -> CorrectionNotice:
    """Return what the notice of a correction says; `day` is its time in words."""
    return CorrectionNotice(
        title=done.sitting.title,
        code=done.sitting.code,
        number=done.row.number,
        day=day,
        question=done.row.question_uid,
        stem=done.effect.stem,
        done=done.sentence,
        reason=done.row.reason,
        counts=effect_lines(done.effect),
    )
