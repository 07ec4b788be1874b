"""Options as a page names them: a, b, c by where they stand on that very paper, never by their ids.

An id is a letter in the bank, and the bank's order may be the answer: an ordering's items stand there in their right order, a matching's pairs
side by side. Whoever reads the source of a page must find nothing there that does not stand on it.
"""

from __future__ import annotations

from quiz.core.question import OPTION_LETTERS, Question, QuestionType
from quiz.core.response import Response

UNKNOWN = "?"
"""No option of any question has this id."""


def as_shown(question: Question, response: Response) -> Response:
    """Return a response as the page names it, sorted; `question` has its options in the order shown. Texts and true/false stay as they are."""
    names = {option: name for name, option in _options(question).items()}
    if question.type.is_pairs:
        return tuple(sorted(pair[:1] + names[pair[1:]] for pair in response))
    return tuple(sorted(names[option] for option in response)) if names else response


def as_stored(question: Question, value: object) -> object:
    """Return what came from a page with ids in the place of its names; what it does not understand stays, for `check_response` to judge.

    An id is no name: were one taken here, the answer to it would tell where that option stands.
    """
    options = _options(question)
    if not options or not isinstance(value, list):
        return value
    if question.type.is_pairs:
        return [_stored(pair[1:], options, pair[:1]) if isinstance(pair, str) else pair for pair in value]
    return [_stored(name, options) if isinstance(name, str) else name for name in value]


def _stored(name: str, options: dict[str, str], place: str = "") -> str:
    """An option's id by its name; nothing that any question has for any other text, but nothing for nothing."""
    return place + (options.get(name, UNKNOWN) if name else "")


def _options(question: Question) -> dict[str, str]:
    """The ids of the options by their names on the page; empty where there is nothing to hide."""
    if question.type.is_text or question.type is QuestionType.TRUE_FALSE:
        return {}
    return {OPTION_LETTERS[place].lower(): option.id for place, option in enumerate(question.options)}
