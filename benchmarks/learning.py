"""How long the pages of learning take in a county with a past, beside a bare query that fetches the same marks.

`python -m benchmarks.learning [SITTINGS]`: 10,000 cadres, a unit with 300 of them, by default eight sittings whose keys are out, each sat by this
unit and by 1,300 others with papers of 50 out of 600 questions, and a hundred practice answers of everybody in the unit, in a SQLite file. Each time
is the least of several runs, in processor seconds of this process (and by the clock in brackets).
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Engine, insert, text

from benchmarks.reports import EACH, OFFERED, measured, question
from quiz.core.access import Role
from quiz.core.blueprint import Blueprint, Cell, Section
from quiz.core.marking import Rule
from quiz.core.question import AREAS, QuestionType
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
    PracticeAnswerRow,
    PracticeSetRow,
    QuestionUseRow,
    SittingRow,
    UnitRow,
)
from quiz.usecases.accounts import token_digest
from quiz.web import create_app
from quiz.web.context import LOGIN_COOKIE

PEOPLE, UNIT, SITTERS, PRACTISED = 10_000, 300, 1_600, 100
FIRST = datetime(2025, 1, 6, 1, tzinfo=UTC)
APART = timedelta(days=75)

FLOOR = text(
    "SELECT a.cadre_id, m.slot, m.mark, m.max_mark FROM attempt a JOIN grading g ON g.attempt_id = a.id JOIN mark m ON m.grading_id = g.id"
    " WHERE a.cadre_id <= :unit"
)
"""Every mark of the unit's people, as rows and nothing more."""


def fill(engine: Engine, sittings: int) -> None:
    """Store the county, its sittings and what was practised."""
    chance = np.random.default_rng(11)
    cells = tuple(Cell(1, areas=(area,)) for area in AREAS)
    plan = Blueprint("made", "蓝图", 60, Decimal(60), (Section("单项选择题", QuestionType.SINGLE, Decimal(2), cells, Rule()),))
    with writing(engine) as db:
        db.add(UnitRow(id=1, code="QL", name="青岚县", kind="county", path="/QL/"))
        db.add_all(UnitRow(id=n, code=f"T{n:02}", name=f"第{n}镇", kind="township", path=f"/QL/T{n:02}/") for n in range(2, 40))
        banks.save_document(db, "blueprint", "made", "蓝图", plan, FIRST)
        banks.save_revisions(db, [(question(n), f"{n:064}", None) for n in range(OFFERED)], FIRST, "benchmark")
        db.flush()
        unit = [2 if n <= UNIT else 3 + n % 37 for n in range(1, PEOPLE + 1)]
        cadres = [{"id": n, "number": f"C{n:06}", "name": "某", "unit_id": unit[n - 1], "groups": "[]"} for n in range(1, PEOPLE + 1)]
        db.execute(insert(CadreRow), cadres)
        for number in range(1, sittings + 1):
            _sitting(db, chance, number, unit)
        _practice(db, chance, FIRST + sittings * APART)
        for login, role, cadre in (("o", Role.ORGANISER, None), ("c", Role.TRAINEE, 7)):
            row = AccountRow(login=login, name=login, password_hash="-", created_at=FIRST, cadre_id=cadre)  # noqa: S106
            accounts.save_account(db, row, [role])
            db.flush()
            accounts.save_login(db, token_digest(login), row.id, FIRST, FIRST + timedelta(days=4000))


def _sitting(db: Any, chance: Any, number: int, unit: list[int]) -> None:
    opens = FIRST + (number - 1) * APART
    at = opens + timedelta(hours=1)
    db.add(
        SittingRow(
            id=number, code=f"s{number}", title=f"第{number}次考试", blueprint_id=1, group="{}", opens_at=opens, closes_at=opens + timedelta(hours=2),
            created_at=opens, minutes=60, seed=b"k" * 32, snapshot="{}", commitment=f"{number:064}", created_by="benchmark", max_mark=10000,
            pass_mark=6000, release="on_close",
        )
    )  # fmt: skip
    db.flush()
    db.execute(insert(QuestionUseRow), [{"sitting_id": number, "question_uid": f"q{n:04}", "revision": 1, "papers": 1} for n in range(OFFERED)])
    papers, attempts, gradings, marks = [], [], [], []
    for cadre in range(1, SITTERS + 1):
        row = number * PEOPLE + cadre
        asked = [f"q{one:04}" for one in np.sort(chance.choice(OFFERED, EACH, replace=False)).tolist()]
        right = chance.random(EACH) < 0.4 + 0.5 * chance.random()
        papers.append(
            {"id": row, "sitting_id": number, "cadre_id": cadre, "code": f"p{row}", "unit_id": unit[cadre - 1], "post": "", "digest": "d",
             "content": "{}", "seat": cadre, "questions": json.dumps(asked)}
        )  # fmt: skip
        attempts.append(
            {"id": row, "sitting_id": number, "paper_id": row, "cadre_id": cadre, "started_at": opens, "deadline_at": at, "submitted_at": at,
             "closed_by": "trainee"}
        )  # fmt: skip
        gradings.append(
            {"id": row, "attempt_id": row, "sitting_id": number, "number": 1, "score": int(200 * right.sum()), "max_score": 10000, "pending": 0,
             "reason": "submitted", "graded_at": at}
        )  # fmt: skip
        marks += [
            {"grading_id": row, "slot": slot, "mark": 200 * int(one), "max_mark": 200, "rule": "all_or_nothing", "why": "right" if one else "wrong",
             "detail": "{}", "response_id": None}
            for slot, one in enumerate(right.tolist(), 1)
        ]  # fmt: skip
    for table, rows in ((PaperRow, papers), (AttemptRow, attempts), (GradingRow, gradings), (MarkRow, marks)):
        db.execute(insert(table), rows)


def _practice(db: Any, chance: Any, until: datetime) -> None:
    """Ten sets of ten questions of everybody in the unit, in the days before `until`."""
    sets, answers = [], []
    for cadre in range(1, UNIT + 1):
        for number in range(1, PRACTISED // 10 + 1):
            row, at = cadre * 100 + number, until - timedelta(days=40 - 3 * number)
            asked = [f"q{one:04}" for one in chance.choice(OFFERED, 10, replace=False).tolist()]
            sets.append(
                {"id": row, "cadre_id": cadre, "number": number, "kind": "daily", "day": at.date(), "questions": json.dumps(asked), "made_at": at}
            )
            answers += [
                {"set_id": row, "cadre_id": cadre, "place": place, "question_uid": uid, "revision": 1, "value": "[]",
                 "share": 100 * int(chance.random() < 0.7), "why": "right", "at": at}
                for place, uid in enumerate(asked, 1)
            ]  # fmt: skip
    db.execute(insert(PracticeSetRow), sets)
    db.execute(insert(PracticeAnswerRow), answers)


def main(words: list[str]) -> None:
    """Fill a database, print what every page takes."""
    sittings = int(words[0]) if words else 8
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/made.db"
        engine = make_engine(url)
        migrate.upgrade(engine)
        fill(engine, sittings)
        size = Path(f"{folder}/made.db").stat().st_size >> 20
        print(f"{PEOPLE:,} cadres, a unit of {UNIT}, {sittings} sittings of {SITTERS:,}, {EACH} questions each, on a SQLite file of {size} MB")
        now = FIRST + sittings * APART
        app = create_app(Settings(Path(folder), url, "a key of the benchmark, long enough for one", ZoneInfo("Asia/Shanghai")), clock=lambda: now)
        with reading(engine) as db:
            floor = measured(f"floor: the {UNIT * sittings * EACH:,} marks of the unit as rows", lambda: db.execute(FLOOR, {"unit": UNIT}).all(), 3)
        for login, name, path in (("o", "the unit's page", "/retraining/T02"), ("c", "a cadre's page", "/learning")):
            browser = app.test_client()
            browser.set_cookie(LOGIN_COOKIE, login)
            first = measured(f"{name}, the first time since a mark changed", lambda browser=browser, path=path: _get(browser, path), 1)  # type: ignore[misc]
            again = measured(f"{name}, again", lambda browser=browser, path=path: _get(browser, path))  # type: ignore[misc]
            print(f"  {first / floor:.1f} × the floor at first, {again / floor:.1f} × again")
        engine.dispose()


def _get(browser: Any, path: str) -> None:
    assert browser.get(path).status_code == 200


if __name__ == "__main__":
    main(sys.argv[1:])
