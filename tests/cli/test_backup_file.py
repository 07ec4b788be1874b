"""Backup and restore on real databases, each kind to each: everything comes back, while others write, or nothing is touched."""

import io
import json
import os
import threading
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from quiz.cli.backup_file import open_backup, restore, write_backup
from quiz.core.message import QuizError
from quiz.formats.whole_file import whole_file
from quiz.settings import Settings
from quiz.storage import dump, migrate
from quiz.storage.audit import verify
from quiz.storage.engine import make_engine, reading, snapshot, writing
from quiz.storage.tables import AttemptRow, ResponseRow, UnitRow
from quiz.usecases import scheduling
from quiz.usecases.backups import note_restore
from tests.usecases.conftest import ADMIN, NOW, OPENS, SEED, ZONE, World, empty, sitting_plan  # noqa: F401

LATER = NOW + timedelta(days=2)


@pytest.fixture
def world(empty):  # noqa: F811
    """A county where one has handed in and another is at work."""
    empty.do(scheduling.create_sitting, ADMIN, NOW, sitting_plan(), ZONE, SEED)
    empty.start("C1")
    empty.submit(empty.right_answers("C1"), "C1")
    empty.start("C2")
    empty.save(1, ["B"], 1, "C2")
    return empty


@pytest.fixture
def instance(tmp_path):
    folder = tmp_path / "instance"
    folder.mkdir()
    (folder / "secret_key").write_text("old secret")
    return folder


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def target(request, tmp_path):
    """The settings of an empty installation on either database."""
    folder = tmp_path / "target"
    folder.mkdir()
    if request.param == "sqlite":
        yield settings(folder, f"sqlite:///{folder / 'quiz.sqlite3'}")
        return
    server = request.getfixturevalue("postgres")
    url = server.make_database()
    yield settings(folder, url)
    server.drop_database(url)


def settings(folder: Path, url: str) -> Settings:
    return Settings(folder, url, "key", ZoneInfo("Asia/Shanghai"))


def file_of(engine, instance) -> io.BytesIO:
    out = io.BytesIO()
    write_backup(engine, in_use(instance), out, LATER)
    return out


def in_use(instance: Path) -> Settings:
    """The settings of the installation in this folder."""
    return replace(settings(instance, ""), secret_key=(instance / "secret_key").read_text())


def put_back(file, target):
    return restore(open_backup(file), target, lambda db: note_restore(db, ADMIN, LATER, "then"))


def everything(engine, without=()) -> dict[str, list[bytes]]:
    with snapshot(engine) as db:
        tables = dump.tables(db.connection())
        return {table.name: list(dump.lines_of(db, table)) for table in tables if table.name not in without}


def test_everything_comes_back_on_either_database(world, instance, target):
    put_back(file_of(world.engine, instance), target)
    found = make_engine(target.database_url)
    assert migrate.differences(found) == []
    before, after = everything(world.engine), everything(found)
    assert after.pop("audit")[:-1] == before.pop("audit")
    assert after == before
    assert sum(map(len, before.values())) > 60
    assert (target.instance / "secret_key").read_text() == "old secret"
    with reading(found) as db:
        assert verify(db).broken is None
    found.dispose()


def test_work_goes_on_in_what_was_restored(world, instance, target):
    put_back(file_of(world.engine, instance), target)
    there = World(make_engine(target.database_url))
    assert there.save(2, ["B"], 2, "C2").state == "accepted"
    there.submit([], "C2")
    there.start("C3")
    with pytest.raises(DatabaseError, match="append-only"), writing(there.engine) as db:
        db.execute(text("DELETE FROM response"))
    there.engine.dispose()


def test_the_mark_of_a_demo_comes_along(world, instance, target):
    (instance / "demo").touch()
    put_back(file_of(world.engine, instance), target)
    assert (target.instance / "demo").exists()


def test_units_come_after_those_they_belong_to(engine, instance, target):
    with writing(engine) as db:
        db.add(UnitRow(id=5, code="A", name="a", kind="county", path="/A/"))
        db.flush()
        db.add(UnitRow(id=2, code="B", name="b", kind="township", parent_id=5, path="/A/B/"))
        db.flush()
        db.add(UnitRow(id=1, code="C", name="c", kind="village", parent_id=2, path="/A/B/C/"))
    put_back(file_of(engine, instance), target)
    found = make_engine(target.database_url)
    with writing(found) as db:
        db.add(UnitRow(code="D", name="d", kind="county", path="/D/"))
        db.flush()
        assert [row.id for row in db.query(UnitRow).order_by(UnitRow.id)] == [1, 2, 5, 6]
    found.dispose()


def test_every_save_confirmed_before_the_backup_is_in_it_and_none_is_torn(world, instance, target):
    """A writer saves without pause: the backup holds all that was confirmed when it began, and the numbers in it have no gap."""
    confirmed, done, failures = [1], threading.Event(), []

    def save_on():
        try:
            while not done.is_set():
                seq = confirmed[-1] + 1
                world.save(1 + seq % 3, ["B"] if seq % 3 == 0 else [], seq, "C2", OPENS + timedelta(minutes=2))
                confirmed.append(seq)
        except Exception as error:
            failures.append(error)

    writer = threading.Thread(target=save_on)
    writer.start()
    try:
        while len(confirmed) < 20 and not failures:
            time.sleep(0)
        before = confirmed[-1]
        file = file_of(world.engine, instance)
        after = confirmed[-1]
    finally:
        done.set()
        writer.join()
    assert failures == []
    put_back(file, target)
    found = make_engine(target.database_url)
    with reading(found) as db:
        query = db.query(ResponseRow.seq).join(AttemptRow).where(AttemptRow.submitted_at.is_(None))
        seqs = [seq for (seq,) in query.order_by(ResponseRow.seq)]
    found.dispose()
    assert seqs == list(range(1, len(seqs) + 1))
    assert before <= seqs[-1] <= after + 1


def test_an_existing_database_is_never_replaced(world, instance, target):
    file = file_of(world.engine, instance)
    put_back(file, target)
    found = make_engine(target.database_url)
    before = everything(found)
    with pytest.raises(QuizError, match="not_empty"):
        put_back(file, target)
    assert everything(found) == before
    found.dispose()


@pytest.mark.parametrize("left", ["quiz.sqlite3-wal", "quiz.sqlite3-journal", "quiz.sqlite3"])
def test_what_a_database_leaves_behind_is_not_mixed_with_the_restored_one(world, instance, tmp_path, left):
    (tmp_path / left).touch()
    with pytest.raises(QuizError, match="not_empty"):
        put_back(file_of(world.engine, instance), settings(tmp_path, f"sqlite:///{tmp_path / 'quiz.sqlite3'}"))


def remade(file: io.BytesIO, change, honest=False) -> io.BytesIO:
    """The same zip with its members passed through `change`, which gets and returns {name: bytes}."""
    import hashlib

    with zipfile.ZipFile(file) as source:
        members = change({name: source.read(name) for name in source.namelist()})
    if honest:
        manifest = json.loads(members["manifest.json"])
        told = {name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, data in members.items() if name != "manifest.json"}
        members["manifest.json"] = json.dumps({**manifest, "members": told}).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, data in members.items():
            target.writestr(name, data)
    return out


def without(name):
    return lambda members: {key: data for key, data in members.items() if key != name}


def replacing(name, old, new):
    return lambda members: {**members, name: members[name].replace(old, new)}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (replacing("tables/response.jsonl", b'[\\"B\\"]', b'[\\"C\\"]'), "damaged_file: 文件已损坏（tables/response.jsonl）"),
        (without("tables/mark.jsonl"), "damaged_file"),
        (without("manifest.json"), "wrong_file"),
        (replacing("manifest.json", b"kaoxue-backup", b"kaoxue-sitting"), "wrong_file"),
        (replacing("manifest.json", b'"version": 1', b'"version": 2'), "newer_file"),
        (replacing("manifest.json", b'"revision": "0', b'"revision": "9'), "newer_file"),
    ],
)
def test_a_file_that_is_not_as_it_was_written_is_refused_before_anything_is_touched(world, instance, change, code):
    with pytest.raises(QuizError, match=code):
        open_backup(remade(file_of(world.engine, instance), change))


@pytest.mark.parametrize("cut", [10, 0.5, 0.99])
def test_a_file_cut_short_is_refused(world, instance, cut):
    whole = file_of(world.engine, instance).getvalue()
    with pytest.raises(QuizError, match="damaged_file"):
        open_backup(io.BytesIO(whole[: int(cut * len(whole)) if cut < 1 else cut]))


def test_every_flipped_byte_of_a_member_is_found(world, instance):
    whole = file_of(world.engine, instance).getvalue()
    middle = zipfile.ZipFile(io.BytesIO(whole)).getinfo("tables/paper.jsonl").header_offset + 300
    with pytest.raises(QuizError, match="damaged_file"):
        open_backup(io.BytesIO(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]))


def test_what_is_no_zip_is_refused():
    with pytest.raises(QuizError, match="wrong_file"):
        open_backup(io.BytesIO(b"SQLite format 3"))


@pytest.mark.parametrize(
    "change",
    [
        replacing("tables/audit.jsonl", b"create_sitting", b"create_nothing"),
        lambda members: {**members, "tables/response.jsonl": b"".join(members["tables/response.jsonl"].splitlines(keepends=True)[1:])},
        replacing("tables/paper.jsonl", b"[1,", b"[1,1,"),
        replacing("tables/attempt.jsonl", b"[1,1,1,", b"[1,1,999,"),
    ],
    ids=["audit", "rows", "columns", "references"],
)
def test_a_restore_that_fails_half_way_leaves_nothing(world, instance, target, change):
    """Digests made anew, as a forger would: what the file says of its audit log and counts, and the database's own rules, still hold."""
    file = remade(file_of(world.engine, instance), change, honest=True)
    with pytest.raises((QuizError, ValueError, DatabaseError)):
        put_back(file, target)
    assert list(target.instance.iterdir()) == []
    if target.database_url.startswith("postgresql"):
        found = make_engine(target.database_url)
        with reading(found) as db:
            assert not dump.has_tables(db.connection())
        found.dispose()


def test_a_backup_of_an_older_schema_is_brought_to_the_newest(database_url, instance, target):
    old = make_engine(database_url)
    with writing(old) as db:
        migrate.upgrade_on(db.connection(), "0005")
        db.execute(text("INSERT INTO unit (code, name, kind, path) VALUES ('A', 'a', 'county', '/A/')"))
    put_back(file_of(old, instance), target)
    old.dispose()
    found = make_engine(target.database_url)
    assert migrate.differences(found) == []
    with reading(found) as db:
        assert db.query(UnitRow.code).scalar() == "A"
    found.dispose()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of a file")
def test_a_disk_that_fills_up_leaves_the_old_backup_and_no_piece_of_the_new(world, instance, tmp_path):
    import resource

    path = tmp_path / "out" / "b.zip"
    path.parent.mkdir()
    path.write_bytes(b"yesterday's")
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, old[1]))
        with pytest.raises(OSError), whole_file(path) as out:
            write_backup(world.engine, in_use(instance), out, LATER)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    assert [(file.name, file.read_bytes()) for file in path.parent.iterdir()] == [("b.zip", b"yesterday's")]


def test_a_backup_can_be_read_by_its_owner_only_and_says_what_it_is(world, instance, tmp_path):
    path = tmp_path / "b.zip"
    with whole_file(path) as out:
        manifest, chain = write_backup(world.engine, in_use(instance), out, datetime(2026, 11, 23, tzinfo=UTC))
    assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o600
    assert manifest["audit"]["head"] == chain.head_digest
    assert {"program", "revision", "created_at", "database"} <= manifest.keys()
