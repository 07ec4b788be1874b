"""Drawing up a circular on a sitting whose results are out: the report's sums, and who is commended within the organiser's authority."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.circular import Commended
from quiz.core.message import QuizError, say
from quiz.core.unit_report import EXCELLENT, UnitReport
from quiz.storage import audit, report_rows, sittings
from quiz.usecases.reporting import read_report, sitting_to_report


@dataclass(frozen=True, slots=True)
class CircularFacts:
    """What a circular is made of: sums, and everybody who reached the excellent line with nothing left to judge, by unit and staff number."""

    report: UnitReport
    commended: tuple[Commended, ...]


def read_circular(session: Session, actor: Actor, code: str, now: datetime, excellent: int = EXCELLENT) -> CircularFacts:
    """Return what a circular says. NotFound; Forbidden to all but organisers; QuizError `not_closed`, `not_released` before people may see their
    own results, `bad_percent`."""
    scope = actor.require(Action.RELEASE)
    sitting = sitting_to_report(session, code, scope, now)
    out_at = sittings.keys_out_at(sitting)
    if out_at is None or out_at > now:
        raise QuizError("not_released", say("成绩还没有公布。先让考生看到自己的成绩，再发通报。"))
    report = read_report(session, actor, code, now, excellent)
    return CircularFacts(report, tuple(report_rows.commended(session, sitting, excellent, scope)))


def note_circular(session: Session, actor: Actor, code: str, now: datetime, names: int, line: int) -> None:
    """Write down that a circular with so many names was made: who is named in public must be told where from."""
    actor.require(Action.RELEASE)
    audit.record(session, now, actor.person, "make_circular", code, {"commended": names, "line": line})
