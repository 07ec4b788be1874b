"""What a paper must contain: sections of slots, each cell of a section saying which questions may stand there and how many."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from quiz.core.marking import Rule
from quiz.core.message import Message, mark_text, say
from quiz.core.question import AREAS, LEVEL_NAMES, TYPE_NAMES, Level, Question, QuestionType


@dataclass(frozen=True, slots=True)
class Cell:
    """So many questions that fit every non-empty field; `categories` are folders with everything below them."""

    count: int
    categories: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    tags: tuple[str, ...] = ()

    def admits(self, question: Question) -> bool:
        """True when `question` may stand in this cell (its type is the section's business)."""
        return (
            (not self.categories or any(_is_below(question.category, category) for category in self.categories))
            and (not self.areas or question.area in self.areas)
            and (not self.topics or question.topic in self.topics)
            and (not self.levels or question.level in self.levels)
            and (not self.tags or bool(set(self.tags) & set(question.tags)))
        )

    def describe(self) -> Message:
        """Return the cell in words, e.g. "安全住房 × 运用"."""
        words: list[Message | str] = [category_name(category) for category in self.categories]
        words += [*(say(AREAS[a]) if a in AREAS else a for a in self.areas), *self.topics]
        words += [say(LEVEL_NAMES[level]) for level in self.levels] + list(self.tags)
        if not words:
            return say("不限")
        text = " × ".join(f"{{w{i}}}" for i in range(len(words)))
        return Message(text, {f"w{i}": word for i, word in enumerate(words)})


@dataclass(frozen=True, slots=True)
class Section:
    """A titled run of slots of one type; every question earns at most `each` marks, by `rule`."""

    title: str
    type: QuestionType
    each: Decimal
    cells: tuple[Cell, ...]
    rule: Rule

    @property
    def count(self) -> int:
        """How many slots the section has."""
        return sum(cell.count for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A whole paper's plan; `total` is the exact sum of its marks, `minutes` the time for one attempt."""

    id: str
    title: str
    minutes: int
    pass_mark: Decimal
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal:
        """The marks that the sections add up to."""
        return sum((section.each * section.count for section in self.sections), Decimal(0))


def _is_below(category: str, folder: str) -> bool:
    return category == folder or category.startswith(folder + "/")


FOLDERS = {"general": mark_text("通用政策"), "township": mark_text("乡镇"), "department": mark_text("部门"), "village": mark_text("村")}
FOLDERS |= {"household": mark_text("帮扶户"), "leader": mark_text("县级领导")}
"""What the top folders of the banks hold."""


def category_name(category: str) -> Message | str:
    """Return a category for people: its top folder in words, the rest as it is written."""
    folder, _, rest = category.partition("/")
    if folder not in FOLDERS:
        return category
    return say("{folder}（{rest}）", folder=say(FOLDERS[folder]), rest=rest) if rest else say(FOLDERS[folder])


def describe_cell(section: Section, cell: Cell) -> Message:
    """Return a cell with its section and type in words."""
    return say("{section}（{type}）· {cell}", section=section.title, type=say(TYPE_NAMES[section.type]), cell=cell.describe())
