"""What reports read of a sitting: sums in one query, who is to be commended, and what stands on the papers that were marked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Subquery, and_, case, cast, func, literal, not_, or_, select
from sqlalchemy.orm import Session

from quiz.core.circular import Commended
from quiz.core.roster import PostKind, UnitKind
from quiz.core.unit_report import Tally, TallyRow
from quiz.storage.attempts import LATE
from quiz.storage.gradings import COUNTS
from quiz.storage.papers import is_current
from quiz.storage.tables import AttemptRow, CadreRow, DocumentRow, GradingRow, LateDecisionRow, PaperRow, PostRow, ResponseRow, SittingRow, UnitRow


def tallies(session: Session, sitting: SittingRow, excellent: int, scope: str = "/") -> list[TallyRow]:
    """Return the sums of each unit, kind of post and set of groups within the path `scope`, by the unit's place in the tree; the newest paper of a
    cadre counts.

    Excellent is who has at least `excellent` percent of the full marks.
    """
    held = main_posts(sitting.opens_at.date())
    score = cast(GradingRow.score, BigInteger)
    has_score = GradingRow.id.is_not(None)
    has_line = literal(sitting.pass_mark > 0)
    passed = and_(has_line, has_score, score >= sitting.pass_mark)
    query = (
        _with_marks(
            sitting,
            scope,
            UnitRow.path,
            UnitRow.kind,
            PostRow.kind,
            CadreRow.groups,
            func.count(),
            _count(has_score),
            _count(AttemptRow.id.is_(None)),
            _count(AttemptRow.voided_at.is_not(None)),
            _count(GradingRow.pending > 0),
            _count(passed),
            _count(and_(has_score, score * 100 >= sitting.max_mark * excellent)),
            _count(and_(has_line, has_score, score < sitting.pass_mark, GradingRow.pending == 0)),
            func.coalesce(func.sum(score), 0),
            func.coalesce(func.sum(score * score), 0),
            func.coalesce(func.max(score), 0),
            _count(and_(has_score, not_(has_line))),
        )
        .join(CadreRow, CadreRow.id == PaperRow.cadre_id)
        .outerjoin(held, held.c.cadre_id == PaperRow.cadre_id)
        .outerjoin(PostRow, PostRow.id == held.c.id)
        .group_by(UnitRow.path, UnitRow.kind, PostRow.kind, CadreRow.groups)
        .order_by(UnitRow.path)
    )
    return [
        TallyRow(path, UnitKind(kind), PostKind(post) if post else None, Tally(*map(int, sums)), frozenset(json.loads(groups)))
        for path, kind, post, groups, *sums in session.execute(query)
    ]


def _with_marks(sitting: SittingRow, scope: str, *columns: Any) -> Select[Any]:
    """The newest papers of a sitting within the path `scope`, each with its attempt, and with the newest grading of an attempt that counts."""
    last = (
        select(GradingRow.attempt_id, func.max(GradingRow.id).label("id"))
        .where(GradingRow.sitting_id == sitting.id)
        .group_by(GradingRow.attempt_id)
        .subquery()
    )
    return (
        select(*columns)
        .select_from(PaperRow)
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .outerjoin(AttemptRow, (AttemptRow.sitting_id == PaperRow.sitting_id) & (AttemptRow.paper_id == PaperRow.id))
        .outerjoin(last, and_(last.c.attempt_id == AttemptRow.id, *COUNTS))
        .outerjoin(GradingRow, GradingRow.id == last.c.id)
        .where(PaperRow.sitting_id == sitting.id, is_current(), UnitRow.path.startswith(scope, autoescape=True))
    )


def tenths(session: Session, sitting: SittingRow, scope: str = "/") -> dict[int, int]:
    """Return how many scores that count hold so many whole tenths of the full marks (10 for all of them), -1 for those below 0, within the path
    `scope`."""
    place = case((GradingRow.score < 0, -1), else_=cast(GradingRow.score, BigInteger) * 10 // sitting.max_mark)
    query = _with_marks(sitting, scope, place, func.count()).where(GradingRow.id.is_not(None)).group_by(place)
    return {int(found): count for found, count in session.execute(query)}


def scores(session: Session, sitting: SittingRow, scope: str = "/", asked_in: Sequence[int] = ()) -> dict[int, tuple[str, int | None]]:
    """Return (path of the unit, score in hundredths or None) of each cadre, by row id, with a paper in a sitting within the path `scope`.

    Where other sittings are given by row id, only of those with a paper in one of these.
    """
    query = _with_marks(sitting, scope, PaperRow.cadre_id, UnitRow.path, GradingRow.score)
    if asked_in:
        query = query.where(PaperRow.cadre_id.in_(select(PaperRow.cadre_id).where(PaperRow.sitting_id.in_(list(asked_in))).correlate(None)))
    return {cadre: (path, score) for cadre, path, score in session.execute(query)}


def main_posts(day: date) -> Subquery:
    """The post that names each cadre on a day: the first one held that is not merely a contact point (as `roster.main_post`)."""
    named = case((PostRow.kind != PostKind.CONTACT.value, PostRow.id))
    return (
        select(PostRow.cadre_id, func.coalesce(func.min(named), func.min(PostRow.id)).label("id"))
        .where(PostRow.from_on <= day, or_(PostRow.to_on.is_(None), PostRow.to_on >= day))
        .group_by(PostRow.cadre_id)
        .subquery()
    )


def unit_names(session: Session) -> dict[str, tuple[str, str]]:
    """Return (code, name) of every unit by its path."""
    return {path: (code, name) for path, code, name in session.execute(select(UnitRow.path, UnitRow.code, UnitRow.name))}


def commended(session: Session, sitting: SittingRow, excellent: int, scope: str = "/") -> list[Commended]:
    """Return who has at least `excellent` percent of the full marks with nothing left to judge, by unit and staff number, not by score."""
    last = select(func.max(GradingRow.id)).where(GradingRow.sitting_id == sitting.id).group_by(GradingRow.attempt_id)
    query = (
        select(UnitRow.name, CadreRow.name)
        .join(PaperRow, PaperRow.unit_id == UnitRow.id)
        .join(CadreRow, CadreRow.id == PaperRow.cadre_id)
        .join(AttemptRow, (AttemptRow.sitting_id == PaperRow.sitting_id) & (AttemptRow.paper_id == PaperRow.id))
        .join(GradingRow, GradingRow.attempt_id == AttemptRow.id)
        .where(PaperRow.sitting_id == sitting.id, is_current(), GradingRow.id.in_(last), *COUNTS)
        .where(GradingRow.pending == 0, cast(GradingRow.score, BigInteger) * 100 >= sitting.max_mark * excellent)
        .where(UnitRow.path.startswith(scope, autoescape=True))
        .order_by(UnitRow.path, CadreRow.number)
    )
    return [Commended(unit, name) for unit, name in session.execute(query)]


def blueprint_codes(session: Session) -> dict[int, str]:
    """Return the code of each published state of a blueprint by its row id: sittings of one code come from states of the same blueprint."""
    rows = session.execute(select(DocumentRow.id, DocumentRow.code).where(DocumentRow.kind == "blueprint"))
    return {row.id: row.code for row in rows}


def late_attempts(session: Session, sitting: SittingRow, scope: str = "/") -> int:
    """Return how many attempts that count have an answer that came too late and waits for a person's word."""
    decided = select(LateDecisionRow.response_id).where(LateDecisionRow.sitting_id == sitting.id)
    query = (
        select(func.count(func.distinct(ResponseRow.attempt_id)))
        .join(AttemptRow, (AttemptRow.id == ResponseRow.attempt_id) & (AttemptRow.sitting_id == ResponseRow.sitting_id))
        .join(PaperRow, PaperRow.id == AttemptRow.paper_id)
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .where(ResponseRow.sitting_id == sitting.id, ResponseRow.state == LATE, ResponseRow.id.not_in(decided), *COUNTS)
        .where(UnitRow.path.startswith(scope, autoescape=True))
    )
    return session.scalar(query) or 0


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows of a group fulfil a condition."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
