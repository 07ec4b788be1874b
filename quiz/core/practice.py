"""Practice between sittings: what may be practised, how an answer went, and which questions come next; knows no clock, no database, no person.

It refuses to count anything about a person but what they know: no points, no streaks, no time (docs/learning.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from operator import itemgetter

from quiz.core.marking import Mark, mark_response
from quiz.core.message import mark_text
from quiz.core.question import Question, QuestionType
from quiz.core.repetition import Memory, practise, recall
from quiz.core.response import Response
from quiz.core.rule import Rule, RuleName
from quiz.core.seed import Stream

PRACTICE_TAG = "练习"
"""A question with this tag is for practice only: it is never drawn for a paper."""

JUDGED = (
    QuestionType.SINGLE,
    QuestionType.MULTIPLE,
    QuestionType.TRUE_FALSE,
    QuestionType.FILL_IN,
    QuestionType.ORDERING,
    QuestionType.MATCHING,
)
"""Types that a rule can judge at once; a written answer waits for a person, whom practice does not have."""

RULE = Rule(RuleName.PROPORTIONAL)
WHOLE = Decimal(1)
SET_SIZE = 10
"""Questions in a set: ten minutes or so, every day."""

WEAKEST = 3
"""A set for weak areas is about so many areas."""

MOST_OF_AN_AREA = 4
"""Questions of one area in a set for weak areas at most, while the others still have any."""


NEVER = datetime(1, 1, 1, tzinfo=UTC)
"""Before anything was met."""

LACK = 1.02
"""What is lacking of an area is counted up from here, so that what is wholly mastered still has a little weight."""


class Kind(StrEnum):
    """Why a set is practised: day by day as one forgets, where one is weak, or what was wrong in a sitting."""

    DAILY = "daily"
    WEAK = "weak"
    RETEST = "retest"


KIND_NAMES: dict[Kind, str] = {
    Kind.DAILY: mark_text("每日练习"),
    Kind.WEAK: mark_text("薄弱领域练习"),
    Kind.RETEST: mark_text("错题重测"),
}


class Outcome(StrEnum):
    """How an answer in practice went; UNSURE where no rule can judge it and the person compares for themselves."""

    RIGHT = "right"
    PARTLY = "partly"
    WRONG = "wrong"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of a person to a question of the bank, in a sitting or in practice: when, and the share that was right, 0 to 1."""

    uid: str
    at: datetime
    share: float
    in_sitting: bool = False


def is_for_practice(question: Question) -> bool:
    """True when the question is for practice only."""
    return PRACTICE_TAG in question.tags


def judge(question: Question, response: Response) -> Mark:
    """Return how far a response is right, of one: what is incomplete in its part, a wrong choice not at all."""
    return mark_response(question, response, WHOLE, RULE)


def share_of(mark: Mark) -> Decimal | None:
    """Return the share that was right; None where a rule cannot say."""
    return None if mark.needs_review else mark.mark


def outcome(share: Decimal | None) -> Outcome:
    """Return in a word how an answer went."""
    if share is None:
        return Outcome.UNSURE
    return Outcome.RIGHT if share == 1 else Outcome.PARTLY if share else Outcome.WRONG


def as_asked(question: Question, key: bytes, label: str) -> Question:
    """Return the question with its options in an order that follows from `key` and `label`: next time it is another."""
    if question.keep_order or question.type is QuestionType.TRUE_FALSE or not question.options:
        return question
    ordered = sorted(question.options, key=lambda option: option.id)
    return question.with_options(tuple(Stream(key, f"practice/{label}").shuffled(ordered)))


# --- what is remembered ----------------------------------------------------------------------------------------------------------------------


def memories(answers: Iterable[Answered]) -> dict[str, Memory]:
    """Return what is known of a person's memory of each question, from all their answers."""
    out: dict[str, Memory] = {}
    for answer in sorted(answers, key=lambda one: (one.at, one.uid)):
        out[answer.uid] = practise(out.get(answer.uid), recall(answer.share), answer.at)
    return out


Met = tuple[datetime, Sequence[str], Sequence[float]]
"""When questions were answered, which, and the share that was right of each: of very many answers nothing more is kept."""


def kept(answers: Iterable[Answered]) -> list[tuple[int, float]]:
    """Return (days since the right answer before, share right now) for each answer that followed a wholly right one to the same question."""
    return kept_of((one.at, (one.uid,), (one.share,)) for one in sorted(answers, key=lambda one: (one.at, one.uid, one.share)))


def kept_of(answers: Iterable[Met]) -> list[tuple[int, float]]:
    """Return what `kept` does, of one person's answers in few words."""
    known: dict[str, datetime] = {}
    out = []
    for at, uids, shares in sorted(answers, key=itemgetter(0)):
        for uid, share in zip(uids, shares, strict=True):
            if uid in known:
                out.append(((at - known.pop(uid)).days, share))
            if share == 1:
                known[uid] = at
    return out


def first_meetings(answers: Iterable[Answered]) -> list[Answered]:
    """Return the answers that say what a person knows of an area: all of sittings, and of practice those to questions never met before.

    Who answers a question again shows that they know this question; counted as knowing the area it would make everybody who practises a master.
    """
    met: set[str] = set()
    out = []
    for answer in sorted(answers, key=lambda one: (one.at, one.uid)):
        if answer.in_sitting or answer.uid not in met:
            out.append(answer)
        met.add(answer.uid)
    return out


# --- what comes next -------------------------------------------------------------------------------------------------------------------------

Pool = Mapping[str, str]
"""The area of each question that may be practised, by its uid."""

Known = Mapping[str, Memory]
"""What a person remembers of each question that they met."""

Shares = Mapping[str, float]
"""How much of each area a person masters, 0 to 1."""


def count_due(pool: Pool, known: Known, until: datetime) -> int:
    """Return how many questions that were met before are due again before `until`."""
    return sum(uid in pool and memory.due_at < until for uid, memory in known.items())


def choose_daily(
    pool: Pool, known: Mapping[str, Memory], shares: Mapping[str, float], until: datetime, key: bytes, size: int = SET_SIZE
) -> list[str]:
    """Return the set of a day: first what is due before `until`, the longest overdue first, then questions never met, more of weaker areas.

    `shares` says how much of each area is mastered; the choice follows from `key` alone.
    """
    due = sorted((memory.due_at, uid) for uid, memory in known.items() if uid in pool and memory.due_at < until)[:size]
    new = _deal(_by_area({uid: area for uid, area in pool.items() if uid not in known}, key), shares, size - len(due), size)
    return [uid for _, uid in due] + new


def choose_weak(pool: Pool, known: Known, shares: Shares, until: datetime, key: bytes, size: int = SET_SIZE) -> list[str]:
    """Return a set for the weakest areas of the pool: within an area what is due first, then what was never met, then what was met longest ago."""
    order = _by_area(pool, key)
    for uids in order.values():
        uids.sort(key=lambda uid: _turn(known.get(uid), until))
    weakest = sorted(order, key=lambda area: (shares.get(area, 0.5), area))[:WEAKEST]
    return _deal({area: order[area] for area in weakest}, shares, size, MOST_OF_AN_AREA)


def choose_retest(pool: Pool, known: Known, wrong: Iterable[str], key: bytes, size: int = SET_SIZE) -> list[str]:
    """Return what was wrong and may be practised, what was met longest ago first."""
    found = Stream(key, "practice/retest").shuffled(sorted(uid for uid in set(wrong) if uid in pool))
    return sorted(found, key=lambda uid: known[uid].seen_at if uid in known else NEVER)[:size]


def _turn(memory: Memory | None, until: datetime) -> tuple[int, float]:
    if memory is None:
        return (1, 0.0)
    return (0, memory.due_at.timestamp()) if memory.due_at < until else (2, memory.seen_at.timestamp())


def _by_area(pool: Pool, key: bytes) -> dict[str, list[str]]:
    """The questions of each area in an order that follows from the key."""
    out: dict[str, list[str]] = {}
    for uid in Stream(key, "practice/order").shuffled(sorted(pool)):
        out.setdefault(pool[uid], []).append(uid)
    return out


def _deal(order: Mapping[str, Sequence[str]], shares: Shares, size: int, most: int) -> list[str]:
    """Take `size` questions by turns, each from the area whose lack (1 - share) is largest beside what was taken of it (D'Hondt's method).

    An area gives at most `most` while another has any left.
    """
    taken = dict.fromkeys(sorted(order), 0)
    out: list[str] = []
    while len(out) < size:
        left = [area for area, count in taken.items() if count < len(order[area])]
        if not left:
            break
        area = max([area for area in left if taken[area] < most] or left, key=lambda one: (LACK - shares.get(one, 0.5)) / (taken[one] + 1))
        out.append(order[area][taken[area]])
        taken[area] += 1
    return out
