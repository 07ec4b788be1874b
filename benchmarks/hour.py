"""A county's hour: `python -m benchmarks.hour [--people 8000] [--minutes 60] [--stay 25] [--saves 50]`.

People come at random moments of the time given, evenly on average; each opens the admission page, comes in by code, reads the notice, starts, opens
the sitting page, answers at random moments while they stay, sends the pulse twice a minute, hands in and looks at the result. Calls are measured as
people feel them. The same rate for a shorter time is the same load: 1,600 people in 12 minutes are 8,000 in an hour. The server is `quiz serve` in a
process of its own with the embedded database; the people share the machine with it. Afterwards every confirmed save is looked for in the database.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from benchmarks.county import (
    JSON,
    SEED,
    Sitter,
    come_in,
    make_county,
    make_sitters,
    save,
    see_admission,
    see_notice,
    see_paper,
    see_result,
    start,
    submit,
    take_desk,
    verify,
)
from benchmarks.http import HEAD, Phase, each
from benchmarks.served import Server, run_phase, served, settings_of
from quiz.settings import load_settings

READING_SECONDS = 5.0
"""How long a page is looked at on average before the next step."""

PULSE_SECONDS = 30.0

Step = Callable[[Sitter, Phase], Awaitable[None]]
COMING: tuple[tuple[str, Step], ...] = (
    ("admission page", see_admission),
    ("log-in by code", come_in),
    ("notice", see_notice),
    ("start", start),
    ("sitting page", see_paper),
    ("desk", take_desk),
)
LEAVING: tuple[tuple[str, Step], ...] = (("submit", submit), ("result", see_result))


async def pulse(sitter: Sitter, phase: Phase) -> None:
    """Say that one is there, as the sitting page does."""
    body = b'{"device": "made", "turn": 1, "unsent": 0, "mark": 0, "events": []}'
    await phase.call(sitter.connection, 200, "POST", f"/papers/{sitter.code}/pulse", body, **JSON, X_CSRFToken=sitter.csrf)


async def live(sitter: Sitter, comes_at: float, stay: float, saves: int, phases: dict[str, Phase]) -> None:
    """Let one person come, sit and leave; `comes_at` is a moment of `time.perf_counter`, `stay` in seconds."""
    await _until(comes_at)
    for name, step in COMING:
        await step(sitter, phases[name])
        if step is not see_paper:
            await asyncio.sleep(sitter.chance.expovariate(1 / READING_SECONDS))
    begun = time.perf_counter()
    moments: list[tuple[float, Step]] = [(begun + sitter.chance.random() * stay, save) for _ in range(saves)]
    moments += [(begun + (n + sitter.chance.random()) * PULSE_SECONDS, pulse) for n in range(int(stay // PULSE_SECONDS))]
    for moment, step in sorted(moments, key=lambda one: one[0]):
        await _until(moment)
        await step(sitter, phases["save" if step is save else "pulse"])
    for name, step in LEAVING:
        await step(sitter, phases[name])
    sitter.connection.close()


async def hour(server: Server, sitters: Sequence[Sitter], seconds: float, stay: float, saves: int) -> None:
    """Let everybody come within so many seconds."""
    chance, now = random.Random(SEED), time.perf_counter()  # noqa: S311
    comes = {sitter.code: now + chance.random() * seconds for sitter in sitters}
    phases = {name: Phase(name) for name in (*(name for name, _ in COMING), "save", "pulse", *(name for name, _ in LEAVING))}
    whole = Phase("everything")

    async def everybody() -> None:
        await each(sitters, lambda sitter: live(sitter, comes[sitter.code], stay, saves, phases))
        for phase in phases.values():
            whole.add(phase)

    await run_phase(server, [whole], everybody())
    for phase in phases.values():  # the server's time is known of the whole alone
        phase.elapsed = whole.elapsed
        print(phase.row(), flush=True)


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.perf_counter()))


def main(arguments: Sequence[str]) -> int:
    """Run it and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hour")
    parser.add_argument("--people", type=int, default=8000)
    parser.add_argument("--minutes", type=float, default=60, help="within which they come")
    parser.add_argument("--stay", type=float, default=25, help="minutes at the paper")
    parser.add_argument("--saves", type=int, default=50)
    given = parser.parse_args(arguments)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 16384)), hard))
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{Path(name) / 'quiz.sqlite3'}"
        environment = {"QUIZ_INSTANCE": name, "QUIZ_DATABASE_URL": url}
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}; {given.people} people come within {given.minutes:g} minutes", flush=True)
        codes = make_county(url, given.people, load_settings(environment).secret_key)
        print(settings_of(url))
        with served(["quiz", "serve", "--port"], environment, url) as server:
            sitters = make_sitters(url, server.port, codes)
            print(HEAD, flush=True)
            asyncio.run(hour(server, sitters, given.minutes * 60, given.stay * 60, given.saves))
            print(f"server: {server.cpu():.1f} processor seconds, peak memory {server.peak():.0f} MiB, now {server.held():.0f} MiB")
        is_whole = verify(url, sitters)
        print(f"load afterwards {os.getloadavg()[0]:.2f}")
    return 0 if is_whole else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
