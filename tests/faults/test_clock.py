"""Row 5: the server's clock is set while people sit; and the server is started again before anybody has looked."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from quiz.storage.engine import make_engine, reading
from quiz.storage.tables import AttemptRow, ClockAlarmRow, PaperRow
from tests.faults.checker import Checker
from tests.faults.conftest import Hall
from tests.faults.county import LASTS, people, start_earlier
from tests.faults.page import run, token_in
from tests.faults.server import QuizServer

LEFT = timedelta(minutes=30)
AHEAD = timedelta(hours=1)

SERVE = """\
import datetime, pathlib, sys
from quiz.web import app

class Set(datetime.datetime):
    @classmethod
    def now(cls, zone=None):
        return datetime.datetime.now(zone) + datetime.timedelta(seconds=float(pathlib.Path(sys.argv[1]).read_text()))

app.datetime = Set  # the one place where a server asks the machine for the time
from quiz.cli import quiz
quiz(sys.argv[5:])
"""
"""`quiz serve` on a machine whose clock is wrong by so many seconds as a file says; the words after that file are `python -m quiz serve …`."""


class Machine:
    """A machine with a server, whose clock the test sets."""

    def __init__(self, hall: Hall, place: Path) -> None:
        self.hall = hall
        self._file, self._program = place / "ahead", place / "serve.py"
        self._program.write_text(SERVE, "utf-8")
        self.set_ahead(timedelta())

    def set_ahead(self, by: timedelta) -> None:
        """Set the clock."""
        whole = self._file.with_suffix(".new")
        whole.write_text(str(by.total_seconds()), "utf-8")
        whole.replace(self._file)

    def serve(self) -> None:
        """Start the server, and wait for it."""
        self.hall.server.start(sys.executable, str(self._program), str(self._file))
        self.hall.server.wait()


@pytest.fixture
def machine(folder: Path, tmp_path: Path) -> Iterator[Machine]:
    """A machine whose clock is right, its server ready."""
    server = QuizServer(folder)
    server.options = ("--processes", "1")  # others would be started by the program itself, with the right time
    machine = Machine(Hall(server, people(server.url), Checker()), tmp_path)
    machine.serve()
    yield machine
    server.kill()


def alarms(url: str) -> list[int]:
    """Return by how many seconds the clock was found to be set, each time."""
    with reading(make_engine(url)) as db:
        return list(db.scalars(select(ClockAlarmRow.seconds).order_by(ClockAlarmRow.id)))


def attempt_of(url: str, code: str) -> tuple[datetime, datetime | None]:
    """Return when an attempt ends and when it was handed in or closed."""
    query = select(AttemptRow).join(PaperRow, PaperRow.id == AttemptRow.paper_id).where(PaperRow.code == code)
    with reading(make_engine(url)) as db:
        attempt = db.scalars(query).one()
        return attempt.deadline_at, attempt.submitted_at


async def come_alarms(machine: Machine, count: int) -> None:
    """Return when so many jumps have been noticed."""
    async with asyncio.timeout(60):
        while len(alarms(machine.hall.url)) < count:
            await asyncio.sleep(0.05)


def test_a_clock_that_is_set_moves_no_deadline_of_a_server_at_work_or_of_one_that_starts_again(machine: Machine) -> None:
    page = machine.hall.pages(1)[0]
    deadline = start_earlier(machine.hall.url, page.person, LASTS - LEFT)

    async def save(slot: int) -> None:
        made = page.answer(slot, page.person.answers[slot][0])
        await page.keep_delivering()
        assert machine.hall.checker.confirmed[page.person.code, made.seq, slot][1] == "accepted"
        assert 0 < page.seconds_left <= LEFT.total_seconds()

    async def sit() -> None:
        page.csrf = token_in((await page.ask("GET", page.address)).body)
        await page.take_desk()
        await save(1)
        machine.set_ahead(AHEAD)
        await come_alarms(machine, 1)
        await save(2)
        machine.hall.server.kill()
        machine.serve()
        await save(3)

    run([page], sit())
    assert alarms(machine.hall.url) == [round(AHEAD.total_seconds())]
    assert attempt_of(machine.hall.url, page.person.code) == (deadline, None)
    assert '"event": "the clock was set' in machine.hall.server.told()
    assert machine.hall.checker.look(machine.hall.url).is_whole
