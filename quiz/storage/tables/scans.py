"""Scanned pages of answer sheets, what people decided about them, and what was keyed in by hand. Nothing here is ever changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from quiz.storage.tables.base import Base, BigId, Moment


class ScanImageRow(Base):
    """The picture of a scanned page as it is kept, by the SHA-256 of its bytes."""

    __tablename__ = "scan_image"
    __table_args__ = (CheckConstraint("kind IN ('png', 'jpeg')", name="kind"),)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ScanRow(Base):
    """A page that was read. `problem` says why it counts for nothing (empty: it counts), `code` what its square code said.

    `paper_id` and `sitting_id` are None where nobody knows to which they belong; `page` is 0 then. `reading` is the `SheetReading` as JSON,
    `pages` how many the sheet has, `doubts` how many places of this one a person must look at. `person` tells who brought it from
    others of the same name, which is `read_by`; rows of before version 0021 have only the name.
    """

    __tablename__ = "scan"
    __table_args__ = (Index("ix_scan_paper", "paper_id"), Index("ix_scan_sitting", "sitting_id", "problem"), Index("ix_scan_digest", "digest"))
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int | None] = mapped_column(ForeignKey("sitting.id"))
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("paper.id"))
    page: Mapped[int]
    pages: Mapped[int]
    doubts: Mapped[int]
    digest: Mapped[str] = mapped_column(ForeignKey("scan_image.digest"))
    source: Mapped[str] = mapped_column(String(200))
    code: Mapped[str] = mapped_column(String(60))
    problem: Mapped[str] = mapped_column(String(20))
    reading: Mapped[str] = mapped_column(Text)
    read_at: Mapped[datetime] = mapped_column(Moment)
    read_by: Mapped[str] = mapped_column(String(100))
    person: Mapped[str] = mapped_column(String(120), default="", server_default="")


class ScanDecisionRow(Base):
    """What a person decided: the value of a slot on a page (mark), or about a page or a whole sheet; the newest of its kind and place counts.

    `value` is JSON: a list of option ids or texts for a mark, the name of what is confirmed for a sheet.
    """

    __tablename__ = "scan_decision"
    __table_args__ = (
        Index("ix_scan_decision_paper", "paper_id"),
        CheckConstraint("kind IN ('mark', 'drop', 'confirm')", name="kind"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int | None] = mapped_column(ForeignKey("sitting.id"))
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("paper.id"))
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("scan.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    slot: Mapped[int]
    blank: Mapped[int]
    value: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(500))
    decided_by: Mapped[str] = mapped_column(String(100))
    decided_at: Mapped[datetime] = mapped_column(Moment)


class KeyingRow(Base):
    """A sheet as one person keyed it in: the first and the second independently, the third only what these two have otherwise.

    `person` tells the three apart, `keyed_by` is the name as it was; rows of before version 0021 have only the name.
    """

    __tablename__ = "keying"
    __table_args__ = (
        UniqueConstraint("paper_id", "number"),
        Index(
            "uq_keying_person",
            "sitting_id",
            "paper_id",
            "person",
            unique=True,
            sqlite_where=text("person <> ''"),
            postgresql_where=text("person <> ''"),
        ),
        CheckConstraint("number BETWEEN 1 AND 3", name="number"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sitting_id: Mapped[int] = mapped_column(ForeignKey("sitting.id"), index=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("paper.id"))
    number: Mapped[int]
    value: Mapped[str] = mapped_column(Text)
    keyed_by: Mapped[str] = mapped_column(String(100))
    person: Mapped[str] = mapped_column(String(120), default="", server_default="")
    keyed_at: Mapped[datetime] = mapped_column(Moment)
