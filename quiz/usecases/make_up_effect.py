"""What new scores in a sitting do to make-ups that are still to be held: who in them has passed now, who needs them again, and who needs one and is
in none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from quiz.core.hundredths import from_hundredths
from quiz.core.message import Message, say
from quiz.core.sitting import Phase
from quiz.storage import cadre_records, rosters, sittings
from quiz.storage.tables import SittingRow
from quiz.usecases.extending import is_released
from quiz.usecases.make_ups import counted_in
from quiz.usecases.sources import find_sitting


@dataclass(frozen=True, slots=True)
class TouchedMakeUp:
    """A make-up that is not over: how many with a paper in it come to pass by what counts so far (`freed`), and to need it again (`needed`)."""

    code: str
    title: str
    freed: int = 0
    needed: int = 0

    @property
    def lines(self) -> tuple[Message, ...]:
        """What becomes of it, in words."""
        named = {"title": self.title, "code": self.code}
        freed = say("补考“{title}”（{code}）的名单中，{n}人由此及格，不再需要补考；试卷仍为他们留着。", **named, n=self.freed)
        needed = say("补考“{title}”（{code}）的名单中，{n}人由此不及格，又需要补考；他们有试卷。", **named, n=self.needed)
        return (*([freed] * bool(self.freed)), *([needed] * bool(self.needed)))


@dataclass(frozen=True, slots=True)
class MakeUpEffect:
    """The make-ups that new scores touch, and how many come to need one (`unplanned`) who are in none whose results are still to come."""

    touched: tuple[TouchedMakeUp, ...] = ()
    unplanned: int = 0


def effect_on_make_ups(session: Session, sitting: SittingRow, rescored: Mapping[int, Decimal], now: datetime) -> MakeUpEffect:
    """Return what these scores, by attempt, would do to the make-ups of the examination that the sitting is, or makes up for.

    Nothing where no make-up was planned: who passes and fails in the sitting itself says it all. Who has left needs none.
    """
    original = find_sitting(session, sitting.makes_up) if sitting.makes_up else sitting
    rows = cadre_records.make_ups_of(session, [original.code]).get(original.code, [])
    if not rows or not rescored:
        return MakeUpEffect()
    line = from_hundredths(original.pass_mark)
    before, after = counted_in(session, original, now), counted_in(session, original, now, rescored)
    verdicts = {number: (before[number].counted.is_pass(line), one.counted.is_pass(line)) for number, one in after.items()}
    passing = {number for number, verdict in verdicts.items() if verdict == (False, True)}
    failing = {number for number, verdict in verdicts.items() if verdict == (True, False)}
    lists = {row.code: {seat.cadre.number for seat in sittings.seats_of_sitting(session, row, with_content=False)} for row in rows}
    held = [row for row in rows if sittings.window_of(row).phase(now) is not Phase.CLOSED]
    found = [TouchedMakeUp(row.code, row.title, len(passing & lists[row.code]), len(failing & lists[row.code])) for row in held]
    planned = {number for row in rows if not is_released(row, now) for number in lists[row.code]}
    unplanned = failing - planned - rosters.left_by(session, now.date())
    return MakeUpEffect(tuple(one for one in found if one.freed or one.needed), len(unplanned))
