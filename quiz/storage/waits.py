"""How long transactions wait before their first statement: measured here, told to whoever listens. Knows no statement and no row."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_listeners: list[Callable[[str, float], object]] = []


def listen(hear: Callable[[str, float], object]) -> None:
    """Let somebody hear of each wait: what for ("lock" or "connection"), and its seconds."""
    _listeners.append(hear)


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Measure a wait for `what`, also one that ends in an error."""
    start = time.perf_counter()
    try:
        yield
    finally:
        for hear in _listeners:
            hear(what, time.perf_counter() - start)
