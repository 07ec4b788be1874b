"""Marks of a sitting verified by command: what was counted, what differs and where, and an exit status for scripts."""

from sqlalchemy import select, text

from quiz.cli.console import Console
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AuditRow
from tests.cli.test_record import who_sat


def test_marks_are_verified_and_a_changed_one_is_named(shell):
    number = who_sat(shell)
    told = shell("sitting", "verify-marks", "s1")
    assert "考试s1：1份答卷，1次评分" in told
    assert "核对无误" in told
    assert "no_paper" in shell("sitting", "verify-marks", "s1", "nobody")
    console = Console()
    with writing(console.engine) as db:
        db.execute(text("DROP TRIGGER mark_no_update"))
        db.execute(text("UPDATE mark SET mark = 0 WHERE slot = 1"))
    told = shell("sitting", "verify-marks", "s1", number, status=1)
    assert f"{number}，第1次评分，第1题：得分存为0，应为" in told
    assert "核对未通过：1处不符。" in told
    with reading(console.engine) as db:
        rows = db.scalars(select(AuditRow.detail).where(AuditRow.action == "verify_marks").order_by(AuditRow.id)).all()
    assert ['"differences":0' in rows[0], '"differences":1' in rows[1], len(rows)] == [True, True, 2]
    console.close()
    assert "Nothing is changed" in shell("sitting", "verify-marks", "--help")
