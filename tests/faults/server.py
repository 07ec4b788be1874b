"""`quiz serve` in a process of its own that can be killed and started again at the same port."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from quiz.settings import DATABASE, ROOT

PATIENCE = 60.0
"""Seconds after which a server that is not there will not come any more."""

LOOK = 0.02
"""Seconds between two looks at whether it is there."""


class QuizServer:
    """A server of an instance folder."""

    def __init__(self, folder: Path, url: str = "", **environment: str) -> None:
        self.folder = folder
        self.url = url or f"sqlite:///{(folder / DATABASE).as_posix()}"
        self.port = free_port()
        self.log = folder / "server.log"
        self.options: tuple[str, ...] = ()
        self.process: subprocess.Popen[bytes] | None = None
        self._environment = {**os.environ, "QUIZ_INSTANCE": str(folder), "QUIZ_DATABASE_URL": self.url, **environment}

    def start(self, *before: str) -> None:
        """Start the process, behind the words of a command that watches it if need be; it is not there at once."""
        assert self.process is None
        command = [*before, sys.executable, "-m", "quiz", "serve", "--port", str(self.port), *self.options]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)

    def wait(self) -> None:
        """Return when it takes connections."""
        end = time.monotonic() + PATIENCE
        while not self.is_there():
            assert self.process is not None
            assert self.process.poll() is None, self.told()
            assert time.monotonic() < end, self.told()
            time.sleep(LOOK)

    def is_there(self) -> bool:
        """True when somebody listens at the port."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        """End the process as a power cut or the system would: it has no moment for anything. Return when what it had started is gone as well."""
        self._end(signal.SIGKILL)
        end = time.monotonic() + PATIENCE
        while self.is_there():
            assert time.monotonic() < end, "somebody serves on"
            time.sleep(LOOK)

    def stop(self) -> int:
        """Ask the process to end; return its status."""
        return self._end(signal.SIGTERM)

    def limit_files(self, size: int) -> None:
        """Let no file of the server's processes grow beyond so many bytes (-1: as it likes)."""
        assert self.process is not None
        limit = resource.RLIM_INFINITY if size < 0 else size
        tasks = Path(f"/proc/{self.process.pid}/task")
        for number in (self.process.pid, *(int(one) for task in tasks.glob("*/children") for one in task.read_text().split())):
            resource.prlimit(number, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    def told(self) -> str:
        """Return what it has said so far."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def _end(self, number: signal.Signals) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        self.process = None
        return status


def free_port() -> int:
    """Return a port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def quiz(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [sys.executable, "-m", "quiz", *words]
    variables = {**os.environ, "QUIZ_INSTANCE": str(folder), "PYTHONIOENCODING": "utf-8", **environment}
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, encoding="utf-8", check=False)
