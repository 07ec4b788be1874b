"""Attempts and responses: one row for each save, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec.json import Decoder
from sqlalchemy import ColumnElement, String, and_, bindparam, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from quiz.core.response import Response
from quiz.storage.tables import AttemptRow, LateDecisionRow, PaperRow, ResponseRow

ACCEPTED, LATE = "accepted", "late"
NO_RESPONSE = "[]"
"""A response that says nothing, as it is stored."""

# Built once: every save asks these, and putting a query together takes longer than running it.
_LOCKED = select(AttemptRow).where(AttemptRow.id == bindparam("id")).with_for_update().execution_options(populate_existing=True)
_MANY = select(AttemptRow).where(AttemptRow.id.in_(bindparam("ids", expanding=True))).execution_options(populate_existing=True)
_MINE = (ResponseRow.sitting_id == bindparam("sitting"), ResponseRow.attempt_id == bindparam("attempt"))
_NUMBERED = select(ResponseRow).where(*_MINE, ResponseRow.seq == bindparam("seq")).order_by(ResponseRow.id)
_NEWEST = select(func.max(ResponseRow.seq)).where(*_MINE)
_MARK = select(func.max(ResponseRow.id)).where(*_MINE)
_NEWEST_OF_SLOT = _NEWEST.where(ResponseRow.slot == bindparam("slot"), ResponseRow.state == ACCEPTED)
_newer = aliased(LateDecisionRow)
_IS_NEWEST = ~exists().where(_newer.response_id == LateDecisionRow.response_id, _newer.id > LateDecisionRow.id).correlate(LateDecisionRow)
_ACCEPTED_BY_SOMEONE = exists().where(LateDecisionRow.response_id == ResponseRow.id, LateDecisionRow.is_accepted, _IS_NEWEST)
_COUNTS = or_(ResponseRow.state == ACCEPTED, and_(ResponseRow.state == LATE, _ACCEPTED_BY_SOMEONE))
"""What counts: what was accepted, and what came too late where the newest word of a person says that it counts."""
_CURRENT = select(ResponseRow).where(*_MINE, _COUNTS).order_by(ResponseRow.seq, ResponseRow.id)
_CURRENT_OF_MANY = (
    select(
        ResponseRow.attempt_id,
        func.aggregate_strings(cast(ResponseRow.seq, String), ","),
        func.aggregate_strings(cast(ResponseRow.id, String), ","),
        func.aggregate_strings(cast(ResponseRow.slot, String), ","),
        func.aggregate_strings(ResponseRow.value, "\n"),
    )
    .where(ResponseRow.sitting_id == bindparam("sitting"), ResponseRow.attempt_id.in_(bindparam("attempts", expanding=True)), _COUNTS)
    .group_by(ResponseRow.attempt_id)
)
"""A row for each attempt: its numbers in a text each, and its values, none of which has a line's end in it, since JSON writes that otherwise. A row a
response takes half as long again."""
_numbers = Decoder(list[int]).decode
_read_response = Decoder(tuple[str, ...]).decode


class AttemptKey(Protocol):
    """Whatever names an attempt."""

    @property
    def id(self) -> int:
        """Its row id."""

    @property
    def sitting_id(self) -> int:
        """The row id of its sitting."""


def _of(attempt: AttemptKey) -> dict[str, int]:
    return {"sitting": attempt.sitting_id, "attempt": attempt.id}


def lock_attempt(session: Session, attempt_id: int) -> AttemptRow:
    """Return the attempt as it is now, held against other writers until this transaction ends."""
    return session.scalars(_LOCKED, {"id": attempt_id}).one()


def lock_attempts(session: Session, papers: Sequence[int]) -> dict[int, AttemptRow]:
    """Return the attempts at these papers as they are now, by the paper's row id, held until this transaction ends."""
    query = select(AttemptRow).where(*_at(papers)).order_by(AttemptRow.id)
    rows = session.scalars(query.with_for_update().execution_options(populate_existing=True))
    return {row.paper_id: row for row in rows}


def get_attempts(session: Session, ids: Sequence[int]) -> dict[int, AttemptRow]:
    """Return attempts as they are now, by their row ids; for who holds them already."""
    return {row.id: row for row in session.scalars(_MANY, {"ids": list(ids)})} if ids else {}


def _at(papers: Sequence[int]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The attempts at these papers; with their sittings, since the index of attempts begins with those: without, every attempt is looked at."""
    ids = list(papers)
    return AttemptRow.sitting_id.in_(select(PaperRow.sitting_id).where(PaperRow.id.in_(ids))), AttemptRow.paper_id.in_(ids)


def expired_attempts(session: Session, before: datetime, most: int) -> list[AttemptRow]:
    """Return open attempts whose clock runs and whose deadline lies before `before`, at most so many, held until this transaction ends.

    Those that somebody else holds at this moment, as another node that does the same, are passed over.
    """
    is_open = (AttemptRow.submitted_at.is_(None), AttemptRow.paused_at.is_(None))
    query = select(AttemptRow).where(*is_open, AttemptRow.deadline_at < before).order_by(AttemptRow.id).limit(most)
    return list(session.scalars(query.with_for_update(skip_locked=True)))


def count_open(session: Session, since: datetime) -> int:
    """Return how many attempts are not closed and had not reached their deadline at `since`, or stand still."""
    has_time = or_(AttemptRow.deadline_at >= since, AttemptRow.paused_at.is_not(None))
    query = select(func.count()).select_from(AttemptRow).where(AttemptRow.submitted_at.is_(None), has_time)
    return session.scalar(query) or 0


def has_open(session: Session) -> bool:
    """True while an attempt is not closed, be it out of time."""
    return bool(session.scalar(select(exists().where(AttemptRow.submitted_at.is_(None)))))


def saves_numbered(session: Session, attempt: AttemptKey, seq: int) -> list[ResponseRow]:
    """Return the saves of an attempt that carried this sequence number."""
    return list(session.scalars(_NUMBERED, {**_of(attempt), "seq": seq}))


def newest_seq(session: Session, attempt: AttemptKey, slot: int | None = None) -> int:
    """Return the highest sequence number accepted for a slot, or seen in the whole attempt when `slot` is None; 0 when there is none."""
    if slot is None:
        return session.scalar(_NEWEST, _of(attempt)) or 0
    return session.scalar(_NEWEST_OF_SLOT, {**_of(attempt), "slot": slot}) or 0


def newest_id(session: Session, attempt: AttemptKey) -> int:
    """Return the row id of the newest save of an attempt, 0 when there is none."""
    return session.scalar(_MARK, _of(attempt)) or 0


def current_rows(session: Session, attempt: AttemptKey) -> dict[int, ResponseRow]:
    """Return the row that counts for each slot: the accepted one (at once, or late by a person's word) with the highest sequence number."""
    return {row.slot: row for row in session.scalars(_CURRENT, _of(attempt))}


def current_of_many(session: Session, sitting_id: int, ids: Sequence[int]) -> dict[int, dict[int, tuple[int, str]]]:
    """Return for each of these attempts of a sitting, by slot, the id of the row that counts and the response as it is stored."""
    out: dict[int, dict[int, tuple[int, str]]] = {one: {} for one in ids}
    session.flush()
    for attempt, seqs, rows, slots, values in session.connection().execute(_CURRENT_OF_MANY, {"sitting": sitting_id, "attempts": ids}):
        found = zip(_numbers(f"[{seqs}]"), _numbers(f"[{rows}]"), _numbers(f"[{slots}]"), values.split("\n"), strict=True)
        out[attempt] = {slot: (row, value) for _, row, slot, value in sorted(found)}  # the newest of a slot comes last and stays
    return out


def response_in(value: str) -> Response:
    """Return a response from the text that it is stored as."""
    return _read_response(value)


def value_of(row: ResponseRow) -> Response:
    """Return the response in a row."""
    return response_in(row.value)


def current_responses(session: Session, attempt: AttemptKey) -> dict[int, Response]:
    """Return the response that counts for each slot that has one."""
    return {slot: value_of(row) for slot, row in current_rows(session, attempt).items()}
