"""Make-up sittings: who is asked to one, what counts of an examination and its make-ups, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.blueprint import Blueprint
from quiz.core.contest import Contest
from quiz.core.counting import Counted, Counting, MakeUp, MakeUpFor, Sat, count
from quiz.core.hundredths import from_hundredths, to_hundredths
from quiz.core.message import QuizError, say
from quiz.storage import cadre_records, gradings, rosters, sittings
from quiz.storage.gradings import Graded
from quiz.storage.sittings import Seat
from quiz.storage.tables import SittingRow
from quiz.usecases.extending import is_released
from quiz.usecases.sources import find_sitting, sitting_within

SatBy = Mapping[str, tuple[Seat, Graded | None]]
"""Who has a paper in a sitting, by staff number, and the newest grading of who handed in one that is not void."""

NOTHING_NEW: Mapping[int, Decimal] = {}


@dataclass(frozen=True, slots=True)
class Line:
    """One person of a chain: the first sitting's score, each make-up's by its code (None without one), and what counts."""

    number: str
    name: str
    unit: str
    first: Decimal | None
    scores: Mapping[str, Decimal | None]
    counted: Counted


@dataclass(frozen=True, slots=True)
class Chain:
    """An examination with its make-ups in the order in which they are held, and everybody who is in one of these."""

    original: SittingRow
    make_ups: list[SittingRow]
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Offer:
    """What a make-up of a sitting could be: whom it could be for, and how many they are."""

    sitting: SittingRow
    counts: Mapping[MakeUpFor, int]


def offer(session: Session, actor: Actor, code: str, now: datetime, zone: ZoneInfo) -> Offer:
    """Return whom a make-up could be for, within the actor's authority. NotFound; QuizError as `invite`."""
    original, people = _people(session, actor, code, now, zone)
    return Offer(original, Counter(people.values()))


def invite(session: Session, actor: Actor, plan: MakeUp, now: datetime, zone: ZoneInfo) -> tuple[SittingRow, tuple[str, ...]]:
    """Return the sitting that is made up for and the staff numbers of those whom the make-up is for, within the actor's authority.

    NotFound; QuizError `not_out` before its results are, `make_up_of_make_up`, `not_final` while a person must still judge an answer of somebody
    who has not passed.
    """
    original, people = _people(session, actor, plan.sitting, now, zone)
    return original, tuple(sorted(number for number, why in people.items() if why in plan.people))


def check_scale(original: SittingRow, blueprint: Blueprint) -> None:
    """QuizError `of_contest` for a contest's blueprint, `other_scale` when its full score or pass mark is not that of the original."""
    if blueprint.contest.takes_marks:
        raise QuizError("of_contest", say("补考不能用竞赛的蓝图：竞赛倒扣分，不设及格线，成绩不能与原考比较。请换一份命题蓝图。"))
    if (to_hundredths(blueprint.total), to_hundredths(blueprint.pass_mark)) != (original.max_mark, original.pass_mark):
        raise QuizError("other_scale", say("补考的满分和及格线要与原考相同，否则两次成绩不能比较。请换一份命题蓝图。"))


def read_chain(session: Session, actor: Actor, code: str, now: datetime) -> Chain | None:
    """Return the chain that a sitting is part of, with the people within the actor's authority; None where there is no make-up.

    Only scores that are out count.
    """
    scope = actor.require(Action.READ_RESULTS)
    sitting = sitting_within(session, code, scope)
    original = find_sitting(session, sitting.makes_up) if sitting.makes_up else sitting
    rows = cadre_records.make_ups_of(session, [original.code]).get(original.code, [])
    if not rows:
        return None
    first, later = _sat_by(session, original, scope), {row.code: _sat_by(session, row, scope) for row in rows}
    numbers = sorted({number for by in later.values() for number in by})
    return Chain(original, rows, [_line(number, original, rows, first, later, now) for number in numbers])


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts for one person of an examination; `is_final` is False while a person must still judge an answer of theirs."""

    seat: Seat
    counted: Counted
    is_final: bool


def counted_in(session: Session, original: SittingRow, now: datetime, rescored: Mapping[int, Decimal] = NOTHING_NEW) -> dict[str, Standing]:
    """Return what counts for everybody of an examination with its make-ups, by staff number; were these scores, by attempt, those that they have."""
    rows = cadre_records.make_ups_of(session, [original.code]).get(original.code, [])
    first, later = _sat_by(session, original, "/", rescored), {row.code: _sat_by(session, row, "/", rescored) for row in rows}
    out = {}
    for number, (seat, _) in first.items():
        found = [by[number][1] for by in (first, *later.values()) if number in by]
        counted = _counted(number, original, rows, first, later, now)
        out[number] = Standing(seat, counted, not any(one is not None and one.pending for one in found))
    return out


def announced(session: Session, sitting: SittingRow) -> tuple[str, Counting] | None:
    """Return the title of the sitting that this one makes up for and which score counts: what candidates are told before; None for no make-up."""
    return (find_sitting(session, sitting.makes_up).title, Counting(sitting.counting)) if sitting.makes_up else None


def _sat_by(session: Session, sitting: SittingRow, scope: str, rescored: Mapping[int, Decimal] = NOTHING_NEW) -> SatBy:
    newest = gradings.newest_gradings(session, sitting.id)
    newest = {attempt: replace(one, score=rescored.get(attempt, one.score)) for attempt, one in newest.items()} if rescored else newest
    seats = sittings.seats_of_sitting(session, sitting, scope, with_content=False)
    return {seat.cadre.number: (seat, newest.get(seat.attempt.id) if seat.attempt else None) for seat in seats}


def _score(by: SatBy, number: str, sitting: SittingRow, now: datetime) -> Decimal | None:
    """The score of somebody in a sitting if it is out."""
    graded = by[number][1] if number in by and is_released(sitting, now) else None
    return graded.score if graded else None


def _counted(number: str, original: SittingRow, rows: list[SittingRow], first: SatBy, later: Mapping[str, SatBy], now: datetime) -> Counted:
    sat = [Sat(row.code, _score(later[row.code], number, row, now), Counting(row.counting)) for row in rows]
    return count(Sat(original.code, _score(first, number, original, now)), sat, from_hundredths(original.pass_mark))


def _line(number: str, original: SittingRow, rows: list[SittingRow], first: SatBy, later: Mapping[str, SatBy], now: datetime) -> Line:
    seat = next(by[number][0] for by in (*later.values(), first) if number in by)
    return Line(
        number=number,
        name=seat.cadre.name,
        unit=seat.unit.name,
        first=_score(first, number, original, now),
        scores={row.code: _score(later[row.code], number, row, now) for row in rows},
        counted=_counted(number, original, rows, first, later, now),
    )


def _people(session: Session, actor: Actor, code: str, now: datetime, zone: ZoneInfo) -> tuple[SittingRow, dict[str, MakeUpFor]]:
    """Who has not passed by what counts so far, has not left and is in no make-up whose results are still to come, and why they would be asked."""
    scope = actor.require(Action.SCHEDULE)
    original = sitting_within(session, code, scope)
    if original.makes_up:
        raise QuizError("make_up_of_make_up", say("这场本身就是补考。再次补考请从原考（{code}）安排。", code=original.makes_up))
    if Contest(original.contest).takes_marks:
        raise QuizError("of_contest", say("竞赛不设及格线，没有补考。"))
    rows = cadre_records.make_ups_of(session, [code]).get(code, [])
    if not is_released(original, now):
        raise QuizError("not_out", say("原考成绩公布以后，才能安排补考。"))
    first, later = _sat_by(session, original, scope), {row.code: _sat_by(session, row, scope) for row in rows}
    pass_mark = from_hundredths(original.pass_mark)
    left = rosters.left_by(session, now.astimezone(zone).date(), scope)
    out, waiting = {}, 0
    for number, (seat, graded) in first.items():
        is_out = number in left or any(number in later[row.code] and not is_released(row, now) for row in rows)
        if is_out or _counted(number, original, rows, first, later, now).is_pass(pass_mark):
            continue
        found = [by[number][1] for by in (first, *later.values()) if number in by]
        waiting += any(one is not None and one.pending for one in found)
        out[number] = MakeUpFor.FAILED if graded else MakeUpFor.VOIDED if seat.attempt and seat.attempt.voided_at else MakeUpFor.ABSENT
    if waiting:
        raise QuizError("not_final", say("有{n}名不及格的人还有作答等待人工判定，判定以后才能安排补考。", n=waiting))
    return original, out
