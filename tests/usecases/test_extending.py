"""Time given to people and attempts opened again: what holds before, while and after; who may; and that every deadline follows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from quiz.core.access import Actor, Role
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.results import Standing
from quiz.core.saving import Save, Saved
from quiz.core.sitting import GRACE, Phase, Release
from quiz.storage import attempts as attempt_rows
from quiz.storage import gradings, sittings
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AttemptChangeRow, AttemptRow, AuditRow
from quiz.usecases import attempts, extending, handing_in, results, scheduling

CHIEF = Actor("组考", {Role.ORGANISER: "/"})
TOWN = Actor("镇组考", {Role.ORGANISER: "/QL/T01/"})


def minutes(n):
    return timedelta(minutes=n)


def attempt_of(world, number="C1"):
    with reading(world.engine) as db:
        return sittings.seats_of_cadre(db, number)[0].attempt


def extend(world, n=10, number="C1", at=None, actor=CHIEF, reason="设备故障"):
    return world.do(extending.extend, actor, "s1", number, n, reason, at or world.opens + minutes(5))


def reopen(world, n=0, number="C1", at=None, actor=CHIEF, reason="误交卷"):
    return world.do(extending.reopen, actor, "s1", number, n, reason, at or world.opens + minutes(40))


def give_back(world, n=20, unit="T01", at=None, actor=CHIEF):
    return world.do(extending.give_back, actor, "s1", unit, n, "停电", at or world.opens + minutes(30))


def code_of(action, *args, **kwargs):
    with pytest.raises(QuizError) as caught:
        action(*args, **kwargs)
    return caught.value.code


def test_time_given_before_a_start_counts_when_it_starts(world):
    extend(world, 15, at=world.opens - minutes(60))
    world.start(at=world.opens)
    assert attempt_of(world).deadline_at == world.opens + minutes(75)


def test_time_given_while_running_moves_the_deadline_of_save_desk_and_closing(world):
    world.start(at=world.opens)
    extend(world, 10)
    late = world.opens + minutes(65)
    saved = world.save(1, ["A"], 1, at=late)
    assert saved.state is Saved.ACCEPTED
    assert world.do(handing_in.close_expired, late) == 0
    assert world.save(1, ["B"], 2, at=world.opens + minutes(70) + GRACE + timedelta(seconds=1)).state is Saved.LATE
    assert world.do(handing_in.close_expired, world.opens + minutes(71)) == 1
    assert attempt_of(world).submitted_at == world.opens + minutes(70)


def test_time_goes_beyond_the_sittings_end_and_the_whole_sitting_with_it(world, county):
    world.start(at=world.opens + minutes(90))  # the window leaves thirty minutes
    extend(world, 20, at=world.opens + minutes(100))
    assert attempt_of(world).deadline_at == world.opens + minutes(140)
    with reading(world.engine) as db:
        (row,) = sittings.list_sittings(db)
        assert sittings.window_of(row).phase(world.opens + minutes(130)) is Phase.OPEN
    world.start("C2")
    world.submit((), "C2")
    with reading(world.engine) as db:
        mine = results.my_result(db, county.trainee("C2"), world.code("C2"), world.opens + minutes(130))
        later = results.my_result(db, county.trainee("C2"), world.code("C2"), world.opens + minutes(151))
    assert not mine.visible.key
    assert later.visible.key


def test_someone_with_time_may_start_after_the_others_end_and_nobody_else(world):
    extend(world, 30, at=world.opens)
    late = world.opens + minutes(125)
    world.start("C1", at=late)
    assert attempt_of(world).deadline_at == world.opens + minutes(150)
    assert code_of(world.start, "C2", at=late) == "not_open"


def test_a_unit_gets_lost_time_back_and_nobody_gets_longer(world):
    world.start("C1", at=world.opens)
    done = give_back(world, 20)
    assert (done.at_work, done.not_started, done.left_out) == (1, 1, 0)
    assert attempt_of(world).deadline_at == world.opens + minutes(80)
    world.start("C2", at=world.opens + minutes(50))
    assert attempt_of(world, "C2").deadline_at == world.opens + minutes(110)
    assert code_of(world.start, "C3", at=world.opens + minutes(121)) == "not_open"


def test_a_unit_leaves_out_who_has_handed_in_and_the_actor(world):
    world.start("C1")
    world.submit(())
    own = Actor("自己", {Role.ORGANISER: "/"}, cadre_number="C2")
    done = give_back(world, actor=own, at=world.opens + minutes(35))
    assert (done.at_work, done.not_started, done.left_out) == (0, 0, 2)


@pytest.mark.parametrize("given", [0, 7])
def test_opening_again_gives_back_what_was_left(world, given):
    world.start(at=world.opens)
    world.save(1, ["A"], 1)
    world.submit((), at=world.opens + minutes(30))
    at = world.opens + minutes(40)
    reopen(world, given, at=at)
    found = attempt_of(world)
    assert (found.submitted_at, found.closed_by, found.deadline_at) == (None, None, at + minutes(30 + given))
    assert world.save(1, ["B"], 2, at=at + minutes(1)).state is Saved.ACCEPTED
    assert world.submit((), at=at + minutes(2))[0].submitted_at == at + minutes(2)


def test_an_attempt_that_ran_out_is_opened_with_minutes_only(world):
    world.start(at=world.opens)
    world.do(handing_in.close_expired, world.opens + minutes(61))
    at = world.opens + minutes(70)
    assert code_of(extend, world, at=at) == "already_closed"
    assert code_of(reopen, world, at=at) == "no_time"
    row = reopen(world, 15, at=at)
    assert (row.closed_by, row.deadline_before, row.deadline_after) == ("deadline", world.opens + minutes(60), at + minutes(15))


def test_while_open_again_no_earlier_grading_counts(world, county):
    world.start()
    world.submit(world.right_answers())
    reopen(world)
    at = world.opens + minutes(41)
    with reading(world.engine) as db:
        (row,) = [row for row in results.read_sitting(db, CHIEF, "s1", at).rows if row.number == "C1"]
        assert (row.standing, row.score) == (Standing.AT_WORK, None)
        assert gradings.newest_grading(db, attempt_of(world)) is None
    world.submit((), at=at)
    with reading(world.engine) as db:
        assert gradings.newest_grading(db, attempt_of(world)).number == 2


def test_a_page_that_thinks_its_time_is_up_cannot_close_what_was_extended(world, county):
    world.start(at=world.opens)
    extend(world, 10)
    at = world.opens + minutes(60)
    carried = [Save(1, ["A"], 5)]
    row, saved = world.do(handing_in.submit, county.trainee(), world.code(), carried, "dev", at, by_clock=True)
    assert row.submitted_at is None
    assert saved[0].state is Saved.ACCEPTED
    row, _ = world.do(handing_in.submit, county.trainee(), world.code(), (), "dev", world.opens + minutes(70), by_clock=True)
    assert row.closed_by == "deadline"


def test_nothing_is_changed_once_results_are_out(world):
    world.start()
    world.submit(())
    after = world.opens + minutes(131)
    assert [code_of(action, world, at=after) for action in (extend, reopen, give_back)] == ["released"] * 3


def test_a_manual_sitting_may_be_opened_until_its_release(empty, county):
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(release=Release.MANUAL), county.ZONE, county.SEED)
    empty.start()
    empty.submit(())
    after = empty.opens + minutes(130)
    reopen(empty, at=after)
    empty.submit((), at=after + minutes(1))
    empty.do(results.release, CHIEF, "s1", after + minutes(2))
    assert code_of(reopen, empty, at=after + minutes(3)) == "released"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": " "}, "no_reason"),
        ({"n": 0}, "bad_minutes"),
        ({"n": -5}, "bad_minutes"),
        ({"n": 241}, "bad_minutes"),
        ({"number": "C9"}, "not_found"),
    ],
)
def test_what_is_refused(world, change, code):
    assert code_of(extend, world, **change) == code


def test_all_the_time_of_one_person_has_a_limit(world):
    extend(world, 200)
    assert code_of(extend, world, 41) == "too_long"
    extend(world, 40)


def test_an_attempt_never_ends_long_after_the_sitting(world):
    world.start(at=world.opens)
    world.submit((), at=world.opens + minutes(1))
    assert code_of(reopen, world, 240, at=world.opens + minutes(90)) == "too_long"


def test_an_open_attempt_is_not_opened_again(world):
    assert code_of(reopen, world) == "not_closed"
    world.start()
    assert code_of(reopen, world) == "not_closed"


@pytest.mark.parametrize("action", [extend, reopen])
def test_authority_and_never_for_oneself(world, action):
    with pytest.raises(Forbidden):
        action(world, actor=Actor("督查", {Role.INSPECTOR: "/"}))
    with pytest.raises(Forbidden):
        action(world, actor=Actor("自己", {Role.ORGANISER: "/", Role.TRAINEE: "/"}, cadre_number="C1"))
    with pytest.raises(NotFound):
        action(world, number="C3", actor=TOWN)


def test_a_unit_outside_ones_scope_is_unknown(world):
    assert code_of(give_back, world, unit="T02", actor=TOWN) == "unknown_unit"
    assert code_of(give_back, world, unit="X") == "unknown_unit"


def test_the_history_is_kept_and_audited(world):
    world.start(at=world.opens)
    extend(world, 10)
    give_back(world, 20)
    with reading(world.engine) as db:
        kinds = [(item.row.kind, item.row.minutes, item.row.reason) for item in extending.history_of(db, CHIEF, "s1", "C1")]
        actions = db.scalars(select(AuditRow.action).order_by(AuditRow.id)).all()
        assert {item.cadre.number for item in extending.read_times(db, TOWN, "s1").history} == {"C1", "C2"}
    assert kinds == [("pause", 20, "停电"), ("extend", 10, "设备故障")]
    assert actions[-2:] == ["extend", "give_back"]
    for statement in ("UPDATE attempt_change SET minutes = 1", "DELETE FROM attempt_change"):
        with pytest.raises(DatabaseError, match="append-only"), writing(world.engine) as db:
            db.execute(text(statement))


def test_a_trainee_finds_their_own_end(world, county):
    extend(world, 15, at=world.opens)
    with reading(world.engine) as db:
        mine = attempts.get_mine(db, county.trainee(), world.code(), world.opens + minutes(130))
        other = attempts.list_mine(db, county.trainee("C2"), world.opens + minutes(130))[0]
    assert (mine.phase, mine.minutes, mine.closes_at) == (Phase.OPEN, 75, world.opens + minutes(135))
    assert (other.phase, other.minutes) == (Phase.CLOSED, 60)


def test_starting_and_extending_at_once_lose_no_minute(world):
    """Whichever comes first, the time given counts."""
    with ThreadPoolExecutor(4) as pool:
        started = [pool.submit(world.start, number, world.opens) for number in ("C1", "C2", "C3")]
        given = [pool.submit(extend, world, 10, number) for number in ("C1", "C2", "C3")]
        for job in (*started, *given):
            job.result()
    with reading(world.engine) as db:
        assert set(db.scalars(select(AttemptRow.deadline_at))) == {world.opens + minutes(70)}
        assert len(db.scalars(select(AttemptChangeRow)).all()) == 3
        assert attempt_rows.expired_attempts(db, world.opens + minutes(65), 100) == []
