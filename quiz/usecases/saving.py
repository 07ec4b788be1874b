"""Saving responses: many calls judged in one transaction, each save a row, its outcome told and never raised; and taking the desk.

Nothing that may change is remembered between transactions; see ADR 0004 and 0013 for the rules.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.message import NotFound, QuizError, or_raise, say
from quiz.core.response import Response, check_response
from quiz.core.saving import NOTED, Save, Saved, SaveResult, first_seq, is_in_time, judge, last_seq, made_at
from quiz.core.shown import as_shown, as_stored
from quiz.core.sitting import GRACE, seconds_left
from quiz.storage import attempts, desks, papers, sittings
from quiz.storage.desks import Desk
from quiz.storage.tables import AttemptRow
from quiz.usecases import admission, grading, log_ins

DEVICE_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Call:
    """The saves that one request brings, in their order: by whom, at which paper, from which device (a random name that a page gives itself)."""

    actor: Actor
    code: str
    items: Sequence[Save]
    device: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a call's saves, each in its place; `turn` tells a page whether another has taken the desk since."""

    turn: int
    seconds_left: int
    items: list[SaveResult | QuizError]


@dataclass(frozen=True, slots=True)
class Taken:
    """The desk as a page takes it: its turn, the number of its first save, what is saved so far (`shown`: as the page names it), and the `mark` up to
    which it has seen all saves.
    """

    turn: int
    first_seq: int
    responses: dict[int, Response]
    mark: int
    seconds_left: int
    is_open: bool
    shown: dict[int, Response]


def save(session: Session, actor: Actor, code: str, item: Save, device: str, now: datetime) -> SaveResult:
    """Store one response. A late or conflicting save is kept and told by its state.

    QuizError `not_started`, `bad_slot`, `bad_seq` or `bad_response` for what cannot be a save of this paper.
    """
    reply = or_raise(save_many(session, [Call(actor, code, [item], device)], now)[0])
    return or_raise(reply.items[0])


@dataclass(frozen=True, slots=True)
class Knock:
    """A call as it comes in, from whoever holds the token."""

    token: str
    code: str
    items: Sequence[Save]
    device: str


def save_for_all(session: Session, knocks: Sequence[Knock], now: datetime) -> list[Reply | QuizError]:
    """Store what many requests bring, once it is clear who asks; QuizError `nobody` for a token that nobody holds (any more)."""
    tokens = list({knock.token for knock in knocks})
    people = log_ins.trainees(session, tokens, now)
    people |= admission.visitors(session, [token for token in tokens if token not in people], now)
    who = [people.get(knock.token) or QuizError("nobody", say("请先登录。")) for knock in knocks]
    calls = [Call(actor, knock.code, knock.items, knock.device) for knock, actor in zip(knocks, who, strict=True) if isinstance(actor, Actor)]
    replies = iter(save_many(session, calls, now))
    return [next(replies) if isinstance(actor, Actor) else actor for actor in who]


def save_many(session: Session, calls: Sequence[Call], now: datetime) -> list[Reply | QuizError]:
    """Store the responses of many calls, in their order, and return for each what became of it, or why it is none of that person's papers.

    What cannot be a save of its paper is told in its place; the others of its call are stored. Answers that came in after the clock
    had closed their attempt, and count, are graded at once in a new grading.
    """
    found = desks.lock_desks(session, [call.code for call in calls])
    batch = _Batch(session, now, desks.newest_seqs(session, found.values()))
    replies = [_save_call(batch, call, found.get(call.code)) for call in calls]
    batch.flush()
    for desk in batch.delivered.values():
        attempt = session.get_one(AttemptRow, desk.id)
        grading.grade(session, attempt, "delivered", now)
    return replies


def take_desk(session: Session, actor: Actor, code: str, device: str, now: datetime) -> Taken:
    """Let a page take the desk of one's own paper; whoever held it before is told at its next call. QuizError `not_started`."""
    desk = desks.lock_desks(session, [code]).get(code)
    refused = refusal(session, actor, code, desk)
    if refused is not None or desk is None:
        raise refused or NotFound()
    is_open = desk.span.submitted_at is None and now <= desk.span.deadline(now) + GRACE
    turn = desk.turn
    if is_open:
        attempt = session.get_one(AttemptRow, desk.id)
        turn = attempt.turn = desk.turn + 1
        attempt.device = device[:DEVICE_LENGTH]
        session.flush()
    responses = attempts.current_responses(session, desk)
    mark, left = attempts.newest_id(session, desk), seconds_left(desk.span.deadline(now), now)
    asked = papers.asked_by_id(session, desk.paper_id, desk.paper_digest)
    shown = {number: as_shown(asked[number - 1], response) for number, response in responses.items()}
    return Taken(turn, first_seq(turn), responses, mark, left, is_open, shown)


@dataclass(slots=True)
class _Batch:
    """What a transaction has judged so far: rows to append, the highest number of each attempt, and the attempts to grade again."""

    session: Session
    now: datetime
    newest: dict[int, int]
    rows: list[Mapping[str, object]] = field(default_factory=list)
    delivered: dict[int, Desk] = field(default_factory=dict)

    def flush(self) -> None:
        desks.append_responses(self.session, self.rows)
        self.rows = []


def _save_call(batch: _Batch, call: Call, desk: Desk | None) -> Reply | QuizError:
    refused = refusal(batch.session, call.actor, call.code, desk)
    if refused is not None or desk is None:
        return refused or NotFound()
    items: list[SaveResult | QuizError] = []
    for item in call.items:
        try:
            items.append(_save(batch, desk, item, call.device[:DEVICE_LENGTH]))
        except QuizError as error:
            items.append(error)
    return Reply(desk.turn, seconds_left(desk.span.deadline(batch.now), batch.now), items)


def refusal(session: Session, actor: Actor, code: str, desk: Desk | None) -> QuizError | None:
    """Return why this is not the actor's desk; None when it is."""
    try:
        actor.require(Action.SIT)
    except QuizError as error:
        return error
    if desk is None:
        seat = sittings.get_seat(session, code, actor.cadre_number)
        is_theirs = seat is not None and actor.may_enter(seat.sitting.code)
        return QuizError("not_started", say("您还没有开始答题。")) if is_theirs else NotFound()
    return None if desk.number == actor.cadre_number and actor.may_enter(desk.sitting_code) else NotFound()


def _save(batch: _Batch, desk: Desk, item: Save, device: str) -> SaveResult:
    asked = papers.asked_by_id(batch.session, desk.paper_id, desk.paper_digest)
    if not 1 <= item.slot <= len(asked):
        raise QuizError("bad_slot", say("试卷中没有第{n}题，没有保存。", n=item.slot))
    if not 1 <= item.seq <= last_seq(desk.turn):
        raise QuizError("bad_seq", say("保存的序号不对，没有保存。"))
    question = asked[item.slot - 1]
    value = check_response(question, as_stored(question, item.value) if item.is_shown else item.value)
    made = made_at(desk.span, batch.now, item.age_ms)
    in_time = is_in_time(desk.span, made, batch.now)
    if item.seq > batch.newest[desk.id]:
        batch.newest[desk.id] = item.seq
        is_known, state = False, judge(in_time, number_is_used=False, is_newest=True)
    else:
        is_known, state = _compare(batch, desk, item, value, in_time)
    if not is_known:
        batch.rows.append(
            {
                "sitting_id": desk.sitting_id,
                "attempt_id": desk.id,
                "slot": item.slot,
                "seq": item.seq,
                "value": json.dumps(value, ensure_ascii=False),
                "device": device,
                "state": state.value,
                "received_at": batch.now,
                "made_at": made if batch.now - made >= NOTED else None,
            }
        )
        if state is Saved.ACCEPTED:
            if desk.span.submitted_at is not None:
                batch.delivered[desk.id] = desk
            return SaveResult(state, item.slot, item.seq, value, as_shown(question, value))
    batch.flush()
    current = attempts.current_responses(batch.session, desk).get(item.slot, ())
    return SaveResult(state, item.slot, item.seq, current, as_shown(question, current))


def _compare(batch: _Batch, desk: Desk, item: Save, value: Response, in_time: bool) -> tuple[bool, Saved]:
    """A save whose number is not above all others: the same again (True, with what became of it then), or what it becomes now."""
    batch.flush()
    same_number = attempts.saves_numbered(batch.session, desk, item.seq)
    known = next((row for row in same_number if row.slot == item.slot and attempts.value_of(row) == value), None)
    if known is not None:
        return True, Saved(known.state)
    newest_of_slot = attempts.newest_seq(batch.session, desk, item.slot)
    return False, judge(in_time, bool(same_number), item.seq > newest_of_slot)
