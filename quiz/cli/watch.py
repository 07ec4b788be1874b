"""What watches the processes of a server: it begins them, begins another when one dies, and tells them to stop (ADR 0024).

They are copies of this process, which has loaded all that they need, and does nothing else: it has no threads and opens no database. Each hears what
to do through a pipe, whose end says that the watcher is gone; signals of a terminal or a service manager reach the watcher alone. One that dies is
replaced, whatever it died of.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from multiprocessing.process import BaseProcess

from waitress.adjustments import Adjustments

from quiz.cli import workers
from quiz.cli.http_server import DRAIN_SECONDS, stop_signals
from quiz.core.message import QuizError, say

Work = Callable[[Sequence[socket.socket], int, bool], None]
"""What a process does at the sockets, until told otherwise through the pipe whose end has this number; the first of all knows that it is that."""

LOOK_SECONDS = 0.2
"""How often the watcher looks whether one has died."""

SHORT_LIFE = 60.0
"""Seconds: who lived no longer may have died of how it was started."""

MOST_SHORT_LIVES = 5
"""In succession, after which there is no sense in another unless one of the others lives longer."""

LAST_SECONDS = 5.0
"""How long a process may take to end beyond what its requests may take."""

STOP = b"."


@dataclass
class _Worker:
    """One process that serves: what it hears by, and when it began."""

    process: BaseProcess
    orders: int
    began: float = field(default_factory=time.monotonic)

    def is_young(self) -> bool:
        """True while what ends it may be how it was begun."""
        return time.monotonic() - self.began < SHORT_LIFE

    def tell(self) -> None:
        """Say once that it is to stop; said twice, it does at once."""
        with suppress(BrokenPipeError):
            os.write(self.orders, STOP)

    def end(self) -> None:
        """End it now if it has not ended, and forget it."""
        self.process.kill()
        self.process.join()
        os.close(self.orders)


class _Told:
    """How often this process was told to stop by a signal. Has no lock: who holds one when the signal comes would wait for itself."""

    def __init__(self) -> None:
        self.times = 0

    def hear(self, *_signal: object) -> None:
        """Be told."""
        self.times += 1

    def wait(self) -> int:
        """Return after a while how often that was in all."""
        time.sleep(LOOK_SECONDS)
        return self.times


def watch(work: Work, count: int, host: str, port: int, notice: float, lock: int | None) -> None:
    """Let so many copies of this process, which holds `lock`, do their work until told to stop. QuizError `no_worker` when they die as soon as they
    begin."""
    told = _Told()
    for name in stop_signals():
        signal.signal(name, told.hear)
    workers.keep_small()
    with ExitStack() as at_end:
        sockets = [at_end.enter_context(_bound(where)) for where in Adjustments(host=host, port=port).listen]
        at_work: list[_Worker] = []
        at_end.callback(_end_all, at_work)
        begin = partial(_begin, work, sockets, lock)
        for _ in range(count):
            at_work.append(begin(at_work, is_first=not at_work))
        short_lives = 0
        while not told.wait():
            for worker in list(at_work):
                status = worker.process.exitcode
                if status is None:
                    continue
                short_lives = short_lives + 1 if worker.is_young() else 0
                _report("a serving process died and is replaced", status)
                if _is_hopeless(short_lives, at_work):
                    raise QuizError("no_worker", say("服务进程一启动就退出，已停止。原因见上面的日志。"))
                at_work.remove(worker)
                worker.end()
                at_work.append(begin(at_work))
        for bound in sockets:
            bound.close()  # once they have closed theirs as well, nobody is taken any more
        _stop(at_work, told, notice)


def _is_hopeless(short_lives: int, all_of_them: Sequence[_Worker]) -> bool:
    """True when so many died young in succession and none has lived longer. One that has serves on: it is not ended for what kills the others."""
    return short_lives >= MOST_SHORT_LIVES and all(worker.is_young() for worker in all_of_them)


def _end_all(all_of_them: Sequence[_Worker]) -> None:
    for worker in all_of_them:
        worker.end()


def _stop(all_of_them: Sequence[_Worker], told: _Told, notice: float) -> None:
    """Tell the processes to stop as often as we are told, and wait until they have."""
    heard, end = 0, time.monotonic() + notice + DRAIN_SECONDS + LAST_SECONDS
    while any(worker.process.exitcode is None for worker in all_of_them) and time.monotonic() < end:
        for _ in range(told.times - heard):
            for worker in all_of_them:
                worker.tell()
        heard = told.times
        told.wait()


def _bound(where: tuple[socket.AddressFamily, socket.SocketKind, int, tuple[str, int]]) -> socket.socket:
    """A socket at an address, where nobody listens yet: that is for the first process that is ready."""
    family, kind, protocol, address = where
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


def _begin(work: Work, sockets: Sequence[socket.socket], lock: int | None, others: Sequence[_Worker], is_first: bool = False) -> _Worker:
    """Begin a process that serves at these sockets; it has no end of what only the watcher holds, which would not be gone with the watcher."""
    heard, orders = os.pipe()
    try:
        held = [orders, *(other.orders for other in others), *([] if lock is None else [lock])]
        return _Worker(workers.fork(partial(work, sockets, heard, is_first), not_theirs=held), orders)
    finally:
        os.close(heard)


def _report(event: str, status: int) -> None:
    """Write a line as the other processes do (`quiz.web.logs`)."""
    when = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    print(json.dumps({"time": when, "level": "ERROR", "event": event, "status": status}), file=sys.stderr, flush=True)
