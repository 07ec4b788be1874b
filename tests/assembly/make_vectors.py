"""Makes tests/assembly/vectors.json anew: `python -m tests.assembly.make_vectors`. Only when the specification gets a new version."""

import json
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

from quiz.assembly.amend import replace_everywhere
from quiz.assembly.derive import ADD, REPLACE, Amendment, derive, log_of, seat_late
from quiz.assembly.plan import make_plan
from quiz.assembly.pool import make_pool
from quiz.assembly.problem import Desk, DrawCell, DrawLimit, Item, Problem
from quiz.assembly.proof import FORMAT, item_of, orders_of
from quiz.assembly.snapshot import read_member, write_problem
from quiz.core.blueprint import Cell
from quiz.core.canonical import digest
from quiz.core.frozen import freeze
from quiz.core.question import Revision
from quiz.core.roster import Cadre, Post, PostKind
from quiz.core.seed import exam_key, snapshot_digest
from quiz.core.template import Template, TemplateRevision
from quiz.usecases import drawing
from quiz.usecases.material import Material
from quiz.usecases.personal_part import Binder, roster_entry
from tests.usecases import conftest as county
from tools.check_vectors import VECTORS, draw_of, keys_of, stream_of

SEED = bytes(range(32))


def items_of(count, kinds, topics):
    return tuple(Item(f"q{n:03}", digest(n), n % kinds, n % topics, 350 + 37 * n % 600) for n in range(count))


def problem_of(items, cells, limits, papers, desks, **parts):
    sizes = [sum(item.kind == kind for item in items) for kind in range(1 + max(item.kind for item in items))]
    plan = make_plan(cells, limits, sizes, papers)
    return Problem(items, cells, limits, plan.tables, desks, **parts)


def draws():
    """A draw with everything in it, one so narrow that papers must be searched, and one of forms."""
    cells = (DrawCell(3, 200, (0, 1)), DrawCell(2, 100, (1, 2)), DrawCell(0, 200, ()), DrawCell(0, 200, (0, 2), 2))
    limits = (DrawLimit((0,), 1, 2), DrawLimit((2,), 0, 1))
    desks = tuple(
        Desk(
            f"C{n:02}", ((3, 1),) if n % 3 == 0 else (), frozenset({n, 11}) if n < 6 else frozenset(), frozenset(range(n, n + 4)), 100_000 + 9000 * n
        )
        for n in range(12)
    )
    rivals = ((0, 3), (1, 4, 7), (6, 9))
    full = problem_of(items_of(36, 3, 12), cells, limits, 12, desks, rivals=rivals, topic_cap=1, gap=9, tolerance=5)
    few = tuple(Desk(f"D{n}", (), frozenset({n}), frozenset(range(3, 9))) for n in range(6))
    narrow = problem_of(items_of(9, 2, 5), (DrawCell(2, 100, (0,)), DrawCell(2, 100, (1,))), (), 6, few, rivals=((0, 1), (2, 3), (4, 5)), topic_cap=1)
    forms = replace(problem_of(items_of(36, 3, 12), cells, limits, 3, desks, rivals=rivals, topic_cap=1, tolerance=5), forms=3)
    for name, problem in (("everything", full), ("narrow", narrow), ("forms", forms)):
        entry = {"name": name, "key": digest(name), "problem": write_problem(problem)}
        yield {**entry, **draw_of(entry)}


def sitting():
    """The proof of a sitting with local questions, a replaced question and somebody late."""
    more = [county.make_question(f"single-x{n}") for n in range(5)]
    questions = [Revision(1, digest(freeze(q)), q) for q in (*county.QUESTIONS, *more) if not isinstance(q, Template) and q.uid != "expired"]
    templates = [TemplateRevision(1, digest(freeze(t)), t) for t in county.QUESTIONS if isinstance(t, Template)]
    section = county.PLAN.sections[0]
    cells = (section.cells[0], replace(section.cells[1], instead=Cell(1, areas=("water",))))
    blueprint = replace(county.PLAN, sections=(replace(section, cells=cells), *county.PLAN.sections[1:]))
    material = Material(
        plan=county.sitting_plan(),
        blueprint=blueprint,
        blueprint_row=SimpleNamespace(digest=digest(freeze(blueprint))),
        dataset=county.DATASET,
        dataset_row=SimpleNamespace(digest=digest(freeze(county.DATASET))),
        cadres=list(county.ROSTER.cadres),
        general=questions,
        templates=templates,
        day=date(2026, 11, 22),
        own={"C2": frozenset({"single-0"})},
        seen={"C1": frozenset({"single-1", "multiple-0"})},
    )
    prepared = drawing.prepare(material, SEED)
    snapshot = prepared.snapshot
    first = derive(SEED, snapshot, blueprint, [])
    faulty = next(e.uid for e in first.papers["C1", 1].entries if e.uid.startswith("single"))
    done, stuck = replace_everywhere(first.board, 1, faulty, frozenset({faulty}))
    assert not stuck
    changes = [Amendment(1, REPLACE, {"question": faulty, "barred": [faulty], "papers": log_of(first.board, done)})]
    late = Cadre("C4", "", "T02", (), (Post(PostKind.TOWNSHIP_LEADER, "T02", date(2024, 1, 1)),))
    pool = make_pool(blueprint, questions, {})
    scopes = sorted({template.template.scope for template in templates})
    entry = roster_entry(blueprint, pool.places, late, material.day, scopes, county.DATASET.index(), [])
    detail = {"cadre": "C4", "seat": 4, "member": entry, "own": [2], "seen": [1], "local": 120_000, "barred": [faulty], "form": ""}
    assert seat_late(first.board, read_member(snapshot["local"], entry), detail, frozenset({faulty})) is not None
    changes.append(Amendment(2, ADD, detail))
    derived = derive(SEED, snapshot, blueprint, changes)
    assert not derived.faults
    bound = Binder(county.DATASET, templates, exam_key(SEED, snapshot_digest(snapshot)))
    known = {revision.question.uid: revision for revision in questions}
    uids = sorted({e.uid for standing in derived.papers.values() for e in standing.entries})
    items = {uid: item_of((known[uid] if uid in known else bound(uid)).question) for uid in uids}
    papers = []
    for standing in derived.papers.values():
        slots = [(slot, entry) for entry in standing.entries for slot in items[entry.uid]]
        papers.append({
            "number": standing.number, "attempt": standing.attempt, "code": standing.code, "form": standing.form,
            "questions": [slot[0] for slot, _ in slots], "options": [orders_of(slot, entry)[0] for slot, entry in slots],
        })  # fmt: skip
    return {
        "format": FORMAT, "sitting": "s1", "seed": SEED.hex(), "commitment": derived.commitment, "snapshot": snapshot,
        "blueprint": freeze(blueprint), "amendments": [[c.number, c.kind, c.detail] for c in changes], "papers": papers, "items": items,
    }  # fmt: skip


def main():
    plain = {
        "seed": SEED.hex(),
        "number": "C1号",
        "beacon": "骰子 3-5-1-6",
        "snapshot": {"version": 2, "字": ["é", 1, -7, True, None], "A": {"z": 0, "a": 1}},
    }
    streams = [{"key": SEED.hex(), "label": label} for label in ("deck/0/0", "order/0", "mix/village_secretary/((1, 2),)", "opt/q1é")]
    vectors = {
        "keys": {**plain, **keys_of(plain)},
        "streams": [{**entry, **stream_of(entry)} for entry in streams],
        "draws": list(draws()),
        "sitting": sitting(),
    }
    VECTORS.write_text(
        json.dumps(vectors, ensure_ascii=False, indent=None, separators=(",", ":"), sort_keys=True).replace('{"', '\n{"') + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
