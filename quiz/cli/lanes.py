"""Lanes for requests: the small calls that a page at work makes all the time never stand behind pages, which take a hundred times as long.

Each lane has threads of its own, since one interpreter serves them all: a few for pages are as fast as many, and leave it to the saves. Saves, which
come all the time from everybody, are answered many at once by a single one, where there is something that can.
"""

from __future__ import annotations

from typing import Any

from waitress.task import ThreadedTaskDispatcher

from quiz.cli.http_crowd import Crowd, Gather

CROWDED = "/responses"
"""How the paths of calls end that are answered many at once."""

QUICK = ("/responses", "/pulse", "/time", "/desk", "/healthz", "/readyz")
"""How the paths of small calls end."""

QUICK_THREADS = 24
"""These mostly wait, for the others whose saves are stored with theirs: as many can be stored together as there are threads."""

PAGE_THREADS = 8
"""Starts and submissions share commits as far as there are threads."""


class Lanes:
    """What waitress hands its connections to, once a request has come in whole."""

    def __init__(self, gather: Gather | None = None) -> None:
        self._quick, self._pages = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
        self._quick.set_thread_count(QUICK_THREADS)
        self._pages.set_thread_count(PAGE_THREADS)
        self._crowd = Crowd(gather, self._quick.add_task) if gather else None

    def add_task(self, task: Any) -> None:
        """Let a connection's next request be answered by a thread of its lane."""
        request = task.requests[0] if task.requests else None
        path = "" if request is None or request.error else request.path
        if self._crowd is not None and path.endswith(CROWDED):
            self._crowd.add_task(task)
        else:
            (self._quick if path.endswith(QUICK) else self._pages).add_task(task)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """End the threads of all lanes."""
        lanes = [lane for lane in (self._crowd, self._quick, self._pages) if lane is not None]
        ended = [lane.shutdown(cancel_pending, timeout) for lane in lanes]
        return all(ended)
