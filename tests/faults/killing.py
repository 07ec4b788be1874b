"""Pages that save all the time, and a server or a database that is killed meanwhile, again and again, at moments that nobody chose."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tests.faults.page import Page, open_all

EARLY = 8
"""One kill of so many comes while it still starts."""

MOST_PARTS = 3
"""So many of a server's processes are killed in succession at most: where all that it begins die young, it gives up, as it should."""


class Victim(Protocol):
    """What can be killed and started again: a server, or a database."""

    def kill(self) -> None:
        """End it at once."""

    def kill_part(self, chance: random.Random) -> bool:
        """End one of its processes at once, which it replaces by itself; False when it has no such parts."""

    def start(self) -> None:
        """Start it; it need not be there yet."""

    def wait(self) -> None:
        """Return when it is there."""


@dataclass
class Tally:
    """How often it was killed, which calls that cost, and the seconds from each start to the next confirmed save.

    `early`: kills while it still started. `parts`: kills of one process while the others went on.
    """

    kills: int = 0
    early: int = 0
    parts: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    restarts: list[float] = field(default_factory=list)


async def kill_under_load(
    victim: Victim,
    pages: Sequence[Page],
    kills: int,
    saves: int,
    chance: random.Random,
    longest: float = 0.6,
    parts: float = 0.0,
    heard: Callable[[Tally], None] = lambda _tally: None,
) -> Tally:
    """Let all pages work until the victim has been killed so often and has confirmed so much, then until nothing waits any more.

    The kills are spread over the saves by chance, and each comes up to `longest` seconds later than that. With the chance
    `parts` a kill is one of a single process, if it has several; nobody starts anything then.
    """
    tally, is_over, begun, in_succession = Tally(), False, time.monotonic(), 0
    checker = pages[0].checker
    await open_all(pages)
    work = [asyncio.create_task(page.work(lambda: is_over)) for page in pages]
    while tally.kills < kills or len(checker.confirmed) < saves:
        if tally.kills >= kills:
            await confirmed_after(pages, saves - 1)
            continue
        await confirmed_after(pages, len(checker.confirmed) + chance.randrange(2 * saves // kills))
        await asyncio.sleep(chance.uniform(0, longest))
        tally.kills += 1
        in_succession += 1
        if in_succession <= MOST_PARTS and chance.random() < parts and victim.kill_part(chance):
            tally.parts += 1
            await confirmed_after(pages, len(checker.confirmed))
            continue
        in_succession = 0
        victim.kill()
        await _start_again(victim, chance, tally)
        await asyncio.to_thread(victim.start)
        before, started = len(checker.confirmed), time.monotonic()
        await asyncio.to_thread(victim.wait)
        await confirmed_after(pages, before)
        tally.restarts.append(time.monotonic() - started)
        heard(tally)
    is_over = True
    await asyncio.gather(*work)
    tally.failures = sum((page.failures for page in pages), Counter[str]())
    tally.seconds = time.monotonic() - begun
    return tally


async def confirmed_after(pages: Sequence[Page], before: int) -> None:
    """Return when more than `before` saves are confirmed."""
    async with asyncio.timeout(600):
        while len(pages[0].checker.confirmed) <= before:
            await asyncio.sleep(0.005)


async def _start_again(victim: Victim, chance: random.Random, tally: Tally) -> None:
    """Now and then a start of its own is cut short."""
    if chance.randrange(EARLY) == 0:
        await asyncio.to_thread(victim.start)
        await asyncio.sleep(chance.uniform(0, 1.5))
        victim.kill()
        tally.kills += 1
        tally.early += 1
