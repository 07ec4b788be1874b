"""The record of a cadre: put together from rows that only ever grow, read by its owner and by who manages them now, given out under a digest."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.blueprint import Blueprint
from quiz.core.cadre_record import Document, Entry, Record, Run, SectionRule, changed_entries, is_rewritten
from quiz.core.counting import Counted, Counting, Sat, count
from quiz.core.frozen import thaw
from quiz.core.hundredths import from_hundredths
from quiz.core.message import Forbidden, Message, NotFound, say
from quiz.core.results import Standing
from quiz.storage import audit, banks, cadre_records, gradings, sittings
from quiz.storage.sittings import Seat
from quiz.storage.tables import CadreRow, DocumentRow, RecordIssueRow, SittingRow, UnitRow
from quiz.usecases.extending import is_released
from quiz.usecases.verifying_marks import differences_of

MOST_FOUND = 50
"""Cadres in a list of those that were looked for."""

ISSUED = "issue_record"


def my_record(session: Session, actor: Actor, now: datetime) -> Record:
    """Return the actor's own record. Forbidden to who was admitted by a code: that opens one sitting."""
    return _record(session, *_own(session, actor), now)


def read_record(session: Session, actor: Actor, number: str, now: datetime) -> Record:
    """Return the record of a cadre whose unit lies within the actor's authority today, wherever they were when they sat. NotFound."""
    return _record(session, *managed(session, actor, number), now)


def my_chain(session: Session, actor: Actor, sitting: SittingRow, now: datetime) -> tuple[Entry, ...]:
    """Return the actor's own entries of the examination and make-ups that a sitting is one of, the first first; none where there is no make-up.

    None either to who was admitted by a code: that opens one sitting.
    """
    first = sitting.makes_up or sitting.code
    if actor.only_sitting or not cadre_records.make_ups_of(session, [first]):
        return ()
    return tuple(entry for entry in reversed(my_record(session, actor, now).entries) if first in (entry.makes_up, entry.sitting))


def search(session: Session, actor: Actor, text: str) -> list[tuple[CadreRow, UnitRow]]:
    """Return cadres within the actor's authority by name, staff number or unit; the first `MOST_FOUND`."""
    return cadre_records.search_cadres(session, actor.require(Action.READ_RECORDS), text.strip(), MOST_FOUND)


@dataclass(frozen=True, slots=True)
class Issued:
    """A record as it was given out, first at `at`: the same record has the same digest however often it is printed."""

    record: Record
    digest: str
    at: datetime


def issue_mine(session: Session, actor: Actor, now: datetime) -> Issued:
    """Give out the actor's own record to be printed; see `my_record`."""
    return _issue(session, actor, my_record(session, actor, now), now)


def issue(session: Session, actor: Actor, number: str, now: datetime) -> Issued:
    """Give out a cadre's record to be printed; see `read_record`."""
    return _issue(session, actor, read_record(session, actor, number, now), now)


@dataclass(frozen=True, slots=True)
class Verified:
    """What a digest stands for, and how that compares with today: `findings` are contradictions, `changes` what came or changed since."""

    record: Record
    at: datetime
    findings: tuple[Message, ...]
    changes: tuple[Message, ...]


def verify(session: Session, actor: Actor, digest: str, now: datetime) -> Verified:
    """Return the record that was given out under this digest (its first 16 digits will do), and whether what it rests on is still what it was.

    NotFound when none was, or when its cadre is neither the actor nor within the actor's authority; Forbidden as `check_reader`.
    """
    check_reader(actor)
    row = cadre_records.get_issue(session, "".join(digest.split()).lower())  # printed in groups
    if row is None:
        raise NotFound()
    number = cadre_records.number_of(session, row.cadre_id)
    if number != actor.cadre_number and not actor.may(Action.READ_RECORDS):
        raise NotFound()
    cadre, unit = _own(session, actor) if number == actor.cadre_number else managed(session, actor, number)
    before, after = thaw(Record, json.loads(row.content)), _record(session, cadre, unit, now)
    seats = sittings.seats_of_cadre(session, cadre.number)
    findings = [*_issue_faults(session, row, cadre), *_rewritten(before, after, seats)]
    findings += [fault for seat in seats for fault in _seat_faults(session, seat)]
    return Verified(before, row.at, tuple(findings), tuple(_changes(before, after)))


def check_reader(actor: Actor) -> None:
    """Forbidden to who may read no record, not even one of their own."""
    if not actor.may(Action.READ_RECORDS):
        _require_own(actor)


def _require_own(actor: Actor) -> None:
    actor.require(Action.SIT)
    if actor.only_sitting:
        raise Forbidden()


def _own(session: Session, actor: Actor) -> tuple[CadreRow, UnitRow]:
    _require_own(actor)
    found = cadre_records.find_cadre(session, actor.cadre_number)
    if found is None:
        raise NotFound()
    return found


def managed(session: Session, actor: Actor, number: str) -> tuple[CadreRow, UnitRow]:
    """Return a cadre, with their unit, who is within the actor's authority today. NotFound."""
    found = cadre_records.find_cadre(session, number, actor.require(Action.READ_RECORDS))
    if found is None:
        raise NotFound()
    return found


def _record(session: Session, cadre: CadreRow, unit: UnitRow, now: datetime) -> Record:
    seats = _out(session, cadre.number, now)
    runs = {seat.sitting.code: _runs(session, seat) for seat in seats}
    counted = _counted(seats, runs)
    made_up = {seat.sitting.makes_up for seat in seats}
    chains = {code: found for code, found in counted.items() if code in made_up}  # elsewhere the one score needs no words
    return Record(cadre.number, cadre.name, unit.name, tuple(_entry(session, seat, runs[seat.sitting.code], chains) for seat in seats))


def _out(session: Session, number: str, now: datetime) -> list[Seat]:
    """The seats of a cadre in sittings whose results are out, the latest first."""
    return [seat for seat in sittings.seats_of_cadre(session, number, with_content=False) if is_released(seat.sitting, now)]


def _runs(session: Session, seat: Seat) -> tuple[Run, ...]:
    if seat.attempt is None or seat.attempt.submitted_at is None:
        return ()
    found = gradings.list_gradings(session, seat.attempt)
    return tuple(Run(one.number, one.graded_at, one.score, one.pending, one.reason.partition(":")[0], one.correction) for one in found)


def _counted(seats: Sequence[Seat], runs: dict[str, tuple[Run, ...]]) -> dict[str, Counted]:
    """What counts of each examination with its make-ups, by the code of the first: only what is out takes part."""
    in_order = sorted(seats, key=lambda seat: (seat.sitting.opens_at, seat.sitting.id))

    def sat(seat: Seat) -> Sat:
        own, is_valid = runs[seat.sitting.code], seat.attempt is not None and seat.attempt.voided_at is None
        return Sat(seat.sitting.code, own[-1].score if own and is_valid else None, Counting(seat.sitting.counting) if seat.sitting.counting else None)

    return {
        first.sitting.code: count(
            sat(first), [sat(seat) for seat in in_order if seat.sitting.makes_up == first.sitting.code], from_hundredths(first.sitting.pass_mark)
        )
        for first in in_order
        if not first.sitting.makes_up
    }


def counted_scores(session: Session, number: str, now: datetime) -> dict[str, Counted]:
    """Return what counts of each examination that a cadre sat, by its code; examinations whose results are not out are left out."""
    seats = _out(session, number, now)
    return _counted(seats, {seat.sitting.code: _runs(session, seat) for seat in seats})


def _entry(session: Session, seat: Seat, runs: tuple[Run, ...], counted: dict[str, Counted]) -> Entry:
    sitting, paper, attempt = seat.sitting, seat.paper, seat.attempt
    blueprint = banks.document_by_id(session, sitting.blueprint_id)
    standing = Standing.ABSENT if attempt is None else Standing.VOIDED if attempt.voided_at else Standing.SUBMITTED
    sections = banks.read_document(blueprint, Blueprint).sections
    return Entry(
        sitting=sitting.code,
        title=sitting.title,
        opens_at=sitting.opens_at,
        closes_at=sitting.closes_at,
        standing=standing,
        name=paper.cadre_name or seat.cadre.name,
        unit=paper.unit_name or seat.unit.name,
        post=paper.post,
        paper=paper.code,
        digest=paper.digest,
        max_score=from_hundredths(sitting.max_mark),
        pass_mark=from_hundredths(sitting.pass_mark),
        blueprint=_document(blueprint),
        form=paper.form,
        issue=paper.number,
        dataset=_document(banks.document_by_id(session, sitting.dataset_id)) if sitting.dataset_id else None,
        rules=tuple(SectionRule(section.title, section.type, section.rule) for section in sections),
        submitted_at=attempt.submitted_at if attempt else None,
        runs=runs,
        makes_up=sitting.makes_up,
        counting=Counting(sitting.counting) if sitting.counting else None,
        counted=counted.get(sitting.makes_up or sitting.code),
    )


def _document(row: DocumentRow) -> Document:
    return Document(row.title, row.code, row.number, row.digest)


def _issue(session: Session, actor: Actor, record: Record, now: datetime) -> Issued:
    digest = record.digest
    row = cadre_records.get_issue(session, digest)
    if row is None:
        found = cadre_records.find_cadre(session, record.number)
        assert found is not None
        row = cadre_records.save_issue(session, found[0], digest, record.text, now, actor.name)
        if row is not None:
            audit.record(session, now, actor.person, ISSUED, record.number, {"digest": digest})
        else:
            row = cadre_records.get_issue(session, digest)
            assert row is not None
    return Issued(record, digest, row.at)


def _issue_faults(session: Session, row: RecordIssueRow, cadre: CadreRow) -> list[Message]:
    """Where what was given out contradicts itself or the log."""
    out = []
    if hashlib.sha256(row.content.encode()).hexdigest() != row.digest:
        out.append(say("存下的档案内容与摘要不符。"))
    if not cadre_records.is_in_log(session, ISSUED, cadre.number, "digest", row.digest):
        out.append(say("审计日志里没有出具这份档案的记录。"))
    return out


def _rewritten(before: Record, after: Record, seats: Sequence[Seat]) -> list[Message]:
    """Where an entry says something else of what never changes. Papers from before names were kept on them show today's, which may."""
    named = {seat.sitting.code for seat in seats if seat.paper.cadre_name and seat.paper.unit_name}
    old = {entry.sitting: entry for entry in before.entries}
    found = [entry for entry in after.entries if entry.sitting in named and entry.sitting in old and is_rewritten(old[entry.sitting], entry)]
    return [say("{sitting}：出具以后，当时的情况或已有的评分被改写。", sitting=entry.sitting) for entry in found]


def _seat_faults(session: Session, seat: Seat) -> list[Message]:
    """Where the rows that an entry rests on contradict themselves: the paper's text, the documents, every grading run. No question's mark is told."""
    out = []
    code = seat.sitting.code
    if hashlib.sha256(seat.paper.content.encode()).hexdigest() != seat.paper.digest:
        out.append(say("{sitting}：试卷正文与摘要不符。", sitting=code))
    for number in (seat.sitting.blueprint_id, seat.sitting.dataset_id):
        document = banks.document_by_id(session, number) if number else None
        if document is not None and hashlib.sha256(document.content.encode()).hexdigest() != document.digest:
            out.append(say("{sitting}：{title}的正文与摘要不符。", sitting=code, title=document.title))
    found = differences_of(session, seat.sitting, seat.attempt) if seat.attempt else []
    out += [say("{sitting}：{what}。", sitting=code, what=one.what) for one in found if not one.run]
    runs = Counter(one.run for one in found if one.run)
    for run, many in sorted(runs.items()):
        out.append(say("{sitting}：第{n}次评分与由存下的作答重新评分的结果有{m}处不符。", sitting=code, n=run, m=many))
    return out


def _changes(before: Record, after: Record) -> list[Message]:
    came, changed, gone = changed_entries(before, after)
    out = [say("之后新增：{title}", title=entry.title) for entry in came]
    out += [say("之后有变动：{title}", title=entry.title) for entry in changed]
    out += [say("现在没有：{title}", title=entry.title) for entry in gone]
    if (before.name, before.unit) != (after.name, after.unit):
        out.append(say("姓名或单位后来有变动：{name}，{unit}", name=after.name, unit=after.unit))
    return out
