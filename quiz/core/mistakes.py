"""A cadre's own wrong answers as a book: what was asked, what they answered, what is right and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from quiz.core.marking import Mark, Why
from quiz.core.message import Message
from quiz.core.paper import Slot
from quiz.core.question import pictures_of
from quiz.core.response import Response

UNDECIDED = (Why.NEEDS_REVIEW, Why.NEEDS_MARKING)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A slot that did not earn all of its marks: with the key by which it was marked, the response, and what a correction or a marker said of it."""

    slot: Slot
    response: Response
    mark: Mark
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Lost:
    """The mistakes of one sitting, held on a day."""

    title: str
    held_on: date
    mistakes: tuple[Mistake, ...]


@dataclass(frozen=True, slots=True)
class MistakeBook:
    """What a cadre got wrong, the latest sitting first, as of a day."""

    name: str
    day: date
    sittings: tuple[Lost, ...]

    @property
    def count(self) -> int:
        """How many mistakes there are."""
        return sum(len(lost.mistakes) for lost in self.sittings)

    @property
    def pictures(self) -> frozenset[str]:
        """The digests of all pictures."""
        slots = [mistake.slot for lost in self.sittings for mistake in lost.mistakes]
        found = {picture.digest for slot in slots for picture in pictures_of(slot.question)}
        return frozenset(found | {slot.situation_picture.digest for slot in slots if slot.situation_picture})


def is_mistake(mark: Mark) -> bool:
    """True for a mark that is final and not full; what does not count, and what waits for a person, is none."""
    return mark.mark < mark.max_mark and mark.why not in UNDECIDED


def each_once(sittings: Iterable[Lost]) -> tuple[Lost, ...]:
    """Return the sittings, the latest first, with each question only where it was got wrong last; those left with none are left out."""
    seen: set[str] = set()
    out = []
    for lost in sittings:
        new = tuple(mistake for mistake in lost.mistakes if mistake.slot.question.uid not in seen)
        seen.update(mistake.slot.question.uid for mistake in new)
        if new:
            out.append(replace(lost, mistakes=new))
    return tuple(out)
