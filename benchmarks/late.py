"""How long one late paper takes beside the size of the bank: `python -m benchmarks.late [N …]`, by default 1000 10000 100000 questions.

For each size a made-up bank of twelve areas, three types and three levels of difficulty, papers of fifty questions under three limits, rivals,
history and a used half of the bank; 300 people, one paper each. What is in memory for all of them (kinds, rivals) is not counted.
"""

from __future__ import annotations

import random
import statistics
import sys
import time

from quiz.assembly.late import Around, draw_one
from quiz.assembly.plan import make_plan
from quiz.assembly.problem import Desk, DrawCell, DrawLimit, Item, Problem

AREAS, BANDS = 12, ((35, 13, 17), (45, 23, 27), (20, 8, 12))
WANTED = (20, 10, 20)
PEOPLE = 300


def make_problem(size: int, chance: random.Random) -> Problem:
    """A made-up bank with its plan."""
    kinds: dict[tuple[int, int, int], int] = {}
    items = []
    weights = [chance.lognormvariate(0, 0.6) for _ in range(AREAS)]
    for number in range(size):
        area, type_, band = (chance.choices(range(len(w)), w)[0] for w in (weights, [4, 2, 4], [share for share, *_ in BANDS]))
        kind = kinds.setdefault((area, type_, band), len(kinds))
        items.append(Item(f"q{number:06}", "", kind, number // 10, chance.randint(300, 950)))
    cells = []
    for type_, wanted in enumerate(WANTED):
        for area in range(AREAS):
            count = wanted // AREAS + (area < wanted % AREAS)
            if count:
                cells.append(DrawCell(count, 200, tuple(k for (a, t, _), k in kinds.items() if (a, t) == (area, type_))))
    limits = [DrawLimit(tuple(k for (_, _, b), k in kinds.items() if b == band), least, most) for band, (_, least, most) in enumerate(BANDS)]
    sizes = [0] * len(kinds)
    for item in items:
        sizes[item.kind] += 1
    plan = make_plan(cells, limits, sizes, 1000)
    assert plan is not None
    rivals = tuple(tuple(sorted(chance.sample(range(size), 2))) for _ in range(size // 20))
    return Problem(tuple(items), tuple(cells), tuple(limits), plan.tables, (), rivals, topic_cap=2, gap=12)


def measure(size: int) -> tuple[float, float, float, float]:
    """Return the median, the slowest hundredth and the slowest in milliseconds, and the furthest expected score from the target in marks."""
    chance = random.Random(size)  # noqa: S311
    problem = make_problem(size, chance)
    assert problem.members
    assert problem.rivalries
    used = dict.fromkeys(chance.sample(range(size), size // 2), 1)
    near = frozenset(chance.sample(range(size), min(550, size // 4)))
    target, seconds, off = 50 * 200 * 630, [], 0
    for number in range(PEOPLE):
        desk = Desk(f"C{number}", own=frozenset(chance.sample(range(size), 20)), seen=frozenset(chance.sample(range(size), 100)))
        begin = time.process_time()
        picks = draw_one(problem, bytes(32), desk, Around(used, near, target=target))
        seconds.append(time.process_time() - begin)
        assert picks is not None
        off = max(off, abs(sum(200 * problem.items[item].facility for _, item in picks) - target))
    seconds.sort()
    return 1000 * statistics.median(seconds), 1000 * seconds[-3], 1000 * seconds[-1], off / 100_000


def main(arguments: list[str]) -> None:
    """Print a row for each size."""
    print("| questions | median ms | 99 % ms | slowest ms | furthest from the target, marks |\n|---|---|---|---|---|")
    for size in [int(argument) for argument in arguments] or [1000, 10_000, 100_000]:
        median, late, slowest, off = measure(size)
        print(f"| {size:,} | {median:.1f} | {late:.1f} | {slowest:.1f} | {off:.2f} |")


if __name__ == "__main__":
    main(sys.argv[1:])
