"""A clock that is set: deadlines stay where they are, somebody is told, nothing is closed until a person has looked, restarts included."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from quiz.cli.sweep import close_all_expired, look_at_clock
from quiz.core.access import Actor, Role
from quiz.core.message import Forbidden
from quiz.core.saving import Saved
from quiz.core.steady import SteadyClock
from quiz.storage.engine import reading
from quiz.storage.tables import AuditRow, ClockAlarmRow
from quiz.usecases import auditing, handing_in, timekeeping
from tests.usecases.test_extending import attempt_of, code_of, minutes

CHIEF = Actor("组考", {Role.ORGANISER: "/"})
HOUR = timedelta(hours=1)


class Machine:
    """The server's machine: its clock may be set, its ticks may not; `serve` starts a process on it."""

    def __init__(self, world):
        self.world, self.wall, self.ticks = world, world.opens, 5000.0

    def serve(self):
        clock = SteadyClock(lambda: self.wall, lambda: self.ticks)
        with reading(self.world.engine) as db:
            timekeeping.go_on(db, "host", clock)
        return clock

    def pass_(self, **duration):
        self.wall += timedelta(**duration)
        self.ticks += timedelta(**duration).total_seconds()

    def set_by(self, by):
        self.wall += by

    def restart(self):
        self.ticks = 10.0


@pytest.fixture
def machine(world):
    return Machine(world)


def look(world, clock):
    """What the serving process does every few seconds; returns how many attempts it closed."""
    look_at_clock(world.engine, clock, "host")
    return sum(close_all_expired(world.engine, clock))


def alarms(world):
    with reading(world.engine) as db:
        rows = db.scalars(select(ClockAlarmRow).order_by(ClockAlarmRow.id)).all()
        return [(row.seconds, row.ended_at is not None, row.settled_at is not None) for row in rows]


def settle(world, clock, follow=False, actor=CHIEF, reason="已核对"):
    return world.do(timekeeping.settle, actor, reason, follow, clock())


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
def test_a_jump_moves_no_deadline_and_closes_nothing_until_somebody_has_looked(world, machine, jump, caplog):
    clock = machine.serve()
    world.start("C1", at=clock())
    look(world, clock)
    machine.pass_(minutes=10)
    machine.set_by(jump)
    assert look(world, clock) == 0
    assert alarms(world) == [(jump.total_seconds(), False, False)]
    assert [record.getMessage() for record in caplog.records] == ["the clock was set, nothing is closed until somebody has looked"]
    machine.pass_(minutes=49)
    assert world.save(1, ["A"], 1, at=clock()).state is Saved.ACCEPTED
    machine.pass_(minutes=2)
    assert look(world, clock) == 0
    settle(world, clock)
    assert look(world, clock) == 1
    assert attempt_of(world).submitted_at == world.opens + minutes(60)
    assert len(alarms(world)) == 1


def test_a_small_difference_is_followed_in_silence(world, machine):
    clock = machine.serve()
    world.start("C1", at=clock())
    for _ in range(10):
        machine.set_by(timedelta(seconds=4))
        look(world, clock)
    assert alarms(world) == []
    assert clock() == machine.wall


def test_a_clock_that_is_set_back_right_ends_the_alarm_and_still_waits_for_a_person(world, machine):
    clock = machine.serve()
    world.start("C1", at=clock())
    machine.set_by(HOUR)
    look(world, clock)
    machine.set_by(-HOUR)
    machine.pass_(minutes=62)
    assert look(world, clock) == 0
    assert alarms(world) == [(3600, True, False)]
    settle(world, clock)
    assert look(world, clock) == 1


def test_with_nobody_at_work_the_machines_clock_is_followed_at_once_and_told_all_the_same(world, machine):
    clock = machine.serve()
    machine.set_by(HOUR)
    look(world, clock)
    assert clock() == machine.wall
    assert alarms(world) == [(3600, True, False)]
    world.start("C1", at=clock())
    machine.pass_(minutes=62)
    assert look(world, clock) == 0
    settle(world, clock)
    assert look(world, clock) == 1


def test_once_nobody_is_at_work_the_machines_clock_is_taken_over(world, machine):
    clock = machine.serve()
    world.start("C1", at=clock())
    machine.set_by(HOUR)
    look(world, clock)
    settle(world, clock)
    assert clock() == machine.wall - HOUR
    world.submit((), at=clock())
    look(world, clock)
    assert clock() == machine.wall


def test_a_person_may_take_over_the_machines_clock_at_once(world, machine):
    clock = machine.serve()
    world.start("C1", at=clock())
    machine.set_by(HOUR)
    look(world, clock)
    with reading(world.engine) as db:
        assert timekeeping.alarms(db, CHIEF, clock()).would_end == 0
    machine.pass_(minutes=5)
    with reading(world.engine) as db:
        found = timekeeping.alarms(db, CHIEF, clock())
    assert (found.is_resting, found.would_end) == (True, 1)
    settle(world, clock, follow=True)
    assert look(world, clock) == 1
    assert clock() == machine.wall


def test_a_process_that_starts_after_a_jump_goes_on_by_the_old_time(world, machine):
    clock = machine.serve()
    world.start("C1", at=clock())
    look(world, clock)
    machine.pass_(minutes=1)
    machine.set_by(HOUR)
    again = machine.serve()
    assert again() == world.opens + minutes(1)
    look(world, again)
    assert alarms(world) == [(3600, False, False)]
    with reading(world.engine) as db:
        assert timekeeping.shift(db, "host") == HOUR
        assert timekeeping.shift(db, "another") == timedelta()


def test_after_a_start_of_the_machine_its_clock_is_believed(world, machine):
    look(world, machine.serve())
    machine.restart()
    machine.set_by(HOUR)
    assert machine.serve()() == machine.wall


def test_two_processes_of_one_machine_tell_a_jump_once(world, machine):
    first, second = machine.serve(), machine.serve()
    world.start("C1", at=first())
    machine.set_by(HOUR)
    look(world, first)
    look(world, second)
    settle(world, first, follow=True)
    look(world, first)
    look(world, second)
    assert first() == second() == machine.wall
    assert alarms(world) == [(3600, True, True)]


def test_a_second_jump_is_an_alarm_of_its_own(world, machine):
    clock = machine.serve()
    world.start("C1", at=clock())
    machine.set_by(HOUR)
    look(world, clock)
    machine.set_by(HOUR)
    look(world, clock)
    assert alarms(world) == [(3600, True, False), (7200, False, False)]


def test_who_may_settle_and_that_it_is_written_down(world, machine, county):
    clock = machine.serve()
    assert code_of(settle, world, clock) == "no_alarm"
    machine.set_by(HOUR)
    look(world, clock)
    for actor in (Actor("督查", {Role.INSPECTOR: "/"}), Actor("镇组考", {Role.ORGANISER: "/QL/T01/"})):
        with pytest.raises(Forbidden):
            settle(world, clock, actor=actor)
    assert code_of(settle, world, clock, reason=" ") == "no_reason"
    assert settle(world, clock) == 1
    with reading(world.engine) as db:
        assert db.scalars(select(AuditRow.action).order_by(AuditRow.id.desc())).first() == "settle_clock"
        assert auditing.is_sound(auditing.verify_audit(db, county.ADMIN))
    assert world.do(handing_in.close_expired, clock()) == 0
