"""Row 26: the power goes.

No test can pull a plug. Two things can be shown: that every connection asks for full durability, and, from the system calls of a real
server, what a disk holds at the moment of each confirmation if it keeps what was flushed and nothing else, or whatever it likes of the rest.
What a disk does that says "flushed" and has not is beyond any program.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import sqlite3
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from quiz.settings import DATABASE
from quiz.storage.engine import make_engine
from tests.faults.checker import Checker
from tests.faults.conftest import Hall
from tests.faults.county import people
from tests.faults.page import Page, open_all, run
from tests.faults.server import PATIENCE, QuizServer
from tests.faults.trace import Confirmed, Disk, replay

STRACE = ("strace", "-D", "-f", "--seccomp-bpf", "-y", "-xx", "-s", "70000", "-e", "trace=pwrite64,fdatasync,fsync,ftruncate,unlink,sendto", "-o")
APART = 10_000
"""The numbers of two pages are so far apart, so that a number says whose it is."""


def can_trace() -> bool:
    """True where system calls can be watched."""
    return shutil.which("strace") is not None and subprocess.run(["strace", "-o", os.devnull, "true"], check=False).returncode == 0


def test_every_connection_of_the_pool_asks_for_full_durability(county_file: Path) -> None:
    engine = make_engine(f"sqlite:///{county_file}")
    with ExitStack() as stack:
        connections = [stack.enter_context(engine.connect()) for _ in range(20)]
        asked = {
            tuple(one.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "mmap_size")) for one in connections
        }
    engine.dispose()
    assert asked == {("wal", 2, 0)}


@pytest.mark.skipif(not can_trace(), reason="needs strace and the right to use it")
def test_at_each_confirmation_the_save_is_on_the_disk_even_if_only_flushed_bytes_are(folder: Path, tmp_path: Path) -> None:
    before, calls = (folder / DATABASE).read_bytes(), tmp_path / "calls"
    server = QuizServer(folder)
    hall = Hall(server, people(server.url), Checker())
    pages = hall.pages(3)
    server.start(*STRACE, str(calls))
    try:
        server.wait()
        run(pages, _sit(pages))
    finally:
        server.kill()
    confirmed, checked, chance = set[int](), 0, random.Random(26)
    disk = Disk({DATABASE: before})
    for event in replay(_whole(calls), disk):
        if not isinstance(event, Confirmed):
            continue
        confirmed.update(event.seqs)
        if chance.random() < 0.03:
            checked += 1
            for keeps in (0.0, 0.5, 1.0):
                assert _numbers_on(disk, tmp_path / f"after-{checked}-{keeps}", keeps, chance) >= confirmed
    assert len(confirmed) == len(hall.checker.confirmed)
    assert checked > 20
    assert disk.flushes[DATABASE] > 0, "no checkpoint came: what it does was not tried"


async def _sit(pages: list[Page]) -> None:
    await open_all(pages)
    for number, page in enumerate(pages):
        page.seq += number * APART
    await asyncio.gather(*(_answer(page, 400) for page in pages))


async def _answer(page: Page, count: int) -> None:
    for _ in range(count):
        page.answer_something()
        await page.keep_delivering()


def _whole(calls: Path) -> list[str]:
    """Return the lines of a trace, when every process and thread in it has ended."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        lines = calls.read_text("ascii").splitlines()
        if lines and not any(Path(f"/proc/{number}").exists() for number in {line.split(maxsplit=1)[0] for line in lines}):
            return lines
        time.sleep(0.05)
    raise AssertionError("the trace has no end")


def _numbers_on(disk: Disk, folder: Path, keeps: float, chance: random.Random) -> set[int]:
    """Return the numbers of the saves that a database has which wakes up on such a disk."""
    folder.mkdir()
    for name, content in disk.after_a_cut(keeps, chance).items():
        (folder / name).write_bytes(content)
    connection = sqlite3.connect(folder / DATABASE)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {seq for (seq,) in connection.execute("SELECT seq FROM response")}
    finally:
        connection.close()
        shutil.rmtree(folder)
