"""The loop of the server: it looks at who has something to do, forgets nobody, and costs nothing for those who wait."""

from __future__ import annotations

import gc
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from quiz.cli import http_loop, http_server
from quiz.cli.http_loop import Connection
from tests.cli.test_stop import Here
from tools.ports import free_port

PATIENCE = 30
LARGE = 20_000_000
ASK = b"GET /quick HTTP/1.1\r\nHost: h\r\n\r\n"


class Served:
    """A running server: `connect` opens a connection, `/slow` waits for `let_go`, `/large` answers with much."""

    def __init__(self) -> None:
        self.port = free_port()
        self.let_go, self.working, self.stopping = threading.Event(), threading.Semaphore(0), threading.Event()
        self.count = 0
        self._thread = threading.Thread(target=http_server.run, args=(self._answer, "127.0.0.1", self.port, self.stopping))
        self._open: list[socket.socket] = []
        self._thread.start()
        Here(self.port).connect().close()

    def connect(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        made.settimeout(PATIENCE)
        self._open.append(made)
        return made

    def close(self) -> None:
        self.let_go.set()
        self.stopping.set()
        for made in self._open:
            made.close()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    def _answer(self, environ: dict[str, object], start_response: Callable[..., object]) -> list[bytes]:
        self.count += 1
        body = b"%d" % self.count
        if environ["PATH_INFO"] == "/slow":
            self.working.release()
            self.let_go.wait(PATIENCE)
        if environ["PATH_INFO"] == "/large":
            body = b"x" * LARGE
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A server whose loop never looks at everybody after the first time, so that nothing heals what was forgotten."""
    monkeypatch.setattr(http_loop, "SWEEP_SECONDS", 1e9)
    found = Served()
    yield found
    found.close()


def read_body(connection: socket.socket) -> bytes:
    """Read one reply and return its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(1)
    length = next(int(line[16:]) for line in data.lower().split(b"\r\n") if line.startswith(b"content-length: "))
    body = bytearray()
    while len(body) < length:
        body += connection.recv(min(65536, length - len(body)))
    return bytes(body)


def test_who_waits_costs_nothing(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = Counter[bool]()
    """At the one who works, and at all others. The first may be many: while a thread that answers is kept waiting, the loop asks for it again."""

    def readable(connection: Connection) -> bool:
        looks[connection.addr == its_name] += 1
        return bool(super(Connection, connection).readable())

    waiting = [served.connect() for _ in range(200)]
    for connection in waiting:
        connection.sendall(ASK)
        read_body(connection)
    at_work, its_name = waiting[0], waiting[0].getsockname()
    monkeypatch.setattr(Connection, "readable", readable)
    for _ in range(20):
        at_work.sendall(ASK)
        read_body(at_work)
    assert looks[True] >= 20
    assert looks[False] < 20, "each was looked at whenever something happened to one"


def test_what_is_sent_before_the_reply_is_answered_after_it(served: Served) -> None:
    """More comes in while the first request is worked on; nobody looks for it then, and it is not forgotten."""
    connection = served.connect()
    connection.sendall(ASK.replace(b"quick", b"slow"))
    assert served.working.acquire(timeout=PATIENCE)
    connection.sendall(ASK)
    with served.connect() as other:  # the loop has gone round
        other.sendall(ASK)
        assert read_body(other) == b"2"
    served.let_go.set()
    assert [read_body(connection), read_body(connection)] == [b"1", b"3"]


def test_several_in_one_packet_are_answered_in_order(served: Served) -> None:
    connection = served.connect()
    connection.sendall(ASK * 5)
    assert [read_body(connection) for _ in range(5)] == [b"1", b"2", b"3", b"4", b"5"]


def test_a_large_reply_goes_to_a_slow_reader_whole(served: Served) -> None:
    connection = served.connect()
    connection.sendall(ASK.replace(b"quick", b"large"))
    with served.connect() as other:  # nobody else waits for the slow one
        other.sendall(ASK)
        assert read_body(other)
    assert len(read_body(connection)) == LARGE
    connection.sendall(ASK)
    assert read_body(connection) == b"3"


def test_what_was_sent_is_given_back(served: Served) -> None:
    """A page that a thousand people have read would stay in memory a thousand times, until each asks for the next."""
    connection = served.connect()
    connection.sendall(ASK.replace(b"quick", b"large"))
    assert len(read_body(connection)) == LARGE
    (here,) = (found for found in gc.get_objects() if issubclass(type(found), Connection) and found.connected)  # a proxy's own type
    end = time.monotonic() + PATIENCE
    while here.outbufs[-1].buf is not None:  # the last piece has come before its sender has tidied up
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("where", ["before", "in the middle", "while it is worked on"])
def test_who_hangs_up_leaves_nothing_behind(served: Served, where: str) -> None:
    for _ in range(3):
        connection = served.connect()
        if where == "in the middle":
            connection.sendall(ASK[:20])
        if where == "while it is worked on":
            connection.sendall(ASK.replace(b"quick", b"slow"))
            assert served.working.acquire(timeout=PATIENCE)
        connection.close()
    served.let_go.set()
    with served.connect() as other:
        for _ in range(3):
            other.sendall(ASK)
            assert read_body(other)


def test_a_connection_that_was_told_to_end_ends(served: Served) -> None:
    connection = served.connect()
    connection.sendall(ASK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert read_body(connection) == b"1"
    assert connection.recv(1) == b""
