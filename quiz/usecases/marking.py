"""The markers' desk: texts question by question, taken for a while so that no two people hold the same, marked by one or by two, settled by a third.

Nobody sees a name, and nobody is given what they wrote themselves. Where two people mark a short answer, the mean of their marks counts when they
differ by no more than the sitting's margin; else an arbiter, who has marked neither, sees both marks and decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from quiz.core.access import Actor
from quiz.core.agreement import weighted_kappa
from quiz.core.blueprint import Blueprint
from quiz.core.correction import as_shown, in_force
from quiz.core.hints import hints_for
from quiz.core.message import NotFound, QuizError, mark_text, say
from quiz.core.point_marks import from_points
from quiz.core.question import Question, QuestionType
from quiz.core.staffing import Staffing
from quiz.storage import banks, changes, corrections, gradings, marking
from quiz.storage.marking import Reading, Waiting
from quiz.storage.tables import SittingRow
from quiz.usecases.grading import checked_comment, find_waiting, needs_two, settle, sitting_to_judge
from quiz.usecases.marker_view import ARBITER, MarkerView, OnDesk, Progress
from quiz.usecases.staffing import able_to_mark, for_sitting

LEASE = timedelta(minutes=20)
"""How long a text stays with who took it."""

AT_ONCE = {QuestionType.SHORT_ANSWER: 1}
BLANKS_AT_ONCE = 20
"""Texts that a marker takes together: short answers one by one, blanks by the page."""

ALREADY = mark_text("这份作答已经评过，或者题目更正以后不用再评；这一次没有计入。")


@dataclass(frozen=True, slots=True)
class Overview:
    """The questions of a sitting that have or had something to mark; `hint_kappa` compares what keywords hint at with what people decided in
    `hinted` texts. `stuck` texts wait for somebody who is not there: nobody with the right has not marked or written them."""

    sitting: SittingRow
    rows: list[Progress]
    hint_kappa: float | None
    hinted: int
    staffing: Staffing
    stuck: int

    @property
    def waiting(self) -> int:
        """How many texts wait."""
        return sum(row.waiting for row in self.rows)


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a mark: `regraded` attempts when it settled the text; else it waits for a second marker or, when `differs`, for an arbiter."""

    regraded: int = 0
    is_settled: bool = False
    differs: bool = False


def read_overview(session: Session, actor: Actor, code: str, now: datetime) -> Overview:
    """Return how far the marking of a sitting is, the question with most that waits first. NotFound, Forbidden as for deciding."""
    sitting = sitting_to_judge(session, actor, code, now)
    state = MarkerView(session, actor, sitting, now)
    decided = marking.count_decided(session, sitting)
    known = corrections.list_corrections(session, sitting.id)
    by_blank: dict[tuple[str, int], list[Waiting]] = {place: [] for place in decided}
    for one in marking.list_waiting(session, sitting):
        by_blank.setdefault((one.uid, one.blank), []).append(one)
    rows = []
    for (uid, blank), texts in by_blank.items():
        slot = texts[0].slot if texts else marking.slot_of(session, sitting, uid)
        if slot is not None:
            question = as_shown(slot.question, in_force(known, uid))
            rows.append(state.progress(question, blank, texts, decided.get((uid, blank), 0)))
    rows.sort(key=lambda row: (-row.waiting, row.question.uid, row.blank))
    able = able_to_mark(session, sitting)
    stuck = sum(state.is_stuck(one, able) for texts in by_blank.values() for one in texts)
    sections = banks.read_document(banks.document_by_id(session, sitting.blueprint_id), Blueprint).sections
    kappa, hinted = _hint_kappa(session, sitting, [row.question for row in rows])
    return Overview(sitting, rows, kappa, hinted, for_sitting(session, sitting, sections), stuck)


def take(session: Session, actor: Actor, code: str, uid: str, blank: int, now: datetime) -> int:
    """Let the actor hold the next texts of a question for a while, those they hold already first; return how many they hold now."""
    sitting = sitting_to_judge(session, actor, code, now)
    changes.lock_sitting(session, sitting)
    state = MarkerView(session, actor, sitting, now, uid)
    texts = [one for one in marking.list_waiting(session, sitting, uid) if one.blank == blank]
    wanted = sorted((one for one in texts if state.may_take(one)), key=lambda one: not state.holds(one))
    chosen = wanted[: AT_ONCE.get(texts[0].slot.question.type, BLANKS_AT_ONCE)] if texts else []
    claims = [(one.uid, one.blank, one.digest, state.place(one) or 0) for one in chosen]
    marking.save_claims(session, sitting, claims, state.marker, now + LEASE)
    return len(claims)


def give_back(session: Session, actor: Actor, code: str, now: datetime) -> None:
    """Let others have what the actor holds in a sitting."""
    sitting = sitting_to_judge(session, actor, code, now)
    marking.drop_claims(session, sitting, actor.person.id)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the actor holds of one question, and how far its marking is; `progress` is None when nothing of it waits any more."""

    sitting: SittingRow
    items: list[OnDesk]
    progress: Progress | None


def read_desk(session: Session, actor: Actor, code: str, uid: str, blank: int, now: datetime) -> Desk:
    """Return what the actor holds of a question."""
    sitting = sitting_to_judge(session, actor, code, now)
    state = MarkerView(session, actor, sitting, now, uid)
    texts = [one for one in marking.list_waiting(session, sitting, uid) if one.blank == blank]
    if not texts:
        return Desk(sitting, [], None)
    question = as_shown(texts[0].slot.question, in_force(corrections.list_corrections(session, sitting.id), uid))
    decided = marking.count_decided(session, sitting).get((uid, blank), 0)
    items = [state.on_desk(one, question) for one in texts if state.holds(one)]
    return Desk(sitting, items, state.progress(question, blank, texts, decided))


def judge(
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
) -> Judged:
    """Give a text a share of its marks, or marks for each point of its scheme; settle it when that is the last word.

    A comment is needed where no points are given. NotFound for a text that nobody wrote or is the actor's own; QuizError `marked_already` for one
    that does not wait any more (a double click, another marker after the time was over, a correction meanwhile), `taken` when another holds it,
    `bad_share`, `bad_points`, `no_reason`.
    """
    sitting = sitting_to_judge(session, actor, code, now)
    changes.lock_sitting(session, sitting)
    state = MarkerView(session, actor, sitting, now, uid)
    try:
        waiting = find_waiting(session, actor, sitting, uid, blank, digest)
    except NotFound:
        if not _waited(session, sitting, uid, blank, digest):
            raise
        raise QuizError("marked_already", say(ALREADY)) from None
    place = state.place(waiting)
    if any(one.marker == state.marker for one in state.readings(waiting)):
        raise QuizError("marked_already", say(ALREADY))
    if place is None or state.is_held_by_another(waiting, place):
        raise QuizError("taken", say("这份作答已经由别的阅卷人领取，请另领一份。"))
    if points:
        share, comment = from_points(waiting.slot, points, comment)
    if share is None or not 0 <= share <= 1:
        raise QuizError("bad_share", say("得分须在0分和满分之间。"))
    text = checked_comment(comment)
    marking.drop_claim(session, sitting, uid, blank, digest, place)
    if not needs_two(sitting, waiting):
        return Judged(settle(session, sitting, waiting, share, text, [actor.person], now), is_settled=True)
    return _one_of_several(session, sitting, waiting, Reading(place, share, text, state.marker, actor.name), state, now)


def _one_of_several(session: Session, sitting: SittingRow, waiting: Waiting, given: Reading, state: MarkerView, now: datetime) -> Judged:
    """Keep a mark where two people mark; settle the text when they agree or an arbiter has spoken."""
    earlier = state.readings(waiting)
    marking.save_reading(session, sitting, waiting, given, now)
    if given.place == 1:
        return Judged()
    if given.place == ARBITER:
        return Judged(settle(session, sitting, waiting, given.share, given.comment, [given.by], now), is_settled=True)
    first = earlier[0]
    if abs(first.share - given.share) > state.margin:
        return Judged(differs=True)
    words = f"{first.comment} / {given.comment}"[:500]
    return Judged(settle(session, sitting, waiting, (first.share + given.share) / 2, words, [first.by, given.by], now), is_settled=True)


def _waited(session: Session, sitting: SittingRow, uid: str, blank: int, digest: str) -> bool:
    """True for a text that no longer waits: somebody decided on it, or its question was corrected while a marker had it before them."""
    decided = {(one, marking.digest_of(text)) for one, at, text in gradings.decisions_of(session, sitting.id) if at == blank}
    return (uid, digest) in decided or in_force(corrections.list_corrections(session, sitting.id), uid) is not None


def _hint_kappa(session: Session, sitting: SittingRow, questions: Sequence[Question]) -> tuple[float | None, int]:
    """How what keywords hint at agrees with what was decided, over the short answers in hand."""
    short = {question.uid: question for question in questions if any(point.keywords for point in question.points)}
    pairs = [(hints_for(short[uid], text).share, share) for uid, text, share in marking.decided_texts(session, sitting, short)]
    return weighted_kappa(pairs), len(pairs)
