"""How long it takes to grade stored attempts of fifty questions: `python -m benchmarks.grading [N]`, by default 10000 attempts.

Everybody has a paper of their own from the shipped banks, as the shipped blueprint has it but for six of its questions, and has answered all of it.
Told are the seconds to grade all attempts anew from what is stored (papers and responses read, every slot marked, a run with its marks stored, one
transaction for every thousand), to mark them in memory only, to grade some one by one as submissions do, and to correct a question that many had; and
beside them the floor: the same rows of marks put into a table that is made the same, by bare SQL. Grading and floor are taken by turns, several
times, and every time nothing is known yet: a machine may be twice as fast as it was a minute ago.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, func, insert, select, text

from benchmarks.county import BLUEPRINT, SITTING, make_county, some_answer
from quiz.core.access import command_line
from quiz.core.blueprint import Blueprint
from quiz.core.correction import Remedy
from quiz.core.paper import Slot
from quiz.core.to_mark import Settled
from quiz.storage import attempts, gradings, papers
from quiz.storage.engine import make_engine, reading, writing
from quiz.storage.sittings import get_sitting, seats_of_sitting
from quiz.storage.tables import AttemptRow, GradingRow, MarkRow, PaperRow, QuestionUseRow, ResponseRow, SittingRow
from quiz.usecases import correcting, grading
from quiz.usecases.correcting import Wish

A_TRANSACTION = 1_000
ONE_BY_ONE = 500
RIGHT = 0.7
SLOTS = 50
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Timed:
    """What was done, in how many seconds of the clock and of the processor."""

    what: str
    wall: float
    processor: float


def timed(what: str, does: Callable[[], object]) -> Timed:
    """Run something and say how long it took."""
    wall, processor = time.perf_counter(), time.process_time()
    does()
    return Timed(what, time.perf_counter() - wall, time.process_time() - processor)


def fifty(whole: Blueprint) -> Blueprint:
    """Return the blueprint with fewer questions of its first section, so that papers have fifty."""
    first, *others = whole.sections
    more = sum(section.count for section in whole.sections) - SLOTS
    cells = [replace(cell, count=cell.count - 1) if at < more else cell for at, cell in enumerate(first.cells)]
    return replace(whole, sections=(replace(first, cells=tuple(cells)), *others))


def likely_answer(slot: Slot, chance: random.Random) -> list[str]:
    """Return an answer that is right for seven of ten."""
    if chance.random() > RIGHT:
        return some_answer(slot, chance)
    return [blank.answers[0] for blank in slot.question.blanks] or sorted(slot.question.key)


def answer_all(engine: Engine) -> None:
    """Store a closed attempt for everybody, with an answer to every question, as sitting would have left them."""
    chance = random.Random(7)  # noqa: S311
    with writing(engine) as db:
        sitting = get_sitting(db, SITTING)
        assert sitting is not None
        at = sitting.opens_at + timedelta(minutes=30)
        for seat in seats_of_sitting(db, sitting):
            attempt = AttemptRow(
                sitting_id=sitting.id,
                paper_id=seat.paper.id,
                cadre_id=seat.cadre.id,
                started_at=sitting.opens_at,
                deadline_at=at,
                submitted_at=at,
                closed_by="trainee",
            )
            db.add(attempt)
            db.flush()
            rows = [
                {
                    "sitting_id": sitting.id,
                    "attempt_id": attempt.id,
                    "slot": slot.number,
                    "seq": slot.number,
                    "value": json.dumps(likely_answer(slot, chance), ensure_ascii=False),
                    "device": "d",
                    "state": "accepted",
                    "received_at": at,
                }
                for slot in papers.read_paper(seat.paper).slots
            ]
            db.execute(insert(ResponseRow), rows)


def grade_all(engine: Engine, ids: list[int]) -> None:
    """Grade every attempt from what is stored, a thousand in a transaction."""
    now = datetime.now(UTC)
    for start in range(0, len(ids), A_TRANSACTION):
        with writing(engine) as db:
            closed = db.scalars(select(AttemptRow).where(AttemptRow.id.in_(ids[start : start + A_TRANSACTION]))).all()
            grading.grade_all(db, closed, "submitted", now)


def grade_unknown(engine: Engine, ids: list[int]) -> None:
    """Grade every attempt as a process does that has marked nothing yet."""
    grading._by_rule.cache_clear()
    gradings._known.clear()
    grade_all(engine, ids)


def grade_each(engine: Engine, ids: list[int]) -> None:
    """Grade attempts as somebody's submission does: one in a transaction."""
    now = datetime.now(UTC)
    for one in ids:
        with writing(engine) as db:
            grading.grade(db, db.get_one(AttemptRow, one), "submitted", now)


def mark_all(engine: Engine) -> Callable[[], None]:
    """Return what marks every attempt in memory."""
    with reading(engine) as db:
        found = [
            (papers.read_to_mark(db, db.get_one(PaperRow, attempt.paper_id).content), attempts.current_of_many(db, attempt.sitting_id, [attempt.id]))
            for attempt in db.scalars(select(AttemptRow).order_by(AttemptRow.id))
        ]

    def mark() -> None:
        marker = grading.Marker(Settled({}))
        for to_mark, responses in found:
            ((_, mine),) = responses.items()
            for number, asked in to_mark:
                marker.mark(asked, mine.get(number, grading.UNANSWERED)[1])

    return mark


def bare_marks(engine: Engine) -> Callable[[], None]:
    """Return what copies every row of marks into a table that is made as theirs, by one statement for each thousand attempts."""
    columns = [column.name for column in MarkRow.__table__.columns]
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(select(MarkRow.__table__))]
    with writing(engine) as db:
        made = db.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'mark'"))
    statement = f"INSERT INTO bare ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608

    def put() -> None:
        with writing(engine) as db:
            db.execute(text("DROP TABLE IF EXISTS bare"))
            db.execute(text(str(made).replace("TABLE mark", "TABLE bare").replace('TABLE "mark"', "TABLE bare")))
        for start in range(0, len(rows), 50 * A_TRANSACTION):
            with engine.begin() as connection:
                raw = connection.connection.dbapi_connection
                assert raw is not None
                raw.executemany(statement, rows[start : start + 50 * A_TRANSACTION])

    return put


def correct(engine: Engine) -> tuple[int, Callable[[], None]]:
    """Return on how many papers the question is that most had, and what gives full marks for it."""
    with reading(engine) as db:
        query = select(QuestionUseRow.question_uid, QuestionUseRow.papers).order_by(QuestionUseRow.papers.desc()).limit(1)
        uid, count = db.execute(query).one()
        closes_at = db.scalar(select(SittingRow.closes_at))
    assert closes_at is not None

    def apply() -> None:
        with writing(engine) as db:
            correcting.apply(db, command_line("benchmark"), SITTING, Wish(uid, Remedy.FULL), "x", closes_at + timedelta(hours=1))

    return count, apply


def main() -> None:
    """Make the attempts, grade them, and say how long it took."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{(Path(folder) / 'quiz.db').as_posix()}"
        make_county(url, count, "k" * 32, lambda whole: fifty(whole) if whole.id == BLUEPRINT else whole)
        engine = make_engine(url)
        answer_all(engine)
        with reading(engine) as db:
            ids = list(db.scalars(select(AttemptRow.id)))
        done = [timed("from the database and back", lambda: grade_unknown(engine, ids))]
        with reading(engine) as db:
            marks = db.scalar(select(func.count()).select_from(MarkRow))
            assert db.scalar(select(func.count()).select_from(GradingRow)) == len(ids)
        put = bare_marks(engine)
        done.append(timed("floor: the same marks by bare SQL", put))
        for _ in range(ROUNDS - 1):
            done.append(timed("from the database and back, once more", lambda: grade_unknown(engine, ids)))
            done.append(timed("floor, once more", put))
        done.append(timed("in memory: every slot marked, each mark known", mark_all(engine)))
        some = ids[:ONE_BY_ONE]
        done.append(timed(f"{len(some)} of them again, each in a transaction of its own", lambda: grade_each(engine, some)))
        many, apply = correct(engine)
        done.append(timed(f"a correction of a question that {many:,} had", apply))
        engine.dispose()
    print(f"{len(ids):,} attempts, {marks:,} marks")
    for one in done:
        print(f"{one.what}: {one.wall:.2f} s, of the processor {one.processor:.2f} s")


if __name__ == "__main__":
    main()
