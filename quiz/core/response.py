"""What may be a response at all: the options, pairs or texts that fit a question. Knows nothing of what is right."""

from __future__ import annotations

import re

from quiz.core.message import QuizError, say
from quiz.core.question import Question, QuestionType, places

Response = tuple[str, ...]
"""What a person put in a slot: the ids of the chosen options or pairs, sorted; or the text of each blank. () is "nothing yet"."""

MAX_BLANK_LENGTH = 500
MAX_ANSWER_LENGTH = 4000
HALVES = re.compile("[\ud800-\udfff]")
"""Halves of characters: a browser that cuts a text at its most characters may leave half of an emoji, which no database can store."""


def check_response(question: Question, value: object) -> Response:
    """Return `value`, as it came from outside, as a response to `question`.

    QuizError `bad_response` when it is not a list of texts, names an option that is not there, chooses two of a single choice, or does
    not fit the blanks.
    """
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise QuizError("bad_response", say("作答的格式不对，没有保存。"))
    if question.type.is_text:
        return _check_texts(question, value)
    if question.type.is_pairs:
        return _check_pairs(question, value)
    ids = {option.id for option in question.options}
    chosen = sorted(set(value))
    if not set(chosen) <= ids:
        raise QuizError("bad_response", say("所选的选项不在本题中，没有保存。"))
    if len(chosen) > 1 and question.type is not QuestionType.MULTIPLE:
        raise QuizError("bad_response", say("本题只能选一项，没有保存。"))
    return tuple(chosen)


def _check_texts(question: Question, value: list[str] | tuple[str, ...]) -> Response:
    wanted = len(question.blanks) if question.type is QuestionType.FILL_IN else 1
    most = MAX_BLANK_LENGTH if question.type is QuestionType.FILL_IN else MAX_ANSWER_LENGTH
    if value and len(value) != wanted:
        raise QuizError("bad_response", say("本题有{n}个空，收到{got}个，没有保存。", n=wanted, got=len(value)))
    if any(len(text) > most for text in value):
        raise QuizError("bad_response", say("每空最多{n}个字，没有保存。", n=most))
    texts = tuple(storable(text).strip() for text in value)
    return texts if any(texts) else ()


def storable(text: str) -> str:
    """Return a text from outside as a database can keep it: without NUL, half characters as the sign for one that is lost."""
    return HALVES.sub("\ufffd", text.replace("\0", ""))


def _check_pairs(question: Question, value: list[str] | tuple[str, ...]) -> Response:
    pairs = sorted({pair for pair in value if pair})
    asked, ids = set(places(question)), {option.id for option in question.options}
    if any(pair[:1] not in asked or pair[1:] not in ids for pair in pairs):
        raise QuizError("bad_response", say("所选的选项不在本题中，没有保存。"))
    if len({pair[0] for pair in pairs}) < len(pairs):
        raise QuizError("bad_response", say("同一处只能选一项，没有保存。"))
    return tuple(pairs)
