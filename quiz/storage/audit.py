"""The audit log: one chained row for each thing done that changes what others see."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from quiz.core.canonical import canonical_json, digest
from quiz.storage.tables import AuditRow

CHAIN_LOCK = 7_210_001
"""The PostgreSQL advisory lock that keeps two writers from chaining to the same row."""


def record(session: Session, at: datetime, actor: str, action: str, subject: str, detail: dict[str, object] | None = None) -> None:
    """Append a row chained to the newest: digest = SHA-256 of the previous digest and this row's content."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CHAIN_LOCK})
    session.flush()
    previous = session.scalar(select(AuditRow.digest).order_by(AuditRow.id.desc()).limit(1)) or "0" * 64
    body = {"at": at.isoformat(), "actor": actor, "action": action, "subject": subject, "detail": detail or {}}
    text_detail = canonical_json(detail or {}).decode()
    link = digest([previous, body])
    session.add(AuditRow(at=at, actor=actor, action=action, subject=subject, detail=text_detail, previous=previous, digest=link))
    session.flush()
