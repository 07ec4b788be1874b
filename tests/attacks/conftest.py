"""What the attacks are tried on: the small county of the pages' tests with its clock, and that of the use cases' tests on both databases."""

from tests.usecases.conftest import county, empty, world
from tests.web.conftest import app, clock, code, filled_sqlite, person, trainee, web_engine

__all__ = ["app", "clock", "code", "county", "empty", "filled_sqlite", "person", "trainee", "web_engine", "world"]
