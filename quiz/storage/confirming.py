"""Commits that nobody confirms: with a synchronous standby PostgreSQL waits for it without an end, and gives no means to say how long.

So a write is refused before it begins where no standby is there to confirm it, a server that cannot confirm is passed over when another can, and a
commit that has waited too long is given up by cutting its connection: whether it holds is then unknown, and whoever sent it sends it again.
A wait that an administrator has cancelled ends with success and a warning: for us that is no success.

What comes back after a failover as the primary it was thus gets none of our writes, and what it would get it could not confirm.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

COMMIT_SECONDS = 10.0
"""How long a commit may wait for the disks of two machines."""

CAN_CONFIRM = """
SELECT current_setting('synchronous_commit') IN ('off', 'local') OR trim(current_setting('synchronous_standby_names')) = ''
    OR EXISTS (SELECT FROM pg_stat_get_wal_senders() WHERE coalesce(sync_state, 'sync') IN ('sync', 'quorum'))
"""
"""Whether a commit would be confirmed now. Who has not the role pg_read_all_stats sees that a standby is there, not whether it is one that counts."""


WARNED = "warned"
"""Where a connection keeps that its server has warned: during a commit of ours of nothing else than that it waits for its standby no more."""


class NotConfirming(OperationalError):
    """No standby is there that a commit must reach: nothing would be confirmed."""

    def __init__(self) -> None:
        super().__init__(None, None, RuntimeError("no synchronous standby is attached"))


def watch(engine: Engine) -> None:
    """Among several servers take one that can confirm, and listen to the warnings of all."""
    event.listen(engine, "do_connect", _connect_to_one_that_confirms)
    event.listen(engine, "connect", _hear_warnings)


def refuse_unless_confirmed(connection: Connection) -> None:
    """NotConfirming where a commit would wait for nobody; the connection is given up, so that the next one looks for another server."""
    if not connection.execute(_CAN_CONFIRM).scalar():
        connection.invalidate()
        raise NotConfirming


_CAN_CONFIRM = text(CAN_CONFIRM)


def _hear_warnings(connection: Any, record: ConnectionPoolEntry) -> None:
    """Keep in mind that the server has warned of something on this connection."""

    def hear(notice: Any) -> None:
        if notice.severity_nonlocalized == "WARNING":
            record.info[WARNED] = True

    connection.add_notice_handler(hear)


def _connect_to_one_that_confirms(dialect: Dialect, _record: object, args: tuple[Any, ...], given: dict[str, Any]) -> DBAPIConnection | None:
    """Return a connection to the first of several servers that takes writes and can confirm them; for one server, leave it to the driver."""
    hosts = str(given.get("host", "")).split(",")
    if len(hosts) == 1:
        return None
    ports = str(given.get("port", "")).split(",")
    error: Exception = NotConfirming()
    for number, host in enumerate(hosts):
        place = {"host": host, "port": ports[number % len(ports)] or "5432"}
        try:
            connection = dialect.connect(*args, **{**given, **place})
        except dialect.loaded_dbapi.OperationalError as refused:
            error = refused
            continue
        if _can_confirm(connection):
            return connection
        connection.close()
        error = NotConfirming()
    raise error


def _can_confirm(connection: DBAPIConnection) -> bool:
    cursor = connection.cursor()
    cursor.execute(CAN_CONFIRM)
    (found,) = cursor.fetchone() or (False,)
    cursor.close()
    connection.rollback()
    return bool(found)


# --- commits that are under way ------------------------------------------------------------------------------------------------------------------


class _Watch:
    """The commits that are under way, each with its end and its socket, and a thread that cuts off those that take too long."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._under_way: dict[object, tuple[float, int]] = {}
        self._thread: threading.Thread | None = None

    def begin(self, commit: object, handle: int) -> None:
        """A commit begins on this socket."""
        with self._lock:
            self._under_way[commit] = time.monotonic() + COMMIT_SECONDS, handle
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="commits", daemon=True)
                self._thread.start()

    def end(self, commit: object) -> None:
        """It is over, one way or the other; or never began."""
        with self._lock:
            self._under_way.pop(commit, None)

    def _run(self) -> None:
        with self._lock:
            while True:
                now = time.monotonic()
                for commit, (end, handle) in list(self._under_way.items()):
                    if end <= now:
                        del self._under_way[commit]
                        _cut(handle)
                self._lock.wait(min((end - now for end, _ in self._under_way.values()), default=COMMIT_SECONDS))


def _cut(handle: int) -> None:
    """Make both sides of a connection see its end; the driver's own thread then closes it."""
    line = socket.socket(fileno=handle)
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:  # it has just ended by itself
        pass
    finally:
        line.detach()


_watch = _Watch()


@contextmanager
def limited(session: Session) -> Iterator[Callable[[], None]]:
    """Give a function to be called when the commit begins; from then on it has so many seconds until the end of the block.

    NotConfirming at the end when the server says that it has committed, but that the standby may know nothing of it.
    """
    commit, kept = object(), dict[Any, Any]()

    def begin() -> None:
        nonlocal kept
        pooled = session.connection().connection
        driver: Any = pooled.driver_connection
        kept = pooled.info
        kept[WARNED] = False
        _watch.begin(commit, driver.fileno())

    try:
        yield begin
    finally:
        _watch.end(commit)
    if kept.get(WARNED):
        raise NotConfirming
