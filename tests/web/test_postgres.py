"""The pages on PostgreSQL: a whole attempt, and values that only PostgreSQL cannot hold are refused, never an error of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from quiz.storage.engine import make_engine, reading
from quiz.storage.tables import GradingRow
from tests.web.world import Clock, Person, engine_of, fill, make_app, outcome, paper_code, right_answers


@pytest.fixture
def database_kind() -> str:
    """These tests are about PostgreSQL; every other page test runs on SQLite."""
    return "postgres"


@pytest.fixture
def app(migrated_database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    """The application on a filled PostgreSQL database."""
    engine = make_engine(migrated_database_url)
    fill(engine)
    engine.dispose()
    app = make_app(migrated_database_url, tmp_path, clock)
    yield app
    engine_of(app).dispose()


@pytest.mark.postgres
def test_a_whole_attempt(app: Flask) -> None:
    trainee, engine = Person(app, "q001"), engine_of(app)
    code = paper_code(engine, "Q001")
    assert trainee.post(f"/papers/{code}/start").status_code == 303
    for slot, value in right_answers(engine, "Q001").items():
        assert outcome(trainee.save(code, slot, value, slot))["state"] == "accepted"
    assert trainee.post(f"/papers/{code}/submit").status_code == 303
    with reading(engine) as db:
        assert db.query(GradingRow.score, GradingRow.max_score).one() == (2000, 2000)
    assert Person(app, "organiser").get("/sittings/demo/cadres/Q001").status_code == 200


@pytest.mark.postgres
@pytest.mark.parametrize("path", ["/bank?text=%00", "/bank/questions/%00", "/bank/questions/%00/history"])
def test_what_the_database_cannot_hold_is_a_bad_request(app: Flask, path: str) -> None:
    assert Person(app, "setter").get(path).status_code in (400, 404)
