"""Pages that save all the time, and a server that is killed meanwhile, again and again, at moments that nobody chose."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.faults.page import Page, open_all
from tests.faults.server import QuizServer

EARLY = 8
"""One kill of so many comes while the server still starts."""


@dataclass
class Tally:
    """How often the server was killed, how many calls that cost, and the seconds from each start of its process to the next confirmed save."""

    kills: int = 0
    early: int = 0
    failures: int = 0
    seconds: float = 0.0
    restarts: list[float] = field(default_factory=list)


async def kill_under_load(
    server: QuizServer,
    pages: Sequence[Page],
    kills: int,
    saves: int,
    chance: random.Random,
    longest: float = 0.6,
    heard: Callable[[Tally], None] = lambda _tally: None,
) -> Tally:
    """Let all pages work until the server has been killed so often and has confirmed so much, then until nothing waits any more."""
    tally, is_over, begun = Tally(), False, time.monotonic()
    checker = pages[0].checker
    await open_all(pages)
    work = [asyncio.create_task(page.work(lambda: is_over)) for page in pages]
    while tally.kills < kills or len(checker.confirmed) < saves:
        await confirmed_after(pages, len(checker.confirmed))
        if tally.kills >= kills:
            continue
        await asyncio.sleep(chance.uniform(0, longest))
        server.kill()
        tally.kills += 1
        await _start_again(server, chance, tally)
        server.start()
        before, started = len(checker.confirmed), time.monotonic()
        await asyncio.to_thread(server.wait)
        await confirmed_after(pages, before)
        tally.restarts.append(time.monotonic() - started)
        heard(tally)
    is_over = True
    await asyncio.gather(*work)
    tally.failures = sum(page.failures for page in pages)
    tally.seconds = time.monotonic() - begun
    return tally


async def confirmed_after(pages: Sequence[Page], before: int) -> None:
    """Return when more than `before` saves are confirmed."""
    async with asyncio.timeout(60):
        while len(pages[0].checker.confirmed) <= before:
            await asyncio.sleep(0.005)


async def _start_again(server: QuizServer, chance: random.Random, tally: Tally) -> None:
    """Now and then a start of its own is cut short."""
    if chance.randrange(EARLY) == 0:
        server.start()
        await asyncio.sleep(chance.uniform(0, 1.5))
        server.kill()
        tally.kills += 1
        tally.early += 1
