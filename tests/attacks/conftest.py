"""What the attacks are tried on: the small county of the pages' tests, with its clock."""

from tests.web.conftest import app, clock, code, filled_sqlite, person, trainee, web_engine

__all__ = ["app", "clock", "code", "filled_sqlite", "person", "trainee", "web_engine"]
