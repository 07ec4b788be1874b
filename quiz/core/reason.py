"""The reason that somebody gives for what they do to others' papers, marks or time: there is one, and it is stored as it was written."""

from __future__ import annotations

from quiz.core.message import Message, QuizError, say

LONGEST_REASON = 500
NO_REASON = say("请写明原因。")


def clean_reason(reason: str, missing: Message = NO_REASON) -> str:
    """Return a reason without the spaces around it. QuizError `no_reason` for none, in the words of `missing`, and for one that is too long."""
    text = reason.strip()
    if not text:
        raise QuizError("no_reason", missing)
    if len(text) > LONGEST_REASON:
        raise QuizError("no_reason", say("原因最多{n}个字。", n=LONGEST_REASON))
    return text
