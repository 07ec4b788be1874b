"""Practising: making a set, one question at a time, the answer judged at once with its explanation. Everything may safely be sent twice.

A question is shown, judged and explained only while it may be practised at that very moment (ADR 0021): also one that was answered before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from quiz.core import practice as rules
from quiz.core.access import Actor
from quiz.core.marking import Mark
from quiz.core.message import NotFound, QuizError, say
from quiz.core.paper import hide_key
from quiz.core.practice import Kind, Outcome
from quiz.core.question import Question
from quiz.core.response import Response, check_response
from quiz.core.shown import as_stored
from quiz.storage import practice, practice_pool
from quiz.storage.practice_pool import Practisable
from quiz.storage.tables import CadreRow, PracticeAnswerRow, PracticeSetRow
from quiz.usecases.learning import Learner, Others, at_leisure, learner, mastery

LATEST = 20
"""Among so many sets, the newest first, today's are looked for."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a set: its question without key while it is open, with key and the mark once it was answered; none while it may not be practised."""

    number: int
    question: Question | None = None
    answer: PracticeAnswerRow | None = None
    response: Response = ()
    mark: Mark | None = None
    due_on: date | None = None

    @property
    def outcome(self) -> Outcome | None:
        """How the answer went; None before it."""
        return None if self.answer is None else rules.outcome(practice.share_in(self.answer))


@dataclass(frozen=True, slots=True)
class PracticeSet:
    """A set with its places."""

    row: PracticeSetRow
    places: tuple[Place, ...]

    @property
    def next_open(self) -> int | None:
        """The number of the first place that waits for an answer and may be asked; None when the set is done."""
        return next((place.number for place in self.places if place.answer is None and place.question is not None), None)

    @property
    def answered(self) -> int:
        """How many places have an answer."""
        return sum(place.answer is not None for place in self.places)


@dataclass(frozen=True, slots=True)
class Planned:
    """A set that is chosen and not stored yet, or the number of the one that was begun today. `newest` is the number of the cadre's last set."""

    cadre_id: int
    kind: Kind
    sitting_id: int | None
    day: date
    questions: tuple[str, ...]
    newest: int
    begun: int | None = None


def plan(session: Session, actor: Actor, kind: Kind, others: Others, now: datetime, zone: ZoneInfo, sitting: str = "") -> Planned:
    """Choose today's set of a kind, or find the one begun today; a re-test names its `sitting` by code. Needs only to read.

    As `learner`; NotFound for a sitting that is not theirs. QuizError `done_today`, `nothing_due` (all was met), `nothing_to_practise`.
    """
    who = learner(session, actor, now, zone)
    asked = next((row for row in who.sittings if row.code == sitting), None) if kind is Kind.RETEST else None
    if kind is Kind.RETEST and asked is None:
        raise NotFound()
    sitting_id = asked.id if asked else None
    latest = practice.sets_of(session, who.cadre.id, limit=LATEST)
    same = next((row for row in latest if (row.kind, row.sitting_id, row.day) == (kind.value, sitting_id, who.day)), None)
    planned = Planned(who.cadre.id, kind, sitting_id, who.day, (), latest[0].number if latest else 0)
    if same is not None and _view(session, who, same).next_open is not None:
        return replace(planned, begun=same.number)
    if same is not None and kind is Kind.DAILY:
        raise QuizError("done_today", say("今天的练习已经做完。明天会有新的安排；想多练，可以练薄弱领域。"))
    chosen = _choose(session, who, kind, others, now, who.wrong_in(asked) if asked else ())
    if not chosen and kind is Kind.DAILY and who.pool:
        raise QuizError("nothing_due", say("今天没有到期要复习的题，能练的题也都做过了。明天再来，或者练薄弱领域。"))
    if not chosen:
        raise QuizError("nothing_to_practise", say("现在没有可以练习的题：已考过的题要等成绩和答案公布、没有考试正在使用时才能练习。"))
    return replace(planned, questions=tuple(chosen))


def store(session: Session, planned: Planned, now: datetime) -> int:
    """Store a planned set and return its number; that of the one begun before, or by another click at the same moment, if there is one."""
    if planned.begun is not None:
        return planned.begun
    practice.hold(session, planned.cadre_id)
    for row in practice.sets_of(session, planned.cadre_id, limit=1):
        if row.number > planned.newest and (row.kind, row.sitting_id, row.day) == (planned.kind.value, planned.sitting_id, planned.day):
            return row.number
    return practice.save_set(session, planned.cadre_id, planned.kind, planned.sitting_id, planned.day, planned.questions, now).number


def read_set(session: Session, actor: Actor, number: int, now: datetime, zone: ZoneInfo) -> PracticeSet:
    """Return one of the actor's own sets. NotFound when there is none of that number; refusals as `learner`."""
    who = learner(session, actor, now, zone)
    return _view(session, who, _set(session, who.cadre, number))


def place_of(found: PracticeSet, number: int) -> Place:
    """Return a place of a set by its number. NotFound when there is none."""
    if not 1 <= number <= len(found.places):
        raise NotFound()
    return found.places[number - 1]


def set_of_today(session: Session, who: Learner, kind: Kind) -> PracticeSet | None:
    """Return the learner's newest set of a kind if it was made today, or None."""
    rows = practice.sets_of(session, who.cadre.id, limit=LATEST)
    row = next((row for row in rows if row.kind == kind.value and row.day == who.day), None)
    return None if row is None else _view(session, who, row)


def answer(
    session: Session, actor: Actor, number: int, place: int, value: object, gives_up: bool, now: datetime, zone: ZoneInfo
) -> PracticeAnswerRow:
    """Judge and store the answer to a place of one's own set; one that was answered before stays as it is and is returned.

    `value` is the response as the page names it; who `gives_up` answers nothing and is shown the key. NotFound; QuizError `bad_response`,
    `no_answer` for an empty one, `not_in_practice` when the question may not be practised any more.
    """
    cadre = at_leisure(session, actor, now)
    practice.hold(session, cadre.id)
    row = _set(session, cadre, number)
    known = practice.answers_of_set(session, row).get(place)
    if known is not None:
        return known
    found = practice_pool.pool(session, now, now.astimezone(zone).date(), _uid(row, place)).get(_uid(row, place))
    question = _question(session, cadre, row, place, found)
    if question is None or found is None:
        raise QuizError("not_in_practice", say("这道题现在不能练习，请做下一题。"))
    response = () if gives_up else check_response(question, as_stored(question, value))
    if not response and not gives_up:
        raise QuizError("no_answer", say("请先作答；不会做可以直接看答案。"))
    mark = rules.judge(question, response)
    return practice.save_answer(session, row, place, found.uid, found.revision, response, rules.share_of(mark), mark.why.value, now)


def _choose(session: Session, who: Learner, kind: Kind, others: Others, now: datetime, wrong: Sequence[str]) -> list[str]:
    key = hashlib.sha256(f"{who.cadre.number}/{who.day.isoformat()}".encode()).digest()
    if kind is Kind.RETEST:
        return rules.choose_retest(who.areas, who.known, wrong, key)
    shares = {area: found.share for area, found in mastery(session, who, others, now).items()}
    choose = rules.choose_daily if kind is Kind.DAILY else rules.choose_weak
    return choose(who.areas, who.known, shares, who.until, key)


def _set(session: Session, cadre: CadreRow, number: int) -> PracticeSetRow:
    row = practice.get_set(session, cadre.id, number)
    if row is None:
        raise NotFound()
    return row


def _uid(row: PracticeSetRow, place: int) -> str:
    uids = practice.questions_of(row)
    if not 1 <= place <= len(uids):
        raise NotFound()
    return uids[place - 1]


def _question(session: Session, cadre: CadreRow, row: PracticeSetRow, place: int, found: Practisable | None) -> Question | None:
    """The question of a place with its options in the order of this set; None while it may not be practised."""
    question = practice.read_question(session, found.uid, found.revision) if found else None
    return None if question is None else rules.as_asked(question, cadre.number.encode(), f"{row.number}/{place}")


def _view(session: Session, who: Learner, row: PracticeSetRow) -> PracticeSet:
    answers = practice.answers_of_set(session, row)
    places = tuple(_place(session, who, row, at, answers.get(at)) for at in range(1, len(practice.questions_of(row)) + 1))
    return PracticeSet(row, places)


def _place(session: Session, who: Learner, row: PracticeSetRow, place: int, found: PracticeAnswerRow | None) -> Place:
    question = _question(session, who.cadre, row, place, who.pool.get(_uid(row, place)))
    if found is None:
        return Place(place, hide_key(question) if question else None)
    if question is None or who.pool[found.question_uid].revision != found.revision:
        return Place(place, None, found)
    response, memory = practice.response_of(found), who.known.get(found.question_uid)
    due_on = memory.due_at.astimezone(who.until.tzinfo).date() if memory else None
    return Place(place, question, found, response, rules.judge(question, response), due_on)
