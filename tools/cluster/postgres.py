"""PostgreSQL servers from Debian's package: a primary, a standby that follows it, promotion, and a primary that comes back as a standby."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg

from tools.cluster.programs import PATIENCE, Process, other_user
from tools.ports import free_port

USER = "quiz"
DATABASE = "quiz"


class Postgres:
    """One server with its own data and port. It listens on this machine only and believes everybody there: its data is thrown away."""

    def __init__(self, name: str, folder: Path, programs: Path) -> None:
        self.name, self.port = name, free_port()
        self._folder, self._programs = folder, programs
        self.data = folder / name
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "cluster_name": name,  # by this name a standby is known to its primary
            "max_connections": 200,
            "wal_keep_size": "256MB",
        }
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        self.process = Process([programs / "postgres", "-D", self.data, *options], folder / f"{name}.log", cwd=folder, **other_user())

    def make(self) -> None:
        """Make an empty server and start it."""
        self._run("initdb", "-D", self.data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums")
        self.start()
        self.execute(f"CREATE DATABASE {DATABASE}", database="postgres")

    def start(self) -> None:
        """Start it as what it was, and return when it answers."""
        self.process.start(self._answers)

    def follow(self, primary: Postgres) -> None:
        """Begin anew as a standby of another server, with a copy of all it has; whatever was here is gone."""
        self.process.stop()
        shutil.rmtree(self.data, ignore_errors=True)
        source = f"host=127.0.0.1 port={primary.port} user={USER}"
        self._run("pg_basebackup", "-d", source, "-D", self.data, "--write-recovery-conf", "--checkpoint=fast", "--wal-method=stream")
        self.start()

    def wait_for(self, standby: str) -> None:
        """Let commits wait until they are on the disk of the standby with this name as well; "" for nobody. Returns when that is so."""
        self.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{standby}'", database="postgres")
        self.execute("SELECT pg_reload_conf()", database="postgres")
        state = "SELECT current_setting('synchronous_standby_names'), (SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync')"
        self._until(lambda: self.execute(state)[0] == (standby, 1 if standby else 0))

    def promote(self) -> None:
        """Make a standby the primary, which from now on waits for nobody; returns when it takes writes."""
        self.execute("SELECT pg_promote()")
        self._until(lambda: not self.execute("SELECT pg_is_in_recovery()")[0][0])
        self.wait_for("")

    def cut_connections(self) -> None:
        """End all connections but our own, so that everybody has to look for a server anew."""
        self.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'")

    def connect(self, database: str = DATABASE) -> psycopg.Connection[tuple[Any, ...]]:
        """Return a connection of our own, each statement a transaction."""
        return psycopg.connect(host="127.0.0.1", port=self.port, user=USER, dbname=database, autocommit=True, connect_timeout=int(PATIENCE))

    def execute(self, statement: str, database: str = DATABASE) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        with self.connect(database) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _answers(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _until(self, is_so: Any) -> None:
        end = time.monotonic() + PATIENCE
        while not is_so():
            if time.monotonic() > end:
                raise RuntimeError(f"PostgreSQL {self.name} did not become what it should")
            time.sleep(0.05)

    def _run(self, program: str, *words: str | Path) -> None:
        done = subprocess.run([self._programs / program, *words], cwd=self._folder, capture_output=True, text=True, check=False, **other_user())
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")
