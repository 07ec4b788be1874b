"""Certificates as they were issued, and those that were withdrawn by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from quiz.storage.tables import CadreRow, CertificateEndRow, CertificateRow, SittingRow


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with whose it is, from which sitting, and its withdrawal by hand if there is one."""

    row: CertificateRow
    cadre: CadreRow
    sitting: SittingRow
    end: CertificateEndRow | None


def count_issued(session: Session) -> int:
    """Return how many certificates there are."""
    return session.scalar(select(func.count()).select_from(CertificateRow)) or 0


def save_certificates(session: Session, rows: Sequence[CertificateRow]) -> None:
    """Append certificates."""
    session.add_all(rows)
    session.flush()


def save_end(session: Session, certificate: CertificateRow, reason: str, at: datetime, actor: str) -> CertificateEndRow:
    """Append that a certificate was withdrawn."""
    row = CertificateEndRow(certificate_id=certificate.id, reason=reason, at=at, actor=actor)
    session.add(row)
    session.flush()
    return row


def of_sitting(session: Session, sitting: SittingRow) -> list[Certificate]:
    """Return the certificates of a sitting, in the order of their numbers."""
    return _list(session, CertificateRow.sitting_id == sitting.id)


def of_cadre(session: Session, number: str) -> list[Certificate]:
    """Return the certificates of a cadre, in the order of their numbers."""
    return _list(session, CadreRow.number == number)


def by_code(session: Session, code: str) -> Certificate | None:
    """Return the certificate that a code verifies, or None."""
    found = _list(session, CertificateRow.code == code)
    return found[0] if found else None


def _list(session: Session, condition: ColumnElement[bool]) -> list[Certificate]:
    query = (
        select(CertificateRow, CadreRow, SittingRow, CertificateEndRow)
        .join(CadreRow, CadreRow.id == CertificateRow.cadre_id)
        .join(SittingRow, SittingRow.id == CertificateRow.sitting_id)
        .outerjoin(CertificateEndRow, CertificateEndRow.certificate_id == CertificateRow.id)
        .where(condition)
        .order_by(CertificateRow.id)
    )
    return [Certificate(*row) for row in session.execute(query)]
