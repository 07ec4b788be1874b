"""For the head of a unit: who should learn again, one unit at a time, and what the unit as a whole knows and keeps; never a ranking.

What a person practises, when and how much, is shown to nobody: the list rests on published results, the curve on many people at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from quiz.core import practice as rules
from quiz.core import retraining
from quiz.core.access import Action, Actor
from quiz.core.contest import Contest
from quiz.core.hundredths import from_hundredths
from quiz.core.message import NotFound
from quiz.core.question import AREAS
from quiz.core.retraining import Verdict
from quiz.core.roster import Unit
from quiz.core.statistics import gates
from quiz.core.statistics.interval import share_interval
from quiz.storage import learning, practice, practice_pool, rosters
from quiz.storage.learning import MarkedAttempt, Newest
from quiz.storage.tables import CadreRow, SittingRow, UnitRow
from quiz.usecases.learning import cadre_of

if TYPE_CHECKING:
    from quiz.core.statistics.retention import Retained
    from quiz.core.statistics.values import Interval

RECENT = 4
"""From how many sittings the areas of a unit are taken."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Somebody who should learn again, after which sitting, why and in which areas."""

    person: Newest
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class AreaOfUnit:
    """An area in a unit: how many people answered how many questions, and the share of the marks; none where too few did."""

    area: str
    people: int
    answers: int
    share: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class UnitLearning:
    """A unit: who should learn again, in the order of the roster, and how it stands as a whole; `people` have a published result."""

    unit: Unit
    people: int
    duties: tuple[Duty, ...]
    areas: tuple[AreaOfUnit, ...]
    curve: tuple[Retained, ...] | None
    sittings: tuple[SittingRow, ...]


def list_units(session: Session, actor: Actor, day: date) -> list[tuple[Unit, int]]:
    """Return the units within the actor's authority with how many cadres each has in it and below it who have not left by `day`, in the order of
    the roster."""
    scope = actor.require(Action.LEAD_LEARNING)
    return rosters.count_serving(session, rosters.list_serving(session, day, scope), scope)


def read_unit(session: Session, actor: Actor, code: str, now: datetime, zone: ZoneInfo) -> UnitLearning:
    """Return who of a unit's own cadres should learn again, and how the unit with all below it stands. NotFound outside the actor's authority."""
    scope = actor.require(Action.LEAD_LEARNING)
    row = rosters.units_by_code(session).get(code)
    if row is None or not row.path.startswith(scope):
        raise NotFound()
    unit = next(unit for unit in rosters.list_units(session) if unit.code == code)
    out = practice_pool.sittings_out(session, now)
    left = rosters.left_by(session, now.astimezone(zone).date(), row.path)
    newest = learning.newest_results(session, _examinations(out), CadreRow.unit_id == row.id)
    found = [one for one in newest if one.number not in left]
    own = learning.marked_people(session, [one.cadre_id for one in found], list({one.sitting.id: one.sitting for one in found}.values()))
    recent, areas = out[:RECENT], practice_pool.areas(session)
    below = learning.marked_within(session, out, row.path)
    last = {one.id for one in recent}
    shown = _areas(areas, [one for one in below if one.sitting_id in last])
    return UnitLearning(unit, len(found), _duties(areas, found, own), shown, _curve(session, row, below), tuple(recent))


def my_duty(session: Session, actor: Actor, now: datetime) -> Duty | None:
    """Return what the actor themselves should learn again after their newest published sitting, by the same rule; None when nothing."""
    cadre = cadre_of(session, actor)
    out = practice_pool.sittings_out(session, now)
    found = learning.newest_results(session, _examinations(out), CadreRow.id == cadre.id)
    sat = learning.marked_own(session, cadre.id, [one.sitting for one in found], now)
    return next(iter(_duties(practice_pool.areas(session), found, sat)), None)


def _examinations(sittings: Sequence[SittingRow]) -> list[SittingRow]:
    """Contests oblige nobody to learn again: one may stay away, nobody fails, and who leaves blank what they half know does what the rules advise."""
    return [row for row in sittings if not Contest(row.contest).takes_marks]


def _duties(areas: Mapping[str, str], found: Sequence[Newest], sat: Sequence[MarkedAttempt]) -> tuple[Duty, ...]:
    shares = {(one.cadre_id, one.sitting_id): [(areas.get(uid, ""), share) for uid, share in one.answers] for one in sat}
    out = []
    for person in found:
        if person.is_pending or (person.score is None and not person.is_absent):
            continue
        score = None if person.score is None else from_hundredths(person.score)
        results = retraining.area_results(shares.get((person.cadre_id, person.sitting.id), ()))
        verdict = retraining.judge(score, from_hundredths(person.sitting.pass_mark), results)
        if verdict.reasons:
            out.append(Duty(person, verdict))
    return tuple(out)


def _areas(areas: Mapping[str, str], sat: Sequence[MarkedAttempt]) -> tuple[AreaOfUnit, ...]:
    people: dict[str, set[int]] = {}
    shares: dict[str, list[float]] = {}
    for one in sat:
        for uid, share in one.answers:
            area = areas.get(uid, "")
            people.setdefault(area, set()).add(one.cadre_id)
            shares.setdefault(area, []).append(share)
    return tuple(_area(area, len(people[area]), shares[area]) for area in AREAS if area in shares)


def _area(area: str, people: int, shares: Sequence[float]) -> AreaOfUnit:
    answers = len(shares)
    if people < gates.GROUP or answers < gates.FACILITY:
        return AreaOfUnit(area, people, answers, None, None)
    share = sum(shares) / answers
    return AreaOfUnit(area, people, answers, share, share_interval(share, answers))


def _curve(session: Session, row: UnitRow, sat: Sequence[MarkedAttempt]) -> tuple[Retained, ...] | None:
    """What the unit's people still knew of what they had known, all together; None where fewer people than may be shown met anything again."""
    from quiz.core.statistics.retention import retention_curve

    answers: dict[int, list[rules.Met]] = {}
    for one in sat:
        answers.setdefault(one.cadre_id, []).append((one.at, one.uids, one.shares))
    for cadre, practised in practice.practised_within(session, row.path).items():
        answers.setdefault(cadre, []).extend(practised)
    pairs = [pairs for found in answers.values() if (pairs := rules.kept_of(found))]
    if len(pairs) < gates.GROUP:
        return None
    steps = retention_curve(pair for found in pairs for pair in found)
    return tuple(step if _people_in(step, pairs) >= gates.GROUP else replace(step, share=None, interval=None) for step in steps)


def _people_in(step: Retained, pairs: Sequence[Sequence[tuple[int, float]]]) -> int:
    return sum(any(step.first <= days <= step.last for days, _ in found) for found in pairs)
