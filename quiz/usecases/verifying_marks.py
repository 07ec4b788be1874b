"""Verifying the marks of a sitting: every stored response is marked again and every grading run compared with what comes of it.

It finds whoever changes a mark, a score, a response or a decision in the database and not all that follows from it. Somebody who changes all of it
leaves no contradiction: against that stand the records that were given out before (`usecases/cadre_record.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.storage import amendments, audit, stored_marks
from quiz.storage.tables import AttemptRow, SittingRow
from quiz.usecases.remarking import Difference, Remarker
from quiz.usecases.results import refuse_missing
from quiz.usecases.sources import whole_sitting

AT_ONCE = 500
"""Attempts in memory together."""

MOST_TOLD = 1000
"""Differences that are told one by one; the others are counted."""


@dataclass(frozen=True, slots=True)
class MarksReport:
    """What was compared in a sitting, and `found` differences, of which the first are told in `differences`."""

    sitting: str
    attempts: int
    runs: int
    marks: int
    found: int
    differences: tuple[Difference, ...]


def verify_marks(
    session: Session, actor: Actor, code: str, numbers: Sequence[str] = (), on_part: Callable[[int, int], None] = lambda _done, _all: None
) -> MarksReport:
    """Mark every attempt of a sitting again, or those of these staff numbers, and compare; stores nothing.

    `on_part` is told how many attempts are done, of how many. NotFound, Forbidden; QuizError `no_paper` for a staff number without a paper.
    """
    sitting = whole_sitting(session, actor, Action.VERIFY, code)
    if numbers:
        refuse_missing(numbers, (number for _, number in amendments.all_papers(session, sitting)))
    graded = [one for one in stored_marks.list_graded(session, sitting) if not numbers or one.number in numbers]
    remarker, runs, marks, found = Remarker(session, sitting), 0, 0, 0
    told: list[Difference] = []
    for start in range(0, len(graded), AT_ONCE):
        checked = remarker.check(graded[start : start + AT_ONCE])
        runs, marks, found = runs + checked.runs, marks + checked.marks, found + len(checked.differences)
        told += checked.differences[: MOST_TOLD - len(told)]
        on_part(min(start + AT_ONCE, len(graded)), len(graded))
    return MarksReport(code, len(graded), runs, marks, found, tuple(told))


def note_verified(session: Session, actor: Actor, report: MarksReport, now: datetime) -> None:
    """Write down who verified the marks of a sitting, and how much of it, and how many differences that found. Forbidden as verifying."""
    actor.require(Action.VERIFY)
    counts: dict[str, object] = {"attempts": report.attempts, "runs": report.runs, "marks": report.marks, "differences": report.found}
    audit.record(session, now, actor.person, "verify_marks", report.sitting, counts)


def differences_of(session: Session, sitting: SittingRow, attempt: AttemptRow) -> list[Difference]:
    """Return what differs in one attempt; for who has read it already."""
    return Remarker(session, sitting).check(stored_marks.list_graded(session, sitting, [attempt.id])).differences
