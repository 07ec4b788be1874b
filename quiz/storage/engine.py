"""The database engine and its kinds of transaction: `reading` never writes, `writing` commits once at its end, `snapshot` reads one moment.

On SQLite a writer begins with BEGIN IMMEDIATE (a deferred read-then-write would fail or lose the other's write), with full
durability, and a turn that processes and threads stand in line for, which is fairer than SQLite's sleep-and-retry.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from sqlalchemy.orm import Session

from quiz.storage import confirming, postgres, reserve
from quiz.storage.driver import sqlite_driver
from quiz.storage.soundness import noticing_damage, refuse_if_damaged
from quiz.storage.turn import write_turn
from quiz.storage.waits import waiting

CACHE_KIB = 1000
"""What each connection to an embedded database keeps of the file in memory, half of what SQLite would: the system keeps all of it as well, once for
everybody, and a serving process has a dozen connections."""


def make_engine(url: str) -> Engine:
    """Return an engine for `url` (sqlite:///path or postgresql+psycopg://…); sessions come from `reading` and `writing`."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        engine = create_engine(address, pool_pre_ping=True, pool_size=16, max_overflow=16, pool_timeout=10, connect_args=postgres.arguments(address))
        postgres.watch(engine)
        confirming.watch(engine)
        return engine
    # the connection given back last is taken first: its pages and statements are still in its memory, and the others need none
    engine = create_engine(url, module=sqlite_driver(), connect_args={"check_same_thread": False}, pool_size=16, max_overflow=16, pool_use_lifo=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def is_away(error: BaseException) -> bool:
    """True when the database could not be reached or waited for, or serves nobody's writes now: nothing was done, and the same may go well later.

    What ended its connection counts as well, as a write at a server that has become a standby.
    """
    return isinstance(error, (OperationalError, InterfaceError, TimeoutError)) or getattr(error, "connection_invalidated", False)


@contextmanager
def closing_engine(url: str) -> Iterator[Engine]:
    """Give an engine whose connections are closed at the end, whereupon SQLite folds its write-ahead log into the file."""
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def sqlite_version() -> str:
    """Return the version of the SQLite library in use."""
    return str(sqlite_driver().sqlite_version)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we begin ourselves
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000", "foreign_keys=ON", f"cache_size=-{CACHE_KIB}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    is_write = connection.get_execution_options().get("quiz_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Give a session for reading; it ends without a commit, and the rows read stay readable."""
    with noticing_damage(engine), Session(engine, expire_on_commit=False) as session:
        _connect(session)
        yield session


@contextmanager
def snapshot(engine: Engine) -> Iterator[Session]:
    """Give a session that sees the database as it was at its first read, however long it reads; nobody's writing waits for it."""
    if engine.dialect.name != "sqlite":  # in WAL mode every transaction of SQLite is one already
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with reading(engine) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Give a session whose changes are committed when the block ends, and rolled back when it raises. QuizError `damaged`."""
    if engine.dialect.name == "sqlite":
        refuse_if_damaged(engine)
        with (
            noticing_damage(engine),
            _giving_up_reserve(engine),
            write_turn(str(engine.url)),
            Session(engine.execution_options(quiz_write=True), expire_on_commit=False) as session,
            session.begin(),
        ):
            _connect(session)
            yield session
        return
    with Session(engine, expire_on_commit=False) as session, confirming.limited(session) as commit_begins, session.begin():
        _connect(session)
        confirming.refuse_unless_confirmed(session.connection())
        yield session
        session.flush()
        commit_begins()


@contextmanager
def _giving_up_reserve(engine: Engine) -> Iterator[None]:
    """When the disk is full, make the room that was kept for that free; this transaction has failed, the next one has it."""
    try:
        yield
    except OperationalError as error:
        if reserve.is_full(error, str(engine.url)):
            reserve.give_up(str(engine.url))
        raise


def _connect(session: Session) -> None:
    """Take the connection and begin now rather than at the first statement, so that the wait is seen as one."""
    with waiting("connection"):
        session.connection()
