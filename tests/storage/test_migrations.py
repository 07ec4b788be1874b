"""Migrations add and never take away, so that nodes of the program before go on serving while the first new one has brought the schema further."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, MetaData, Table, create_engine, insert, text
from sqlalchemy.exc import DatabaseError

from quiz.storage.engine import make_engine, reading, writing
from quiz.storage.migrate import SCRIPTS, differences, upgrade, upgrade_on

SINCE = "0009"
"""Up to here no installation with several nodes can exist."""

TAKES_AWAY = {"drop_table", "drop_column", "rename_table", "alter_column", "batch_alter_table", "create_check_constraint", "create_unique_constraint"}


def calls(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]


@pytest.mark.parametrize(
    "path", [path for path in sorted((SCRIPTS / "versions").glob("0*.py")) if path.name[:4] >= SINCE], ids=lambda path: path.stem
)
def test_a_migration_only_adds(path: Path) -> None:
    for call in calls(path):
        assert isinstance(call.func, ast.Attribute)
        assert call.func.attr not in TAKES_AWAY
        if call.func.attr == "add_column":
            given = {word.arg: ast.unparse(word.value) for column in call.args[1:] if isinstance(column, ast.Call) for word in column.keywords}
            assert given.get("nullable") != "False" or "server_default" in given, ast.unparse(call)


FILLERS = {int: 1, str: "x", bytes: b"x", datetime: datetime(2026, 12, 1, tzinfo=UTC)}


def put(connection: Connection, name: str, **given: object) -> None:
    """Add a row whose other columns hold anything that they may hold."""
    table = Table(name, MetaData(), autoload_with=connection, resolve_fks=False)
    must = [column for column in table.columns if not column.nullable and column.server_default is None]
    connection.execute(insert(table).values({**{column.name: FILLERS[column.type.python_type] for column in must}, **given}))


def test_marks_and_visits_of_before_get_their_sitting_and_marks_stay_as_they_are(database_url: str) -> None:
    engine, without_rules = make_engine(database_url), create_engine(database_url)
    with writing(engine) as db:
        upgrade_on(db.connection(), "0018")
    with without_rules.begin() as connection:  # rows without the whole world that they refer to
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        for sitting in (7, 8):
            put(connection, "sitting", id=sitting, code=f"s{sitting}", release="manual", closes_at=datetime(2026, 12, 2, tzinfo=UTC))
            put(connection, "grading", id=sitting + 10, attempt_id=sitting, sitting_id=sitting)
            put(connection, "mark", id=sitting, grading_id=sitting + 10, slot=1)
            put(connection, "admission", id=sitting + 20, sitting_id=sitting, digest=f"d{sitting}")
            put(connection, "visit", token_digest=f"t{sitting}", admission_id=sitting + 20)
    without_rules.dispose()
    upgrade(engine)
    with reading(engine) as db:
        assert db.execute(text("SELECT id, sitting_id FROM mark ORDER BY id")).all() == [(7, 7), (8, 8)]
        assert db.execute(text("SELECT token_digest, sitting_id FROM visit ORDER BY token_digest")).all() == [("t7", 7), ("t8", 8)]
    with pytest.raises(DatabaseError, match="append-only"), writing(engine) as db:
        db.execute(text("UPDATE mark SET mark = 0"))
    engine.dispose()


def test_keyings_and_scans_of_before_keep_their_names_and_tell_no_person(database_url: str) -> None:
    engine, without_rules = make_engine(database_url), create_engine(database_url)
    with writing(engine) as db:
        upgrade_on(db.connection(), "0020")
    engine.dispose()
    with without_rules.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        for number in (1, 2):
            put(connection, "keying", id=number, paper_id=7, number=number, keyed_by="王强")
        put(connection, "scan", id=1, read_by="王强")
    without_rules.dispose()
    upgrade(engine)
    with reading(engine) as db:
        assert db.execute(text("SELECT keyed_by, person FROM keying UNION ALL SELECT read_by, person FROM scan")).all() == [("王强", "")] * 3
    for table in ("keying", "scan"):
        with pytest.raises(DatabaseError, match="append-only"), writing(engine) as db:
            db.execute(text(f"UPDATE {table} SET person = 'account:1'"))
    assert differences(engine) == []
    engine.dispose()


def test_marks_of_before_stay_and_may_be_below_0_from_now_on(database_url: str) -> None:
    engine, without_rules = make_engine(database_url), create_engine(database_url)
    with writing(engine) as db:
        upgrade_on(db.connection(), "0019")
    engine.dispose()  # two SQLite libraries at a time on one file take each other's locks away
    with without_rules.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        put(connection, "sitting", id=7, code="s7", release="manual", closes_at=datetime(2026, 12, 2, tzinfo=UTC))
        put(connection, "grading", id=17, attempt_id=7, sitting_id=7)
        put(connection, "mark", id=7, grading_id=17, slot=1, mark=100, max_mark=200)
    without_rules.dispose()
    upgrade(engine)
    with writing(engine) as db:  # on the connection that changed the schema, too
        put(db.connection(), "mark", id=8, grading_id=17, slot=2, mark=-200, max_mark=200)
    for mark in (-201, 201):
        with pytest.raises(DatabaseError, match="ck_mark_range"), writing(engine) as db:
            put(db.connection(), "mark", id=9, grading_id=17, slot=3, mark=mark, max_mark=200)
    with pytest.raises(DatabaseError, match="ck_sitting_contest"), writing(engine) as db:
        db.execute(text("UPDATE sitting SET contest = 'perhaps'"))
    for change in ("UPDATE mark SET mark = 0", "DELETE FROM mark"):
        with pytest.raises(DatabaseError, match="append-only"), writing(engine) as db:
            db.execute(text(change))
    with reading(engine) as db:
        assert db.execute(text("SELECT id, mark FROM mark ORDER BY id")).all() == [(7, 100), (8, -200)]
        assert db.execute(text("SELECT contest FROM sitting")).scalars().all() == ["no"]
        if engine.dialect.name == "sqlite":
            assert db.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    assert differences(engine) == []
    engine.dispose()
