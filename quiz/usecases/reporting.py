"""Reports of a sitting that is over, for those who read results, within their authority: sums by unit and group, never a list of names."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.after_make_up import MadeUp, after_make_ups
from quiz.core.counting import Counting, Sat, count
from quiz.core.hundredths import from_hundredths
from quiz.core.message import Message, QuizError, mark_text, say
from quiz.core.roster import POST_NAMES, PostKind, UnitKind
from quiz.core.score_bands import score_bands
from quiz.core.unit_report import EXCELLENT, UNIT_KIND_NAMES, TallyRow, UnitReport, group_rows, member_rows, part_of, whole
from quiz.storage import cadre_records, report_rows
from quiz.storage.tables import SittingRow
from quiz.usecases.extending import is_released
from quiz.usecases.sources import closed_sitting

NO_POST = mark_text("没有岗位")


def read_report(session: Session, actor: Actor, code: str, now: datetime, excellent: int = EXCELLENT) -> UnitReport:
    """Return the sums of a sitting by unit (as `part_of` groups them), kind of unit, post and group of cadres within the actor's authority.

    NotFound without such a sitting; QuizError `not_closed` while anybody may still sit or deliver; `bad_percent` for a share from which a score is
    excellent that is not between 1 and 100.
    """
    scope = actor.require(Action.READ_RESULTS)
    sitting = sitting_to_report(session, code, scope, now)
    check_percent(excellent)
    rows = report_rows.tallies(session, sitting, excellent, scope)
    names = report_rows.unit_names(session)
    full, pass_mark = from_hundredths(sitting.max_mark), from_hundredths(sitting.pass_mark)
    units, everybody = group_rows(rows, lambda row: names[part_of(row.path, scope)]), whole(rows)
    made_up = made_up_people(session, sitting, scope, now)
    return UnitReport(
        code=sitting.code,
        title=sitting.title,
        opens_at=sitting.opens_at,
        closes_at=sitting.closes_at,
        full=full,
        pass_mark=pass_mark,
        excellent=excellent,
        late=report_rows.late_attempts(session, sitting, scope),
        all=everybody,
        units=units,
        kinds=group_rows(sorted(rows, key=lambda row: list(UnitKind).index(row.unit_kind)), _kind),
        posts=group_rows(sorted(rows, key=_rank), _post),
        groups=member_rows(rows),
        bands=score_bands(report_rows.tenths(session, sitting, scope), full, min(Decimal(0), pass_mark)),
        after=made_up and after_make_ups(*made_up, everybody, units, lambda path: names[part_of(path, scope)][0], pass_mark),
    )


def made_up_people(session: Session, sitting: SittingRow, scope: str, now: datetime) -> tuple[tuple[tuple[str, Counting], ...], list[MadeUp]] | None:
    """Return the make-ups of a sitting whose results are out, each with its rule, and who within the scope was asked to one; None without any."""
    held = [row for row in cadre_records.make_ups_of(session, [sitting.code]).get(sitting.code, []) if is_released(row, now)]
    if not held:
        return None
    rules = tuple((row.title, Counting(row.counting)) for row in held)
    later = [report_rows.scores(session, row) for row in held]
    pass_mark, people = sitting.pass_mark, []
    for cadre, (path, first) in report_rows.scores(session, sitting, scope, [row.id for row in held]).items():
        found = [by.get(cadre, ("", None))[1] for by in later]
        chain = [Sat(row.code, _marks(score), rule) for row, score, (_, rule) in zip(held, found, rules, strict=True)]
        counted = count(Sat(sitting.code, _marks(first)), chain, from_hundredths(pass_mark))
        there = [score for score in found if score is not None]
        people.append(MadeUp(path, _marks(first), counted, bool(there), any(score >= pass_mark for score in there)))
    return rules, people


def _marks(score: int | None) -> Decimal | None:
    return None if score is None else from_hundredths(score)


def sitting_to_report(session: Session, code: str, scope: str, now: datetime) -> SittingRow:
    """Return a sitting of people within the path `scope` that is over. NotFound; QuizError `not_closed`."""
    return closed_sitting(session, code, scope, now, _TOO_EARLY)


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
