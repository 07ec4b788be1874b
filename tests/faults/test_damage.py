"""Row 23: the file of the database is damaged."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from quiz.core.message import QuizError
from quiz.settings import DATABASE
from quiz.storage import soundness
from quiz.storage.engine import make_engine, reading, writing
from quiz.storage.tables import CadreRow, ResponseRow
from tests.faults.checker import Checker
from tests.faults.conftest import Hall
from tests.faults.county import people
from tests.faults.page import JSON, open_all, run
from tests.faults.server import QuizServer, quiz

PAGE = 4096


def spoil(folder: Path, table: str) -> None:
    """Write something else over the first page of a table, as a bad disk does; nothing else is touched."""
    with tempfile.TemporaryDirectory() as name, closing(sqlite3.connect(shutil.copy(folder / DATABASE, name))) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
    with (folder / DATABASE).open("r+b") as out:
        out.seek((page - 1) * PAGE)
        out.write(b"\xa5" * PAGE)


def checkpoint(folder: Path) -> None:
    """Fold the write-ahead log into the file."""
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of the database and of its write-ahead log."""
    return {name: (folder / name).read_bytes() for name in (DATABASE, f"{DATABASE}-wal") if (folder / name).exists()}


@pytest.fixture
def taken_port() -> Iterator[str]:
    """A port where somebody else listens: a server that wrongly comes so far ends there."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield str(other.getsockname()[1])


def test_a_server_does_not_start_on_a_damaged_file_says_what_helps_and_touches_nothing(hall: Hall, tmp_path: Path, taken_port: str) -> None:
    folder, page = hall.server.folder, hall.pages(1)[0]
    backups = [tmp_path / f"{name}.zip" for name in ("good", "torn")]
    for backup in backups:
        assert quiz(folder, "backup", "-o", str(backup)).returncode == 0
    backups[1].write_bytes(backups[1].read_bytes()[:-2000])

    async def sit() -> None:
        await open_all([page])
        page.answer(1, page.person.answers[1][0])
        await page.deliver()

    run([page], sit())
    hall.server.kill()
    spoil(folder, "paper")
    before = contents(folder)
    assert len(before) == 2
    told = quiz(folder, "serve", "--port", taken_port)
    assert told.returncode == 1
    assert "数据库文件已损坏，服务没有启动" in told.stderr
    assert f"quiz restore {backups[0]}" in told.stderr
    assert "Traceback" not in told.stderr
    assert contents(folder) == before


@pytest.mark.parametrize("content", [b"", b"not a database, whatever its name says" * 200], ids=["cut to nothing", "overwritten"])
def test_a_file_that_is_none_any_more_is_not_taken_for_a_new_one(folder: Path, taken_port: str, content: bytes) -> None:
    (folder / DATABASE).write_bytes(content)
    told = quiz(folder, "serve", "--port", taken_port)
    assert (told.returncode, "数据库文件已损坏" in told.stderr, "没有找到完好的备份" in told.stderr) == (1, True, True)
    assert (folder / DATABASE).read_bytes() == content
    doctor = quiz(folder, "doctor")
    assert (doctor.returncode, "数据库文件已损坏" in doctor.stderr, "Traceback" in doctor.stderr) == (1, True, False)


def test_doctor_finds_an_index_that_disagrees_with_its_table(folder: Path) -> None:
    url = f"sqlite:///{folder / DATABASE}"
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        roots = "SELECT max(rootpage) FROM sqlite_master WHERE type = 'index' AND tbl_name IN ('cadre', 'account') GROUP BY tbl_name"
        one, two = (root for (root,) in connection.execute(roots))
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET rootpage = CASE rootpage WHEN ? THEN ? ELSE ? END WHERE rootpage IN (?, ?)", (one, two, one, one, two)
        )
        connection.commit()
    assert soundness.problems_of(url) == []
    assert soundness.problems_of(url, thoroughly=True) != []
    assert "数据库文件已损坏" in quiz(folder, "doctor").stderr


def test_damage_met_at_work_ends_writing_and_the_pages_keep_what_they_have(hall: Hall) -> None:
    page = hall.pages(1)[0]

    async def sit() -> None:
        await open_all([page])
        page.answer(1, page.person.answers[1][0])
        await page.deliver()
        checkpoint(hall.server.folder)
        spoil(hall.server.folder, "response")
        page.answer(2, page.person.answers[2][0])
        body = json.dumps(page.body_of(page.queue)).encode()
        for _ in range(2):
            reply = await page.ask("POST", f"{page.address}/responses", body, **JSON, X_CSRFToken=page.csrf)
            assert (reply.status, json.loads(reply.body)["error"]) == (503, "damaged")
        assert (await page.ask("GET", "/readyz")).status == 503

    run([page], sit())
    assert '"event": "the database file is damaged' in hall.server.told()


def test_a_check_that_takes_long_ends_writing_when_it_finds_something(folder: Path) -> None:
    url = f"sqlite:///{folder / DATABASE}"
    engine = make_engine(url)
    spoil(folder, "mark")
    check = soundness.Check(url)
    assert check.wait()
    with pytest.raises(QuizError, match="damaged"), writing(engine) as db:
        db.scalar(select(CadreRow).limit(1))
    with reading(engine) as db:  # reading what is whole goes on
        assert db.scalar(select(CadreRow).limit(1)) is not None
    engine.dispose()


def test_after_a_restore_the_pages_hand_over_what_they_still_hold(folder: Path, tmp_path: Path, taken_port: str) -> None:
    backup, server = tmp_path / "b.zip", QuizServer(folder)
    hall = Hall(server, people(server.url), Checker())
    pages = hall.pages(2)

    async def sit() -> None:
        server.start()
        server.wait()
        await open_all(pages)
        for page in pages:
            page.answer(1, page.person.answers[1][0])
            await page.deliver()
        assert quiz(folder, "backup", "-o", str(backup)).returncode == 0
        for page in pages:
            page.answer(2, page.person.answers[2][0])  # not sent before the server dies
        server.kill()
        spoil(folder, "paper")
        assert "数据库文件已损坏" in quiz(folder, "serve", "--port", taken_port).stderr
        for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"):
            (folder / name).rename(tmp_path / name)  # as the words on the screen say
        assert quiz(folder, "restore", str(backup)).returncode == 0
        server.start()
        server.wait()
        for page in pages:
            await page.keep_delivering()

    try:
        run(pages, sit())
        assert hall.checker.look(server.url).is_whole
    finally:
        server.kill()
    with reading(make_engine(server.url)) as db:
        assert db.query(ResponseRow).count() == 4
