"""Judging a text again that was decided: the wrong button, a point that was overlooked. The old decision stays, the new one counts for everyone.

Where two people mark a short answer, none of them changes alone what both made: a third who has marked neither decides, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.correction import Correction, Remedy, as_shown, in_force
from quiz.core.hundredths import round_mark
from quiz.core.message import NotFound, QuizError, mark_text, say
from quiz.core.paper import Slot
from quiz.core.point_marks import from_points, point_shares
from quiz.core.question import Question
from quiz.core.same_text import normalise
from quiz.core.to_mark import Settled
from quiz.storage import changes, corrections, marking, regrading
from quiz.storage.attempts import response_in
from quiz.storage.gradings import MILLION
from quiz.storage.marking import Reading, Waiting
from quiz.storage.tables import DecisionRow, SittingRow
from quiz.usecases.grading import Marker, checked_comment, needs_two, settle, sitting_to_judge
from quiz.usecases.marker_view import ARBITER

MOST_LISTED = 100
"""Decided texts on a page: those that most people wrote."""

MARKED_BY_YOU = mark_text("这道题由两人评阅，您评过这一份；改判要由没有评过的人来仲裁。")
ARBITRATED = mark_text("这一份已经仲裁过，不能再改判；有异议的，按异议逐份改分。")


@dataclass(frozen=True, slots=True)
class Decided:
    """A text that was decided: the share of the marks that counts and why, how often it was decided, and how many attempts have it now.

    `refusal` says why the actor may not judge it again; empty where they may.
    """

    text: Waiting
    share: Fraction
    reason: str
    times: int
    refusal: str

    @property
    def mark(self) -> Decimal:
        """The marks of a short answer, rounded for the eye."""
        return round_mark(self.share * Fraction(self.text.slot.max_mark))


@dataclass(frozen=True, slots=True)
class DecidedView:
    """The decided texts of one question, those that most wrote first, with the key that counts; `left_out` rarer ones are not shown."""

    sitting: SittingRow
    slot: Slot
    question: Question
    blank: int
    items: list[Decided]
    left_out: int

    @property
    def point_marks(self) -> tuple[Decimal, ...]:
        """What each point of the marking scheme is worth, rounded to hundredths for the eye."""
        return tuple(round_mark(share) for share in point_shares(self.question, self.slot.max_mark))


def list_done(session: Session, actor: Actor) -> set[int]:
    """Return the row ids of the sittings in which texts were decided: where a marker may look again when nothing waits there any more."""
    actor.require(Action.JUDGE)
    return marking.sittings_with_decisions(session)


def read_slot(session: Session, actor: Actor, code: str, uid: str, now: datetime) -> Slot:
    """Return a question of a sitting as one paper shows it, with what it is worth there. NotFound; Forbidden as for deciding."""
    slot = marking.slot_of(session, sitting_to_judge(session, actor, code, now), uid)
    if slot is None:
        raise NotFound()
    return slot


def read_decided(session: Session, actor: Actor, code: str, uid: str, blank: int, now: datetime) -> DecidedView:
    """Return what was decided of a question, without what the actor wrote. NotFound where nothing of it was; Forbidden as for deciding."""
    sitting = sitting_to_judge(session, actor, code, now)
    slot = marking.slot_of(session, sitting, uid) if (uid, blank) in marking.count_decided(session, sitting) else None
    if slot is None:
        raise NotFound()
    items = _decided(session, actor, sitting, slot, blank)
    question = as_shown(slot.question, in_force(corrections.list_corrections(session, sitting.id), uid))
    return DecidedView(sitting, slot, question, blank, items[:MOST_LISTED], max(0, len(items) - MOST_LISTED))


def judge_again(
    session: Session,
    actor: Actor,
    code: str,
    uid: str,
    blank: int,
    digest: str,
    share: Fraction | None,
    comment: str,
    now: datetime,
    points: Sequence[Decimal] = (),
) -> int:
    """Decide anew on a text that was decided, always with a reason; return how many attempts were graded anew.

    The same sent twice is one. NotFound for what was not decided or is the actor's own; QuizError `not_again`, `same_mark`, `bad_share`,
    `bad_points`, `no_reason`.
    """
    sitting = sitting_to_judge(session, actor, code, now)
    changes.lock_sitting(session, sitting)
    slot = marking.slot_of(session, sitting, uid)
    found = next((one for one in _decided(session, actor, sitting, slot, blank) if one.text.digest == digest), None) if slot else None
    if found is None:
        raise NotFound()
    text = checked_comment(comment)
    if points:
        share, text = from_points(found.text.slot, points, text)
    if share is None or not 0 <= share <= 1:
        raise QuizError("bad_share", say("得分须在0分和满分之间。"))
    if round(share * MILLION) == found.share * MILLION:
        if found.reason == checked_comment(text):
            return len(found.text.attempts)
        raise QuizError("same_mark", say("现在就是这样判的，没有改动。"))
    if found.refusal:
        raise QuizError("not_again", say(found.refusal))
    if needs_two(sitting, found.text):
        marking.save_reading(session, sitting, found.text, Reading(ARBITER, share, text, actor.person.id, actor.name), now)
    return settle(session, sitting, found.text, share, checked_comment(text), [actor.person], now, is_again=True)


def _decided(session: Session, actor: Actor, sitting: SittingRow, slot: Slot, blank: int) -> list[Decided]:
    """The decided texts that make somebody's mark as it stands: not those of blanks that a correction settles."""
    uid = slot.question.uid
    rows: dict[str, list[DecisionRow]] = {}
    for row in marking.decisions_on(session, sitting, uid, blank):
        rows.setdefault(row.text, []).append(row)
    texts = _texts(session, sitting, slot, blank, rows)
    readings, me = marking.readings_of(session, sitting, uid), actor.person.id
    out = []
    for one in texts.values():
        if actor.cadre_number in one.writers:
            continue
        given = readings.get((uid, blank, one.digest), []) if needs_two(sitting, one) else []
        refusal = MARKED_BY_YOU if any(each.marker == me for each in given) else ARBITRATED if len(given) >= ARBITER else ""
        newest = rows[one.normalised][-1]
        out.append(Decided(one, Fraction(newest.share, MILLION), newest.reason, len(rows[one.normalised]), refusal))
    return sorted(out, key=lambda one: (-len(one.text.attempts), one.text.normalised))


def _texts(session: Session, sitting: SittingRow, slot: Slot, blank: int, decided: dict[str, list[DecisionRow]]) -> dict[str, Waiting]:
    """Who has which of the decided texts where it takes a person to mark it, by the normalised text."""
    uid = slot.question.uid
    unjudged = Marker(Settled({}, corrections.list_corrections(session, sitting.id)))
    by_hand = corrections.overrides_in(session, sitting.id)
    out: dict[str, Waiting] = {}
    for sat in regrading.list_sat(session, sitting, regrading.list_places(session, sitting, Correction(0, uid, Remedy.ORIGINAL))):
        for one in sat.slots:
            written = response_in(one.text)
            name = normalise(written[blank]) if blank < len(written) and one.asked.question.uid == uid else None
            if name in decided and unjudged.mark(one.asked, one.text, by_hand.get((sat.attempt_id, one.number))).waits:
                found = out.setdefault(name, Waiting(uid, blank, written[blank], name, marking.digest_of(name), slot))
                found.attempts.append(sat.attempt_id)
                found.writers.add(sat.number)
    return out
