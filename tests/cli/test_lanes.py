"""Two lanes: small calls are answered while every thread for pages is busy."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection

import pytest

from quiz.cli import http_server, lanes
from tests.cli.test_stop import Here, free_port

PATIENCE = 30


@pytest.fixture
def hall() -> Iterator[tuple[Here, threading.Event, threading.Semaphore]]:
    """A server whose pages wait until they are let go, with what lets them and what counts those that wait."""
    let_go, waiting, stopping = threading.Event(), threading.Semaphore(0), threading.Event()

    def application(environ: dict[str, object], start_response: Callable[..., object]) -> list[bytes]:
        if environ["PATH_INFO"] == "/page":
            waiting.release()
            let_go.wait(PATIENCE)
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    here = Here(free_port())
    thread = threading.Thread(target=http_server.run, args=(application, "127.0.0.1", here.port, stopping))
    thread.start()
    yield here, let_go, waiting
    let_go.set()
    stopping.set()
    thread.join(PATIENCE)


def ask(connection: HTTPConnection, path: str) -> tuple[int, str]:
    """Ask for a path; return the status and what the reply says of the connection."""
    connection.request("GET", path)
    reply = connection.getresponse()
    reply.read()
    return reply.status, reply.headers.get("Connection", "")


def test_a_save_is_answered_while_every_page_waits(hall: tuple[Here, threading.Event, threading.Semaphore]) -> None:
    here, let_go, waiting = hall
    pages = [here.connect() for _ in range(lanes.PAGE_THREADS * 2)]
    for page in pages:
        page.request("GET", "/page")
    for _ in range(lanes.PAGE_THREADS):
        assert waiting.acquire(timeout=PATIENCE)
    for path in ("/papers/X/responses", "/papers/X/time", "/healthz"):
        with closing(here.connect()) as connection:
            assert ask(connection, path)[0] == 200
    assert not waiting.acquire(blocking=False)  # the other pages have not begun
    let_go.set()
    for page in pages:
        assert page.getresponse().status == 200
        page.close()
