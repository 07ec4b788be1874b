"""A cadre's own book of wrong answers: of sittings whose keys may be shown to them, and of nobody else's papers."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.correction import REMEDY_NAMES, Remedy
from quiz.core.message import Message, NotFound, QuizError, say
from quiz.core.mistakes import Lost, Mistake, MistakeBook, each_once, is_mistake
from quiz.storage import pictures, sittings
from quiz.storage.sittings import Seat
from quiz.usecases.mark_history import History, history_of
from quiz.usecases.results import Result, my_result


def my_mistakes(session: Session, actor: Actor, now: datetime, zone: ZoneInfo, code: str = "") -> MistakeBook:
    """Return the actor's wrong answers in the sitting of one of their papers, or (without a code) in all, each question once.

    NotFound for another's paper and before its keys may be shown, QuizError `no_mistakes` when nothing was wrong, `not_submitted`.
    """
    actor.require(Action.SIT)
    if code:
        result = my_result(session, actor, code, now)
        if not result.visible.key:
            raise NotFound()
        found = [_lost(session, result, zone)]
    else:
        found = [_lost(session, my_result(session, actor, seat.paper.code, now), zone) for seat in _handed_in(session, actor)]
    book = MistakeBook(actor.name, now.astimezone(zone).date(), each_once(found))
    if not book.count:
        raise QuizError("no_mistakes", say("没有错题：已公布答案的考试里，每道题都得了满分，或者还没有可以看的。"))
    return book


def has_mistakes(result: Result) -> bool:
    """True when a result, as it is shown to its own cadre, has something for the book."""
    return any(is_mistake(mark) for mark in (result.marks or {}).values())


def mistake_pictures(session: Session, book: MistakeBook) -> dict[str, bytes]:
    """Return the bytes of a book's pictures by their digests."""
    return pictures.pictures_of(session, set(book.pictures))


def _handed_in(session: Session, actor: Actor) -> list[Seat]:
    """The actor's papers that they have handed in, the latest first."""
    seats = sittings.seats_of_cadre(session, actor.cadre_number, with_content=False)
    return [seat for seat in seats if actor.may_enter(seat.sitting.code) and seat.attempt is not None and seat.attempt.submitted_at is not None]


def _lost(session: Session, result: Result, zone: ZoneInfo) -> Lost:
    """The mistakes of a result; none while its keys may not be shown, since then it has neither marks nor a paper."""
    history = history_of(session, result)
    marks, responses = result.marks or {}, result.responses or {}
    slots = history.paper.slots if history.paper else ()
    mistakes = tuple(
        Mistake(slot, responses.get(slot.number, ()), marks[slot.number], _notes(history, slot.number))
        for slot in slots
        if slot.number in marks and is_mistake(marks[slot.number])
    )
    return Lost(result.seat.sitting.title, result.seat.sitting.opens_at.astimezone(zone).date(), mistakes)


def _notes(history: History, slot: int) -> tuple[Message, ...]:
    """What was said of the slot after it was marked first."""
    notes: list[Message] = []
    if history.notes and slot in history.notes:
        row, key = history.notes[slot]
        name = say(REMEDY_NAMES[Remedy(row.remedy)])
        notes.append(say("第{n}次更正：{remedy}。{key}", n=row.number, remedy=name, key=key))
    if slot in history.comments:
        notes.append(say("阅卷人评语：{words}", words=history.comments[slot]))
    if history.by_hand and slot in history.by_hand:
        notes.append(say("本题由人工改分。原因：{reason}", reason=history.by_hand[slot].reason))
    return tuple(notes)
