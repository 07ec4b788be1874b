"""Group commit: work that many threads bring at the same time is done in one write transaction and confirmed after its commit.

Whoever comes while nobody works does the work of all who have come by then; the others wait. No thread of its own, nothing kept between transactions.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quiz.storage.engine import is_away, writing

Asked = TypeVar("Asked")
Told = TypeVar("Told")

Outcome = TypeVar("Outcome")

MOST = 128
"""Pieces of work in one transaction: enough to share a flush of the disk, few enough that nobody waits long for the others."""

MOST_CHANGES = 8
"""Changes in one transaction: each takes longer than a save, and saves wait for it."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a piece of work is not done."""

    error: BaseException


class Together(Generic[Asked, Told]):
    """Does `work(session, asked)`, which returns an outcome for each of `asked`, for whatever is asked at the same time.

    Where each is `apart` on a database server, it has its own transaction there, so that none holds what another waits for: such a server shares
    the flushes of its disk by itself.
    """

    def __init__(self, engine: Engine, work: Callable[[Session, Sequence[Asked]], Sequence[Told]], most: int = MOST, apart: bool = False) -> None:
        self._engine, self._work, self._most = engine, work, most
        self._is_apart = apart and engine.dialect.name != "sqlite"
        self._guard = threading.Lock()
        self._queue: list[_Waiting[Asked, Told]] = []
        self._is_led = False

    def do(self, asked: Asked) -> Told:
        """Return the outcome once it is committed. Raises what the work raised for this piece alone, or why the database could not commit."""
        if self._is_apart:
            with writing(self._engine) as session:
                return self._work(session, [asked])[0]
        outcome = self.do_all([asked])[0]
        if isinstance(outcome, Failed):
            raise outcome.error
        return outcome

    def do_all(self, asked: Sequence[Asked]) -> list[Told | Failed]:
        """Return the outcome of each once it is committed: what `do` would return of it, or the error that it would raise."""
        mine: list[_Waiting[Asked, Told]] = [_Waiting(one) for one in asked]
        with self._guard:
            self._queue.extend(mine)
            leads = not self._is_led and bool(mine)
            self._is_led = self._is_led or leads
        for one in mine:
            if not leads:
                one.called.wait()
            leads = False
            if not one.is_done:  # it is this thread's turn to work for all
                self._lead()
        return [one.outcome() for one in mine]

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
        except Exception as error:
            if len(batch) == 1 or is_away(error):  # away or full: nobody's work is done, and it is nobody's fault
                for waiting in batch:
                    waiting.error = error
                return
            for waiting in batch:  # one spoils it for all: each on its own
                self._run([waiting])
        else:
            for waiting, outcome in zip(batch, told, strict=True):
                waiting.told = outcome


class SharedWriter:
    """Runs changes that many requests bring at the same time one after the other in one transaction, each rolled back alone when it raises.

    For the embedded database, whose flush of the disk is what a change costs most; a database server does this by itself, and there each
    change has its own transaction, so that none holds what another waits for.
    """

    def __init__(self, engine: Engine, most: int = MOST_CHANGES) -> None:
        self._engine = engine
        self._together: Together[Callable[[Session], object], _Changed] | None = None
        if engine.dialect.name == "sqlite":
            self._together = Together(engine, _change_all, most)

    def run(self, change: Callable[[Session], Outcome]) -> Outcome:
        """Return what `change` returned once it is committed, or raise what it raised. It may run in another thread: it must know all it needs."""
        if self._together is None:
            with writing(self._engine) as session:
                return change(session)
        changed = self._together.do(change)
        if changed.error is not None:
            raise changed.error
        return cast(Outcome, changed.outcome)


@dataclass(frozen=True, slots=True)
class _Changed:
    outcome: object = None
    error: Exception | None = None


def _change_all(session: Session, changes: Sequence[Callable[[Session], object]]) -> list[_Changed]:
    return [_change(session, change) for change in changes]


def _change(session: Session, change: Callable[[Session], object]) -> _Changed:
    try:
        with session.begin_nested():
            return _Changed(change(session))
    except Exception as error:
        if is_away(error):
            raise
        return _Changed(error=error)


class _Waiting(Generic[Asked, Told]):
    """A thread's piece of work, and what became of it."""

    __slots__ = ("asked", "called", "error", "is_done", "told")

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.called = threading.Event()
        self.is_done = False
        self.told: Told | None = None
        self.error: BaseException | None = None

    def outcome(self) -> Told | Failed:
        """What became of it."""
        if self.error is not None:
            return Failed(self.error)
        return Failed(RuntimeError("the thread that did the work was ended")) if self.told is None else self.told
