"""What a person costs each part of a cluster: `python -m benchmarks.nodes [--nodes 2] [--sitters 200] [--saves 20] [--rate 100]`.

A made county sits through nginx on so many nodes, with a primary and a synchronous standby behind them, all on this machine and all from the
project's own scripts. What one machine answers in a second says little about five; what a call costs each part in processor time, bytes and log
says how many of each are needed. Afterwards every confirmed save is looked for, and every grading.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import sys
import time
from collections.abc import Awaitable, Callable, Sequence

from benchmarks.county import (
    JSON,
    Sitter,
    come_in,
    make_county,
    make_sitters,
    saves_closed,
    saves_open,
    see_admission,
    see_notice,
    see_paper,
    see_result,
    start,
    submit,
    take_desk,
    verify,
)
from benchmarks.http import Phase, each, percentile
from quiz.core.saving import TURN
from quiz.storage.postgres import usable_url
from tools.cluster.cluster import NODES, Cluster, running_cluster

OPEN_SECONDS = 15.0
HEAD = (
    f"{'calls':<20} {'number':>7} {'a second':>8} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'errors':>6} {'B sent':>7} {'B recvd':>8}"
    f" {'nodes':>7} {'primary':>7} {'standby':>7} {'nginx':>6} {'driver':>6} {'log B':>7}"
)


class Meter:
    """Processor seconds of each part, and bytes of the primary's write-ahead log, since the last look."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.before = self._now()

    def since(self) -> list[float]:
        """Return what was used since the last look: nodes together, primary, standby, nginx, this process; and bytes of log."""
        before, self.before = self.before, self._now()
        return [now - then for now, then in zip(self.before, before, strict=True)]

    def _now(self) -> list[float]:
        (position,) = self.cluster.primary.execute("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')")[0]
        nodes = sum(node.process.cpu() for node in self.cluster.nodes)
        others = [process.cpu() for process in (self.cluster.primary.process, self.cluster.standby.process, self.cluster.proxy.process)]
        return [nodes, *others, time.process_time(), float(position)]


def row(phase: Phase, used: Sequence[float]) -> str:
    """Return the line of the table: milliseconds of processor time a call in each part."""
    count = max(len(phase.seconds), 1)
    p50, p95, p99 = (percentile(phase.seconds or [0.0], share) * 1000 for share in (0.50, 0.95, 0.99))
    nodes, primary, standby, nginx, driver = (seconds / count * 1000 for seconds in used[:5])
    return (
        f"{phase.name:<20} {count:>7} {count / phase.elapsed:>8.1f} {p50:>8.1f} {p95:>8.1f} {p99:>8.1f} {sum(phase.errors.values()):>6}"
        f" {phase.sent / count:>7.0f} {phase.received / count:>8.0f} {nodes:>7.2f} {primary:>7.2f} {standby:>7.2f} {nginx:>6.2f} {driver:>6.2f}"
        f" {used[5] / count:>7.0f}" + (f"  {dict(phase.errors)}" if phase.errors else "")
    )


async def pulse(sitter: Sitter, phase: Phase) -> None:
    """Tell that somebody is there, as the page does twice a minute."""
    body = json.dumps({"device": "made", "turn": sitter.seq // TURN, "unsent": 0, "mark": 0, "events": []}).encode()
    await phase.call(sitter.connection, 200, "POST", f"/papers/{sitter.code}/pulse", body, **JSON, X_CSRFToken=sitter.csrf)


async def sit(cluster: Cluster, sitters: Sequence[Sitter], saves: int, rate: float) -> None:
    """Drive everybody through the whole sitting."""
    meter = Meter(cluster)

    async def measured(phase: Phase, work: Awaitable[object]) -> None:
        meter.since()
        begun = time.perf_counter()
        await work
        phase.elapsed = time.perf_counter() - begun
        print(row(phase, meter.since()), flush=True)

    async def all_at_once(name: str, act: Callable[[Sitter, Phase], Awaitable[None]]) -> None:
        phase = Phase(name)
        await measured(phase, each(sitters, lambda sitter: act(sitter, phase)))

    print(HEAD, flush=True)
    for name, act in (("admission page", see_admission), ("log-in by code", come_in), ("notice", see_notice), ("start", start)):
        await all_at_once(name, act)
    for name, act in (("sitting page", see_paper), ("desk", take_desk), ("pulse", pulse)):
        await all_at_once(name, act)
    closed, paced = Phase("saves, closed loop"), Phase(f"saves, open {rate:.0f}/s")
    await measured(closed, saves_closed(sitters, closed, saves))
    await measured(paced, saves_open(sitters, paced, rate, OPEN_SECONDS))
    for name, act in (("submit", submit), ("result", see_result)):
        await all_at_once(name, act)


def main(arguments: Sequence[str]) -> int:
    """Run everything and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nodes")
    parser.add_argument("--nodes", type=int, default=NODES)
    parser.add_argument("--sitters", type=int, default=200)
    parser.add_argument("--saves", type=int, default=20, help="of each sitter in the closed loop")
    parser.add_argument("--rate", type=float, default=100.0, help="saves a second of the open loop")
    given = parser.parse_args(arguments)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 8192)), hard))
    with running_cluster(given.nodes) as cluster:
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}; {given.nodes} nodes, {given.sitters} sitters", flush=True)
        url = usable_url(cluster.url)
        codes = make_county(url, given.sitters, cluster.key)
        sitters = make_sitters(url, cluster.port, codes)
        asyncio.run(sit(cluster, sitters, given.saves, given.rate))
        is_whole = verify(url, sitters)
        for table in ("response", "mark", "paper", "attempt"):
            (size,) = cluster.primary.execute(f"SELECT pg_total_relation_size('{table}')")[0]
            print(f"{table}: {size / given.sitters / 1000:.1f} kB a person")
        print(f"load afterwards {os.getloadavg()[0]:.2f}")
    return 0 if is_whole else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
