"""When a practised question comes up again: spaced repetition by FSRS, without chance and without a clock of its own.

FSRS (J. Ye et al., KDD 2022, 4381-4390; the package `fsrs`) models how fast each person forgets each question. Its days are rounded and never
fuzzed, so that the same answers give the same days for ever; nothing is scheduled beyond the day by which it must be known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache

from fsrs import Card, Rating, Scheduler, State

RETENTION = 0.9
"""How likely a question should still be known on the day it comes up again."""

LONGEST_DAYS = 365
SLOW = 2.0
"""So many times as long as people usually take is slow: right, but not at one's fingertips."""


class Recall(StrEnum):
    """How an answer went."""

    AGAIN = "again"
    HARD = "hard"
    GOOD = "good"


RATINGS = {Recall.AGAIN: Rating.Again, Recall.HARD: Rating.Hard, Recall.GOOD: Rating.Good}


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of one person's memory of one question: `stability` is the days after which 9 of 10 are still recalled, `difficulty` 1 to 10."""

    stability: float
    difficulty: float
    seen_at: datetime
    due_at: datetime


def recall(share: float, seconds: float | None = None, usual_seconds: float | None = None) -> Recall:
    """Return how an answer went from the share of its marks, and from its time beside what people usually take where both are known.

    Nobody is asked how hard it was: people misjudge it. So nothing counts as easy.
    """
    if share <= 0:
        return Recall.AGAIN
    is_slow = seconds is not None and usual_seconds is not None and usual_seconds > 0 and seconds > SLOW * usual_seconds
    return Recall.HARD if share < 1 or is_slow else Recall.GOOD


def practise(memory: Memory | None, how: Recall, at: datetime, longest_days: int = LONGEST_DAYS) -> Memory:
    """Return the memory after an answer at `at` (an aware time); None is a question never met. It is due again after at most `longest_days`."""
    card = Card(card_id=1) if memory is None else _card(memory)
    new, _ = _scheduler(max(1, longest_days)).review_card(card, RATINGS[how], at.astimezone(UTC))
    assert new.stability is not None
    assert new.difficulty is not None
    return Memory(new.stability, new.difficulty, at, new.due)


def _card(memory: Memory) -> Card:
    return Card(
        card_id=1,
        state=State.Review,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=memory.due_at.astimezone(UTC),
        last_review=memory.seen_at.astimezone(UTC),
    )


@lru_cache(maxsize=64)
def _scheduler(longest_days: int) -> Scheduler:
    return Scheduler(enable_fuzzing=False, learning_steps=(), relearning_steps=(), desired_retention=RETENTION, maximum_interval=longest_days)
