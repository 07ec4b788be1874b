"""Several nodes on one PostgreSQL do the same thing at the same moment: it is done once."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from quiz.core.saving import Save
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AttemptRow, GradingRow
from quiz.usecases import handing_in, saving

pytestmark = pytest.mark.postgres


@pytest.fixture
def database_kind():
    """SQLite has one process and one lock."""
    return "postgres"


def gradings(world):
    with reading(world.engine) as db:
        return db.execute(select(GradingRow.attempt_id, func.count()).group_by(GradingRow.attempt_id)).all()


def test_two_nodes_that_close_expired_attempts_share_them_and_neither_waits(world, county, monkeypatch):
    monkeypatch.setattr(handing_in, "CLOSED_AT_ONCE", 2)
    for number in ("C1", "C2", "C3"):
        world.start(number)
    late = county.OPENS + timedelta(hours=2)
    with writing(world.engine) as one, writing(world.engine) as other:
        assert handing_in.close_expired(one, late) == 2
        assert handing_in.close_expired(other, late) == 1
        assert handing_in.close_expired(other, late) == 0
    assert sorted(count for _, count in gradings(world)) == [1, 1, 1]
    with reading(world.engine) as db:
        assert db.query(AttemptRow).filter(AttemptRow.submitted_at.is_(None)).count() == 0


def test_an_attempt_that_is_being_handed_in_is_left_to_its_trainee(world, county):
    world.start("C1")
    late = county.OPENS + timedelta(hours=2)
    with writing(world.engine) as hand_in, writing(world.engine) as sweep:
        handing_in.submit(hand_in, county.trainee("C1"), world.code("C1"), [], "d", county.OPENS + timedelta(minutes=60))
        assert handing_in.close_expired(sweep, late) == 0
    assert world.do(handing_in.close_expired, late) == 0
    assert [count for _, count in gradings(world)] == [1]


def test_a_save_that_is_known_already_is_confirmed_by_the_standby_as_well(world, county):
    """Only a transaction with a number of its own waits for the standby.

    A save that reached the primary alone, and was never confirmed, must not be confirmed when it is sent again without the standby's knowing of it.
    """
    world.start("C1")
    code, me, at = world.code("C1"), county.trainee("C1"), county.OPENS + timedelta(minutes=1)
    slot = next(s.number for s in world.paper().slots if s.question.type == "single")
    for _ in range(2):
        with writing(world.engine) as db:
            assert saving.save(db, me, code, Save(slot, ["A"], 1), "d", at).state == "accepted"
            assert db.scalar(text("SELECT pg_current_xact_id_if_assigned()")) is not None
    with reading(world.engine) as db:
        assert db.execute(text("SELECT count(*) FROM response")).scalar() == 1
