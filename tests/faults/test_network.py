"""Rows 6, 11, 12, 13 and 14: the network between pages and server is cut, loses replies, repeats and turns round what it carries."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from quiz.core.sitting import GRACE
from quiz.storage.engine import make_engine, reading
from quiz.storage.tables import AttemptRow, GradingRow, PaperRow, ResponseRow
from tests.faults.conftest import Hall
from tests.faults.county import LASTS, start_earlier
from tests.faults.page import JSON, NotConfirmed, Page, open_all, run, token_in
from tests.faults.proxy import NO_FAULT, Fault, Passed, Proxy


class ClockByHand:
    """The clock of pages, in seconds, which the test alone moves: a slow machine makes no answer older."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def rows_of(url: str, code: str) -> list[ResponseRow]:
    """Return the rows of a paper's attempt, in the order in which they came in."""
    query = select(ResponseRow).join(AttemptRow, AttemptRow.id == ResponseRow.attempt_id).join(PaperRow, PaperRow.id == AttemptRow.paper_id)
    with reading(make_engine(url)) as db:
        return list(db.scalars(query.where(PaperRow.code == code).order_by(ResponseRow.id)))


def saves(passed: list[Passed]) -> list[list[dict[str, int]]]:
    """Return the items of each call that brought some to the server."""
    return [json.loads(one.body)["items"] for one in passed if b"/responses HTTP" in one.head]


def gradings_of(url: str, code: str) -> int:
    """Return how often a paper's attempt was graded."""
    query = select(func.count()).select_from(GradingRow).join(AttemptRow, AttemptRow.id == GradingRow.attempt_id)
    with reading(make_engine(url)) as db:
        return db.scalar(query.join(PaperRow, PaperRow.id == AttemptRow.paper_id).where(PaperRow.code == code)) or 0


# --- row 11 ----------------------------------------------------------------------------------------------------------------------------------


def test_three_minutes_without_a_network_cost_nothing_and_come_in_one_call_in_order_with_the_time_they_were_made(shared_hall: Hall) -> None:
    pages, clock = shared_hall.pages(8), ClockByHand()
    for page in pages:
        start_earlier(shared_hall.url, page.person, timedelta(minutes=30))
        page.clock = clock
    before: dict[str, int] = {}

    async def sit() -> None:
        async with Proxy(shared_hall.server.port) as network:
            for page in pages:
                page.port = page.connection.port = network.port
            await open_all(pages)
            for page in pages:
                page.answer_something()
            network.fault = lambda number, _head: [Fault.LOSE_REQUEST, Fault.LOSE_REPLY, NO_FAULT][number % 3]
            delivering = [asyncio.create_task(page.keep_delivering()) for page in pages]  # some are on their way when it is cut
            await asyncio.sleep(0)
            network.cut()
            for _ in range(12):
                for page in pages:
                    page.answer_something()
                clock.now += 15
                await _tried_again(network)
            before.update({page.person.code: len(rows_of(shared_hall.url, page.person.code)) for page in pages})
            network.fault, network.passed = (lambda _number, _head: NO_FAULT), []
            network.mend()
            await asyncio.gather(*delivering)
            calls = saves(network.passed)
            assert len(calls) == len(pages), "what waited did not come in one call each"
            assert all([item["seq"] for item in call] == sorted(item["seq"] for item in call) for call in calls)
            assert [(call[0]["age"], call[-1]["age"]) for call in calls] == [(180_000, 15_000)] * len(pages)

    run(pages, sit())
    found = shared_hall.checker.look(shared_hall.url)
    assert found.is_whole, found
    assert all(len(rows_of(shared_hall.url, page.person.code)) > 10 for page in pages)
    for page in pages:
        offline = rows_of(shared_hall.url, page.person.code)[before[page.person.code] :]
        made = [row.made_at or row.received_at for row in offline]
        assert made == sorted(made)
        assert len({row.received_at for row in offline}) == 1
        assert max(row.received_at - at for row, at in zip(offline, made, strict=True)) > timedelta(minutes=2)


async def _tried_again(network: Proxy) -> None:
    """Return when some page has tried to get through once more."""
    before = network.refused
    async with asyncio.timeout(60):
        while network.refused == before:
            await asyncio.sleep(0.01)


# --- row 12 ----------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("back_after", "made_before", "state", "gradings"),
    [(timedelta(minutes=2), timedelta(seconds=30), "accepted", 2), (timedelta(minutes=2), -timedelta(minutes=1), "late", 1),
     (timedelta(minutes=12), timedelta(seconds=30), "late", 1)],
    ids=["made in time", "made after the end", "beyond the delivery time"],
)  # fmt: skip
def test_who_comes_back_after_the_end_is_heard_or_kept_for_a_decision_never_thrown_away(
    shared_hall: Hall, back_after: timedelta, made_before: timedelta, state: str, gradings: int
) -> None:
    page = shared_hall.pages(1)[0]
    deadline = start_earlier(shared_hall.url, page.person, LASTS + back_after)

    async def sit() -> str:
        page.csrf = token_in((await page.ask("GET", "/login")).body)
        await _closed(shared_hall.url, page.person.code)
        page.answer(1, page.person.answers[1][-1])
        age = (datetime.now(UTC) - deadline + made_before).total_seconds()
        now = page.clock()
        page.clock = lambda: now + age
        return str((await page.deliver())[0]["state"])

    assert run([page], sit()) == state
    assert [(row.state, row.made_at is not None) for row in rows_of(shared_hall.url, page.person.code)] == [(state, True)]
    assert gradings_of(shared_hall.url, page.person.code) == gradings
    assert shared_hall.checker.look(shared_hall.url).is_whole


async def _closed(url: str, code: str) -> None:
    """Return when the clock has closed an attempt."""
    query = select(AttemptRow.submitted_at).join(PaperRow, PaperRow.id == AttemptRow.paper_id).where(PaperRow.code == code)
    engine = make_engine(url)
    async with asyncio.timeout(60):
        while True:
            with reading(engine) as db:
                if db.scalar(query) is not None:
                    return
            await asyncio.sleep(0.05)


# --- rows 13 and 14 --------------------------------------------------------------------------------------------------------------------------


def test_what_the_network_loses_repeats_and_turns_round_counts_once_and_the_newest_wins(shared_hall: Hall) -> None:
    """Every page has three calls on their way at once, over three connections, each of which meets its own faults and delays."""
    pages, chance = shared_hall.pages(12), random.Random(13)

    async def sit() -> None:
        async with Proxy(shared_hall.server.port) as network:
            await open_all(pages)
            network.fault = lambda _number, _head: chance.choice(list(Fault))
            network.delay = lambda _number: chance.uniform(0, 0.05)
            await asyncio.gather(*(_three_ways(page, network.port, 20) for page in pages))

    run(pages, sit())
    found = shared_hall.checker.look(shared_hall.url)
    assert found.is_whole, found
    codes = {page.person.code for page in pages}
    states = Counter(state for (code, _, _), (_, state) in shared_hall.checker.confirmed.items() if code in codes)
    assert states.total() == 12 * 3 * 20
    assert states["superseded"], "nothing came out of order"


async def _three_ways(page: Page, port: int, count: int) -> None:
    """Send answers of one page by three connections that know nothing of each other, so that they overtake each other."""
    ways = [Page(page.person, port, page.checker, turn=page.turn) for _ in range(3)]
    for way in ways:
        way.csrf, way.connection.cookies = page.csrf, page.connection.cookies
    for number in range(3 * count):
        way = ways[number % 3]
        way.seq = page.seq
        way.answer(1 + number % 4, page.chance.choice(page.person.answers[1 + number % 4]))
        page.seq = way.seq
    try:
        await asyncio.gather(*(way.keep_delivering() if n else _one_by_one(way) for n, way in enumerate(ways)))
    finally:
        for way in ways:
            way.close()


async def _one_by_one(page: Page) -> None:
    """Deliver each answer in a call of its own."""
    waiting, page.queue = page.queue, []
    for made in waiting:
        page.queue.append(made)
        await page.keep_delivering()


def test_a_reply_lost_after_the_commit_is_given_again_and_nothing_is_stored_twice(shared_hall: Hall) -> None:
    page = shared_hall.pages(1)[0]

    async def sit() -> None:
        async with Proxy(shared_hall.server.port) as network:
            page.port = page.connection.port = network.port
            await open_all([page])
            network.fault = lambda _number, _head: Fault.LOSE_REPLY
            made = [page.answer(1, page.person.answers[1][0]), page.answer(2, page.person.answers[2][0])]
            for _ in range(3):
                with pytest.raises(NotConfirmed):
                    await page.deliver()
            assert not [key for key in page.checker.confirmed if key[0] == page.person.code]
            network.fault = lambda _number, _head: NO_FAULT
            told = await page.deliver()
            has = [(item["seq"], item["state"], page.stored(item["slot"], item["value"])) for item in told]
            assert has == [(one.seq, "accepted", one.value) for one in made]

    run([page], sit())
    assert [(row.slot, row.state) for row in rows_of(shared_hall.url, page.person.code)] == [(1, "accepted"), (2, "accepted")]


def test_a_number_used_again_for_something_else_is_a_conflict_and_both_are_kept(shared_hall: Hall) -> None:
    page = shared_hall.pages(1)[0]

    async def sit() -> list[str]:
        await open_all([page])
        page.answer(1, page.person.answers[1][0])
        await page.deliver()
        page.seq -= 1
        page.answer(1, page.person.answers[1][1])
        body = page.body_of(page.queue)
        return [(await page.call("responses", body))["items"][0]["state"] for _ in range(2)]

    assert run([page], sit()) == ["conflict", "conflict"]
    assert [row.state for row in rows_of(shared_hall.url, page.person.code)] == ["accepted", "conflict"]


# --- row 6 -----------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [-1, 1])
def test_a_phone_whose_clock_is_a_day_wrong_has_the_same_time_left_and_its_answers_count(shared_hall: Hall, days: int) -> None:
    page = shared_hall.pages(1)[0]
    wrong = datetime.now(UTC) + timedelta(days=days)
    headers: dict[str, str] = {**JSON, "Date": f"{wrong:%a, %d %b %Y %H:%M:%S GMT}"}

    async def sit() -> None:
        await open_all([page])
        made = page.answer(1, page.person.answers[1][0])
        item = {
            "slot": 1,
            "value": page.shown(1, made.value),
            "seq": made.seq,
            "age": -days * 86_400_000,
            "made_at": wrong.isoformat(),
            "deadline": 9e12,
        }
        body = json.dumps({"device": "phone", "items": [item], "now": wrong.isoformat(), "server_time": wrong.isoformat(), "seconds_left": 10**6})
        reply = await page.ask("POST", f"{page.address}/responses", body.encode(), **headers, X_CSRFToken=page.csrf)
        told = json.loads(reply.body)
        assert told["items"][0]["state"] == "accepted"
        assert 0 < told["seconds_left"] <= LASTS.total_seconds()

    run([page], sit())
    row = rows_of(shared_hall.url, page.person.code)[0]
    with reading(make_engine(shared_hall.url)) as db:
        attempt = db.get_one(AttemptRow, row.attempt_id)
    assert attempt.deadline_at - attempt.started_at == LASTS
    assert (row.made_at or row.received_at) >= attempt.started_at
    assert row.received_at <= datetime.now(UTC) + GRACE
