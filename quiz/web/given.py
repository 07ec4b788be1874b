"""What a plain form says of a question: the values of its fields as a script would send them."""

from __future__ import annotations

from collections.abc import Sequence

from quiz.core.question import Question


def given(question: Question, values: Sequence[str]) -> list[str]:
    """Return the response in the values of a question's fields: texts without the spaces around them, names of options sorted; [] for nothing."""
    if question.type.is_text:
        texts = [text.replace("\r\n", "\n").strip() for text in values]
        return texts if any(texts) else []
    return sorted(value for value in values if value)
