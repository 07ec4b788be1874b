"""A whole installation ⇄ one file: every row of one moment, the secret key and the mark of a demo. The file is complete or is not there."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Engine, Table, make_url
from sqlalchemy.orm import Session

from quiz import __version__
from quiz.core.message import QuizError, say
from quiz.formats.sealed_zip import SealedWriter, SealedZip, damaged
from quiz.formats.whole_file import sync_folder, whole_file
from quiz.settings import Settings
from quiz.storage import audit, dump, migrate
from quiz.storage.audit import Chain
from quiz.storage.dump import Shape
from quiz.storage.engine import closing_engine, snapshot, writing

FORMAT, VERSION = "kaoxue-backup", 1
FILES = ("secret_key", "demo")
"""What an instance folder holds that cannot be made again: without `demo` the known passwords of a demo would be served to everyone."""


def write_backup(engine: Engine, settings: Settings, out: BinaryIO, now: datetime) -> tuple[dict[str, Any], Chain]:
    """Write everything as it is now, while others go on writing; return the manifest and what the audit log's chain is like."""
    with SealedWriter(out, now) as file, snapshot(engine) as db:
        chain = audit.verify(db)
        connection = db.connection()
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "program": __version__,
            "revision": migrate.revision_of(connection),
            "created_at": now.isoformat(),
            "database": engine.dialect.name,
            "audit": {"rows": chain.rows, "head": chain.head_digest, "faults": chain.faults},
            "tables": [_add_table(file, db, table) for table in dump.tables(connection)],
        }
        file.add("instance/secret_key", [settings.secret_key.encode()])  # the one in use, whether it stands in the folder or comes from outside
        if (settings.instance / "demo").exists():
            file.add("instance/demo", [b""])
        file.seal(manifest)
    return manifest, chain


def _add_table(file: SealedWriter, db: Session, table: Table) -> dict[str, Any]:
    rows = file.add(_member(table.name), dump.lines_of(db, table))
    return {"name": table.name, "columns": dump.shape_of(table).columns, "rows": rows}


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup whose every byte has been checked against its digests."""

    file: SealedZip

    @property
    def manifest(self) -> dict[str, Any]:
        """What the backup says of itself."""
        return self.file.manifest

    @property
    def rows(self) -> dict[str, int]:
        """How many rows of each table it holds."""
        return {table["name"]: table["rows"] for table in self.manifest["tables"]}


def open_backup(file: BinaryIO) -> Backup:
    """Read a backup through. QuizError `wrong_file`, `damaged_file`, `newer_file` before anything is written anywhere."""
    backup = Backup(SealedZip(file, FORMAT, VERSION))
    backup.file.check()
    if not migrate.is_known(backup.manifest["revision"]):
        raise QuizError("newer_file", say("这个文件由更新版本的考学写成，请先升级程序。"))
    return backup


def restore(backup: Backup, settings: Settings, note: Callable[[Session], None]) -> Chain:
    """Put a backup into the empty installation of `settings`; return what the audit log's chain is like there. All of it or nothing.

    `note` writes the audit row of this restore. QuizError `not_empty`, and `restore_differs` when what arrived is not what was sent.
    """
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        return _restore_sqlite(backup, settings.instance, Path(url.database or ""), note)
    with closing_engine(settings.database_url) as engine, writing(engine) as db:
        if dump.has_tables(db.connection()):
            raise QuizError("not_empty", say("数据库里已经有表，没有恢复。请先建一个空数据库，并让 QUIZ_DATABASE_URL 指向它。"))
        chain = _load(db, backup, note)
        _put_files(backup, settings.instance)
    return chain


def refuse_existing(path: Path) -> None:
    """QuizError `not_empty` when a SQLite database, or what one leaves behind, is at `path`: a foreign write-ahead log would damage the new one."""
    for name in (path.name, *(f"{path.name}-{end}" for end in ("wal", "shm", "journal"))):
        if path.with_name(name).exists():
            raise QuizError("not_empty", say("{file}已经存在，没有恢复。请先把它移走，或用 --into 恢复到另一个空目录。", file=path.with_name(name)))


def _restore_sqlite(backup: Backup, instance: Path, path: Path, note: Callable[[Session], None]) -> Chain:
    """Fill a file in a folder of its own beside the place where it belongs, and move it there at the very end."""
    refuse_existing(path)
    folder = Path(tempfile.mkdtemp(prefix=".restoring-", dir=path.parent))
    try:
        made = folder / path.name
        with closing_engine(f"sqlite:///{made.as_posix()}") as engine, writing(engine) as db:
            chain = _load(db, backup, note)
        with made.open("rb+") as file:
            os.fsync(file.fileno())
        _put_files(backup, instance)
        refuse_existing(path)
        made.rename(path)
        sync_folder(path.parent)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return chain


def _load(db: Session, backup: Backup, note: Callable[[Session], None]) -> Chain:
    """Make the tables as they were, fill them, bring them to the newest schema, and compare."""
    connection = db.connection()
    migrate.upgrade_on(connection, backup.manifest["revision"])
    filled = _fill(db, backup)
    dump.set_counters(connection, filled)
    migrate.upgrade_on(connection)
    chain = audit.verify(db)
    told = backup.manifest["audit"]
    if (chain.rows, chain.head_digest, chain.faults) != (told["rows"], told["head"], told["faults"]):
        raise _differs("audit")
    note(db)
    return chain


def _fill(db: Session, backup: Backup) -> list[Table]:
    connection = db.connection()
    shapes = {table["name"]: Shape(table["name"], tuple((name, kind) for name, kind in table["columns"])) for table in backup.manifest["tables"]}
    found = dump.tables(connection)
    if {table.name: set(dump.shape_of(table).columns) for table in found} != {name: set(shape.columns) for name, shape in shapes.items()}:
        raise damaged("tables")
    for table in found:
        dump.fill(connection, table, shapes[table.name], backup.file.lines(_member(table.name)))
        if dump.count(connection, table) != backup.rows[table.name]:
            raise _differs(table.name)
    return found


def _put_files(backup: Backup, instance: Path) -> None:
    """Write the instance's own files; what is there now belongs to an installation without a database and is replaced."""
    for name in FILES:
        if f"instance/{name}" in backup.file.names():
            with whole_file(instance / name) as out:
                out.write(backup.file.read(f"instance/{name}"))


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"


def _differs(what: str) -> QuizError:
    return QuizError("restore_differs", say("恢复出来的数据与备份不一致（{what}），没有恢复。", what=what))
