"""Records of cadres as they were given out, samples of cadres and how they were drawn, certificates and their withdrawal: rows only ever added."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from quiz.storage.tables.base import Base, BigId, Moment


class RecordIssueRow(Base):
    """A cadre's record as it was given out: its content as canonical JSON, under the SHA-256 of it."""

    __tablename__ = "record_issue"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    cadre_id: Mapped[int] = mapped_column(ForeignKey("cadre.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    content: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(100))


class SampleRow(Base):
    """Out of whom a sample is drawn, and by which rule: `frame` is canonical JSON, `digest` its SHA-256, published before the seed."""

    __tablename__ = "sample"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    frame: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(100))


class SampleDrawRow(Base):
    """The one draw of a sample: the published seed, and the staff numbers that follow from it as a JSON list."""

    __tablename__ = "sample_draw"
    sample_id: Mapped[int] = mapped_column(ForeignKey("sample.id"), primary_key=True)
    seed: Mapped[str] = mapped_column(String(200))
    numbers: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(100))


class CertificateRow(Base):
    """A certificate: whose, under which name, by which rule (`least` hundredths of a mark), from the score that counted, good from day to day.

    `code` is what verifies it, `number` what people call it by. `score` is what counted when it was issued.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        Index("ix_certificate_sitting", "sitting_id"),
        CheckConstraint("valid_to >= valid_from", name="validity"),
        CheckConstraint("score >= least", name="earned"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"))
    cadre_id: Mapped[int] = mapped_column(ForeignKey("cadre.id"), index=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    unit: Mapped[str] = mapped_column(String(100))
    title: Mapped[str] = mapped_column(String(100))
    least: Mapped[int]
    score: Mapped[int]
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(100))


class CertificateEndRow(Base):
    """The withdrawal of a certificate by hand, with its reason: there is no way back but a new certificate."""

    __tablename__ = "certificate_end"
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificate.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(100))
