"""Questions that must not meet on one paper: declared by a setter, almost the same, or one giving the other's answer away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from quiz.core.message import mark_text
from quiz.core.near_duplicates import Nearby, overlap, shingles
from quiz.core.question import Question, QuestionType

ALIKE = 0.5
"""Stems that share so much look like one question asked twice."""

SAME_MATTER = 0.2
"""A stem that shares so much with another, and holds its answer, tells it."""

SHORTEST_ANSWER = 2
MOST_OF_A_TOPIC = 200
"""How many questions of one knowledge point are compared for give-aways: a bound, so that one crowded point does not cost its square."""

NO_WORD = re.compile(r"[\W_]+")
CITATION = re.compile(r"^(?:根据|按照|依照|依据)?[^，。《]*《[^》]*(?:《[^》]*》[^》]*)?》(?:（[^）]*）)?(?:第[一二三四五六七八九十百零]+条)?[，,]?")
"""The document that a stem names first: shared by questions that ask different things."""


class Why(StrEnum):
    """Why questions are rivals."""

    DECLARED = "declared"
    ALIKE = "alike"
    TELLS = "tells"


WHY_NAMES: dict[Why, str] = {
    Why.DECLARED: mark_text("命题人声明不能同卷"),
    Why.ALIKE: mark_text("题干近似"),
    Why.TELLS: mark_text("一题的题干说出了另一题的答案"),
}


@dataclass(frozen=True, slots=True)
class Rivals:
    """Uids of which a paper has at most one."""

    uids: tuple[str, ...]
    why: Why


def find_rivals(questions: Sequence[Question], declared: Iterable[Sequence[str]] = ()) -> list[Rivals]:
    """Return every set of rivals among the questions, in the order of their uids; the result depends on the questions alone."""
    ordered = sorted(questions, key=lambda question: question.uid.encode())
    known = {question.uid for question in ordered}
    found: dict[tuple[str, ...], Why] = {}
    sets = [*declared, *((question.uid, *question.not_with) for question in ordered if question.not_with)]
    for uids in sets:
        present = tuple(sorted(set(uids) & known))
        if len(present) > 1:
            found.setdefault(present, Why.DECLARED)
    for pair, why in (*((pair, Why.ALIKE) for pair in _alike(ordered)), *((pair, Why.TELLS) for pair in _telling(ordered))):
        found.setdefault(pair, why)
    return [Rivals(uids, why) for uids, why in sorted(found.items())]


def _alike(questions: Sequence[Question]) -> Iterable[tuple[str, str]]:
    nearby = Nearby()
    texts: list[str] = []
    for question in questions:
        text = _asked(question)
        candidates = nearby.add(text)
        own = shingles(text) if candidates else set()
        for number in candidates:
            if overlap(own, shingles(texts[number])) >= ALIKE:
                yield questions[number].uid, question.uid
        texts.append(text)


def _telling(questions: Sequence[Question]) -> Iterable[tuple[str, str]]:
    """Pairs of one knowledge point where a stem holds the other's answer and speaks of the same matter."""
    points: dict[tuple[str, str], list[tuple[Question, str]]] = {}
    for question in questions:
        point = points.setdefault((question.area, question.topic), [])
        if len(point) < MOST_OF_A_TOPIC:
            point.append((question, _words(question.stem)))
    for point in points.values():
        for asked, stem in point:
            answers = [answer for answer in map(_words, _answers(asked)) if len(answer) >= SHORTEST_ANSWER and answer not in stem]
            for other, told in point:
                if other is not asked and answers and all(answer in told for answer in answers) and _share(stem, told) >= SAME_MATTER:
                    yield (asked.uid, other.uid) if asked.uid < other.uid else (other.uid, asked.uid)


def _share(one: str, other: str) -> float:
    """The part of the shorter text's shingles that the longer one has."""
    first, second = shingles(one), shingles(other)
    return len(first & second) / min(len(first), len(second))


def _asked(question: Question) -> str:
    """What a question asks, for comparing: a short stem says it with its options."""
    stem = _words(CITATION.sub("", question.stem))
    return stem if len(stem) >= 20 else stem + "".join(sorted(_words(option.text) for option in question.options))


def _answers(question: Question) -> list[str]:
    """The texts that are right; a statement that is true or false has none."""
    if question.type is QuestionType.FILL_IN:
        return [blank.answers[0] + blank.unit for blank in question.blanks]
    if question.type in (QuestionType.SINGLE, QuestionType.MULTIPLE):
        return [option.text for option in question.options if option.id in question.key]
    return []


def _words(text: str) -> str:
    return NO_WORD.sub("", text)
