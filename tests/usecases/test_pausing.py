"""Pauses: whose clock stands still, what is taken meanwhile, what is given back, and that nobody else is touched."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from quiz.core.access import Actor, Role
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.site import SitePlan
from quiz.core.sitting import GRACE, Phase
from quiz.storage import changes, sittings
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AttemptChangeRow, AttemptRow, PauseRow
from quiz.usecases import attempts, auditing, extending, handing_in, pausing, presence, results, scheduling
from quiz.usecases.places import PlaceKind
from quiz.usecases.presence import Pulse
from tests.usecases.test_extending import attempt_of, code_of, give_back, minutes

CHIEF = Actor("组考", {Role.ORGANISER: "/"})
TOWN = Actor("镇组考", {Role.ORGANISER: "/QL/T01/"})


def pause(world, key="T01", kind=PlaceKind.UNIT, at=20, actor=CHIEF, reason="停电"):
    return world.do(pausing.pause, actor, "s1", kind, key, reason, world.opens + minutes(at))


def resume(world, number=1, at=50, actor=CHIEF, reason="来电"):
    return world.do(pausing.resume, actor, "s1", number, reason, world.opens + minutes(at))


def left(world, county, number="C1", at=50):
    told = world.do(presence.pulse, county.trainee(number), world.code(number), Pulse("dev"), "", world.opens + minutes(at))
    return told.state, told.seconds_left


def test_a_clock_that_stands_still_goes_on_with_what_was_left(world, county):
    world.start("C1", at=world.opens)
    world.start("C3", at=world.opens)
    done = pause(world)
    assert (done.at_work, done.not_started) == (1, 1)
    assert left(world, county, at=49) == ("paused", 2400)
    assert left(world, county, "C3", at=49) == ("open", 660)
    assert world.do(handing_in.close_expired, world.opens + minutes(65)) == 1  # C3, whose clock ran
    again = resume(world, at=140)
    assert (again.seconds, again.at_work, again.not_started) == (7200, 1, 1)
    assert left(world, county, at=140) == ("open", 2400)
    assert attempt_of(world).deadline_at == world.opens + minutes(180)
    assert attempt_of(world, "C3").closed_by == "deadline"


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(1, 400), st.integers(1, 9000)), min_size=1, max_size=4))
def test_however_often_and_long_exactly_the_lost_time_comes_back(world, county, steps):
    """Work and pauses in turn: what is left at the end is an hour less what was worked."""
    with writing(world.engine) as db:
        db.execute(delete(AttemptRow))
        db.execute(delete(PauseRow))
    world.start("C1", at=world.opens)
    now = world.opens
    for worked, paused in steps:
        now += timedelta(seconds=worked)
        number = world.do(pausing.pause, CHIEF, "s1", PlaceKind.UNIT, "T01", "停电", now).pause.id
        now += timedelta(seconds=paused)
        world.do(pausing.resume, CHIEF, "s1", number, "来电", now)
    assert attempt_of(world).deadline_at - now == timedelta(hours=1) - timedelta(seconds=sum(worked for worked, _ in steps))


def test_answers_are_taken_while_a_clock_stands_still(world):
    world.start(at=world.opens)
    pause(world)
    late = world.opens + minutes(200)
    saved = world.save(1, ["A"], 1, at=late)
    assert saved.state == "accepted"
    assert world.do(handing_in.close_expired, late) == 0
    resume(world, at=201)
    assert world.save(1, ["B"], 2, at=world.opens + minutes(201 + 40) + GRACE).state == "accepted"
    assert world.do(handing_in.close_expired, world.opens + minutes(242)) == 1


def test_a_page_that_believes_its_time_is_up_is_not_believed(world, county):
    world.start(at=world.opens)
    pause(world)
    row, _ = world.do(handing_in.submit, county.trainee(), world.code(), (), "dev", world.opens + minutes(61), by_clock=True)
    assert row.submitted_at is None
    row, _ = world.do(handing_in.submit, county.trainee(), world.code(), (), "dev", world.opens + minutes(62))
    assert (row.closed_by, row.paused_at) == ("trainee", None)


def test_who_has_not_started_may_start_so_much_later_and_answers_as_long_as_planned(world, county):
    pause(world, at=100)
    assert code_of(world.start, "C1", at=world.opens + minutes(110)) == "paused"
    assert left(world, county, at=125) == ("paused", 0)
    assert attempts_listed(world, county, at=125).is_paused
    resume(world, at=130)
    world.start("C1", at=world.opens + minutes(145))
    assert attempt_of(world).deadline_at == world.opens + minutes(150)
    assert code_of(world.start, "C3", at=world.opens + minutes(121)) == "not_open"


def attempts_listed(world, county, at):
    with reading(world.engine) as db:
        return attempts.get_mine(db, county.trainee(), world.code(), world.opens + minutes(at))


def test_nothing_is_shown_to_anyone_while_somebodys_clock_stands_still(world, county):
    world.start("C1", at=world.opens)
    world.start("C3", at=world.opens)
    world.submit((), "C3")
    pause(world)
    with reading(world.engine) as db:
        (row,) = sittings.list_sittings(db)
        assert sittings.window_of(row).phase(world.opens + minutes(600)) is Phase.OPEN
        shown = results.my_result(db, county.trainee("C3"), world.code("C3"), world.opens + minutes(600)).visible
    assert (shown.score, shown.key) == (False, False)
    resume(world, at=610)
    with reading(world.engine) as db:
        (row,) = sittings.list_sittings(db)
        assert row.paused_at is None
        assert sittings.window_of(row).phase(world.opens + minutes(640)) is Phase.OPEN
        assert sittings.window_of(row).phase(world.opens + minutes(120 + 590 + 11)) is Phase.CLOSED


def test_a_site_of_several_units_and_the_whole_sitting(empty, county):
    plan = county.sitting_plan(sites=(SitePlan("一中", ("T01", "T02")),))
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, plan, county.ZONE, county.SEED)
    for number in ("C1", "C3"):
        empty.start(number, at=empty.opens)
    assert pause(empty, "一中", PlaceKind.SITE).at_work == 2
    assert code_of(pause, empty, "T01", at=21) == "already_paused"
    assert code_of(pause, empty, "", PlaceKind.ALL, at=21) == "already_paused"
    resume(empty)
    assert pause(empty, "", PlaceKind.ALL, at=55).at_work == 2
    with reading(empty.engine) as db:
        assert db.scalars(select(PauseRow.kind).order_by(PauseRow.id)).all() == ["site", "all"]


def test_two_places_stand_still_each_for_itself(world):
    world.start("C1", at=world.opens)
    world.start("C3", at=world.opens)
    pause(world, "T01", at=10)
    pause(world, "T02", at=15)
    resume(world, 1, at=20)
    with reading(world.engine) as db:
        (row,) = sittings.list_sittings(db)
        assert row.paused_at == world.opens + minutes(15)
    assert attempt_of(world, "C3").paused_at == world.opens + minutes(15)
    assert attempt_of(world, "C1").deadline_at == world.opens + minutes(70)


def test_who_has_handed_in_or_was_out_of_time_is_left_alone(world):
    world.start("C1", at=world.opens)
    world.submit((), "C1", at=world.opens + minutes(5))
    world.start("C2", at=world.opens)
    done = pause(world, at=61)  # C2's hour is over, though nobody has closed it yet
    assert (done.at_work, done.not_started) == (0, 0)
    resume(world, at=70)
    assert attempt_of(world, "C1").deadline_at == attempt_of(world, "C2").deadline_at == world.opens + minutes(60)


def test_what_is_opened_again_in_a_paused_place_stands_still_too(world, county):
    world.start("C1", at=world.opens)
    world.submit((), "C1", at=world.opens + minutes(10))
    pause(world)
    world.do(extending.reopen, CHIEF, "s1", "C1", 0, "误交卷", world.opens + minutes(25))
    assert left(world, county, at=45) == ("paused", 3000)
    resume(world, at=50)
    assert left(world, county, at=50) == ("open", 3000)


def test_time_given_during_a_pause_and_after_a_long_one_counts(world, county):
    world.start("C1", at=world.opens)
    pause(world)
    world.do(extending.extend, CHIEF, "s1", "C1", 10, "键盘坏了", world.opens + minutes(300))
    assert left(world, county, at=300) == ("paused", 3000)
    resume(world, at=900)
    world.do(extending.extend, CHIEF, "s1", "C1", 230, "多给", world.opens + minutes(901))
    assert code_of(world.do, extending.extend, CHIEF, "s1", "C1", 1, "多给", world.opens + minutes(902)) == "too_long"


def test_a_site_gets_minutes_back_without_a_pause(world):
    world.start("C1", at=world.opens)
    done = world.do(extending.give_back, CHIEF, "s1", "T01", 20, "停电", world.opens + minutes(30), PlaceKind.SITE)
    assert (done.at_work, done.not_started) == (1, 1)
    assert attempt_of(world).deadline_at == world.opens + minutes(80)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": " "}, "no_reason"),
        ({"key": "T09"}, "unknown_unit"),
        ({"key": "T09", "kind": PlaceKind.SITE}, "unknown_place"),
        ({"at": 131}, "released"),
        ({"actor": TOWN, "key": "T02"}, "unknown_unit"),
        ({"actor": TOWN, "key": "", "kind": PlaceKind.ALL}, "unknown_place"),
    ],
)
def test_what_a_pause_refuses(world, change, code):
    assert code_of(pause, world, **change) == code


def test_who_may_not_pause_or_resume(world):
    for actor in (Actor("督查", {Role.INSPECTOR: "/"}), Actor("考生", {Role.ORGANISER: "/"}, cadre_number="C1")):
        with pytest.raises(Forbidden):
            pause(world, actor=actor)
    pause(world, "T02")
    assert code_of(resume, world, actor=TOWN) == "unknown_unit"
    with pytest.raises(NotFound):
        resume(world, 99)
    resume(world)
    assert code_of(resume, world) == "not_paused"


def test_the_record_says_what_each_got_back_and_the_log_is_whole(world, county):
    world.start("C1", at=world.opens)
    pause(world)
    world.do(pausing.resume, CHIEF, "s1", 1, "来电", world.opens + minutes(30) + timedelta(milliseconds=400))
    with reading(world.engine) as db:
        (row,) = sittings.list_sittings(db)
        found = {item.cadre.number: (item.row.kind, item.row.minutes, item.row.seconds, item.row.reason) for item in changes.changes_of(db, row)}
        assert auditing.is_sound(auditing.verify_audit(db, county.ADMIN))
    assert found == {"C1": ("pause", 0, 601, "停电；来电"), "C2": ("pause", 0, 601, "停电；来电")}


def test_starting_and_pausing_at_once_leave_nobody_between(world):
    """Whoever has started stands still, whoever has not is refused, in whatever order they come."""

    def start(number):
        try:
            return world.start(number, at=world.opens)
        except QuizError as error:
            return error.code

    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(start, "C1"), pool.submit(pause, world, "T01", PlaceKind.UNIT, 0), pool.submit(start, "C2")]
        found = [job.result() for job in jobs]
    with reading(world.engine) as db:
        stopped = db.execute(select(AttemptRow.cadre_id, AttemptRow.paused_at)).all()
    assert found[1].at_work == len(stopped)
    assert all(row.paused_at for row in stopped)
    assert [found[0], found[2]].count("paused") == 2 - len(stopped)


def test_pauses_and_minutes_given_back_add_up(world):
    pause(world, at=0)
    resume(world, at=10)
    give_back(world, 5)
    with reading(world.engine) as db:
        assert sum(db.scalars(select(AttemptChangeRow.seconds))) == 1200
        (row,) = sittings.list_sittings(db)
        extra = changes.extra_in_sitting(db, row)
    assert {(item.minutes, item.lost, item.seconds) for item in extra.values()} == {(0, 5, 600)}
