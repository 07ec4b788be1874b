"""Oral questions for inspectors (应知应会口头提问): which questions can be asked aloud, and the list for a village with its people and households."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from quiz.core.booklet import EMPTY_BRACKET, right_answers
from quiz.core.question import Label, Question, QuestionType, Source, pictures_of
from quiz.core.template import PLACEHOLDER, Template

NEEDS_A_LIST = re.compile("下列|以下|上述|下面|哪一项|哪项|正确的[是有]|错误的[是有]|不属于|不包括|不符合")
"""Stems that nobody can answer who does not see the options."""

ORAL_TYPES = (QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.TRUE_FALSE, QuestionType.FILL_IN, QuestionType.SHORT_ANSWER)
PLAIN_PLACEHOLDERS = frozenset({"name", "as_of", "source"})


@dataclass(frozen=True, slots=True)
class OralItem:
    """A question to be asked aloud; `answer` is empty where the inspector may not know it and compares with the village's own ledger."""

    question: str
    answer: str = ""
    source: Source | None = None
    is_sample: bool = False
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class OralHousehold:
    """The questions about one household, named by its code (or, for its helper, as the ledger calls it), and who is to be asked."""

    name: str
    helpers: tuple[str, ...]
    items: tuple[OralItem, ...]


@dataclass(frozen=True, slots=True)
class OralList:
    """What is asked in a place on a day: of policy, of the place as it stood on `as_of`, of its households; `people` may be asked."""

    place: str
    day: date
    as_of: date
    source: str
    people: tuple[str, ...] = ()
    policy: tuple[OralItem, ...] = ()
    local: tuple[OralItem, ...] = ()
    households: tuple[OralHousehold, ...] = ()


def is_oral(question: Question) -> bool:
    """True when a question can be asked aloud: without pictures, and without options that one must see."""
    return question.type in ORAL_TYPES and not any(pictures_of(question)) and not NEEDS_A_LIST.search(question.stem)


def tells_nothing(template: Template) -> bool:
    """True when a template's stem holds no fact besides the name of the place and the day: then it may be asked by who may not know the answer."""
    return set(PLACEHOLDER.findall(template.stem)) <= PLAIN_PLACEHOLDERS


def oral_item(question: Question, *, with_answer: bool = True) -> OralItem:
    """Return a question as it is asked aloud, with its answer in words."""
    stem = EMPTY_BRACKET.sub("", question.stem).strip()
    answer = "；".join(right_answers(question))
    if question.type is QuestionType.TRUE_FALSE:
        stem = stem.rstrip("。") + "。对不对？"
        answer = "对" if "T" in question.key else f"不对。{question.true_sentence}"
    return OralItem(stem, answer if with_answer else "", question.source, question.label is Label.SAMPLE, question.valid_to)


def household_name(code: str) -> str:
    """Return what a household is called where nobody may know whose it is; in Chinese like the questions that it stands in."""
    return f"编号{code}的户"
