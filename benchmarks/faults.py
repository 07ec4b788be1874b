"""Whether anything that was confirmed is ever lost: `python -m benchmarks.faults [--kills 100] [--saves 200000] [--sitters 40] [--logins 500]`.

First the harness of `tests/faults` for as long as it takes: pages save all the time, one to three answers in a call, and at moments that nobody chose
SIGKILL ends either every process of `quiz serve` at once, now and then while it still starts, and it is started again; or one of the processes that
serve, which is replaced while the others go on. When so many kills and so many confirmed saves are reached, every confirmed save is looked for in the
database. Then so many people log in by password, spread over a minute and then all at once, while saves come in at a fixed rate, each measured from
the moment it was meant to be sent.

The system goes on while its process dies, so that what it has taken for the disk gets there: what a power cut does is for
`tests/faults/test_power_cut.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import text

from benchmarks.http import FORM, Connection, Phase, percentile
from quiz.settings import DATABASE
from quiz.storage import migrate
from quiz.storage.engine import closing_engine, make_engine
from tests.faults.checker import Checker, Found
from tests.faults.county import make_county, people
from tests.faults.killing import Tally, kill_under_load
from tests.faults.page import JSON, Page, open_all, run, token_in
from tests.faults.server import QuizServer
from tests.web.world import PASSWORD

SAVE_RATE = 60.0
"""Saves a second while people log in: a thousand who answer a question every 17 seconds."""

PARTS = 0.3
"""How many of the kills end one serving process and leave the others at work."""

MINUTE = 60.0


def tell(tally: Tally, checker: Checker) -> None:
    """Say how far it is."""
    if len(tally.restarts) % 10 == 0:
        print(f"  {tally.kills} kills, {len(checker.confirmed)} confirmed, load {os.getloadavg()[0]:.1f}", flush=True)


def tell_all(tally: Tally, found: Found, integrity: str) -> None:
    """Say what came out."""
    restarts = sorted(tally.restarts)
    print(
        f"kills {tally.kills}, of which {tally.early} while the server still started and {tally.parts} of one serving process beside the others;"
        f" {tally.seconds:.0f} s in all"
    )
    print(f"calls without a confirmation {dict(tally.failures)}, all of them made again until they had one")
    print(
        f"confirmed saves {found.confirmed}, lost {found.lost}, changed {found.changed}, doubled {found.doubled},"
        f" outweighed by older ones {found.outweighed}, rows that nobody sent {found.strangers}; stored but not confirmed {found.unconfirmed}"
    )
    print(
        f"seconds from the start of the process to the next confirmed save: median {percentile(restarts, 0.5):.1f},"
        f" 95 % {percentile(restarts, 0.95):.1f}, longest {restarts[-1]:.1f}; integrity_check {integrity}"
    )


async def come_in(page: Page, phase: Phase, meant: float) -> None:
    """Log in by password, from the page to the reply."""
    await asyncio.sleep(max(0.0, meant - time.perf_counter()))
    connection = Connection(page.port)
    shown = await phase.call(connection, 200, "GET", "/login", b"", meant)
    if shown:
        form = {"csrf_token": token_in(shown.body), "login": page.person.number.lower(), "password": PASSWORD}
        await phase.call(connection, 302, "POST", "/login", urlencode(form).encode(), meant, **FORM)
    connection.close()


async def save_steadily(pages: Sequence[Page], phase: Phase, rate: float, is_over: asyncio.Event) -> None:
    """Save at random moments, so many a second on average, from one page after the other."""
    chance, moment, number, waiting = random.Random(25), time.perf_counter(), 0, set[asyncio.Task[None]]()  # noqa: S311
    while not is_over.is_set():
        moment += chance.expovariate(rate)
        await asyncio.sleep(max(0.0, moment - time.perf_counter()))
        page = pages[number % len(pages)]
        number += 1
        task = asyncio.create_task(_save(page, phase, moment))
        waiting.add(task)
        task.add_done_callback(waiting.discard)
    await asyncio.gather(*waiting)


async def _save(page: Page, phase: Phase, meant: float) -> None:
    connection = Connection(page.port)
    connection.cookies = page.connection.cookies
    body = json.dumps(page.body_of([page.answer_something()])).encode()
    await phase.call(connection, 200, "POST", f"{page.address}/responses", body, meant, **JSON, X_CSRFToken=page.csrf)
    connection.close()


async def log_in_under_saves(pages: Sequence[Page], people_to_come: Sequence[Page], seconds: float) -> tuple[Phase, Phase]:
    """Let everybody log in within so many seconds, while the others save."""
    logins, saves, is_over = Phase("log-ins"), Phase("saves"), asyncio.Event()
    saving = asyncio.create_task(save_steadily(pages, saves, SAVE_RATE, is_over))
    start = time.perf_counter()
    await asyncio.gather(*(come_in(page, logins, start + seconds * n / len(people_to_come)) for n, page in enumerate(people_to_come)))
    logins.elapsed = time.perf_counter() - start
    is_over.set()
    await saving
    return logins, saves


def tell_logins(what: str, logins: Phase, saves: Phase) -> None:
    """Say how long they took."""
    for phase in (logins, saves):
        shares = " ".join(f"{share:.0%} {percentile(phase.seconds, share) * 1000:.0f}" for share in (0.5, 0.95, 0.99))
        print(f"{what}, {phase.name}: {len(phase.seconds)} calls in {logins.elapsed:.0f} s, ms {shares} longest {max(phase.seconds) * 1000:.0f}"
              f", errors {dict(phase.errors)}", flush=True)  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Run everything; status 1 when anything that was confirmed is missing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--saves", type=int, default=200_000)
    parser.add_argument("--sitters", type=int, default=40)
    parser.add_argument("--logins", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / DATABASE}"
        with closing_engine(url) as engine:
            migrate.upgrade(engine)
        make_county(url, max(given.sitters, given.logins))
        server, checker, chance = QuizServer(folder), Checker(), random.Random(given.seed)  # noqa: S311
        everybody = [Page(person, server.port, checker, chance=random.Random(person.number)) for person in people(url)]  # noqa: S311
        pages = everybody[: given.sitters]
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}; {len(pages)} sitters, seed {given.seed}", flush=True)
        server.start()
        try:
            server.wait()
            killing = kill_under_load(server, pages, given.kills, given.saves, chance, parts=PARTS, heard=lambda tally: tell(tally, checker))
            tally = run(pages, killing)
            found = checker.look(url)
            with make_engine(url).connect() as connection:
                integrity = str(connection.execute(text("PRAGMA integrity_check")).scalar())
            tell_all(tally, found, integrity)
            if given.logins:
                run(pages, _log_ins(pages, everybody[: given.logins]))
        finally:
            server.kill()
    return 0 if found.is_whole and integrity == "ok" else 1


async def _log_ins(pages: Sequence[Page], coming: Sequence[Page]) -> None:
    await open_all(pages)
    tell_logins("within a minute", *await log_in_under_saves(pages, coming, MINUTE))
    tell_logins("all at once", *await log_in_under_saves(pages, coming, 0.0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
