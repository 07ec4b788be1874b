"""Row 22: a worker killed in mid-job, at this or that call to the system; and jobs beside a server, which must not keep it from saving."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from quiz.cli import paper, sitting
from quiz.cli import quiz as commands
from quiz.cli.backup_file import open_backup
from quiz.settings import DATABASE, ROOT
from quiz.storage.driver import sqlite_driver
from quiz.storage.engine import make_engine, reading
from quiz.storage.tables import AttemptRow, GradingRow, MarkRow, PaperRow, QuestionRevisionRow, SittingRow
from quiz.usecases import passwords
from tests.faults.conftest import COUNT, Hall
from tests.faults.county import LASTS, SITTING, start_earlier
from tests.faults.server import PATIENCE, quiz
from tests.faults.test_power_cut import can_trace

NEXT_YEAR = datetime.now(UTC).year + 1
PLAN = f"""\
sitting:
  code: second
  title: 第二场
  blueprint: small
  group: {{units: [T01]}}
  opens_at: {NEXT_YEAR}-11-22 09:00
  closes_at: {NEXT_YEAR}-11-22 11:00
  release: on_close
"""
BANK = """\
category: general/water
area: water
department: 县水利局
label: sample
documents: {{law: {{title: 某法, issuer: 某部, date: 2021-01-01}}}}
questions:
"""
QUESTION = """\
  - id: new-{n}
    type: single
    stem: 第{n}题，正确的是（　　）。
    options: {{A: 甲{n}, B: 乙{n}, C: 丙{n}}}
    key: A
    level: recall
    topic: 动态{n}
    source: {{document: law, clause: 第{n}条}}
    valid_from: 2021-06-01
    valid_to: open
    explanation: 说明{n}。
"""

needs_strace = pytest.mark.skipif(not can_trace(), reason="needs strace and the right to use it")


def killed_at(folder: Path, call: str, number: int, *words: str) -> bool:
    """Run a command that is killed at its so-manieth call of a kind; True when it came so far."""
    inject = ("strace", "-f", "-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={number}")
    command = [*inject, sys.executable, "-m", "quiz", *words]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "QUIZ_INSTANCE": str(folder)}, check=False, capture_output=True)
    return done.returncode != 0


def count(folder: Path, *tables: Any) -> list[int]:
    with reading(make_engine(f"sqlite:///{folder / DATABASE}")) as db:
        return [db.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


@needs_strace
@pytest.mark.parametrize(("call", "number"), [("pwrite64", 1), ("pwrite64", 40), ("fsync", 1)])
def test_a_draw_that_is_killed_leaves_no_paper_and_may_be_made_again(folder: Path, tmp_path: Path, call: str, number: int) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN, "utf-8")
    before = count(folder, SittingRow, PaperRow)
    assert killed_at(folder, call, number, "sitting", "create", str(plan))
    assert count(folder, SittingRow, PaperRow) == before
    assert quiz(folder, "sitting", "create", str(plan)).returncode == 0
    assert count(folder, SittingRow, PaperRow) == [before[0] + 1, before[1] + COUNT]


@needs_strace
def test_a_publication_that_is_killed_publishes_everything_or_nothing(folder: Path, tmp_path: Path) -> None:
    bank = tmp_path / "question_banks" / "general" / "water.yaml"
    bank.parent.mkdir(parents=True)
    bank.write_text(BANK.format() + "".join(QUESTION.format(n=n) for n in range(1, 41)), "utf-8")
    (before,) = count(folder, QuestionRevisionRow)
    for call, number in [("pwrite64", 8), ("rename", 1)]:  # the rename is of what is only an aid: everything is published by then
        assert killed_at(folder, call, number, "bank", "publish", str(bank))
        assert count(folder, QuestionRevisionRow) == [before if call == "pwrite64" else before + 40]
    assert quiz(folder, "bank", "publish", str(bank)).returncode == 0
    assert count(folder, QuestionRevisionRow) == [before + 40]


@needs_strace
@pytest.mark.parametrize(
    "words", [("backup", "-o"), ("paper", "print", SITTING, "--all", "-o"), ("sitting", "export", SITTING, "-o")], ids=lambda w: w[0]
)
def test_a_file_in_the_making_is_never_taken_for_a_whole_one(folder: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    out = tmp_path / "out" / "file.pdf"
    out.parent.mkdir()
    for call, number in [("write", 2), ("fsync", 2), ("rename", 1)]:
        assert killed_at(folder, call, number, *words, str(out))
        assert not out.exists()
    assert quiz(folder, *words, str(out)).returncode == 0
    if words[0] == "backup":
        with out.open("rb") as file:
            open_backup(file)
    elif words[0] == "paper":
        assert len(pypdfium2.PdfDocument(out)) >= COUNT


@needs_strace
def test_a_sweep_that_is_killed_closes_each_attempt_once_when_it_runs_again(hall: Hall) -> None:
    people, calls = hall.people[:40], [4, 30]
    hall.server.kill()
    hall.server.options = ("--processes", "1")  # else another takes the place of the one that is killed
    for person in people:
        start_earlier(hall.url, person, LASTS + timedelta(minutes=5))
    for number in calls:
        hall.server.start("strace", "-D", "-f", "-o", os.devnull, "-e", "trace=pwrite64", "-e", f"inject=pwrite64:signal=SIGKILL:when={number}")
        assert hall.server.process is not None
        assert hall.server.process.wait(PATIENCE) != 0
        hall.server.process = None
        assert_graded_once(hall)
    hall.server.start()
    hall.server.wait()
    with reading(make_engine(hall.url)) as db:
        wait_until_closed(db, len(people))
    assert assert_graded_once(hall) == len(people)


def wait_until_closed(db: Any, wanted: int) -> None:
    import time

    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if db.scalar(select(func.count()).where(AttemptRow.submitted_at.is_not(None))) == wanted:
            return
        db.rollback()
        time.sleep(0.1)
    raise AssertionError("the sweep does not come")


def assert_graded_once(hall: Hall) -> int:
    """Every attempt that is closed has one grading with a mark for each question, and no other has any; return how many are closed."""
    with reading(make_engine(hall.url)) as db:
        closed = db.scalars(select(AttemptRow.id).where(AttemptRow.submitted_at.is_not(None))).all()
        graded = db.scalars(select(GradingRow.attempt_id)).all()
        marks = db.scalar(select(func.count()).select_from(MarkRow)) or 0
    assert sorted(graded) == sorted(closed)
    assert marks == 8 * len(closed)
    return len(closed)


# --- beside a server -------------------------------------------------------------------------------------------------------------------------


def others_may_save(file: Path) -> None:
    """Begin to write as another connection would, without any patience.

    By the very library that the program uses: a process has its locks once, and another copy of SQLite in it would not see them.
    """
    with closing(sqlite_driver().connect(file, timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")


@pytest.mark.parametrize(
    ("words", "slow", "name"),
    [
        (("paper", "print", SITTING, "--all", "-o", "{out}"), paper, "print_papers"),
        (("sitting", "slips", SITTING, "-o", "{out}"), sitting, "print_slips"),
        (("sitting", "create", "{plan}"), sitting.scheduling, "prepare_sitting"),
        (("account", "issue", "-o", "{out}"), passwords, "make_first_password"),
    ],
    ids=["print", "slips", "draw", "passwords"],
)
def test_what_takes_long_in_a_command_never_holds_the_database(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], slow: Any, name: str
) -> None:
    plan, out, tried = tmp_path / "plan.yaml", tmp_path / "out.pdf", []
    plan.write_text(PLAN, "utf-8")
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        connection.execute("DELETE FROM login")
        connection.execute("DELETE FROM role_grant WHERE account_id IN (SELECT id FROM account WHERE login = 'f001')")
        connection.execute("DELETE FROM account WHERE login = 'f001'")
        connection.commit()
    does = getattr(slow, name)

    def watched(*given: object, **named: object) -> object:
        others_may_save(folder / DATABASE)
        tried.append(name)
        done = does(*given, **named)
        others_may_save(folder / DATABASE)
        return done

    monkeypatch.setattr(slow, name, watched)
    monkeypatch.setenv("QUIZ_INSTANCE", str(folder))
    result = CliRunner().invoke(commands, [word.format(out=out, plan=plan) for word in words])
    assert (result.exit_code, result.exception) == (0, None), result.output
    assert tried
