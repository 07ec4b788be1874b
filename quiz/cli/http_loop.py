"""The loop over open connections, which looks at one when something has happened to it: a thousand that only wait cost nothing.

Waitress' own loop asks every open connection what it wants whenever anything happens on any, two or three times a request: with a thousand people at
work that cost more than their requests. This one keeps what each wanted when it was last looked at, and looks again after an event on it, or when a
thread says that it has left something to do.
"""

from __future__ import annotations

import selectors
import threading
import time
from collections import deque
from typing import Any

from waitress import wasyncore
from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel

from quiz.cli.http_crowd import Request

SWEEP_SECONDS = 1.0
"""How often every connection is looked at all the same: waitress marks those to be closed that were silent for two minutes."""

_working = threading.local()
"""The connection whose request this thread answers."""


class Loop:
    """What each socket wants, in the system's hands (epoll where there is one). Only `wake` is for other threads."""

    def __init__(self, sockets: dict[int, Any]) -> None:
        self._sockets = sockets
        self._selector = selectors.DefaultSelector()
        self._wanted: dict[int, int] = {}
        self._touched: deque[Any] = deque()
        self._next_sweep = 0.0

    def wake(self, connection: Any) -> None:
        """Have this connection looked at, after the loop was woken up."""
        self._touched.append(connection)

    def run_once(self, timeout: float) -> bool:
        """Wait for something to happen, `timeout` seconds at most, and see to it; False when nothing did."""
        if time.monotonic() >= self._next_sweep:
            self._next_sweep = time.monotonic() + SWEEP_SECONDS
            for found in list(self._sockets.values()):
                self._look(found)
        while self._touched:
            self._look(self._touched.popleft())
        happened = self._selector.select(timeout)
        for key, events in happened:
            self._handle(key.data, events)
        return bool(happened)

    def forget(self, number: int | None) -> None:
        """Ask nothing more about a socket; to be said before it is closed, since its number will be another's."""
        if number is not None and self._wanted.pop(number, 0):
            self._selector.unregister(number)

    def close(self) -> None:
        """Give back what the system lent."""
        self._selector.close()

    def _handle(self, found: Any, events: int) -> None:
        is_unasked = False
        if events & selectors.EVENT_READ:
            if found.readable():
                wasyncore.read(found)
            else:  # more comes in, or it hangs up, while its request is worked on: later
                is_unasked = found.is_held = True
        if events & selectors.EVENT_WRITE and found.connected and found.writable():
            wasyncore.write(found)
        self._look(found, keep=not is_unasked)

    def _look(self, found: Any, keep: bool = True) -> None:
        """Ask what a socket wants. One whose request is worked on stays asked about: most often nothing comes before the reply has gone."""
        number = found._fileno
        is_open = number is not None and self._sockets.get(number) is found
        if not is_open:
            return
        had = self._wanted.get(number, 0)
        wants = (selectors.EVENT_READ if found.readable() else had & selectors.EVENT_READ if keep else 0) | (
            selectors.EVENT_WRITE if found.writable() and not found.accepting else 0
        )
        if wants & selectors.EVENT_READ:
            found.is_held = False
        if wants == had:
            return
        if not wants:
            self._selector.unregister(number)
            del self._wanted[number]
            return
        (self._selector.modify if had else self._selector.register)(number, wants, found)
        self._wanted[number] = wants


class Connection(HTTPChannel):  # type: ignore[misc]
    """A connection that is looked at when it has something to do. `loop` is set by who makes a class of it."""

    loop: Loop
    parser_class = Request
    outbufs: list[Any]
    current_outbuf_count: int
    is_held = False
    """Its socket is not asked about until its request is answered."""

    def add_channel(self, map: Any = None) -> None:
        """Begin to be looked at."""
        super().add_channel(map)
        self.loop.wake(self)

    def del_channel(self, map: Any = None) -> None:
        """End to be looked at."""
        self.loop.forget(self._fileno)
        super().del_channel(map)

    def _flush_some(self, do_close: bool = True) -> bool:
        """Send what the other side takes now; one thread at a time, since the loop may find the reply while the thread that made it sends it."""
        with self.outbuf_lock:
            has_sent = bool(super()._flush_some(do_close))
            if self.current_outbuf_count and not self.total_outbufs_len:  # else a page that was read stays in memory until the next is asked for
                self.outbufs[0].close()
                self.outbufs, self.current_outbuf_count = [OverflowableBuffer(self.adj.outbuf_overflow)], 0
            return has_sent

    def send_at_once(self) -> None:
        """Send a reply from the thread that made it, header and body in one packet: waitress would wake up its loop for it."""
        self._flush_exception(self._flush_some, do_close=False)

    def service(self) -> None:
        """Answer a request; what waitress says to wake its loop is about this connection then."""
        _working.connection = self
        try:
            super().service()
        finally:
            _working.connection = None


def waking(loop: Loop, pull: Any) -> Any:
    """Return what waitress is to call in place of `pull`: wakes the loop up only when there is something to do there.

    A thread calls it with its reply sent, most often: the next request of that connection is waited for already.
    """

    def wake() -> None:
        connection = getattr(_working, "connection", None)
        if connection is None:
            pull()
            return
        if connection.total_outbufs_len:
            connection.send_at_once()
        if connection.is_held or connection.writable():
            loop.wake(connection)
            pull()

    return wake
