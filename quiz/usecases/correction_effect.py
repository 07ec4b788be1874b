"""What a correction changes, in numbers: before it is applied, when it is confirmed, and for ever after with its row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from quiz.core.frozen import freeze, thaw
from quiz.core.message import Message, say, with_minus
from quiz.storage import corrections
from quiz.storage.tables import CorrectionRow
from quiz.usecases.make_up_effect import TouchedMakeUp

BANDS = 10
"""Into how many equal parts of the full score people are counted for the picture of before and after."""


@dataclass(frozen=True, slots=True)
class Change:
    """One person whose score a correction changes: their marks of the question before and after, and its `slots` on their paper."""

    number: str
    name: str
    unit: str
    slots: tuple[int, ...]
    mark_before: Decimal
    mark_after: Decimal
    score_before: Decimal
    score_after: Decimal
    passed_before: bool
    passed_after: bool

    @property
    def crosses(self) -> int:
        """1 when the person comes to pass, -1 when to fail, else 0."""
        return self.passed_after - self.passed_before


@dataclass(frozen=True, slots=True)
class Effect:
    """A correction in numbers and words: on how many papers the question stands, how many of them are graded, how many scores change, rise and
    fall, how many people come to pass and to fail, whose answers wait for a person now, and how many have a mark set by hand that stays.

    `has_line` says whether there is a pass mark at all; `certificates_ended` and `certificates_restored` how many certificates that were issued stop
    to hold, and hold again, since the score that counts does; `make_ups` the make-ups still to be held that it touches, `make_up_missing` how many
    come to need one and are in none, where some were planned.

    Means are over everyone with a score, in marks rounded to hundredths; `bands` count them by tenths of the full score. Stem and old key are
    those of the question, or of the first of several `questions` that a template or case made.
    """

    papers: int
    graded: int
    changed: int
    raised: int
    lowered: int
    now_pass: int
    now_fail: int
    waiting: int
    by_hand: int
    scored: int
    mean_before: Decimal
    mean_after: Decimal
    bands_before: tuple[int, ...]
    bands_after: tuple[int, ...]
    questions: int
    stem: str
    old_key: str
    new_keys: tuple[str, ...]
    has_line: bool = True
    certificates_ended: int = 0
    certificates_restored: int = 0
    make_ups: tuple[TouchedMakeUp, ...] = ()
    make_up_missing: int = 0

    @property
    def certificate_lines(self) -> tuple[Message, ...]:
        """What becomes of certificates that were issued; nothing where nothing does."""
        ended = say("已发的证书中，{n}张因成绩不再达到条件而失效。", n=self.certificates_ended)
        restored = say("因成绩失效的证书中，{n}张恢复有效。", n=self.certificates_restored)
        return (*([ended] * bool(self.certificates_ended)), *([restored] * bool(self.certificates_restored)))

    @property
    def missing_line(self) -> Message | None:
        """Who comes to need a make-up and is in none, as a sentence; None where nobody does."""
        return say("由及格变为不及格、又不在任何补考名单中的有{n}人，需要另行安排补考。", n=self.make_up_missing) if self.make_up_missing else None


def mean_of(scores: Iterable[Decimal]) -> Decimal:
    """Return the mean rounded half up to a hundredth; 0 of none."""
    found = list(scores)
    return (sum(found, Decimal(0)) / max(len(found), 1)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def bands_of(scores: Iterable[Decimal], full: Decimal) -> tuple[int, ...]:
    """Count the scores by tenths of the full score; what a contest has below 0 is in the first."""
    out = [0] * BANDS
    for score in scores:
        out[max(0, min(BANDS - 1, int(score * BANDS / full)))] += 1
    return tuple(out)


def plain_effect(effect: Effect) -> dict[str, Any]:
    """Return the numbers as they are stored with a correction."""
    return {field.name: freeze(getattr(effect, field.name)) for field in fields(effect)}


def read_effect(row: CorrectionRow) -> Effect:
    """Return the numbers of a correction as they were when it was applied."""
    return thaw(Effect, corrections.effect_of(row))


def effect_lines(effect: Effect) -> tuple[Message, ...]:
    """Say in a few sentences what a correction changes, in numbers."""
    lines = [
        say("{papers}份试卷上有这道题，其中{graded}份已评分。", papers=effect.papers, graded=effect.graded),
        say("成绩变动{changed}人：加分{raised}人，减分{lowered}人。", changed=effect.changed, raised=effect.raised, lowered=effect.lowered),
    ]
    if effect.has_line:
        lines.append(say("由不及格变为及格{up}人，由及格变为不及格{down}人。", up=effect.now_pass, down=effect.now_fail))
    lines.append(
        say(
            "全场平均分由{before}分变为{after}分（{n}人）。",
            before=with_minus(str(effect.mean_before)),
            after=with_minus(str(effect.mean_after)),
            n=effect.scored,
        )
    )
    make_ups = [line for one in effect.make_ups for line in one.lines]
    missing = [effect.missing_line] if effect.missing_line else []
    return (*lines, *effect.certificate_lines, *make_ups, *missing)
