"""Marks for the points of a marking scheme: what each is worth on a paper, and the share of the marks that they make together."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from quiz.core.message import QuizError, say
from quiz.core.paper import Slot, plain_number
from quiz.core.question import Question


def point_shares(question: Question, max_mark: Decimal) -> list[Fraction]:
    """Return what each point of a marking scheme is worth where the question is worth so much, exactly."""
    total = sum((Fraction(point.marks) for point in question.points), Fraction(0))
    return [Fraction(point.marks) / total * Fraction(max_mark) for point in question.points]


def from_points(slot: Slot, points: Sequence[Decimal], comment: str) -> tuple[Fraction, str]:
    """Return the share of the marks that marks for each point make, and the comment with them. QuizError `bad_points`."""
    most = point_shares(slot.question, slot.max_mark)
    hundredth = Fraction(1, 100)
    if any(mark != round(mark, 2) for mark in points):
        raise QuizError("bad_points", say("每个要点的得分最多两位小数。"))
    if len(points) != len(most) or any(not mark >= 0 or Fraction(mark) > top + hundredth for mark, top in zip(points, most, strict=True)):
        raise QuizError("bad_points", say("每个要点的得分须在0和该要点的分值之间。"))
    told = "；".join(say("要点{n}得{mark}分", n=n, mark=plain_number(mark)).render() for n, mark in enumerate(points, 1))
    share = min(Fraction(1), sum((Fraction(mark) for mark in points), Fraction(0)) / Fraction(slot.max_mark))
    return share, f"{told}。{comment.strip()}"
