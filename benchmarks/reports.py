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
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Engine, insert, text

from benchmarks.made_sittings import EACH, Sat, measured, some_answers, some_questions, store_bank, store_login, store_sat, store_sitting
from quiz.core.access import Role, command_line
from quiz.core.question import AREAS
from quiz.settings import Settings
from quiz.storage import migrate
from quiz.storage.engine import make_engine, reading, writing
from quiz.storage.tables import (
    CadreRow,
    PostRow,
    UnitRow,
)
from quiz.usecases.comparing import compare_sitting
from quiz.usecases.reporting import read_report
from quiz.web import create_app
from quiz.web.context import LOGIN_COOKIE

UNITS = 40
OPENS = datetime(2026, 11, 2, 1, tzinfo=UTC)
NOW = OPENS + timedelta(days=2)
POSTS = ("township_leader", "township_staff", "first_secretary", "team_member", "village_secretary")
GROUPS = ("地方党政领导干部", "行业部门干部", "乡村振兴系统干部", "帮扶干部", "村干部")
PADDING = "x" * 9_000
"""A stored paper is some 10 kB."""

FLOOR = text(
    "SELECT p.unit_id, count(*), sum(g.score), max(g.score), sum(g.score >= 6000) FROM paper p"
    " JOIN attempt a ON a.sitting_id = p.sitting_id AND a.paper_id = p.id JOIN grading g ON g.attempt_id = a.id"
    " WHERE p.sitting_id = 1 GROUP BY p.unit_id"
)


def fill(engine: Engine, people: int) -> None:
    """Store a sitting that is over: everybody has another paper, one in twenty never came."""
    chance = np.random.default_rng(7)
    with writing(engine) as db:
        db.add(UnitRow(id=1, code="QL", name="青岚县", kind="county", path="/QL/"))
        db.add_all(UnitRow(id=n + 2, code=f"T{n:02}", name=f"第{n + 1}镇", kind="township", path=f"/QL/T{n:02}/") for n in range(UNITS))
        store_bank(db, OPENS)
        store_sitting(db, 1, "made", "一万人的考试", OPENS)
        for start in range(1, people + 1, 1000):
            add_people(db, chance, range(start, min(start + 1000, people + 1)))
        store_login(db, "o", Role.ORGANISER, OPENS, NOW + timedelta(days=1))


def add_people(db: Any, chance: np.random.Generator, numbers: range) -> None:
    """Store cadres with posts, papers, attempts and marks."""
    unit = {n: n % UNITS + 2 for n in numbers}
    db.execute(
        insert(CadreRow),
        [
            {"id": n, "number": f"C{n:06}", "name": "某", "unit_id": unit[n], "groups": json.dumps([GROUPS[n % 5]], ensure_ascii=False)}
            for n in numbers
        ],
    )
    posts = [{"cadre_id": n, "kind": POSTS[n % 5], "place_id": unit[n], "title": "", "from_on": date(2025, 1, 1), "to_on": None} for n in numbers]
    db.execute(insert(PostRow), posts)
    sat = []
    for n in numbers:
        asked, right = some_questions(chance), some_answers(chance)
        sat.append(Sat(n, n, unit[n], asked, right if n % 20 else None, _content(asked)))
    store_sat(db, 1, OPENS, sat)


def _content(asked: list[int]) -> str:
    areas = [list(AREAS.values())[one % len(AREAS)] for one in asked]
    slots = [{"number": slot, "section": 0, "chosen_by": area} for slot, area in enumerate(areas, 1)]
    return json.dumps({"slots": slots, "padding": PADDING}, ensure_ascii=False)


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
        browser.set_cookie(LOGIN_COOKIE, "o")
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
