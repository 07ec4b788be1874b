"""How long the statistics of a million responses take, and how much memory.

`python -m benchmarks.statistics [PERSONS ITEMS EACH]`, by default 20000 people on a common paper of 50 questions, then the same number of answers on
papers of 50 drawn from 2,000 questions. Each phase stands beside a floor of the same run: what plain numpy needs to touch the same columns in the
simplest way that gives facility, variance, the correlation with the rest and the totals (no ties, no groups, no intervals, no checks). Times are
processor seconds of one process and of all its threads; memory is the peak so far. `--stored` also fills a SQLite file with a sitting of that
size and reads it back as the page does.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
from sqlalchemy import insert

from quiz.core.access import command_line
from quiz.core.question import Level, Option, Question, QuestionType, Source
from quiz.core.statistics.analysis import analyse, fit_models
from quiz.core.statistics.calibration import Model
from quiz.core.statistics.marks import MarkTable, mark_table
from quiz.core.statistics.options import Chosen
from quiz.core.statistics.similarity import screen
from quiz.core.statistics.values import Item
from quiz.storage import banks, migrate
from quiz.storage.engine import make_engine, reading, writing
from quiz.storage.tables import (
    AttemptRow,
    CadreRow,
    DocumentRow,
    GradingRow,
    MarkRow,
    PaperRow,
    QuestionUseRow,
    ResponseRow,
    SittingRow,
    UnitRow,
)
from quiz.usecases.item_analysis import analyse_sitting

LETTERS = "ABCD"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@dataclass(frozen=True)
class Made:
    """Answers of so many people to questions with four options: who met which, what was right, which option was chosen (0 is the key)."""

    table: MarkTable
    option: Any
    items: list[Item]


def made(persons: int, items: int, each: int) -> Made:
    """Answers from known abilities; everybody meets `each` questions, all of them where there are no more."""
    chance = np.random.default_rng(each)
    ability, difficulty, slope = chance.normal(size=persons), chance.normal(-0.7, 1, items), np.exp(chance.normal(0, 0.3, items))
    if each == items:
        item = np.tile(np.arange(items), persons)
    else:
        item = np.concatenate([np.sort(chance.choice(items, each, replace=False)) for _ in range(persons)])
    person = np.repeat(np.arange(persons), each)
    right = chance.random(len(item)) < 1 / (1 + np.exp(-slope[item] * (ability[person] - difficulty[item])))
    option = np.where(right, 0, chance.integers(1, 4, len(item)))
    known = [Item(f"q{n:05}", tuple(LETTERS), frozenset("A"), guess=0.25) for n in range(items)]
    return Made(mark_table(person, item, 2.0 * right, 2.0, persons, items), option, known)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the processor seconds of some work, and its result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def megabytes() -> float:
    """Return the largest memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def floor(found: Made) -> Any:
    """The floor: counts, means, variances, correlations with the rest of the total, in numpy's fewest passes."""
    table = found.table
    n, total = np.bincount(table.item, minlength=table.items), np.bincount(table.person, table.mark)
    rest = total[table.person] - table.mark
    sums = [np.bincount(table.item, values, minlength=table.items) for values in (table.mark, rest, table.mark**2, rest**2, table.mark * rest)]
    x, y, xx, yy, xy = (column / np.maximum(n, 1) for column in sums)
    options = np.bincount(table.item * 4 + found.option, minlength=4 * table.items)
    with np.errstate(all="ignore"):
        return x, (xy - x * y) / np.sqrt((xx - x * x) * (yy - y * y)), total.mean(), total.std(), options


def matrix_floor(found: Made) -> Any:
    """The floor of a model: one pass of posterior probabilities over 61 points, the core of a round of expectation-maximisation."""
    table = found.table
    nodes = np.linspace(-4, 4, 61)
    if table.is_common:
        marks = table.matrix()
        logs = np.outer(marks.sum(axis=1), nodes)
    else:
        logs = np.outer(np.bincount(table.person, table.mark, minlength=table.persons), nodes)
    weighed = np.exp(logs - logs.max(axis=1, keepdims=True))
    return (weighed / weighed.sum(axis=1, keepdims=True)).sum(axis=0)


def measure(persons: int, items: int, each: int) -> None:
    """Print one block."""
    found = made(persons, items, each)
    table, chosen = found.table, Chosen(np.arange(len(found.option)), found.option)
    kind = "a common paper" if table.is_common else f"papers of {each} from {items:,}"
    print(f"{len(table.item):,} answers of {persons:,} people on {kind}", flush=True)
    bare, _ = timed(lambda: floor(found))
    seconds, _ = timed(lambda: analyse(table, found.items, chosen))
    print(f"  items, options, groups, totals, flags: {seconds:.2f} s; floor {bare:.3f} s ({seconds / bare:.0f}×); {megabytes():.0f} MB", flush=True)
    sides = (np.arange(persons) % 2).tolist()
    with_groups, _ = timed(lambda: analyse(table, found.items, chosen, groups=[("a", sides)]))
    print(f"  the same with one comparison of groups: {with_groups:.2f} s", flush=True)
    once, _ = timed(lambda: matrix_floor(found))
    for model in (Model.RASCH, Model.TWO_PARAMETER):
        seconds, fits = timed(partial(fit_models, table, (model,)))
        fit = fits[model]
        print(f"  {model}: {seconds:.2f} s in {fit.rounds} rounds; floor of a round {once:.3f} s; {megabytes():.0f} MB", flush=True)
    seconds, similar = timed(lambda: screen(table, found.option - 1))
    print(f"  similarity of {similar.pairs:,} pairs: {seconds:.2f} s, {len(similar.leads)} leads; {megabytes():.0f} MB", flush=True)


def stored(persons: int, items: int, each: int) -> None:
    """Print what reading and analysing a stored sitting of that size takes, as the page does it."""
    found = made(persons, items, each)
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/made.db")
        migrate.upgrade(engine)
        fill(engine, found, each)
        with reading(engine) as db:
            whole, result = timed(lambda: analyse_sitting(db, command_line("benchmark"), "made", NOW))
        print(f"  from SQLite, models included: {whole:.2f} s, {result.analysis.totals.answers:,} answers; {megabytes():.0f} MB", flush=True)
        engine.dispose()


def fill(engine: Any, found: Made, each: int) -> None:
    """Store the answers as a sitting that is over."""
    table = found.table
    with writing(engine) as db:
        unit = UnitRow(code="X", name="县", kind="county", path="/X/")
        plan = DocumentRow(kind="blueprint", code="b", number=1, title="t", digest="d", content="{}", published_at=NOW)
        db.add_all([unit, plan])
        db.flush()
        opens = NOW.replace(year=2025)
        sitting = SittingRow(
            code="made", title="t", blueprint_id=plan.id, group="{}", opens_at=opens, closes_at=opens.replace(hour=2), minutes=60, release="on_close",
            max_mark=10000, pass_mark=6000, seed=b"k" * 32, snapshot="{}", commitment="0" * 64, created_at=opens, created_by="benchmark",
        )  # fmt: skip
        db.add(sitting)
        db.flush()
        banks.save_revisions(db, [(question(item.name), f"{n:064}", None) for n, item in enumerate(found.items)], opens, "benchmark")
        names = [f'"{item.name}"' for item in found.items]
        db.execute(insert(QuestionUseRow), [{"sitting_id": sitting.id, "question_uid": i.name, "revision": 1, "papers": 1} for i in found.items])
        people = range(1, table.persons + 1)
        db.execute(insert(CadreRow), [{"id": n, "number": f"C{n:06}", "name": "某", "unit_id": unit.id, "groups": "[]"} for n in people])
        asked = table.item.reshape(table.persons, each)
        own = {"sitting_id": sitting.id, "unit_id": unit.id, "post": "", "digest": "d", "content": "{}"}
        papers = [{"id": n, "cadre_id": n, "code": f"p{n}", "seat": n, "questions": f"[{','.join(names[i] for i in asked[n - 1])}]"} for n in people]
        db.execute(insert(PaperRow), [{**own, **row} for row in papers])
        own = {"sitting_id": sitting.id, "started_at": opens, "deadline_at": opens, "submitted_at": opens, "closed_by": "trainee"}
        db.execute(insert(AttemptRow), [{"id": n, "paper_id": n, "cadre_id": n, **own} for n in people])
        own = {"sitting_id": sitting.id, "number": 1, "score": 0, "max_score": 0, "pending": 0, "reason": "submitted", "graded_at": opens}
        db.execute(insert(GradingRow), [{"id": n, "attempt_id": n, **own} for n in people])
        for start in range(0, len(table.item), 100_000):
            rows = range(start, min(start + 100_000, len(table.item)))
            own = {"sitting_id": sitting.id, "device": "d", "state": "accepted", "received_at": opens}
            values = [f'["{LETTERS[found.option[k]]}"]' for k in rows]
            places = [{"id": k + 1, "attempt_id": k // each + 1, "slot": k % each + 1, "seq": k % each + 1} for k in rows]
            db.execute(insert(ResponseRow), [{**own, **place, "value": value} for place, value in zip(places, values, strict=True)])
            own = {"sitting_id": sitting.id, "max_mark": 200, "rule": "all_or_nothing", "detail": "{}"}
            marks = [{"mark": int(100 * table.mark[k]), "why": "right" if table.mark[k] else "wrong", "response_id": k + 1} for k in rows]
            slots = [{"grading_id": k // each + 1, "slot": k % each + 1} for k in rows]
            db.execute(insert(MarkRow), [{**own, **slot, **mark} for slot, mark in zip(slots, marks, strict=True)])


def question(uid: str) -> Question:
    """A question with four options, the first of which is right."""
    return Question(
        uid=uid,
        type=QuestionType.SINGLE,
        category="general/made",
        area="water",
        department="县水利局",
        stem=uid,
        level=Level.RECALL,
        topic="t",
        source=Source("某办法", "某部", "第一条"),
        explanation="说明",
        valid_from=NOW.date(),
        options=tuple(Option(letter, f"选项{letter}") for letter in LETTERS),
        key=frozenset("A"),
    )


def main(words: list[str]) -> None:
    """Print a block for a common paper and one for differing papers."""
    sizes = [int(word) for word in words if word.isdigit()]
    shapes = [tuple(sizes)] if len(sizes) == 3 else [(20_000, 50, 50), (20_000, 2_000, 50)]
    for shape in shapes:
        measure(*shape)
        if "--stored" in words:
            stored(*shape)


if __name__ == "__main__":
    main(sys.argv[1:])
