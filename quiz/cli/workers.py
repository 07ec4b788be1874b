"""A server of several processes, since one Python uses one core: how `quiz serve` becomes what watches them, and what one of them does (ADR 0024)."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from quiz.cli.http_crowd import Gather
from quiz.cli.http_server import Server, stop_signals
from quiz.settings import PROCESSES

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MOST = 4
"""Processes by default at most: they share the file's one writer, and each has its own memory."""


def usual_count() -> int:
    """Return how many processes serve an embedded database on this machine unless somebody says otherwise."""
    return min(MOST, os.cpu_count() or 1)


def become_watcher(count: int, host: str, port: int, notice: float, lock: int | None) -> None:
    """Let this process go on as what watches the servers of the database whose `lock` it holds; never returns."""
    if lock is not None:
        os.set_inheritable(lock, True)
    words = ["--host", host, "--port", str(port), "--notice", str(notice), "--count", str(count)]
    environment = {"MALLOC_ARENA_MAX": "2", **os.environ, PROCESSES: str(count)}  # a heap for each thread keeps much more memory
    os.execve(sys.executable, [sys.executable, "-m", "quiz.cli.watch", *words], environment)  # noqa: S606 the words are ours


def work(application: WSGIApplication, gather: Gather, numbers: Sequence[int], orders: int, stopping: threading.Event, notice: float) -> None:
    """Be one of the processes: serve at the sockets with these numbers until the watcher says so through `orders`, or is gone."""
    for name in stop_signals():
        signal.signal(name, signal.SIG_IGN)
    server = Server(application, stopping, gather, sockets=[socket.socket(fileno=number) for number in numbers])
    threading.Thread(target=_obey, args=(orders, server), name="orders", daemon=True).start()
    server.serve(notice)


def _obey(orders: int, server: Server) -> None:
    while os.read(orders, 1):
        server.tell()
    os._exit(1)  # nobody would say when to stop, and another server may be about to begin
