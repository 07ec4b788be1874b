"""The HTTP server: waitress, with a stop that lets every request that has come in have its answer.

Told to stop (SIGTERM, or Ctrl+C), it first says that it is not ready, serves on for as long as whoever asks for that needs to notice, then takes no
new connections and tells the open ones that each reply is the last, and ends when all that was asked has been answered, or after ten seconds.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.server import BaseWSGIServer, create_server

from quiz.cli import http_crowd
from quiz.cli.http_crowd import Gather
from quiz.cli.http_loop import Connection, Loop, waking
from quiz.cli.lanes import Lanes

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

DRAIN_SECONDS = 10.0
"""How long requests that have come in may take after the last connection was taken."""

TICK = 0.2
"""Seconds after which the loop looks at the time, if nothing happens."""

MOST_CONNECTIONS = 10_000

SWITCH_SECONDS = 0.001
"""How long a thread may keep the interpreter while others want it: a page takes long, and a save among eight pages would wait for each in turn."""

MOST_WAITING = 1024
"""Connections that may wait to be taken at the moment of the stop: as many as the system keeps."""

log = logging.getLogger("quiz.server")


def run(application: WSGIApplication, host: str, port: int, stopping: threading.Event, notice: float = 0.0, gather: Gather | None = None) -> None:
    """Serve at an address until told to stop by a signal or `stopping`; `notice` seconds later no connection is taken any more.

    Told twice, stop at once.
    """
    server = Server(application, stopping, gather, host=host, port=port)
    before = {name: signal.signal(name, server.tell) for name in stop_signals()}
    try:
        server.serve(notice)
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


class Server:
    """Waitress' sockets and threads, and its loop taken apart, so that it can end in steps."""

    def __init__(self, application: WSGIApplication, stopping: threading.Event, gather: Gather | None = None, **where: Any) -> None:
        """Be ready to serve at `where`: the host and port, or the sockets that are bound already.

        Saves are answered together by `gather`, as far as it knows an answer, else one by one by the application.
        """
        sys.setswitchinterval(SWITCH_SECONDS)
        _allow_connections()
        self._sockets: dict[int, Any] = {}
        self._loop = Loop(self._sockets)
        self._threads = Lanes(gather)
        # the application looks itself at what proxies say, and whom of them to believe
        create_server(
            application,
            map=self._sockets,
            _dispatcher=self._threads,
            **where,
            connection_limit=MOST_CONNECTIONS,
            ident=None,
            clear_untrusted_proxy_headers=False,
        )
        self._listeners = [found for found in self._sockets.values() if isinstance(found, BaseWSGIServer)]
        self._stopping = stopping
        self._told = 0
        for listener in self._listeners:
            listener.channel_class = _connection_class(self._loop, stopping.is_set)
            listener.pull_trigger = waking(self._loop, listener.pull_trigger)

    def serve(self, notice: float) -> None:
        """Serve until told to stop, and `notice` seconds longer; end when all that was asked has been answered."""
        try:
            self.serve_until(self._stopping.is_set)
            self.serve_until(self.after(notice))
            self.take_no_more()
            self.serve_until(self.after(DRAIN_SECONDS, self.has_nothing_left))
        finally:
            self.close()

    def tell(self, *_signal: object) -> None:
        """Stop; at once when told before."""
        self._told += 1
        if self._told == 1:  # never within itself: a second signal would wait for the lock that the first one holds here
            self._stopping.set()
        self._listeners[0].pull_trigger()  # the loop wakes up

    def after(self, seconds: float, is_done: Callable[[], bool] = lambda: False) -> Callable[[], bool]:
        """Return what is true when so many seconds have passed from now, when it is done before, or when we were told twice."""
        end = time.monotonic() + seconds
        return lambda: self._told > 1 or time.monotonic() >= end or is_done()

    def serve_until(self, is_over: Callable[[], bool]) -> None:
        """Let the loop run; looks at `is_over` whenever something has happened."""
        while not is_over():
            self._loop.run_once(TICK)

    def take_no_more(self) -> None:
        """Take the connections that are waiting, then close the door: what the system has taken for us and we have not would be cut off."""
        for listener in self._listeners:
            for _ in range(MOST_WAITING):
                taken = len(self._sockets)
                listener.handle_accept()
                if len(self._sockets) == taken:
                    break
            self._loop.forget(listener._fileno)
            wasyncore.dispatcher.close(listener)  # the listening socket alone; the channels still need the rest

    def has_nothing_left(self) -> bool:
        """True when nothing is being received, worked on or sent, and the system has nothing for us that we have not read; it is read now."""
        return not self._unanswered() and not self._loop.run_once(0)

    def close(self) -> None:
        """End threads and connections, whatever they do."""
        left = self._unanswered()
        if left:
            log.warning("stopped with unanswered requests", extra={"fields": {"requests": left}})
        self._threads.shutdown(timeout=0 if left else 1)
        wasyncore.close_all(self._sockets, ignore_all=True)
        self._loop.close()

    def _unanswered(self) -> int:
        return sum(_is_busy(channel) for channel in self._sockets.values() if isinstance(channel, Connection))


def _is_busy(channel: Connection) -> bool:
    return bool(channel.requests or channel.request is not None or channel.total_outbufs_len)


def _connection_class(of: Loop, is_last_reply: Callable[[], bool]) -> type[Connection]:
    """A connection whose replies say that they are the last when they are to be."""

    class Task(http_crowd.Task):
        def build_response_header(self) -> Any:
            if is_last_reply():
                self.request.headers["CONNECTION"] = "close"  # as if it had been asked for
            return super().build_response_header()

    class Ending(Connection):
        task_class = Task
        loop = of

    return Ending


def _allow_connections() -> None:
    """Let this process open as many files as the system allows it: every connection is one, and the usual limit is a thousand."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + 1000 if hard == resource.RLIM_INFINITY else min(hard, MOST_CONNECTIONS + 1000)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def stop_signals() -> list[signal.Signals]:
    """Return what tells a server to stop; nothing, where it does not run in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        return []
    return [getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGBREAK") if hasattr(signal, name)]
