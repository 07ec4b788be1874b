"""Everything stored about one sitting as plain rows, a stream for each kind: nothing is held in memory but the texts of its questions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, Table, select
from sqlalchemy.orm import DeclarativeBase, Session

from quiz.core.frozen import thaw
from quiz.core.paper_text import resolve
from quiz.core.question import Question, pictures_of
from quiz.storage.papers import texts_of
from quiz.storage.tables import (
    AmendmentRow,
    AppealAnswerRow,
    AppealRow,
    AttemptChangeRow,
    AttemptRow,
    AttemptVoidRow,
    AuditRow,
    CadreRow,
    CertificateEndRow,
    CertificateRow,
    CorrectionRow,
    DecisionRow,
    DocumentRow,
    GradingRow,
    HallEventRow,
    KeyingRow,
    LateDecisionRow,
    MarkRow,
    OverrideRow,
    PaperRow,
    PauseRow,
    PictureRow,
    QuestionUseRow,
    ReadingRow,
    ResponseRow,
    ScanDecisionRow,
    ScanImageRow,
    ScanRow,
    SittingRow,
    SittingSiteRow,
    UnitRow,
)

Plain = dict[str, Any]
AT_ONCE = 500
FEW = 10
"""Pictures in memory."""

OF_SITTING: tuple[tuple[str, type[DeclarativeBase]], ...] = (
    ("attempts", AttemptRow),
    ("responses", ResponseRow),
    ("gradings", GradingRow),
    ("decisions", DecisionRow),
    ("readings", ReadingRow),
    ("corrections", CorrectionRow),
    ("overrides", OverrideRow),
    ("appeals", AppealRow),
    ("appeal_answers", AppealAnswerRow),
    ("amendments", AmendmentRow),
    ("attempt_changes", AttemptChangeRow),
    ("question_uses", QuestionUseRow),
    ("sites", SittingSiteRow),
    ("pauses", PauseRow),
    ("hall_events", HallEventRow),
    ("attempt_voids", AttemptVoidRow),
    ("late_decisions", LateDecisionRow),
    ("scans", ScanRow),
    ("scan_decisions", ScanDecisionRow),
    ("keyings", KeyingRow),
    ("certificates", CertificateRow),
)
"""Tables whose rows name their sitting."""


class SittingRows:
    """The rows of one sitting as its session sees them."""

    def __init__(self, session: Session, sitting: SittingRow) -> None:
        self._session = session
        self._sitting = sitting
        self._texts: dict[str, str] = {}
        self._questions: dict[str, Plain] = {}
        self._pictures: set[str] = set()

    def plan(self) -> Iterator[tuple[str, Plain]]:
        """Yield the sitting itself and the documents that it was drawn from, by name."""
        yield "sitting", next(self._plain(select(SittingRow.__table__).where(SittingRow.id == self._sitting.id)))
        for name, number in (("blueprint", self._sitting.blueprint_id), ("dataset", self._sitting.dataset_id)):
            if number is not None:
                yield name, next(self._plain(select(DocumentRow.__table__).where(DocumentRow.id == number)))

    def streams(self) -> Iterator[tuple[str, Iterator[Plain]]]:
        """Yield each kind of row with its stream, to be read in this order: the questions are those that the papers named."""
        yield "papers", self._papers()
        yield "questions", ({"digest": digest, "content": text} for digest, text in self._texts.items())
        for name, table in OF_SITTING:
            own = table.__table__.c
            yield name, self._plain(select(table.__table__).where(own.sitting_id == self._sitting.id).order_by(own.id))
        marks = select(*(column for column in MarkRow.__table__.columns if column.name != "id")).where(GradingRow.sitting_id == self._sitting.id)
        marks = marks.join(GradingRow, GradingRow.id == MarkRow.grading_id).order_by(MarkRow.grading_id, MarkRow.slot)
        yield "marks", self._plain(marks)
        ends = select(CertificateEndRow.__table__).join(CertificateRow, CertificateRow.id == CertificateEndRow.certificate_id)
        ends = ends.where(CertificateRow.sitting_id == self._sitting.id).order_by(CertificateEndRow.certificate_id)
        yield "certificate_ends", self._plain(ends)
        yield "audit", self._plain(select(AuditRow.__table__).where(AuditRow.subject == self._sitting.code).order_by(AuditRow.id))

    def pictures(self) -> Iterator[tuple[str, bytes]]:
        """Yield the pictures of the questions that the papers named, and of every page that was scanned, by file name."""
        for digest in sorted(self._pictures):
            row = self._session.get(PictureRow, digest)
            if row is not None:
                yield f"{digest}.{row.kind}", row.content
        pages = select(ScanRow.digest).where(ScanRow.sitting_id == self._sitting.id)
        query = select(ScanImageRow.digest, ScanImageRow.kind, ScanImageRow.content).where(ScanImageRow.digest.in_(pages))
        for digest, kind, content in self._session.execute(query.order_by(ScanImageRow.digest).execution_options(yield_per=FEW)):
            yield f"scan-{digest}.{kind}", content

    def _plain(self, query: Select[Any]) -> Iterator[Plain]:
        for row in self._session.execute(query.execution_options(yield_per=AT_ONCE)).mappings():
            yield dict(row)

    def _papers(self) -> Iterator[Plain]:
        query = (
            select(PaperRow.__table__, CadreRow.number, CadreRow.name, UnitRow.code, UnitRow.name)
            .join(CadreRow, CadreRow.id == PaperRow.cadre_id)
            .join(UnitRow, UnitRow.id == PaperRow.unit_id)
            .where(PaperRow.sitting_id == self._sitting.id)
            .order_by(PaperRow.id)
        )
        names = [*(column.name for column in _table(PaperRow).columns), "cadre_number", "cadre_name", "unit_code", "unit_name"]
        for row in self._session.execute(query.execution_options(yield_per=AT_ONCE)):
            plain = dict(zip(names, row, strict=True))
            paper = resolve(plain["content"], self._question)
            self._pictures.update(slot["situation_picture"]["digest"] for slot in paper["slots"] if slot.get("situation_picture"))
            yield {**plain, "paper": paper}

    def _question(self, digest: str) -> Plain:
        if digest not in self._questions:
            text = texts_of(self._session, [digest])[digest]
            plain = json.loads(text)
            self._texts[digest], self._questions[digest] = text, plain
            self._pictures.update(picture.digest for picture in pictures_of(thaw(Question, plain)))
        return self._questions[digest]


def _table(mapped: type[DeclarativeBase]) -> Table:
    table = mapped.__table__
    assert isinstance(table, Table)
    return table
