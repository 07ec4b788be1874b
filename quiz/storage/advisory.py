"""Locks of PostgreSQL that stand for a thing and for no row; SQLite, on which one writes at a time, needs none."""

from __future__ import annotations

from enum import IntEnum

from sqlalchemy import text
from sqlalchemy.orm import Session


class Lock(IntEnum):
    """What can be held: the end of the audit log, so that no two rows are chained to the same; the bank, so that revisions follow each other; the
    scans, so that a picture that comes twice is known the second time.

    Whoever holds the log and another takes the log last.
    """

    CHAIN = 7_210_001
    BANK = 7_210_003
    SCANS = 7_210_004


def hold(session: Session, lock: Lock) -> None:
    """Wait until nobody else holds it, and hold it until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock.value})
