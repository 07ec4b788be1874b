"""Results as values: one row a cadre, one row a unit; averages are exact and rounded half up to a hundredth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from quiz.core.message import mark_text


class Standing(StrEnum):
    """How far a cadre got: not started yet, at work, submitted, absent (the window has closed and they never started), or made void."""

    NOT_STARTED = "not_started"
    AT_WORK = "at_work"
    SUBMITTED = "submitted"
    ABSENT = "absent"
    VOIDED = "voided"


STANDING_NAMES = {
    Standing.NOT_STARTED: mark_text("未开始"),
    Standing.AT_WORK: mark_text("作答中"),
    Standing.SUBMITTED: mark_text("已交卷"),
    Standing.ABSENT: mark_text("缺考"),
    Standing.VOIDED: mark_text("作废"),
}


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One cadre's result. `score` is None until graded; `pending` counts slots that a person still has to judge; `form` is a letter or empty."""

    unit_code: str
    unit: str
    number: str
    name: str
    post: str
    paper_code: str
    standing: Standing
    score: Decimal | None
    max_score: Decimal
    pass_mark: Decimal
    pending: int = 0
    started_at: datetime | None = None
    submitted_at: datetime | None = None
    closed_by: str = ""
    form: str = ""

    @property
    def is_pass(self) -> bool | None:
        """Whether the score reaches the pass mark; None without a score or a pass mark."""
        return None if self.score is None or self.pass_mark <= 0 else self.score >= self.pass_mark


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit's summary: 应考, 实考, 缺考, 作废, and over those with a score the mean, the best and how many passed."""

    unit_code: str
    unit: str
    expected: int
    sat: int
    absent: int
    mean: Decimal | None
    best: Decimal | None
    passed: int
    voided: int = 0
    has_line: bool = True

    @property
    def pass_rate(self) -> Decimal | None:
        """Passed over sat, in percent with one decimal; None when nobody sat, or nobody could fail."""
        return None if not self.sat or not self.has_line else (Decimal(100 * self.passed) / self.sat).quantize(Decimal("0.1"), ROUND_HALF_UP)


def summarise(rows: Iterable[ResultRow]) -> tuple[UnitRow, ...]:
    """Return one summary a unit, in the order in which the units first appear."""
    by_unit: dict[tuple[str, str], list[ResultRow]] = {}
    for row in rows:
        by_unit.setdefault((row.unit_code, row.unit), []).append(row)
    return tuple(summarise_one(code, unit, members) for (code, unit), members in by_unit.items())


def summarise_one(code: str, unit: str, rows: list[ResultRow]) -> UnitRow:
    """Return the summary of one group of rows under the given name."""
    scores = [row.score for row in rows if row.score is not None]
    return UnitRow(
        unit_code=code,
        unit=unit,
        expected=len(rows),
        sat=len(scores),
        absent=sum(row.standing is Standing.ABSENT for row in rows),
        mean=(sum(scores, Decimal(0)) / len(scores)).quantize(Decimal("0.01"), ROUND_HALF_UP) if scores else None,
        best=max(scores, default=None),
        passed=sum(bool(row.is_pass) for row in rows),
        voided=sum(row.standing is Standing.VOIDED for row in rows),
        has_line=any(row.pass_mark > 0 for row in rows),
    )
