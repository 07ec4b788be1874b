"""Answers as somebody types them from a sheet: letters, √ and ×, a text for each blank. What is no answer is refused, never guessed."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from quiz.core.answer_sheet import response_of
from quiz.core.message import Message, say
from quiz.core.paper import Paper, Slot
from quiz.core.question import OPTION_LETTERS, QuestionType, places
from quiz.core.response import Response

YES, NO = frozenset("√✓TY对正1"), frozenset("×✗XFN错误0")
"""What may be typed for a sentence that is marked right or wrong."""

NOTHING = "-"
"""Stands for a place of an ordering or matching that is left empty."""


def fields_of(slot: Slot) -> int:
    """Return how many fields a slot has to be typed into."""
    return max(1, len(slot.question.blanks)) if slot.question.type is QuestionType.FILL_IN else 1


def read_keyed(paper: Paper, typed: Mapping[int, Sequence[str]]) -> tuple[dict[int, Response], dict[int, Message]]:
    """Return the response to every slot, and for each slot that was typed wrongly what is wrong."""
    responses: dict[int, Response] = {}
    faults: dict[int, Message] = {}
    for slot in paper.slots:
        texts = [text.strip() for text in typed.get(slot.number, ())]
        found = tuple(texts) if slot.question.type.is_text else _read_choice(slot, "".join(texts))
        if isinstance(found, Message):
            faults[slot.number] = found
        else:
            responses[slot.number] = found if any(found) else ()
    return responses, faults


def _read_choice(slot: Slot, text: str) -> Response | Message:
    question = slot.question
    plain = "".join(unicodedata.normalize("NFKC", text).upper().split())
    if question.type is QuestionType.TRUE_FALSE:
        return _read_sentence(plain)
    if question.type.is_pairs:
        return _read_pairs(slot, plain)
    known = OPTION_LETTERS[: len(question.options)]
    letters = sorted(set(plain))
    if not set(letters) <= set(known):
        return say("只能填字母{first}到{last}。", first=known[0], last=known[-1])
    if len(letters) != len(plain):
        return say("同一个字母填了两次。")
    if len(letters) > 1 and question.type is not QuestionType.MULTIPLE:
        return say("本题只能选一项；考生涂了几项时，请先核对原卡。")
    return response_of(question, tuple((0, known.index(letter)) for letter in letters))


def _read_sentence(plain: str) -> Response | Message:
    if not plain:
        return ()
    if plain[:1] in YES and set(plain) <= YES | {"确"}:
        return ("T",)
    return ("F",) if set(plain) <= NO else say("请填√或×（也可以填1或0、T或F）。")


def _read_pairs(slot: Slot, plain: str) -> Response | Message:
    """Letters in the order of the places or prompts, "-" for an empty one: BAC, B-C."""
    question = slot.question
    asked, known = places(question), OPTION_LETTERS[: len(question.options)]
    if plain and len(plain) != len(asked):
        return say("请依次填{n}个字母，空着的填“-”。", n=len(asked))
    if not set(plain) <= {*known, NOTHING}:
        return say("只能填字母{first}到{last}。", first=known[0], last=known[-1])
    return response_of(question, tuple((row, known.index(letter)) for row, letter in enumerate(plain) if letter != NOTHING))


def differing(one: Mapping[int, Response], other: Mapping[int, Response]) -> list[int]:
    """Return the slots in which two keyings differ."""
    return [slot for slot in sorted({*one, *other}) if tuple(one.get(slot, ())) != tuple(other.get(slot, ()))]


def agreed(keyed: Sequence[Mapping[int, Response]]) -> dict[int, Response] | None:
    """Return what two people typed alike, with what a third settled; None while that is open."""
    if len(keyed) < 2 or (len(keyed) == 2 and differing(*keyed)):
        return None
    return {**keyed[0], **(keyed[2] if len(keyed) > 2 else {})}
