"""The audit log: one chained row for each thing done that changes what others see."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from quiz.core.access import Person
from quiz.core.canonical import canonical_json, digest
from quiz.storage.advisory import Lock, hold
from quiz.storage.tables import AuditRow

START = "0" * 64
"""What the first row of a log names as the one before it."""

AT_ONCE = 1000
"""Rows in memory while the chain is walked."""


PERSON = "person"
"""Where a row's detail says which of those who bear the actor's name it was."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing done: when, by whom, what, to what, and the rest that is worth keeping."""

    at: datetime
    by: Person
    action: str
    subject: str
    detail: dict[str, object]

    @property
    def told(self) -> dict[str, object]:
        """The detail as it is stored: with who it was, where that is more than the name says."""
        return self.detail if self.by == Person.as_typed(self.by.name) else self.detail | {PERSON: self.by.id}


def record(session: Session, at: datetime, by: Person, action: str, subject: str, detail: dict[str, object] | None = None) -> None:
    """Append a row chained to the newest: digest = SHA-256 of the previous digest and this row's content."""
    record_many(session, [Line(at, by, action, subject, detail or {})])


def record_many(session: Session, lines: Sequence[Line]) -> None:
    """Append a row for each of these lines, in their order, each chained to the one before."""
    if not lines:
        return
    hold(session, Lock.CHAIN)
    session.flush()
    digest_before = session.scalar(_NEWEST) or START
    for line in lines:
        actor, told = line.by.name, line.told
        link = link_digest(digest_before, line.at, actor, line.action, line.subject, told)
        text = canonical_json(told).decode()
        session.add(AuditRow(at=line.at, actor=actor, action=line.action, subject=line.subject, detail=text, previous=digest_before, digest=link))
        digest_before = link
    session.flush()


_NEWEST = select(AuditRow.digest).order_by(AuditRow.id.desc()).limit(1)


def link_digest(previous: str, at: datetime, actor: str, action: str, subject: str, detail: dict[str, object]) -> str:
    """Return the digest that a row with this content carries after the row whose digest is `previous`."""
    body = {"at": at.astimezone(UTC).isoformat(), "actor": actor, "action": action, "subject": subject, "detail": detail}
    return digest([previous, body])


class Fault(StrEnum):
    """What is wrong with a row: its content is not what its digest was taken of, or it does not follow the row before it."""

    CHANGED = "changed"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Link:
    """A row of the log: its place in the table, its time, its digest."""

    id: int
    at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Chain:
    """What a walk along the whole log found.

    `broken` and `fault` tell the first row that is wrong, `faults` how many are. `kept` is the row whose digest was expected, `after` how
    many rows came since; None when no row has that digest.
    """

    rows: int = 0
    head: Link | None = None
    broken: Link | None = None
    fault: Fault | None = None
    faults: int = 0
    kept: Link | None = None
    after: int = 0

    @property
    def head_digest(self) -> str:
        """The digest that stands for the whole log; of an empty one, zeros."""
        return self.head.digest if self.head else START


def verify(session: Session, expect: str = "") -> Chain:
    """Walk the log from its first row to its last, some rows at a time; `expect` is a head digest that was written down earlier.

    Rows cut off at the end leave a shorter chain that is whole: only an expected digest tells that they are missing.
    """
    columns = (AuditRow.id, AuditRow.at, AuditRow.actor, AuditRow.action, AuditRow.subject, AuditRow.detail, AuditRow.previous, AuditRow.digest)
    query = select(*columns).order_by(AuditRow.id).execution_options(yield_per=AT_ONCE)
    rows = faults = after = 0
    head = broken = fault = kept = None
    for row in session.execute(query):
        rows += 1
        link = Link(row.id, row.at, row.digest)
        found = _fault(row, head.digest if head else START)
        if found:
            faults += 1
            broken, fault = broken or link, fault or found
        head = link
        after += 1
        if row.digest == expect:
            kept, after = link, 0
    return Chain(rows, head, broken, fault, faults, kept, after if kept else 0)


def _fault(row: Row[int, datetime, str, str, str, str, str, str], previous: str) -> Fault | None:
    if row.previous != previous:
        return Fault.GAP
    try:
        detail = json.loads(row.detail)
        is_whole = canonical_json(detail).decode() == row.detail
        right = link_digest(row.previous, row.at, row.actor, row.action, row.subject, detail)
    except (ValueError, TypeError):
        return Fault.CHANGED
    return None if is_whole and right == row.digest else Fault.CHANGED
