"""Remembers what was made of a question by which question it is: thousands of papers share their questions, and to hash one is to read it whole."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

K = TypeVar("K")
P = ParamSpec("P")
V = TypeVar("V")

MOST = 20_000
"""Values remembered of one function; full, it forgets all and begins anew."""


def by_identity(make: Callable[Concatenate[K, P], V]) -> Callable[Concatenate[K, P], V]:
    """Return the function, remembering its values by its first argument, an immutable value that must be the very same one, and by the others, which
    must be hashable. The first argument is held as long as what was made of it, so that no other can take its place in memory."""
    known: dict[tuple[object, ...], tuple[K, V]] = {}

    @wraps(make)
    def found(first: K, /, *rest: P.args, **named: P.kwargs) -> V:
        key = (id(first), *rest, *named.items()) if named else (id(first), *rest)
        held = known.get(key)
        if held is None:
            made = make(first, *rest, **named)
            if len(known) >= MOST:
                known.clear()
            held = known[key] = (first, made)
        return held[1]

    return found
