"""What a server does beside serving: look at the clock, close attempts whose time is over, write down who was heard of.

Attempts are closed a few in each transaction, so that nobody's save waits for a thousand others to be marked.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import Engine

from quiz.cli.console import host_name
from quiz.core.steady import SteadyClock
from quiz.storage.engine import closing_engine, writing
from quiz.usecases import attempts, timekeeping

log = logging.getLogger("quiz.sweep")
SWEEP_SECONDS = 5
PRESENCE_SECONDS = 3
PAUSE_SECONDS = 0.02
"""Between two transactions, so that others have their turn at the database in any case."""


def close_all_expired(engine: Engine, now: Callable[[], datetime]) -> Iterator[int]:
    """Close every attempt whose time is over, and yield after each transaction how many it closed. Several nodes may do so at once."""
    while True:
        with writing(engine) as db:
            closed = attempts.close_expired(db, now())
        yield closed
        if closed < attempts.CLOSED_AT_ONCE:
            return


def watch(engine: Engine, clock: SteadyClock, host: str) -> Iterator[int]:
    """Compare the clocks and tell of a jump; then close what is out of time, as `close_all_expired` does, unless that has to wait for a person."""
    now, drift = clock(), clock.drift
    with writing(engine) as db:
        kept = timekeeping.keep_time(db, host, clock.ticks, now, drift)
    if kept.jumped is not None:
        log.error("the clock was set, nothing is closed until somebody has looked", extra={"fields": {"seconds": round(kept.jumped.total_seconds())}})
    if kept.follow:
        clock.follow()
    yield from close_all_expired(engine, clock)


def watch_until(stop: threading.Event, url: str, clock: SteadyClock, count: Callable[[int], None]) -> None:
    """Watch every few seconds until told to stop, whatever goes wrong meanwhile; `count` hears how many attempts were closed."""
    with closing_engine(url) as engine:
        while not stop.wait(SWEEP_SECONDS):
            try:
                for closed in watch(engine, clock, host_name()):
                    count(closed)
                    if stop.wait(PAUSE_SECONDS):
                        break
            except Exception:  # a database that is away comes back, and then its attempts must still be closed
                log.exception("the sweep failed")


def write_down_until(stop: threading.Event, write_down: Callable[[], int]) -> None:
    """Write down every few seconds who was heard of, and once more at the end."""
    is_last = False
    while not is_last:
        is_last = stop.wait(PRESENCE_SECONDS)
        try:
            write_down()
        except Exception:  # as above; what was told is kept meanwhile
            log.exception("presence was not written down")
