"""Answer lists such as `1-5 CADBB 6.ABD` at the end of a paper or a section → answers by number, brought to their questions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from quiz.core.draft import DraftType
from quiz.core.message import say
from quiz.formats.fill_in_text import split_answers
from quiz.formats.question_raw import RawQuestion
from quiz.formats.report import Report

SAME = str.maketrans(
    {"✓": "√", "✔": "√", "☑": "√", "✗": "×", "✘": "×", "☒": "×", "╳": "×", "✕": "×", "—": "-", "–": "-", "～": "-", "~": "-", "至": "-", "到": "-"}
)
VALUE = r"(?:[A-Z]+|[√×]|正确|错误|对|错)"
GLUE = r"[\s,;。、.]*"
RANGE = re.compile(rf"第?\(?(\d{{1,4}})\s*题?\s*-+\s*第?(\d{{1,4}})\s*\)?\s*题?\s*[:.、)]*\s*((?:{VALUE}[\s,、;/.|]*)+)(?!\w)")
ONE = re.compile(rf"第?\(?(\d{{1,4}})\s*\)?\s*题?\s*[.、:)\-]*\s*(\(?\s*{VALUE}(?:[\s、,]*[A-Z](?![A-Za-z]))*\s*\)?)(?=[\s,;。、.]|\d|\(|第|$)")
START = re.compile(r"^(?:第\s*(\d{1,3})\s*(?:小题|题)\s*[.．、:：]?|[（(](\d{1,3})[）)]|(\d{1,3})\s*(?:\.(?!\d)|[．、:：)）]))\s*")
RUN_OF_KEYS = re.compile(r"[A-ZＡ-Ｚ√×✓✗对错](?:[\s,，、;；]?[A-ZＡ-Ｚ√×✓✗对错])*[。.]?")
"""Answers in order, without numbers."""


@dataclass(slots=True)
class Entry:
    """One answer of a list; without a number it stands for a run of answers in order."""

    at: int
    number: int | None
    text: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class AnswerGroup:
    """The answers between two heads of a list; `section` when they stand within that section."""

    at: int
    kind: DraftType | None = None
    order: str = ""
    section: int | None = None
    entries: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class Section:
    """A titled run of questions: what its head says, and its questions."""

    kind: DraftType | None = None
    order: str = ""
    questions: list[RawQuestion] = field(default_factory=list)
    is_answered: bool = False


def key_entries(text: str) -> list[tuple[int, str]] | None:
    """Return the numbered keys when the line holds nothing else; None for any other line.

    A range whose letters do not fit its length gives None too, so that the line is not half understood.
    """
    line = unicodedata.normalize("NFKC", text).translate(SAME).strip()
    found: list[tuple[int, str]] = []
    at = 0
    while at < len(line):
        at = _after_glue(line, at)
        if at == len(line):
            break
        match = RANGE.match(line, at)
        if match:
            values = values_for(match[3], int(match[2]) - int(match[1]) + 1)
            if values is None:
                return None
            found += enumerate(values, int(match[1]))
        else:
            match = ONE.match(line, at)
            if match is None:
                return None
            found.append((int(match[1]), match[2].strip("() ")))
        at = match.end()
    return found or None


def _after_glue(line: str, at: int) -> int:
    match = re.compile(GLUE).match(line, at)
    return match.end() if match else at


def values_for(text: str, count: int) -> list[str] | None:
    """Return `count` answers from letters or ticks, parted by spaces or, when each is one letter, not parted at all."""
    if count < 1:
        return None
    text = unicodedata.normalize("NFKC", text).translate(SAME)
    words = re.findall(r"[A-Z]+|[√×]|正确|错误|对|错", text)
    if len(words) == count:
        return words
    joined = "".join(words)
    return list(joined) if len(joined) == count and re.fullmatch("[A-Z√×对错]+", joined) else None


def text_entries(text: str, expected: int = 0) -> list[tuple[int, str]]:
    """Return the numbered texts of a line that begins with a number: `1. 15天 2. 5天` is two, as long as the numbers follow each other.

    `1.5` begins with a number when 1 is `expected`.
    """
    match = START.match(text)
    if match is None and (not expected or not text.startswith(f"{expected}.")):
        return []
    number = int(next(group for group in match.groups() if group)) if match else expected
    found, start = [], match.end() if match else len(f"{expected}.")
    while True:
        follows = re.compile(rf"(?:(?<=\s)|(?<=[；;。]))[（(]?{number + 1}(?:\.(?!\d)|[．、)）:：])\s*").search(text, start)
        found.append((number, text[start : follows.start() if follows else len(text)].strip(" \t\u3000；;")))
        if follows is None:
            return found
        number, start = number + 1, follows.end()


class AnswerKeeper:
    """Brings the answers of lists to their questions; reports each that has no question, and runs that do not fit."""

    def __init__(self, sections: Sequence[Section], report: Report) -> None:
        self.sections = [section for section in sections if section.questions]
        self.report = report

    def apply(self, groups: Sequence[AnswerGroup], named: dict[int, Section]) -> None:
        """Give every entry to its question; `named` are the sections by the index that groups within a section carry."""
        for group in groups:
            for run in self._runs(group):
                section = named.get(group.section) if group.section is not None else None
                self._apply(run, [section] if section else self._scope(group, run))

    def _runs(self, group: AnswerGroup) -> Iterator[list[Entry]]:
        """Part a list without heads where its numbers start again; one that numbers every question of the paper stays whole."""
        run: list[Entry] = []
        for entry in group.entries:
            if run and entry.number is not None and run[-1].number is not None and entry.number <= run[-1].number:
                yield run
                run = []
            run.append(entry)
        if run:
            yield run

    def _scope(self, group: AnswerGroup, run: Sequence[Entry]) -> list[Section]:
        """Return the sections that a list is about: by type and order of its head, else the next without answers, else all."""
        free = [section for section in self.sections if not section.is_answered]
        same_kind = [section for section in free if group.kind is not None and section.kind is group.kind]
        same_order = [section for section in free if group.order and section.order == group.order]
        both = [section for section in same_kind if section in same_order]
        if both or same_kind or (same_order and group.kind is None):
            return (both or same_kind or same_order)[:1]
        if group.kind is not None and any(section.kind is not None for section in self.sections):
            return []
        free = [section for section in free if not all(question.is_answered for question in section.questions)] or free
        numbers = [question.number for section in free for question in section.questions]
        if len(set(numbers)) == len(numbers):
            return free
        return free[:1]

    def _apply(self, run: Sequence[Entry], scope: Sequence[Section]) -> None:
        questions = [question for section in scope for question in section.questions]
        by_number = {question.number: question for question in questions}
        twice = {question.number for question in questions if by_number[question.number] is not question}
        for section in scope:
            section.is_answered = True
        for entry in run:
            if entry.number is None:
                self._in_order(entry, questions)
            elif entry.number in twice:
                self.report.add(entry.at, "I808", say("有几道题的题号都是{n}，答案列表里第{n}题的答案没有采用。", n=entry.number))
            elif entry.number in by_number:
                give(by_number[entry.number], entry, self.report)
            else:
                text = say("答案列表里第{n}题的答案“{answer}”没有对应的试题。", n=entry.number, answer=entry.text)
                self.report.add(entry.at, "I808", text)

    def _in_order(self, entry: Entry, questions: Sequence[RawQuestion]) -> None:
        """Give a run of answers without numbers to the questions in order, if it fits."""
        values = values_for(entry.text, len(questions)) if questions else None
        if values is None:
            text = say("答案列表“{answer}”与这里的{n}道题对不上，没有采用。", answer=entry.text, n=len(questions))
            self.report.add(entry.at, "I808", text)
            return
        self.report.add(entry.at, "I802", say("答案列表没有题号，按次序对应{n}道题，请核对。", n=len(questions)))
        for question, value in zip(questions, values, strict=True):
            question.answers.append((entry.at, value))


def give(question: RawQuestion, entry: Entry, report: Report) -> None:
    """Give one answer and its explanation to a question; a case's answer is parted by its numbers among the case's questions."""
    for name, text in entry.fields.items():
        question.note(name, text)
    if not question.parts:
        if entry.text:
            question.answers.append((entry.at, entry.text))
        return
    parts = split_answers(entry.text, len(question.parts)) if len(question.parts) > 1 else [entry.text]
    if parts is None:
        what = say("“{stem}”：案例题有{n}个小题，答案列表里的答案分不成{n}份，没有采用。", stem=question.quote, n=len(question.parts))
        report.add(entry.at, "I808", what)
        return
    for part, answer in zip(question.parts, parts, strict=True):
        part.answers.append((entry.at, answer))
