"""Circulars: who is commended and who is not, in which order, for whom, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from quiz.core.access import Actor, Role, command_line
from quiz.core.circular import Commended
from quiz.core.message import Forbidden, QuizError
from quiz.storage.engine import reading, writing
from quiz.storage.tables import CadreRow, SittingRow
from quiz.usecases.circulars import note_circular, read_circular
from tests.made_results import OPENS, OVER, Sat, question, scored, store

CHIEF = command_line("tests")
TEN = [question(f"q{n}") for n in range(10)]
PEOPLE = [
    scored("B2", "T02", 10, TEN),
    scored("A2", "T01", 9, TEN),
    scored("A1", "T01", 10, TEN),
    scored("A3", "T01", 8, TEN),
    scored("A4", "T01", 10, TEN, pending=1),
    scored("A5", "T01", 10, TEN, is_void=True),
    Sat("A6", "T01", None),
]


@pytest.fixture
def county(engine):
    store(engine, "s", PEOPLE, TEN)
    return engine


def read(engine, actor=CHIEF, now=OVER, **more):
    with reading(engine) as db:
        return read_circular(db, actor, "s", now, **more)


def test_who_is_commended(county):
    """Ninety and more with nothing left to judge, by unit and number, not by score; void attempts are not."""
    assert read(county).commended == (Commended("柳溪镇", "干部A1"), Commended("柳溪镇", "干部A2"), Commended("云岭镇", "干部B2"))
    assert [one.name for one in read(county, excellent=80).commended] == ["干部A1", "干部A2", "干部A3", "干部B2"]


def test_two_of_one_name_are_told_apart(county):
    """In one unit by their numbers, whether both are commended or one; elsewhere a name is enough."""
    with writing(county) as db:
        db.execute(update(CadreRow).where(CadreRow.number.in_(["A1", "A6", "B2"])).values(name="王伟"))
    assert [one.name for one in read(county).commended] == ["王伟（A1）", "干部A2", "王伟"]


def test_within_the_authority(county):
    """A town's organiser commends the own people; nobody else than organisers makes circulars."""
    assert [one.name for one in read(county, Actor("x", {Role.ORGANISER: "/QL/T02/"})).commended] == ["干部B2"]
    for role in set(Role) - {Role.ORGANISER}:
        with pytest.raises(Forbidden):
            read(county, Actor("x", {role: "/"}))
        with writing(county) as db, pytest.raises(Forbidden):
            note_circular(db, Actor("x", {role: "/"}), "s", OVER, 1, 90)


def test_not_before_people_may_see_their_own(county):
    """Not while answers may come in; by hand not before the release."""
    with pytest.raises(QuizError, match="not_closed"):
        read(county, now=OPENS + timedelta(hours=1))
    with writing(county) as db:
        sitting = db.get_one(SittingRow, 1)
        sitting.release = "manual"
    with pytest.raises(QuizError, match="not_released"):
        read(county)
    with writing(county) as db:
        db.get_one(SittingRow, 1).released_at = OVER
    assert read(county).commended
