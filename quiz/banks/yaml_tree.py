"""YAML text → nodes with line and column; keeps every scalar as written and leaves its meaning to the reader of the field.

Refuses, each at its place: anchors, aliases, tags, a second document, doubled or non-text keys, and nesting beyond `MAX_DEPTH`. Works on the event
stream of libyaml and builds nothing else, so no alias is ever expanded and no depth of brackets can exhaust the stack.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from quiz.banks.problems import START, Problems, Spot
from quiz.banks.source_text import clean_text
from quiz.banks.yaml_hints import explain, fold_problem
from quiz.core.message import say

MAX_DEPTH = 20
NULLS = frozenset({"", "~", "null", "Null", "NULL"})
LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(slots=True)
class Scalar:
    """A text as written; `plain` when it stood without quotes, so that only then `true` or nothing at all may mean more than text."""

    text: str
    line: int
    column: int
    plain: bool = True

    @property
    def is_null(self) -> bool:
        """True when nothing was written."""
        return self.plain and self.text in NULLS


@dataclass(slots=True)
class Sequence:
    """A list."""

    line: int
    column: int
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Entry:
    """A key at its place, with its value."""

    line: int
    column: int
    value: Node


@dataclass(slots=True)
class Mapping:
    """Keys and values in the order written; the first of doubled keys stays."""

    line: int
    column: int
    entries: dict[str, Entry] = field(default_factory=dict)


@dataclass(slots=True)
class Broken:
    """A value that was refused; readers pass over it, for it has been reported."""

    line: int
    column: int


Node = Scalar | Sequence | Mapping | Broken


def parse_yaml(content: str | bytes, problems: Problems) -> Node | None:
    """Return the only document of `content`; None after reporting why there is none. Never raises for bad content."""
    text = clean_text(content, problems)
    if text is None:
        return None
    lines = LINE_END.split(text)
    parser = yaml.CLoader(text)
    try:
        root = _Builder(problems, lines).build(parser)
    except yaml.MarkedYAMLError as error:
        problems.add(*explain(error, lines))
        return None
    finally:
        parser.dispose()
    if root is None and not problems.count:
        problems.add(START, "Y012", say("文件里只有注释，没有内容。请从样例文件复制一份再改。"))
    return root


_PENDING = Broken(0, 0)
"""Stands for a value that comes with the next event."""


class _Frame:
    """An open list or mapping; `entry` is the key that waits for its value."""

    __slots__ = ("entry", "items", "node")

    def __init__(self, node: Sequence | Mapping) -> None:
        self.node = node
        self.items = node.items if isinstance(node, Sequence) else None
        self.entry: Entry | None = None

    @property
    def wants_key(self) -> bool:
        return self.entry is None and self.items is None


class _Builder:
    """Turns events into nodes with an explicit stack. The loop runs a hundred times for each question: it is written for speed."""

    def __init__(self, problems: Problems, lines: list[str]) -> None:
        self.problems = problems
        self.lines = lines
        self.stack: list[_Frame] = []
        self.root: Node | None = None

    def build(self, parser: yaml.CLoader) -> Node | None:
        """Return the root; None for an empty document and for one that is nested too deeply."""
        next_event = parser.get_event
        scalar = self.scalar
        while True:
            event: Any = next_event()
            kind = type(event)
            if kind is ScalarEvent:
                scalar(event)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                if not self.start(event):
                    return None
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self.stack.pop()
            elif kind is StreamEndEvent or (kind is DocumentStartEvent and not self.may_open(event)):
                return self.root
            elif kind is AliasEvent:
                at = _place(event)
                self.problems.add(at, "Y004", say("不允许用“*”引用别处的内容。如果这是文字，请给整段文字加双引号。"))
                self.attach(Broken(at.line, at.column))

    def may_open(self, event: DocumentStartEvent) -> bool:
        """True for the first document; a second one and directives are reported."""
        if self.root is not None:
            text = say("一个文件只能有一个文档。请删掉这一行的“---”，或者把后面的内容另存为一个文件。")
            self.problems.add(_place(event), "Y006", text)
            return False
        if event.tags or event.version:
            self.problems.add(_place(event), "Y005", say("不允许以“%”开头的 YAML 指令。请删掉这一行。"))
        return True

    def start(self, event: MappingStartEvent | SequenceStartEvent) -> bool:
        """Open a list or mapping; False when it lies too deep to go on."""
        self.refuse_marks(event)
        at = _place(event)
        if False:
            self.problems.add(at, "Y008", say("嵌套超过{n}层。请检查是不是多打了括号或短横。", n=MAX_DEPTH))
            return False
        node = Mapping(at.line, at.column) if isinstance(event, MappingStartEvent) else Sequence(at.line, at.column)
        if self.stack and self.stack[-1].wants_key:
            self.problems.add(at, "Y007", say("键必须是文字，不能是列表或映射。以“[”或“{”开头的文字请加双引号。"))
        self.attach(node)
        self.stack.append(_Frame(node))
        return True

    def scalar(self, event: ScalarEvent) -> None:
        if event.anchor is not None or event.tag is not None:
            self.refuse_marks(event)
        start: Any = event.start_mark
        end: Any = event.end_mark
        line = start.line
        text = event.value if end.line == line or event.style == "|" else self.folded(event)
        node = Scalar(text, line + 1, start.column + 1, event.implicit[0])
        if self.stack and (frame := self.stack[-1]).entry is None and frame.items is None:
            self.key(node, frame)
        else:
            self.attach(node)

    def key(self, node: Scalar, frame: _Frame) -> None:
        assert isinstance(frame.node, Mapping)
        entry = frame.entry = Entry(node.line, node.column, _PENDING)
        first = frame.node.entries.setdefault(node.text, entry)
        if first is not entry:
            text = say("“{key}”写了两次，第一次在第{line}行。请删掉一个，或者改成另外的键。", key=node.text, line=first.line)
            self.problems.add(node, "Y003", text)

    def attach(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        if frame.items is not None:
            frame.items.append(node)
        elif frame.entry is None:  # a refused key: its value goes nowhere
            frame.entry = Entry(node.line, node.column, node)
        else:
            frame.entry.value, frame.entry = node, None

    def refuse_marks(self, event: NodeEvent) -> None:
        if event.anchor is not None:
            self.problems.add(_place(event), "Y004", say("不允许锚点“&”。如果这是文字，请给整段文字加双引号。"))
        if getattr(event, "tag", None) is not None:
            self.problems.add(_place(event), "Y005", say("不允许标签“!”。如果这是文字，请给整段文字加双引号。"))

    def folded(self, event: ScalarEvent) -> str:
        """The text of a scalar that runs over several lines; a line end between two Chinese characters leaves no space."""
        start: Any = event.start_mark
        end: Any = event.end_mark
        if not event.style:
            found = fold_problem(self.lines, start.line, min(end.line, len(self.lines) - 1))
            if found:
                self.problems.add(*found)
        text: str = event.value
        parts = self.lines[start.line : end.line + 1]
        parts[-1] = parts[-1][: end.column].rstrip("\"'") if event.style != ">" else parts[-1]
        parts[0] = parts[0][start.column :].lstrip("\"'")
        parts = [part.strip() for part in parts]
        for before, after in pairwise(parts):
            if before and after and before[-1] > "\x7f" and after[0] > "\x7f":
                text = text.replace(f"{before[-8:]} {after[:8]}", before[-8:] + after[:8], 1)
        return text


def _place(event: Event) -> Spot:
    mark: Any = event.start_mark
    return Spot(mark.line + 1, mark.column + 1)
