"""What runs beside the pages: the closing of attempts whose time is over, the look at the clock before it, and who was heard of written down.

Attempts are closed a few in each transaction, so that nobody's save waits for a thousand others to be marked.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import Engine

from quiz.cli.console import Console, host_name
from quiz.core.steady import SteadyClock
from quiz.storage.engine import closing_engine, writing
from quiz.usecases import handing_in, timekeeping

log = logging.getLogger("quiz.sweep")
SWEEP_SECONDS = 5
PAUSE_SECONDS = 0.02
"""Between two transactions, so that others have their turn at the database in any case."""

PRESENCE_SECONDS = 3


def close_all_expired(engine: Engine, clock: Callable[[], datetime]) -> Iterator[int]:
    """Close every attempt whose time is over, and yield after each transaction how many it closed. Several nodes may do so at once."""
    while True:
        with writing(engine) as db:
            closed = handing_in.close_expired(db, clock())
        yield closed
        if closed < handing_in.CLOSED_AT_ONCE:
            return


def look_at_clock(engine: Engine, clock: SteadyClock, host: str) -> None:
    """Compare the time that is served with the machine's clock, tell of a jump, and follow the machine's where that moves nobody's deadline."""
    now, drift = clock(), clock.drift
    with writing(engine) as db:
        kept = timekeeping.keep_time(db, host, clock.ticks, now, drift)
    if kept.jumped is not None:
        log.error("the clock was set, nothing is closed until somebody has looked", extra={"fields": {"seconds": round(kept.jumped.total_seconds())}})
    if kept.follow:
        clock.follow()


def sweep_until(stop: threading.Event, console: Console, clock: SteadyClock, count: Callable[[int], None]) -> None:
    """Close expired attempts every few seconds until told to stop, whatever goes wrong meanwhile; `count` hears how many were closed."""
    host = host_name()
    with closing_engine(console.settings.database_url) as engine:
        while not stop.wait(SWEEP_SECONDS):
            try:
                look_at_clock(engine, clock, host)
                for closed in close_all_expired(engine, clock):
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
