"""The HTTP server: waitress, with a stop that lets every request that has come in have its answer.

Told to stop (SIGTERM, or Ctrl+C), it first says that it is not ready, serves on for as long as whoever asks for that needs to notice, then takes no
new connections and tells the open ones that each reply is the last, and ends when all that was asked has been answered, or after ten seconds.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server
from waitress.task import WSGITask

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

DRAIN_SECONDS = 10.0
"""How long requests that have come in may take after the last connection was taken."""

TICK = 0.2
"""Seconds after which the loop looks at the time, if nothing happens."""

MOST_WAITING = 1024
"""Connections that may wait to be taken at the moment of the stop: as many as the system keeps."""

log = logging.getLogger("quiz.server")


def run(application: WSGIApplication, host: str, port: int, options: Mapping[str, Any], stopping: threading.Event, notice: float = 0.0) -> None:
    """Serve until told to stop: `stopping` is set, and `notice` seconds later no connection is taken any more. Told twice, stop at once.

    `options` are waitress' own.
    """
    server = _Server(application, stopping, {**options, "host": host, "port": port})
    before = {name: signal.signal(name, server.tell) for name in _signals()}
    try:
        server.serve_until(stopping.is_set)
        server.serve_until(server.after(notice))
        server.take_no_more()
        server.serve_until(server.after(DRAIN_SECONDS, server.is_idle))
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
        server.close()


class _Server:
    """Waitress' sockets and threads, and its loop taken apart, so that it can end in steps."""

    def __init__(self, application: WSGIApplication, stopping: threading.Event, options: Mapping[str, Any]) -> None:
        self._sockets: dict[int, Any] = {}
        # the application looks itself at what proxies say, and whom of them to believe
        server = create_server(application, map=self._sockets, clear_untrusted_proxy_headers=False, **options)
        self._threads = server.task_dispatcher
        self._listeners = [found for found in self._sockets.values() if isinstance(found, BaseWSGIServer)]
        self._stopping = stopping
        self._told = 0
        for listener in self._listeners:
            listener.channel_class = _channel_class(stopping)

    def tell(self, *_signal: object) -> None:
        """Stop; at once when told before."""
        self._told += 1
        self._stopping.set()
        self._listeners[0].pull_trigger()  # the loop wakes up

    def after(self, seconds: float, is_done: Callable[[], bool] = lambda: False) -> Callable[[], bool]:
        """Return what is true when so many seconds have passed from now, when it is done before, or when we were told twice."""
        end = time.monotonic() + seconds
        return lambda: self._told > 1 or time.monotonic() >= end or is_done()

    def serve_until(self, is_over: Callable[[], bool]) -> None:
        """Let the loop run; looks at `is_over` whenever something has happened."""
        while not is_over():
            wasyncore.loop(timeout=TICK, use_poll=True, map=self._sockets, count=1)

    def take_no_more(self) -> None:
        """Take the connections that are waiting, then close the door: what the system has taken for us and we have not would be cut off."""
        for listener in self._listeners:
            for _ in range(MOST_WAITING):
                taken = len(self._sockets)
                listener.handle_accept()
                if len(self._sockets) == taken:
                    break
            wasyncore.dispatcher.close(listener)  # the listening socket alone; the channels still need the rest

    def is_idle(self) -> bool:
        """True when nothing is being received, worked on or sent."""
        return not any(_is_busy(channel) for channel in self._sockets.values() if isinstance(channel, HTTPChannel))

    def close(self) -> None:
        """End threads and connections, whatever they do."""
        left = sum(_is_busy(channel) for channel in self._sockets.values() if isinstance(channel, HTTPChannel))
        if left:
            log.warning("stopped with unanswered requests", extra={"fields": {"requests": left}})
        self._threads.shutdown(timeout=0 if left else 1)
        wasyncore.close_all(self._sockets, ignore_all=True)


def _is_busy(channel: HTTPChannel) -> bool:
    return bool(channel.requests or channel.request is not None or channel.total_outbufs_len)


def _channel_class(stopping: threading.Event) -> type[HTTPChannel]:
    """A connection whose replies, once we are to stop, say that they are the last."""

    class Task(WSGITask):  # type: ignore[misc]
        def build_response_header(self) -> Any:
            if stopping.is_set():
                self.request.headers["CONNECTION"] = "close"  # as if it had been asked for
            return super().build_response_header()

    class Channel(HTTPChannel):  # type: ignore[misc]
        task_class = Task

    return Channel


def _signals() -> list[signal.Signals]:
    """What tells a server to stop; nothing, where it does not run in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        return []
    return [getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGBREAK") if hasattr(signal, name)]
