"""Row 2: kill -9 of PostgreSQL while people save. The server lives on, and needs no restart."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from quiz.storage import migrate
from quiz.storage.engine import closing_engine
from tests.faults.checker import Checker
from tests.faults.conftest import Hall
from tests.faults.county import make_county, people
from tests.faults.database import Database
from tests.faults.killing import kill_under_load
from tests.faults.page import JSON, open_all, run
from tests.faults.server import QuizServer

pytestmark = pytest.mark.postgres
COUNT = 12


@pytest.fixture
def database() -> Iterator[Database]:
    """A database server with the county."""
    database = Database()
    with closing_engine(database.url) as engine:
        migrate.upgrade(engine)
    make_county(database.url, COUNT)
    yield database
    database.remove()


@pytest.fixture
def hall(database: Database, tmp_path: Path) -> Iterator[Hall]:
    """A server at that database."""
    server = QuizServer(tmp_path, database.url)
    server.start()
    try:
        server.wait()
        yield Hall(server, people(server.url), Checker())
    finally:
        server.kill()


def test_a_database_that_is_killed_costs_no_confirmed_save_and_no_restart_of_the_server(hall: Hall, database: Database) -> None:
    process, pages = hall.server.process, hall.pages(COUNT - 1)
    tally = run(pages, kill_under_load(database, pages, 3, 600, random.Random(2)))
    assert tally.failures["503"], "the kills hit nobody"
    assert set(tally.failures) == {"503"}, "something else than come again was said"
    found = hall.checker.look(hall.url)
    assert found.confirmed >= 600
    assert found.is_whole, found
    assert hall.server.process is process
    assert process is not None
    assert process.poll() is None


def test_while_it_is_away_a_save_is_told_to_come_again(hall: Hall, database: Database) -> None:
    page = hall.pages(1)[0]

    async def sit() -> None:
        await open_all([page])
        database.kill()
        page.answer(1, page.person.answers[1][0])
        body = json.dumps(page.body_of(page.queue)).encode()
        refused = await page.ask("POST", f"{page.address}/responses", body, **JSON, X_CSRFToken=page.csrf)
        assert (refused.status, int(refused.headers.get("retry-after", "0")) > 0) == (503, True)
        assert "没有保存" in json.loads(refused.body)["message"]
        assert (await page.ask("GET", "/readyz")).status == 503
        assert (await page.ask("GET", "/healthz")).status == 200
        database.start()
        await page.deliver()

    run([page], sit())
    assert hall.checker.look(hall.url).is_whole
