"""What was worked out for one page and serves the next, as long as what it rests on stays the same: a few large values for each database."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Values by a state that is the same as long as they are right; the oldest of more than `most` is forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: WeakKeyDictionary[Engine, OrderedDict[tuple[object, ...], Value]] = WeakKeyDictionary()

    def of(self, engine: Engine, state: tuple[object, ...], make: Callable[[], Value]) -> Value:
        """Return the value of this state, made now if there is none."""
        own = self._values.setdefault(engine, OrderedDict())
        if state not in own:
            own[state] = make()
        found = own[state]
        while len(own) > self._most:
            own.popitem(last=False)
        return found
