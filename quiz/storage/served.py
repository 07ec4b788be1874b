"""Locks of files, which the system frees however their holder ends: one server for one SQLite file, with the number of its process in it.

Commands may work beside a server. Two servers may not: each would believe that its own lock keeps writers apart.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from quiz.core.message import QuizError, say


@contextmanager
def only_server(url: str) -> Iterator[int | None]:
    """Hold the database at `url` against other servers, and give the open file that holds it; PostgreSQL is made for several and needs none.

    QuizError `already_served` says which process has it.
    """
    path = lock_file(url)
    if path is None:
        yield None
        return
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not take_lock(handle):
            raise QuizError("already_served", say("这个数据库正由另一个考学服务使用（进程号{pid}）。一个文件只能由一个服务使用。", pid=_holder(path)))
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        yield handle
    finally:
        os.close(handle)


@contextmanager
def alone(path: Path) -> Iterator[bool]:
    """Hold the lock of a file as long as something is done that only one process of this machine should do; give False when another does it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield take_lock(handle)
    finally:
        os.close(handle)


def served_by(url: str) -> str:
    """Return the number of the process that serves the database at `url`; "" when none does, or when it is no SQLite file."""
    path = lock_file(url)
    if path is None or not path.exists():
        return ""
    handle = os.open(path, os.O_RDWR)
    try:
        return "" if take_lock(handle) else _holder(path)
    finally:
        os.close(handle)


def lock_file(url: str) -> Path | None:
    """Return where the lock of a SQLite file is; None for what is no file."""
    address = make_url(url)
    is_file = address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:")
    return Path(f"{address.database}.server") if is_file else None


def _holder(path: Path) -> str:
    return path.read_text("utf-8").strip() or "?"


if sys.platform == "win32":
    import msvcrt

    FAR = 1 << 20
    """A place far behind the number: on Windows nobody could read what is locked."""

    def take_lock(handle: int) -> bool:
        """Take the lock of an open file; False when another process has it. The system frees it however its holder ends."""
        os.lseek(handle, FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        os.lseek(handle, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def take_lock(handle: int) -> bool:
        """Take the lock of an open file; False when another process has it. The system frees it however its holder ends."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
