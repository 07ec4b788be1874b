"""Study material from the bank: only what is published, holds on the day, is not known to be faulty and is held back by no sitting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.booklet import Booklet, BookletKind, make_booklet
from quiz.core.message import QuizError, listed, say
from quiz.core.question import AREAS, Label, Question, QuestionType
from quiz.core.seed import Stream
from quiz.storage import banks, pictures, reserved

LONG_TYPES = (QuestionType.CASE, QuestionType.SHORT_ANSWER, QuestionType.MATCHING)
MOST_ON_CARD = 12
"""Questions for a card, unless somebody wants another number; those that its two pages do not hold are left out."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants printed: which areas (none: all), whether samples may stand in it, labelled, and at most how many questions (None: all).

    `kind` decides which are preferred: a card has no room for cases and essays while there is something shorter.
    """

    areas: tuple[str, ...] = ()
    with_samples: bool = False
    most: int | None = None
    kind: BookletKind = BookletKind.POCKET


@dataclass(frozen=True, slots=True)
class Supply:
    """What there is of one area, in numbers: confirmed questions and samples that may be printed, and what is kept back for sittings or as faulty."""

    area: str
    confirmed: int
    samples: int
    reserved: int
    faulty: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """The questions that hold on a day: those that study material may print, those reserved for sittings, and those known to be faulty."""

    open: list[Question]
    reserved: list[Question]
    faulty: list[Question]


def study_shelf(session: Session, now: datetime, day: date, areas: Sequence[str] = ()) -> Shelf:
    """Return the questions of these areas (none: all) that hold on `day`, parted into those that may be printed and those that may not."""
    valid = [one.question for one in banks.questions_valid_in(session, day, day) if not areas or one.question.area in areas]
    kept, wrong = reserved.held_back(session, now), reserved.in_doubt(session)
    free = [question for question in valid if not kept.holds(question.uid)]
    return Shelf(
        open=[question for question in free if question.uid not in wrong],
        reserved=[question for question in valid if kept.holds(question.uid)],
        faulty=[question for question in free if question.uid in wrong],
    )


def refuse_sitter(session: Session, actor: Actor, now: datetime) -> None:
    """QuizError `to_sit` for who has a paper in a sitting that is not over: the bank beside a booklet would tell them what its blueprint admits."""
    if actor.cadre_number and reserved.is_to_sit(session, actor.cadre_number, now):
        raise QuizError("to_sit", say("您有一场考试还没有结束。对照学习材料可以看出哪些题留给了考试，请考完以后再编印。"))


def supplies(session: Session, actor: Actor, now: datetime, day: date) -> list[Supply]:
    """Return what there is of every area. QuizError `to_sit`."""
    actor.require(Action.MAKE_BOOKLETS)
    refuse_sitter(session, actor, now)
    shelf = study_shelf(session, now, day)
    samples = [question for question in shelf.open if question.label is Label.SAMPLE]
    samples_of, open_of = (Counter(question.area for question in some) for some in (samples, shelf.open))
    kept, wrong = (Counter(question.area for question in some) for some in (shelf.reserved, shelf.faulty))
    return [Supply(area, open_of[area] - samples_of[area], samples_of[area], kept[area], wrong[area]) for area in AREAS]


def booklet(session: Session, actor: Actor, now: datetime, day: date, wanted: Wanted, chance: bytes) -> Booklet:
    """Return a booklet as of `day`; where there are more questions than wanted, `chance` chooses, from every area alike.

    QuizError `to_sit`, `unknown_area`, and `nothing_to_print` with the numbers when no question may stand in it.
    """
    actor.require(Action.MAKE_BOOKLETS)
    refuse_sitter(session, actor, now)
    _check_areas(wanted.areas)
    shelf = study_shelf(session, now, day, wanted.areas)
    found = [question for question in shelf.open if wanted.with_samples or question.label is Label.CONFIRMED]
    if not found:
        text = say(
            "没有可以编印的题：已核对的有0题，样题有{samples}题（要选择收录才印），留给考试的有{reserved}题，有误待改的有{faulty}题。",
            samples=len(shelf.open),
            reserved=len(shelf.reserved),
            faulty=len(shelf.faulty),
        )
        raise QuizError("nothing_to_print", text)
    if wanted.kind is BookletKind.CARD:
        found = [question for question in found if question.type not in LONG_TYPES] or found
    return make_booklet(choose(found, wanted.most, chance), wanted.areas, day)


def choose(questions: Iterable[Question], most: int | None, chance: bytes) -> list[Question]:
    """Return at most so many of the questions: one of each area in turn, by chance within an area."""
    found = sorted(questions, key=lambda question: question.uid)
    if most is None or most >= len(found):
        return found
    by_area: dict[str, list[Question]] = {}
    for question in Stream(chance, "booklet").shuffled(found):
        by_area.setdefault(question.area, []).append(question)
    rounds = max(len(members) for members in by_area.values())
    turns = [members[place] for place in range(rounds) for _, members in sorted(by_area.items()) if place < len(members)]
    return turns[:most]


def booklet_pictures(session: Session, made: Booklet) -> dict[str, bytes]:
    """Return the bytes of a booklet's pictures by their digests."""
    return pictures.pictures_of(session, set(made.pictures))


def _check_areas(areas: Sequence[str]) -> None:
    unknown = sorted(set(areas) - set(AREAS))
    if unknown:
        raise QuizError("unknown_area", say("没有政策领域“{area}”。可用的有：{known}。", area=unknown[0], known=listed(AREAS)))
