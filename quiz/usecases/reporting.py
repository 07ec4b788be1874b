"""Reports of a sitting that is over, for those who read results, within their authority: sums by unit and group, never a list of names."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.marking import from_hundredths
from quiz.core.message import Message, QuizError, mark_text, say
from quiz.core.unit_report import EXCELLENT, UNIT_KIND_NAMES, TallyRow, UnitReport, group_rows, whole
from quiz.storage import report_rows
from quiz.storage.tables import SittingRow
from quiz.usecases.sources import closed_sitting

NO_POST = mark_text("没有岗位")


def read_report(session: Session, actor: Actor, code: str, now: datetime, excellent: int = EXCELLENT) -> UnitReport:
    """Return the sums of a sitting by unit, kind of unit and post within the actor's authority.

    NotFound without such a sitting; QuizError `not_closed` while anybody may still sit or deliver; `bad_percent` for a share from which a score is
    excellent that is not between 1 and 100.
    """
    scope = actor.require(Action.READ_RESULTS)
    sitting = sitting_to_report(session, code, now)
    check_percent(excellent)
    rows = report_rows.tallies(session, sitting, excellent, scope)
    return UnitReport(
        code=sitting.code,
        title=sitting.title,
        opens_at=sitting.opens_at,
        closes_at=sitting.closes_at,
        full=from_hundredths(sitting.max_mark),
        pass_mark=from_hundredths(sitting.pass_mark),
        excellent=excellent,
        late=report_rows.late_attempts(session, sitting, scope),
        all=whole(rows),
        units=group_rows(rows, lambda row: (row.unit_code, row.unit)),
        kinds=group_rows(rows, _kind),
        posts=group_rows(rows, lambda row: (row.post, row.post or NO_POST)),
    )


def sitting_to_report(session: Session, code: str, now: datetime) -> SittingRow:
    """Return a sitting that is over. NotFound; QuizError `not_closed`."""
    return closed_sitting(session, code, now, _TOO_EARLY)


def check_percent(percent: int) -> None:
    """QuizError `bad_percent` for a percent that is not between 1 and 100."""
    if not 1 <= percent <= 100:
        raise QuizError("bad_percent", say("百分比应在1到100之间。"))


def _kind(row: TallyRow) -> tuple[str, str]:
    return row.unit_kind.value, UNIT_KIND_NAMES.get(row.unit_kind, row.unit_kind.value)


_TOO_EARLY: Message = say("考试还没有结束。结束以后才能看报表，因为成绩还会变动。")
