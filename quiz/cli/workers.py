"""A server of several processes, since one Python uses one core: how a process becomes two, and what one of those that serve does (ADR 0024)."""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

from quiz.cli import spoken
from quiz.cli.at_work import at_work
from quiz.cli.console import Console
from quiz.cli.http_server import Server, stop_signals
from quiz.storage import soundness, turn

MOST = 4
"""Processes by default at most: they share the file's one writer, and each has its own memory."""

HEAPS = 2
"""A heap for each thread keeps much more memory."""

_MOST_HEAPS = -8
"""The C library's M_ARENA_MAX."""


def usual_count() -> int:
    """Return how many processes serve an embedded database on this machine unless somebody says otherwise."""
    return min(MOST, os.cpu_count() or 1)


def keep_small() -> None:
    """Before this process is copied: let its copies share the memory of what is loaded, and keep few heaps of their own."""
    gc.collect()
    gc.freeze()  # else the collector would write into all of it
    if sys.platform == "linux" and "MALLOC_ARENA_MAX" not in os.environ and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(_MOST_HEAPS, HEAPS)


def fork(work: Callable[[], None], not_theirs: Sequence[int] = ()) -> BaseProcess:
    """Do some work in a copy of this process, which has none of its open files with the numbers `not_theirs`; what goes wrong is said in words.

    This process must have no threads and no open SQLite file: a fork copies locks in whatever state they are, and SQLite knows its own no more.
    """
    process = get_context("fork").Process(target=_be_copy, args=(work, not_theirs))
    process.start()
    return process


def _be_copy(work: Callable[[], None], not_theirs: Sequence[int]) -> None:
    os.setsid()  # signals of a terminal are not for us
    for handle in not_theirs:
        os.close(handle)
    sys.exit(spoken(work))


def work(console: Console, count: int, notice: float, sockets: Sequence[socket.socket], orders: int, is_first: bool) -> None:
    """Be one of so many processes: serve at the sockets until the watcher says so through `orders`, or is gone.

    The first looks whether the database's file is whole: a large one was not looked at to its end before.
    """
    for name in stop_signals():
        signal.signal(name, signal.SIG_IGN)
    url = console.settings.database_url
    if is_first:
        soundness.Check(url)
    turn.share(url)
    with at_work(console, count) as (app, gather, stopping):
        server = Server(app, stopping, gather, sockets=list(sockets))
        threading.Thread(target=_obey, args=(orders, server), name="orders", daemon=True).start()
        server.serve(notice)


def _obey(orders: int, server: Server) -> None:
    while os.read(orders, 1):
        server.tell()
    os._exit(1)  # nobody would say when to stop, and another server may be about to begin
