"""Servers as processes: free ports, another user where root must not be, and an end of theirs that comes as sudden as a power cut."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

SERVICE_USER = "postgres"
"""Who runs PostgreSQL and nginx when we are root; Debian's package of PostgreSQL makes this user."""

PATIENCE = 300.0
"""Seconds that a server may take to start or to stop."""


def other_user() -> dict[str, Any]:
    """Return what makes subprocess run a program as somebody who is not root."""
    return {"user": SERVICE_USER, "group": SERVICE_USER, "extra_groups": []} if os.geteuid() == 0 else {}


def own_folder(path: Path) -> Path:
    """Make a folder that belongs to whoever `other_user` is."""
    path.mkdir()
    if os.geteuid() == 0:
        shutil.chown(path, SERVICE_USER, SERVICE_USER)
    path.chmod(0o700)
    return path


class Process:
    """A server process that writes to a log; not running until started."""

    def __init__(self, command: Sequence[str | Path], log: Path, **options: Any) -> None:
        self._command, self._log, self._options = [str(word) for word in command], log, options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The number of the process, 0 when it does not run."""
        return self._process.pid if self._process is not None and self._process.poll() is None else 0

    def cpu(self) -> float:
        """Return the processor seconds that it and the processes it has started have used."""
        ticks = sum(_ticks(pid) for pid in (self.pid, *_children(self.pid)))
        return ticks / os.sysconf("SC_CLK_TCK")

    def start(self, is_ready: Callable[[], bool]) -> None:
        """Start it and return when it is ready. RuntimeError with the end of its log when it is not."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log, **self._options)
        end = time.monotonic() + PATIENCE
        while not is_ready():
            if not self.pid or time.monotonic() > end:
                raise RuntimeError(f"{self._command[0]} did not start:\n{self._log.read_text('utf-8', errors='replace')[-2000:]}")
            time.sleep(0.05)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to stop, wait, and return its status; 0 when it does not run."""
        if self._process is None:
            return 0
        if self.pid:
            self._process.send_signal(number)
        return self._process.wait(PATIENCE)

    def kill(self) -> None:
        """End it and all processes it has started as a power cut would: none of them gets to do another thing."""
        if self.pid and self._process is not None:
            for pid in (self.pid, *_children(self.pid)):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            self._process.wait(PATIENCE)


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has just ended
            found += [int(child) for child in task.read_text().split()]
    return found


def _ticks(pid: int) -> int:
    """The processor time of a process and of those of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):  # it has just ended
        return 0
    return sum(int(field) for field in fields[11:15])
