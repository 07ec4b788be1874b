"""Frozen papers as rows: read anew or from memory, with their keys or without, and found by what they are."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Select, bindparam, cast, exists, func, select
from sqlalchemy.orm import Session, aliased, object_session

from quiz.core.paper import Paper, Slot, hide_key
from quiz.core.paper_text import QuestionTexts, named_digests
from quiz.core.question import Question
from quiz.core.to_mark import ToMark
from quiz.storage.tables import (
    CadreRow,
    PaperQuestionRow,
    PaperRow,
    QuestionRevisionRow,
    SittingRow,
    UnitRow,
)

AT_ONCE = 500
"""Rows in one statement: enough to be fast, few enough to keep little in memory."""

MOST_QUESTIONS = 20_000
MOST_PAPERS = 500
"""Papers kept in memory, by the digest of their text, for the pages that somebody opens one after the other: a frozen paper never changes. To read
one anew takes a millisecond; one that is kept takes 10 kB, and all of them the collector's time."""

MOST_ASKED = 20_000
"""Papers whose questions alone are kept, which they share with other papers: what every save asks for, half a kilobyte each."""


class _Reader:
    """Frozen papers, kept once they are read; `see` says what is seen of each question."""

    def __init__(self, see: Callable[[Question], Question] | None = None) -> None:
        self.questions = QuestionTexts(MOST_QUESTIONS, see)
        self._papers: OrderedDict[str, Paper] = OrderedDict()

    def read(self, row: PaperRow) -> Paper:
        found = self._papers.get(row.digest)
        if found is not None:
            return found
        session = object_session(row)
        assert session is not None
        paper = self.questions.read(row.content, lambda digests: texts_of(session, digests))
        if hashlib.sha256(row.content.encode()).hexdigest() == row.digest:  # else somebody changed it: others with this digest are not this
            self._papers[row.digest] = paper
            if len(self._papers) > MOST_PAPERS:
                self._papers.popitem(last=False)
        return paper


class _KeylessReader(_Reader):
    """Frozen papers without keys; their questions alone are kept longer, for saves."""

    def __init__(self) -> None:
        super().__init__(hide_key)
        self._asked: OrderedDict[str, tuple[Question, ...]] = OrderedDict()

    def read(self, row: PaperRow) -> Paper:
        paper = super().read(row)
        if row.digest in self._papers and row.digest not in self._asked:
            self._asked[row.digest] = tuple(slot.question for slot in paper.slots)
            if len(self._asked) > MOST_ASKED:
                self._asked.popitem(last=False)
        return paper

    def asked(self, session: Session, paper_id: int, digest: str) -> tuple[Question, ...]:
        found = self._asked.get(digest)
        return found if found is not None else tuple(slot.question for slot in self.read(session.get_one(PaperRow, paper_id)).slots)


_whole, _without_keys = _Reader(), _KeylessReader()


def read_paper(row: PaperRow) -> Paper:
    """Return the frozen paper in a row; its questions are read in the row's own session, which must still be open."""
    return _whole.read(row)


def read_without_key(row: PaperRow) -> Paper:
    """Return the paper in a row as a trainee may see it before release: nothing that tells or hints at a key is ever in it."""
    return _without_keys.read(row)


def paper_in(session: Session, content: str) -> Paper:
    """Return the paper in a text, whatever is in memory."""
    return _whole.questions.read(content, lambda digests: texts_of(session, digests))


def asked_by_id(session: Session, paper_id: int, digest: str) -> tuple[Question, ...]:
    """Return the questions, without keys, as they stand on the frozen paper in the row with this id and digest, in order; the row is read only when
    they are not in memory."""
    return _without_keys.asked(session, paper_id, digest)


def read_slots(session: Session, content: str, numbers: Collection[int]) -> list[Slot]:
    """Return a few slots of a stored paper, by their numbers."""
    return _whole.questions.read_slots(content, numbers, lambda digests: texts_of(session, digests))


def read_to_mark(session: Session, content: str | bytes, numbers: Collection[int] | None = None) -> list[tuple[int, ToMark]]:
    """Return by its number what marking asks of each slot of a stored paper, or of those with these numbers."""
    return _whole.questions.read_to_mark(content, lambda digests: texts_of(session, digests), numbers)


def changed_texts(session: Session, contents: Iterable[str]) -> set[str]:
    """Return the digests, among those by which these papers name questions, whose stored text is gone or no longer has that digest."""
    wanted = sorted({digest for content in contents for digest in named_digests(content)})
    found = texts_of(session, wanted)
    return {digest for digest in wanted if digest not in found or hashlib.sha256(found[digest].encode()).hexdigest() != digest}


def texts_of(session: Session, digests: Sequence[str]) -> dict[str, str]:
    """Return the canonical JSON of the questions and revisions with these digests."""
    out: dict[str, str] = {}
    for start in range(0, len(digests), AT_ONCE):
        asked = digests[start : start + AT_ONCE]
        for table in (QuestionRevisionRow, PaperQuestionRow):
            found = session.execute(select(table.digest, table.content).where(table.digest.in_(asked)))
            out.update((digest, content) for digest, content in found)
    return out


_newer = aliased(PaperRow)
_IS_CURRENT = ~exists().where(_newer.sitting_id == PaperRow.sitting_id, _newer.cadre_id == PaperRow.cadre_id, _newer.number > PaperRow.number)


def is_current() -> ColumnElement[bool]:
    """The condition that a paper has not been reissued."""
    return _IS_CURRENT


def papers_as_drawn(session: Session, sitting: SittingRow) -> dict[int, tuple[str, list[str]]]:
    """Return form and bank uids of each slot by seat, as the papers came out of the draw, whatever was reissued since."""
    query = select(PaperRow.seat, PaperRow.form, PaperRow.questions).where(
        PaperRow.sitting_id == sitting.id, PaperRow.number == 1, PaperRow.seat.is_not(None)
    )
    return {seat: (form, json.loads(questions)) for seat, form, questions in session.execute(query) if seat is not None}


def first_issues(session: Session, sitting: SittingRow) -> list[tuple[int, str, str, int | None, str]]:
    """Return row id and staff number of everyone in a sitting with the path of the unit, the seat and the form of the paper that was issued first."""
    query = (
        select(CadreRow.id, CadreRow.number, UnitRow.path, PaperRow.seat, PaperRow.form)
        .join(CadreRow, CadreRow.id == PaperRow.cadre_id)
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .where(PaperRow.sitting_id == sitting.id, PaperRow.number == 1)
    )
    return [(cadre, number, path, seat, form) for cadre, number, path, seat, form in session.execute(query)]


def papers_by_id(session: Session, ids: Sequence[int]) -> dict[int, PaperRow]:
    """Return papers by their row ids."""
    rows = session.scalars(select(PaperRow).where(PaperRow.id.in_(list(ids))))
    return {row.id: row for row in rows}


def contents_of(session: Session, ids: Sequence[int]) -> Iterator[str]:
    """Yield the texts of papers, by their row ids, a few hundred in memory."""
    for start in range(0, len(ids), AT_ONCE):
        yield from session.scalars(select(PaperRow.content).where(PaperRow.id.in_(list(ids[start : start + AT_ONCE]))))


def texts_by_id(session: Session, ids: Sequence[int]) -> dict[int, str | bytes]:
    """Return the texts of papers as JSON, by their row ids."""
    return {row[0]: row[1] for row in session.execute(_CONTENTS[session.get_bind().dialect.name], {"ids": ids})}


_HERE = PaperRow.id.in_(bindparam("ids", expanding=True))
_CONTENTS: dict[str, Select[int, Any]] = {
    "sqlite": select(PaperRow.id, cast(PaperRow.content, LargeBinary)).where(_HERE),
    "postgresql": select(PaperRow.id, PaperRow.content).where(_HERE),
}
"""SQLite gives the bytes that it has: to make text of them and bytes again for the reader takes as long as to read them."""


def count_papers(session: Session, sitting: SittingRow) -> int:
    """Return how many papers the sitting has, those included that were reissued."""
    return session.scalar(select(func.count()).where(PaperRow.sitting_id == sitting.id)) or 0
