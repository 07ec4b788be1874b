"""Rows 7 to 10: everything that people or their devices do twice, at the same moment: start, hand in, open two tabs, take another device."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select

from quiz.storage.engine import make_engine, reading
from quiz.storage.tables import AttemptRow, GradingRow, PaperRow
from tests.faults.conftest import Hall
from tests.faults.page import Page, open_all, run, token_in

AT_ONCE = 12


def copies(page: Page, count: int) -> list[Page]:
    """Return so many more pages of the same person in the same browser, each with a connection of its own."""
    out = [Page(page.person, page.port, page.checker) for _ in range(count)]
    for copy in out:
        copy.connection.cookies = page.connection.cookies
    return out


async def post_all(pages: list[Page], csrf: str, name: str, **form: str) -> set[tuple[int, str]]:
    """Send a form from all pages at once; return what came back."""
    for page in pages:
        page.csrf = csrf
    replies = await asyncio.gather(*(page.post(name, **form) for page in pages))
    return {(reply.status, reply.headers["location"]) for reply in replies}


def attempts_of(url: str, code: str) -> list[AttemptRow]:
    with reading(make_engine(url)) as db:
        return list(db.scalars(select(AttemptRow).join(PaperRow, PaperRow.id == AttemptRow.paper_id).where(PaperRow.code == code)))


def test_starting_many_times_at_once_makes_one_attempt_and_everyone_gets_the_same_reply(shared_hall: Hall) -> None:
    page = shared_hall.pages(1)[0]
    presses = copies(page, AT_ONCE)

    async def press() -> set[tuple[int, str]]:
        return await post_all(presses, token_in((await page.ask("GET", page.address)).body), "start")

    assert run([page, *presses], press()) == {(303, f"{page.address}/sit")}
    assert len(attempts_of(shared_hall.url, page.person.code)) == 1


def test_handing_in_many_times_at_once_is_one_submission_with_one_receipt(shared_hall: Hall) -> None:
    page = shared_hall.pages(1)[0]
    presses = copies(page, AT_ONCE)

    async def press() -> tuple[set[tuple[int, str]], set[bytes]]:
        await open_all([page])
        page.answer(1, page.person.answers[1][0])
        await page.deliver()
        replies = await post_all(presses, page.csrf, "submit", unsent="[]", device="phone")
        return replies, {_main((await page.ask("GET", f"{page.address}/result")).body) for _ in range(3)}

    replies, receipts = run([page, *presses], press())
    assert replies == {(303, f"{page.address}/result")}
    assert len(receipts) == 1
    (attempt,) = attempts_of(shared_hall.url, page.person.code)
    assert attempt.submitted_at is not None
    with reading(make_engine(shared_hall.url)) as db:
        assert db.scalar(select(func.count()).select_from(GradingRow).where(GradingRow.attempt_id == attempt.id)) == 1


def _main(page: bytes) -> bytes:
    return page.partition(b"<main")[2].partition(b"</main>")[0]


def test_two_tabs_lose_nothing_the_newer_wins_and_the_older_is_told(shared_hall: Hall) -> None:
    old = shared_hall.pages(1)[0]
    new = Page(old.person, old.port, old.checker, device="tablet")
    answers = old.person.answers

    async def sit() -> dict[int, list[str]]:
        await open_all([old])
        old.answer(1, answers[1][0])
        await old.deliver()
        await open_all([new])
        new.answer(1, answers[1][1])
        old.answer(1, answers[1][2])  # both at once, again and again, in the same slot
        old.answer(2, answers[2][0])
        await asyncio.gather(old.deliver(), new.deliver())
        assert (old.turn, new.turn) == (2, 2), "the older tab was not told of the newer"
        return await new.take_desk()

    has = run([old, new], sit())
    assert has == {1: answers[1][1], 2: answers[2][0]}
    assert shared_hall.checker.look(shared_hall.url).is_whole


def test_another_device_finds_what_the_first_has_saved_and_what_that_still_holds_is_not_lost(shared_hall: Hall) -> None:
    phone = shared_hall.pages(1)[0]
    tablet = Page(phone.person, phone.port, phone.checker, device="tablet")
    answers = phone.person.answers

    async def sit() -> dict[int, list[str]]:
        await open_all([phone])
        phone.answer(1, answers[1][0])
        await phone.deliver()
        phone.answer(3, answers[3][0])  # made on the phone, whose network is gone
        await open_all([tablet])
        assert await tablet.take_desk() == {1: answers[1][0]}
        tablet.answer(1, answers[1][1])
        await tablet.deliver()
        await phone.deliver()  # its network is back
        return await tablet.take_desk()

    assert run([phone, tablet], sit()) == {1: answers[1][1], 3: answers[3][0]}
    assert shared_hall.checker.look(shared_hall.url).is_whole
