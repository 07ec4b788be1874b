"""Reading the audit log: the rows that somebody looks for, the newest first."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from quiz.storage.audit import PERSON
from quiz.storage.tables import AccountRow, AuditRow

NAMED = ("cadre", "question", "subject")
"""Where a row's detail names whom or what it is about, beside its subject."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which rows: by whom (a name or log-in), about what (a subject, staff number or question), what was done, from and before which moment."""

    who: str = ""
    about: str = ""
    action: str = ""
    since: datetime | None = None
    before: datetime | None = None

    def __bool__(self) -> bool:
        """True when it leaves anything out."""
        return self != Search()


def list_rows(session: Session, search: Search, closed: Collection[str], offset: int, limit: int) -> tuple[list[AuditRow], int]:
    """Return some of the rows that are looked for and how many there are; no detail of the subjects in `closed` is searched."""
    found = _conditions(session, search, closed)
    rows = session.scalars(select(AuditRow).where(*found).order_by(AuditRow.id.desc()).offset(offset).limit(limit))
    return list(rows), session.scalar(select(func.count()).select_from(AuditRow).where(*found)) or 0


def log_ins_of(session: Session, accounts: Collection[int]) -> dict[int, str]:
    """Return the log-in names of accounts, by their row ids."""
    return {row[0]: row[1] for row in session.execute(select(AccountRow.id, AccountRow.login).where(AccountRow.id.in_(list(accounts))))}


def _conditions(session: Session, search: Search, closed: Collection[str]) -> list[ColumnElement[bool]]:
    out: list[ColumnElement[bool]] = []
    if search.who:
        account = session.scalar(select(AccountRow.id).where(AccountRow.login == search.who))
        named = AuditRow.actor.contains(search.who, autoescape=True)
        out.append(named if account is None else or_(named, _says(PERSON, f"account:{account}")))
    if search.about:
        told = or_(*(_says(name, search.about) for name in NAMED)) & AuditRow.subject.not_in(list(closed))
        out.append(or_(AuditRow.subject == search.about, told))
    if search.action:
        out.append(AuditRow.action == search.action)
    if search.since:
        out.append(AuditRow.at >= search.since)
    if search.before:
        out.append(AuditRow.at < search.before)
    return out


def _says(name: str, value: str) -> ColumnElement[bool]:
    """The condition that the detail, canonical JSON, has this text under this name."""
    return AuditRow.detail.contains(f"{json.dumps(name)}:{json.dumps(value, ensure_ascii=False)}", autoescape=True)
