"""How many can sit at once: `python -m benchmarks.sitting [--sitters 200] [--saves 30] [--rates 50 100] [--postgres]`.

A made county of so many cadres sits one real paper of the shipped banks: the server is `quiz serve` in a process of its own, the sitters are
connections of this process, each with one request on its way at a time, as the sitting page's script has. Phases: log-in (page and form), start
(notice, start, sitting page), saves closed (every sitter sends the next as soon as the last is confirmed: what the server can do), saves open
(arrivals at fixed rates, each measured from the moment it was meant to be sent, so that a server that falls behind is not spared; by default half
and four fifths of the closed loop's rate), submit, result. Afterwards every confirmed save is looked for in the database, and every grading.

Beside it the floors of the same run: one row a transaction with the same pragmas, on the same disk, without any of our code around it; and
a bare "hello" and `/healthz` over the same HTTP server. Sitters and server share the machine: this process's own processor time is shown too.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import resource
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from benchmarks.county import (
    Sitter,
    come_in,
    log_in,
    make_county,
    make_sitters,
    saves_closed,
    saves_open,
    see_admission,
    see_log_in,
    see_notice,
    see_paper,
    see_result,
    start,
    submit,
    take_desk,
    verify,
)
from benchmarks.http import HEAD, Connection, Phase, each
from benchmarks.served import Server, database, durable_inserts, hello, run_phase, serve_bare, served, settings_of
from quiz.settings import load_settings

OPEN_SECONDS = 15.0


def sample(metrics: str, name: str) -> float:
    """Return one figure of /metrics; 0 for what never happened, as waits for a lock that PostgreSQL does not need."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", metrics, re.MULTILINE)
    return float(found[1]) if found else 0.0


async def sit(server: Server, sitters: Sequence[Sitter], saves: int, rates: Sequence[float], passwords: int) -> None:
    """Drive everybody through the whole sitting, so many of them in by password."""

    async def all_at_once(name: str, act: Callable[[Sitter, Phase], Awaitable[None]], people: Sequence[Sitter] = sitters) -> None:
        phase = Phase(name)
        await run_phase(server, [phase], each(people, lambda sitter: act(sitter, phase)))

    print(HEAD, flush=True)
    for name, act in (("log-in page", see_log_in), ("log-in", log_in)):
        await all_at_once(name, act, sitters[:passwords])
    for name, act in (("admission page", see_admission), ("log-in by code", come_in)):
        await all_at_once(name, act, sitters[passwords:])
    for name, act in (("notice", see_notice), ("start", start), ("sitting page", see_paper), ("desk", take_desk)):
        await all_at_once(name, act)
    lone = Phase("saves, one sitter")
    await run_phase(server, [lone], saves_closed(sitters[:1], lone, 200))
    closed = Phase("saves, closed loop")
    await run_phase(server, [closed], saves_closed(sitters, closed, saves))
    best = len(closed.seconds) / closed.elapsed
    for rate in rates or (round(best / 2), round(best * 0.8)):
        phase = Phase(f"saves, open {rate:.0f}/s")
        await run_phase(server, [phase], saves_open(sitters, phase, rate, OPEN_SECONDS))
    await all_at_once("submit", submit)
    await all_at_once("result", see_result)


def main(arguments: Sequence[str]) -> int:
    """Run everything and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sitting")
    parser.add_argument("--sitters", type=int, default=200)
    parser.add_argument("--saves", type=int, default=30, help="of each sitter in the closed loop")
    parser.add_argument("--rates", type=float, nargs="*", default=[], help="saves a second of the open loop")
    parser.add_argument("--passwords", type=int, default=100, help="how many come in by password, the others by admission code")
    parser.add_argument("--postgres", action="store_true")
    given = parser.parse_args(arguments)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 8192)), hard))
    with tempfile.TemporaryDirectory() as name, database(Path(name), given.postgres) as url:
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}; {given.sitters} sitters", flush=True)
        environment = {"QUIZ_INSTANCE": name, "QUIZ_DATABASE_URL": url}
        codes = make_county(url, given.sitters, load_settings(environment).secret_key)
        print(settings_of(url))
        print(f"floor: {durable_inserts(url):.0f} durable rows a second, one thread, one a transaction")
        print(HEAD)
        with served(["benchmarks.sitting", "--bare", str(Path(name) / "floor.sqlite3")], {}) as server:
            asyncio.run(hello(server, "/", 64))
            asyncio.run(hello(server, "/responses", 64))
        with served(["quiz", "serve", "--port"], environment, url) as server:
            asyncio.run(hello(server, "/healthz", 64))
            sitters = make_sitters(url, server.port, codes)
            asyncio.run(sit(server, sitters, given.saves, given.rates, min(given.passwords, given.sitters)))
            counts = asyncio.run(Connection(server.port).ask("GET", "/metrics")).body.decode()
            print(f"server: {server.cpu():.1f} processor seconds, peak memory {server.peak():.0f} MiB, now {server.held():.0f} MiB")
        for wait in ("lock", "connection"):
            seconds, number = (sample(counts, f'quiz_database_wait_seconds_{part}{{wait="{wait}"}}') for part in ("sum", "count"))
            print(f"waits for {wait}: {number:.0f}, {seconds:.1f} s in all, mean {seconds / max(number, 1) * 1000:.2f} ms")
        is_whole = verify(url, sitters)
        print(f"load afterwards {os.getloadavg()[0]:.2f}")
    return 0 if is_whole else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bare"]:
        serve_bare(sys.argv[2], int(sys.argv[3]))
    else:
        sys.exit(main(sys.argv[1:]))
