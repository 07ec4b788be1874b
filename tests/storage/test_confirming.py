"""With a synchronous standby that is not there PostgreSQL would let every commit wait for ever: ours are refused before, or given up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from quiz.storage import confirming
from quiz.storage.confirming import NotConfirming
from quiz.storage.engine import is_away, make_engine, reading, writing
from quiz.storage.postgres import state_of
from tests.conftest import Postgres

pytestmark = pytest.mark.postgres

PATIENCE = 60
"""Seconds after which a commit that should have been given up counts as waiting for ever."""


@pytest.fixture
def database_kind() -> str:
    """SQLite has no standby."""
    return "postgres"


@pytest.fixture
def careful(engine: Engine) -> Iterator[Engine]:
    """An engine whose commits wait for what the server is told to wait for; the tests' server is told not to, for speed."""
    with writing(engine) as db:
        db.execute(text("CREATE TABLE kept (id int)"))
    careful = make_engine(engine.url.update_query_dict({"options": "-c synchronous_commit=on"}).render_as_string(hide_password=False))
    yield careful
    careful.dispose()


@pytest.fixture
def wait_for(postgres: Postgres) -> Iterator[Callable[[str], None]]:
    """A function that names the standbys which commits must reach."""

    def name(standbys: str) -> None:
        postgres.run(f"ALTER SYSTEM SET synchronous_standby_names = '{standbys}'")
        postgres.run("SELECT pg_reload_conf()")

    yield name
    name("")


def wait_until(engine: Engine, standbys: str) -> None:
    """Return when the server has read its new settings."""
    while True:
        with reading(engine) as db:
            if db.scalar(text("SHOW synchronous_standby_names")) == standbys:
                return


def insert(engine: Engine, number: int) -> None:
    with writing(engine) as db:
        db.execute(text("INSERT INTO kept VALUES (:n)"), {"n": number})


def kept(engine: Engine) -> list[int]:
    with reading(engine) as db:
        return list(db.scalars(text("SELECT id FROM kept ORDER BY id")))


def test_a_write_is_refused_at_once_while_no_standby_is_there_and_reading_goes_on(careful: Engine, wait_for: Callable[[str], None]) -> None:
    insert(careful, 1)
    wait_for("nobody")
    wait_until(careful, "nobody")
    with pytest.raises(NotConfirming) as told:
        insert(careful, 2)
    assert is_away(told.value)
    assert kept(careful) == [1]
    wait_for("")
    wait_until(careful, "")
    insert(careful, 3)
    assert kept(careful) == [1, 3]


def test_a_commit_whose_standby_vanishes_meanwhile_is_given_up(
    careful: Engine, wait_for: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not confirmed; here, where it was stored on the primary alone, it is seen when there is no more to wait for."""
    monkeypatch.setattr(confirming, "refuse_unless_confirmed", lambda _connection: None)
    monkeypatch.setattr(confirming, "COMMIT_SECONDS", 0.3)
    monkeypatch.setattr(confirming, "_watch", confirming._Watch())
    wait_for("nobody")
    wait_until(careful, "nobody")
    with ThreadPoolExecutor(1) as pool:
        try:
            refused = pool.submit(insert, careful, 1).exception(PATIENCE)
        finally:
            wait_for("")  # which ends every wait, so that this test ends too where nobody gives up
    assert isinstance(refused, OperationalError)
    assert is_away(refused)
    monkeypatch.setattr(confirming, "COMMIT_SECONDS", PATIENCE)  # a slow machine's next commit is not given up
    wait_until(careful, "")
    insert(careful, 2)
    assert kept(careful)[-1] == 2


def test_who_may_see_little_of_the_server_sees_enough(engine: Engine, postgres: Postgres) -> None:
    """The role of an installation is no superuser."""
    postgres.run("CREATE ROLE little")
    try:
        with reading(engine) as db:
            db.execute(text("SET LOCAL ROLE little"))
            assert db.scalar(text(confirming.CAN_CONFIRM)) is True
            assert state_of(db).attached == 0
    finally:
        postgres.run("DROP ROLE little")


def test_a_wait_that_an_administrator_cancels_is_no_confirmation(
    careful: Engine, wait_for: Callable[[str], None], postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL says then that it has committed, and only warns: the standby has nothing."""
    monkeypatch.setattr(confirming, "refuse_unless_confirmed", lambda _connection: None)
    wait_for("nobody")
    wait_until(careful, "nobody")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(insert, careful, 1)
        waits = text("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND datname = current_database()")
        with careful.connect() as admin:
            while not admin.execute(waits).all():
                assert not waiting.done()
        with pytest.raises(NotConfirming):
            waiting.result()
    wait_for("")
    wait_until(careful, "")
    insert(careful, 2)  # the connection is good, and its next commit is none the worse for it
    assert kept(careful) == [1, 2]


def test_a_commit_that_is_over_in_time_is_left_alone(careful: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = confirming._Watch()
    monkeypatch.setattr(confirming, "_watch", watch)
    for number in range(20):
        insert(careful, number)
    assert watch._under_way == {}
    with pytest.raises(ZeroDivisionError), writing(careful) as db:
        db.execute(text("INSERT INTO kept VALUES (99)"))
        raise ZeroDivisionError
    assert kept(careful) == list(range(20))
