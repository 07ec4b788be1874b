"""Questions as values: what is asked, what is right, where it is written and when it holds; knows no file and no database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from quiz.core.message import mark_text

BLANK = "____"
"""How a blank of a fill-in question is written in its stem."""

OPTION_LETTERS = "ABCDEFGH"


class QuestionType(StrEnum):
    """The kinds of question; each has one page partial and one print part (a test walks this list)."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    FILL_IN = "fill_in"

    @property
    def is_choice(self) -> bool:
        """True when the response is a set of option ids."""
        return self is not QuestionType.FILL_IN


class Level(StrEnum):
    """What a question asks of the person: to know (识记) or to use (运用)."""

    RECALL = "recall"
    APPLICATION = "application"


class BlankKind(StrEnum):
    """How the answers of a blank are compared."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


class Label(StrEnum):
    """How far a county stands behind a question: a sample nobody has confirmed, or confirmed against the document."""

    SAMPLE = "sample"
    CONFIRMED = "confirmed"


AREAS: dict[str, str] = {
    "monitoring": mark_text("防返贫动态监测"),
    "education": mark_text("义务教育保障"),
    "health": mark_text("基本医疗保障"),
    "housing": mark_text("安全住房"),
    "water": mark_text("饮水安全"),
    "assistance": mark_text("兜底保障"),
    "industry": mark_text("产业帮扶与小额信贷"),
    "employment": mark_text("就业帮扶"),
    "relocation": mark_text("易地搬迁后续扶持"),
    "stationing": mark_text("驻村帮扶"),
    "assets": mark_text("资金项目与资产管理"),
    "governance": mark_text("乡村建设与乡村治理"),
}
"""The twelve policy areas by their code, as proposed in the domain brief; a bank's `area` is one of the codes."""

TYPE_NAMES: dict[QuestionType, str] = {
    QuestionType.SINGLE: mark_text("单项选择题"),
    QuestionType.MULTIPLE: mark_text("多项选择题"),
    QuestionType.TRUE_FALSE: mark_text("判断题"),
    QuestionType.FILL_IN: mark_text("填空题"),
}

LEVEL_NAMES: dict[Level, str] = {Level.RECALL: mark_text("识记"), Level.APPLICATION: mark_text("运用")}


@dataclass(frozen=True, slots=True)
class Source:
    """The clause a key rests on. `number` and `issued_on` are None when the document has none."""

    title: str
    issuer: str
    clause: str
    number: str | None = None
    issued_on: date | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """A choice. `id` is its letter in the bank; responses and keys speak of ids, never of printed letters."""

    id: str
    text: str


TRUE_OPTIONS = (Option("T", mark_text("正确")), Option("F", mark_text("错误")))
"""A true/false question is a choice between these two."""


@dataclass(frozen=True, slots=True)
class Blank:
    """One gap: every accepted answer, how to compare them, and the group whose blanks may be filled in any order."""

    answers: tuple[str, ...]
    kind: BlankKind = BlankKind.TEXT
    unit: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question ready to be asked. `uid` is stable over revisions; for a bound template it is `template@place`.

    `keep_order` holds the options in the order given (numbers that ascend); otherwise each paper shuffles them.
    """

    uid: str
    type: QuestionType
    category: str
    area: str
    department: str
    stem: str
    level: Level
    topic: str
    source: Source
    explanation: str
    valid_from: date
    valid_to: date | None = None
    options: tuple[Option, ...] = ()
    key: frozenset[str] = frozenset()
    blanks: tuple[Blank, ...] = ()
    true_sentence: str = ""
    jurisdiction: str = "全国"
    label: Label = Label.SAMPLE
    tags: tuple[str, ...] = ()
    difficulty: Decimal | None = None
    weight_class: str = ""
    keep_order: bool = False

    def is_valid_on(self, day: date) -> bool:
        """True when the question's source holds on `day` (both ends included)."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def with_options(self, options: tuple[Option, ...]) -> Question:
        """Return the same question with its options in the given order."""
        return replace(self, options=options)


@dataclass(frozen=True, slots=True)
class Revision:
    """A published, immutable state of a question: `number` counts from 1, `digest` is the SHA-256 of its content."""

    number: int
    digest: str
    question: Question


def base_uid(uid: str) -> str:
    """Return the uid of the template behind a bound question, or of the question itself."""
    return uid.partition("@")[0]


def letters(ids: frozenset[str], options: tuple[Option, ...]) -> str:
    """Return the printed letters of `ids` where the options stand in this order, e.g. "AC"."""
    return "".join(OPTION_LETTERS[i] for i, option in enumerate(options) if option.id in ids)


def key_text(question: Question) -> str:
    """Return the key as a person writes it: letters, 正确/错误, or the first answer of each blank."""
    if question.type is QuestionType.FILL_IN:
        return "；".join(f"{blank.answers[0]}{blank.unit}" for blank in question.blanks)
    return response_text(question, tuple(sorted(question.key)))


def response_text(question: Question, response: tuple[str, ...]) -> str:
    """Return a response as a person writes it: letters as printed, 正确/错误, or the blanks; empty when there is none."""
    if question.type is QuestionType.FILL_IN:
        return "；".join(response)
    if question.type is QuestionType.TRUE_FALSE:
        return "".join(option.text for option in TRUE_OPTIONS if option.id in response)
    return letters(frozenset(response), question.options)
