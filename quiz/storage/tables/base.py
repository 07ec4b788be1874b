"""What all tables share: how times and counting numbers are kept, how constraints are named, and which tables are append-only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, MetaData
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import Integer, TypeDecorator

APPEND_ONLY = (
    "question_revision",
    "document",
    "paper",
    "paper_question",
    "amendment",
    "response",
    "grading",
    "mark",
    "decision",
    "audit",
    "proposal_event",
    "question_person",
    "question_use",
    "picture",
    "attempt_change",
    "correction",
    "mark_override",
    "appeal",
    "appeal_answer",
    "reading",
    "attempt_void",
    "late_decision",
    "hall_event",
    "scan_image",
    "scan",
    "scan_decision",
    "keying",
    "record_issue",
    "sample",
    "sample_draw",
    "certificate",
    "certificate_end",
    "practice_set",
    "practice_answer",
)
"""Tables whose rows are never changed or deleted; the migration gives each its triggers."""

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC; SQLite stores it without zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Refuse a naive time and convert to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must be aware")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Return the time as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


BigId = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit number that counts by itself on SQLite as well."""


class Base(DeclarativeBase):
    """The mapped classes; one metadata with named constraints."""

    metadata = MetaData(naming_convention=NAMING)
