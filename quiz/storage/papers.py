"""Frozen papers as rows: many stored at once, what people were asked before, and how questions fared."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Select, bindparam, cast, exists, func, insert, select
from sqlalchemy.orm import Session, aliased, object_session

from quiz.core.collector import uncollected
from quiz.core.difficulty import Facilities
from quiz.core.marking import Why
from quiz.core.paper import Paper, Slot, hide_key
from quiz.core.paper_text import PaperTexts, QuestionTexts, named_digests
from quiz.core.question import Question, base_uid
from quiz.core.to_mark import ToMark
from quiz.storage.tables import (
    AttemptRow,
    CadreRow,
    GradingRow,
    MarkRow,
    PaperQuestionRow,
    PaperRow,
    QuestionRevisionRow,
    QuestionRow,
    QuestionUseRow,
    SittingRow,
    UnitRow,
)

AT_ONCE = 500
"""Rows in one insert: enough to be fast, few enough to keep little in memory."""

RECENT = 5
"""From how many past sittings a question's facility is taken."""


@dataclass(frozen=True, slots=True)
class NewPaper:
    """A paper to be stored: whose, in which post, at which place in the order of seats, in which number (a reissue counts up)."""

    cadre: CadreRow
    post: str
    paper: Paper
    seat: int | None = None
    number: int = 1


@uncollected()
def save_papers(session: Session, sitting: SittingRow, papers: Sequence[NewPaper]) -> None:
    """Append frozen papers, with the name, unit and post of each cadre as they stand now."""
    texts = PaperTexts()
    units = {row[0]: row[1] for row in session.execute(select(UnitRow.id, UnitRow.name))}
    stored: set[str] = set()
    for start in range(0, len(papers), AT_ONCE):
        rows = [_row(sitting, paper, texts, units) for paper in papers[start : start + AT_ONCE]]
        new = [digest for digest in texts.questions if digest not in stored]
        stored.update(new)
        _save_questions(session, {digest: texts.questions[digest] for digest in new})
        session.execute(insert(PaperRow), rows)


def _save_questions(session: Session, texts: Mapping[str, str]) -> None:
    """Append the questions that are not there yet."""
    known: set[str] = set()
    digests = list(texts)
    for start in range(0, len(digests), AT_ONCE):
        known.update(session.scalars(select(PaperQuestionRow.digest).where(PaperQuestionRow.digest.in_(digests[start : start + AT_ONCE]))))
    rows = [{"digest": digest, "content": text} for digest, text in texts.items() if digest not in known]
    if rows:
        session.execute(insert(PaperQuestionRow), rows)


def _row(sitting: SittingRow, new: NewPaper, texts: PaperTexts, units: Mapping[int, str]) -> dict[str, object]:
    content, digest = texts.write(new.paper)
    return {
        "sitting_id": sitting.id,
        "cadre_id": new.cadre.id,
        "number": new.number,
        "code": new.paper.code,
        "unit_id": new.cadre.unit_id,
        "post": new.post,
        "cadre_name": new.cadre.name,
        "unit_name": units[new.cadre.unit_id],
        "digest": digest,
        "content": content,
        "seat": new.seat,
        "form": new.paper.form,
        "questions": json.dumps([base_uid(slot.question.uid) for slot in new.paper.slots]),
    }


def save_uses(session: Session, sitting: SittingRow, papers: Iterable[Paper]) -> None:
    """Append on how many of the sitting's papers each question stands; a bound template counts as the template."""
    uses = Counter((base_uid(slot.question.uid), slot.revision) for paper in papers for slot in paper.slots)
    session.add_all(
        QuestionUseRow(sitting_id=sitting.id, question_uid=uid, revision=revision, papers=count) for (uid, revision), count in uses.items()
    )


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


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the bank in a sitting: on how many papers it came out of the draw; `is_template` when each place has its own."""

    uid: str
    type: str
    stem: str
    papers: int
    is_template: bool


def list_asked(session: Session, sitting: SittingRow) -> list[Asked]:
    """Return what was asked in a sitting, the question on most papers first."""
    query = (
        select(QuestionUseRow.question_uid, QuestionRevisionRow.type, QuestionRevisionRow.stem, QuestionUseRow.papers, QuestionRow.is_template)
        .join(QuestionRow, QuestionRow.uid == QuestionUseRow.question_uid)
        .join(QuestionRevisionRow, (QuestionRevisionRow.question_id == QuestionRow.id) & (QuestionRevisionRow.number == QuestionUseRow.revision))
        .where(QuestionUseRow.sitting_id == sitting.id)
        .order_by(QuestionUseRow.papers.desc(), QuestionUseRow.question_uid)
    )
    return [Asked(*row) for row in session.execute(query)]


_newer = aliased(PaperRow)
_IS_CURRENT = ~exists().where(_newer.sitting_id == PaperRow.sitting_id, _newer.cadre_id == PaperRow.cadre_id, _newer.number > PaperRow.number)


def is_current() -> ColumnElement[bool]:
    """The condition that a paper has not been reissued."""
    return _IS_CURRENT


def save_new_uses(session: Session, sitting: SittingRow, papers: Iterable[Paper]) -> None:
    """Append the questions that came onto papers after the draw; those counted already keep the count of the draw, as rows never change."""
    known = set(session.scalars(select(QuestionUseRow.question_uid).where(QuestionUseRow.sitting_id == sitting.id)))
    came = [replace(paper, slots=tuple(slot for slot in paper.slots if base_uid(slot.question.uid) not in known)) for paper in papers]
    save_uses(session, sitting, came)


def recent_questions(session: Session, before: datetime, sittings: int, only: str = "") -> dict[str, frozenset[str]]:
    """Return what each cadre (or the one with the staff number `only`) was asked in the last sittings that opened before a moment."""
    if sittings <= 0:
        return {}
    last = select(SittingRow.id).where(SittingRow.opens_at < before).order_by(SittingRow.opens_at.desc(), SittingRow.id.desc()).limit(sittings)
    query = (
        select(CadreRow.number, PaperRow.questions)
        .join(CadreRow, CadreRow.id == PaperRow.cadre_id)
        .where(PaperRow.sitting_id.in_(last), is_current())
    )
    if only:
        query = query.where(CadreRow.number == only)
    found: dict[str, set[str]] = {}
    for number, questions in session.execute(query):
        found.setdefault(number, set()).update(json.loads(questions))
    return {number: frozenset(uids) for number, uids in found.items()}


def questions_of_chain(session: Session, code: str) -> dict[str, frozenset[str]]:
    """Return what each cadre was asked in a sitting and its make-ups, on every paper that they were issued, by staff number."""
    query = select(CadreRow.number, PaperRow.questions).join(CadreRow, CadreRow.id == PaperRow.cadre_id).where(_in_chain(code))
    found: dict[str, set[str]] = {}
    for number, questions in session.execute(query):
        found.setdefault(number, set()).update(json.loads(questions))
    return {number: frozenset(uids) for number, uids in found.items()}


def bound_of_chain(session: Session, code: str) -> dict[str, frozenset[str]]:
    """Return the bound local questions that each cadre was asked in a sitting and its make-ups, by staff number."""
    query = select(CadreRow.number, PaperRow).join(CadreRow, CadreRow.id == PaperRow.cadre_id).where(_in_chain(code))
    found: dict[str, set[str]] = {}
    for number, paper in session.execute(query.execution_options(yield_per=AT_ONCE)):
        uids = (slot.case or slot.question.uid for slot in read_paper(paper).slots)
        found.setdefault(number, set()).update(uid for uid in uids if base_uid(uid) != uid)
    return {number: frozenset(uids) for number, uids in found.items()}


def _in_chain(code: str) -> ColumnElement[bool]:
    return PaperRow.sitting_id.in_(select(SittingRow.id).where((SittingRow.code == code) | (SittingRow.makes_up == code)))


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


NO_EVIDENCE = (Why.FULL_FOR_ALL.value, Why.NOT_COUNTED.value, Why.OVERRIDDEN.value)
"""Marks that people gave for other reasons than the answer: they say nothing of how hard a question is."""


def facilities(session: Session, before: datetime) -> Facilities:
    """Return how questions fared in the last sittings that closed before a moment: mean share of the marks in thousandths, and the answers."""
    last = select(SittingRow.id).where(SittingRow.closes_at < before).order_by(SittingRow.closes_at.desc()).limit(RECENT)
    newest = select(func.max(GradingRow.id)).where(GradingRow.sitting_id.in_(last), GradingRow.pending == 0).group_by(GradingRow.attempt_id)
    query = (
        select(PaperRow.id, PaperRow.questions, MarkRow.slot, MarkRow.mark, MarkRow.max_mark)
        .join(AttemptRow, (AttemptRow.sitting_id == PaperRow.sitting_id) & (AttemptRow.paper_id == PaperRow.id))
        .join(GradingRow, GradingRow.attempt_id == AttemptRow.id)
        .join(MarkRow, MarkRow.grading_id == GradingRow.id)
        .where(GradingRow.id.in_(newest), AttemptRow.voided_at.is_(None), MarkRow.why.not_in(NO_EVIDENCE))
    )
    sums: dict[str, list[int]] = {}
    uids: dict[int, list[str]] = {}
    for paper, questions, slot, mark, most in session.execute(query):
        if paper not in uids:
            uids[paper] = json.loads(questions)
        if slot <= len(uids[paper]) and most:
            total = sums.setdefault(uids[paper][slot - 1], [0, 0])
            total[0] += max(0, mark) * 1000 // most  # a contest takes marks off: nobody knows less than nothing
            total[1] += 1
    return {uid: (share // answers, answers) for uid, (share, answers) in sums.items()}
