"""Lanes: small calls are answered while every thread for pages is busy, and saves many at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from http.client import HTTPConnection
from typing import Any

import pytest

from quiz.cli import http_server, lanes
from quiz.cli.http_crowd import Answer
from tests.cli.test_stop import Here
from tools.ports import free_port

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


class Gatherer:
    """Answers saves together: the first call alone, once it is let go. `/none/…` is left to the application, `/bad/…` breaks it."""

    def __init__(self) -> None:
        self.let_go, self.first = threading.Event(), threading.Event()
        self.together: list[list[str]] = []

    def __call__(self, environs: Sequence[dict[str, Any]]) -> list[Answer | None]:
        paths = [environ["PATH_INFO"] for environ in environs]
        self.together.append(paths)
        self.first.set()
        self.let_go.wait(PATIENCE)
        if any(path.startswith("/bad") for path in paths):
            raise RuntimeError("broken")
        return [
            None if path.startswith("/none") else ("200 OK", [("X-By", "gather")], path.encode() + environ["wsgi.input"].read())
            for path, environ in zip(paths, environs, strict=True)
        ]


@pytest.fixture
def gathering() -> Iterator[tuple[Here, Gatherer]]:
    """A server that answers saves together."""
    gather, stopping = Gatherer(), threading.Event()

    def application(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        start_response("200 OK", [("X-By", "application")])
        return [environ["PATH_INFO"].encode() + environ["wsgi.input"].read()]

    here = Here(free_port())
    thread = threading.Thread(target=http_server.run, args=(application, "127.0.0.1", here.port, stopping, 0.0, gather))
    thread.start()
    yield here, gather
    gather.let_go.set()
    stopping.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def heard(connection: HTTPConnection) -> tuple[str | None, str]:
    """Return who answered and what."""
    reply = connection.getresponse()
    return reply.headers["X-By"], reply.read().decode()


def test_saves_that_come_while_others_are_stored_are_answered_together(gathering: tuple[Here, Gatherer]) -> None:
    here, gather = gathering
    paths = ["/first/responses", *(f"/{n}/responses" for n in range(20)), "/none/responses"]
    pages = [here.connect() for _ in paths]
    for page, path in zip(pages, paths, strict=True):
        page.request("POST", path, body=b" said")
        assert gather.first.wait(PATIENCE)
    with closing(here.connect()) as another:  # what came before is read by now
        assert ask(another, "/healthz")[0] == 200
    gather.let_go.set()
    assert [heard(page) for page in pages] == [("application" if "none" in path else "gather", f"{path} said") for path in paths]
    assert gather.together == [paths[:1], paths[1:]]
    for page in pages:
        page.request("POST", "/again/responses")
        assert heard(page)[1] == "/again/responses"
        page.close()


def test_what_breaks_them_all_and_who_hangs_up_keep_nobody_from_an_answer(gathering: tuple[Here, Gatherer]) -> None:
    here, gather = gathering
    pages = [here.connect() for _ in range(4)]
    for page, path in zip(pages, ("/first", "/bad", "/2", "/gone"), strict=True):
        page.request("POST", f"{path}/responses")
        assert gather.first.wait(PATIENCE)
    pages.pop().close()
    with closing(here.connect()) as another:
        assert ask(another, "/healthz")[0] == 200
    gather.let_go.set()
    assert [heard(page) for page in pages] == [("gather", "/first/responses"), ("application", "/bad/responses"), ("application", "/2/responses")]
    for page in pages:
        page.close()


def test_calls_on_one_connection_are_answered_in_their_order(gathering: tuple[Here, Gatherer]) -> None:
    here, gather = gathering
    gather.let_go.set()
    raw = here.send(b"".join(b"POST /%d/responses HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx" % n for n in range(3)))
    raw.sendall(b"GET /page HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    with raw, raw.makefile("rb") as file:
        text = file.read()
    assert [text.index(b"/%d/responsesx" % n) for n in range(3)] == sorted(text.index(b"/%d/responsesx" % n) for n in range(3))
    assert text.endswith(b"/page")


def test_what_is_no_request_is_refused_in_words(gathering: tuple[Here, Gatherer]) -> None:
    here, _ = gathering
    for broken in (b"nonsense\r\n\r\n", b"POST /x/responses HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"GET / HTTP/1.1\r\nbad header\r\n\r\n"):
        raw = here.send(broken)
        with raw, raw.makefile("rb") as file:
            assert b" 400 Bad Request" in file.read()[:30]
