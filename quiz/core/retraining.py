"""Who should learn again (回炉), by one named rule from published results alone: the same results name the same people for ever.

The rule knows no order of people: a list made with it is never sorted by a score.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from quiz.core.message import Message, mark_text, say
from quiz.core.statistics.interval import share_interval

RULE_NAME = mark_text("回炉规则一")
"""Printed with every list; another rule gets another name."""

AREA_SHARE = 0.6
"""The share of an area's marks that one should earn."""

FEWEST = 4
"""Fewer questions of an area never make a reason."""


class Reason(StrEnum):
    """Why somebody should learn again."""

    ABSENT = "absent"
    FAILED = "failed"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class AreaResult:
    """What somebody earned in an area of one paper: so many questions, the mean share of their marks."""

    area: str
    questions: int
    share: float

    @property
    def is_weak(self) -> bool:
        """True when even the upper end of the 95 % interval lies below what should be known."""
        found = share_interval(self.share, self.questions)
        return self.questions >= FEWEST and found is not None and found.high < AREA_SHARE


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why somebody should learn again, and the areas to begin with; no reasons, nothing to learn again."""

    reasons: tuple[Reason, ...] = ()
    areas: tuple[str, ...] = ()


def rule_text() -> Message:
    """Return the rule in words, as it stands above every list."""
    return say(
        "以本人最近一次已公布成绩的考试为准：缺考；或者总分不及格；或者某一领域至少{n}题，得分率的95%区间全部低于{percent}%。竞赛不作依据，待人工评分的答卷不作判断。",
        n=FEWEST,
        percent=round(100 * AREA_SHARE),
    )


def judge(score: Decimal | None, pass_mark: Decimal, areas: Iterable[AreaResult]) -> Verdict:
    """Return why somebody should learn again after a sitting; `score` is None for who was absent."""
    if score is None:
        return Verdict((Reason.ABSENT,))
    weak = tuple(found.area for found in areas if found.is_weak)
    failed = (Reason.FAILED,) if score < pass_mark else ()
    return Verdict((*failed, Reason.AREA) if weak else failed, weak)


def area_results(shares: Iterable[tuple[str, float]]) -> list[AreaResult]:
    """Return the results by area from (area, share of the marks) of each question, in the order of the areas' codes."""
    found: dict[str, list[float]] = {}
    for area, share in shares:
        found.setdefault(area, []).append(share)
    return [AreaResult(area, len(values), sum(values) / len(values)) for area, values in sorted(found.items())]
