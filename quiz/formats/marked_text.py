"""Text that remembers which of its characters were bold, underlined, coloured or highlighted: cadres mark right answers that way."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

BOLD, UNDERLINE, COLOUR, HIGHLIGHT = 1, 2, 4, 8
"""Bits of a character's mark."""

SPACE = " \t\r\n\f\v\u3000\u00a0\u2002\u2003\u2009"


@dataclass(frozen=True, slots=True)
class Marked:
    """A text and one byte of mark bits for each of its characters."""

    text: str
    marks: bytes

    def __getitem__(self, part: slice) -> Marked:
        return Marked(self.text[part], self.marks[part])

    def __add__(self, other: Marked) -> Marked:
        return Marked(self.text + other.text, self.marks + other.marks)

    def __bool__(self) -> bool:
        return bool(self.text)

    def strip(self, chars: str = SPACE) -> Marked:
        """Return the text without `chars` at both ends."""
        start = len(self.text) - len(self.text.lstrip(chars))
        return self[start : max(start, len(self.text.rstrip(chars)))]

    def lines(self) -> list[Marked]:
        """Return the parts between line breaks."""
        found, start = [], 0
        for end in [*(match.start() for match in re.finditer("\n", self.text)), len(self.text)]:
            found.append(self[start:end])
            start = end + 1
        return found

    def sub(self, pattern: re.Pattern[str], replacement: str) -> Marked:
        """Return the text with every match replaced by the unmarked `replacement`."""
        parts, start = [], 0
        for match in pattern.finditer(self.text):
            parts += [self[start : match.start()], plain(replacement)]
            start = match.end()
        return join([*parts, self[start:]])

    def is_all(self, bit: int) -> bool:
        """True when every visible character bears the mark, and there is one."""
        seen = [mark & bit for char, mark in zip(self.text, self.marks, strict=True) if char not in SPACE]
        return bool(seen) and all(seen)

    def runs(self, bit: int) -> list[tuple[int, int]]:
        """Return (start, end) of each longest run of characters with the mark."""
        found: list[tuple[int, int]] = []
        for i, mark in enumerate(self.marks):
            if mark & bit and found and found[-1][1] == i:
                found[-1] = (found[-1][0], i + 1)
            elif mark & bit:
                found.append((i, i + 1))
        return found


def plain(text: str) -> Marked:
    """Return `text` without marks."""
    return Marked(text, bytes(len(text)))


def join(parts: Iterable[Marked], between: str = "") -> Marked:
    """Return the parts one after another, with `between` between them."""
    parts = list(parts)
    return Marked(between.join(part.text for part in parts), bytes(len(between)).join(part.marks for part in parts))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a document (or a line of a text file) with its number from 1; it may hold line breaks."""

    number: int
    text: Marked


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell; `is_continued` when it is merged with the one above."""

    paragraphs: tuple[Paragraph, ...]
    is_continued: bool = False

    @property
    def text(self) -> str:
        """The paragraphs as lines."""
        return "\n".join(text for paragraph in self.paragraphs if (text := paragraph.text.text.strip(SPACE)))


@dataclass(frozen=True, slots=True)
class Row:
    """A table row and the number of its first paragraph."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of a document."""

    rows: tuple[Row, ...]
