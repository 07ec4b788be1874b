"""The schema: models and migrations agree, what must not change cannot, and times keep their zone."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, StatementError

from quiz.core.access import Person
from quiz.storage import audit, migrate
from quiz.storage.engine import reading, writing
from quiz.storage.tables import APPEND_ONLY, AuditRow, Base, QuestionRow, UnitRow

NOW = datetime(2026, 11, 21, 6, 5, tzinfo=UTC)


def test_models_and_migrations_agree_and_the_triggers_are_there(engine):
    assert migrate.differences(engine) == []
    assert migrate.expected_triggers() <= migrate.triggers(engine)


def test_upgrading_again_changes_nothing(engine):
    migrate.upgrade(engine)
    assert migrate.differences(engine) == []


def test_a_missing_trigger_is_told(engine, database_kind):
    with writing(engine) as db:
        on = "" if database_kind == "sqlite" else " ON response"
        db.execute(text(f"DROP TRIGGER response_no_update{on}"))
    assert migrate.differences(engine) == ["missing trigger: response_no_update"]


def test_what_a_result_rests_on_can_be_neither_changed_nor_deleted(engine):
    with writing(engine) as db:
        audit.record(db, NOW, Person.as_typed("me"), "act", "thing")
    for statement in ("UPDATE audit SET actor = 'you'", "DELETE FROM audit"):
        with pytest.raises(DatabaseError, match="append-only"), writing(engine) as db:
            db.execute(text(statement))
    assert set(APPEND_ONLY) <= set(Base.metadata.tables)


def test_the_audit_log_is_chained(engine):
    with writing(engine) as db:
        for n in range(3):
            audit.record(db, NOW, Person.as_typed("me"), "act", f"thing {n}")
    with reading(engine) as db:
        rows = db.query(AuditRow).order_by(AuditRow.id).all()
    assert [row.previous for row in rows] == ["0" * 64, rows[0].digest, rows[1].digest]


def test_a_transaction_that_raises_leaves_nothing(engine):
    with pytest.raises(RuntimeError), writing(engine) as db:
        db.add(UnitRow(code="X", name="x", kind="county", path="/X/"))
        db.flush()
        raise RuntimeError
    with reading(engine) as db:
        assert db.query(UnitRow).count() == 0


def test_times_come_back_as_utc_and_naive_ones_are_refused(engine):
    with writing(engine) as db:
        audit.record(db, NOW, Person.as_typed("me"), "act", "thing")
    with reading(engine) as db:
        assert db.query(AuditRow.at).scalar() == NOW
    with pytest.raises(StatementError, match="aware"), writing(engine) as db:
        db.add(AuditRow(at=NOW.replace(tzinfo=None), actor="", action="", subject="", detail="", previous="", digest=""))


def test_read_then_write_by_many_threads_loses_nothing(engine):
    """The lost update that a deferred transaction would allow: 8 threads add 25 each to one counter."""
    from concurrent.futures import ThreadPoolExecutor

    with writing(engine) as db:
        db.add(QuestionRow(uid="q", is_template=False, current=0))

    def add(_):
        with writing(engine) as db:
            row = db.query(QuestionRow).with_for_update().one()
            row.current += 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(200)))
    with reading(engine) as db:
        assert db.query(QuestionRow.current).scalar() == 200
