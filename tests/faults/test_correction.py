"""Row 21: a key is corrected after marking. Who corrects is killed in the midst of it: all is graded anew or nothing, and it may be made again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from quiz.core.access import Actor, Role
from quiz.core.plan import SittingPlan
from quiz.core.roster import Group
from quiz.core.saving import Save
from quiz.core.sitting import Release
from quiz.settings import DATABASE
from quiz.storage.engine import make_engine, reading, writing
from quiz.storage.papers import read_paper
from quiz.storage.sittings import get_sitting, seats_of_sitting
from quiz.storage.tables import AuditRow, CorrectionRow, GradingRow, MarkRow
from quiz.usecases import attempts, handing_in, scheduling
from tests.faults.county import CHIEF
from tests.faults.server import quiz
from tests.faults.test_jobs import killed_at, needs_strace
from tests.web.world import ZONE

OVER, PEOPLE, SLOTS = "over", 40, 8
CORRECT = ("sitting", "correct", OVER, "single-1", "--remedy", "full", "--reason", "答案有误")
"""The question that everyone had: full marks for all, where everybody was wrong."""


@dataclass(frozen=True)
class Stored:
    """What is stored of grading: a row of each correction, run and mark as it is, by its id."""

    corrections: dict[int, tuple[object, ...]]
    runs: dict[int, tuple[object, ...]]
    marks: dict[int, tuple[object, ...]]
    audit: int


def stored(folder: Path) -> Stored:
    with reading(make_engine(f"sqlite:///{folder / DATABASE}")) as db:
        found = [
            {row.id: tuple(getattr(row, column.key) for column in table.__table__.columns) for row in db.scalars(select(table))}
            for table in (CorrectionRow, GradingRow, MarkRow)
        ]
        return Stored(*found, audit=len(db.scalars(select(AuditRow.id)).all()))


@pytest.fixture
def graded(folder: Path) -> Path:
    """A sitting that ended an hour ago: 40 people handed in and were graded, all of them wrong in single-1."""
    now, engine = datetime.now(UTC), make_engine(f"sqlite:///{folder / DATABASE}")
    plan = SittingPlan(OVER, "测试", "small", Group(), now - timedelta(hours=3), now - timedelta(hours=1), release=Release.ON_CLOSE)
    with writing(engine) as db:
        scheduling.create_sitting(db, CHIEF, now - timedelta(hours=4), plan, ZONE, bytes(range(32)))
    with writing(engine) as db:
        sitting = get_sitting(db, OVER)
        assert sitting is not None
        for seat in seats_of_sitting(db, sitting)[:PEOPLE]:
            paper = read_paper(seat.paper)
            slot = next(slot for slot in paper.slots if slot.question.uid == "single-1")
            actor = Actor(seat.cadre.number, {Role.TRAINEE: "/"}, cadre_number=seat.cadre.number)
            attempts.start(db, actor, paper.code, now - timedelta(hours=2))
            handing_in.submit(db, actor, paper.code, [Save(slot.number, ["B"], 1)], "d", now - timedelta(hours=2))
    engine.dispose()
    return folder


@needs_strace
@pytest.mark.parametrize(("call", "number"), [("pwrite64", 1), ("pwrite64", 12), ("pwrite64", 30), ("fsync", 1), ("fsync", 2)])
def test_a_correction_that_is_killed_changes_nothing_and_may_be_made_again(graded: Path, call: str, number: int) -> None:
    before = stored(graded)
    assert len(before.runs) == PEOPLE
    assert killed_at(graded, call, number, *CORRECT)
    assert stored(graded) == before
    assert quiz(graded, "audit", "verify").returncode == 0
    assert quiz(graded, *CORRECT).returncode == 0
    is_corrected_once(before, stored(graded))
    assert quiz(graded, "audit", "verify").returncode == 0


@needs_strace
def test_one_that_is_killed_when_it_has_stored_everything_is_not_made_twice(graded: Path) -> None:
    before = stored(graded)
    was_killed, number = True, 2
    while stored(graded) == before:
        was_killed, number = killed_at(graded, "write", number, *CORRECT), number + 1
    assert was_killed, "it was killed before it told anybody"
    is_corrected_once(before, stored(graded))
    again = quiz(graded, *CORRECT)
    assert again.returncode == 1
    assert "现在就是这样计分的" in again.stdout + again.stderr
    is_corrected_once(before, stored(graded))


def is_corrected_once(before: Stored, after: Stored) -> None:
    """Every old row is as it was; each attempt has one run more, of which only the corrected question differs."""
    assert (len(after.corrections), after.audit) == (1, before.audit + 1)
    for old, new in ((before.runs, after.runs), (before.marks, after.marks)):
        assert {name: new[name] for name in old} == old
        assert len(new) == 2 * len(old)
    columns = [column.key for column in GradingRow.__table__.columns]
    runs = [dict(zip(columns, row, strict=True)) for row in after.runs.values()]
    first = {run["attempt_id"]: run for run in runs if run["number"] == 1}
    second = {run["attempt_id"]: run for run in runs if run["number"] == 2}
    assert first.keys() == second.keys()
    assert {run["correction"] for run in second.values()} == {1}
    assert {second[one]["score"] - first[one]["score"] for one in first} == {200}
    by_run: dict[object, list[tuple[object, ...]]] = {}
    for row in after.marks.values():
        mark = dict(zip([column.key for column in MarkRow.__table__.columns], row, strict=True))
        by_run.setdefault(mark["grading_id"], []).append(tuple(value for name, value in mark.items() if name not in ("id", "grading_id")))
    for one in first:
        gone = set(by_run[first[one]["id"]]) - set(by_run[second[one]["id"]])
        assert len(by_run[second[one]["id"]]) == SLOTS
        assert len(gone) == 1
