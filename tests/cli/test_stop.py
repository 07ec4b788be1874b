"""A real server of one process: its stop loses no request, slow senders hold nobody up, and two servers never share a SQLite file."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from quiz.cli import http_server
from quiz.settings import DATABASE, ROOT
from tests.web.conftest import filled_sqlite  # noqa: F401
from tools.ports import free_port

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to send")

PATIENCE = 300


class Here:
    """A server at a port of this machine."""

    def __init__(self, port: int) -> None:
        self.port = port

    def check(self) -> None:
        """Fail when it will never be there."""

    def connect(self) -> HTTPConnection:
        """Return an open connection; waits for the server to be there."""
        while True:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            with suppress(ConnectionRefusedError):
                connection.connect()
                return connection
            self.check()
            time.sleep(0.05)

    def send(self, data: bytes) -> socket.socket:
        """Send something on a connection of its own, and return when the server has read it."""
        self.connect().close()
        raw = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        raw.sendall(data)
        with closing(self.connect()) as after:  # what comes later is read later
            ask(after, "/healthz")
        return raw


class Server(Here):
    """`quiz serve` in a process of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        super().__init__(free_port())
        command = [sys.executable, "-m", "quiz", "serve", "--port", str(self.port), *(options or ("--processes", "1"))]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "QUIZ_INSTANCE": str(folder)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def check(self) -> None:
        """Fail when it has ended before it was there."""
        assert self.process.poll() is None, self.process.communicate()

    def wait_until_closed(self) -> None:
        """Return when nobody listens any more."""
        with suppress(ConnectionRefusedError):
            while True:
                with suppress(ConnectionResetError):  # it closed the door at this very moment
                    socket.create_connection(("127.0.0.1", self.port), PATIENCE).close()

    def end(self, number: int = signal.SIGTERM) -> int:
        """Tell the process to stop, and return its status when it has."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@pytest.fixture
def folder(filled_sqlite: Path, tmp_path: Path) -> Path:  # noqa: F811
    """An instance folder with the small county."""
    shutil.copyfile(filled_sqlite, tmp_path / DATABASE)
    return tmp_path


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Server]]:
    """A function that starts a server; all are ended afterwards."""
    started: list[Server] = []

    def start(*options: str) -> Server:
        started.append(Server(folder, *options))
        return started[-1]

    yield start
    for server in started:
        server.process.kill()
        server.process.communicate()


def ask(connection: HTTPConnection, path: str) -> tuple[int, str | None]:
    connection.request("GET", path)
    reply = connection.getresponse()
    reply.read()
    return reply.status, reply.headers["Connection"]


def answer(raw: socket.socket) -> str:
    """Return the first lines of the reply, up to the end of the connection."""
    with raw, raw.makefile("rb") as file:
        return file.read().decode("latin-1").partition("\r\n\r\n")[0]


def test_a_request_that_is_still_coming_in_has_its_answer(start: Callable[..., Server]) -> None:
    server = start()
    with closing(server.connect()) as kept:
        assert ask(kept, "/readyz") == (200, None)
        raw = server.send(b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 7\r\n\r\nlog")
        server.process.send_signal(signal.SIGTERM)
        assert ask(kept, "/readyz") == (503, "close")
    server.wait_until_closed()
    raw.sendall(b"in=x")
    assert re.match(r"HTTP/1.1 400 .*^Connection: close", answer(raw), re.DOTALL | re.MULTILINE)
    assert server.process.wait(PATIENCE) == 0


def test_a_request_at_the_door_has_its_answer_though_nobody_had_taken_its_connection(start: Callable[..., Server]) -> None:
    """The server stands still while they come, and the stop is the first that it hears of."""
    server = start()
    server.connect().close()
    server.process.send_signal(signal.SIGSTOP)
    for connection in (came := [server.connect() for _ in range(5)]):
        connection.request("GET", "/healthz")
    server.process.send_signal(signal.SIGTERM)
    server.process.send_signal(signal.SIGCONT)
    for connection in came:
        assert connection.getresponse().status == 200
        connection.close()
    assert server.process.wait(PATIENCE) == 0


def test_a_request_that_waits_for_the_database_has_its_answer(start: Callable[..., Server], folder: Path) -> None:
    server = start()
    with closing(server.connect()) as kept, closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as other:
        kept.request("GET", "/login")
        page = kept.getresponse()
        cookie = page.headers["Set-Cookie"].partition(";")[0]
        token = page.read().decode().split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        other.execute("BEGIN IMMEDIATE")
        form = urlencode({"csrf_token": token, "login": "q001", "password": "wrong wrong"})
        raw = server.send(
            f"POST /login HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(form)}\r\n\r\n{form}".encode()
        )
        server.process.send_signal(signal.SIGTERM)
        server.wait_until_closed()
        other.execute("ROLLBACK")
    assert answer(raw).startswith("HTTP/1.1 401 ")
    assert server.process.wait(PATIENCE) == 0
    with closing(sqlite3.connect(folder / DATABASE)) as after:
        assert after.execute("SELECT failures FROM account WHERE login = 'q001'").fetchone() == (1,)


def test_a_balancer_that_asks_has_time_to_notice(start: Callable[..., Server]) -> None:
    server = start("--processes", "1", "--notice", "60")
    server.connect().close()
    server.process.send_signal(signal.SIGTERM)
    for _ in range(2):
        with closing(server.connect()) as new:
            assert ask(new, "/readyz") == (503, "close")
    assert server.end() == 0  # told twice, it does not wait


def test_told_twice_it_waits_for_nobody_and_says_whom_it_cut_off(start: Callable[..., Server]) -> None:
    server = start()
    server.connect().close()
    raw = server.send(b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 7\r\n\r\nlog")
    server.process.send_signal(signal.SIGTERM)
    server.wait_until_closed()
    assert server.end() == 0
    raw.close()
    assert '"event": "stopped with unanswered requests", "requests": 1' in server.process.stderr.read()  # type: ignore[union-attr]


def test_it_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process, where the patience can be shortened."""
    monkeypatch.setattr(http_server, "DRAIN_SECONDS", 0.3)
    port, stopping = free_port(), threading.Event()
    thread = threading.Thread(target=http_server.run, args=(say_hello, "127.0.0.1", port, stopping), daemon=True)
    thread.start()
    raw = Here(port).send(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nnever")
    stopping.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    with raw:
        assert raw.recv(1) == b""


def say_hello(_environ: object, start_response: Callable[..., object]) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "5")])
    return [b"hello"]


def test_five_hundred_slow_senders_hold_nobody_up(start: Callable[..., Server]) -> None:
    """Each has sent half a request; with a thread for each, nobody else would be served until they are done or given up."""
    server = start()
    server.connect().close()
    half = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 40\r\n\r\nlogin="
    senders = [socket.create_connection(("127.0.0.1", server.port), PATIENCE) for _ in range(500)]
    for sender in senders:
        sender.sendall(half)
    with closing(server.connect()) as quick:
        assert [ask(quick, path)[0] for path in ("/healthz", "/readyz", "/login")] == [200, 200, 200]
    for sender in senders:
        sender.close()


def test_a_second_server_on_the_same_file_refuses_and_names_the_first(start: Callable[..., Server]) -> None:
    first = start()
    first.connect().close()
    second = start()
    _, told = second.process.communicate(timeout=PATIENCE)
    assert second.process.returncode == 1
    assert f"进程号{first.process.pid}" in told


def test_a_server_that_was_killed_leaves_the_file_free(start: Callable[..., Server]) -> None:
    first = start()
    first.connect().close()
    assert first.end(signal.SIGKILL) == -signal.SIGKILL
    with closing(start().connect()) as after:
        assert ask(after, "/readyz") == (200, None)
