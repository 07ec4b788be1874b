"""Finds, in a file that can be read, what is written otherwise than the format asks inside stems, options, keys and texts; changes nothing itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.events import MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

from quiz.banks.answer import BRACKET, GAP
from quiz.core.message import Message, say
from quiz.core.question import BLANK, OPTION_LETTERS, QuestionType

Edit = tuple[int, int, str, Message]
Path = tuple[str | int, ...]

LOOSE_BRACKET = re.compile(r"[（(][^\S\n]*[）)]")
HALF_WIDTH = re.compile(r"(?<=[\u4e00-\u9fff])([,;:?!]) ?(?=[\u4e00-\u9fff])")
FULL_WIDTH = str.maketrans(",;:?!", "，；：？！")
SENTENCES = frozenset({"stem", "explanation", "true_sentence", "model_answer", "text"})
LISTS_OF_SENTENCES = frozenset({"options", "items", "pairs", "extra"})
CHOICES = (QuestionType.SINGLE.value, QuestionType.MULTIPLE.value)


@dataclass(frozen=True, slots=True)
class Written:
    """A scalar as it stands in the text from `start` to `end`; `path` leads to it, `is_key` when it is a key of the mapping at `path`."""

    path: Path
    value: str
    start: int
    end: int
    lines: range
    is_key: bool


def field_edits(text: str) -> Iterator[Edit]:
    """Yield (start, end, new text, what was changed) for everything that can be mended inside values; `text` must be readable."""
    found = list(written(text))
    types = {scalar.path[:-1]: scalar.value for scalar in found if not scalar.is_key and scalar.path[-1:] == ("type",)}
    for scalar in found:
        if scalar.is_key:
            yield from _letter(scalar, types) if scalar.path[-1:] == ("options",) else ()
        elif scalar.path[:1] in (("questions",), ("templates",)):
            yield from _value(text, scalar, types)


def multi_line(text: str) -> set[int]:
    """Return the numbers of all lines that belong to a text over several lines."""
    return {line for scalar in written(text) if len(scalar.lines) > 1 for line in scalar.lines}


def written(text: str) -> Iterator[Written]:
    """Yield every scalar of a readable text with its path and place."""
    parser = yaml.CLoader(text)
    stack: list[_Open] = []
    try:
        while parser.check_event():
            event: Any = parser.get_event()
            if isinstance(event, MappingStartEvent | SequenceStartEvent):
                path = stack[-1].child() if stack else ()
                stack.append(_Open(path, isinstance(event, MappingStartEvent)))
            elif isinstance(event, MappingEndEvent | SequenceEndEvent):
                stack.pop()
            elif isinstance(event, ScalarEvent):
                mark: Any = event.start_mark
                end: Any = event.end_mark
                lines = range(mark.line + 1, end.line + 2)
                if stack and stack[-1].wants_key:
                    stack[-1].key = event.value
                    yield Written(stack[-1].path, event.value, mark.index, end.index, lines, is_key=True)
                else:
                    yield Written(stack[-1].child() if stack else (), event.value, mark.index, end.index, lines, is_key=False)
    finally:
        parser.dispose()


@dataclass(slots=True)
class _Open:
    """An open list or mapping, and the key or place that comes next."""

    path: Path
    is_mapping: bool
    key: str | None = None
    count: int = 0

    @property
    def wants_key(self) -> bool:
        return self.is_mapping and self.key is None

    def child(self) -> Path:
        """The path of the next value; the key is used up."""
        if self.is_mapping:
            name: str | int = self.key or ""
            self.key = None
        else:
            name = self.count
            self.count += 1
        return (*self.path, name)


def _value(text: str, scalar: Written, types: dict[Path, str]) -> Iterator[Edit]:
    """What a setter wrote in one value."""
    names = [name for name in scalar.path if isinstance(name, str)]
    source = text[scalar.start : scalar.end]
    if names[-1] == "key":
        yield from _answer(source, scalar, types)
    if names[-1] in SENTENCES or LISTS_OF_SENTENCES & set(names):
        for match in HALF_WIDTH.finditer(source):
            new = match[1].translate(FULL_WIDTH)
            yield scalar.start + match.start(), scalar.start + match.end(), new, say("汉字之间的半角标点改为“{new}”", new=new)
    if names[-1] == "stem":
        yield from _stem(source, scalar, types.get(scalar.path[:-1], ""))


def _stem(source: str, scalar: Written, kind: str) -> Iterator[Edit]:
    found = list(LOOSE_BRACKET.finditer(source))
    if kind in CHOICES and len(found) == 1 and found[0][0] != BRACKET:
        yield scalar.start + found[0].start(), scalar.start + found[0].end(), BRACKET, say("题干的括号改为“{bracket}”", bracket=BRACKET)
    if kind == QuestionType.FILL_IN:
        for match in GAP.finditer(source):
            if match[0] != BLANK:
                yield scalar.start + match.start(), scalar.start + match.end(), BLANK, say("题干的空格改为四个下划线")


def _answer(source: str, scalar: Written, types: dict[Path, str]) -> Iterator[Edit]:
    """A key written a or Ａ."""
    item = scalar.path[: max(i for i, name in enumerate(scalar.path) if name == "key")]
    letter = _upper(scalar.value)
    if types.get(item) in CHOICES and item[0] == "questions" and letter and letter != scalar.value:
        yield scalar.start, scalar.end, letter, say("答案的字母改为大写半角“{letter}”", letter=letter)


def _letter(scalar: Written, types: dict[Path, str]) -> Iterator[Edit]:
    letter = _upper(scalar.value)
    if types.get(scalar.path[:-1]) in CHOICES and letter and letter != scalar.value:
        yield scalar.start, scalar.end, letter, say("选项的字母改为大写半角“{letter}”", letter=letter)


def _upper(text: str) -> str:
    """The option letter that a text surely means; "" when it is none."""
    letter = unicodedata.normalize("NFKC", text).strip().upper()
    return letter if len(letter) == 1 and letter in OPTION_LETTERS else ""
