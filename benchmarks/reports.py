"""How long the reports of a large sitting take, beside the bare SQL that adds up its scores.

`python -m benchmarks.reports [PEOPLE]`, by default 10,000 cadres of 40 units with 50 questions each, stored in a SQLite file as the real ones are.
Each time is the least of several runs, in processor seconds of this process (and by the clock in brackets): other work on the machine cannot
make it less. The floor is one query that joins papers, attempts and gradings and adds up scores by unit: no posts, no newest grading, no voids.
The pages are asked for through the application, with log-in, template and everything but the network.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Engine, insert, text

from quiz.core.access import Role, command_line
from quiz.core.blueprint import Blueprint, Cell, Section
from quiz.core.marking import Rule
from quiz.core.question import AREAS, Level, Option, Question, QuestionType, Source
from quiz.settings import Settings
from quiz.storage import accounts, banks, migrate
from quiz.storage.engine import make_engine, reading, writing
from quiz.storage.tables import (
    AccountRow,
    AttemptRow,
    CadreRow,
    GradingRow,
    MarkRow,
    PaperRow,
    PostRow,
    QuestionUseRow,
    SittingRow,
    UnitRow,
)
from quiz.usecases.accounts import token_digest
from quiz.usecases.comparing import compare_sitting
from quiz.usecases.reporting import read_report
from quiz.web import create_app
from quiz.web.context import LOGIN_COOKIE

UNITS, EACH, OFFERED, RUNS = 40, 50, 600, 7
OPENS = datetime(2026, 11, 2, 1, tzinfo=UTC)
NOW = OPENS + timedelta(days=2)
POSTS = ("township_leader", "township_staff", "first_secretary", "team_member", "village_secretary")
PADDING = "x" * 9_000
"""A stored paper is some 10 kB."""

FLOOR = text(
    "SELECT p.unit_id, count(*), sum(g.score), max(g.score), sum(g.score >= 6000) FROM paper p"
    " JOIN attempt a ON a.sitting_id = p.sitting_id AND a.paper_id = p.id JOIN grading g ON g.attempt_id = a.id"
    " WHERE p.sitting_id = 1 GROUP BY p.unit_id"
)


def measured(name: str, work: Callable[[], Any], runs: int = RUNS) -> float:
    """Print and return the least processor seconds of some runs."""
    found = []
    for _ in range(runs):
        start, clock = time.process_time(), time.perf_counter()
        work()
        found.append((time.process_time() - start, time.perf_counter() - clock))
    best = min(found)
    print(f"  {name}: {1000 * best[0]:.0f} ms of processor time ({1000 * best[1]:.0f} ms by the clock)", flush=True)
    return best[0]


def question(number: int) -> Question:
    """A single choice."""
    return Question(
        uid=f"q{number:04}", type=QuestionType.SINGLE, category="general/made", area=list(AREAS)[number % len(AREAS)], department="县水利局",
        stem=f"题干{number}（　　）。", level=list(Level)[number % 2], topic="t", source=Source("某办法", "某部", "第一条"), explanation="说明",
        valid_from=date(2026, 1, 1), options=tuple(Option(letter, f"选项{letter}") for letter in "ABCD"), key=frozenset("A"),
    )  # fmt: skip


def fill(engine: Engine, people: int) -> None:
    """Store a sitting that is over: everybody has another paper, one in twenty never came."""
    chance = np.random.default_rng(7)
    cells = tuple(Cell(1, areas=(area,)) for area in AREAS)
    plan = Blueprint("made", "蓝图", 60, Decimal(60), (Section("单项选择题", QuestionType.SINGLE, Decimal(2), cells, Rule()),))
    with writing(engine) as db:
        db.add(UnitRow(id=1, code="QL", name="青岚县", kind="county", path="/QL/"))
        db.add_all(UnitRow(id=n + 2, code=f"T{n:02}", name=f"第{n + 1}镇", kind="township", path=f"/QL/T{n:02}/") for n in range(UNITS))
        banks.save_document(db, "blueprint", "made", "蓝图", plan, OPENS)
        banks.save_revisions(db, [(question(n), f"{n:064}", None) for n in range(OFFERED)], OPENS, "benchmark")
        db.flush()
        times = {"opens_at": OPENS, "closes_at": OPENS + timedelta(hours=2), "created_at": OPENS, "minutes": 60}
        drawn = {"seed": b"k" * 32, "snapshot": "{}", "commitment": "0" * 64, "created_by": "benchmark"}
        marks = {"max_mark": 10000, "pass_mark": 6000, "release": "on_close"}
        db.add(SittingRow(id=1, code="made", title="一万人的考试", blueprint_id=1, group="{}", **times, **drawn, **marks))
        db.flush()
        db.execute(insert(QuestionUseRow), [{"sitting_id": 1, "question_uid": f"q{n:04}", "revision": 1, "papers": 1} for n in range(OFFERED)])
        for start in range(1, people + 1, 1000):
            add_people(db, chance, range(start, min(start + 1000, people + 1)))
        add_organiser(db)


def add_people(db: Any, chance: Any, numbers: range) -> None:
    """Store cadres with posts, papers, attempts and marks."""
    unit = {n: n % UNITS + 2 for n in numbers}
    db.execute(insert(CadreRow), [{"id": n, "number": f"C{n:06}", "name": "某", "unit_id": unit[n], "groups": "[]"} for n in numbers])
    posts = [{"cadre_id": n, "kind": POSTS[n % 5], "place_id": unit[n], "title": "", "from_on": date(2025, 1, 1), "to_on": None} for n in numbers]
    db.execute(insert(PostRow), posts)
    papers, marks, gradings = [], [], []
    sat = [n for n in numbers if n % 20]
    for n in numbers:
        asked = np.sort(chance.choice(OFFERED, EACH, replace=False)).tolist()
        areas = [list(AREAS.values())[one % len(AREAS)] for one in asked]
        slots = [{"number": slot, "section": 0, "chosen_by": area} for slot, area in enumerate(areas, 1)]
        content = json.dumps({"slots": slots, "padding": PADDING}, ensure_ascii=False)
        papers.append(
            {"id": n, "sitting_id": 1, "cadre_id": n, "code": f"p{n}", "unit_id": unit[n], "post": "", "digest": "d", "content": content, "seat": n,
             "questions": json.dumps([f"q{one:04}" for one in asked])}
        )  # fmt: skip
        right = chance.random(EACH) < 0.4 + 0.5 * chance.random()
        if n % 20:
            gradings.append(
                {"id": n, "attempt_id": n, "sitting_id": 1, "number": 1, "score": int(200 * right.sum()), "max_score": 10000, "pending": 0,
                 "reason": "submitted", "graded_at": OPENS}
            )  # fmt: skip
            marks += [
                {"grading_id": n, "sitting_id": 1, "slot": slot, "mark": 200 * int(one), "max_mark": 200, "rule": "all_or_nothing",
                 "why": "right" if one else "wrong", "detail": "{}", "response_id": None}
                for slot, one in enumerate(right.tolist(), 1)
            ]  # fmt: skip
    db.execute(insert(PaperRow), papers)
    own = {"sitting_id": 1, "started_at": OPENS, "deadline_at": OPENS, "submitted_at": OPENS, "closed_by": "trainee"}
    db.execute(insert(AttemptRow), [{"id": n, "paper_id": n, "cadre_id": n, **own} for n in sat])
    db.execute(insert(GradingRow), gradings)
    db.execute(insert(MarkRow), marks)


def add_organiser(db: Any) -> None:
    """Store an account that reads results, logged in."""
    accounts.save_account(db, AccountRow(login="o", name="组考", password_hash="-", created_at=OPENS), [Role.ORGANISER])  # noqa: S106
    db.flush()
    account = accounts.get_account(db, "o")
    assert account is not None
    accounts.save_login(db, token_digest("t"), account.id, OPENS, NOW + timedelta(days=1))


def main(words: list[str]) -> None:
    """Fill a database, print what everything takes."""
    people = int(words[0]) if words else 10_000
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/made.db"
        engine = make_engine(url)
        migrate.upgrade(engine)
        fill(engine, people)
        print(f"{people:,} cadres of {UNITS} units, {EACH} questions each, on a SQLite file of {Path(f'{folder}/made.db').stat().st_size >> 20} MB")
        chief = command_line("benchmark")
        with reading(engine) as db:
            floor = measured("floor: scores by unit in one bare query", lambda: db.execute(FLOOR).all())
            whole = measured("the report (units, kinds, posts, intervals)", lambda: read_report(db, chief, "made", NOW))
            measured("areas, groups and plan, worked out anew", lambda: compare_sitting(db, chief, "made", NOW), 3)
        app = create_app(Settings(Path(folder), url, "a key of the benchmark, long enough for one", ZoneInfo("Asia/Shanghai")), clock=lambda: NOW)
        browser = app.test_client()
        browser.set_cookie(LOGIN_COOKIE, "t")
        assert browser.get("/sittings/made/report").status_code == 200
        page = measured("the report's page, warm", lambda: browser.get("/sittings/made/report"))
        measured("areas, groups and plan: the page, first", lambda: browser.get("/sittings/made/report/areas"), 1)
        measured("areas, groups and plan: the page, again", lambda: browser.get("/sittings/made/report/areas"))
        measured("the whole report as PDF", lambda: browser.get("/sittings/made/report.pdf"), 3)
        measured("the whole report as Excel", lambda: browser.get("/sittings/made/report.xlsx"), 3)
        print(f"  the report is {whole / floor:.1f} × its floor, the page {page / floor:.1f} ×")
        engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1:])
