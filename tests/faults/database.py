"""A PostgreSQL server of a test's own, which may be killed and started again."""

from __future__ import annotations

import random
import shutil
import signal
import tempfile
from contextlib import suppress

import psutil

from tests.conftest import start_postgres, wait_for_postgres

PATIENCE = 60.0


class Database:
    """The PostgreSQL that comes as a wheel, durable as it is set up by its package."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="pg-")  # short: the path of a socket may have 107 bytes
        self._server = start_postgres(self._folder)
        self.url = str(self._server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)

    def kill(self) -> None:
        """End every process of it at once."""
        main = psutil.Process(self._server.get_pid())
        processes = [main, *main.children(recursive=True)]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(processes, PATIENCE)

    def kill_part(self, _chance: random.Random) -> bool:
        """None of its processes dies alone: it ends itself and begins anew when one does."""
        return False

    def start(self) -> None:
        """Start it again; returns when it has recovered what was committed."""
        wait_for_postgres(self._server, self._server.ensure_postgres_running)

    def wait(self) -> None:
        """It is there when `start` returns."""

    def remove(self) -> None:
        """Stop it and delete everything."""
        with suppress(psutil.NoSuchProcess):
            self.kill()
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)
