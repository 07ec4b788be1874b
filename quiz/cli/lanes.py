"""Two lanes for requests: the small calls that a page at work makes all the time never stand behind pages, which take a hundred times as long.

Each lane has threads of its own, since one interpreter serves them all: a few for pages are as fast as many, and leave it to the saves.
"""

from __future__ import annotations

from typing import Any

from waitress.task import ThreadedTaskDispatcher

QUICK = ("/responses", "/pulse", "/time", "/desk", "/healthz", "/readyz")
"""How the paths of small calls end."""

QUICK_THREADS = 24
"""These mostly wait, for the others whose saves are stored with theirs: as many can be stored together as there are threads."""

PAGE_THREADS = 8
"""Starts and submissions share commits as far as there are threads."""


class Lanes:
    """What waitress hands its connections to, once a request has come in whole."""

    def __init__(self) -> None:
        self._quick, self._pages = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
        self._quick.set_thread_count(QUICK_THREADS)
        self._pages.set_thread_count(PAGE_THREADS)

    def add_task(self, task: Any) -> None:
        """Let a connection's next request be answered by a thread of its lane."""
        request = task.requests[0] if task.requests else None
        is_quick = request is not None and request.path.endswith(QUICK)
        (self._quick if is_quick else self._pages).add_task(task)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """End the threads of both lanes."""
        ended = [lane.shutdown(cancel_pending, timeout) for lane in (self._quick, self._pages)]
        return all(ended)
