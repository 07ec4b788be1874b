"""Group commit: work that many threads bring at the same time is done in one write transaction and confirmed after its commit.

Whoever comes while nobody works does the work of all who have come by then; the others wait. No thread of its own, nothing kept between transactions.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from quiz.storage.engine import writing

Asked = TypeVar("Asked")
Told = TypeVar("Told")

MOST = 128
"""Pieces of work in one transaction: enough to share a flush of the disk, few enough that nobody waits long for the others."""


class Together(Generic[Asked, Told]):
    """Does `work(session, asked)`, which returns an outcome for each of `asked`, for whatever is asked at the same time."""

    def __init__(self, engine: Engine, work: Callable[[Session, Sequence[Asked]], Sequence[Told]], most: int = MOST) -> None:
        self._engine, self._work, self._most = engine, work, most
        self._guard = threading.Lock()
        self._queue: list[_Waiting[Asked, Told]] = []
        self._is_led = False

    def do(self, asked: Asked) -> Told:
        """Return the outcome once it is committed. Raises what the work raised for this piece alone, or why the database could not commit."""
        mine: _Waiting[Asked, Told] = _Waiting(asked)
        with self._guard:
            self._queue.append(mine)
            leads = not self._is_led
            self._is_led = True
        if not leads:
            mine.called.wait()
        if not mine.is_done:  # it is this thread's turn to work for all
            self._lead()
        if mine.error is not None:
            raise mine.error
        if mine.told is None:
            raise RuntimeError("the thread that did the work was ended")
        return mine.told

    def _lead(self) -> None:
        with self._guard:
            batch, self._queue = self._queue[: self._most], self._queue[self._most :]
        try:
            self._run(batch)
        finally:
            with self._guard:
                following = self._queue[0] if self._queue else None
                self._is_led = following is not None
            for waiting in batch:
                waiting.is_done = True
                waiting.called.set()
            if following is not None:
                following.called.set()

    def _run(self, batch: list[_Waiting[Asked, Told]]) -> None:
        try:
            with writing(self._engine) as session:
                told = self._work(session, [waiting.asked for waiting in batch])
        except OperationalError as error:  # the database is away or full: nobody's work is done, and it is nobody's fault
            for waiting in batch:
                waiting.error = error
        except Exception as error:
            if len(batch) == 1:
                batch[0].error = error
                return
            for waiting in batch:  # one spoils it for all: each on its own
                self._run([waiting])
        else:
            for waiting, outcome in zip(batch, told, strict=True):
                waiting.told = outcome


class _Waiting(Generic[Asked, Told]):
    """A thread's piece of work, and what became of it."""

    __slots__ = ("asked", "called", "error", "is_done", "told")

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.called = threading.Event()
        self.is_done = False
        self.told: Told | None = None
        self.error: BaseException | None = None
