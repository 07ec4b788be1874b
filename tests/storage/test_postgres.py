"""How PostgreSQL is reached: among several servers the one that takes writes, with waits that end, and by itself again after it was away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError

from quiz.core.message import QuizError
from quiz.storage import migrate
from quiz.storage import postgres as server
from quiz.storage.engine import make_engine, reading, writing
from quiz.storage.postgres import arguments, usable_url
from tests.conftest import Postgres
from tools.ports import free_port

pytestmark = pytest.mark.postgres


@pytest.fixture
def database_kind() -> str:
    """These tests are about PostgreSQL."""
    return "postgres"


def shown(engine: Engine, name: str) -> str:
    with reading(engine) as db:
        return str(db.scalar(text(f"SHOW {name}")))


def test_no_statement_of_ours_runs_for_ever_unless_the_address_says_so(engine: Engine, migrated_database_url: str) -> None:
    assert shown(engine, "statement_timeout") == "1min"
    assert shown(engine, "application_name") == "kaoxue"
    other = make_engine(f"{migrated_database_url}&options=-c%20statement_timeout%3D7s&application_name=other")
    assert shown(other, "statement_timeout") == "7s"
    assert shown(other, "application_name") == "other"
    other.dispose()


def test_one_of_several_servers_is_the_one_that_takes_writes() -> None:
    several = arguments(make_url(usable_url("postgresql://u@a,b/quiz")))
    assert several["target_session_attrs"] == "read-write"
    assert several["connect_timeout"] <= 5
    assert arguments(make_url("postgresql+psycopg://u@/quiz?host=a:1&host=b:2"))["target_session_attrs"] == "read-write"
    assert "target_session_attrs" not in arguments(make_url("postgresql+psycopg://u@a/quiz"))
    given = arguments(make_url(usable_url("postgresql://u@a,b/quiz?target_session_attrs=any&connect_timeout=9")))
    assert {"target_session_attrs", "connect_timeout"} & given.keys() == set()


def test_a_server_that_is_not_there_is_passed_over(migrated_database_url: str) -> None:
    url = make_url(migrated_database_url)
    there = str(dict(url.query).get("host", url.host))
    several = url.set(host=None, port=None).update_query_dict({"host": f"127.0.0.1,{there}", "port": f"{free_port()},{url.port or ''}"})
    engine = make_engine(several.render_as_string(hide_password=False))
    assert shown(engine, "transaction_read_only") == "off"
    engine.dispose()


@pytest.fixture
def read_only(engine: Engine, postgres: Postgres) -> Iterator[Any]:
    """A function that turns the database into one that only reads, as a primary that has become a standby; and back with False."""
    name = engine.url.database

    def turn(on: bool = True) -> None:
        postgres.run(f"ALTER DATABASE {name} SET default_transaction_read_only = {'on' if on else 'off'}")
        postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    yield turn
    turn(False)


def test_connections_that_the_server_ended_are_replaced_without_a_word(engine: Engine, postgres: Postgres) -> None:
    with writing(engine) as db:
        db.execute(text("SELECT 1"))
    postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{engine.url.database}'")
    with writing(engine) as db:
        assert db.scalar(text("SELECT 1")) == 1


def test_a_server_that_takes_writes_no_more_is_left(engine: Engine, read_only: Any) -> None:
    """Its connections are closed at the first refused write, since they would refuse every other."""
    read_only()
    with pytest.raises(DBAPIError) as told, writing(engine) as db:
        db.execute(text("CREATE TABLE x (id int)"))
    assert told.value.orig.sqlstate == server.READ_ONLY  # type: ignore[union-attr]
    assert told.value.connection_invalidated
    read_only(False)
    with writing(engine) as db:
        db.execute(text("CREATE TABLE x (id int)"))


def test_a_connection_is_refused_where_writes_are_asked_for_and_none_are_taken(engine: Engine, read_only: Any) -> None:
    read_only()
    url = engine.url.update_query_dict({"target_session_attrs": "read-write"}).render_as_string(hide_password=False)
    careful = make_engine(url)
    with pytest.raises(OperationalError, match="read-only"), reading(careful):
        pass
    careful.dispose()


def test_nodes_that_start_at_once_bring_an_empty_database_to_the_newest_schema_once(database_url: str) -> None:
    ready = threading.Barrier(3)

    def start() -> list[Any]:
        engine = make_engine(database_url)
        ready.wait()
        migrate.upgrade(engine)
        found = migrate.differences(engine)
        engine.dispose()
        return found

    with ThreadPoolExecutor(3) as pool:
        assert [node.result() for node in [pool.submit(start) for _ in range(3)]] == [[], [], []]


def test_a_migration_that_would_have_to_wait_for_a_table_gives_up_so_that_nobody_waits_behind_it(engine: Engine) -> None:
    with engine.begin() as connection:
        migrate.upgrade_on(connection)
        assert connection.execute(text("SHOW lock_timeout")).scalar() == "10s"
    assert shown(engine, "lock_timeout") == "0"


def test_an_older_program_leaves_a_newer_database_alone(engine: Engine) -> None:
    with writing(engine) as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(QuizError, match="newer_database"):
        migrate.upgrade(engine)
