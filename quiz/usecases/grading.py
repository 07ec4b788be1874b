"""Grading: stored responses and the frozen paper → marks, each with its why; and what people decide where no rule can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, partial

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor, Person
from quiz.core.collector import uncollected
from quiz.core.contest import Contest
from quiz.core.correction import Correction, Remedy
from quiz.core.hundredths import from_hundredths, to_hundredths
from quiz.core.marking import score_of
from quiz.core.message import NotFound, QuizError, say
from quiz.core.question import QuestionType
from quiz.core.to_mark import Settled, ToMark, mark_slot
from quiz.storage import attempts, audit, corrections, gradings, marking, papers, regrading
from quiz.storage.gradings import Marked, NewMark, NewRun, marked
from quiz.storage.marking import Waiting
from quiz.storage.regrading import Regraded, Sat
from quiz.storage.tables import AttemptRow, DecisionRow, SittingRow
from quiz.usecases.results import refuse_candidate
from quiz.usecases.sources import whole_sitting

OVERRIDE = "override"
"""The reason of a grading run that a mark set by hand caused; the row's id stands behind a colon."""

AGAIN = "rejudged"
"""The reason of a grading run after a text was judged again; the decision's id stands behind a colon."""


UNANSWERED = (None, attempts.NO_RESPONSE)
"""In the place of a response row and its text, where a slot has none."""

NOTHING: Mapping[int, Decimal] = {}

MOST_KNOWN = 50_000
LONGEST_KNOWN = 200
"""Responses of which the mark is kept in memory, those least asked for forgotten first, and their length: longer ones hardly come twice."""


class Marker:
    """Marks responses of a sitting under all that was settled in it, each different one once: the only way to a stored mark."""

    def __init__(self, settled: Settled) -> None:
        self._settled = settled
        self._known = lru_cache(MOST_KNOWN)(partial(_mark, settled)) if settled else _by_rule

    def mark(self, asked: ToMark, text: str, override: Decimal | None = None) -> Marked:
        """Return the mark of a response as it is stored, or of none; `override` is what a person gave this slot of this attempt."""
        if override is None and len(text) <= LONGEST_KNOWN:
            return self._known(asked, text)
        return _mark(self._settled, asked, text, override)

    def mark_paper(self, slots: Sequence[tuple[int, ToMark]], rows: Mapping[int, tuple[int, str]], by_hand: Mapping[int, Decimal]) -> list[NewMark]:
        """Return the mark of each slot of a paper, from the rows of its responses and what people gave by hand, by number."""
        known, out = self._known, []
        for number, asked in slots:  # half a million times in a sitting of ten thousand: hardly a function is called
            row, text = rows.get(number, UNANSWERED)
            is_known = number not in by_hand and len(text) <= LONGEST_KNOWN
            out.append((number, known(asked, text) if is_known else self.mark(asked, text, by_hand.get(number)), row))
        return out


def _mark(settled: Settled, asked: ToMark, text: str, override: Decimal | None = None) -> Marked:
    return marked(mark_slot(asked, attempts.response_in(text), settled, override))


_by_rule = lru_cache(MOST_KNOWN)(partial(_mark, Settled({})))
"""Where nothing was settled marks follow from the rules alone, in every sitting: thousands of people give the same response to a question."""


def grade(session: Session, attempt: AttemptRow, reason: str, now: datetime) -> None:
    """Append a grading run for a closed attempt.

    Whoever grades holds the attempt's lock or the sitting's: a correction holds both, so that each sees what the other did.
    """
    grade_all(session, [attempt], reason, now)


def grade_all(session: Session, closed: Sequence[AttemptRow], reason: str, now: datetime) -> None:
    """Append a grading run for each of these closed attempts, by whatever sitting; as `grade`, and many times faster for many."""
    for sitting_id in sorted({attempt.sitting_id for attempt in closed}):
        here = [attempt for attempt in closed if attempt.sitting_id == sitting_id]
        with uncollected():
            gradings.save_gradings(session, sitting_id, _runs(session, sitting_id, here), reason, now)


def _runs(session: Session, sitting_id: int, closed: Sequence[AttemptRow]) -> list[NewRun]:
    """The grading runs of these attempts of a sitting."""
    ids = [attempt.id for attempt in closed]
    marker, by_hand = Marker(Settled({})), dict[int, dict[int, Decimal]]()
    if corrections.is_anything_settled(session, sitting_id):
        marker = Marker(Settled(gradings.decisions_of(session, sitting_id), corrections.list_corrections(session, sitting_id)))
        for (attempt_id, number), mark in corrections.overrides_of(session, sitting_id, ids).items():
            by_hand.setdefault(attempt_id, {})[number] = mark
    rows = attempts.current_of_many(session, sitting_id, ids)
    contents = papers.texts_by_id(session, [attempt.paper_id for attempt in closed])
    out = []
    for attempt in closed:
        asked_of = papers.read_to_mark(session, contents[attempt.paper_id])
        marks = marker.mark_paper(asked_of, rows[attempt.id], by_hand.get(attempt.id, NOTHING))
        out.append(NewRun(attempt.id, marks, to_hundredths(sum((asked.max_mark for _, asked in asked_of), Decimal(0)))))
    return out


def regrade_slots(session: Session, sitting: SittingRow, sat_by: Sequence[Sat], known: Sequence[Correction]) -> list[Regraded]:
    """Return the new marks of these slots under `known` corrections and all that was settled otherwise; stores nothing.

    QuizError `nothing_left` when no question of a paper would count any more.
    """
    marker = Marker(Settled(gradings.decisions_of(session, sitting.id), known))
    overrides = corrections.overrides_in(session, sitting.id)
    out = []
    for sat in sat_by:
        new = [marker.mark(one.asked, one.text, overrides.get((sat.attempt_id, one.number))) for one in sat.slots]
        out.append(Regraded(sat, new, _score(sat, new, Contest(sitting.contest))))
    return out


def _score(sat: Sat, new: Sequence[Marked], contest: Contest) -> Decimal:
    """The new score: what all other slots have, with these marks in the place of the old."""
    earned = sat.earned + sum(mark.earned for mark in new) - sum(one.earned for one in sat.slots)
    available = sat.available + sum(mark.available for mark in new) - sum(one.available for one in sat.slots)
    if not available:
        raise QuizError("nothing_left", say("{name}的试卷上就不再有计分的题了，不能这样更正。", name=sat.name))
    return from_hundredths(score_of(earned, available, to_hundredths(sat.graded.max_score), contest))


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


def settle(
    session: Session, sitting: SittingRow, waiting: Waiting, share: Fraction, reason: str, by: Sequence[Person], now: datetime, is_again: bool = False
) -> int:
    """Store a decision on a text and grade everyone anew who wrote it; return how many. QuizError `bad_share`.

    `by` are those whose marks it is made of, the one whose mark settled it last.
    `is_again` is for a text that was decided before: the grading runs say so and name the decision.
    """
    if not 0 <= share <= 1:
        raise QuizError("bad_share", say("得分须在0分和满分之间。"))
    if waiting.slot.question.blanks and share not in (0, 1):
        raise QuizError("bad_share", say("一个空只能判对或错。"))
    row = DecisionRow(
        sitting_id=sitting.id,
        question_uid=waiting.uid,
        blank=waiting.blank,
        text=waiting.normalised,
        share=round(share * gradings.MILLION),
        reason=reason,
        decided_by="、".join(one.name for one in by)[:100],
        decided_at=now,
    )
    session.add(row)
    session.flush()
    told: dict[str, object] = {"question": waiting.uid, "blank": waiting.blank, "text": waiting.normalised, "share": str(share)}
    if is_again:
        told["again"] = True
    if by[:-1]:
        told["with"] = [one.id for one in by[:-1]]
    audit.record(session, now, by[-1], "decide", sitting.code, told)
    regrading.hold_attempts(session, sitting, waiting.attempts)
    places = regrading.list_places(session, sitting, Correction(0, waiting.uid, Remedy.ORIGINAL), waiting.attempts)
    sat_by = regrading.list_sat(session, sitting, places)
    known = corrections.list_corrections(session, sitting.id)
    run = f"{AGAIN}:{row.id}" if is_again else "decision"
    regrading.save_runs(session, sitting, regrade_slots(session, sitting, sat_by, known), run, now)
    return len(sat_by)


def sitting_to_judge(session: Session, actor: Actor, code: str, now: datetime) -> SittingRow:
    """Return a sitting for who may judge everyone's texts in it: a decision is made once, for all who wrote the same.

    NotFound; Forbidden to its candidates while it is open.
    """
    sitting = whole_sitting(session, actor, Action.JUDGE, code)
    refuse_candidate(session, actor, sitting, now)
    return sitting
