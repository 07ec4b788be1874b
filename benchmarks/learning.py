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
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Engine, insert, text

from benchmarks.made_sittings import EACH, OFFERED, Sat, measured, some_answers, some_questions, store_bank, store_login, store_sat, store_sitting
from quiz.core.access import Role
from quiz.settings import Settings
from quiz.storage import migrate
from quiz.storage.engine import make_engine, reading, writing
from quiz.storage.tables import (
    CadreRow,
    PracticeAnswerRow,
    PracticeSetRow,
    UnitRow,
)
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
    with writing(engine) as db:
        db.add(UnitRow(id=1, code="QL", name="青岚县", kind="county", path="/QL/"))
        db.add_all(UnitRow(id=n, code=f"T{n:02}", name=f"第{n}镇", kind="township", path=f"/QL/T{n:02}/") for n in range(2, 40))
        store_bank(db, FIRST)
        unit = [2 if n <= UNIT else 3 + n % 37 for n in range(1, PEOPLE + 1)]
        cadres = [{"id": n, "number": f"C{n:06}", "name": "某", "unit_id": unit[n - 1], "groups": "[]"} for n in range(1, PEOPLE + 1)]
        db.execute(insert(CadreRow), cadres)
        for number in range(1, sittings + 1):
            _sitting(db, chance, number, unit)
        _practice(db, chance, FIRST + sittings * APART)
        for name, role, cadre in (("o", Role.ORGANISER, None), ("c", Role.TRAINEE, 7)):
            store_login(db, name, role, FIRST, FIRST + timedelta(days=4000), cadre)


def _sitting(db: Any, chance: np.random.Generator, number: int, unit: list[int]) -> None:
    opens = FIRST + (number - 1) * APART
    store_sitting(db, number, f"s{number}", f"第{number}次考试", opens)
    sat = [Sat(number * PEOPLE + n, n, unit[n - 1], some_questions(chance), some_answers(chance)) for n in range(1, SITTERS + 1)]
    store_sat(db, number, opens, sat)


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
