"""Reports of a sitting that is over, for those who read results, within their authority: sums by unit and group, never a list of names."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.marking import from_hundredths
from quiz.core.message import Message, QuizError, mark_text, say
from quiz.core.roster import POST_NAMES, PostKind, UnitKind
from quiz.core.unit_report import EXCELLENT, UNIT_KIND_NAMES, TallyRow, UnitReport, group_rows, part_of, whole
from quiz.storage import report_rows
from quiz.storage.tables import SittingRow
from quiz.usecases.sources import closed_sitting

NO_POST = mark_text("没有岗位")


def read_report(session: Session, actor: Actor, code: str, now: datetime, excellent: int = EXCELLENT) -> UnitReport:
    """Return the sums of a sitting by unit (as `part_of` groups them), kind of unit and post within the actor's authority.

    NotFound without such a sitting; QuizError `not_closed` while anybody may still sit or deliver; `bad_percent` for a share from which a score is
    excellent that is not between 1 and 100.
    """
    scope = actor.require(Action.READ_RESULTS)
    sitting = sitting_to_report(session, code, now)
    check_percent(excellent)
    rows = report_rows.tallies(session, sitting, excellent, scope)
    names = report_rows.unit_names(session)
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
        units=group_rows(rows, lambda row: names[part_of(row.path, scope)]),
        kinds=group_rows(sorted(rows, key=lambda row: list(UnitKind).index(row.unit_kind)), _kind),
        posts=group_rows(sorted(rows, key=_rank), _post),
    )


def sitting_to_report(session: Session, code: str, now: datetime) -> SittingRow:
    """Return a sitting that is over. NotFound; QuizError `not_closed`."""
    return closed_sitting(session, code, now, _TOO_EARLY)


def check_percent(percent: int) -> None:
    """QuizError `bad_percent` for a percent that is not between 1 and 100."""
    if not 1 <= percent <= 100:
        raise QuizError("bad_percent", say("百分比应在1到100之间。"))


def post_name(post: PostKind | None) -> str:
    """Return the name of a kind of post, or of having none."""
    return POST_NAMES[post] if post is not None else NO_POST


def _rank(row: TallyRow) -> int:
    return len(PostKind) if row.post is None else list(PostKind).index(row.post)


def _post(row: TallyRow) -> tuple[str, str]:
    return row.post or "", post_name(row.post)


def _kind(row: TallyRow) -> tuple[str, str]:
    return row.unit_kind.value, UNIT_KIND_NAMES.get(row.unit_kind, row.unit_kind.value)


_TOO_EARLY: Message = say("考试还没有结束。结束以后才能看报表，因为成绩还会变动。")
