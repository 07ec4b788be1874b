"""What became of one attempt's marks since it was handed in: every grading run, what each correction changed, and marks set by hand with why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sqlalchemy.orm import Session

from quiz.core.correction import REMEDY_NAMES, Correction, Remedy, any_of, as_shown, new_key_words
from quiz.core.marking import Mark, Why
from quiz.core.message import Message, mark_text, say
from quiz.core.paper import Paper
from quiz.core.same_text import normalise
from quiz.storage import corrections, gradings, marking
from quiz.storage.gradings import Graded
from quiz.storage.tables import CorrectionRow, DecisionRow, OverrideRow
from quiz.usecases.grading import AGAIN, OVERRIDE
from quiz.usecases.results import Result

RUN_NAMES = {
    "submitted": mark_text("交卷评分"),
    "deadline": mark_text("到时收卷评分"),
    "decision": mark_text("人工判定后重评"),
    "delivered": mark_text("断网作答送达后重评"),
    "late_decision": mark_text("逾期作答处理后重评"),
    "voided": mark_text("作废时评分"),
    "restored": mark_text("恢复有效后重评"),
    OVERRIDE: mark_text("人工改分"),
    AGAIN: mark_text("阅卷人改判"),
}
OTHER_RUN = mark_text("重新评分")


@dataclass(frozen=True, slots=True)
class Touched:
    """A slot whose mark a run set anew: the mark before and after, and whether the question counts since."""

    slot: int
    before: Decimal
    after: Decimal
    counts: bool


@dataclass(frozen=True, slots=True)
class Run:
    """A grading run. `correction`, `override` or `decision` (on a text that had been decided before) is what caused it, if one of them did;
    `touched` the slots that it was about."""

    graded: Graded
    before: Decimal | None
    correction: CorrectionRow | None = None
    override: OverrideRow | None = None
    decision: DecisionRow | None = None
    touched: tuple[Touched, ...] = ()

    @property
    def name(self) -> Message:
        """What the run was made for."""
        if self.correction:
            return say("第{n}次更正：{remedy}", n=self.correction.number, remedy=say(REMEDY_NAMES[Remedy(self.correction.remedy)]))
        return say(RUN_NAMES.get(self.graded.reason.partition(":")[0], OTHER_RUN))

    @property
    def reason(self) -> str:
        """Why, in the words of whoever caused it; empty where a rule did."""
        row = self.correction or self.override or self.decision
        return row.reason if row else ""


@dataclass(frozen=True, slots=True)
class History:
    """All grading runs of an attempt, the first first, and the paper with the keys by which the marks shown were made.

    `notes` says for a slot what counts there instead of the key that was printed; `by_hand` who set its mark by hand and why; `comments` what a
    marker wrote of a short answer.
    """

    runs: tuple[Run, ...] = ()
    paper: Paper | None = None
    notes: Mapping[int, tuple[CorrectionRow, Message | str]] | None = None
    by_hand: Mapping[int, OverrideRow] | None = None
    comments: Mapping[int, str] = field(default_factory=dict)

    @property
    def changes(self) -> tuple[Run, ...]:
        """The runs that a correction, a mark set by hand or a second verdict caused, the newest first: what a person is told."""
        return tuple(run for run in reversed(self.runs) if run.correction or run.override or run.decision)


def history_of(session: Session, result: Result) -> History:
    """Return what may be seen of the history of a result: nothing without its score, no slots, keys or reasons without its key."""
    attempt = result.seat.attempt
    if attempt is None or not result.visible.score:
        return History()
    graded = gradings.list_gradings(session, attempt)
    if not result.visible.key or result.paper is None:
        return History(tuple(Run(one, graded[at - 1].score if at else None) for at, one in enumerate(graded)))
    rows = {row.number: row for row in corrections.list_rows(session, attempt.sitting_id)}
    by_hand = corrections.override_rows(session, attempt)
    runs, marks = [], [gradings.marks_of(session, one.grading_id) for one in graded]
    for at, one in enumerate(graded):
        before = marks[at - 1] if at else {}
        row = rows.get(one.correction or 0)
        hand = next((each for each in by_hand if one.reason == f"{OVERRIDE}:{each.id}"), None)
        touched = _touched(before, marks[at], row.number if row else 0, hand.slot if hand else 0)
        runs.append(Run(one, graded[at - 1].score if at else None, row, hand, _decision(session, one), touched))
    shown = result.marks or {}
    known = {number: corrections.read_row(row) for number, row in rows.items()}
    return History(
        runs=tuple(runs),
        paper=_shown(result.paper, shown, known),
        notes=_notes(result.paper, shown, known, rows),
        by_hand={row.slot: row for row in by_hand if shown[row.slot].why == Why.OVERRIDDEN} if shown else {},
        comments=_comments(session, result, shown),
    )


def _decision(session: Session, graded: Graded) -> DecisionRow | None:
    """The second verdict on a text that a run was made for."""
    name, _, row = graded.reason.partition(":")
    return marking.read_decision(session, int(row)) if name == AGAIN else None


def _comments(session: Session, result: Result, marks: Mapping[int, Mark]) -> dict[int, str]:
    """What markers wrote of the short answers that they marked."""
    assert result.paper is not None
    asked = {
        (slot.question.uid, normalise(result.responses[slot.number][0])): slot.number
        for slot in result.paper.slots
        if slot.number in marks and marks[slot.number].why == Why.JUDGED and result.responses and result.responses.get(slot.number)
    }
    if not asked:
        return {}
    reasons = gradings.reasons_of(session, result.seat.sitting.id, {uid for uid, _ in asked})
    return {slot: reasons[key] for key, slot in asked.items() if key in reasons}


def _touched(before: Mapping[int, Mark], after: Mapping[int, Mark], correction: int, slot: int) -> tuple[Touched, ...]:
    """The slots that a run was about: those that name its correction, that were set by hand, or whose mark is another."""
    return tuple(
        Touched(number, before[number].mark, mark.mark, mark.why != Why.NOT_COUNTED)
        for number, mark in after.items()
        if number in before and ((correction and mark.correction == correction) or number == slot or before[number].mark != mark.mark)
    )


def _shown(paper: Paper, marks: Mapping[int, Mark], known: Mapping[int, Correction]) -> Paper:
    """The paper with the keys by which these marks were made."""
    slots = []
    for slot in paper.slots:
        correction = known.get(marks[slot.number].correction) if slot.number in marks else None
        slots.append(replace(slot, question=as_shown(slot.question, correction)))
    return replace(paper, slots=tuple(slots))


def _notes(
    paper: Paper, marks: Mapping[int, Mark], known: Mapping[int, Correction], rows: Mapping[int, CorrectionRow]
) -> dict[int, tuple[CorrectionRow, Message | str]]:
    out: dict[int, tuple[CorrectionRow, Message | str]] = {}
    for slot in paper.slots:
        number = marks[slot.number].correction if slot.number in marks else 0
        if number in known:
            key = known[number].key
            out[slot.number] = (rows[number], any_of(new_key_words(slot.question, key)) if key else "")
    return out
