"""Verifying a sitting: all its papers are derived again from seed and snapshot and compared with those stored; and the proof that others verify."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from quiz.assembly.derive import Derived, derive
from quiz.assembly.papers import finish_paper, slots_for
from quiz.assembly.proof import FORMAT, Report, item_of, paper_record
from quiz.core.access import Action, Actor
from quiz.core.message import Message, QuizError, say
from quiz.core.paper import Paper
from quiz.core.paper_text import PaperTexts, named_digests
from quiz.core.sitting import Phase
from quiz.storage import amendments, audit, sittings
from quiz.storage.papers import changed_texts, paper_in, read_paper
from quiz.storage.tables import PaperRow, SittingRow
from quiz.usecases.results import refuse_missing
from quiz.usecases.sources import Sources, find_sitting, whole_sitting

AT_ONCE = 200
"""How many stored papers are read at once."""


def verify(session: Session, actor: Actor, code: str, numbers: Sequence[str] = (), on_paper: Callable[[int], None] = lambda _: None) -> Report:
    """Derive the papers of a sitting again and compare each, byte by byte, with what is stored; only those of `numbers` when given.

    NotFound, Forbidden; QuizError `other_version` for a sitting that older rules drew, `no_paper` for a staff number without a paper.
    """
    sitting = whole_sitting(session, actor, Action.VERIFY, code)
    sources = Sources(session, sitting)
    derived = derive(sitting.seed, sources.snapshot, sources.blueprint, sources.amendments())
    findings = list(derived.faults)
    if derived.commitment != sitting.commitment:
        findings.insert(0, say("承诺值不符：由种子和快照算得{found}。", found=derived.commitment))
    if sources.blueprint_row.digest != sources.snapshot["local"]["blueprint"]:
        findings.append(say("命题蓝图与快照中登记的摘要不符。"))
    rows = [(row, number) for row, number in amendments.all_papers(session, sitting) if not numbers or number in numbers]
    refuse_missing(numbers, (number for _, number in rows))
    wrong = []
    for start in range(0, len(rows), AT_ONCE):
        wrong += _compare(session, sources, derived, rows[start : start + AT_ONCE])
        on_paper(min(start + AT_ONCE, len(rows)))
    lost = 0 if numbers else len(set(derived.papers) - {(number, row.number) for row, number in rows})
    if lost:
        findings.append(say("库中缺少{n}份应有的试卷。", n=lost))
    return Report(code, sitting.commitment, len(rows), len(rows) - len(wrong), (*findings, *wrong))


def _compare(session: Session, sources: Sources, derived: Derived, rows: Sequence[tuple[PaperRow, str]]) -> list[Message]:
    """What differs in these papers, one message for each that does."""
    contents = amendments.contents_of(session, [row.id for row, _ in rows])
    out, texts = [], PaperTexts()
    changed = changed_texts(session, contents.values())
    for row, number in rows:
        where = _changed(contents[row.id], changed) or _difference(session, sources, derived, row, number, contents[row.id], texts)
        if where is not None:
            out.append(say("{number}（第{attempt}次签发）：{where}", number=number, attempt=row.number, where=where))
    return out


def _changed(content: str, changed: set[str]) -> Message | None:
    """Say when a question that the paper names no longer has the text that it was named by."""
    found = named_digests(content) & changed if changed else set()
    return say("{n}道题的正文与试卷登记的摘要不符", n=len(found)) if found else None


def _difference(session: Session, sources: Sources, derived: Derived, row: PaperRow, number: str, content: str, texts: PaperTexts) -> Message | None:
    """Where a stored paper differs from the derived one; None when they are the same to the byte."""
    if (number, row.number) not in derived.papers:
        return say("不应有这份试卷")
    try:
        paper = rebuild(sources, derived, number, row.number)
    except KeyError as error:
        return say("题库中没有{uid}在快照中登记的版本", uid=error.args[0])
    if texts.write(paper) == (content, row.digest) and paper.code == row.code:
        return None
    stored = paper_in(session, content)
    for mine, theirs in zip(paper.slots, stored.slots, strict=False):
        if mine.question.uid != theirs.question.uid:
            return say("第{n}题应为{uid}", n=mine.number, uid=mine.question.uid)
        if [option.id for option in mine.question.options] != [option.id for option in theirs.question.options]:
            return say("第{n}题的选项顺序不符", n=mine.number)
        if mine != theirs:
            return say("第{n}题的内容不符", n=mine.number)
    return say("应有{n}题，实有{m}题", n=len(paper.slots), m=len(stored.slots)) if len(paper.slots) != len(stored.slots) else say("卷首内容不符")


def rebuild(sources: Sources, derived: Derived, number: str, attempt: int) -> Paper:
    """Return a paper as it follows from the seed, in full. KeyError when the bank lacks a revision that the snapshot names."""
    standing = derived.papers[number, attempt]
    revisions = sources.read(entry.uid for entry in standing.entries)
    slots = [slot for cell, uid, mixer in standing.entries for slot in slots_for(sources.places[cell], revisions[uid], mixer)]
    return finish_paper(sources.sheet, standing.code, slots, standing.form)


def make_proof(session: Session, actor: Actor, now: datetime, code: str) -> dict[str, Any]:
    """Return the proof of a sitting that has closed, for anyone to verify; who took it is written to the audit log.

    NotFound, Forbidden; QuizError `not_closed`, `other_version`.
    """
    sitting = whole_sitting(session, actor, Action.VERIFY, code)
    if sittings.window_of(sitting).phase(now) is not Phase.CLOSED:
        raise QuizError("not_closed", say("考试结束后才能公布种子和组卷证明。"))
    sources = Sources(session, sitting)
    rows = amendments.all_papers(session, sitting)
    proof = {
        "format": FORMAT,
        "sitting": sitting.code,
        "seed": sitting.seed.hex(),
        "commitment": sitting.commitment,
        "snapshot": sources.snapshot,
        "blueprint": json.loads(sources.blueprint_row.content),
        "amendments": [[found.number, found.kind, found.detail] for found in sources.amendments()],
        "papers": [],
    }
    asked: set[str] = set()
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        for row, number in some:
            paper = read_paper(row)
            proof["papers"].append(paper_record(number, row.number, paper))
            asked.update(slot.case or slot.question.uid for slot in paper.slots)
    proof["items"] = {uid: item_of(revision.question) for uid, revision in sorted(sources.read(asked).items())}
    audit.record(session, now, actor.person, "paper_proof", sitting.code, {"papers": len(rows)})
    return proof


@dataclass(frozen=True, slots=True)
class Publication:
    """What may be put up for a sitting now; `seed` is empty until the window has closed."""

    sitting: SittingRow
    papers: int
    seed: str


def publication(session: Session, actor: Actor, now: datetime, code: str) -> Publication:
    """Return what may be published of a sitting now; it is meant for everybody, so a part of the county is enough. NotFound, Forbidden."""
    actor.require(Action.VERIFY)
    sitting = find_sitting(session, code)
    return Publication(sitting, len(amendments.papers_by_seat(session, sitting)), seed_to_show(sitting, now))


def seed_to_show(sitting: SittingRow, now: datetime) -> str:
    """Return the seed as hexadecimal digits once the window has closed for everyone, else ""."""
    return sitting.seed.hex() if sittings.window_of(sitting).phase(now) is Phase.CLOSED else ""
