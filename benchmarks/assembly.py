"""How long drawing the papers of a sitting takes and how good they are.

`python -m benchmarks.assembly [N …]`, by default 2000 20000 100000 questions: 10,000 papers of 50 slots over 12 areas × 3 types × 3 bands of
difficulty from made-up banks of N questions, in rooms of 6 × 5 seats filled in snake order. A second sitting avoids what everybody had in the
first. Times are processor seconds of one core beside the floor of the same run: sampling as many ids a paper from ready lists, with no rule
but the type. Exposure and overlap stand beside the smallest possible: `ceil(papers × lowest rate)` for the largest exposure (a linear
programme over all mixtures of tables), and for the mean overlap of two papers the optimum of the same programme without a bound on exposure.
"""

from __future__ import annotations

import math
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from quiz.assembly.check import faults
from quiz.assembly.deal import Given, deal, share_tables
from quiz.assembly.equalise import equalise, expected_scores
from quiz.assembly.late import Around, draw_one
from quiz.assembly.papers import Sheet, make_paper
from quiz.assembly.plan import Plan, Shape, make_plan
from quiz.assembly.pool import Pool, make_pool
from quiz.assembly.problem import Desk, Problem
from quiz.assembly.state import State
from quiz.core.blueprint import Band, Blueprint, Cell, Limit, Section
from quiz.core.collector import uncollected
from quiz.core.question import AREAS, TRUE_OPTIONS, Level, Option, Question, QuestionType, Revision, Source
from quiz.core.rule import Rule
from quiz.core.seed import paper_key
from quiz.storage import migrate
from quiz.storage.engine import make_engine, writing
from quiz.storage.new_papers import NewPaper, save_papers
from quiz.storage.tables import CadreRow, DocumentRow, PaperRow, SittingRow, UnitRow

SIZES = (2_000, 20_000, 100_000)
PAPERS = 10_000
PER_AREA = (8, 7, 6, 5, 5, 4, 4, 3, 3, 2, 2, 1)
PER_TYPE = {QuestionType.SINGLE: (20, "2"), QuestionType.MULTIPLE: (10, "4"), QuestionType.TRUE_FALSE: (20, "1")}
PER_BAND = {Band.EASY: 15, Band.MEDIUM: 25, Band.HARD: 10}
RANGE = {Band.EASY: (0.80, 0.95), Band.MEDIUM: (0.55, 0.79), Band.HARD: (0.20, 0.49)}
ROWS, COLUMNS = 6, 5
KEY = b"k" * 32
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def made_blueprint() -> Blueprint:
    """Return the blueprint: a section a type, the areas and bands as limits of the whole paper, two questions a knowledge point at most."""
    sections = tuple(Section(kind.value, kind, Decimal(each), (Cell(count),), Rule()) for kind, (count, each) in PER_TYPE.items())
    areas = tuple(Limit(Cell(0, areas=(area,)), count, count) for area, count in zip(AREAS, PER_AREA, strict=True))
    bands = tuple(Limit(Cell(0, bands=(band,)), count, count) for band, count in PER_BAND.items())
    return Blueprint("made", "试卷", 60, Decimal(60), sections, limits=areas + bands, topic_cap=2)


def made_bank(size: int) -> list[Revision]:
    """Return questions whose areas, types and bands are as lumpy as real banks are."""
    chance = random.Random(size)  # noqa: S311
    weights = [count**0.8 * math.exp(chance.gauss(0, 0.25)) for count in PER_AREA]
    areas = chance.choices(list(AREAS), weights, k=size)
    kinds = chance.choices(list(PER_TYPE), [50, 25, 25], k=size)
    bands = chance.choices(list(PER_BAND), [35, 45, 20], k=size)
    topics = max(4, size // 72)
    bank = []
    for number, (area, kind, band) in enumerate(zip(areas, kinds, bands, strict=True)):
        options = (
            TRUE_OPTIONS if kind is QuestionType.TRUE_FALSE else tuple(Option(c, f"选项{c}：第{number}题的一种说法，写得像真的一样") for c in "ABCD")
        )
        question = Question(
            uid=f"q{number:06}",
            type=kind,
            category="general/made",
            area=area,
            department="县水利局",
            stem=f"第{number}题：按照有关规定，下列说法正确的是（　　）。" + "题" * 40,
            level=Level.RECALL,
            topic=str(chance.randrange(topics)),
            source=Source("某办法", "某部", "第一条", issued_on=date(2026, 1, 1)),
            explanation="依据、道理和做法。" * 10,
            valid_from=date(2026, 1, 1),
            options=options,
            key=frozenset("T" if kind is QuestionType.TRUE_FALSE else "A"),
            keep_order=kind is QuestionType.TRUE_FALSE,
            difficulty=Decimal(round(chance.uniform(*RANGE[band]), 3)).quantize(Decimal("0.001")),
        )
        bank.append(Revision(1, f"{number:064}", question))
    return bank


def made_problem(pool: Pool, blueprint: Blueprint, plan: Plan, seen: Sequence[Iterable[int]] | None = None) -> Problem:
    """Return the draw: every twentieth question has a rival, neighbours are those within two rows."""
    chance = random.Random(len(pool.items))  # noqa: S311
    mixed = chance.sample(range(len(pool.items)), len(pool.items) // 20 // 2 * 2)
    rivals = tuple(tuple(sorted(pair)) for pair in zip(mixed[::2], mixed[1::2], strict=True))
    desks = tuple(Desk(f"C{n:05}", seen=frozenset(seen[n]) if seen else frozenset()) for n in range(PAPERS))
    return Problem(pool.items, pool.cells, pool.limits, plan.tables, desks, rivals, blueprint.topic_cap, gap=2 * COLUMNS)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the processor seconds of some work, and its result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def sample_ids(pool: Pool) -> float:
    """Return the seconds of the floor: for every paper as many ids of each type as it needs, from ready lists."""
    chance = random.Random(1)  # noqa: S311
    lists = [[number for number, item in enumerate(pool.items) if item.kind in set(cell.kinds)] for cell in pool.cells]
    seconds, _ = timed(lambda: [[chance.sample(found, cell.count) for found, cell in zip(lists, pool.cells, strict=True)] for _ in range(PAPERS)])
    return seconds


def neighbours() -> list[tuple[int, int]]:
    """Return the pairs of places that sit beside, before or aslant of each other in rooms filled in snake order."""
    at = {}
    for place in range(ROWS * COLUMNS):
        row, column = divmod(place, COLUMNS)
        at[row, column if row % 2 == 0 else COLUMNS - 1 - column] = place
    steps = ((0, 1), (1, 0), (1, 1), (1, -1))
    room = [(at[r, c], at[r + dr, c + dc]) for r, c in at for dr, dc in steps if (r + dr, c + dc) in at]
    return [(start + a, start + b) for start in range(0, PAPERS - ROWS * COLUMNS + 1, ROWS * COLUMNS) for a, b in room]


def quality(problem: Problem, state: State) -> dict[str, float]:
    """Return what the papers are worth."""
    papers = [{item for _, item in picks} for picks in state.picks]
    uses = Counter(item for paper in papers for item in paper)
    pairs = neighbours()
    scores = [score / 100_000 for score in expected_scores(state)]
    return {
        "exposure": max(uses.values()),
        "overlap": sum(n * (n - 1) for n in uses.values()) / (PAPERS * (PAPERS - 1)),
        "apart": sum(papers[a].isdisjoint(papers[b]) for a, b in pairs) / len(pairs),
        "range": max(scores) - min(scores),
        "wrong": len(faults(problem, state.picks)),
    }


def overlap_floor(pool: Pool) -> float:
    """Return the least mean overlap of two papers that the blueprint and the bank allow."""
    shape = Shape(pool.cells, pool.limits, pool.sizes)
    used: Counter[int] = Counter()
    for (kind, _), share in zip(shape.pairs, shape.spread(min(1.0, 4 * shape.lowest_rate()), 200), strict=True):
        used[kind] += share
    return sum(PAPERS * x * (PAPERS * x / pool.sizes[kind] - 1) for kind, x in used.items()) / (PAPERS * (PAPERS - 1))


def store(pool: Pool, blueprint: Blueprint, state: State) -> tuple[float, float, float]:
    """Return the seconds of freezing all papers and of storing them durably in a new SQLite file, and its size in MB."""
    sheet = Sheet("made", "试卷", blueprint, pool.places)
    chosen = [[(cell, pool.revisions[item]) for cell, item in picks] for picks in state.picks]
    with uncollected():
        freezing, papers = timed(lambda: [make_paper(sheet, paper_key(KEY, f"C{n:05}"), found) for n, found in enumerate(chosen)])
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/made.db")
        migrate.upgrade(engine)
        with writing(engine) as db:
            unit = UnitRow(code="X", name="县", kind="county", path="/X/")
            plan = DocumentRow(kind="blueprint", code="b", number=1, title="t", digest="d", content="{}", published_at=NOW)
            db.add_all([unit, plan])
            db.flush()
            cadres = [CadreRow(number=f"C{n:05}", name="某", unit_id=unit.id) for n in range(PAPERS)]
            sitting = SittingRow(
                code="made", title="t", blueprint_id=plan.id, group="{}", opens_at=NOW, closes_at=NOW.replace(hour=2), minutes=60, release="on_close",
                max_mark=10000, pass_mark=6000, seed=KEY, snapshot="{}", commitment="0" * 64, created_at=NOW, created_by="benchmark",
            )  # fmt: skip
            db.add_all([*cadres, sitting])
            db.flush()
            new = [NewPaper(cadre, "", paper, seat) for seat, (cadre, paper) in enumerate(zip(cadres, papers, strict=True), 1)]
            start = time.process_time()
            save_papers(db, sitting, new)
            storing = time.process_time() - start
            start = time.process_time()
        storing += time.process_time() - start
        with writing(engine) as db:
            assert len(db.scalars(select(PaperRow.id)).all()) == PAPERS
        engine.dispose()
        size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
    return freezing, storing, size


def share_and_deal(problem: Problem, state: State) -> Given:
    """Deal, with the tables shared out first, as `draw` does."""
    return deal(state, share_tables(problem, KEY), KEY)


def main(sizes: list[int]) -> None:
    """Print one block a bank."""
    blueprint = made_blueprint()
    for size in sizes:
        bank = made_bank(size)
        sorting, pool = timed(partial(make_pool, blueprint, bank, {}))
        bare = sample_ids(pool)
        print(f"{size:,} questions, {PAPERS:,} papers of 50; kinds {len(pool.sizes)}, smallest {min(pool.sizes)}; floor {bare:.2f} s", flush=True)
        seen: list[set[int]] | None = None
        for label in ("first sitting", "second sitting"):
            planning, plan = timed(partial(make_plan, pool.cells, pool.limits, pool.sizes, PAPERS))
            problem = made_problem(pool, blueprint, plan, seen)
            state = State(problem)
            with uncollected():  # as `draw` does
                dealing, given = timed(partial(share_and_deal, problem, state))
                before = quality(problem, state)["range"]
                equalising, swaps = timed(partial(equalise, state, KEY))
            found = quality(problem, state)
            least = math.ceil(plan.lowest_rate * PAPERS - 1e-6)
            low = overlap_floor(pool)
            print(
                f"  {label}: plan {planning:.2f} + deal {dealing:.2f} = {planning + dealing:.2f} s; equalise {equalising:.2f} s, {swaps} swaps;"
                f" exposure {found['exposure']:.0f} (floor {least}, {found['exposure'] / least:.3f}×);"
                f" overlap {found['overlap']:.4f} (floor {low:.4f}, {found['overlap'] / low:.3f}×);"
                f" neighbours sharing nothing {found['apart']:.2%}; had before {given.seen};"
                f" expected scores within {before:.2f} → {found['range']:.2f};"
                f" unfilled {len(given.stuck)}, rules broken {found['wrong']:.0f}",
                flush=True,
            )
            seen = [{item for _, item in picks} for picks in state.picks]
        used, target = Counter(item for picks in state.picks for _, item in picks), sum(expected_scores(state)) // PAPERS
        around = Around(used=used, target=target)
        late = [timed(partial(draw_one, problem, KEY, Desk(f"L{n}"), around))[0] for n in range(200)]
        freezing, storing, megabytes = store(pool, blueprint, state)
        print(
            f"  sorting the bank into kinds {sorting:.2f} s; freezing {freezing:.2f} + storing {storing:.2f} = {freezing + storing:.2f} s,"
            f" {megabytes:.0f} MB; one late paper {sorted(late)[100] * 1000:.2f} ms",
            flush=True,
        )


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or list(SIZES))
