"""A county that was made once and is copied for each test, servers that end with their test, and the pages of everybody."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from quiz.settings import DATABASE
from tests.faults.checker import Checker
from tests.faults.county import make_county, people
from tests.faults.page import Page, Person
from tests.faults.server import QuizServer

COUNT = 72
"""How many have a paper; tests that share a server take people whom no other test has."""

AT_ONCE = 24
"""How many sit where everybody's answers are killed at once."""


@pytest.fixture(scope="session")
def county_file(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the county, to be copied."""
    path = tmp_path_factory.mktemp("faults") / DATABASE
    shutil.copyfile(migrated_sqlite, path)
    make_county(f"sqlite:///{path.as_posix()}", COUNT)
    return path


@pytest.fixture
def folder(county_file: Path, tmp_path: Path) -> Path:
    """An instance folder with the county."""
    instance = tmp_path / "instance"
    instance.mkdir()
    shutil.copyfile(county_file, instance / DATABASE)
    return instance


@dataclass
class Hall:
    """A server, everybody who sits, and what they were told."""

    server: QuizServer
    people: list[Person]
    checker: Checker

    @property
    def url(self) -> str:
        """The database's address."""
        return self.server.url

    def pages(self, count: int) -> list[Page]:
        """Return pages, not yet open, of so many people who have none so far."""
        taken, self.people = self.people[:count], self.people[count:]
        assert len(taken) == count, "more people are needed"
        return [Page(person, self.server.port, self.checker, chance=random.Random(person.number)) for person in taken]


@contextmanager
def opened(folder: Path) -> Iterator[Hall]:
    """Give the hall of an instance folder, its server ready."""
    server = QuizServer(folder)
    server.options = ("--processes", "2")  # as on two cores, whatever this machine has
    server.start()
    try:
        server.wait()
        yield Hall(server, people(server.url), Checker())
    finally:
        server.kill()


@pytest.fixture
def hall(folder: Path) -> Iterator[Hall]:
    """A hall of this test's own, to break."""
    with opened(folder) as hall:
        yield hall


@pytest.fixture(scope="session")
def shared_hall(county_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A hall for tests whose faults are outside of the server."""
    instance = tmp_path_factory.mktemp("shared")
    shutil.copyfile(county_file, instance / DATABASE)
    with opened(instance) as hall:
        yield hall
