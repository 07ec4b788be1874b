"""What in a short answer speaks of which point of its marking scheme: hints for a marker's eye, never a mark.

A point is hinted at when one of its keywords occurs; one that stands behind a negation is flagged, because 不含收入 names the word and denies it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from quiz.core.question import Question

NEGATIONS = ("不", "非", "没有", "没", "未", "无", "并非")
GUARD = 4
"""Within how many characters before a keyword a negation counts."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the answer. `point` counts from 1 where a keyword of that point stands, 0 elsewhere; `negated` when it seems to be denied."""

    text: str
    point: int = 0
    negated: bool = False


@dataclass(frozen=True, slots=True)
class PointHint:
    """What was found for one point: its keywords in the answer, and whether every one of them seems to be denied."""

    found: tuple[str, ...]
    negated: bool

    @property
    def is_met(self) -> bool:
        """True when the answer seems to say it."""
        return bool(self.found) and not self.negated


@dataclass(frozen=True, slots=True)
class Hints:
    """The answer in pieces, a hint for each point, and the share of the marks that the points seemingly met are worth."""

    pieces: tuple[Piece, ...]
    points: tuple[PointHint, ...]
    share: Fraction

    @property
    def has_any(self) -> bool:
        """True when a keyword was found at all."""
        return any(point.found for point in self.points)


def hints_for(question: Question, text: str) -> Hints:
    """Return what the keywords of a marking scheme find in an answer."""
    hits = _hits(question, text)
    points = []
    for number in range(1, len(question.points) + 1):
        mine = [(word, negated) for _, word, point, negated in hits if point == number]
        points.append(PointHint(tuple(dict.fromkeys(word for word, _ in mine)), bool(mine) and all(negated for _, negated in mine)))
    total = sum((point.marks for point in question.points), Decimal(0))
    met = sum((point.marks for point, hint in zip(question.points, points, strict=True) if hint.is_met), Decimal(0))
    return Hints(_pieces(text, hits), tuple(points), Fraction(met) / Fraction(total) if total else Fraction(0))


def _hits(question: Question, text: str) -> list[tuple[int, str, int, bool]]:
    """Every keyword found as (place, as written, point, negated), in order, none within another: the longer and the earlier stand."""
    folded = _fold(text)
    found: list[tuple[int, int, int]] = []
    for number, point in enumerate(question.points, 1):
        for keyword in {word.strip() for word in point.keywords if word.strip()}:
            at = folded.find(_fold(keyword))
            while at >= 0:
                found.append((at, at + len(keyword), number))
                at = folded.find(_fold(keyword), at + 1)
    out: list[tuple[int, str, int, bool]] = []
    end = 0
    for start, stop, number in sorted(found, key=lambda hit: (hit[0], -hit[1], hit[2])):
        if start >= end:
            before = text[max(0, start - GUARD) : start]
            out.append((start, text[start:stop], number, any(word in before for word in NEGATIONS)))
            end = stop
    return out


def _fold(text: str) -> str:
    """Letters without case, in their places: the few that fold into two stay as they are."""
    return "".join(folded if len(folded := letter.casefold()) == 1 else letter for letter in text)


def _pieces(text: str, hits: list[tuple[int, str, int, bool]]) -> tuple[Piece, ...]:
    out: list[Piece] = []
    at = 0
    for start, word, number, negated in hits:
        if start > at:
            out.append(Piece(text[at:start]))
        out.append(Piece(word, number, negated))
        at = start + len(word)
    return (*out, Piece(text[at:])) if at < len(text) else tuple(out)
