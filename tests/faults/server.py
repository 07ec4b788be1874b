"""`quiz serve` in a process of its own that can be killed and started again at the same port."""

from __future__ import annotations

import os
import random
import resource
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

from quiz.settings import DATABASE, ROOT
from tools.ports import free_port

PATIENCE = 300.0
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
        command = [*before, *self._words()]
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
        """End every process of it as a power cut or the system would: none has a moment for anything, and none is left to another's word. Return when
        all are gone."""
        serving = self.serving()
        if self.process is not None:
            self.process.kill()  # the one that watches is the first, else it would begin others
        for number in serving:
            _kill(number)
        self._end(signal.SIGKILL)
        end = time.monotonic() + PATIENCE
        while left := self._left():  # a dead one may still hold the file, and one may have begun between the look and the kill
            assert time.monotonic() < end, f"{left} live on"
            for number in left:
                _kill(number)
            time.sleep(LOOK)

    def kill_part(self, chance: random.Random) -> bool:
        """End one of the processes that somebody is connected to, which another is to replace; False when there is none below another."""
        serving = [number for number in self.serving() if _serves_somebody(number)]
        if serving:
            _kill(chance.choice(serving))
        return bool(serving)

    def serving(self) -> list[int]:
        """Return the numbers of the processes below the one that watches: they serve, or at the start make the database ready."""
        return [one.pid for one in psutil.Process(self.process.pid).children()] if self.process else []

    def stop(self) -> int:
        """Ask the process to end; return its status."""
        return self._end(signal.SIGTERM)

    def limit_files(self, size: int) -> None:
        """Let no file of the server's processes grow beyond so many bytes (-1: as it likes)."""
        assert self.process is not None
        limit = resource.RLIM_INFINITY if size < 0 else size
        for number in (self.process.pid, *self.serving()):
            resource.prlimit(number, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    def told(self) -> str:
        """Return what it has said so far."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def _left(self) -> list[int]:
        """Return the numbers of what is a copy of this server's program, whoever has begun it; who is dead and not buried is none."""
        words = self._words()
        return [one.pid for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == words]

    def _words(self) -> list[str]:
        return [sys.executable, "-m", "quiz", "serve", "--port", str(self.port), *self.options]

    def _end(self, number: signal.Signals) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        self.process = None
        return status


def _serves_somebody(number: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return any(one.status == psutil.CONN_ESTABLISHED for one in psutil.Process(number).net_connections("tcp"))
    return False


def _kill(number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)


def quiz(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [sys.executable, "-m", "quiz", *words]
    variables = {**os.environ, "QUIZ_INSTANCE": str(folder), "PYTHONIOENCODING": "utf-8", **environment}
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, encoding="utf-8", check=False)
