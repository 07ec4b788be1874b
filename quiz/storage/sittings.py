"""Sittings, and who has which place in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session, defer

from quiz.core.sitting import NO_EXTRA, ClosedBy, Extra, Release, Visibility, Window, visibility
from quiz.storage.papers import is_current
from quiz.storage.tables import AttemptRow, CadreRow, PaperRow, QuestionUseRow, SittingRow, UnitRow


def window_of(row: SittingRow) -> Window:
    """Return the window of the sitting as a whole: until nobody's answers can come in any more, time given and time of delivery included."""
    return Window(row.opens_at, max(row.closes_at, row.extended_to or row.closes_at) + delivery_of(row), row.minutes)


def delivery_of(row: SittingRow) -> timedelta:
    """Return how long after a deadline answers that were made before it may still come in."""
    return timedelta(minutes=row.delivery_minutes)


def own_window(row: SittingRow, extra: Extra = NO_EXTRA) -> Window:
    """Return the window of one person, with the time that they were given."""
    return Window(row.opens_at, row.closes_at, row.minutes).with_extra(extra)


def visibility_of(row: SittingRow, attempt: AttemptRow | None, now: datetime) -> Visibility:
    """Return what a trainee may see of their result: nothing while answers of theirs may still be delivered."""
    is_final = False
    if attempt is not None and attempt.submitted_at is not None:
        is_final = attempt.closed_by == ClosedBy.TRAINEE or now > attempt.deadline_at + delivery_of(row)
    return visibility(Release(row.release), window_of(row), row.released_at, is_final, now)


def get_sitting(session: Session, code: str) -> SittingRow | None:
    """Return the sitting with this code, or None."""
    return session.scalar(select(SittingRow).where(SittingRow.code == code))


def list_sittings(session: Session) -> list[SittingRow]:
    """Return every sitting, the latest first."""
    return list(session.scalars(select(SittingRow).order_by(SittingRow.opens_at.desc(), SittingRow.id.desc())))


def coming_uses(session: Session, uids: Sequence[str], today: date) -> dict[str, list[str]]:
    """Return, for each of these questions, the titles of the sittings closing today or later that have it on a paper."""
    start = datetime.combine(today, time(), UTC)
    query = (
        select(QuestionUseRow.question_uid, SittingRow.title)
        .join(SittingRow, SittingRow.id == QuestionUseRow.sitting_id)
        .where(QuestionUseRow.question_uid.in_(list(uids)), SittingRow.closes_at >= start)
        .order_by(SittingRow.opens_at)
    )
    out: dict[str, list[str]] = {}
    for uid, title in session.execute(query):
        out.setdefault(uid, []).append(title)
    return out


@dataclass(frozen=True, slots=True)
class Seat:
    """A cadre's place in a sitting: the paper, who it is for, and the attempt if there is one."""

    sitting: SittingRow
    paper: PaperRow
    cadre: CadreRow
    unit: UnitRow
    attempt: AttemptRow | None


def seats_of_cadre(session: Session, number: str, with_content: bool = True) -> list[Seat]:
    """Return every sitting that has a paper for this cadre, the latest first; papers without their content unless asked for."""
    return _seats(session, CadreRow.number == number, with_content)


def get_seat(session: Session, code: str, number: str) -> Seat | None:
    """Return the seat behind a paper's code if it is this cadre's, else None; read its paper before the session ends."""
    found = session.execute(_SEAT, {"code": code, "number": number}).first()
    return None if found is None else Seat(*found)


def seats_of_sitting(
    session: Session, sitting: SittingRow, scope: str = "/", numbers: Sequence[str] | None = None, with_content: bool = True
) -> list[Seat]:
    """Return the seats of a sitting whose unit lies within the path `scope`, by unit and staff number; only `numbers` when given.

    A paper's content is some 40 kB: lists that only count and name leave it in the database (`with_content` False).
    """
    condition = (PaperRow.sitting_id == sitting.id) & UnitRow.path.startswith(scope, autoescape=True)
    if numbers is not None:
        condition = condition & CadreRow.number.in_(list(numbers))
    return sorted(_seats(session, condition, with_content), key=lambda seat: (seat.unit.path, seat.cadre.number))


def progress(session: Session, scope: str = "/") -> dict[int, tuple[int, int, int]]:
    """Return (papers, started, submitted) of every sitting, counted within the path `scope`, by the sitting's row id."""
    query = (
        select(PaperRow.sitting_id, func.count(), func.count(AttemptRow.id), func.count(AttemptRow.submitted_at))
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .outerjoin(AttemptRow, AttemptRow.paper_id == PaperRow.id)
        .where(UnitRow.path.startswith(scope, autoescape=True), is_current())
        .group_by(PaperRow.sitting_id)
    )
    return {sitting: (papers, started, submitted) for sitting, papers, started, submitted in session.execute(query)}


def _seats(session: Session, condition: ColumnElement[bool], with_content: bool = True) -> list[Seat]:
    query = _EVERY_SEAT.where(condition)
    if not with_content:
        query = query.options(defer(PaperRow.content, raiseload=True))
    return [Seat(sitting, paper, cadre, unit, attempt) for sitting, paper, cadre, unit, attempt in session.execute(query)]


_EVERY_SEAT = (
    select(SittingRow, PaperRow, CadreRow, UnitRow, AttemptRow)
    .join(PaperRow, PaperRow.sitting_id == SittingRow.id)
    .join(CadreRow, CadreRow.id == PaperRow.cadre_id)
    .join(UnitRow, UnitRow.id == PaperRow.unit_id)
    .outerjoin(AttemptRow, AttemptRow.paper_id == PaperRow.id)
    .where(is_current())
    .order_by(SittingRow.opens_at.desc(), PaperRow.id)
    .options(defer(SittingRow.snapshot))
)
"""With all but the snapshot that papers were drawn from: more than 100 kB, which only the report of the draw reads."""

_SEAT = _EVERY_SEAT.where(PaperRow.code == bindparam("code"), CadreRow.number == bindparam("number")).options(defer(PaperRow.content))
"""Built once: every save asks this, and putting the query together takes longer than running it. The paper's content comes when asked."""
