"""What a cadre says of the questions on their own paper: a report while keys are hidden, an appeal within its window after; and the answers.

A report tells nobody a key and changes no mark by itself; it is read by those who answer for the sitting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.message import NotFound, QuizError, say
from quiz.storage import appeals, papers, sittings
from quiz.storage.appeals import APPEAL, REPORT, Answered, Corrected
from quiz.storage.sittings import Seat
from quiz.storage.tables import AppealAnswerRow, AppealRow

LONGEST_TEXT = 1000
NEWS_LASTS = timedelta(days=14)
"""How long an answer or a correction stands on the home of whom it concerns."""


@dataclass(frozen=True, slots=True)
class Mine:
    """What a person said of one slot. The answer is None until it may be read: until keys are shown to them; `is_overtaken` says that the mark was
    changed since it was given."""

    row: AppealRow
    answer: AppealAnswerRow | None
    is_overtaken: bool = False


@dataclass(frozen=True, slots=True)
class MyAppeals:
    """What a person said of their paper, by slot, and what they may do now: report a question, or appeal until a moment.

    `until` is the end of the window once keys are shown, passed or not (`is_open`); None where there is none. Questions whose mark was changed
    later have a window of their own after it: `open_until`, those that are open now by slot.
    """

    said: dict[int, list[Mine]]
    slots: int
    may_report: bool
    until: datetime | None
    is_open: bool
    open_until: Mapping[int, datetime]

    @property
    def may_appeal(self) -> bool:
        """True while an appeal against any question is possible."""
        return bool(self.open_until)

    def has_said(self, slot: int, kind: str) -> bool:
        """True when they have said something of this kind about a slot."""
        return any(one.row.kind == kind for one in self.said.get(slot, ()))


def read_mine(session: Session, actor: Actor, code: str, now: datetime) -> MyAppeals:
    """Return what the actor said of their paper and may say now. NotFound for another's paper; QuizError `not_started`."""
    seat = _own(session, actor, code)
    assert seat.attempt is not None
    shows_keys = _shows_keys(seat, now)
    changed = appeals.changed_marks(session, seat.attempt)
    said: dict[int, list[Mine]] = {}
    for row, answer in appeals.said_in_attempt(session, seat.attempt):
        is_overtaken = answer is not None and row.slot in changed and changed[row.slot] > answer.at
        said.setdefault(row.slot, []).append(Mine(row, answer, is_overtaken) if shows_keys else Mine(row, None))
    slots = len(papers.read_paper(seat.paper).slots)
    windows = _windows(seat, changed, range(1, slots + 1)) if shows_keys else {}
    until = sittings.appeals_until(seat.sitting) if shows_keys else None
    is_open = until is not None and now <= until
    return MyAppeals(said, slots, not shows_keys, until, is_open, {number: end for number, end in windows.items() if now <= end})


def speak(session: Session, actor: Actor, code: str, slot: int, text: str, now: datetime) -> AppealRow:
    """Store what a person says of a question: a report while keys are hidden from them, an appeal once they are shown.

    NotFound for another's paper; QuizError `not_started`, `bad_slot`, `no_text`, `already_said`, `appeals_over`. The same words sent twice (a double
    click) are said once: the second time gives the row of the first.
    """
    seat = _own(session, actor, code)
    assert seat.attempt is not None
    found = papers.read_paper(seat.paper).slot(slot)
    if found is None:
        raise QuizError("bad_slot", say("试卷中没有第{n}题。", n=slot))
    words = text.replace("\0", "").strip()
    if not words:
        raise QuizError("no_text", say("请写明这道题有什么问题。"))
    if len(words) > LONGEST_TEXT:
        raise QuizError("no_text", say("最多{n}个字。", n=LONGEST_TEXT))
    kind = APPEAL if _shows_keys(seat, now) else REPORT
    until = _windows(seat, appeals.changed_marks(session, seat.attempt), [slot]).get(slot) if kind == APPEAL else None
    if kind == APPEAL and (until is None or now > until):
        raise QuizError("appeals_over", say("异议期已经过了，不能再提出异议。"))
    try:
        with session.begin_nested():
            return appeals.save_said(session, seat.attempt, slot, found.question.uid, kind, words, now)
    except IntegrityError:
        for row, _ in appeals.said_in_attempt(session, seat.attempt):
            if (row.slot, row.kind, row.text) == (slot, kind, words):
                return row
        raise QuizError("already_said", say("您已经就第{n}题说明过了，请等待答复。", n=slot)) from None


@dataclass(frozen=True, slots=True)
class News:
    """What happened to a cadre's results lately, the newest first."""

    answers: list[Answered]
    corrections: list[Corrected]


def news_of(session: Session, actor: Actor, now: datetime) -> News:
    """Return the answers and corrections of the last two weeks that the actor may read: of sittings whose keys are shown."""
    actor.require(Action.SIT)
    since = now - NEWS_LASTS

    def is_readable(one: Answered | Corrected) -> bool:
        return actor.may_enter(one.sitting.code) and sittings.visibility_of(one.sitting, one.attempt, now).key

    answers = [one for one in appeals.answers_since(session, actor.cadre_number, since) if is_readable(one)]
    return News(answers, [one for one in appeals.corrections_since(session, actor.cadre_number, since) if is_readable(one)])


def _own(session: Session, actor: Actor, code: str) -> Seat:
    actor.require(Action.SIT)
    seat = sittings.get_seat(session, code, actor.cadre_number)
    if seat is None or not actor.may_enter(seat.sitting.code):
        raise NotFound()
    if seat.attempt is None:
        raise QuizError("not_started", say("您还没有开始答题。"))
    return seat


def _windows(seat: Seat, changed: Mapping[int, datetime], slots: Iterable[int]) -> dict[int, datetime]:
    """Until when each of these slots may be appealed against: the sitting's window, and as long again from when its mark was changed.

    A correction, a second verdict or a text that is marked late gives a mark that nobody could object to before. Nothing where no appeals are taken.
    """
    until = sittings.appeals_until(seat.sitting)
    if until is None:
        return {}
    days = timedelta(days=seat.sitting.appeal_days)
    return {slot: max(until, changed[slot] + days) if slot in changed else until for slot in slots}


def _shows_keys(seat: Seat, now: datetime) -> bool:
    return sittings.visibility_of(seat.sitting, seat.attempt, now).key
