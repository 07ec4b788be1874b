"""Things that are done at the same moment, as a hall does them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Told = TypeVar("Told")


def at_once(work: Callable[[int], Told], count: int = 20) -> list[Told]:
    """Return what work(0), work(1), … returned, done by so many threads that began together."""
    ready = threading.Barrier(count)

    def do(number: int) -> Told:
        ready.wait(timeout=60)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(do, range(count)))
