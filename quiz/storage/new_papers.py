"""Frozen papers on their way into the database: many at once, each question once, with how often each was used."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from quiz.core.collector import uncollected
from quiz.core.paper import Paper
from quiz.core.paper_text import PaperTexts
from quiz.core.question import base_uid
from quiz.storage.papers import AT_ONCE
from quiz.storage.tables import (
    CadreRow,
    PaperQuestionRow,
    PaperRow,
    QuestionUseRow,
    SittingRow,
    UnitRow,
)


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


def save_new_uses(session: Session, sitting: SittingRow, papers: Iterable[Paper]) -> None:
    """Append the questions that came onto papers after the draw; those counted already keep the count of the draw, as rows never change."""
    known = set(session.scalars(select(QuestionUseRow.question_uid).where(QuestionUseRow.sitting_id == sitting.id)))
    came = [replace(paper, slots=tuple(slot for slot in paper.slots if base_uid(slot.question.uid) not in known)) for paper in papers]
    save_uses(session, sitting, came)
