"""What this server counts and times for /metrics, and a log line for each request. Labels are route templates and fixed words, never whose."""

from __future__ import annotations

import logging
import os
import secrets
import time
from collections.abc import Iterable, Mapping
from functools import cache

from flask import Flask, g, request
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.multiprocess import MultiProcessCollector
from werkzeug.wrappers import Response

from quiz.core.saving import Saved
from quiz.storage import waits
from quiz.usecases.log_ins import LogIn

BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
WAIT_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
NO_ROUTE = "(none)"

log = logging.getLogger("quiz.web")
disable_created_metrics()  # type: ignore[no-untyped-call]

REQUESTS = Counter("quiz_requests_total", "Requests answered", ["route", "method", "status"])
SECONDS = Histogram(
    "quiz_request_seconds", "Seconds from a thread's taking a request to its reply; the queue before is not in it", ["route"], buckets=BUCKETS
)
SAVES = Counter("quiz_saves_total", "Saves stored, by what became of them", ["outcome"])
STARTS = Counter("quiz_starts_total", "Attempts started")
CLOSED = Counter("quiz_submissions_total", "Attempts handed in by the trainee, or closed by the sweep after their deadline", ["by"])
LOGINS = Counter("quiz_logins_total", "Attempts to log in: ok, refused (wrong name or password), wait (too many failures)", ["outcome"])
WAITS = Histogram(
    "quiz_database_wait_seconds",
    "Seconds that a transaction waited: for this process's write lock, or for a connection from the pool and the begin of its transaction",
    ["wait"],
    buckets=WAIT_BUCKETS,
)
waits.listen(lambda what, seconds: WAITS.labels(what).observe(seconds))
OPEN = Gauge(
    "quiz_open_attempts", "Attempts under way in the whole installation, asked from the database at each scrape", multiprocess_mode="mostrecent"
)


def of_all_processes() -> CollectorRegistry:
    """Return what this process has counted, or what all the processes of this server have together: each writes into files that the others read."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def register(app: Flask) -> None:
    """Give every request a number and a clock, and its reply a line and its counts; call before anything else registers."""
    app.before_request(_begin)
    app.after_request(_end)
    for state in Saved:
        SAVES.labels(state.value)
    for by in ("trainee", "deadline"):
        CLOSED.labels(by)
    for outcome in ("ok", "refused", "wait"):
        LOGINS.labels(outcome)


def count_saves(states: Iterable[Saved]) -> None:
    """Count saves that are committed."""
    for state in states:
        SAVES.labels(state.value).inc()


def count_login(found: LogIn) -> None:
    """Count one attempt to log in."""
    LOGINS.labels("ok" if found.account else "wait" if found.wait_seconds else "refused").inc()


def count_swept(closed: int) -> None:
    """Count the attempts that the sweep closed."""
    CLOSED.labels("deadline").inc(closed)


def route() -> str:
    """Return the template of the request's address, as in /papers/<code>: never the address itself."""
    return request.url_rule.rule if request.url_rule else NO_ROUTE


def request_id() -> str:
    """Return the number of this request, which its reply carries as X-Request-ID."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(8)
    return str(g.request_id)


def _begin() -> None:
    g.begun = time.perf_counter()


def _end(response: Response) -> Response:
    seconds = time.perf_counter() - g.get("begun", time.perf_counter())
    method = request.method if request.method in METHODS else "other"
    fields = {"code": g.error} if response.status_code >= 400 and "error" in g else {}
    response.headers["X-Request-ID"] = count_reply(route(), method, response.status_code, seconds, request_id(), fields)
    return response


def count_reply(route: str, method: str, status: int, seconds: float, number: str = "", fields: Mapping[str, object] | None = None) -> str:
    """Count a reply and write its line; return the number of its request, a new one where it has none yet."""
    number = number or secrets.token_hex(8)
    _answered(route, method, status).inc()
    _timed(route).observe(seconds)
    level = _level(status)
    if log.isEnabledFor(level):
        told = {"route": route, "request_id": number, "method": method, "status": status, "ms": round(seconds * 1000, 1)}
        log.log(level, "request", extra={"fields": {**told, **(fields or {})}})
    return number


@cache
def _answered(route: str, method: str, status: int) -> Counter:
    """The counter of such requests: finding it by its labels takes longer than counting."""
    return REQUESTS.labels(route, method, str(status))


@cache
def _timed(route: str) -> Histogram:
    return SECONDS.labels(route)


def _level(status: int) -> int:
    return logging.ERROR if status >= 500 else logging.WARNING if status >= 400 else logging.INFO
