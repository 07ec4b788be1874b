"""The closing of attempts whose time is over, a few in each transaction, so that nobody's save waits for a thousand others to be marked."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator

from sqlalchemy import Engine

from quiz.cli.console import Console
from quiz.storage.engine import closing_engine, writing
from quiz.usecases import attempts

log = logging.getLogger("quiz.sweep")
SWEEP_SECONDS = 5
PAUSE_SECONDS = 0.02
"""Between two transactions, so that others have their turn at the database in any case."""


def close_all_expired(engine: Engine, console: Console) -> Iterator[int]:
    """Close every attempt whose time is over, and yield after each transaction how many it closed. Several nodes may do so at once."""
    while True:
        with writing(engine) as db:
            closed = attempts.close_expired(db, console.now())
        yield closed
        if closed < attempts.CLOSED_AT_ONCE:
            return


def sweep_until(stop: threading.Event, console: Console, count: Callable[[int], None]) -> None:
    """Close expired attempts every few seconds until told to stop, whatever goes wrong meanwhile; `count` hears how many were closed."""
    with closing_engine(console.settings.database_url) as engine:
        while not stop.wait(SWEEP_SECONDS):
            try:
                for closed in close_all_expired(engine, console):
                    count(closed)
                    if stop.wait(PAUSE_SECONDS):
                        break
            except Exception:  # a database that is away comes back, and then its attempts must still be closed
                log.exception("the sweep failed")
