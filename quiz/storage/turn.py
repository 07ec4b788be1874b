"""Whose turn it is to write to a SQLite file: one lock for the threads of a process, and one for the processes of a server.

SQLite lets processes that want to write sleep and try again, so that one may wait for long while another writes. The processes of a server stand in
line instead: who waits holds the door, so that whoever has just written cannot be first again. The system frees what a process held, however that
ended. Commands beside a server take SQLite's turns, whose wait has an end: one that was put to sleep must not stop the hall.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from quiz.storage.soundness import sqlite_file
from quiz.storage.waits import waiting

CAN_SHARE = sys.platform != "win32"
"""Whether processes can stand in line here."""

_threads: dict[str, threading.Lock] = {}
_shared: dict[str, str] = {}


def share(url: str) -> None:
    """Let this process stand in line with the others of its server for the database at `url`; nothing to do where that is no file."""
    path = sqlite_file(url)
    if path is not None:
        _shared[url] = str(path)


@contextmanager
def write_turn(url: str) -> Iterator[None]:
    """Hold the turn to write to the database at `url`."""
    with ExitStack() as held:
        with waiting("lock"):
            held.enter_context(_threads.setdefault(url, threading.Lock()))
            if url in _shared:
                held.enter_context(_among_processes(_shared[url]))
        yield


@contextmanager
def _among_processes(path: str) -> Iterator[None]:
    with ExitStack() as room:
        with _locked(f"{path}.door"):
            room.enter_context(_locked(f"{path}.room"))
        yield


@contextmanager
def _locked(path: str) -> Iterator[None]:
    """Hold the lock of a file, which closing it gives back."""
    import fcntl

    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
