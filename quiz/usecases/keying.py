"""Keying in sheets by hand where there is no scanner: two people type each sheet without seeing the other's, a third settles what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor, Person
from quiz.core.keying import agreed, differing, read_keyed
from quiz.core.message import Message, QuizError, say
from quiz.core.paper import Paper
from quiz.core.response import Response, check_response
from quiz.storage import audit, papers, scans, sittings
from quiz.storage.sittings import Seat
from quiz.storage.tables import KeyingRow, SittingRow
from quiz.usecases.paper_answers import held_attempt, store_answers
from quiz.usecases.sheets import seat_of, sitting_to_enter


class Turn(StrEnum):
    """Whose turn it is with a sheet: the first person's, the second's, a third's, or nobody's any more."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class KeyedSheet:
    """A sheet in the list of those to be keyed in; `is_mine` when the actor has typed it already and somebody else must go on."""

    seat: Seat
    turn: Turn
    is_mine: bool
    differs: int


@dataclass(frozen=True, slots=True)
class Desk:
    """A sheet to be keyed in now. For a third person the slots that differ, with what the two wrote; else nothing of what others typed."""

    seat: Seat
    paper: Paper
    turn: Turn
    differs: dict[int, tuple[Response, Response]]


class KeyingFaults(QuizError):
    """A sheet that was typed wrongly; `faults` says for each slot what is wrong."""

    def __init__(self, faults: Mapping[int, Message]) -> None:
        super().__init__("bad_keying", say("有{n}处填写不对，没有保存。", n=len(faults)))
        self.faults = dict(faults)


def list_sheets(session: Session, actor: Actor, code: str, now: datetime) -> tuple[SittingRow, list[KeyedSheet]]:
    """Return the sitting and every paper of it that has no answers from elsewhere, with whose turn it is."""
    scope = actor.require(Action.ENTER_ANSWERS)
    sitting = sitting_to_enter(session, actor, code, now)
    keyed = scans.keyings_of_sitting(session, sitting)
    found = []
    for seat in sittings.seats_of_sitting(session, sitting, scope, with_content=False):
        rows = keyed.get(seat.paper.id, [])
        if seat.attempt is None or rows:
            differs = len(_differs(rows)) if len(rows) == 2 else 0
            found.append(KeyedSheet(seat, _turn(rows, seat), any(is_typed_by(row, actor.person) for row in rows), differs))
    return sitting, found


def open_sheet(session: Session, actor: Actor, code: str, paper_code: str, now: datetime) -> Desk:
    """Return a sheet to key in. QuizError `keyed` when its turn is somebody else's or over, `early` before the sitting opens."""
    seat = seat_of(session, actor, code, paper_code, now)
    rows = scans.keyings_of_paper(session, seat.paper.id)
    turn = _check_turn(actor, seat, rows, now)
    return Desk(seat, papers.read_paper(seat.paper), turn, _differs(rows) if turn is Turn.THIRD else {})


def key_in(session: Session, actor: Actor, code: str, paper_code: str, typed: Mapping[int, Sequence[str]], now: datetime) -> Turn:
    """Store a sheet as typed, and its answers once two people agree on everything or a third has settled the rest; return whose turn is next.

    QuizError `keyed` and `early` as for opening it, KeyingFaults with what is wrong where.
    """
    seat = seat_of(session, actor, code, paper_code, now)
    attempt = held_attempt(session, seat)
    seat = Seat(seat.sitting, seat.paper, seat.cadre, seat.unit, attempt)
    rows = scans.keyings_of_paper(session, seat.paper.id)
    turn = _check_turn(actor, seat, rows, now)
    paper = papers.read_paper(seat.paper)
    responses = _read(paper, typed, only=set(_differs(rows)) if turn is Turn.THIRD else None)
    number = {Turn.FIRST: 1, Turn.SECOND: 2, Turn.THIRD: 3}[turn]
    rows = [*rows, scans.save_keying(session, seat, number, responses, now, actor.person)]
    audit.record(session, now, actor.person, "key_in", code, {"paper": paper_code, "number": number})
    if turn is Turn.FIRST:
        return Turn.SECOND
    if turn is Turn.SECOND and _differs(rows):
        return Turn.THIRD
    store_answers(session, seat, paper, agreed([scans.keyed_value(row) for row in rows]) or {}, "keyed", now)
    return Turn.DONE


def is_typed_by(row: KeyingRow, person: Person) -> bool:
    """True when this person typed the sheet.

    Rows of before version 0021 of the tables tell only a name: whoever bears it counts as that person, so that somebody waits rather than one
    person types both.
    """
    return row.person == person.id if row.person else row.keyed_by == person.name


def _check_turn(actor: Actor, seat: Seat, rows: Sequence[KeyingRow], now: datetime) -> Turn:
    turn = _turn(rows, seat)
    if now < seat.sitting.opens_at:
        raise QuizError("early", say("考试还没有开始，不能录入。"))
    if turn is Turn.DONE:
        raise QuizError("keyed", say("这份答题卡已经录入完毕，或者已有其他来源的作答。"))
    if any(is_typed_by(row, actor.person) for row in rows):
        raise QuizError("keyed", say("您已经录入过这份答题卡，请由另一个人录入。"))
    return turn


def _turn(rows: Sequence[KeyingRow], seat: Seat) -> Turn:
    if seat.attempt is not None or len(rows) == 3:
        return Turn.DONE
    return (Turn.FIRST, Turn.SECOND, Turn.THIRD)[len(rows)]


def _read(paper: Paper, typed: Mapping[int, Sequence[str]], only: set[int] | None) -> dict[int, Response]:
    """The typed responses of all slots, or of those that are asked for."""
    responses, faults = read_keyed(paper, typed)
    for slot in paper.slots:
        if slot.number in responses:
            try:
                responses[slot.number] = check_response(slot.question, list(responses[slot.number]))
            except QuizError as error:
                faults[slot.number] = error.message
    if only is not None:
        responses = {slot: value for slot, value in responses.items() if slot in only}
        faults = {slot: fault for slot, fault in faults.items() if slot in only}
    if faults:
        raise KeyingFaults(faults)
    return responses


def _differs(rows: Sequence[KeyingRow]) -> dict[int, tuple[Response, Response]]:
    if len(rows) < 2:
        return {}
    one, other = (scans.keyed_value(row) for row in rows[:2])
    return {slot: (one.get(slot, ()), other.get(slot, ())) for slot in differing(one, other)}
