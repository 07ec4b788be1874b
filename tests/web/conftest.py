"""The application on a small county of its own for each test, people who are logged in, and a clock that the test moves."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from quiz.storage.engine import make_engine
from tests.web.world import Clock, Person, engine_of, fill, make_app, paper_code


@pytest.fixture(scope="session")
def filled_sqlite(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the small county, to be copied."""
    path = tmp_path_factory.mktemp("world") / "quiz.db"
    shutil.copyfile(migrated_sqlite, path)
    engine = make_engine(f"sqlite:///{path.as_posix()}")
    fill(engine)
    engine.dispose()
    return path


@pytest.fixture
def clock() -> Clock:
    """The time: ten past nine on the day of the sitting."""
    return Clock()


@pytest.fixture
def app(filled_sqlite: Path, tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    """The application on a database of this test's own."""
    path = tmp_path / "quiz.db"
    shutil.copyfile(filled_sqlite, path)
    app = make_app(f"sqlite:///{path.as_posix()}", tmp_path, clock)
    yield app
    engine_of(app).dispose()


@pytest.fixture
def web_engine(app: Flask) -> Engine:
    """The engine of the application's database."""
    return engine_of(app)


@pytest.fixture
def person(app: Flask) -> Callable[[str], Person]:
    """A function that gives somebody by their log-in name, logged in; "" for a stranger."""
    return lambda login="": Person(app, login)


@pytest.fixture
def trainee(app: Flask) -> Person:
    """王秀英, whose paper `code` names."""
    return Person(app, "q001")


@pytest.fixture
def code(web_engine: Engine) -> str:
    """The code of the trainee's paper."""
    return paper_code(web_engine, "Q001")
