"""Answering what cadres say of questions: with reasons, by a mark set by hand where one paper is concerned, by a correction where all are.

Organisers read whose words they are, within their authority; markers read them without names, as they mark. Nobody who has a paper in the
sitting answers, and nothing is answered before it is over: no answer can tell a key to somebody who still sits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.correction import Correction, as_shown, in_force
from quiz.core.hundredths import from_hundredths
from quiz.core.marking import Mark
from quiz.core.message import Forbidden, NotFound, QuizError, say
from quiz.core.paper import Slot, plain_number
from quiz.core.question import Question
from quiz.core.response import Response
from quiz.core.sitting import MOST_APPEAL_DAYS, Phase
from quiz.storage import appeals, attempts, audit, corrections, gradings, papers, sittings
from quiz.storage.appeals import REJECTED, REPORT, UPHELD, Said
from quiz.storage.tables import AppealAnswerRow, AttemptRow, CorrectionRow, OverrideRow, PaperRow, SittingRow
from quiz.usecases.correcting import checked_reason, refuse_participant
from quiz.usecases.grading import OVERRIDE, grade
from quiz.usecases.sources import sitting_within

MOST_LISTED = 200
"""What is read in full at once; the rest comes up as these are answered."""


@dataclass(frozen=True, slots=True)
class Word:
    """One report or appeal as it is read: the slot, what was answered there and how that is marked. `said` names the person; None hides them.

    `is_overtaken` says that the question was corrected after it was answered: the answer may not hold any more.
    """

    id: int
    kind: str
    text: str
    at: datetime
    slot: Slot
    response: Response
    mark: Mark | None
    answer: AppealAnswerRow | None
    said: Said | None
    is_overtaken: bool


@dataclass(frozen=True, slots=True)
class OnQuestion:
    """What was said of one question: with the key that counts now, and the correction by which it does."""

    question: Question
    words: list[Word]
    in_force: Correction | None

    @property
    def waiting(self) -> int:
        """How many wait for an answer."""
        return sum(word.answer is None for word in self.words)


@dataclass(frozen=True, slots=True)
class AppealsView:
    """What was said in a sitting, question by question, those with most that waits first. `left_out` more are not shown yet."""

    sitting: SittingRow
    questions: list[OnQuestion]
    waiting: int
    left_out: int
    is_over: bool
    until: datetime | None
    may_correct: bool


def list_appeals(session: Session, actor: Actor, code: str, now: datetime, show_answered: bool = False) -> AppealsView:
    """Return the reports and appeals of a sitting that wait or were answered before their question was corrected, or all of them.

    NotFound, Forbidden to whoever has a paper in it.
    """
    sitting, scope, is_named = _open_to(session, actor, code)
    rows = corrections.list_rows(session, sitting.id)
    known = [corrections.read_row(row) for row in rows]
    corrected_at = {correction.number: row.at for correction, row in zip(known, rows, strict=True)}

    def is_overtaken(said: Said) -> bool:
        newest = max((one.number for one in known if one.names(said.row.question_uid)), default=0)
        return said.answer is not None and newest > 0 and corrected_at[newest] > said.answer.at

    every = appeals.list_said(session, sitting, scope)
    found = [said for said in every if show_answered or said.answer is None or is_overtaken(said)]
    by_uid: dict[str, list[Said]] = {}
    for said in found[:MOST_LISTED]:
        by_uid.setdefault(said.row.question_uid, []).append(said)
    groups = [_group(session, uid, words, known, is_named, is_overtaken) for uid, words in by_uid.items()]
    groups.sort(key=lambda group: (-group.waiting, -len(group.words), group.question.uid))
    return AppealsView(
        sitting=sitting,
        questions=groups,
        waiting=sum(said.answer is None for said in found),
        left_out=max(0, len(found) - MOST_LISTED),
        is_over=sittings.window_of(sitting).phase(now) is Phase.CLOSED,
        until=sittings.appeals_until(sitting),
        may_correct=actor.may(Action.CORRECT),
    )


def count_waiting(session: Session, actor: Actor) -> dict[int, int]:
    """Return how many reports and appeals of each sitting wait for those who may answer them, by the sitting's row id."""
    return appeals.count_open(session, actor.require(Action.ANSWER_APPEALS))


def answer(
    session: Session,
    actor: Actor,
    code: str,
    appeal_id: int,
    upheld: bool,
    reason: str,
    now: datetime,
    mark: Decimal | None = None,
    seen: int | None = None,
) -> AppealAnswerRow:
    """Answer a report or appeal; a second answer takes the place of the first, which stays in the record.

    One that is upheld gives the slot of this attempt a `mark` by hand, or rests on the correction in force; a report may be right and change
    nothing. What an earlier answer set by hand is given back unless this one sets it. The same answer sent twice is one. `seen` is the id of the
    answer that the actor had before them, 0 for none: QuizError `answered_since` when there is another by now. NotFound, Forbidden; QuizError
    `no_reason`, `still_open`, `bad_mark`, `nothing_done`.
    """
    text = checked_reason(reason)
    sitting, scope, _ = _open_to(session, actor, code)
    said = appeals.get_said(session, sitting, appeal_id, scope)
    if said is None:
        raise NotFound()
    _refuse_early(sitting, now)
    attempt = attempts.lock_attempt(session, said.attempt.id)
    correction = in_force(corrections.list_corrections(session, sitting.id), said.row.question_uid) if upheld else None
    if upheld and mark is None and correction is None and said.row.kind != REPORT:
        raise QuizError("nothing_done", say("异议成立，就要更正这道题，或者给这份答卷改分。"))
    rests_on = correction.number if correction and mark is None else None
    verdict = UPHELD if upheld else REJECTED
    if said.answer and _as_answered(session, said.answer, mark if upheld else None) == (verdict, text, actor.name, rests_on):
        return said.answer
    if seen is not None and seen != (said.answer.id if said.answer else 0):
        raise QuizError("answered_since", say("其间这一份已经答复过了，请看过现在的答复再改。"))
    by_hand = _set_for_answer(session, attempt, said, mark if upheld else None, text, now, actor.name)
    row = appeals.save_answer(session, said.row, verdict, text, now, actor.name, rests_on, by_hand.id if by_hand else None)
    told: dict[str, object] = {"appeal": appeal_id, "verdict": verdict, "reason": text, "mark": None if mark is None else str(mark)}
    audit.record(session, now, actor.person, "answer_appeal", code, told)
    return row


def answer_corrected(session: Session, actor: Actor, code: str, row: CorrectionRow, now: datetime) -> int:
    """Answer everything that waits about a question that was just corrected: upheld, with the reason of the correction. Return how many."""
    sitting, scope, _ = _open_to(session, actor, code)
    correction = corrections.read_row(row)
    waiting = [said for said in appeals.list_said(session, sitting, scope, only_open=True) if correction.names(said.row.question_uid)]
    for said in waiting:
        appeals.save_answer(session, said.row, UPHELD, row.reason, now, actor.name, row.number)
    if waiting:
        audit.record(session, now, actor.person, "answer_appeal", code, {"correction": row.number, "answered": len(waiting)})
    return len(waiting)


def set_window(session: Session, actor: Actor, code: str, days: int, now: datetime) -> SittingRow:
    """Change for how many days cadres may appeal; never shorten it once it runs. QuizError `bad_days`, `not_shorter`; NotFound, Forbidden."""
    actor.require(Action.CORRECT)
    sitting, _, _ = _open_to(session, actor, code)
    if not 0 <= days <= MOST_APPEAL_DAYS:
        raise QuizError("bad_days", say("异议期须为0至{most}天。", most=MOST_APPEAL_DAYS))
    shown_at = sittings.keys_out_at(sitting)
    if shown_at is not None and shown_at <= now and days < sitting.appeal_days:
        raise QuizError("not_shorter", say("答案已经公布，异议期只能延长，不能缩短。"))
    if days != sitting.appeal_days:
        audit.record(session, now, actor.person, "appeal_days", code, {"before": sitting.appeal_days, "after": days})
        sitting.appeal_days = days
    return sitting


def override(session: Session, actor: Actor, code: str, number: str, slot: int, mark: Decimal | None, reason: str, now: datetime) -> None:
    """Set the mark of one slot of one cadre's attempt by hand, or with None give it back to the rule; the new grading run says why.

    NotFound, Forbidden; QuizError `no_reason`, `still_open`, `bad_mark`, `bad_slot`.
    """
    text = checked_reason(reason)
    scope = actor.require(Action.CORRECT)
    sitting, _, _ = _open_to(session, actor, code)
    seats = sittings.seats_of_sitting(session, sitting, scope, [number])
    if not seats or seats[0].attempt is None:
        raise NotFound()
    _refuse_early(sitting, now)
    attempt = attempts.lock_attempt(session, seats[0].attempt.id)
    _set_mark(session, attempt, slot, mark, text, now, actor.name)
    audit.record(session, now, actor.person, "override", code, {"cadre": number, "slot": slot, "mark": str(mark), "reason": text})


def _as_answered(session: Session, old: AppealAnswerRow, mark: Decimal | None) -> tuple[str, str, str, int | None] | None:
    """What an answer said and rests on, where it set this `mark` by hand or none as none is asked for; else None."""
    given = session.get_one(OverrideRow, old.override_id).mark if old.override_id else None
    is_same = given is None if mark is None else given is not None and from_hundredths(given) == mark
    return (old.verdict, old.reason, old.actor, old.correction) if is_same else None


def _set_for_answer(
    session: Session, attempt: AttemptRow, said: Said, mark: Decimal | None, reason: str, now: datetime, actor: str
) -> OverrideRow | None:
    """Set the mark that an answer gives; without one, give back what an earlier answer to the same words set, if that still stands."""
    slot = said.row.slot
    if mark is not None:
        return _set_mark(session, attempt, slot, mark, reason, now, actor)
    newest = corrections.newest_override(session, attempt, slot)
    if newest and said.answer and newest.id == said.answer.override_id and newest.mark is not None:
        _set_mark(session, attempt, slot, None, reason, now, actor)
    return None


def _set_mark(session: Session, attempt: AttemptRow, slot: int, mark: Decimal | None, reason: str, now: datetime, actor: str) -> OverrideRow:
    """Append the mark and grade the attempt again."""
    paper = papers.read_paper(session.get_one(PaperRow, attempt.paper_id))
    found = paper.slot(slot)
    if found is None:
        raise QuizError("bad_slot", say("试卷中没有第{n}题。", n=slot))
    least = -paper.sections[found.section].rule.most_taken(found.max_mark)
    if mark is not None and (not least <= mark <= found.max_mark or mark != mark.quantize(Decimal("0.01"))):
        limits = {"least": plain_number(least), "most": plain_number(found.max_mark)}
        raise QuizError("bad_mark", say("得分须在{least}和{most}分之间，最多两位小数。", **limits))
    row = corrections.save_override(session, attempt, slot, mark, reason, now, actor)
    grade(session, attempt, f"{OVERRIDE}:{row.id}", now)
    return row


def _open_to(session: Session, actor: Actor, code: str) -> tuple[SittingRow, str, bool]:
    """The sitting, the path within which the actor answers, and whether they read names: markers never do, wherever they may mark."""
    scope = actor.require(Action.ANSWER_APPEALS)
    sitting = sitting_within(session, code, scope)
    refuse_participant(session, actor, sitting)
    is_named = actor.may(Action.READ_RESULTS)
    return sitting, actor.require(Action.READ_RESULTS) if is_named else scope, is_named


def _refuse_early(sitting: SittingRow, now: datetime) -> None:
    if sittings.window_of(sitting).phase(now) is not Phase.CLOSED:
        raise QuizError("still_open", say("考试还没有结束，结束后才能答复。"))


def _group(
    session: Session, uid: str, words: Sequence[Said], known: Sequence[Correction], is_named: bool, is_overtaken: Callable[[Said], bool]
) -> OnQuestion:
    read = [_word(session, said, is_named, is_overtaken(said)) for said in words]
    correction = in_force(known, uid)
    question = read[0].slot.question
    ordered = question.with_options(tuple(sorted(question.options, key=lambda option: option.id)))
    return OnQuestion(as_shown(ordered, correction), read, correction)


def _word(session: Session, said: Said, is_named: bool, is_overtaken: bool) -> Word:
    paper = papers.read_paper(session.get_one(PaperRow, said.attempt.paper_id))
    slot = paper.slot(said.row.slot)
    if slot is None:
        raise Forbidden()
    graded = gradings.newest_grading(session, said.attempt)
    mark = gradings.marks_of(session, graded.grading_id)[slot.number] if graded else None
    response = attempts.current_responses(session, said.attempt).get(slot.number, ())
    row = said.row
    return Word(row.id, row.kind, row.text, row.at, slot, response, mark, said.answer, said if is_named else None, is_overtaken)
