"""Logs as one JSON object a line on standard error, with nobody in them.

A line holds only what is listed here: fixed texts of this program, route templates, numbers, names of exceptions and the places in the code that a
traceback runs through. Formatted messages and the texts of exceptions are left out, since they quote what people typed, addresses and rows.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from flask import has_request_context

from quiz.settings import ROOT
from quiz.web.counters import request_id, route

CODE = (str(ROOT), sys.prefix, sys.base_prefix)
PLAIN_TEXTS = ("total open connections reached the connection limit, no longer accepting new connections",)
"""Texts of others that are worth a line of their own and the same every time."""


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "event": _event(record),
        }
        if has_request_context():
            line |= {"route": route(), "request_id": request_id()}
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1]:
            line["errors"] = [_told(error) for error in _chain(record.exc_info[1])]
        return json.dumps(line, ensure_ascii=False)


def start_logging(log_all: bool, stream: TextIO | None = None) -> None:
    """Write what goes wrong to standard error, and with `log_all` a line for every request; replaces what was set up before."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.WARNING)
    logging.getLogger("quiz").setLevel(logging.INFO if log_all else logging.WARNING)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a warning for every request that waits: a line each in a full hall


def _event(record: logging.LogRecord) -> str:
    """The fixed text of our own records; of others their name, with the text when it is a pattern whose values stay out."""
    text = str(record.msg)
    if record.name.startswith("quiz."):
        return text
    is_fixed = (bool(record.args) and "%" in text) or text in PLAIN_TEXTS
    return f"{record.name}: {text}" if is_fixed else record.name


def _chain(error: BaseException) -> list[BaseException]:
    """The exception and what it came from, the last first."""
    out: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in out:
        out.append(current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return out


def _told(error: BaseException) -> dict[str, object]:
    """What may be told of an exception: its name, a database's own code for it, and its way through the code."""
    cause = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None)
    trace = [f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    return {"error": type(error).__name__, **({"cause": cause} if cause else {}), "trace": trace}


def _place(filename: str) -> str:
    """A file as the program knows it, not as this machine does: somebody's name may stand in the folders above."""
    path = Path(filename)
    for folder in CODE:
        if path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return path.name
