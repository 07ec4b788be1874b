"""The audit log's chain: whole, changed, with a row gone from its middle or its end."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text

from quiz.core.access import Person
from quiz.storage import audit
from quiz.storage.audit import Chain, Fault
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AuditRow

NOW = datetime(2026, 11, 21, 6, 5, 4, 321, tzinfo=UTC)


@pytest.fixture
def log(engine, database_kind):
    """A log of five rows, and means to tamper with it as the owner of the database could."""
    with writing(engine) as db:
        for n in range(5):
            audit.record(db, NOW + timedelta(minutes=n), Person("account:3", "张三"), "act", f"thing {n}", {"n": n, "why": "理由"})
    return Log(engine, database_kind)


class Log:
    def __init__(self, engine, kind):
        self.engine = engine
        self.on = "" if kind == "sqlite" else " ON audit"

    def tamper(self, statement):
        with writing(self.engine) as db:
            for verb in ("update", "delete"):
                db.execute(text(f"DROP TRIGGER IF EXISTS audit_no_{verb}{self.on}"))
            db.execute(text(statement))

    def verify(self, expect="") -> Chain:
        with reading(self.engine) as db:
            return audit.verify(db, expect)


def test_an_untouched_log_is_whole(log):
    chain = log.verify()
    assert (chain.rows, chain.broken, chain.faults) == (5, None, 0)
    assert chain.head.at == NOW + timedelta(minutes=4)


def test_an_empty_log_is_whole(engine):
    with reading(engine) as db:
        assert audit.verify(db) == Chain()
        assert Chain().head_digest == "0" * 64


def test_a_time_given_in_another_zone_is_the_same_time(engine):
    with writing(engine) as db:
        audit.record(db, NOW.astimezone(timezone(timedelta(hours=8))), Person.as_typed("me"), "act", "thing")
    with reading(engine) as db:
        assert audit.verify(db).broken is None


def test_more_rows_than_are_held_at_once(engine):
    with writing(engine) as db:
        for n in range(audit.AT_ONCE + 2):
            audit.record(db, NOW, Person.as_typed("me"), "act", str(n))
    with reading(engine) as db:
        assert audit.verify(db).rows == audit.AT_ONCE + 2


@pytest.mark.parametrize(
    "change",
    [
        "actor = '李四'",
        "action = 'b'",
        "subject = 'x'",
        "detail = '{}'",
        "detail = 'no json'",
        "detail = ' ' || detail",
        "at = '2026-01-01 00:00:00'",
    ],
)
def test_a_changed_row_is_found_with_its_place(log, change):
    log.tamper(f"UPDATE audit SET {change} WHERE id = 3")
    chain = log.verify()
    assert chain.broken, "nothing was found"
    assert (chain.broken.id, chain.fault, chain.faults, chain.rows) == (3, Fault.CHANGED, 1, 5)


def test_a_changed_row_with_a_digest_made_anew_breaks_the_next(log):
    with reading(log.engine) as db:
        before = db.execute(text("SELECT previous FROM audit WHERE id = 3")).scalar()
    made = audit.link_digest(before, NOW + timedelta(minutes=2), "李四", "act", "thing 2", {"n": 2, "why": "理由", "person": "account:3"})
    log.tamper(f"UPDATE audit SET actor = '李四', digest = '{made}' WHERE id = 3")
    chain = log.verify()
    assert chain.broken, "nothing was found"
    assert (chain.broken.id, chain.fault) == (4, Fault.GAP)


@pytest.mark.parametrize(("gone", "found"), [(1, 2), (3, 4)])
def test_a_row_gone_from_the_beginning_or_the_middle_is_found_at_the_next(log, gone, found):
    log.tamper(f"DELETE FROM audit WHERE id = {gone}")
    chain = log.verify()
    assert chain.broken, "nothing was found"
    assert (chain.broken.id, chain.fault, chain.rows) == (found, Fault.GAP, 4)


def test_two_rows_exchanged_are_found(log):
    log.tamper("UPDATE audit SET id = CASE id WHEN 2 THEN -3 ELSE -2 END WHERE id IN (2, 3)")
    log.tamper("UPDATE audit SET id = -id WHERE id < 0")
    broken = log.verify().broken
    assert broken
    assert broken.id == 2


def test_a_tail_cut_off_is_found_only_by_a_digest_written_down(log):
    head = log.verify().head_digest
    log.tamper("DELETE FROM audit WHERE id = 5")
    assert log.verify().broken is None
    assert log.verify(head).kept is None


def test_a_digest_written_down_stays_in_the_chain_when_the_log_grows(log):
    head = log.verify().head_digest
    with writing(log.engine) as db:
        audit.record(db, NOW, Person.as_typed("me"), "act", "later")
    chain = log.verify(head)
    assert (chain.kept.id, chain.after) == (5, 1)


def test_two_of_one_name_are_told_apart_and_a_command_line_has_its_name_alone(engine):
    with writing(engine) as db:
        for person in (Person.of_account(3, "王芳"), Person.of_account(4, "王芳"), Person.as_typed("王芳")):
            audit.record(db, NOW, person, "act", "thing", {"n": 1})
    with reading(engine) as db:
        rows = db.query(AuditRow).order_by(AuditRow.id).all()
        assert audit.verify(db).broken is None
    assert [row.actor for row in rows] == ["王芳"] * 3
    assert [json.loads(row.detail).get("person") for row in rows] == ["account:3", "account:4", None]
