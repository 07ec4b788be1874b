"""Collects what is wrong with one file; refuses to drown the reader: after `LIMIT` problems it only says that there are more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from quiz.banks.rules import SEVERITIES
from quiz.core.message import Diagnostic, Message, Severity, say

LIMIT = 200
"""How many problems of one file are told; a file with more has usually one cause."""

T = TypeVar("T")


class Placed(Protocol):
    """Anything that knows where it stands in its file, counted from 1."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Spot:
    """A bare place in a file."""

    line: int
    column: int


START = Spot(1, 1)


@dataclass(frozen=True, slots=True)
class Loaded(Generic[T]):
    """What could be read of a file (None when nothing), and everything that is wrong with it."""

    value: T | None
    diagnostics: tuple[Diagnostic, ...]


class Problems:
    """The problems of one file in the order found; `count` tells a reader whether something was added since it last looked."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.count = 0
        self._found: list[Diagnostic] = []
        self._seen: set[tuple[int, int, str, str]] = set()

    def add(self, at: Placed, rule: str, message: Message) -> None:
        """Report `message` under the documented `rule` at the place of `at`; the same again is told once."""
        self.count += 1
        severity = SEVERITIES.get(rule, Severity.ERROR)
        same = (at.line, at.column, rule, message.render())
        if same in self._seen:
            return
        self._seen.add(same)
        if len(self._seen) <= LIMIT:
            self._found.append(Diagnostic(self.file, at.line, at.column, rule, message, severity))
        elif len(self._seen) == LIMIT + 1:
            text = say("这个文件的问题超过{n}处，其余的没有列出。请先改好前面的，再检查一次。", n=LIMIT)
            self._found.append(Diagnostic(self.file, at.line, at.column, "Y020", text, severity))

    def told(self) -> tuple[Diagnostic, ...]:
        """Return the diagnostics, in the order of the file."""
        return tuple(sorted(self._found))
