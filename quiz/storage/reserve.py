"""Room kept on the disk of a SQLite file: a file of nothing beside it, given up when the disk is full, so that people can finish what they began.

Without it the first cadre whose answer finds no room could not hand in either. Knows nothing of PostgreSQL's disks.
"""

from __future__ import annotations

import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from quiz.storage.soundness import sqlite_file

MOST = 64 * 1024 * 1024
"""Bytes that are kept: more than ten thousand cadres write in a sitting's last quarter of an hour."""

SHARE = 8
"""On a small disk no more is kept than this part of what is free."""

LEAST = 1024 * 1024
"""Bytes; less is not worth keeping, and as good as nothing."""

log = logging.getLogger("quiz.disk")


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes that are free on the disk of a database, and those kept for when none are."""

    folder: Path
    free: int
    kept: int


def is_full(error: BaseException, url: str) -> bool:
    """True when a statement failed because the disk of the database at `url` took no more.

    SQLite says so of its own files, but speaks of a failed write only where the file that its processes share finds no room.
    """
    name = getattr(error.orig, "sqlite_errorname", "") if isinstance(error, DBAPIError) else ""
    if name == "SQLITE_FULL":
        return True
    room = room_of(url) if name.startswith("SQLITE_IOERR") else None
    return room is not None and room.free < LEAST


def keep(url: str) -> None:
    """Set room aside, unless there is as much already; a disk that is too full for that is no error."""
    path, room = _path(url), room_of(url)
    if path is None or room is None:
        return
    wanted = min(MOST, (room.free + room.kept) // SHARE)
    if wanted < LEAST or room.kept >= wanted:
        return
    try:
        path.unlink(missing_ok=True)
        _fill(path, wanted)
    except OSError:
        path.unlink(missing_ok=True)
        log.exception("no room could be kept")


def give_up(url: str) -> bool:
    """Give the room back to the disk; True when there was some."""
    path = _path(url)
    if path is None:
        return False
    try:
        path.unlink()
    except OSError:
        return False
    log.error("the disk is full: the room that was kept is given up, free some now")
    return True


def room_of(url: str) -> Room | None:
    """Return how much room there is; None for what is no file."""
    path = _path(url)
    if path is None:
        return None
    return Room(path.parent, shutil.disk_usage(path.parent).free, path.stat().st_size if path.exists() else 0)


def _path(url: str) -> Path | None:
    file = sqlite_file(url)
    return None if file is None else file.with_name(f"{file.name}.reserve")


def _fill(path: Path, size: int) -> None:
    """Make a file whose bytes are really taken; a file with holes would keep nothing."""
    with path.open("xb") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
            return
        block = bytes(1024 * 1024)
        while size > 0:
            size -= file.write(block[:size])
