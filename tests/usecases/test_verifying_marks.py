"""Marks that can be proved: whatever happened to a sitting by our own hands verifies; whatever was changed behind our back is found and named."""

import json
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from quiz.core.access import Actor, Role
from quiz.core.contest import Contest
from quiz.core.correction import NewKey, Remedy
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.saving import Save
from quiz.storage import sittings, stored_marks
from quiz.storage.engine import reading
from quiz.storage.tables import AuditRow, MarkRow, ResponseRow
from quiz.usecases import answering, correcting, extending, handing_in, saving, verifying_marks, voiding
from quiz.usecases.correcting import Wish
from quiz.usecases.remarking import Remarker
from tests.usecases.test_appealing import answer, released, sat, speak  # noqa: F401
from tests.usecases.test_contest import held
from tests.usecases.test_keying import ANNA as TYPIST
from tests.usecases.test_keying import BORIS as SECOND_TYPIST
from tests.usecases.test_keying import key, sheet, typed  # noqa: F401
from tests.usecases.test_late_answers import decide as decide_late
from tests.usecases.test_late_answers import send
from tests.usecases.test_marking import AFTER, ANNA, at, judge, short_sitting, sit, take
from tests.usecases.test_rejudging import again, decided
from tests.usecases.test_retrying import CHIEF, retry, rich, void  # noqa: F401


def minutes(n):
    return timedelta(minutes=n)


def verify(world, county, *numbers, actor=None):
    return world.do(verifying_marks.verify_marks, actor or county.ADMIN, "s1", numbers)


def lines(report):
    return [one.tell().render() for one in report.differences]


def correct(world, county, remedy, after, *choices, uid=None):
    key = NewKey(choices=tuple(frozenset(choice) for choice in choices)) if choices else None
    wish = Wish(uid or world.paper("C1").slots[0].question.uid, remedy, key)
    world.do(correcting.apply, county.ADMIN, "s1", wish, "答案有误", at(county, minutes(after)))


def override(world, county, number, slot, mark, after):
    mark = None if mark is None else Decimal(mark)
    world.do(answering.override, county.ADMIN, "s1", number, slot, mark, "核对后改", at(county, minutes(after)))


@pytest.fixture
def eventful(empty, county):
    """Papers of a choice (4), two blanks (1) and a short answer (5); of everything that changes marks something happened, some while C2 was void.

    C1 and C3 wrote the same short answer; C3 was opened again and chose otherwise; a mark of C1 was set by hand, one of C2 and given back.
    """
    world = short_sitting(empty, county)
    for number, written in (("C1", "核实收入"), ("C2", "先核实收入，再评议"), ("C3", "核实收入。")):
        sit(world, number, written, blank="村民自治" if number == "C2" else "自治")
    (item, *_) = take(world, county, ANNA)
    judge(world, county, ANNA, item, points=("2", "0"))
    (found,) = decided(world, county).items
    again(world, county, found, points=("2", "2"))
    correct(world, county, Remedy.NEW_KEY, 10, "C")
    override(world, county, "C2", 1, "3.5", 15)
    correct(world, county, Remedy.BETTER, 20, "C")
    correct(world, county, Remedy.FULL, 22)
    world.do(extending.reopen, county.ADMIN, "s1", "C3", 10, "误交", at(county, minutes(25)))
    world.do(saving.save, county.trainee("C3"), world.code("C3"), Save(1, ["C"], 90), "d", at(county, minutes(26)))
    world.submit((), "C3", at(county, minutes(30)))
    override(world, county, "C2", 1, None, 80)
    world.do(voiding.void, CHIEF, "s1", "C2", "代考", at(county, minutes(83)))
    correct(world, county, Remedy.DROP, 86)
    world.do(voiding.restore, CHIEF, "s1", "C2", "查无此事", at(county, minutes(89)))
    correct(world, county, Remedy.ORIGINAL, 92)
    override(world, county, "C1", 2, "0.5", 95)
    blank = world.paper("C2").slots[1].question.uid
    (item,) = take(world, county, ANNA, uid=blank, blank=1, more=minutes(98))
    judge(world, county, ANNA, item, share=1, uid=blank, more=minutes(98))
    return world


def test_whatever_we_did_ourselves_verifies(eventful, county):
    report = verify(eventful, county)
    assert lines(report) == []
    assert (report.attempts, report.runs, report.found) == (3, 27, 0)
    assert report.marks == 3 * report.runs
    assert verify(eventful, county, "C1", "C3").attempts == 2


def test_a_void_attempt_and_the_paper_after_it_verify(rich, county):  # noqa: F811
    rich.start("C1")
    rich.submit(rich.right_answers("C1")[:3], "C1", rich.opens + minutes(5))
    void(rich)
    retry(rich)
    rich.start("C1", rich.opens + minutes(21))
    rich.submit(rich.right_answers("C1"), "C1", rich.opens + minutes(30))
    rich.start("C2")
    void(rich, "C2")
    correct(rich, county, Remedy.FULL, 5)
    report = verify(rich, county)
    assert lines(report) == []
    assert (report.attempts, report.runs) == (3, 4)
    forge(rich, "UPDATE mark SET mark = 0, why = 'wrong' WHERE slot = 1 AND mark > 0 AND grading_id = (SELECT min(id) FROM grading)")
    assert [line.split("，")[0] for line in lines(verify(rich, county))] == ["C1"]


def test_late_words_verify(world, county):
    world.start(at=world.opens)
    send(world, 1, 1, 10)
    world.do(handing_in.close_expired, world.opens + minutes(61))
    send(world, 2, 2, 90, age=35)
    send(world, 3, 3, 65, age=6)
    decide_late(world, at=100)
    decide_late(world, accept=False, at=110, reason="核实后不属实")
    decide_late(world, at=110, reason="再核实，属实")
    report = verify(world, county)
    assert (lines(report), report.attempts) == ([], 1)
    forge(world, "DELETE FROM late_decision WHERE id = (SELECT max(id) FROM late_decision)")
    assert any("第2题" in line and "应为空白" in line for line in lines(verify(world, county)))


def test_answers_from_paper_verify(world, sheet, county):  # noqa: F811
    key(world, sheet, TYPIST, typed(sheet))
    key(world, sheet, SECOND_TYPIST, typed(sheet))
    assert (lines(verify(world, county)), verify(world, county).runs) == ([], 1)


@pytest.mark.parametrize("contest", [Contest.NOT_BELOW_ZERO, Contest.BELOW_ZERO])
def test_a_contest_verifies_with_its_floor(empty, county, contest):
    world = held(empty, county, contest)
    assert lines(verify(world, county)) == []
    forge(world, "UPDATE grading SET score = 1 WHERE score <= 0")
    least = {Contest.NOT_BELOW_ZERO: "0", Contest.BELOW_ZERO: "−3.5"}[contest]
    assert lines(verify(world, county)) == [f"C2，第1次评分：总分存为0.01，应为{least}"]


def test_appeals_verify(released, county):  # noqa: F811
    row = speak(released, county, after=AFTER)
    answer(released, county, row, upheld=True, mark=Decimal(1))
    correct(released, county, Remedy.BETTER, 1, "C")
    report = verify(released, county)
    assert (lines(report), report.found) == ([], 0)


@contextmanager
def forging(world):
    """Give a session in which everything may be changed, as by somebody with the file in hand; triggers that hold it stay away from then on."""
    with world.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for trigger in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
                connection.execute(text(f"DROP TRIGGER {trigger}"))
    with Session(world.engine) as db:
        is_sqlite = db.get_bind().dialect.name == "sqlite"
        db.execute(text("PRAGMA defer_foreign_keys = ON" if is_sqlite else "SET LOCAL session_replication_role = replica"))
        yield db


def forge(world, *statements):
    """Change what the database refuses to change, for good."""
    with forging(world) as db:
        for statement in statements:
            db.connection().exec_driver_sql(statement)
        db.commit()


def attempt(number):
    return f"(SELECT a.id FROM attempt a JOIN cadre c ON c.id = a.cadre_id WHERE c.number = '{number}')"


def run(number, which="max"):
    return f"(SELECT {which}(id) FROM grading WHERE attempt_id = {attempt(number)})"


def at_slot(number, slot):
    return f"WHERE slot = {slot} AND attempt_id = {attempt(number)}"


def mark_of(number, slot, which="max"):
    return f"WHERE slot = {slot} AND grading_id = {run(number, which)}"


FORGERIES = {
    "response": (
        [f"UPDATE response SET value = '[\"C\"]' {at_slot('C1', 1)}"],
        "C1，第9次评分，第1题：得分存为4，应为0；给分原因存为right，应为wrong",
    ),
    "mark": ([f"UPDATE mark SET mark = 0 {mark_of('C1', 1)}"], "C1，第9次评分，第1题：得分存为0，应为4"),
    "mark with its score": (
        [f"UPDATE mark SET mark = 0 {mark_of('C1', 1)}", f"UPDATE grading SET score = 450 WHERE id = {run('C1')}"],
        "C1，第9次评分：总分存为4.5，应为8.5",
    ),
    "mark of an older run": ([f"UPDATE mark SET mark = 500 {mark_of('C1', 3, 'min')}"], "C1，第1次评分，第3题：得分存为5，应为0"),
    "max mark": ([f"UPDATE mark SET max_mark = 500 {mark_of('C1', 1)}"], "C1，第9次评分，第1题：分值存为5，应为4"),
    "why": ([f"UPDATE mark SET why = 'judged' {mark_of('C1', 1)}"], "C1，第9次评分，第1题：给分原因存为judged，应为right"),
    "rule": ([f"UPDATE mark SET rule = 'half' {mark_of('C1', 1)}"], "C1，第9次评分，第1题：计分规则存为half，应为all_or_nothing"),
    "detail": ([f"UPDATE mark SET detail = replace(detail, 'right', 'wrong') {mark_of('C1', 1)}"], "C1，第9次评分，第1题：记下的计分细节与作答不符"),
    "no detail": ([f"UPDATE mark SET detail = 'x' {mark_of('C1', 1)}"], "C1，第9次评分，第1题：记下的计分细节与作答不符"),
    "score": ([f"UPDATE grading SET score = 1000 WHERE id = {run('C1')}"], "C1，第9次评分：总分存为10，应为8.5"),
    "score of an older run": ([f"UPDATE grading SET score = 1000 WHERE id = {run('C1', 'min')}"], "C1，第1次评分：总分存为10，应为5"),
    "full marks": ([f"UPDATE grading SET max_score = 900 WHERE id = {run('C1')}"], "C1，第9次评分：满分存为9，应为10"),
    "pending": ([f"UPDATE grading SET pending = 1 WHERE id = {run('C1')}"], "C1，第9次评分：待人工判定的存为1题，应为0题"),
    "a mark gone": ([f"DELETE FROM mark {mark_of('C1', 1)}"], "C1，第9次评分，第1题：没有得分"),
    "a mark more": (
        [
            "INSERT INTO mark (grading_id, slot, mark, max_mark, rule, why, detail, sitting_id)"
            f" SELECT grading_id, 9, 100, 100, rule, why, detail, sitting_id FROM mark {mark_of('C1', 1)}"
        ],
        "C1，第9次评分，第9题：试卷上没有这道题，却有得分",
    ),
    "the first run gone": (
        [f"DELETE FROM mark WHERE grading_id = {run('C1', 'min')}", f"DELETE FROM grading WHERE id = {run('C1', 'min')}"],
        "C1，第1次评分：缺少这一次评分",
    ),
    "the last run gone": (
        [f"DELETE FROM mark WHERE grading_id = {run('C1')}", f"DELETE FROM grading WHERE id = {run('C1')}"],
        "C1：第2题由人工改过分，却没有随之重新评分",
    ),
    "all runs gone": (
        [
            f"DELETE FROM mark WHERE grading_id IN (SELECT id FROM grading WHERE attempt_id = {attempt('C2')})",
            f"DELETE FROM grading WHERE attempt_id = {attempt('C2')}",
        ],
        "C2：答卷已经交了，却没有评分",
    ),
    "decision": (
        ["UPDATE decision SET share = 1000000 WHERE question_uid = 'short-0' AND id = (SELECT max(id) FROM decision WHERE question_uid = 'short-0')"],
        "C3，第9次评分，第3题：得分存为4，应为5",
    ),
    "decision gone": (["DELETE FROM decision WHERE id = (SELECT max(id) FROM decision)"], "C2，第9次评分：写明的缘由查无此项：decision"),
    "correction": (["UPDATE correction SET remedy = 'full' WHERE number = 5"], "C2，第8次评分，第1题：给分原因存为right，应为full_for_all"),
    "correction gone": (["DELETE FROM correction WHERE number = 5"], "C1，第8次评分：写明的缘由查无此项：correction 5"),
    "override": ([f"UPDATE mark_override SET mark = 100 WHERE attempt_id = {attempt('C1')}"], "C1，第9次评分，第2题：得分存为0.5，应为1"),
    "override gone": ([f"DELETE FROM mark_override WHERE attempt_id = {attempt('C1')}"], "C1，第9次评分，第2题：得分存为0.5，应为1"),
    "response swapped": (
        [f"UPDATE mark SET response_id = (SELECT min(id) FROM response WHERE slot = 1 AND attempt_id = {attempt('C3')}) {mark_of('C3', 1)}"],
        "C3，第9次评分，第1题：依据的作答存为",
    ),
    "cause": ([f"UPDATE grading SET reason = 'rejudged:999' WHERE id = {run('C2', 'min')}"], "C2，第1次评分：写明的缘由查无此项：rejudged:999"),
    "no cause": ([f"UPDATE grading SET reason = 'override:x' WHERE id = {run('C2', 'min')}"], "C2，第1次评分：写明的缘由查无此项：override:x"),
    "paper": (
        [f"UPDATE paper SET content = replace(content, '4', '5') WHERE id = (SELECT paper_id FROM attempt WHERE id = {attempt('C2')})"],
        "C2：试卷正文",
    ),
    "bank": (['UPDATE question_revision SET content = replace(content, \'"key":["B"]\', \'"key":["C"]\')'], "C1：试卷正文与登记的摘要不符"),
    "unreadable": ([f"UPDATE response SET value = '[\"C' {at_slot('C1', 1)}"], "第1题：存下的作答读不出来"),
    "a line's end": ([f'UPDATE response SET value = \'["C",\n"B"]\' WHERE slot = 1 AND attempt_id = {attempt("C1")}'], "C1，第9次评分，第1题：得分"),
    "an answer for each blank too many": (
        [f'UPDATE response SET value = \'["a","b","c"]\' WHERE slot = 2 AND attempt_id = {attempt("C2")}'],
        "C2，第9次评分，第2题：存下的作答读不出来",
    ),
    "sitting of a run": ([f"UPDATE grading SET sitting_id = sitting_id + 1 WHERE id = {run('C1')}"], "C1，第9次评分：登记在另一场考试名下"),
    "sitting of a mark": ([f"UPDATE mark SET sitting_id = sitting_id + 1 {mark_of('C1', 1)}"], "C1，第9次评分，第1题：登记在另一场考试名下"),
}


def test_what_was_changed_behind_our_back_is_found_and_named(eventful, county):
    missed = {}
    for what, (statements, told) in FORGERIES.items():
        with forging(eventful) as db:  # which is never committed
            for statement in statements:
                db.connection().exec_driver_sql(statement)
            found = lines(verifying_marks.verify_marks(db, county.ADMIN, "s1"))
        if not any(told in line for line in found):
            missed[what] = found
    assert missed == {}
    assert lines(verify(eventful, county)) == []


def test_every_stored_mark_is_compared(eventful, county):
    """Each column of each mark of each run is changed in turn: found at that run and slot, and nowhere else."""
    changes = {
        "mark": lambda row: row.mark - 1 if row.mark > 0 else row.mark + 1,
        "max_mark": lambda row: row.max_mark + 1,
        "rule": lambda row: "half",
        "why": lambda row: "deducted",
        "detail": lambda row: row.detail.replace('"revision":1', '"revision":2'),
        "response_id": lambda row: None,
    }
    with forging(eventful) as db:
        sitting = sittings.get_sitting(db, "s1")
        graded = stored_marks.list_graded(db, sitting)
        runs = {run.id: run for found in stored_marks.runs_of_many(db, [one.id for one in graded]).values() for run in found}
        numbers = {one.id: one.number for one in graded}
        for row in db.scalars(select(MarkRow)).all():
            if not row.max_mark:
                continue  # nothing can be changed of it that its constraint allows
            for column, change in changes.items():
                before, now = getattr(row, column), change(row)
                setattr(row, column, now)
                db.flush()
                found = Remarker(db, sitting).check(graded).differences
                where = numbers[runs[row.grading_id].attempt_id], runs[row.grading_id].number, row.slot
                assert [(one.number, one.run, one.slot) for one in found] == [where], (column, before, now)
                setattr(row, column, before)
                db.flush()
        assert Remarker(db, sitting).check(graded).differences == []


def test_who_may_verify_and_what_is_written_down(eventful, county):
    inspector = Actor("inspector", {Role.INSPECTOR: "/"})
    report = verify(eventful, county, actor=inspector)
    eventful.do(verifying_marks.note_verified, inspector, report, county.NOW)
    with reading(eventful.engine) as db:
        (row,) = db.scalars(select(AuditRow).where(AuditRow.action == "verify_marks"))
        assert (row.actor, row.subject) == ("inspector", "s1")
        told = json.loads(row.detail)
        assert [told[name] for name in ("attempts", "runs", "marks", "differences")] == [3, 27, 81, 0]
    for actor in (Actor("marker", {Role.MARKER: "/"}), county.trainee("C1"), Actor("town", {Role.ORGANISER: "/QL/T01/"})):
        with pytest.raises(Forbidden):
            verify(eventful, county, actor=actor)
    with pytest.raises(NotFound):
        eventful.do(verifying_marks.verify_marks, county.ADMIN, "s9")
    with pytest.raises(QuizError) as caught:
        verify(eventful, county, "C1", "C9")
    assert caught.value.code == "no_paper"


def test_in_parts_the_same_is_told_and_no_more_than_can_be_read(eventful, county, monkeypatch):
    forge(eventful, "UPDATE mark SET why = 'mixed'")
    whole, seen = verify(eventful, county), []
    for name, value in (("AT_ONCE", 1), ("MOST_TOLD", 30)):
        monkeypatch.setattr(verifying_marks, name, value)
    parts = eventful.do(verifying_marks.verify_marks, county.ADMIN, "s1", (), lambda *done: seen.append(done))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert (parts.found, parts.marks, len(parts.differences)) == (whole.found, whole.marks, 30)
    assert parts.differences == whole.differences[:30]


def test_an_attempt_that_is_open_again_is_checked_as_it_was(eventful, county):
    eventful.do(extending.reopen, county.ADMIN, "s1", "C1", 10, "误交", at(county, minutes(101)))
    eventful.do(saving.save, county.trainee("C1"), eventful.code("C1"), Save(1, ["A"], 90), "d", at(county, minutes(105)))
    correct(eventful, county, Remedy.NEW_KEY, 160, "D")
    report = verify(eventful, county)
    assert (lines(report), report.attempts) == ([], 3)
    with reading(eventful.engine) as db:
        assert db.scalars(select(ResponseRow.value).where(ResponseRow.seq == 90).order_by(ResponseRow.id.desc())).first() == '["A"]'
