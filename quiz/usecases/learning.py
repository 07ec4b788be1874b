"""What a cadre learns from their own results: how well they master each area, what is due today, what was wrong, and what they keep in mind.

Everything here is the cadre's own and follows from sittings whose keys are out and from practice; nobody else reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from quiz.core import practice as rules
from quiz.core.access import Action, Actor
from quiz.core.message import Forbidden, NotFound, QuizError, say
from quiz.core.practice import Answered, Kind
from quiz.core.question import AREAS
from quiz.core.repetition import Memory
from quiz.core.statistics.mastery_values import Mastery, weight_of_age
from quiz.storage import learning, practice, practice_pool, rosters
from quiz.storage.learning import Sat
from quiz.storage.practice_pool import Practisable
from quiz.storage.tables import CadreRow, SittingRow

RECENT = 8
"""From how many sittings the likely mastery of each area is taken."""


@dataclass(frozen=True, slots=True)
class Others:
    """What a sample of people answered, summed by person and area: (cadre's row id, area, weight × share right, weight, answers).

    What one person is compared with is never named.
    """

    answers: tuple[tuple[int, str, float, float, int], ...]


@dataclass(frozen=True)
class Learner:
    """A cadre with all that is known of what they know: their sittings whose keys they may see, their answers there and in practice."""

    cadre: CadreRow
    day: date
    until: datetime
    sittings: tuple[SittingRow, ...]
    sat: tuple[Sat, ...]
    answers: tuple[Answered, ...]
    pool: dict[str, Practisable]

    @cached_property
    def areas(self) -> dict[str, str]:
        """The area of each question that they may practise."""
        return {uid: found.area for uid, found in self.pool.items()}

    @cached_property
    def known(self) -> dict[str, Memory]:
        """What they remember."""
        return rules.memories(self.answers)

    @property
    def new(self) -> int:
        """How many questions they may practise and never met."""
        return len(self.pool.keys() - self.known.keys())

    def wrong_in(self, sitting: SittingRow) -> list[str]:
        """The questions that they did not get wholly right in one of their sittings."""
        return sorted({one.answer.uid for one in self.sat if one.sitting_id == sitting.id and one.answer.share < 1})


def learner(session: Session, actor: Actor, now: datetime, zone: ZoneInfo) -> Learner:
    """Return the actor as who learns; who was admitted to one sitting by a code is Forbidden. NotFound for who is no cadre.

    QuizError `at_work` while answers of theirs may still come into a sitting: what practice explains could help with what is being asked.
    """
    cadre = at_leisure(session, actor, now)
    day = now.astimezone(zone).date()
    sittings = practice_pool.sittings_out(session, now)
    sat = learning.answers_of(session, cadre.id, sittings, now)
    own = {one.sitting_id for one in sat}
    pool, barred = practice_pool.pool(session, now, day), practice_pool.own_uids(session, cadre.id)
    return Learner(
        cadre=cadre,
        day=day,
        until=datetime.combine(day + timedelta(days=1), time(), zone),
        sittings=tuple(row for row in sittings if row.id in own),
        sat=tuple(sat),
        answers=(*(one.answer for one in sat), *practice.practised(session, cadre.id)),
        pool={uid: found for uid, found in pool.items() if uid not in barred},
    )


def at_leisure(session: Session, actor: Actor, now: datetime) -> CadreRow:
    """Return the cadre who learns, unless answers of theirs may still come into a sitting: refusals as `learner`."""
    cadre = cadre_of(session, actor)
    if practice.is_at_work(session, cadre.id, now):
        raise QuizError("at_work", say("您有一场考试还没有收卷完毕。收卷以后再来学习和练习。"))
    return cadre


def cadre_of(session: Session, actor: Actor) -> CadreRow:
    """Return the cadre who practises. Forbidden to who was admitted to one sitting by a code; NotFound for who is no cadre."""
    actor.require(Action.PRACTISE)
    if actor.only_sitting:
        raise Forbidden()
    cadre = rosters.get_cadre_row(session, actor.cadre_number)
    if cadre is None:
        raise NotFound()
    return cadre


# --- mastery ---------------------------------------------------------------------------------------------------------------------------------


def state_of_others(session: Session, now: datetime, zone: ZoneInfo) -> tuple[object, ...]:
    """Return something that is the same as long as `read_others` would say the same."""
    rows = practice_pool.sittings_out(session, now)[:RECENT]
    return now.astimezone(zone).date(), tuple(row.id for row in rows), learning.newest_mark(session)


def read_others(session: Session, now: datetime) -> Others:
    """Return what a sample of people answered in the last sittings whose keys are out, from which it follows what is likely for anybody."""
    areas = practice_pool.areas(session)
    found = learning.sample_of_attempts(session, practice_pool.sittings_out(session, now)[:RECENT])
    sums: dict[tuple[int, str], tuple[float, float, int]] = {}
    for one in found:
        counts = _weight(one.at, now)
        for uid, share in one.answers:
            key = one.cadre_id, areas.get(uid, "")
            right, weight, answers = sums.get(key, (0.0, 0.0, 0))
            sums[key] = right + counts * share, weight + counts, answers + 1
    return Others(tuple((*key, *own) for key, own in sums.items()))


def mastery(session: Session, who: Learner, others: Others, now: datetime) -> dict[str, Mastery]:
    """Return how well the learner masters each area, pooled over their sittings and first meetings in practice; older answers weigh less."""
    from quiz.core.statistics.mastery import master_first  # numpy is loaded when it is needed

    areas, column = practice_pool.areas(session), {area: at for at, area in enumerate(AREAS)}
    met = [(areas.get(one.uid, ""), _weight(one.at, now), one.share) for one in rules.first_meetings(who.answers)]
    own = [(0, area, counts * share, counts, 1) for area, counts, share in met]
    people = {cadre: at for at, cadre in enumerate(sorted({one[0] for one in others.answers if one[0] != who.cadre.id}), 1)}
    rows = own + [(people[cadre], *sums) for cadre, *sums in others.answers if cadre in people]
    found = master_first(((person, column[area], *sums) for person, area, *sums in rows if area in column), len(column))
    return dict(zip(column, found, strict=True))


def _weight(at: datetime, now: datetime) -> float:
    return weight_of_age((now - at).total_seconds() / 86400)


# --- what is due -----------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Retest:
    """What was wrong in a sitting and may be practised: due since a day, or coming on one; None when the last re-test is done."""

    sitting: SittingRow
    wrong: int
    available: int
    due_on: date | None
    next_on: date | None


def retests(session: Session, who: Learner, zone: ZoneInfo) -> list[Retest]:
    """Return the re-tests of the learner's sittings, the latest sitting first; a re-test is due until a set for it was made on that day or later."""
    from quiz.core.statistics.retention import retests as days_after

    made: dict[int, date] = {}
    for row in practice.sets_of(session, who.cadre.id):
        if row.kind == Kind.RETEST and row.sitting_id is not None:
            made.setdefault(row.sitting_id, row.day)
    out = []
    for sitting in who.sittings:
        wrong = who.wrong_in(sitting)
        days = days_after(sitting.closes_at.astimezone(zone).date())
        due = [day for day in days if day <= who.day]
        due_on = due[-1] if due and made.get(sitting.id, date.min) < due[-1] else None
        next_on = next((day for day in days if day > who.day), None)
        if wrong and (due_on or next_on):
            out.append(Retest(sitting, len(wrong), sum(uid in who.pool for uid in wrong), due_on, next_on))
    return out


def relearned(who: Learner, sitting: SittingRow) -> tuple[int, int]:
    """Return how many of the questions that were wrong in a sitting the learner has since answered wholly right, and how many were wrong."""
    wrong = set(who.wrong_in(sitting))
    since = {one.answer.uid: one.answer.at for one in who.sat if one.sitting_id == sitting.id}
    right = {one.uid for one in who.answers if one.uid in wrong and one.share == 1 and one.at > since[one.uid]}
    return len(right), len(wrong)


def count_due(who: Learner) -> int:
    """Return how many questions are due again today."""
    return rules.count_due(who.areas, who.known, who.until)


def weakest_first(found: dict[str, Mastery]) -> Sequence[tuple[str, Mastery]]:
    """Return the areas in which anything was answered, those surely weak first, then by what is likely to be mastered."""
    met = [(area, one) for area, one in found.items() if one.answers]
    return sorted(met, key=lambda pair: (pair[1].verdict != "weak", pair[1].share, pair[0]))
