"""How long transactions wait before their first statement: measured here, shown by whoever serves. Knows no statement and no row."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Histogram

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

WAITS = Histogram(
    "quiz_database_wait_seconds",
    "Seconds that a transaction waited: for this process's write lock, or for a connection from the pool and the begin of its transaction",
    ["wait"],
    buckets=BUCKETS,
)


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Measure a wait for `what` ("lock" or "connection"), also one that ends in an error."""
    start = time.perf_counter()
    try:
        yield
    finally:
        WAITS.labels(what).observe(time.perf_counter() - start)
