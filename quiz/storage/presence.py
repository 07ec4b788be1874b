"""Who is heard of: one look for each call of a page, and what the pages told written down for many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, bindparam, exists, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from quiz.core.response import Response
from quiz.storage.attempts import response_in
from quiz.storage.papers import is_current
from quiz.storage.tables import AttemptRow, CadreRow, HallEventRow, PaperRow, PresenceRow, ResponseRow, SittingRow, UnitRow

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Spot:
    """A paper as a page's call sees it: whose, in which sitting, and the attempt at it, whose `attempt_id` is None while there is none."""

    paper_id: int
    cadre_id: int
    number: str
    path: str
    sitting_id: int
    sitting_code: str
    opens_at: datetime
    closes_at: datetime
    sitting_paused_at: datetime | None
    attempt_id: int | None
    turn: int | None
    deadline_at: datetime | None
    submitted_at: datetime | None
    paused_at: datetime | None


def find_spot(session: Session, code: str) -> Spot | None:
    """Return what is behind a paper's code, or None."""
    found = session.connection().execute(_SPOT, {"code": code}).first()  # plain columns: half the work of a session
    return None if found is None else Spot(*tuple[Any, ...](found))


def others_since(session: Session, spot: Spot, before: int, mark: int) -> tuple[dict[int, Response], int]:
    """Return the accepted answers numbered below `before` that came in after the row `mark`, the newest of each slot, and the row up to which that is
    all. What has been covered by a higher number meanwhile is among them: whoever covered it had not seen it."""
    rows = session.execute(_OTHERS, {"sitting": spot.sitting_id, "attempt": spot.attempt_id, "before": before, "mark": mark}).all()
    return {slot: response_in(value) for _, slot, value in rows}, max((row[0] for row in rows), default=mark)


def read_presence(session: Session, papers: Sequence[tuple[int, int]]) -> dict[int, PresenceRow]:
    """Return what is known of the pages of these papers, given as (sitting, paper) row ids, by the paper's."""
    out: dict[int, PresenceRow] = {}
    for start in range(0, len(papers), AT_ONCE):
        some = papers[start : start + AT_ONCE]
        mine = (PresenceRow.sitting_id.in_({sitting for sitting, _ in some}), PresenceRow.paper_id.in_([paper for _, paper in some]))
        out.update((row.paper_id, row) for row in session.scalars(select(PresenceRow).where(*mine)))
    return out


def write_presence(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Store what pages told, newer over older; counts are added up."""
    if rows:
        session.execute(_upsert(session.get_bind().dialect.name), rows)


def save_events(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Append events, given as values by column."""
    if rows:
        session.execute(insert(HallEventRow), rows)


def _upsert(dialect: str) -> Insert:
    kind: Any = sqlite if dialect == "sqlite" else postgresql
    query = kind.insert(PresenceRow)
    new, old = query.excluded, PresenceRow
    values = {name: new[name] for name in ("seen_at", "device", "address", "turn", "unsent", "unsent_since")}
    counts = {name: getattr(old, name) + new[name] for name in ("devices", "addresses", "lefts")}
    upsert: Insert = query.on_conflict_do_update(
        index_elements=["sitting_id", "paper_id"], set_={**values, **counts}, where=new["seen_at"] >= old.seen_at
    )
    return upsert


# Built once: thousands of pages call twice a minute, and putting a query together takes longer than running it.
_SPOT = (
    select(
        PaperRow.id,
        PaperRow.cadre_id,
        CadreRow.number,
        UnitRow.path,
        PaperRow.sitting_id,
        SittingRow.code,
        SittingRow.opens_at,
        SittingRow.closes_at,
        SittingRow.paused_at,
        AttemptRow.id,
        AttemptRow.turn,
        AttemptRow.deadline_at,
        AttemptRow.submitted_at,
        AttemptRow.paused_at,
    )
    .join(CadreRow, CadreRow.id == PaperRow.cadre_id)
    .join(UnitRow, UnitRow.id == PaperRow.unit_id)
    .join(SittingRow, SittingRow.id == PaperRow.sitting_id)
    .outerjoin(AttemptRow, (AttemptRow.sitting_id == PaperRow.sitting_id) & (AttemptRow.paper_id == PaperRow.id))
    .where(PaperRow.code == bindparam("code"), is_current())
)
_newer = aliased(ResponseRow)
_IS_NEWEST_BELOW = ~exists().where(
    _newer.sitting_id == ResponseRow.sitting_id,
    _newer.attempt_id == ResponseRow.attempt_id,
    _newer.seq > ResponseRow.seq,
    _newer.seq < bindparam("before"),
    _newer.slot == ResponseRow.slot,
    _newer.state == "accepted",
)
_OTHERS = (
    select(ResponseRow.id, ResponseRow.slot, ResponseRow.value)
    .where(
        ResponseRow.sitting_id == bindparam("sitting"),
        ResponseRow.attempt_id == bindparam("attempt"),
        ResponseRow.seq < bindparam("before"),
        ResponseRow.id > bindparam("mark"),
        ResponseRow.state == "accepted",
        _IS_NEWEST_BELOW,
    )
    .order_by(ResponseRow.id)
)
