"""A question as it stands in somebody's paper or table, taken apart but not yet understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from quiz.core.draft import DraftType
from quiz.formats.marked_text import Marked, join
from quiz.formats.question_words import KEY_BRACKET, TRAILING_VERDICT, VERDICT_BRACKET

QUOTED = 16
"""Characters of a stem that a message quotes, so that a setter finds the place in a document without paragraph numbers."""


@dataclass(slots=True)
class RawOption:
    """One option: its letter in capitals, the letter as written, its text, and whether it bears a word or tick for right."""

    letter: str
    label: Marked
    text: Marked
    at: int
    is_flagged: bool = False


@dataclass(slots=True)
class RawQuestion:
    """What belongs to one question; `at` is its paragraph or row, `declared` the type that a head, prefix or column names.

    `answers` are texts as written with their places. `fields` are the texts with other labels (explanation, source, …). `lefts` are the numbered
    items of a matching. `may_choose` is set by a plain 选择题. `each` is the mark that the section's head gives to a question, or to a blank.
    """

    at: int
    stem: list[Marked]
    number: int | None = None
    style: str = ""
    section: int = 0
    declared: DraftType | None = None
    may_choose: bool = False
    each: Decimal | None = None
    is_each_blank: bool = False
    topic: str = ""
    said: bool | None = None
    options: list[RawOption] = field(default_factory=list)
    lefts: list[Marked] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    parts: list[RawQuestion] = field(default_factory=list)

    @property
    def text(self) -> Marked:
        """The stem with its line breaks."""
        return join(self.stem, "\n").strip()

    @property
    def quote(self) -> str:
        """The beginning of the stem, for messages."""
        text = " ".join(self.text.text.split())
        return text if len(text) <= QUOTED else text[:QUOTED] + "…"

    @property
    def is_answered(self) -> bool:
        """True when a label, the stem or the options show the answer, as far as can be seen without understanding the question."""
        if self.answers or self.parts or self.said is not None or any(option.is_flagged for option in self.options):
            return True
        text = self.text.text
        return bool(VERDICT_BRACKET.search(text) or TRAILING_VERDICT.search(text) or (self.options and KEY_BRACKET.search(text)))

    def note(self, name: str, text: str) -> None:
        """Add to a field, on a new line when it holds something."""
        before = self.fields.get(name, "")
        self.fields[name] = f"{before}\n{text}" if before and text else before or text
