"""Grading: stored responses and the frozen paper → marks, each with its why; and what people decide where no rule can."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.correction import Correction, Remedy, in_force, mark_settled
from quiz.core.marking import Decisions, Mark, Response, Rule, score_of
from quiz.core.message import NotFound, QuizError, say
from quiz.core.paper import Paper, Slot
from quiz.core.question import Question, QuestionType
from quiz.storage import attempts, audit, changes, corrections, gradings, marking, regrading
from quiz.storage.marking import Waiting
from quiz.storage.regrading import Regraded, Sat
from quiz.storage.tables import AttemptRow, DecisionRow, SittingRow
from quiz.usecases.results import refuse_candidate
from quiz.usecases.sources import whole_sitting

OVERRIDE = "override"
"""The reason of a grading run that a mark set by hand caused; the row's id stands behind a colon."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What people settled beside the rules: texts decided, questions corrected, marks of this attempt set by hand by slot."""

    decisions: Decisions
    corrections: Sequence[Correction] = ()
    overrides: Mapping[int, Decimal] = field(default_factory=dict)
    known: dict[Hashable, Mark] = field(default_factory=dict, repr=False)
    """Marks that follow from these decisions and corrections: thousands of people give the same response to a question."""


def marks_for(paper: Paper, responses: dict[int, tuple[str, ...]], settled: Settled) -> dict[int, Mark]:
    """Return the mark of every slot of a paper; a slot without a response is marked as blank."""
    return {slot.number: mark_slot(slot, paper.sections[slot.section].rule, responses.get(slot.number, ()), settled) for slot in paper.slots}


def mark_slot(slot: Slot, rule: Rule, response: Response, settled: Settled) -> Mark:
    """Return the mark of one slot, with the revision of the question that it judged."""
    override, asked = settled.overrides.get(slot.number), slot.question
    key = (asked.uid, slot.revision, asked.key, asked.blanks, len(asked.options), slot.max_mark, rule, response)
    found = settled.known.get(key) if override is None else None
    if found is None:
        correction = in_force(settled.corrections, asked.uid)
        mark = mark_settled(asked, response, slot.max_mark, rule, settled.decisions, correction, override)
        found = replace(mark, revision=slot.revision)
        if override is None:
            settled.known[key] = found
    return found


def grade(session: Session, paper: Paper, attempt: AttemptRow, reason: str, now: datetime) -> None:
    """Append a grading run for a closed attempt.

    Whoever grades holds the attempt's lock or the sitting's: a correction holds both, so that each sees what the other did.
    """
    grade_all(session, [(paper, attempt)], reason, now)


def grade_all(session: Session, closed: Sequence[tuple[Paper, AttemptRow]], reason: str, now: datetime) -> None:
    """Append a grading run for each of these closed attempts, by whatever sitting; as `grade`, and many times faster for many."""
    for sitting_id in sorted({attempt.sitting_id for _, attempt in closed}):
        here = [(paper, attempt) for paper, attempt in closed if attempt.sitting_id == sitting_id]
        ids = [attempt.id for _, attempt in here]
        rows, overrides = attempts.current_of_many(session, sitting_id, ids), corrections.overrides_of(session, sitting_id, ids)
        settled = Settled(gradings.decisions_of(session, sitting_id), corrections.list_corrections(session, sitting_id))
        runs = []
        for paper, attempt in here:
            mine = rows[attempt.id]
            by_hand = {slot: mark for (one, slot), mark in overrides.items() if one == attempt.id} if overrides else {}
            marks = marks_for(paper, {slot: value for slot, (_, value) in mine.items()}, replace(settled, overrides=by_hand))
            full = sum((slot.max_mark for slot in paper.slots), Decimal(0))
            runs.append(gradings.NewRun(attempt, marks, {slot: row for slot, (row, _) in mine.items()}, full))
        gradings.save_gradings(session, sitting_id, runs, reason, now)


def regrade_slots(session: Session, sitting: SittingRow, sat_by: Sequence[Sat], known: Sequence[Correction]) -> list[Regraded]:
    """Return the new marks of these slots under `known` corrections and all that was settled otherwise; stores nothing.

    QuizError `nothing_left` when no question of a paper would count any more.
    """
    decisions = gradings.decisions_of(session, sitting.id)
    overrides = corrections.overrides_in(session, sitting.id)
    out = []
    for sat in sat_by:
        mine = {one.slot.number: overrides[place] for one in sat.slots if (place := (sat.attempt_id, one.slot.number)) in overrides}
        settled = Settled(decisions, known, mine)
        marks = {one.slot.number: mark_slot(one.slot, one.rule, one.response, settled) for one in sat.slots}
        out.append(Regraded(sat, marks, _score(sat, marks)))
    return out


def _score(sat: Sat, marks: Mapping[int, Mark]) -> Decimal:
    """The new score: what all other slots have, with these marks in the place of the old."""
    earned, available = Fraction(sat.earned, 100), Fraction(sat.available, 100)
    for one in sat.slots:
        new = marks[one.slot.number]
        earned += Fraction(new.mark) - Fraction(one.mark.mark)
        available += Fraction(new.max_mark) - Fraction(one.mark.max_mark)
    if not available:
        raise QuizError("nothing_left", say("{name}的试卷上就不再有计分的题了，不能这样更正。", name=sat.name))
    return score_of(earned, available, sat.graded.max_score)


@dataclass(frozen=True, slots=True)
class PendingText:
    """A text that no rule could judge, for one blank of one question, and how many attempts gave it (no names: marking is blind)."""

    question: Question
    blank: int
    text: str
    normalised: str
    attempts: int
    max_mark: Decimal


def list_pending(session: Session, actor: Actor, code: str, now: datetime) -> list[PendingText]:
    """Return the texts of a sitting that wait for a person, equal ones together, most frequent first; what the actor wrote themselves is left out.

    Forbidden to someone who sits the same sitting while its window is open: the texts would tell them questions and answers.
    """
    sitting = sitting_to_judge(session, actor, code, now)
    return [
        PendingText(one.slot.question, one.blank, one.text, one.normalised, len(one.attempts), one.slot.max_mark)
        for one in marking.list_waiting(session, sitting)
        if actor.cadre_number not in one.writers
    ]


def decide(session: Session, actor: Actor, code: str, uid: str, blank: int, text: str, share: Fraction, reason: str, now: datetime) -> int:
    """Decide which share (0 to 1) of its marks `text` earns, for everyone in the sitting; regrade those it concerns and return how many.

    A blank is right or wrong (1 or 0); a short answer may earn a part. The decision and each new grading run stand beside the old.
    QuizError `no_reason` without one, `bad_share`, `two_markers` where a second person has to mark it; NotFound when no such text waits.
    """
    sitting = sitting_to_judge(session, actor, code, now)
    changes.lock_sitting(session, sitting)
    waiting = find_waiting(session, actor, sitting, uid, blank, marking.digest_of(text))
    if needs_two(sitting, waiting):
        raise QuizError("two_markers", say("这道题由两人各评一份，请从阅卷页领取。"))
    return settle(session, sitting, waiting, share, checked_comment(reason), actor.name, now)


def checked_comment(reason: str) -> str:
    """Return a marker's reason as it is stored. QuizError `no_reason` without one."""
    if not reason.strip():
        raise QuizError("no_reason", say("请写明判定理由。"))
    return reason.strip()[:500]


def needs_two(sitting: SittingRow, waiting: Waiting) -> bool:
    """True for a short answer of a sitting in which two people mark each."""
    return sitting.markers > 1 and waiting.slot.question.type is QuestionType.SHORT_ANSWER


def find_waiting(session: Session, actor: Actor, sitting: SittingRow, uid: str, blank: int, digest: str) -> Waiting:
    """Return one text that waits, by its digest. NotFound when none does, or when the actor wrote it."""
    for one in marking.list_waiting(session, sitting, uid):
        if (one.blank, one.digest) == (blank, digest) and actor.cadre_number not in one.writers:
            return one
    raise NotFound()


def settle(session: Session, sitting: SittingRow, waiting: Waiting, share: Fraction, reason: str, by: str, now: datetime) -> int:
    """Store a decision on a text and grade everyone anew who wrote it; return how many. QuizError `bad_share`."""
    if not 0 <= share <= 1:
        raise QuizError("bad_share", say("得分须在0分和满分之间。"))
    if waiting.slot.question.blanks and share not in (0, 1):
        raise QuizError("bad_share", say("一个空只能判对或错。"))
    session.add(
        DecisionRow(
            sitting_id=sitting.id,
            question_uid=waiting.uid,
            blank=waiting.blank,
            text=waiting.normalised,
            share=round(share * gradings.MILLION),
            reason=reason,
            decided_by=by,
            decided_at=now,
        )
    )
    session.flush()
    told: dict[str, object] = {"question": waiting.uid, "blank": waiting.blank, "text": waiting.normalised, "share": str(share)}
    audit.record(session, now, by, "decide", sitting.code, told)
    regrading.hold_attempts(session, sitting, waiting.attempts)
    places = regrading.list_places(session, sitting, Correction(0, waiting.uid, Remedy.ORIGINAL), waiting.attempts)
    sat_by = regrading.list_sat(session, sitting, places)
    known = corrections.list_corrections(session, sitting.id)
    regrading.save_runs(session, sitting, regrade_slots(session, sitting, sat_by, known), "decision", now)
    return len(sat_by)


def sitting_to_judge(session: Session, actor: Actor, code: str, now: datetime) -> SittingRow:
    """Return a sitting for who may judge everyone's texts in it: a decision is made once, for all who wrote the same.

    NotFound; Forbidden to its candidates while it is open.
    """
    sitting = whole_sitting(session, actor, Action.JUDGE, code)
    refuse_candidate(session, actor, sitting, now)
    return sitting
