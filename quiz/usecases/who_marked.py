"""Who marked the texts of an attempt, when and with what reason: for those who answer for marks, never for the cadre, who knows no markers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.hundredths import round_mark
from quiz.core.message import Message, mark_text, say
from quiz.core.paper import Slot
from quiz.core.question import QuestionType
from quiz.core.same_text import normalise
from quiz.storage import marking
from quiz.storage.gradings import MILLION
from quiz.storage.tables import DecisionRow, ReadingRow
from quiz.usecases.results import Result

PLACE_NAMES = (mark_text("判定"), mark_text("第一位阅卷人"), mark_text("第二位阅卷人"), mark_text("仲裁"))


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one person said of a text: of which blank (0 for a short answer), the marks given there of `most`, and why.

    `place` is 1 or 2 for two markers of a text, 3 for the arbiter, 0 for the decision that counts for everybody who wrote the same.
    """

    blank: int
    place: int
    given: Decimal
    most: Decimal
    by: str
    at: datetime
    reason: str

    @property
    def title(self) -> Message:
        """What the person was, and of which blank."""
        name = say(PLACE_NAMES[self.place])
        return say("第{n}空{name}", n=self.blank, name=name) if self.blank else name


def who_marked(session: Session, actor: Actor, result: Result) -> Mapping[int, tuple[Judgement, ...]]:
    """Return by slot what people said of the texts of a result until its grading, the first first; nothing to who does not answer appeals.

    The result is one that the actor may read: `results.read_result`.
    """
    if not actor.may(Action.ANSWER_APPEALS) or result.paper is None or result.graded is None or not result.responses:
        return {}
    asked = {
        (slot.question.uid, blank, normalise(text)): slot
        for slot in result.paper.slots
        if slot.question.type.is_text
        for blank, text in enumerate(result.responses.get(slot.number, ()))
        if text
    }
    out: dict[int, list[Judgement]] = {}
    for row in marking.said_of(session, result.seat.sitting, {uid for uid, _, _ in asked}):
        slot = asked.get((row.question_uid, row.blank, row.text))
        if slot is not None and _when(row) <= result.graded.graded_at:
            out.setdefault(slot.number, []).append(_judgement(row, slot))
    return {slot: tuple(sorted(found, key=_rank)) for slot, found in out.items()}


def _when(row: DecisionRow | ReadingRow) -> datetime:
    return row.decided_at if isinstance(row, DecisionRow) else row.at


def _judgement(row: DecisionRow | ReadingRow, slot: Slot) -> Judgement:
    most = slot.max_mark
    if slot.question.blanks:
        whole = sum((Fraction(blank.weight) for blank in slot.question.blanks), Fraction(0))
        most = round_mark(Fraction(slot.max_mark) * Fraction(slot.question.blanks[row.blank].weight) / whole)
    given = round_mark(Fraction(most) * Fraction(row.share, MILLION))
    blank = row.blank + 1 if slot.question.type is QuestionType.FILL_IN else 0
    if isinstance(row, DecisionRow):
        return Judgement(blank, 0, given, most, row.decided_by, row.decided_at, row.reason)
    return Judgement(blank, row.place, given, most, row.actor, row.at, row.comment)


def _rank(one: Judgement) -> tuple[int, datetime, bool]:
    """By blank and time; what a marker said stands before the decision that came of it."""
    return one.blank, one.at, one.place == 0
