"""Requests that are answered many at once: what came in while the last ones were answered is handed over together.

A thousand pages save all the time. A thread for each of those calls, which wakes up, waits for the others' transaction and wakes up again, costs
as much as what the call asks for; here one thread takes all that have come in, and `gather` says what they are answered.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from waitress.parser import HTTPRequestParser
from waitress.task import ThreadedTaskDispatcher, WSGITask

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Answer = tuple[str, list[tuple[str, str]], bytes]
"""Status line, headers and body of a reply."""

Gather = Callable[[Sequence["WSGIEnvironment"]], Sequence[Answer | None]]
"""Answers requests together; None for one that the application is to answer itself, as any other."""

MOST = 128
"""Requests answered together, as many as share a transaction."""

log = logging.getLogger("quiz.server")


class Request(HTTPRequestParser):  # type: ignore[misc]
    """A request as waitress reads it, with what it is answered where that is known before its turn comes."""

    path = ""
    environ: WSGIEnvironment | None = None
    answer: Answer | None = None


class Task(WSGITask):  # type: ignore[misc]
    """Answers a request: with what is known already, else by the application."""

    def __init__(self, channel: Any, request: Request) -> None:
        super().__init__(channel, request)
        self.environ = request.environ

    def execute(self) -> None:
        """Write the reply."""
        answer = self.request.answer
        if answer is None:
            super().execute()
            return
        self.complete = True
        self.status, self.response_headers, body = answer
        self.content_length = len(body)
        self.write(body)


class Crowd:
    """Connections whose next request is answered together with the others'; what `gather` leaves is done by `elsewhere`."""

    def __init__(self, gather: Gather, elsewhere: Callable[[Any], None]) -> None:
        self._gather, self._elsewhere = gather, elsewhere
        self._guard = threading.Lock()
        self._waiting: deque[Any] = deque()
        self._is_called = False
        self._thread = ThreadedTaskDispatcher()
        self._thread.set_thread_count(1)

    def add_task(self, connection: Any) -> None:
        """Let a connection's next request be answered with the next ones."""
        with self._guard:
            self._waiting.append(connection)
            if self._is_called:
                return
            self._is_called = True
        self._thread.add_task(self)

    def service(self) -> None:
        """Answer those who wait; the thread's part."""
        with self._guard:
            taken = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
        try:
            self._answer(taken)
        finally:
            with self._guard:
                self._is_called = bool(self._waiting)
            if self._is_called:  # nobody else calls meanwhile: this thread is the only one
                self._thread.add_task(self)

    def cancel(self) -> None:
        """Give up those who wait, at the end of the server."""
        with self._guard:
            while self._waiting:
                self._waiting.popleft().cancel()

    def shutdown(self, cancel_pending: bool, timeout: float) -> bool:
        """End the thread."""
        return bool(self._thread.shutdown(cancel_pending, timeout))

    def _answer(self, taken: Sequence[Any]) -> None:
        here = [connection for connection in taken if connection.connected]
        requests = [connection.requests[0] for connection in here]
        for connection, request in zip(here, requests, strict=True):
            request.environ = connection.task_class(connection, request).get_environment()
        try:
            answers = self._gather([request.environ for request in requests])
        except Exception:  # whatever one of them broke, each is answered alone then: without a reply they would all wait for ever
            log.exception("requests could not be answered together")
            answers = [None] * len(here)
        for connection, request, answer in zip(here, requests, answers, strict=True):
            request.answer = answer
            (self._elsewhere if answer is None else self._service)(connection)
        for connection in set(taken).difference(here):  # hung up before: waitress closes it
            self._service(connection)

    def _service(self, connection: Any) -> None:
        """Send one reply; what goes wrong with it is nobody else's."""
        try:
            connection.service()
        except Exception:  # as a thread of waitress does between its tasks: here the replies of others wait behind this one
            log.exception("a reply could not be sent")
