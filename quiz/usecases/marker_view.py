"""What one marker finds of a sitting: which texts wait at which place, who holds them, and which this marker may take. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from quiz.core.access import Actor
from quiz.core.agreement import Agreement, agreement
from quiz.core.hints import Hints, hints_for
from quiz.core.hundredths import round_mark
from quiz.core.paper import Slot
from quiz.core.point_marks import point_shares
from quiz.core.question import Question, QuestionType
from quiz.storage import marking
from quiz.storage.accounts import Holder
from quiz.storage.marking import Reading, Waiting
from quiz.storage.tables import SittingRow
from quiz.usecases.grading import needs_two

ARBITER = 3
"""The place of who decides between two marks."""


@dataclass(frozen=True, slots=True)
class OnDesk:
    """A text that a marker holds: what it answers, with the key that counts, and hints. An arbiter also sees both marks (`others`)."""

    slot: Slot
    question: Question
    blank: int
    text: str
    digest: str
    attempts: int
    place: int
    hints: Hints
    others: tuple[Reading, ...]

    @property
    def point_marks(self) -> tuple[Decimal, ...]:
        """What each point of the marking scheme is worth on this paper, rounded to hundredths for the eye."""
        return tuple(round_mark(share) for share in point_shares(self.question, self.slot.max_mark))

    @property
    def other_marks(self) -> tuple[tuple[Decimal, str], ...]:
        """The marks that an arbiter decides between, each with its comment."""
        return tuple((round_mark(one.share * Fraction(self.slot.max_mark)), one.comment) for one in self.others)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the marking of one question is, in different texts: waiting for a first, a second mark, an arbiter, and decided.

    `attempts` wait with them; `for_me` are those that the actor could take now, `mine` those they hold. `agreement` is of texts marked twice.
    """

    question: Question
    blank: int
    needs_two: bool
    first: int
    second: int
    arbiter: int
    decided: int
    attempts: int
    for_me: int
    mine: int
    agreement: Agreement | None

    @property
    def waiting(self) -> int:
        """All that waits."""
        return self.first + self.second + self.arbiter


class MarkerView:
    """Who has given what and holds what in a sitting, as one marker finds it."""

    def __init__(self, session: Session, actor: Actor, sitting: SittingRow, now: datetime, uid: str = "") -> None:
        self.marker = actor.person.id
        self.margin = Fraction(sitting.margin_percent, 100)
        self._number = actor.cadre_number
        self._sitting = sitting
        self._readings = marking.readings_of(session, sitting, uid)
        self._claims: Mapping[tuple[str, int, str, int], str] = marking.claims_of(session, sitting, now)

    def readings(self, text: Waiting) -> list[Reading]:
        """Return the marks that a text has, in the order of places."""
        return self._readings.get((text.uid, text.blank, text.digest), [])

    def place(self, text: Waiting) -> int | None:
        """At which place the actor could mark a text: None when they have marked it, or wrote it."""
        if self._number in text.writers:
            return None
        if not needs_two(self._sitting, text):
            return 1
        given = self.readings(text)
        return None if any(one.marker == self.marker for one in given) else len(given) + 1

    def is_stuck(self, text: Waiting, able: Sequence[Holder]) -> bool:
        """True when nobody who may mark the sitting could take this text: all of them have marked it, or wrote it."""
        had = {one.marker for one in self.readings(text)} if needs_two(self._sitting, text) else set()
        return all(one.person in had or (one.number and one.number in text.writers) for one in able)

    def is_held_by_another(self, text: Waiting, place: int) -> bool:
        """True while another marker has taken the text at this place."""
        return self._claims.get((text.uid, text.blank, text.digest, place), self.marker) != self.marker

    def may_take(self, text: Waiting) -> bool:
        """True when the marker could mark the text and nobody else holds it."""
        place = self.place(text)
        return place is not None and not self.is_held_by_another(text, place)

    def holds(self, text: Waiting) -> bool:
        """True while this marker has taken the text."""
        place = self.place(text)
        return place is not None and self._claims.get((text.uid, text.blank, text.digest, place)) == self.marker

    def progress(self, question: Question, blank: int, texts: Sequence[Waiting], decided: int) -> Progress:
        """Return how far a question is of which these texts wait and so many are decided."""
        stages = [len(self.readings(one)) for one in texts]
        two = self._sitting.markers > 1 and question.type is QuestionType.SHORT_ANSWER
        mine = [one for one in texts if self.may_take(one)]
        pairs = [(given[0].share, given[1].share) for (uid, _, _), given in self._readings.items() if uid == question.uid and len(given) > 1]
        return Progress(
            question=question,
            blank=blank,
            needs_two=two,
            first=stages.count(0),
            second=stages.count(1),
            arbiter=stages.count(2),
            decided=decided,
            attempts=sum(len(one.attempts) for one in texts),
            for_me=len(mine),
            mine=sum(self.holds(one) for one in texts),
            agreement=agreement(pairs, self.margin) if two else None,
        )

    def on_desk(self, text: Waiting, question: Question) -> OnDesk:
        """Return a text as this marker gets it."""
        place = self.place(text) or 1
        others = tuple(self.readings(text)) if place == ARBITER else ()
        hints = hints_for(question, text.text)
        return OnDesk(text.slot, question, text.blank, text.text, text.digest, len(text.attempts), place, hints, others)
