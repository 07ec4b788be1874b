"""The frozen paper: made once from a seed, read by the page, the print, the key and the grading alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from quiz.core.contest import FLOORS, Contest
from quiz.core.message import Message, mark_text, say, with_minus
from quiz.core.picture import Picture
from quiz.core.question import Label, Question, QuestionType, pictures_of, without_shares
from quiz.core.rule import Rule


@dataclass(frozen=True, slots=True)
class Slot:
    """A numbered place: the question as asked (options in the order shown), its revision, the marks, and the cell that chose it.

    The questions of a case stand in slots that follow each other: `case` is its uid, `situation` its text,
    `situation_picture` the picture beside that, `part` counts from 1.
    """

    number: int
    section: int
    question: Question
    revision: int
    revision_digest: str
    max_mark: Decimal
    chosen_by: str
    case: str = ""
    situation: str = ""
    part: int = 0
    situation_picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class PaperSection:
    """A section as printed: its title, type, marks for each question and marking rule."""

    title: str
    type: QuestionType
    each: Decimal
    rule: Rule


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper for one person. `code` names it in print and tells nothing of the person; slots are numbered through from 1.

    Papers of the same `form` (A, B, …) share their common part; without forms it is empty.
    """

    code: str
    sitting: str
    title: str
    minutes: int
    total: Decimal
    pass_mark: Decimal
    sections: tuple[PaperSection, ...]
    slots: tuple[Slot, ...]
    notes: tuple[str, ...] = ()
    dataset: str = ""
    dataset_digest: str = ""
    dataset_as_of: date | None = None
    form: str = ""
    contest: Contest = Contest.NO

    @property
    def told(self) -> tuple[str, ...]:
        """What is told before its questions: of a contest how it takes marks off, then its notes."""
        return (*([FLOORS[self.contest]] if self.contest.takes_marks else ()), *self.notes)

    def slots_of(self, section: int) -> tuple[Slot, ...]:
        """Return the slots of the section with index `section`, in order."""
        return tuple(slot for slot in self.slots if slot.section == section)

    def slot(self, number: int) -> Slot | None:
        """Return the slot with this number, or None."""
        return self.slots[number - 1] if 1 <= number <= len(self.slots) else None

    @property
    def pictures(self) -> frozenset[str]:
        """The digests of all pictures that stand on the paper."""
        found = {picture.digest for slot in self.slots for picture in pictures_of(slot.question)}
        return frozenset(found | {slot.situation_picture.digest for slot in self.slots if slot.situation_picture})

    @property
    def has_samples(self) -> bool:
        """True when a question is a sample (样题) that no county reader has confirmed."""
        return any(slot.question.label is Label.SAMPLE for slot in self.slots)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whose paper it is, as printed inside the sealed line."""

    name: str
    number: str
    unit: str
    post: str = ""
    seat: str = ""


def hide_key(question: Question) -> Question:
    """Return the question as a trainee may see it before release: without key, answers, explanation and all that points or hints at them."""
    blanks = tuple(replace(blank, answers=("",), group="", tolerance="", weight=Decimal(1)) for blank in question.blanks)
    return replace(
        question,
        key=frozenset(),
        options=without_shares(question.options),
        blanks=blanks,
        points=(),
        model_answer="",
        explanation="",
        true_sentence="",
        difficulty=None,
        source=replace(question.source, title="", issuer="", clause="", number=None, issued_on=None),
    )


NUMERALS = (
    mark_text("一"), mark_text("二"), mark_text("三"), mark_text("四"), mark_text("五"),
    mark_text("六"), mark_text("七"), mark_text("八"), mark_text("九"), mark_text("十"),
    mark_text("十一"), mark_text("十二"), mark_text("十三"), mark_text("十四"), mark_text("十五"),
)  # fmt: skip
"""How sections are numbered."""

USUAL_TITLES = (mark_text("本地情况单项选择题"), mark_text("本地情况判断题"), mark_text("本地情况填空题"))
"""Titles of sections in the shipped blueprints that are not the name of a type."""


def section_number(index: int) -> Message | str:
    """Return the number of the section with this index: 一, 二, … in Chinese."""
    return say(NUMERALS[index]) if index < len(NUMERALS) else str(index + 1)


def section_heading(paper: Paper, index: int) -> Message:
    """Return the heading that screen and print share, made from the marks and the rule, never typed; a usual title is translated."""
    section = paper.sections[index]
    slots = paper.slots_of(index)
    return say(
        "{number}、{title}（每题{each}分，共{total}分。{rule}）",
        number=section_number(index),
        title=say(section.title),
        each=plain_number(section.each),
        total=plain_number(sum((slot.max_mark for slot in slots), Decimal(0))),
        rule=section.rule.describe(section.type),
    )


def pass_line(pass_mark: Decimal) -> Message:
    """Return the pass mark as it stands beside the full marks; a contest, and whatever nobody can fail, has none."""
    return say("{pass}分及格", **{"pass": plain_number(pass_mark)}) if pass_mark > 0 else say("不设及格线")


def plain_number(value: Decimal) -> str:
    """Return a mark for people, without needless zeros and with a true minus sign: 1.50 → 1.5, 20.00 → 20, -0.50 → −0.5."""
    text = with_minus(f"{value:f}")
    return text.rstrip("0").rstrip(".") if "." in text else text
