"""The text of a proposal as its page shows it: lines with what is wrong there, questions beside what is published, a proof to print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from quiz.assembly.papers import split_marks
from quiz.banks.bank_file import read_bank
from quiz.banks.craft import Craft
from quiz.banks.pictures import PictureFolder
from quiz.banks.problems import Problems
from quiz.banks.yaml_tree import parse_yaml
from quiz.core.canonical import digest
from quiz.core.frozen import freeze
from quiz.core.message import Diagnostic, Message, Severity, Translate, mark_text, say
from quiz.core.paper import Paper, PaperSection, Slot
from quiz.core.picture import Upload
from quiz.core.question import TYPE_NAMES, Question, QuestionType
from quiz.core.rule import Rule
from quiz.core.seed import Stream
from quiz.core.template import Template
from quiz.storage.banks import Published
from quiz.web.question_changes import Change, changes

Item = Question | Template

MOST_LINES = 2000
"""A longer text is shown only around what is wrong with it."""

AROUND = 3
PROOF_MARKS = {QuestionType.SHORT_ANSWER: Decimal(10), QuestionType.CASE: Decimal(10)}
"""Marks in a proof, where no blueprint tells them: they decide how much room there is to write. Every other type has one."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a text holds, where each question begins, what is wrong with it on the day it was looked at, and which pictures it names."""

    category: str
    items: tuple[Item, ...]
    lines: Mapping[str, int]
    diagnostics: tuple[Diagnostic, ...]
    pictures: frozenset[str] = frozenset()

    @property
    def faults(self) -> int:
        """How many errors there are; warnings and notes are not counted."""
        return sum(diagnostic.is_error for diagnostic in self.diagnostics)

    @property
    def doubts(self) -> int:
        """How many warnings and notes there are."""
        return len(self.diagnostics) - self.faults


def check_text(content: str | bytes, name: str, day: date, uploads: Sequence[Upload] = ()) -> Checked:
    """Return the questions and templates of `content` that have no fault, and everything that is wrong with its form or craft as of `day`.

    Never raises for bad content. `name` stands for the file in messages, `uploads` are the pictures that the text may name.
    """
    problems = Problems(name)
    node = parse_yaml(content, problems)
    folder = PictureFolder(uploads={one.name: one for one in uploads})
    bank = None if node is None else read_bank(node, problems, folder)
    if bank is None:
        return Checked("", (), {}, problems.told())
    craft = Craft(day)
    craft.add(bank, problems)
    craft.finish([])
    lines = {uid: at.line for uid, at in bank.positions.items()}
    return Checked(bank.category, (*bank.questions, *bank.templates), lines, problems.told(), frozenset(folder.used))


def decode(content: bytes) -> str | None:
    """Return the text of an uploaded file without byte order mark, or None when it is no UTF-8 text that can be stored."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def tidy(text: str) -> str:
    """Return the text as it is stored: LF at line ends, whatever browser or editor it came from."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text: its number, what stands before the first fault and from there on, and what is wrong there."""

    number: int
    before: str
    from_fault: str
    diagnostics: tuple[Diagnostic, ...] = ()


def lines_of(text: str, diagnostics: Sequence[Diagnostic]) -> Iterator[Line | None]:
    """Give the lines with their diagnostics; of a long text only those around a diagnostic, with None where some are left out."""
    texts = text.split("\n")
    if len(texts) > 1 and not texts[-1]:
        texts.pop()
    told: dict[int, list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        told.setdefault(min(diagnostic.line, len(texts)), []).append(diagnostic)
    is_long = len(texts) > MOST_LINES
    near = {n for at in (told or {1: []}) for n in range(at - AROUND, at + AROUND + 1)} if is_long else set()
    left_out = False
    for number, line in enumerate(texts, 1):
        if is_long and number not in near:
            left_out = True
            continue
        if left_out:
            yield None
            left_out = False
        here = tuple(told.get(number, ()))
        cut = min((d.column for d in here if d.line == number), default=len(line) + 1) - 1
        yield Line(number, line[:cut], line[cut:], here)
    if left_out:
        yield None


@dataclass(frozen=True, slots=True)
class Entry:
    """A question of the text beside its published revision (None for a new one)."""

    item: Item
    line: int
    published: Published | None

    @property
    def is_new(self) -> bool:
        """True when nothing is published under this id."""
        return self.published is None

    @property
    def is_changed(self) -> bool:
        """True when publishing makes a new revision of it."""
        return self.published is not None and self.published.digest != digest(freeze(self.item))

    @property
    def shown(self) -> Item:
        """The question as a trainee may meet it: what the order in the text would give away is shuffled, as on every paper."""
        return shuffled(self.item) if isinstance(self.item, Question) else self.item

    def changes(self, translate: Translate) -> list[Change]:
        """What differs from the published revision."""
        return changes(self.published.item, self.item, translate) if self.published and self.is_changed else []


def entries_of(checked: Checked, published: Mapping[str, Published]) -> list[Entry]:
    """Return the questions and templates in the order of the text."""
    found = [Entry(item, checked.lines.get(item.uid, 1), published.get(item.uid)) for item in checked.items]
    return sorted(found, key=lambda entry: entry.line)


def shuffled(question: Question) -> Question:
    """Return the question with its options shuffled where their order in the bank is the answer: orderings and matchings, in a case too."""
    if question.parts:
        return replace(question, parts=tuple(shuffled(part) for part in question.parts))
    if not question.type.is_pairs:
        return question
    return question.with_options(tuple(Stream(b"preview", question.uid).shuffled(question.options)))


def proof(title: str, code: str, questions: Sequence[Question], translate: Translate = mark_text) -> Paper:
    """Return a throw-away paper of these questions, a section for each type; it is of no sitting and nobody sits it."""
    sections: list[PaperSection] = []
    slots: list[Slot] = []
    for kind in QuestionType:
        asked = [shuffled(question) for question in questions if question.type is kind]
        if not asked:
            continue
        each = PROOF_MARKS.get(kind, Decimal(1))
        for question in asked:
            slots += _slots(len(slots) + 1, len(sections), question, each)
        sections.append(PaperSection(translate(TYPE_NAMES[kind]), kind, each, Rule()))
    total = sum((slot.max_mark for slot in slots), Decimal(0))
    note: Message = say("这是题库稿的打印样张，只供审读，不用于考试。")
    return Paper(code, "", title, 60, total, Decimal(0), tuple(sections), tuple(slots), (note.render(translate),))


def _slots(number: int, section: int, question: Question, each: Decimal) -> list[Slot]:
    """One slot, or one for each question of a case."""
    if not question.parts:
        return [Slot(number, section, question, 0, "", each, "")]
    marks = split_marks(each, [part.part_marks for part in question.parts])
    return [
        Slot(number + i, section, part, 0, "", mark, "", question.uid, question.stem, i + 1, question.picture)
        for i, (part, mark) in enumerate(zip(question.parts, marks, strict=True))
    ]


def mark_name(severity: str) -> str:
    """Return the Chinese word for how much a diagnostic weighs, as it stands before its message."""
    return {Severity.WARNING: mark_text("警告："), Severity.NOTE: mark_text("提示：")}.get(Severity(severity), mark_text("错误："))
