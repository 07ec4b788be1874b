"""Row 1: kill -9 of the server in the middle of saves."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta

from sqlalchemy import select, text

from quiz.storage.engine import make_engine, reading
from quiz.storage.tables import AttemptRow, PaperRow
from tests.faults.conftest import AT_ONCE, Hall
from tests.faults.killing import kill_under_load
from tests.faults.page import Page, open_all, run

KILLS, SAVES = 3, 1500


def test_every_confirmed_save_is_there_after_kills_under_load(hall: Hall) -> None:
    pages = hall.pages(AT_ONCE)
    tally = run(pages, kill_under_load(hall.server, pages, KILLS, SAVES, random.Random(20)))
    assert tally.kills >= KILLS
    assert tally.failures.total() > 0, "the kills hit nobody"
    assert hall.server.stop() is not None
    found = hall.checker.look(hall.url)
    assert found.confirmed >= SAVES
    assert found.is_whole, found
    with make_engine(hall.url).connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"


def test_a_serving_process_that_is_killed_costs_no_confirmed_save_and_the_others_go_on(hall: Hall) -> None:
    """One dies while it holds the turn to write, or a page's connection; another takes its place, and nobody starts anything."""
    watcher, pages = hall.server.process, hall.pages(AT_ONCE)
    tally = run(pages, kill_under_load(hall.server, pages, KILLS, SAVES, random.Random(21), parts=1.0))
    assert tally.parts == tally.kills == KILLS
    assert tally.failures.total() > 0, "the kills hit nobody"
    assert hall.server.process is watcher
    assert hall.server.stop() == 0
    found = hall.checker.look(hall.url)
    assert found.confirmed >= SAVES
    assert found.is_whole, found
    with make_engine(hall.url).connect() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"


def deadlines(url: str) -> dict[str, datetime]:
    with reading(make_engine(url)) as db:
        return dict(db.execute(select(PaperRow.code, AttemptRow.deadline_at).join(PaperRow, PaperRow.id == AttemptRow.paper_id)).all())


def test_after_a_kill_the_attempt_goes_on_where_it_was_with_the_time_that_is_left(hall: Hall) -> None:
    page = hall.pages(1)[0]

    async def sit() -> None:
        await open_all([page])
        page.answer(1, page.person.answers[1][0])
        await page.keep_delivering()
        before = deadlines(hall.url)
        page.answer(2, page.person.answers[2][0])  # not sent when the server dies
        hall.server.kill()
        hall.server.start()
        await asyncio.to_thread(hall.server.wait)
        await page.keep_delivering()  # the same log-in, the same token of the form
        again = Page(page.person, page.port, page.checker)
        again.csrf, again.connection = page.csrf, page.connection
        has = await again.take_desk()
        assert has == {1: page.person.answers[1][0], 2: page.person.answers[2][0]}
        assert deadlines(hall.url) == before
        told = await again.call("responses", again.body_of([again.answer(3, again.person.answers[3][0])]))
        left = before[page.person.code] - datetime.fromisoformat(told["server_time"])
        assert abs(left - timedelta(seconds=told["seconds_left"])) <= timedelta(seconds=1)

    run([page], sit())
