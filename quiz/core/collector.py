"""Keeping Python's cycle collector still where it finds nothing: while very many values without cycles are made, and in a process that serves."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector still: nodes, questions and papers make no cycles, and looking for them takes a quarter to a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


COLLECT_AFTER = 10_000
"""Values made and not let go after which the collector looks for cycles among them: a page makes thousands, and lets nearly all go by itself."""


def settle() -> None:
    """Let the collector leave alone what there is already, for a process that keeps it to its end: to look through the whole program again and again
    makes everybody wait for a quarter of a second."""
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
