"""What a study booklet holds: each question as what is to be known, with its answer, reason and clause; what ends soon; from which documents.

A booklet teaches, so it prints what is right and nothing else: no wrong option, no false statement that stays in the mind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from quiz.core.coverage import SOON_DAYS
from quiz.core.picture import Picture
from quiz.core.question import AREAS, BLANK, Label, Option, Question, QuestionType, Source, places

EMPTY_BRACKET = re.compile(r"[（(][ \u3000]*[）)][。.]?\s*$")
BLANK_RUN = re.compile("_{4,}")
CIRCLED = "①②③④⑤⑥⑦⑧"


class BookletKind(StrEnum):
    """A book of folded sheets to carry about, or a card of one leaf with the most important."""

    POCKET = "pocket"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a sentence; what is `known` by heart stands out in print."""

    text: str
    known: bool = False


@dataclass(frozen=True, slots=True)
class Lesson:
    """One thing to know: a sentence, or a question as a sentence with its answers below; a picture to either."""

    sentence: tuple[Piece, ...]
    answers: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A question as it stands in a booklet under its number: first a case's situation, then its lessons. `valid_to` is None while it has no end."""

    number: int
    uid: str
    area: str
    situation: str
    lessons: tuple[Lesson, ...]
    explanation: str
    source: Source
    is_sample: bool
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Document:
    """A source of a booklet under its number: the clauses that it is cited with, each with the numbers of the entries."""

    number: int
    source: Source
    clauses: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """A day on which entries end; `is_soon` when that is near."""

    day: date
    is_soon: bool
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Booklet:
    """What is printed: of which areas, as of which day."""

    areas: tuple[str, ...]
    day: date
    entries: tuple[Entry, ...]

    @property
    def samples(self) -> int:
        """How many entries no county reader has confirmed."""
        return sum(entry.is_sample for entry in self.entries)

    @property
    def pictures(self) -> frozenset[str]:
        """The digests of all pictures."""
        return frozenset(picture.digest for entry in self.entries for lesson in entry.lessons for picture in lesson.pictures)

    def of_area(self, area: str) -> tuple[Entry, ...]:
        """Return the entries of one area."""
        return tuple(entry for entry in self.entries if entry.area == area)

    def documents(self) -> tuple[Document, ...]:
        """Return the documents, in the order in which they are first cited."""
        found: dict[tuple[str, str | None, str, date | None], dict[str, list[int]]] = {}
        first: dict[tuple[str, str | None, str, date | None], Source] = {}
        for entry in self.entries:
            key = document_key(entry.source)
            first.setdefault(key, entry.source)
            found.setdefault(key, {}).setdefault(entry.source.clause, []).append(entry.number)
        return tuple(
            Document(number, first[key], tuple((clause, tuple(numbers)) for clause, numbers in clauses.items()))
            for number, (key, clauses) in enumerate(found.items(), start=1)
        )

    def endings(self) -> tuple[Ending, ...]:
        """Return the days on which entries end, the nearest first."""
        days: dict[date, list[int]] = {}
        for entry in self.entries:
            if entry.valid_to is not None:
                days.setdefault(entry.valid_to, []).append(entry.number)
        soon = self.day + timedelta(days=SOON_DAYS)
        return tuple(Ending(day, day <= soon, tuple(days[day])) for day in sorted(days))


def document_key(source: Source) -> tuple[str, str | None, str, date | None]:
    """Return what is the same for every clause of one document."""
    return source.title, source.number, source.issuer, source.issued_on


def make_booklet(questions: Iterable[Question], areas: Sequence[str], day: date) -> Booklet:
    """Return the booklet of these questions, by area, topic and uid, numbered through."""
    order = {area: place for place, area in enumerate(AREAS)}
    found = sorted(questions, key=lambda question: (order.get(question.area, len(order)), question.area, question.topic, question.uid))
    return Booklet(tuple(areas), day, tuple(make_entry(number, question) for number, question in enumerate(found, start=1)))


def make_entry(number: int, question: Question) -> Entry:
    """Return a question as an entry."""
    is_case = question.type is QuestionType.CASE
    return Entry(
        number=number,
        uid=question.uid,
        area=question.area,
        situation=question.stem if is_case else "",
        lessons=tuple(_lesson(part) for part in (question.parts if is_case else (question,))),
        explanation=" ".join(question.explanation.split()),
        source=question.source,
        is_sample=question.label is Label.SAMPLE,
        valid_to=question.valid_to,
    )


def _lesson(question: Question) -> Lesson:
    pictures = (question.picture,) if question.picture else ()
    if question.type is QuestionType.FILL_IN:
        return Lesson(filled(question), (), pictures)
    if question.type is QuestionType.TRUE_FALSE:
        if "T" in question.key or question.true_sentence:
            sentence = EMPTY_BRACKET.sub("", question.stem if "T" in question.key else question.true_sentence)
            return Lesson((Piece(sentence),), (), pictures)
        return Lesson((Piece(EMPTY_BRACKET.sub("", question.stem)),), right_answers(question), pictures)
    chosen = tuple(option.picture for option in question.options if option.id in question.key and option.picture)
    return Lesson((Piece(question.stem),), right_answers(question), (*pictures, *chosen))


def filled(question: Question) -> tuple[Piece, ...]:
    """Return a fill-in's sentence with its first answers in the blanks; a unit is added where the sentence does not go on with it."""
    pieces: list[Piece] = []
    rest = BLANK_RUN.split(question.stem)
    for place, text in enumerate(rest):
        if text:
            pieces.append(Piece(text))
        if place < len(rest) - 1 and place < len(question.blanks):
            blank = question.blanks[place]
            unit = "" if rest[place + 1].startswith(blank.unit) else blank.unit
            pieces.append(Piece(blank.answers[0] + unit, known=True))
        elif place < len(rest) - 1:
            pieces.append(Piece(BLANK))
    return tuple(pieces)


def right_answers(question: Question) -> tuple[str, ...]:
    """Return what is right in words that hold whatever the order of options; several are told apart as a list."""
    if question.type is QuestionType.FILL_IN:
        return tuple(blank.answers[0] + blank.unit for blank in question.blanks)
    if question.type is QuestionType.SHORT_ANSWER:
        return (question.model_answer,) if question.model_answer else tuple(point.text for point in question.points)
    texts = {option.id: option.text or _pictured(option) for option in question.options}
    if question.type is QuestionType.ORDERING:
        at = {pair[0]: pair[1:] for pair in question.key}
        return ("　".join(f"{CIRCLED[int(place) - 1]}{texts[at[place]]}" for place in places(question)),)
    if question.type is QuestionType.MATCHING:
        prompts = {prompt.id: prompt.text for prompt in question.prompts}
        return tuple(f"{prompts[pair[0]]}——{texts[pair[1:]]}" for pair in sorted(question.key))
    return tuple(text for name, text in texts.items() if name in question.key)


def _pictured(option: Option) -> str:
    """What an option without words shows: its picture's description, else its letter."""
    return option.picture.alt if option.picture else option.id
