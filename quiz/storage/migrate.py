"""Migrations: bring a database to the newest schema, and say whether models and database agree."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from quiz.core.message import QuizError, say
from quiz.storage.tables import APPEND_ONLY, Base

SCRIPTS = Path(__file__).parent / "migrations"

MIGRATION_LOCK = 7_210_002
"""The PostgreSQL advisory lock (others: `advisory`) that lets one node at a time bring the database to the newest schema."""


def upgrade(engine: Engine) -> None:
    """Bring the database of `engine` to the newest schema; does nothing when it is there already. Several may try at the same time.

    QuizError `newer_database` when a newer program has been there.
    """
    with engine.execution_options(quiz_write=True).begin() as connection:
        upgrade_on(connection)


def upgrade_on(connection: Connection, revision: str = "head") -> None:
    """Bring the database to a schema revision within the transaction of `connection`."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))  # whoever waits for a table makes all others wait behind it: rather fail
    found = revision_of(connection)
    if found and not is_known(found):
        raise QuizError("newer_database", say("数据库已由更新版本的考学升级（{found}），请先升级这里的程序。", found=found))
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def revision_of(connection: Connection) -> str:
    """Return the schema revision that the database has; "" when it has none of our tables."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def is_known(revision: str) -> bool:
    """True when this program has the migration of that name."""
    return revision in _revisions()


@cache
def _revisions() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def differences(engine: Engine) -> list[Any]:
    """Return how the database differs from the models, and which append-only triggers are missing; empty when all is well."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = list(compare_metadata(context, Base.metadata))
        return found + [f"missing trigger: {name}" for name in sorted(expected_triggers() - triggers(engine))]


@cache
def newest_revision() -> str | None:
    """Return the schema revision that this program is written for."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def expected_triggers() -> set[str]:
    """Return the names of the triggers that keep tables append-only."""
    return {f"{table}_{name}" for table in APPEND_ONLY for name in ("no_update", "no_delete")}


def triggers(engine: Engine) -> set[str]:
    """Return the names of the triggers in the database."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if engine.dialect.name != "sqlite":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    with engine.connect() as connection:
        return set(connection.execute(text(query)).scalars())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config
