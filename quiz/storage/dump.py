"""Every row of a database ⇄ lines of JSON, the same for SQLite and PostgreSQL; goes by the tables that are there, whatever their revision."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, inspect, select, text
from sqlalchemy.orm import Session

REVISION_TABLE = "alembic_version"
AT_ONCE = 1000
"""Rows in memory."""

KINDS: dict[type, str] = {bool: "boolean", int: "integer", str: "text", datetime: "moment", date: "date", bytes: "bytes"}
"""What a column holds, as a dump names it."""

Row = list[Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """A table as a dump describes it: the names and kinds of its columns, in the order in which its rows list them."""

    name: str
    columns: tuple[tuple[str, str], ...]


def tables(connection: Connection) -> list[Table]:
    """Return the tables of the database, each after those that it refers to."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != REVISION_TABLE]


def has_tables(connection: Connection) -> bool:
    """True when there is any table, ours or another's."""
    return bool(inspect(connection).get_table_names())


def shape_of(table: Table) -> Shape:
    """Return how the rows of a table are written."""
    return Shape(table.name, tuple((column.name, KINDS[column.type.python_type]) for column in table.columns))


def count(connection: Connection, table: Table) -> int:
    """Return how many rows a table has."""
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def lines_of(session: Session, table: Table) -> Iterator[bytes]:
    """Yield each row as one line: a JSON list, with times in UTC and bytes in base64."""
    query = select(*table.columns).order_by(*table.primary_key).execution_options(yield_per=AT_ONCE)
    for row in session.execute(query):
        yield json.dumps(tuple(row), default=plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def fill(connection: Connection, table: Table, shape: Shape, lines: Iterable[bytes]) -> int:
    """Insert the rows that `lines_of` wrote and return how many; rows that refer to others of their own table come after them."""
    rows = _rows(shape, lines, is_sqlite=connection.dialect.name == "sqlite")
    own = [key for key in table.foreign_keys if key.column.table is table]
    if own:
        rows = iter(_parents_first(list(rows), own[0].column.name, own[0].parent.name))
    done = 0
    while batch := list(islice(rows, AT_ONCE)):
        connection.execute(table.insert(), batch)
        done += len(batch)
    return done


def set_counters(connection: Connection, filled: Iterable[Table]) -> None:
    """Let PostgreSQL count on from the highest id of each table; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in filled:
        for column in table.primary_key:
            if column.type.python_type is int and not column.foreign_keys:
                name = {"table": f'"{table.name}"', "column": column.name}
                highest = connection.execute(select(func.max(column))).scalar()
                if highest:
                    connection.execute(text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)"), {**name, "highest": highest})


def plain(value: object) -> str:
    """Return a time, a day or bytes as text for JSON: the time in UTC, the bytes in base64."""
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no place in a dump")


def _rows(shape: Shape, lines: Iterable[bytes], is_sqlite: bool) -> Iterator[dict[str, Any]]:
    readers: dict[str, Callable[[str], Any]] = {
        "moment": _naive if is_sqlite else datetime.fromisoformat,
        "date": date.fromisoformat,
        "bytes": base64.b64decode,
    }
    names = [name for name, _ in shape.columns]
    special = [(name, readers[kind]) for name, kind in shape.columns if kind in readers]
    for line in lines:
        row = dict(zip(names, json.loads(line), strict=True))
        for name, read in special:
            if row[name] is not None:
                row[name] = read(row[name])
        yield row


def _naive(value: str) -> datetime:
    """SQLite keeps times in UTC without a zone."""
    return datetime.fromisoformat(value).replace(tzinfo=None)


def _parents_first(rows: list[dict[str, Any]], key: str, parent: str) -> list[dict[str, Any]]:
    """Sort the rows so that each comes after the one that it refers to. ValueError when some refer to none that is there."""
    out: list[dict[str, Any]] = []
    placed: set[Any] = {None}
    while rows:
        ready = [row for row in rows if row[parent] in placed]
        if not ready:
            raise ValueError(f"{len(rows)} rows refer to rows that are not there")
        placed.update(row[key] for row in ready)
        out += ready
        rows = [row for row in rows if row[key] not in placed]
    return out
