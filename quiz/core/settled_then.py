"""What people had settled in a sitting, and what had been saved, when an older grading run was made: rows that only grow tell it.

A run is known by its time, and by the causes that runs before and after it name. Nodes have clocks of their own and a run may have waited for
another's, so what lies within `NEAR` of a run may have come before or after it: both are possible, and nothing else is.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from quiz.core.correction import Correction
from quiz.core.question import Question
from quiz.core.response import Response
from quiz.core.same_text import normalise
from quiz.core.to_mark import Settled

NEAR = timedelta(minutes=2)
"""Moments nearer to each other than this may have been in either order."""

Text = tuple[str, int, str]
"""Question uid, blank and normalised text, by which decisions are found."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision on a text, by its row id."""

    id: int
    at: datetime
    text: Text
    share: Fraction


@dataclass(frozen=True, slots=True)
class Overridden:
    """A mark that was set by hand, or given back to the rule (None), by its row id."""

    id: int
    slot: int
    mark: Decimal | None


@dataclass(frozen=True, slots=True)
class Saved:
    """A save, by its row id, from when on it counts, or does not any more (`counts`): what came too late does by a person's word."""

    at: datetime
    id: int
    slot: int
    seq: int
    value: str
    counts: bool = True


Standing = dict[int, tuple[int, str]]
"""The save that counts for each slot: its row id and text."""


def standing_at(saves: Sequence[Saved], moment: datetime) -> Standing:
    """Return what counted at a moment, of saves in the order in which they came to count."""
    return _standing(saves[: bisect_right(saves, moment, key=_at)])


def standing_near(saves: Sequence[Saved], moment: datetime) -> list[Standing]:
    """Return everything that may have counted at a moment."""
    least, most = bisect_left(saves, moment - NEAR, key=_at), bisect_right(saves, moment + NEAR, key=_at)
    return [_standing(saves[:n]) for n in range(least, most + 1)]


def _standing(saves: Sequence[Saved]) -> Standing:
    newest = {one.id: one for one in saves}
    counting = sorted((one for one in newest.values() if one.counts), key=lambda one: (one.seq, one.id))
    return {one.slot: (one.id, one.value) for one in counting}


def _at(saved: Saved) -> datetime:
    return saved.at


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the causes that runs name tell of one of them: the ids that were settled before it, and those that were not yet; None where none is named.

    `override` is the newest mark set by hand that it or a run before it names; marks set by hand always name theirs.
    """

    decision: int | None = None
    later_decision: int | None = None
    correction: int | None = None
    later_correction: int | None = None
    override: int = 0


class SettledLog:
    """Everything settled for a whole sitting, in order, as it stood at any time."""

    def __init__(self, decisions: Sequence[Decided], corrections: Sequence[tuple[Correction, datetime]]) -> None:
        self._on_text: dict[Text, list[Decided]] = {}
        for one in decisions:
            self._on_text.setdefault(one.text, []).append(one)
        self.decision_ids = frozenset(one.id for one in decisions)
        self.decided_at = frozenset(one.at for one in decisions)
        self.corrections = [one for one, _ in corrections]
        self._corrected_at = [at for _, at in corrections]
        self._decided_uids = {one.text[0] for one in decisions}
        self._touched: dict[str, bool] = {}

    def now(self) -> Settled:
        """Return all of it, as it stands."""
        return Settled({text: made[-1].share for text, made in self._on_text.items()}, self.corrections)

    def touches(self, uid: str) -> bool:
        """True when a mark of this question on a paper may ever have depended on anything settled."""
        found = self._touched.get(uid)
        if found is None:
            found = self._touched[uid] = uid in self._decided_uids or any(one.names(uid) for one in self.corrections)
        return found

    def possible(self, question: Question, response: Response, moment: datetime, bounds: Bounds) -> list[Settled]:
        """Return what may have been settled about a response at a moment, the likeliest first."""
        decisions = sorted(self._decisions_on(question, response), key=lambda one: one.id)
        decided = _counts([one.id for one in decisions], [one.at for one in decisions], moment, bounds.decision, bounds.later_decision)
        numbers = [one.number for one in self.corrections]
        corrected = _counts(numbers, self._corrected_at, moment, bounds.correction, bounds.later_correction)
        return [Settled({one.text: one.share for one in decisions[:some]}, self.corrections[:few]) for few in corrected for some in decided]

    def _decisions_on(self, question: Question, response: Response) -> Iterator[Decided]:
        """What was decided on the texts of a response."""
        if question.type.is_text and question.uid in self._decided_uids:
            for blank, text in enumerate(response):
                yield from self._on_text.get((question.uid, blank, normalise(text)), ())


def _counts(ids: Sequence[int], times: Sequence[datetime], moment: datetime, named: int | None, later: int | None) -> list[int]:
    """How many of these may have been there at a moment, the likeliest number first: `named` was, `later` was not."""
    least = max((n + 1 for n, at in enumerate(times) if at < moment - NEAR), default=0)
    most = min((n for n, at in enumerate(times) if at > moment + NEAR), default=len(ids))
    if named is not None:
        least = max(least, bisect_right(ids, named))
    if later is not None:
        most = min(most, bisect_right(ids, later - 1))
    likely = min(max(least, sum(at <= moment for at in times)), max(least, most))
    return [likely, *(n for n in range(least, most + 1) if n != likely)]
