"""The application at work in this process, with all that runs beside its pages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from quiz.cli.console import Console, host_name
from quiz.cli.http_crowd import Gather
from quiz.cli.sweep import sweep_until, write_down_until
from quiz.core.collector import settle
from quiz.settings import load_settings
from quiz.storage.engine import reading
from quiz.usecases import timekeeping

if TYPE_CHECKING:
    from flask import Flask


def load() -> None:
    """Load what serves the pages: by the commands that serve, not by every lint."""
    import quiz.web  # noqa: F401


@contextmanager
def at_work(console: Console, processes: int = 1) -> Iterator[tuple[Flask, Gather, threading.Event]]:
    """Give the application of one of so many processes, with what runs beside its pages, what answers its saves together, and what says that it is
    about to stop; all ends afterwards."""
    from quiz.web import count_swept, create_app, saves_together, start_logging, steady_clock

    settings = replace(load_settings(), processes=processes)
    start_logging(settings.log_all)
    clock, stopping = steady_clock(), threading.Event()
    with reading(console.engine) as db:
        timekeeping.go_on(db, host_name(), clock)
    app = create_app(settings, stopping, clock)
    helpers = [
        threading.Thread(target=sweep_until, args=(stopping, console, clock, count_swept), name="close-expired", daemon=True),
        threading.Thread(target=write_down_until, args=(stopping, app.extensions["quiz"].presences.write_down), name="presence", daemon=True),
    ]
    for helper in helpers:
        helper.start()
    settle()
    try:
        yield app, saves_together(app), stopping
    finally:
        stopping.set()
        for helper in helpers:
            helper.join(timeout=10)
