"""The folder through which the processes of one server share their counts; it ends with the server, and one that was killed leaves none for long.

Its server holds the folder's lock, which the system frees however the server ends; the next server to begin removes what nobody holds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import gettempdir, mkdtemp

from quiz.storage.served import take_lock

PREFIX = "quiz-counts-"


@contextmanager
def counts_folder() -> Iterator[Path]:
    """Give a folder of this server's own, and remove it afterwards; first of all remove what killed servers of this user left behind."""
    for left in Path(gettempdir()).glob(f"{PREFIX}*"):
        if (handle := _hold(left)) is not None:
            _remove(left, handle)
    while True:
        folder = Path(mkdtemp(prefix=PREFIX))
        if (held := _hold(folder)) is not None and folder.exists():
            break  # else another server that begins now took it for left behind
    try:
        yield folder
    finally:
        _remove(folder, held)


def _hold(folder: Path) -> int | None:
    """The open folder with its lock; None when another server has it, or when it is no folder of this user's."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    if os.fstat(handle).st_uid == os.getuid() and take_lock(handle):
        return handle
    os.close(handle)
    return None


def _remove(folder: Path, handle: int) -> None:
    rmtree(folder, ignore_errors=True)
    os.close(handle)
