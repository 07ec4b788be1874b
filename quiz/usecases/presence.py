"""A page tells that somebody is there, and learns how things stand; what many pages told is written down at once, for the hall's board.

A call only reads. What is noted of people (another device or address, the page left, no network) is for an invigilator to see, and nothing
follows from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.hall import LONGEST_EVENT, MOST_EVENTS, TOLD_BY_PAGES, EventKind, Told
from quiz.core.message import NotFound, or_raise
from quiz.core.response import Response
from quiz.core.saving import first_seq
from quiz.core.shown import as_shown
from quiz.core.sitting import GRACE, NO_EXTRA, Extra, Window, deadline_now, seconds_left
from quiz.storage import changes, papers, presence
from quiz.storage.presence import Spot
from quiz.storage.tables import PaperRow, PresenceRow
from quiz.usecases import admission, log_ins
from quiz.usecases.places import is_paused_at

DEVICE_LENGTH, ADDRESS_LENGTH = 40, 45
MOST_UNSENT = 10_000
MOST_MOVES = 200
"""Changes of address that are noted of one person: a phone between two cells could fill the log."""


class PulseState(StrEnum):
    """How things stand for a page: it may be answered; the clock stands still; it is over; it has not begun."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"
    COMING = "coming"


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a page tells: its device, its turn (0 before it took the desk), how many answers it still holds, up to which mark it has seen
    answers of earlier turns, and what happened."""

    device: str
    turn: int = 0
    unsent: int = 0
    mark: int = 0
    events: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A pulse to be written down: whose page, when, from where. An empty `device` says nothing about it."""

    sitting_id: int
    paper_id: int
    at: datetime
    device: str
    address: str
    turn: int
    unsent: int
    events: tuple[Told, ...] = ()

    def after(self, earlier: Note | None) -> Note:
        """Return this note with the events of an earlier one that has not been written down."""
        if earlier is None or not earlier.events:
            return self
        events = (*earlier.events, *self.events)[-MOST_EVENTS:]
        return Note(self.sitting_id, self.paper_id, self.at, self.device, self.address, self.turn, self.unsent, events)


@dataclass(frozen=True, slots=True)
class Heard:
    """The answer to a page: how things stand, whose turn it is, answers of earlier turns that came in meanwhile, and the seconds left.

    The seconds are those until the end, before the sitting those until it begins, of a clock that stands still those that will be left.
    """

    state: PulseState
    turn: int
    others: dict[int, Response]
    mark: int
    seconds_left: int
    note: Note | None = field(default=None, compare=False)


def trainee(session: Session, token: str, now: datetime) -> Actor | None:
    """Return who holds a token as far as sitting goes, with as little work as can be; QuizError where the person may not act, None for nobody."""
    return or_raise(log_ins.trainees(session, [token], now).get(token) or admission.visitors(session, [token], now).get(token))


def pulse(session: Session, actor: Actor, code: str, told: Pulse, address: str, now: datetime) -> Heard:
    """Say how things stand at a paper of one's own. NotFound for another's."""
    actor.require(Action.SIT)
    spot = presence.find_spot(session, code)
    if spot is None or spot.number != actor.cadre_number or not actor.may_enter(spot.sitting_code):
        raise NotFound()
    state, left = _state(session, spot, now)
    turn = spot.turn or 0
    others: dict[int, Response] = {}
    mark = told.mark
    if state is PulseState.OPEN and 1 < told.turn == turn:  # before the first turn there is none
        others, mark = _others(session, spot, turn, told.mark)
    note = Note(
        spot.sitting_id,
        spot.paper_id,
        now,
        told.device[:DEVICE_LENGTH],
        address[:ADDRESS_LENGTH],
        told.turn,
        min(max(told.unsent, 0), MOST_UNSENT),
        tuple(event for event in told.events[:MOST_EVENTS] if event.kind in TOLD_BY_PAGES),
    )
    return Heard(state, turn, others, mark, left, None if state is PulseState.CLOSED else note)


def _others(session: Session, spot: Spot, turn: int, mark: int) -> tuple[dict[int, Response], int]:
    """What an older page brought since the mark, as the page that asks names it."""
    stored, mark = presence.others_since(session, spot, first_seq(turn), mark)
    if not stored:
        return {}, mark
    paper = papers.read_without_key(session.get_one(PaperRow, spot.paper_id))
    return {slot: as_shown(paper.slots[slot - 1].question, response) for slot, response in stored.items()}, mark


def _state(session: Session, spot: Spot, now: datetime) -> tuple[PulseState, int]:
    if spot.attempt_id is not None and spot.deadline_at is not None:
        deadline = deadline_now(spot.deadline_at, spot.paused_at, now)
        if spot.submitted_at is not None or now > deadline + GRACE:
            return PulseState.CLOSED, 0
        return PulseState.OPEN if spot.paused_at is None else PulseState.PAUSED, seconds_left(deadline, now)
    if now < spot.opens_at:
        return PulseState.COMING, seconds_left(spot.opens_at, now)
    if spot.sitting_paused_at is not None and is_paused_at(session, spot.sitting_id, spot.path):
        return PulseState.PAUSED, 0
    end = spot.closes_at
    if now > end:
        extra: Extra = changes.extra_of_cadre(session, spot.cadre_id).get(spot.sitting_id, NO_EXTRA)
        end = Window(spot.opens_at, spot.closes_at, 0).with_extra(extra).closes_at
    return (PulseState.OPEN, seconds_left(end, now)) if now <= end else (PulseState.CLOSED, 0)


def write_down(session: Session, notes: Iterable[Note]) -> None:
    """Write down what pages told since the last time, and what follows from comparing it with what was known."""
    ordered = sorted(notes, key=lambda note: note.paper_id)  # always in one order: two nodes never wait for each other in a ring
    known = presence.read_presence(session, [(note.sitting_id, note.paper_id) for note in ordered])
    rows: list[dict[str, object]] = []
    events: list[dict[str, object]] = []
    for note in ordered:
        old = known.get(note.paper_id)
        if old is not None and note.turn < old.turn:
            continue  # a page whose place another has taken
        found = [*_moves(note, old), *_told(note)]
        events += found
        rows.append(_row(note, old, [str(event["kind"]) for event in found]))
    presence.write_presence(session, rows)
    presence.save_events(session, events)


def _row(note: Note, old: PresenceRow | None, kinds: Sequence[str]) -> dict[str, object]:
    return {
        "sitting_id": note.sitting_id,
        "paper_id": note.paper_id,
        "first_at": note.at,
        "seen_at": note.at,
        "device": note.device or (old.device if old else ""),
        "address": note.address,
        "turn": note.turn,
        "unsent": note.unsent,
        "unsent_since": ((old.unsent_since if old else None) or note.at) if note.unsent else None,
        "devices": kinds.count(EventKind.DEVICE),
        "addresses": kinds.count(EventKind.ADDRESS),
        "lefts": kinds.count(EventKind.LEFT),
    }


def _moves(note: Note, old: PresenceRow | None) -> list[dict[str, object]]:
    """Another device (that has taken the desk) or another address than before."""
    if old is None:
        return []
    out = []
    if old.turn and note.device and old.device and note.device != old.device:
        out.append(_event(note, EventKind.DEVICE, note.at, 0, f"{old.device} → {note.device}"))
    if note.address and old.address and note.address != old.address and old.addresses < MOST_MOVES:
        out.append(_event(note, EventKind.ADDRESS, note.at, 0, f"{old.address} → {note.address}"))
    return out


def _told(note: Note) -> list[dict[str, object]]:
    out = []
    for told in note.events:
        age = timedelta(milliseconds=min(max(told.age_ms, 0), LONGEST_EVENT * 1000))
        out.append(_event(note, told.kind, note.at - age, min(max(told.seconds, 0), LONGEST_EVENT), ""))
    return out


def _event(note: Note, kind: EventKind, at: datetime, seconds: int, detail: str) -> dict[str, object]:
    return {
        "sitting_id": note.sitting_id,
        "paper_id": note.paper_id,
        "kind": kind.value,
        "at": at,
        "seconds": seconds,
        "detail": detail[:200],
        "received_at": note.at,
    }
