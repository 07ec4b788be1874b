"""What an answer sheet (答题卡) asks for, by the paper alone, and what its square codes say; knows no millimetre and no ink."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from quiz.core.paper import Paper, Slot
from quiz.core.question import OPTION_LETTERS, Question, QuestionType, places
from quiz.core.response import Response

NUMBER_DIGITS = 10
"""Columns of the grid for the staff number."""

CHECK_LENGTH = 6
FEWEST_LINES, MOST_LINES = 4, 14


class Kind(StrEnum):
    """How a slot is answered on the sheet: one row of bubbles, a row for each place or prompt, a box for each blank, lines to write on."""

    CHOICE = "choice"
    PAIRS = "pairs"
    BLANKS = "blanks"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class SlotShape:
    """What a slot needs on the sheet: `rows` of bubbles with `labels`, or so many blanks, or so many lines. Nothing in it tells a key.

    `takes_several` when more than one bubble of a row may be filled.
    """

    number: int
    kind: Kind
    rows: int
    labels: tuple[str, ...] = ()
    row_labels: tuple[str, ...] = ()
    takes_several: bool = False


SheetShape = tuple[tuple[SlotShape, ...], ...]
"""The slots of a paper, section by section: papers of the same shape have the same sheet but for their words."""


@dataclass(frozen=True, slots=True)
class SheetId:
    """What a square code of a sheet says: which paper, which page, a check; `is_lower` for the small code at the foot."""

    paper: str
    page: int
    check: str
    is_lower: bool = False

    @property
    def text(self) -> str:
        """The code's text."""
        return f"{self.paper}/{LOWER if self.is_lower else UPPER}{self.page}/{self.check}"


UPPER, LOWER = "A", "B"
"""The two codes of a page. A sheet that is laid out otherwise one day gets other letters, so that old sheets are still read rightly."""

_CODE = re.compile(rf"([A-Z0-9-]{{1,20}})/([{UPPER}{LOWER}])([1-9]\d?)/([A-Z2-7]{{{CHECK_LENGTH}}})")
_QUESTION_PAGE = re.compile(rf"[A-Z0-9-]{{1,20}}/[1-9]\d?/[A-Z2-7]{{{CHECK_LENGTH}}}")


def sheet_id(paper: str, digest: str, page: int, *, is_lower: bool = False) -> SheetId:
    """Return what a page's square code says; the check follows from the paper's digest, which a reader of the sheet cannot know."""
    return SheetId(paper, page, sheet_check(digest, page), is_lower)


def sheet_check(digest: str, page: int) -> str:
    """Return the check of a page of the sheet of the paper with this digest."""
    raw = hashlib.sha256(f"kaoxue/answer-sheet/v1\0{digest}\0{page}".encode()).digest()
    return base64.b32encode(raw).decode("ascii")[:CHECK_LENGTH]


def parse_code(text: str) -> SheetId | None:
    """Return what a code says, or None when it is no code of an answer sheet of ours."""
    found = _CODE.fullmatch(text)
    return SheetId(found[1], int(found[3]), found[4], found[2] == LOWER) if found else None


def is_question_page(text: str) -> bool:
    """True for the code on a page of a question paper, which a scanner may be fed by mistake."""
    return _QUESTION_PAGE.fullmatch(text) is not None


def shape_of(paper: Paper) -> SheetShape:
    """Return what the sheet of a paper asks for."""
    return tuple(tuple(_slot_shape(slot) for slot in paper.slots_of(index)) for index in range(len(paper.sections)))


def _slot_shape(slot: Slot) -> SlotShape:
    question = slot.question
    if question.type is QuestionType.FILL_IN:
        return SlotShape(slot.number, Kind.BLANKS, len(question.blanks))
    if question.type in (QuestionType.SHORT_ANSWER, QuestionType.CASE):
        return SlotShape(slot.number, Kind.LINES, written_lines(slot.max_mark))
    labels = tuple(OPTION_LETTERS[: len(question.options)])
    if question.type is QuestionType.TRUE_FALSE:
        return SlotShape(slot.number, Kind.CHOICE, 1, tuple("√" if option.id == "T" else "×" for option in question.options))
    if question.type.is_pairs:
        asked = places(question)
        return SlotShape(slot.number, Kind.PAIRS, len(asked), labels, asked)
    return SlotShape(slot.number, Kind.CHOICE, 1, labels, takes_several=question.type is QuestionType.MULTIPLE)


def written_lines(max_mark: Decimal) -> int:
    """Return how many lines a short answer gets, on the paper and on the sheet: one for each mark, from 4 to 14."""
    return min(MOST_LINES, max(FEWEST_LINES, round(float(max_mark))))


def response_of(question: Question, filled: tuple[tuple[int, int], ...]) -> Response:
    """Return the response that filled bubbles stand for, each given by row and place in the row, as the page would have sent it."""
    if question.type.is_pairs:
        asked = places(question)
        return tuple(sorted(asked[row] + question.options[choice].id for row, choice in filled))
    return tuple(sorted(question.options[choice].id for _, choice in filled))


def number_digits(number: str) -> str:
    """Return the digits of a staff number that go into the grid, from its left column on: the last ten at most."""
    return "".join(char for char in number if char.isascii() and char.isdigit())[-NUMBER_DIGITS:]
