"""Grading: stored responses and the frozen paper → marks, each with its why; and what people decide where no rule can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.correction import Correction, in_force, mark_settled
from quiz.core.fill_in import Verdict, normalise
from quiz.core.marking import Decisions, Mark, Response, Rule
from quiz.core.message import NotFound, QuizError, say
from quiz.core.paper import Paper, Slot
from quiz.core.question import Question
from quiz.storage import attempts, audit, changes, corrections, gradings, papers, sittings
from quiz.storage.gradings import Graded
from quiz.storage.sittings import Seat
from quiz.storage.tables import AttemptRow, DecisionRow, SittingRow
from quiz.usecases.results import refuse_candidate

OVERRIDE = "override"
"""The reason of a grading run that a mark set by hand caused; the row's id stands behind a colon."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What people settled beside the rules: texts decided, questions corrected, marks of this attempt set by hand by slot."""

    decisions: Decisions
    corrections: Sequence[Correction] = ()
    overrides: Mapping[int, Decimal] = field(default_factory=dict)


def marks_for(paper: Paper, responses: dict[int, tuple[str, ...]], settled: Settled) -> dict[int, Mark]:
    """Return the mark of every slot of a paper; a slot without a response is marked as blank."""
    return {slot.number: mark_slot(slot, paper.sections[slot.section].rule, responses.get(slot.number, ()), settled) for slot in paper.slots}


def mark_slot(slot: Slot, rule: Rule, response: Response, settled: Settled) -> Mark:
    """Return the mark of one slot, with the revision of the question that it judged."""
    correction = in_force(settled.corrections, slot.question.uid)
    override = settled.overrides.get(slot.number)
    mark = mark_settled(slot.question, response, slot.max_mark, rule, settled.decisions, correction, override)
    return replace(mark, revision=slot.revision)


def grade(session: Session, paper: Paper, attempt: AttemptRow, reason: str, now: datetime) -> None:
    """Append a grading run for a closed attempt.

    Whoever grades holds the attempt's lock or the sitting's: a correction holds both, so that each sees what the other did.
    """
    rows = attempts.current_rows(session, attempt)
    responses = {slot: attempts.value_of(row) for slot, row in rows.items()}
    settled = Settled(
        gradings.decisions_of(session, attempt.sitting_id),
        corrections.list_corrections(session, attempt.sitting_id),
        corrections.overrides_of(session, attempt),
    )
    marks = marks_for(paper, responses, settled)
    full = sum((slot.max_mark for slot in paper.slots), Decimal(0))
    gradings.save_grading(session, attempt, marks, {slot: row.id for slot, row in rows.items()}, full, reason, now)


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
    """Return the texts of a sitting that wait for a person, equal ones together, most frequent first.

    Forbidden to someone who sits the same sitting while its window is open: the texts would tell them questions and answers.
    """
    sitting = _sitting_to_judge(session, actor, code, now)
    found: dict[tuple[str, int, str], PendingText] = {}
    for seat, graded in _graded_seats(session, sitting):
        if not graded.pending:
            continue
        assert seat.attempt is not None
        paper = papers.read_paper(seat.paper)
        responses = attempts.current_responses(session, seat.attempt)
        for slot, mark in gradings.marks_of(session, graded.grading_id).items():
            question, max_mark = paper.slots[slot - 1].question, paper.slots[slot - 1].max_mark
            for blank, verdict in enumerate(mark.verdicts):
                if verdict == Verdict.REVIEW:
                    text = responses[slot][blank]
                    key = (question.uid, blank, normalise(text))
                    count = found[key].attempts if key in found else 0
                    found[key] = PendingText(question, blank, text, key[2], count + 1, max_mark)
    return sorted(found.values(), key=lambda item: (-item.attempts, item.question.uid, item.blank, item.normalised))


def decide(session: Session, actor: Actor, code: str, uid: str, blank: int, text: str, share: Fraction, reason: str, now: datetime) -> int:
    """Decide which share (0 to 1) of its marks `text` earns, for everyone in the sitting; regrade those it concerns and return how many.

    A blank is right or wrong (1 or 0); a short answer may earn a part. The decision and each new grading run stand beside the old.
    QuizError `no_reason` without one, `bad_share`, NotFound when no such text waits.
    """
    sitting = _sitting_to_judge(session, actor, code, now)
    changes.lock_sitting(session, sitting)
    if not reason.strip():
        raise QuizError("no_reason", say("请写明判定理由。"))
    waiting = {(item.question.uid, item.blank, item.normalised) for item in list_pending(session, actor, code, now)}
    key = (uid, blank, normalise(text))
    if key not in waiting:
        raise NotFound()
    if not 0 <= share <= 1:
        raise QuizError("bad_share", say("得分须在0分和满分之间。"))
    session.add(
        DecisionRow(
            sitting_id=sitting.id,
            question_uid=uid,
            blank=blank,
            text=key[2],
            share=round(share * gradings.MILLION),
            reason=reason.strip()[:500],
            decided_by=actor.name,
            decided_at=now,
        )
    )
    session.flush()
    audit.record(session, now, actor.name, "decide", code, {"question": uid, "blank": blank, "text": key[2], "share": str(share)})
    return _regrade_pending(session, sitting, key, now)


def _regrade_pending(session: Session, sitting: SittingRow, key: tuple[str, int, str], now: datetime) -> int:
    count = 0
    for seat, graded in _graded_seats(session, sitting):
        paper = papers.read_paper(seat.paper)
        slot = next((slot for slot in paper.slots if slot.question.uid == key[0]), None)
        if not graded.pending or slot is None or seat.attempt is None:
            continue
        response = attempts.current_responses(session, seat.attempt).get(slot.number, ())
        if response and normalise(response[key[1]]) == key[2]:
            grade(session, paper, seat.attempt, "decision", now)
            count += 1
    return count


def _sitting_to_judge(session: Session, actor: Actor, code: str, now: datetime) -> SittingRow:
    actor.require(Action.JUDGE)
    sitting = sittings.get_sitting(session, code)
    if sitting is None:
        raise NotFound()
    refuse_candidate(session, actor, sitting, now)
    return sitting


def _graded_seats(session: Session, sitting: SittingRow) -> list[tuple[Seat, Graded]]:
    newest = gradings.newest_gradings(session, sitting.id)
    seats = sittings.seats_of_sitting(session, sitting)
    return [(seat, newest[seat.attempt.id]) for seat in seats if seat.attempt is not None and seat.attempt.id in newest]
