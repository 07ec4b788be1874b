"""Answers that came too late: a person decides, with both times in sight; what is accepted counts in a new grading beside the old."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from quiz.core.access import Actor, Role
from quiz.core.message import Forbidden, NotFound
from quiz.core.saving import Save
from quiz.storage import attempts as attempt_rows
from quiz.storage.engine import reading, writing
from quiz.storage.tables import GradingRow, ResponseRow
from quiz.usecases import attempts, auditing, extending, hall, handing_in, late_answers, results
from quiz.usecases.hall import Choice
from tests.usecases.test_extending import attempt_of, code_of, minutes
from tests.usecases.test_retrying import row_of

CHIEF = Actor("组考", {Role.ORGANISER: "/"})
TOWN = Actor("镇组考", {Role.ORGANISER: "/QL/T01/"})


def send(world, slot, seq, at, age=0.0, number="C1", value=None):
    """A right answer that comes in at a minute, made `age` minutes before."""
    right = next(save.value for save in world.right_answers(number) if save.slot == slot)
    item = Save(slot, right if value is None else value, seq, int(age * 60_000))
    from quiz.usecases import saving
    from tests.usecases.conftest import trainee

    return world.do(saving.save, trainee(number), world.code(number), item, "dev", world.opens + minutes(at)).state


def decide(world, accept=True, response=None, actor=CHIEF, reason="网络中断属实", at=100, number="C1"):
    if response is None:
        with reading(world.engine) as db:
            response = db.scalars(select(ResponseRow.id).where(ResponseRow.state == "late")).first()
    return world.do(late_answers.decide_late, actor, "s1", number, response, accept, reason, world.opens + minutes(at))


def desk(world, at=100, actor=CHIEF):
    with reading(world.engine) as db:
        return hall.read_desk(db, actor, "s1", "C1", world.opens + minutes(at))


@pytest.fixture
def late(world):
    """C1 answered the first question in time; the second came in half an hour after the clock had closed the attempt."""
    world.start(at=world.opens)
    send(world, 1, 1, 10)
    world.do(handing_in.close_expired, world.opens + minutes(61))
    assert send(world, 2, 2, 90, age=35) == "late"
    return world


def test_it_counts_once_somebody_says_so_and_no_more_when_they_take_it_back(late, county):
    assert row_of(late, county).score == 2
    decide(late)
    assert row_of(late, county).score == 4
    decide(late, accept=False, reason="核实后不属实")
    assert row_of(late, county).score == 2
    with reading(late.engine) as db:
        reasons = db.scalars(select(GradingRow.reason).order_by(GradingRow.number)).all()
        assert auditing.is_sound(auditing.verify_audit(db, county.ADMIN))
    assert reasons == ["deadline", "late_decision", "late_decision"]
    (answer,) = desk(late).late
    assert [(word.is_accepted, word.reason) for word in answer.decisions] == [(False, "核实后不属实"), (True, "网络中断属实")]


def test_both_times_are_shown_and_whether_the_keys_were_out(late):
    (answer,) = desk(late).late
    assert (answer.row.made_at, answer.row.received_at) == (late.opens + minutes(55), late.opens + minutes(90))
    assert (answer.is_open, desk(late).after_release) == (True, frozenset())
    assert send(late, 3, 3, 200) == "late"
    view = desk(late, at=201)
    assert view.after_release == {view.late[1].row.id}


def test_a_newer_answer_that_was_taken_in_time_goes_before_it(late, county):
    late.do(extending.reopen, CHIEF, "s1", "C1", 10, "网络中断", late.opens + minutes(91))
    assert send(late, 2, 3, 92, value=[]) == "accepted"
    decide(late, at=93)
    with reading(late.engine) as db:
        assert attempt_rows.current_responses(db, attempt_of(late))[2] == ()
        assert db.scalars(select(GradingRow.number)).all() == [1]  # open again: marked when it is handed in
    late.submit((), at=late.opens + minutes(95))
    assert row_of(late, county).score == 2


def test_what_was_kept_before_an_attempt_was_opened_again_counts_when_it_is_handed_in(late, county):
    late.do(extending.reopen, CHIEF, "s1", "C1", 10, "网络中断", late.opens + minutes(91))
    decide(late, at=93)
    with reading(late.engine) as db:
        open_desk = attempts.open_desk(db, county.trainee(), late.code(), late.opens + minutes(94))
    assert open_desk.responses[2]
    late.submit((), at=late.opens + minutes(95))
    assert row_of(late, county).score == 4


def test_what_was_made_in_time_and_delivered_counts_and_is_shown_with_both_times(world):
    world.start(at=world.opens)
    assert send(world, 1, 1, 65, age=6) == "accepted"
    (answer,) = desk(world).late
    assert (answer.is_kept, answer.row.made_at) == (False, world.opens + minutes(59))
    assert code_of(decide, world, response=answer.row.id) == "not_found"
    with reading(world.engine) as db:
        board = hall.read_board(db, CHIEF, "s1", Choice(site="T01"), world.opens + minutes(66))
    assert (board.total.delivered, board.total.late) == (1, 0)
    assert [person.delivered for person in board.people] == [1, 0]


def test_the_board_lists_who_waits_for_a_word(late):
    with reading(late.engine) as db:
        board = hall.read_board(db, CHIEF, "s1", Choice(only_late=True), late.opens + minutes(100))
    assert (board.total.late, [person.number for person in board.people]) == (1, ["C1"])
    decide(late)
    with reading(late.engine) as db:
        board = hall.read_board(db, CHIEF, "s1", Choice(only_late=True), late.opens + minutes(100))
    assert (board.total.late, board.people) == (0, [])


def test_what_is_refused_and_who_may_not(late):
    assert code_of(decide, late, reason=" ") == "no_reason"
    with pytest.raises(NotFound):
        decide(late, response=99)
    for actor in (Actor("督查", {Role.INSPECTOR: "/"}), Actor("自己", {Role.ORGANISER: "/"}, cadre_number="C1")):
        with pytest.raises(Forbidden):
            decide(late, actor=actor)
    late.start("C3", at=late.opens)
    with pytest.raises(NotFound):
        decide(late, actor=TOWN, number="C3")


def test_a_persons_word_is_never_changed(late):
    decide(late)
    for statement in ("UPDATE late_decision SET reason = ''", "DELETE FROM late_decision", "UPDATE response SET state = 'accepted'"):
        with pytest.raises(DatabaseError, match="append-only"), writing(late.engine) as db:
            db.execute(text(statement))


def test_the_person_sees_the_new_score(late, county):
    decide(late)
    with reading(late.engine) as db:
        mine = results.my_result(db, county.trainee(), late.code(), late.opens + minutes(200))
    assert mine.graded.score == 4
