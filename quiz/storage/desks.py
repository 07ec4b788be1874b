"""Attempts as the save path sees them: plain columns, many at once, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from quiz.core.saving import Span
from quiz.storage.papers import is_current
from quiz.storage.tables import AttemptRow, CadreRow, PaperRow, ResponseRow, SittingRow


@dataclass(frozen=True, slots=True)
class Desk:
    """An attempt (`id`), under way or closed: whose it is, at which paper, who holds it (`turn`) and its times."""

    id: int
    number: str
    sitting_code: str
    sitting_id: int
    paper_id: int
    paper_digest: str
    turn: int
    span: Span


def lock_desks(session: Session, codes: Iterable[str]) -> dict[str, Desk]:
    """Return the desks behind papers' codes, held until this transaction ends; papers that nobody knows or has started are left out.

    They are held in the same order always, so that two batches never wait for each other in a ring.
    """
    out = {}
    for row in session.execute(_DESKS, {"codes": sorted(set(codes))}):
        span = Span(row.started_at, row.deadline_at, row.submitted_at, row.closed_by, timedelta(minutes=row.delivery_minutes))
        out[row.code] = Desk(row.attempt_id, row.number, row.sitting_code, row.sitting_id, row.paper_id, row.digest, row.turn, span)
    return out


def newest_seqs(session: Session, desks: Iterable[Desk]) -> dict[int, int]:
    """Return the highest number seen in each attempt, 0 where there is none; a statement of its own, after the lock, so that it misses nothing."""
    ids = sorted({desk.id for desk in desks})
    return {attempt: newest or 0 for attempt, newest in session.execute(_NEWEST, {"attempts": ids})}


def append_responses(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Append responses, given as values by column."""
    if rows:
        session.execute(_APPEND, rows)


# Built once: every save asks these, and putting a query together takes longer than running it.
_DESKS = (
    select(
        PaperRow.code,
        CadreRow.number,
        SittingRow.code.label("sitting_code"),
        PaperRow.sitting_id,
        PaperRow.id.label("paper_id"),
        PaperRow.digest,
        AttemptRow.id.label("attempt_id"),
        AttemptRow.turn,
        AttemptRow.started_at,
        AttemptRow.deadline_at,
        AttemptRow.submitted_at,
        AttemptRow.closed_by,
        SittingRow.delivery_minutes,
    )
    .join(AttemptRow, AttemptRow.paper_id == PaperRow.id)
    .join(CadreRow, CadreRow.id == PaperRow.cadre_id)
    .join(SittingRow, SittingRow.id == PaperRow.sitting_id)
    .where(PaperRow.code.in_(bindparam("codes", expanding=True)), is_current())
    .order_by(AttemptRow.id)
    .with_for_update(of=AttemptRow)
)
_newest = (
    select(func.max(ResponseRow.seq))
    .where(ResponseRow.sitting_id == AttemptRow.sitting_id, ResponseRow.attempt_id == AttemptRow.id)
    .scalar_subquery()
)
_NEWEST = select(AttemptRow.id, _newest).where(AttemptRow.id.in_(bindparam("attempts", expanding=True)))
_APPEND = insert(ResponseRow.__table__)  # type: ignore[arg-type]  # plain rows: nobody reads them back here
