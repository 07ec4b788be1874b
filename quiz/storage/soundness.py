"""Whether the file of a SQLite database is whole; one that was found damaged is written to no more, by whatever process finds the mark beside it.

A damaged page may be an index that leads astray or a table that swallows what is put into it: whatever was confirmed then could be lost. What
is there stays as it is for whoever saves what can be saved. PostgreSQL looks after its own files.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import DBAPIError

from quiz.core.message import QuizError, say
from quiz.storage.driver import sqlite_driver

DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
"""SQLite's words for what is damaged beyond its doing."""

MOST_PROBLEMS = 5
BUSY_SECONDS = 15.0

log = logging.getLogger("quiz.disk")
_damaged: set[Path] = set()


class Check:
    """A check beside other work: a large file takes longer to read than anybody waits for a server."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._problems: list[str] = []
        self._thread = threading.Thread(target=self._run, name="check-file", daemon=True)
        self._thread.start()

    def wait(self, seconds: float | None = None) -> list[str]:
        """Return what was found within so many seconds; nothing, when all is well so far."""
        self._thread.join(seconds)
        return [] if self._thread.is_alive() else self._problems

    def _run(self) -> None:
        self._problems = problems_of(self._url)
        if self._problems:
            stop_writing(self._url, self._problems)


def problems_of(url: str, thoroughly: bool = False) -> list[str]:
    """Return what is wrong with the file of a database, in SQLite's words; `thoroughly` also compares each index with its table.

    Nothing for a file that is not there yet, and for what is no file. A file of no bytes is one that lost them: SQLite would begin a new database.
    """
    path = sqlite_file(url)
    if path is None or not path.exists():
        return []
    if not path.stat().st_size:
        return ["the file is empty"]
    driver = sqlite_driver()
    try:
        with closing(driver.connect(_for_reading(path), uri=True, timeout=BUSY_SECONDS)) as connection:
            rows = connection.execute(f"PRAGMA {'integrity' if thoroughly else 'quick'}_check({MOST_PROBLEMS})").fetchall()
    except driver.DatabaseError as error:
        return [str(error)] if _is_damage(error) else []
    return [text for (text,) in rows if text != "ok"]


def stop_writing(url: str, problems: list[str]) -> None:
    """Let nothing be written to a database any more: by this process as long as it lives, by others as long as the mark is there."""
    path = sqlite_file(url)
    if path is not None and path not in _damaged:
        _damaged.add(path)
        with suppress(OSError):  # a full disk keeps the news from the other processes, not from this one
            _mark(path).touch()
        log.error("the database file is damaged: nothing is written any more", extra={"fields": {"problem": problems[0]}})


def is_damaged(url: str) -> bool:
    """True for a database that was found damaged by this process, or by another since a server last started."""
    path = sqlite_file(url)
    return path is not None and (path in _damaged or _mark(path).exists())


def write_again(url: str) -> None:
    """Take the mark away: the file has been looked at anew. This process still believes what it found itself."""
    path = sqlite_file(url)
    if path is not None:
        _mark(path).unlink(missing_ok=True)


def _mark(path: Path) -> Path:
    return path.with_name(f"{path.name}.damaged")


def refuse_if_damaged(engine: Engine) -> None:
    """QuizError `damaged` for a database that was found so."""
    if is_damaged(str(engine.url)):
        raise QuizError("damaged", say("数据库文件已损坏，已停止写入，没有保存。请不要关闭页面，并立即告诉监考人员。"))


@contextmanager
def noticing_damage(engine: Engine) -> Iterator[None]:
    """Stop writing, and raise QuizError `damaged`, when what is done here meets damage."""
    try:
        yield
    except DBAPIError as error:
        if engine.dialect.name != "sqlite" or not _is_damage(error.orig):
            raise
        stop_writing(str(engine.url), [str(error.orig)])
        refuse_if_damaged(engine)


@cache
def sqlite_file(url: str) -> Path | None:
    """Return the file of a SQLite database; None for what is no file."""
    address = make_url(url)
    is_file = address.get_backend_name() == "sqlite" and address.database not in (None, "", ":memory:")
    return Path(str(address.database)).absolute() if is_file else None


def _for_reading(path: Path) -> str:
    """Return the address of a file whose reader leaves every byte as it is: any other would fold the write-ahead log into it at its end."""
    has_log = path.with_name(f"{path.name}-wal").exists()
    return f"{path.as_uri()}?{'mode=ro' if has_log else 'immutable=1'}"


def _is_damage(error: BaseException | None) -> bool:
    return str(getattr(error, "sqlite_errorname", "")).startswith(DAMAGE)
