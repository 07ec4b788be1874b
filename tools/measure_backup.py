"""Measure backup and restore: `python -m tools.measure_backup FOLDER [URL]`, with a demo's database in FOLDER and an empty PostgreSQL at URL.

Brings the database to 10,000 papers, 200,000 responses and 500,000 marks by copying what is there, then prints seconds and megabytes.
The folder is of no use afterwards.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from quiz.cli.backup_file import open_backup, restore, write_backup
from quiz.settings import Settings, load_settings
from quiz.storage.engine import make_engine, writing
from quiz.storage.tables import AttemptRow, GradingRow, MarkRow, PaperRow, ResponseRow

PAPERS, RESPONSES_EACH, MARKS_EACH = 10_000, 20, 50
NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)


def main(folder: Path, url: str) -> None:
    """Print what each step takes."""
    settings = load_settings({"QUIZ_INSTANCE": str(folder)})
    with writing(make_engine(settings.database_url)) as db:
        multiply(db)
    print(f"database {Path(folder, 'quiz.sqlite3').stat().st_size / 1e6:.0f} MB")
    with tempfile.TemporaryDirectory(dir=folder) as place:
        to_sqlite = there(settings, Path(place, "a"), "")
        trip(settings, to_sqlite, Path(place, "sqlite.zip"))
        if url:
            to_postgres = there(settings, Path(place, "b"), url)
            trip(settings, to_postgres, Path(place, "again.zip"))
            trip(to_postgres, there(settings, Path(place, "c"), ""), Path(place, "postgres.zip"))


def multiply(db: Session) -> None:
    """Add papers, attempts, responses and marks until there are as many as wanted; as the texts of papers those that are there."""
    if (db.query(PaperRow).count()) >= PAPERS:
        return
    known = [dict(row._mapping) for row in db.execute(select(PaperRow.__table__).order_by(PaperRow.__table__.c.id))]
    for number in range(len(known), PAPERS):
        row = {**known[number % len(known)], "code": f"M{number:06}", "number": 2 + number // len(known)}
        del row["id"]
        paper = db.scalars(insert(PaperRow).returning(PaperRow.id), [row]).one()
        sitting = row["sitting_id"]
        attempt = AttemptRow(sitting_id=sitting, paper_id=paper, cadre_id=row["cadre_id"], started_at=NOW, deadline_at=NOW + timedelta(hours=1))
        db.add(attempt)
        db.flush()
        own = {"sitting_id": sitting, "attempt_id": attempt.id}
        saves = [{**own, "slot": n, "seq": n, "value": '["B"]', "device": "d", "state": "accepted", "received_at": NOW} for n in range(1, 22)]
        db.execute(insert(ResponseRow), saves)
        grading = GradingRow(**own, number=1, score=0, max_score=100, pending=0, reason="submit", graded_at=NOW)
        db.add(grading)
        db.flush()
        mark = {
            "grading_id": grading.id,
            "sitting_id": grading.sitting_id,
            "mark": 0,
            "max_mark": 2,
            "rule": "half",
            "why": "wrong",
            "detail": '{"counts":{"key":2}}',
            "response_id": None,
        }
        db.execute(insert(MarkRow), [{**mark, "slot": n} for n in range(1, MARKS_EACH + 5)])
        db.expunge_all()


def there(settings: Settings, folder: Path, url: str) -> Settings:
    """Return the settings of an empty installation."""
    folder.mkdir()
    return replace(settings, instance=folder, database_url=url or f"sqlite:///{folder / 'quiz.sqlite3'}")


def trip(source: Settings, target: Settings, path: Path) -> None:
    """Back up one installation into a file and restore it as another."""
    engine = make_engine(source.database_url)
    started = time.perf_counter()
    with path.open("wb") as out:
        manifest, _ = write_backup(engine, source, out, NOW)
    backed_up = time.perf_counter()
    with path.open("rb") as content:
        backup = open_backup(content)
        checked = time.perf_counter()
        restore(backup, target, lambda _db: None)
    restored = time.perf_counter()
    rows, kind = sum(backup.rows.values()), make_engine(target.database_url).dialect.name
    print(
        f"{manifest['database']}: {rows} rows, backup {backed_up - started:.1f} s, file {path.stat().st_size / 1e6:.0f} MB, "
        f"check {checked - backed_up:.1f} s, restore to {kind} {restored - checked:.1f} s"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
