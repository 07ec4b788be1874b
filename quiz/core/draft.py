"""Questions as other people's files hold them: not yet reviewed, perhaps without citation or validity, each with the place it came from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from quiz.core.message import Diagnostic


class DraftType(StrEnum):
    """What a draft asks for; the same words as the bank format."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    FILL_IN = "fill_in"
    ORDERING = "ordering"
    MATCHING = "matching"
    SHORT_ANSWER = "short_answer"
    CASE = "case"


@dataclass(frozen=True, slots=True)
class DraftBlank:
    """One gap and every answer that is right; `number` when answers are compared as numbers, within `tolerance` (absolute)."""

    answers: tuple[str, ...]
    is_number: bool = False
    tolerance: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A question on its way in or out.

    `options` and `right` (indices into options, from 0) serve the choice types; true/false has right (0,) for true and () for false.
    `blanks` match the ____ of the stem. `items` of an ordering stand in the right order. `pairs` of a matching are (left, right),
    `extra` further right-hand texts without a partner. `model_answer` is a short answer's. `parts` are a case's questions.
    """

    type: DraftType
    stem: str
    options: tuple[str, ...] = ()
    right: tuple[int, ...] = ()
    blanks: tuple[DraftBlank, ...] = ()
    items: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    extra: tuple[str, ...] = ()
    model_answer: str = ""
    parts: tuple[Draft, ...] = ()
    id: str = ""
    explanation: str = ""
    source: str = ""
    category: str = ""
    topic: str = ""
    tags: tuple[str, ...] = ()
    marks: Decimal | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Imported:
    """What an importer kept, and a diagnostic for each thing it could not keep or had to guess, with file and line, row or paragraph."""

    drafts: tuple[Draft, ...]
    diagnostics: tuple[Diagnostic, ...]
