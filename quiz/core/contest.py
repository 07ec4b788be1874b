"""Contests: sittings that take marks off for wrong answers, and what their totals may come to. An examination never does."""

from __future__ import annotations

from enum import StrEnum

from quiz.core.message import mark_text


class Contest(StrEnum):
    """Whether a sitting is a contest, the only kind that may take marks off, and how low a total may fall there.

    Examinations take none off: whoever must pass is not to be kept from trying (domain brief 2.3). So a contest has no pass mark.
    """

    NO = "no"
    NOT_BELOW_ZERO = "not_below_zero"
    BELOW_ZERO = "below_zero"

    @property
    def takes_marks(self) -> bool:
        """True for a contest of either kind."""
        return self is not Contest.NO


CONTEST_NAMES: dict[Contest, str] = {
    Contest.NO: mark_text("考试，不倒扣分"),
    Contest.NOT_BELOW_ZERO: mark_text("竞赛，总分不低于0分"),
    Contest.BELOW_ZERO: mark_text("竞赛，总分可以低于0分"),
}

FLOORS: dict[Contest, str] = {
    Contest.NOT_BELOW_ZERO: mark_text("本场是竞赛，答错按各大题的评分规则倒扣分，不设及格线；各题得分之和低于0分的，总分记0分。"),
    Contest.BELOW_ZERO: mark_text("本场是竞赛，答错按各大题的评分规则倒扣分，不设及格线；总分可以低于0分。"),
}
"""What everybody is told of a contest before it begins: on paper, on the page, on the notice."""
