"""What pages tell is written down for all at once: who is there, what changed, and what an older page tells no more."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from quiz.core.access import Actor, Role
from quiz.core.hall import EventKind, HallState, Told
from quiz.core.message import NotFound
from quiz.storage.engine import reading, writing
from quiz.storage.tables import HallEventRow, PresenceRow
from quiz.usecases import hall, handing_in, presence, saving
from quiz.usecases.hall import Choice
from quiz.usecases.presence import Pulse
from tests.usecases.test_extending import minutes

WATCHER = Actor("督查", {Role.INSPECTOR: "/"})
TOWN = Actor("镇组考", {Role.ORGANISER: "/QL/T01/"})


def tell(world, county, number="C1", at=1.0, address="192.0.2.1", **told):
    """A pulse that is written down at once."""
    told = Pulse(**{"device": "d1", "turn": 1, **told})
    heard = world.do(presence.pulse, county.trainee(number), world.code(number), told, address, world.opens + minutes(at))
    if heard.note is not None:
        world.do(presence.write_down, [heard.note])
    return heard


def take_desk(world, county, number="C1", device="d1"):
    world.start(number)
    return world.do(saving.take_desk, county.trainee(number), world.code(number), device, world.opens).turn


def board(world, at=1.0, actor=WATCHER, **choice):
    with reading(world.engine) as db:
        return hall.read_board(db, actor, "s1", Choice(**choice), world.opens + minutes(at))


def states(world, at=1.0, **more):
    return {state.value: count for state, count in board(world, at, **more).total.states.items() if count}


def events(world):
    with reading(world.engine) as db:
        return [(row.kind, row.detail, row.seconds) for row in db.scalars(select(HallEventRow).order_by(HallEventRow.id))]


def test_people_are_counted_where_they_stand(world, county):
    assert states(world) == {"missing": 3}
    tell(world, county, turn=0, at=-5)
    assert states(world, at=-4) == {"missing": 2, "waiting": 1}
    take_desk(world, county)
    assert states(world, at=1) == {"missing": 2, "working": 1}
    assert states(world, at=2) == {"missing": 2, "offline": 1}
    tell(world, county, at=2, unsent=4)
    assert states(world, at=2) == {"missing": 2, "unsaved": 1}
    tell(world, county, at=3)
    world.submit((), at=world.opens + minutes(4))
    assert states(world, at=5) == {"missing": 2, "submitted": 1}


def test_since_when_and_how_much_is_answered(world, county):
    turn = take_desk(world, county)
    for seq, (slot, value) in enumerate(((1, ["A"]), (2, ["B"]), (2, [])), turn * 1_000_000 + 1):
        world.save(slot, value, seq)
    tell(world, county, at=1, unsent=2)
    tell(world, county, at=2, unsent=1)
    (person,) = board(world, 2, state=HallState.UNSAVED).people
    assert (person.number, person.since, person.unsent) == ("C1", world.opens + minutes(1), 1)
    assert (person.answered, person.slots) == (1, len(world.paper().slots))
    tell(world, county, at=3)
    (person,) = board(world, 3, site="T01", state=HallState.WORKING).people
    assert (person.unsent, person.since) == (0, world.opens)


def test_another_device_or_address_is_noted_once(world, county):
    take_desk(world, county)
    tell(world, county)
    tell(world, county, at=2)
    assert events(world) == []
    turn = take_desk(world, county, device="d2")
    tell(world, county, at=3, turn=turn, device="d2")
    tell(world, county, at=4, turn=turn, device="d2", address="192.0.2.2")
    tell(world, county, at=5, turn=turn, device="d2", address="192.0.2.2")
    assert events(world) == [("device", "d1 → d2", 0), ("address", "192.0.2.1 → 192.0.2.2", 0)]
    (person,) = board(world, 5, site="T01", state=HallState.WORKING).people
    assert (person.devices, person.addresses, board(world, 5).total.moved) == (1, 1, 1)


def test_a_page_whose_place_was_taken_says_nothing_about_who_is_there(world, county):
    first = take_desk(world, county)
    second = take_desk(world, county, device="d2")
    tell(world, county, at=1, turn=second, device="d2", unsent=1)
    old = tell(world, county, at=2, turn=first)
    assert old.turn == second
    with reading(world.engine) as db:
        row = db.scalars(select(PresenceRow)).one()
    assert (row.device, row.unsent, row.seen_at) == ("d2", 1, world.opens + minutes(1))
    assert events(world) == []


def test_what_a_page_tells_of_itself_is_kept_within_bounds_and_never_changed(world, county):
    take_desk(world, county)
    told = [Told(EventKind.LEFT, 5000, 30), Told(EventKind.OFFLINE, 10**15, 10**15), Told(EventKind.DEVICE, 0, 1), *[Told(EventKind.LEFT, 0, 1)] * 40]
    tell(world, county, events=tuple(told), unsent=10**9, device="x" * 90, address="a" * 90)
    with reading(world.engine) as db:
        rows = db.scalars(select(HallEventRow).order_by(HallEventRow.id)).all()
        seen = db.scalars(select(PresenceRow)).one()
    assert len(rows) == 19  # twenty are read, and what only the server may see is left out
    assert (rows[0].at, rows[0].seconds) == (world.opens + minutes(1) - timedelta(seconds=5), 30)
    assert rows[1].seconds == 24 * 3600
    assert (seen.unsent, seen.lefts, len(seen.device), len(seen.address)) == (10_000, 18, 40, 45)
    for statement in ("UPDATE hall_event SET seconds = 0", "DELETE FROM hall_event"):
        with pytest.raises(DatabaseError, match="append-only"), writing(world.engine) as db:
            db.execute(text(statement))


def test_an_older_note_never_overwrites_a_newer_one(world, county):
    take_desk(world, county)
    late = world.do(presence.pulse, county.trainee(), world.code(), Pulse("d1", 1, 5), "", world.opens + minutes(1)).note
    tell(world, county, at=2)
    world.do(presence.write_down, [late])
    with reading(world.engine) as db:
        assert db.scalars(select(PresenceRow.unsent)).one() == 0


def test_notes_of_one_paper_become_one_with_every_event(world, county):
    take_desk(world, county)
    told = [Pulse("d1", 1, n, 0, (Told(EventKind.LEFT, 0, n),)) for n in (1, 2)]
    first, second = (world.do(presence.pulse, county.trainee(), world.code(), pulse, "", world.opens).note for pulse in told)
    both = second.after(first)
    assert (both.unsent, [event.seconds for event in both.events]) == (2, [1, 2])


def test_a_pulse_is_ones_own(world, county):
    for actor in (county.trainee("C2"), county.trainee("nobody")):
        with pytest.raises(NotFound):
            world.do(presence.pulse, actor, world.code("C1"), Pulse("d"), "", world.opens)
    other = Actor("C1", {Role.TRAINEE: "/"}, cadre_number="C1", only_sitting="s2")
    with pytest.raises(NotFound):
        world.do(presence.pulse, other, world.code("C1"), Pulse("d"), "", world.opens)


def test_time_of_ones_own_after_the_others_end(world, county):
    from quiz.usecases import extending

    chief = Actor("组考", {Role.ORGANISER: "/"})
    assert tell(world, county, turn=0, at=121).state == "closed"
    world.do(extending.extend, chief, "s1", "C1", 30, "设备故障", world.opens + minutes(100))
    heard = tell(world, county, turn=0, at=121)
    assert (heard.state, heard.seconds_left) == ("open", 29 * 60)


def test_a_closed_page_leaves_no_trace(world, county):
    take_desk(world, county)
    world.submit(())
    heard = tell(world, county, at=31)
    assert (heard.state, heard.note) == ("closed", None)
    assert world.do(handing_in.close_expired, world.opens + minutes(100)) == 0


def test_the_board_stays_within_the_readers_unit(world, county):
    take_desk(world, county, "C1")
    take_desk(world, county, "C3")
    found = board(world, actor=TOWN)
    assert (found.total.expected, [line.key for line in found.lines], found.is_whole) == (2, ["T01"], False)
    assert {person.number for person in board(world, actor=TOWN, state=HallState.WORKING).people} == {"C1"}
    with pytest.raises(NotFound):
        board(world, actor=TOWN, unit="T02")
