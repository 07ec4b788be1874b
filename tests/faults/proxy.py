"""A bad network of our own: requests pass through it whole, one by one, and each may meet a fault on its way there or back.

A fault is a function of the request's number and its path; see `Fault`. The network as a whole can be cut and mended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto


class Fault(Enum):
    """What happens to a request."""

    NONE = auto()
    LOSE_REQUEST = auto()
    """It never reaches the server; the connection breaks."""

    LOSE_REPLY = auto()
    """The server has done all of it, and its reply is lost; the connection breaks."""

    TWICE = auto()
    """It reaches the server twice, as when something between repeats it; the second reply is what comes back."""


NO_FAULT = Fault.NONE


@dataclass(frozen=True)
class Passed:
    """A request that reached the server, with what it answered."""

    head: bytes
    body: bytes
    status: int


class Proxy:
    """Stands between pages and a server at a port of this machine."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self.passed: list[Passed] = []
        self.fault: Callable[[int, bytes], Fault] = lambda _number, _head: NO_FAULT
        self.delay: Callable[[int], float] = lambda _number: 0.0
        self.is_cut = False
        self.refused = 0
        self._count = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Proxy:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        await self._server.wait_closed()
        await asyncio.sleep(0)

    def cut(self) -> None:
        """Break every connection where it is, and every new one, until mended."""
        self.is_cut = True
        for writer in list(self._open):
            writer.transport.abort()

    def mend(self) -> None:
        """Let requests through again."""
        self.is_cut = False

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while not self.is_cut:
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(_length(head))
                self._count += 1
                reply = await self._pass(self._count, head, body)
                if reply is None or self.is_cut:
                    break
                writer.write(reply)
                await writer.drain()
            else:
                self.refused += 1
        except (OSError, EOFError):
            pass
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _pass(self, number: int, head: bytes, body: bytes) -> bytes | None:
        """Bring a request to the server and return its reply; None when the page is not to have one."""
        fault = self.fault(number, head)
        await asyncio.sleep(self.delay(number))
        if fault is Fault.LOSE_REQUEST or self.is_cut:
            return None
        reply = b""
        for _ in range(2 if fault is Fault.TWICE else 1):
            reply = await self._ask(head, body)
            self.passed.append(Passed(head, body, int(reply.split(b" ", 2)[1])))
        return None if fault is Fault.LOSE_REPLY else reply

    async def _ask(self, head: bytes, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
        self._open.add(writer)
        try:
            writer.write(head + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            return answer + await reader.readexactly(_length(answer))
        finally:
            self._open.discard(writer)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0
