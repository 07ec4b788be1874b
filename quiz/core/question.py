"""Questions as values: what is asked, what is right, where it is written and when it holds; knows no file and no database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from quiz.core.message import mark_text, with_minus
from quiz.core.picture import Picture

BLANK = "____"
"""How a blank of a fill-in question is written in its stem."""

OPTION_LETTERS = "ABCDEFGH"


class QuestionType(StrEnum):
    """The kinds of question; each has one page partial and one print part (a test walks this list)."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    FILL_IN = "fill_in"
    ORDERING = "ordering"
    MATCHING = "matching"
    SHORT_ANSWER = "short_answer"
    CASE = "case"

    @property
    def is_text(self) -> bool:
        """True when the response is written text, one for each blank."""
        return self in (QuestionType.FILL_IN, QuestionType.SHORT_ANSWER)

    @property
    def is_pairs(self) -> bool:
        """True when the response is a set of pairs of a place or prompt and an option, such as "1C"."""
        return self in (QuestionType.ORDERING, QuestionType.MATCHING)


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
    QuestionType.ORDERING: mark_text("排序题"),
    QuestionType.MATCHING: mark_text("连线题"),
    QuestionType.SHORT_ANSWER: mark_text("简答题"),
    QuestionType.CASE: mark_text("案例分析题"),
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
    """A choice. `id` is its letter in the bank; responses and keys speak of ids, never of printed letters. With a picture `text` may be empty.

    `share` is the percent of the marks that choosing it adds, or takes off below 0, under the rule `option_shares`; it tells the key.
    """

    id: str
    text: str
    picture: Picture | None = None
    share: Decimal | None = None


TRUE_OPTIONS = (Option("T", mark_text("正确")), Option("F", mark_text("错误")))
"""A true/false question is a choice between these two."""


@dataclass(frozen=True, slots=True)
class Blank:
    """One gap: every accepted answer, how to compare them, and the group whose blanks may be filled in any order.

    `tolerance` widens a number: "0.5" to either side, or "1%" of the answer. `weight` is the blank's share of the marks beside the others.
    Where the unit is required, a right number without it goes to a person.
    """

    answers: tuple[str, ...]
    kind: BlankKind = BlankKind.TEXT
    unit: str = ""
    group: str = ""
    tolerance: str = ""
    weight: Decimal = Decimal(1)
    unit_required: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a marking scheme: what a short answer must say, its share of the marks, and words that hint at it (only a hint)."""

    text: str
    marks: Decimal
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question ready to be asked. `uid` is stable over revisions; for a bound template it is `template@place`.

    `keep_order` holds the options in the order given (numbers that ascend); otherwise each paper shuffles them. An ordering's options are
    its items and its key the pairs of place and item ("1C" = item C comes first); a matching's `prompts` are the left side and its key
    the pairs of prompt and option. A short answer has marking `points`; a case's stem is the situation and `parts` its questions,
    whose `part_marks` say how they share the marks. `not_with` names questions that never stand on one paper with it.
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
    prompts: tuple[Option, ...] = ()
    points: tuple[Point, ...] = ()
    model_answer: str = ""
    parts: tuple[Question, ...] = ()
    part_marks: Decimal = Decimal(1)
    picture: Picture | None = None
    not_with: tuple[str, ...] = ()

    @property
    def has_shares(self) -> bool:
        """True when its author set what each option earns."""
        return any(option.share is not None for option in self.options)

    def is_valid_on(self, day: date) -> bool:
        """True when the question's source holds on `day` (both ends included)."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def with_options(self, options: tuple[Option, ...]) -> Question:
        """Return the same question with its options in the given order."""
        new = object.__new__(Question)
        for member in MEMBERS:  # a paper in ten thousand shows every question anew: `replace` takes five times as long
            member.__set__(new, member.__get__(self))
        OPTIONS.__set__(new, options)
        return new


MEMBERS: tuple[Any, ...] = tuple(getattr(Question, field.name) for field in fields(Question))
OPTIONS: Any = Question.__dict__["options"]


def without_shares(options: tuple[Option, ...]) -> tuple[Option, ...]:
    """Return the options without what each earns; the very same where none has a share."""
    if all(option.share is None for option in options):
        return options
    return tuple(replace(option, share=None) for option in options)


@dataclass(frozen=True, slots=True)
class Revision:
    """A published, immutable state of a question: `number` counts from 1, `digest` is the SHA-256 of its content."""

    number: int
    digest: str
    question: Question


def pictures_of(question: Question) -> Iterator[Picture]:
    """Yield every picture of a question: its stem's, its options' and those of its parts."""
    pictures = (question.picture, *(option.picture for option in (*question.options, *question.prompts)))
    yield from (picture for picture in pictures if picture)
    for part in question.parts:
        yield from pictures_of(part)


def base_uid(uid: str) -> str:
    """Return the uid in the bank behind a bound template ("t@T01") or a part of a case ("c#2"), or of the question itself."""
    return uid.partition("@")[0].partition("#")[0]


def places(question: Question) -> tuple[str, ...]:
    """Return the ids that a pairs question asks for: the places of an ordering, the prompts of a matching."""
    if question.type is QuestionType.MATCHING:
        return tuple(prompt.id for prompt in question.prompts)
    return tuple(str(place) for place in range(1, len(question.options) + 1))


def letters(ids: frozenset[str], options: tuple[Option, ...]) -> str:
    """Return the printed letters of `ids` where the options stand in this order, e.g. "AC"."""
    return "".join(OPTION_LETTERS[i] for i, option in enumerate(options) if option.id in ids)


def shares_text(question: Question) -> str:
    """Return what each option earns, by the letters as printed: "A 50%，B 50%，C −50%"; empty where its author set nothing."""
    named = [(OPTION_LETTERS[i], option.share) for i, option in enumerate(question.options) if option.share is not None]
    return "，".join(with_minus(f"{letter} {share.normalize():f}%") for letter, share in named)


def key_text(question: Question) -> str:
    """Return the key as a person writes it: letters, 正确/错误, the first answer of each blank, or a short answer's model."""
    if question.type is QuestionType.FILL_IN:
        return "；".join(f"{blank.answers[0]}{blank.unit}" for blank in question.blanks)
    if question.type is QuestionType.SHORT_ANSWER:
        return question.model_answer or "；".join(point.text for point in question.points)
    return response_text(question, tuple(sorted(question.key)))


def response_text(question: Question, response: tuple[str, ...]) -> str:
    """Return a response as a person writes it: letters as printed, 正确/错误, pairs, or the texts; empty when there is none."""
    if question.type.is_text:
        return "；".join(response)
    if question.type is QuestionType.TRUE_FALSE:
        return "".join(option.text for option in TRUE_OPTIONS if option.id in response)
    if question.type.is_pairs:
        return _pairs_text(question, response)
    return letters(frozenset(response), question.options)


def _pairs_text(question: Question, response: tuple[str, ...]) -> str:
    """An ordering as a run of letters with － for an empty place, a matching as 1－B，2－A."""
    if not response:
        return ""
    chosen = {pair[0]: letters(frozenset({pair[1:]}), question.options) for pair in response}
    if question.type is QuestionType.ORDERING:
        return "".join(chosen.get(place, "－") for place in places(question))
    return "，".join(f"{place}－{chosen[place]}" for place in places(question) if place in chosen)
