"""Whether enough people may mark what a sitting leaves to people: each text by one or two of them, and a difference between two by a third."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from quiz.core.blueprint import Section
from quiz.core.message import Message, mark_text, say
from quiz.core.question import QuestionType

BY_TWO = (QuestionType.SHORT_ANSWER, QuestionType.CASE)
"""Types that two people mark where a sitting asks for it; a case may hold short answers."""

BY_ONE = (*BY_TWO, QuestionType.FILL_IN)
"""Types that may leave something to a person."""

AND_ARBITER = 3
"""How many people it takes where two mark each text and may differ."""


@dataclass(frozen=True, slots=True)
class Staffing:
    """How many accounts may mark a whole sitting and do not sit it themselves (`able`), and how many it takes (`wanted`, 0 where nobody marks)."""

    able: int
    wanted: int
    margin_percent: int

    @property
    def missing(self) -> int:
        """How many are too few."""
        return max(0, self.wanted - self.able)

    def warning(self) -> Message | None:
        """Return what will go wrong and what to do, with the counts; None where there are enough."""
        if not self.missing:
            return None
        text = ALONE if self.wanted < AND_ARBITER else TOO_FEW[min(self.able, AND_ARBITER - 1)]
        return say(text, able=self.able, missing=self.missing, margin=self.margin_percent)


ALONE = mark_text("没有账号能评阅这场考试：拿不准的填空和简答题会一直等待评分。请给{missing}个管理权限包括全部考生、自己不参加考试的账号“阅卷”角色。")
TOO_FEW = (
    mark_text(
        "简答题要两人各评一份，能评这场考试的账号却一个也没有：简答题会一直等待评分。请给{missing}个管理权限包括全部考生、自己不参加考试的账号“阅卷”角色（两人评分，一人仲裁）。"
    ),
    mark_text(
        "简答题要两人各评一份，能评这场考试的账号只有{able}个：第二份没有人评，简答题会一直等待评分。请再给{missing}个管理权限包括全部考生、自己不参加考试的账号“阅卷”角色（两人评分，一人仲裁）。"
    ),
    mark_text(
        "简答题由两人各评一份，能评这场考试的账号只有{able}个：两人相差超过本题分值的{margin}%时没有第三人仲裁，这样的作答会一直等下去。请再给{missing}个管理权限包括全部考生、自己不参加考试的账号“阅卷”角色。"
    ),
)
"""What happens where two mark each text and so many accounts may."""


def wanted_for(sections: Iterable[Section], markers: int) -> int:
    """Return how many people a sitting with these sections takes whose short answers are marked by `markers` people each."""
    kinds = {section.type for section in sections}
    if markers > 1 and kinds & set(BY_TWO):
        return AND_ARBITER
    return 1 if kinds & set(BY_ONE) else 0
