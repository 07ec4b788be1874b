"""A small HTTP client for benchmarks and fault tests: one kept-alive connection with its cookies, and calls that are measured."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

FORM = {"Content_Type": "application/x-www-form-urlencoded"}

Anyone = TypeVar("Anyone")


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes
    received: int


class Connection:
    """One kept-alive connection with its cookies; a lost one is opened again by the next request."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.sent = 0
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Reply:
        """Send a request and read its reply."""
        try:
            async with asyncio.timeout(120):
                return await self._ask(method, path, body, headers)
        except BaseException:
            self.close()
            raise

    async def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Reply:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._streams
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        data = "\r\n".join([*lines, "", ""]).encode() + body
        self.sent = len(data)
        writer.write(data)
        raw = await reader.readuntil(b"\r\n\r\n")
        first, *rest = raw.decode("latin-1").split("\r\n")
        got: dict[str, str] = {}
        for name, _, value in (line.partition(": ") for line in rest if line):
            got[name.lower()] = value
            if name.lower() == "set-cookie":
                cookie, _, kept = value.split(";", 1)[0].partition("=")
                self.cookies[cookie] = kept
        content = await reader.readexactly(int(got.get("content-length", "0")))
        if got.get("connection", "").lower() == "close":
            self.close()
        return Reply(int(first.split(" ", 2)[1]), got, content, len(raw) + len(content))

    def close(self) -> None:
        """Close it."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


@dataclass
class Phase:
    """The calls of one kind: how long each took, what went wrong, how much was sent and received."""

    name: str
    seconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    received: int = 0
    elapsed: float = 0.0
    server: float = 0.0
    driver: float = 0.0
    kept: int = 0
    written: int = 0

    async def call(
        self, connection: Connection, expected: int, method: str, path: str, body: bytes = b"", meant: float | None = None, /, **headers: str
    ) -> Reply | None:
        """Make a call, measured from when it was meant to be made; None when it failed."""
        start = time.perf_counter() if meant is None else meant
        try:
            reply = await connection.ask(method, path, body, **headers)
        except (OSError, EOFError, TimeoutError) as error:
            self.errors[type(error).__name__] += 1
            return None
        self.seconds.append(time.perf_counter() - start)
        self.sent += connection.sent
        self.received += reply.received
        if reply.status != expected:
            self.errors[str(reply.status)] += 1
            return None
        return reply

    def add(self, other: Phase) -> None:
        """Count another's calls with these."""
        self.seconds += other.seconds
        self.errors += other.errors
        self.sent += other.sent
        self.received += other.received

    def row(self) -> str:
        """Return the line of the table."""
        count = len(self.seconds)
        if not count:
            return f"{self.name:<22} no call answered; errors {dict(self.errors)}"
        p50, p95, p99 = (percentile(self.seconds, share) * 1000 for share in (0.50, 0.95, 0.99))
        return (
            f"{self.name:<22} {count:>7} {count / self.elapsed:>8.1f} {p50:>9.1f} {p95:>9.1f} {p99:>9.1f} {max(self.seconds) * 1000:>9.1f}"
            f" {sum(self.errors.values()):>6} {self.sent / count:>7.0f} {self.received / count:>8.0f}"
            f" {self.kept / count:>7.0f} {self.written / count:>9.0f}"
            f" {self.server / count * 1000:>9.2f} {self.server / self.elapsed:>6.2f} {self.driver / self.elapsed:>6.2f}"
            + (f"  {dict(self.errors)}" if self.errors else "")
        )


HEAD = (
    f"{'calls':<22} {'number':>7} {'a second':>8} {'p50 ms':>9} {'p95 ms':>9} {'p99 ms':>9} {'max ms':>9} {'errors':>6}"
    f" {'B sent':>7} {'B recvd':>8} {'B kept':>7} {'B to disk':>9} {'cpu ms':>9} {'server':>6} {'driver':>6}"
)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which this share of the values lies."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


async def each(people: Sequence[Anyone], act: Callable[[Anyone], Awaitable[None]]) -> None:
    """Let all act at once."""
    await asyncio.gather(*(act(person) for person in people))
