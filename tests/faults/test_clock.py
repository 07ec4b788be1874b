"""Row 5: the clock of the server's machine is set while people save, an hour forward and then two back.

The machine of the tests keeps its time: the server's processes, and commands beside them, read their clock through a file that the test writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from quiz.storage.engine import make_engine, reading
from quiz.storage.tables import AttemptRow, ClockAlarmRow, PaperRow
from tests.faults.checker import Checker
from tests.faults.conftest import Hall
from tests.faults.county import LASTS, people, start_earlier
from tests.faults.page import Page, open_all, run
from tests.faults.server import QuizServer, quiz
from tests.faults.test_kill import deadlines

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WRONG_CLOCK = """
import datetime, importlib.machinery, os, sys

class Wrong(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        with open(os.environ["CLOCK_AHEAD"]) as file:
            return datetime.datetime.now(tz) + datetime.timedelta(seconds=float(file.read()))

class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in ("quiz.web.app", "quiz.cli.console"):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        does = spec.loader.exec_module
        spec.loader.exec_module = lambda module: (does(module), setattr(module, "datetime", Wrong))
        return spec

sys.meta_path.insert(0, Finder)
"""
"""Every Python reads this before anything else; the two modules are all of the product that reads the time of day."""


class Machine:
    """A machine whose clock may be set, with an instance folder and its server."""

    def __init__(self, folder: Path, place: Path) -> None:
        self._ahead, self.folder = place / "ahead", folder
        (place / "sitecustomize.py").write_text(WRONG_CLOCK)
        self.environment = {"PYTHONPATH": str(place), "CLOCK_AHEAD": str(self._ahead)}
        self.set_clock(timedelta(0))
        self.server = QuizServer(folder, **self.environment)
        self.server.options = ("--processes", "2")

    def set_clock(self, ahead: timedelta) -> None:
        """Let the machine's clock be ahead of the right time by so much."""
        new = self._ahead.with_suffix(".new")
        new.write_text(str(ahead.total_seconds()))
        new.replace(self._ahead)

    async def told_of(self, count: int) -> None:
        """Return when there have been so many alarms."""
        engine = make_engine(self.server.url)
        async with asyncio.timeout(60):
            while True:
                with reading(engine) as db:
                    if len(db.scalars(select(ClockAlarmRow.id)).all()) == count:
                        return
                await asyncio.sleep(0.05)


@pytest.fixture
def machine(folder: Path, tmp_path: Path) -> Iterator[Machine]:
    """A machine whose server serves."""
    machine = Machine(folder, tmp_path)
    machine.server.start()
    try:
        machine.server.wait()
        yield machine
    finally:
        machine.server.kill()


def is_closed(url: str, page: Page) -> bool:
    """True when somebody's attempt is closed."""
    query = select(AttemptRow.submitted_at).join(PaperRow, PaperRow.id == AttemptRow.paper_id).where(PaperRow.code == page.person.code)
    with reading(make_engine(url)) as db:
        return db.scalar(query) is not None


async def served_time(page: Page) -> datetime:
    """Save something, and return the time that the server tells, which must agree with the time that it says is left."""
    page.answer_something()
    sent = page.body_of(page.queue)
    await page.keep_delivering()
    told = await page.call("responses", sent)  # the same once more: a save that is known is told again
    return datetime.fromisoformat(told["server_time"])


async def is_served_rightly(pages: list[Page], url: str) -> None:
    """Everybody is served by the right time, and nobody's deadline has moved."""
    ends = deadlines(url)
    for page in pages:
        time = await served_time(page)
        assert abs(time - datetime.now(UTC)) < MINUTE
        assert abs(ends[page.person.code] - time - timedelta(seconds=page.seconds_left)) < MINUTE


def test_a_clock_that_is_set_moves_no_deadline_of_a_server_at_work_or_of_one_that_starts_again(machine: Machine) -> None:
    server = machine.server
    hall = Hall(server, people(server.url), Checker())
    pages = hall.pages(6)
    hurried = pages[0]
    start_earlier(server.url, hurried.person, LASTS - 20 * MINUTE)  # an hour forward it would be out of time
    before: dict[str, datetime] = {}

    async def sit() -> None:
        await open_all(pages)
        before.update(deadlines(server.url))
        await is_served_rightly(pages, server.url)
        machine.set_clock(HOUR)
        await machine.told_of(1)
        await is_served_rightly(pages, server.url)
        server.kill()
        server.start()
        await asyncio.to_thread(server.wait)  # begins with the wrong clock, and goes on by the time served before
        await is_served_rightly(pages, server.url)
        machine.set_clock(-HOUR)
        await machine.told_of(2)
        await is_served_rightly(pages, server.url)

    run(pages, sit())
    assert deadlines(server.url) == before
    assert not is_closed(server.url, hurried)
    assert "the clock was set, nothing is closed until somebody has looked" in server.told()
    told = quiz(machine.folder, "sitting", "clock", "--reason", "已核对", **machine.environment)
    assert told.returncode == 0, told.stderr
    found = hall.checker.look(server.url)
    assert found.is_whole, found
    assert found.confirmed == 4 * len(pages)
