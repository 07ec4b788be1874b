"""Sittings, and who has which place in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session, defer

from quiz.core.sitting import BY_PEOPLE, FOREVER, NO_EXTRA, Extra, Release, Visibility, Window, keys_shown_at, visibility
from quiz.storage.papers import is_current
from quiz.storage.tables import AttemptRow, CadreRow, PaperRow, QuestionUseRow, SittingRow, UnitRow


def window_of(row: SittingRow) -> Window:
    """Return the window of the sitting as a whole: until nobody's answers can come in any more, time given and time of delivery included;
    without end while somebody's clock stands still."""
    return Window(row.opens_at, FOREVER if row.paused_at else known_end(row), row.minutes)


def known_end(row: SittingRow) -> datetime:
    """Return from when on nobody's answers can come in any more, as far as is known: a pause that goes on will move it."""
    return last_end(row) + delivery_of(row)


def last_end(row: SittingRow) -> datetime:
    """Return when the last person must end, as far as is known."""
    return max(row.closes_at, row.extended_to or row.closes_at)


def move_end(row: SittingRow, end: datetime) -> None:
    """Let the sitting as a whole last until `end`: as long as anybody's time, no key is shown."""
    if end > last_end(row):
        row.extended_to = end


def delivery_of(row: SittingRow) -> timedelta:
    """Return how long after a deadline answers that were made before it may still come in."""
    return timedelta(minutes=row.delivery_minutes)


def own_window(row: SittingRow, extra: Extra = NO_EXTRA) -> Window:
    """Return the window of one person, with the time that they were given."""
    return Window(row.opens_at, row.closes_at, row.minutes).with_extra(extra)


def visibility_of(row: SittingRow, attempt: AttemptRow | None, now: datetime) -> Visibility:
    """Return what a trainee may see of their result: nothing while answers of theirs may still be delivered, and nothing of a void attempt."""
    is_final = False
    if attempt is not None and attempt.voided_at is not None:
        return Visibility(score=False, key=False)
    if attempt is not None and attempt.submitted_at is not None:
        is_final = attempt.closed_by in BY_PEOPLE or now > attempt.deadline_at + delivery_of(row)
    return visibility(Release(row.release), window_of(row), row.released_at, is_final, now)


def appeals_until(row: SittingRow) -> datetime | None:
    """Return until when a cadre may appeal; None while keys are not to be shown at a known time, or where nobody may."""
    shown = keys_out_at(row)
    return None if shown is None or not row.appeal_days else shown + timedelta(days=row.appeal_days)


def keys_out_at(row: SittingRow) -> datetime | None:
    """Return the moment from which keys are shown; None while somebody's clock stands still, or while results wait for a person's word."""
    return None if row.paused_at else keys_shown_at(Release(row.release), window_of(row), row.released_at)


def get_sitting(session: Session, code: str) -> SittingRow | None:
    """Return the sitting with this code, or None."""
    return session.scalar(select(SittingRow).where(SittingRow.code == code))


def list_sittings(session: Session) -> list[SittingRow]:
    """Return every sitting, the latest first."""
    return list(session.scalars(select(SittingRow).order_by(SittingRow.opens_at.desc(), SittingRow.id.desc())))


def coming_uses(session: Session, uids: Sequence[str], today: date, but_of: str = "") -> dict[str, list[str]]:
    """Return, for each of these questions, the titles of the sittings closing today or later that have it on a paper.

    Those that have a paper for the cadre `but_of` are left out.
    """
    start = datetime.combine(today, time(), UTC)
    own = select(PaperRow.sitting_id).join(CadreRow, CadreRow.id == PaperRow.cadre_id).where(CadreRow.number == but_of)
    query = (
        select(QuestionUseRow.question_uid, SittingRow.title)
        .join(SittingRow, SittingRow.id == QuestionUseRow.sitting_id)
        .where(QuestionUseRow.question_uid.in_(list(uids)), SittingRow.closes_at >= start, SittingRow.id.not_in(own))
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


def seats_of_papers(session: Session, codes: Sequence[str]) -> dict[str, Seat]:
    """Return the seats behind papers' codes, whosever they are; read their papers before the session ends."""
    return {row[1].code: Seat(*row) for row in session.execute(_SEATS, {"codes": sorted(set(codes))})}


def seats_of_sitting(
    session: Session, sitting: SittingRow, scope: str = "/", numbers: Sequence[str] | None = None, with_content: bool = True, unit: str = ""
) -> list[Seat]:
    """Return the seats of a sitting whose unit lies within the path `scope`, by unit and staff number; only `numbers`, or those of one `unit` by its
    code, when given.

    A paper's content is some 40 kB: lists that only count and name leave it in the database (`with_content` False).
    """
    condition = (PaperRow.sitting_id == sitting.id) & UnitRow.path.startswith(scope, autoescape=True)
    if numbers is not None:
        condition = condition & CadreRow.number.in_(list(numbers))
    if unit:
        condition = condition & (UnitRow.code == unit)
    return sorted(_seats(session, condition, with_content), key=lambda seat: (seat.unit.path, seat.cadre.number))


def units_of_sitting(session: Session, sitting: SittingRow, scope: str) -> list[tuple[str, str, int]]:
    """Return code and name of every unit within the path `scope` that has papers in a sitting, and how many, in the order of the tree."""
    query = (
        select(UnitRow.code, UnitRow.name, func.count())
        .join(PaperRow, PaperRow.unit_id == UnitRow.id)
        .where(PaperRow.sitting_id == sitting.id, UnitRow.path.startswith(scope, autoescape=True), is_current())
        .group_by(UnitRow.code, UnitRow.name, UnitRow.path)
        .order_by(UnitRow.path)
    )
    return [(code, name, papers) for code, name, papers in session.execute(query)]


def progress(session: Session, scope: str = "/") -> dict[int, tuple[int, int, int]]:
    """Return (papers, started, submitted) of every sitting, counted within the path `scope`, by the sitting's row id."""
    query = (
        select(PaperRow.sitting_id, func.count(), func.count(AttemptRow.id), func.count(AttemptRow.submitted_at))
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .outerjoin(AttemptRow, (AttemptRow.sitting_id == PaperRow.sitting_id) & (AttemptRow.paper_id == PaperRow.id))
        .where(UnitRow.path.startswith(scope, autoescape=True), is_current())
        .group_by(PaperRow.sitting_id)
    )
    return {sitting: (papers, started, submitted) for sitting, papers, started, submitted in session.execute(query)}


def has_papers(session: Session, sitting: SittingRow, scope: str) -> bool:
    """True when somebody within the path `scope` has a paper of the sitting."""
    papers = select(PaperRow.id).join(UnitRow, UnitRow.id == PaperRow.unit_id)
    found = papers.where(PaperRow.sitting_id == sitting.id, UnitRow.path.startswith(scope, autoescape=True)).limit(1)
    return session.scalar(found) is not None


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
    .outerjoin(AttemptRow, (AttemptRow.sitting_id == PaperRow.sitting_id) & (AttemptRow.paper_id == PaperRow.id))
    .where(is_current())
    .order_by(SittingRow.opens_at.desc(), PaperRow.id)
    .options(defer(SittingRow.snapshot))
)
"""With all but the snapshot that papers were drawn from: more than 100 kB, which only the report of the draw reads."""

_SEAT = _EVERY_SEAT.where(PaperRow.code == bindparam("code"), CadreRow.number == bindparam("number")).options(defer(PaperRow.content))
"""Built once: every save asks this, and putting the query together takes longer than running it. The paper's content comes when asked."""
_SEATS = _EVERY_SEAT.where(PaperRow.code.in_(bindparam("codes", expanding=True))).options(defer(PaperRow.content))
