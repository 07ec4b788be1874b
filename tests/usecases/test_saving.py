"""Saving: many calls in one transaction, pages that take the desk by turns, and answers that come in after the end."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quiz.core.message import NotFound, QuizError, say
from quiz.core.paper import hide_key
from quiz.core.saving import Save, Saved, first_seq, last_seq
from quiz.core.sitting import GRACE
from quiz.storage import attempts as stored
from quiz.storage import papers, sittings
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AttemptRow, GradingRow, ResponseRow
from quiz.storage.together import SharedWriter, Together
from quiz.usecases import attempts, handing_in, saving
from quiz.usecases.saving import Call, Knock

MINUTE = timedelta(minutes=1)


def responses(world, number="C1"):
    with reading(world.engine) as db:
        return stored.current_responses(db, stored_attempt(db, number))


def stored_attempt(db, number="C1"):
    return next(row for row in db.query(AttemptRow) if row.cadre_id == int(number[1:]))


def rows(world):
    with reading(world.engine) as db:
        return [(row.slot, row.seq, row.state) for row in db.query(ResponseRow).order_by(ResponseRow.id)]


def singles(world, number="C1"):
    return [slot.number for slot in world.paper(number).slots if slot.question.type == "single"]


def take(world, device="phone", number="C1", at=None):
    from tests.usecases.conftest import trainee

    return world.do(saving.take_desk, trainee(number), world.code(number), device, at or world.opens + MINUTE)


def send(world, items, number="C1", at=None, device="phone"):
    from tests.usecases.conftest import trainee

    return world.do(saving.save_many, [Call(trainee(number), world.code(number), items, device)], at or world.opens + MINUTE)[0]


# --- turns -----------------------------------------------------------------------------------------------------------------------------------


def test_each_page_gets_numbers_above_all_pages_before_it(world):
    world.start()
    first, second = take(world), take(world, "tablet")
    assert (first.turn, first.first_seq, second.turn, second.first_seq) == (1, 1_000_001, 2, 2_000_001)
    assert last_seq(first.turn) < second.first_seq
    assert (first.is_open, first.seconds_left, first.responses, first.mark) == (True, 59 * 60, {}, 0)


def test_a_page_is_told_that_a_newer_one_has_the_desk(world):
    world.start()
    take(world)
    assert send(world, [Save(1, ["A"], 1_000_001)]).turn == 1
    take(world, "tablet")
    assert send(world, [Save(1, ["B"], 1_000_002)]).turn == 2


def test_an_older_page_counts_where_the_newer_has_saved_nothing_and_nowhere_else(world):
    world.start()
    one, two, _ = singles(world)
    old, new = take(world), take(world, "tablet")
    send(world, [Save(one, ["B"], new.first_seq)])
    reply = send(world, [Save(one, ["A"], old.first_seq), Save(two, ["C"], old.first_seq + 1)])
    assert [(item.state, item.value) for item in reply.items] == [(Saved.SUPERSEDED, ("B",)), (Saved.ACCEPTED, ("C",))]
    assert responses(world) == {one: ("B",), two: ("C",)}


def test_nobody_has_numbers_beyond_the_newest_turn(world):
    world.start()
    take(world)
    reply = send(world, [Save(1, ["A"], first_seq(2)), Save(1, ["A"], last_seq(1))])
    assert reply.items[0].code == "bad_seq"
    assert reply.items[1].state is Saved.ACCEPTED


def test_the_desk_shows_what_is_saved_and_up_to_where(world):
    world.start()
    send(world, [Save(1, ["A"], 1), Save(2, ["B"], 2)])
    taken = take(world)
    assert taken.responses == {1: ("A",), 2: ("B",)}
    with reading(world.engine) as db:
        assert taken.mark == max(row.id for row in db.query(ResponseRow))


def test_a_closed_desk_is_not_taken_but_shows_what_is_there(world, county):
    world.start()
    send(world, [Save(1, ["A"], 1)])
    world.submit()
    taken = take(world)
    assert (taken.is_open, taken.turn, taken.responses) == (False, 0, {1: ("A",)})
    with pytest.raises(QuizError, match="not_started"):
        take(world, number="C2")
    with pytest.raises(NotFound):
        world.do(saving.take_desk, county.trainee("C2"), world.code("C1"), "d", world.opens)


# --- after the end ---------------------------------------------------------------------------------------------------------------------------


def delivered(world, minutes_after_the_end, made_before_the_end=MINUTE, closed=True, number=1):
    """A device that was cut off brings an answer so many minutes after the deadline, made so long before it."""
    deadline = world.opens + 60 * MINUTE
    if closed:
        world.do(handing_in.close_expired, deadline + GRACE + timedelta(seconds=1))
    at = deadline + minutes_after_the_end * MINUTE
    age = at - deadline + made_before_the_end
    return send(world, [Save(1, ["B"], number, int(age.total_seconds() * 1000))], at=at).items[0], at, deadline - made_before_the_end


@pytest.mark.parametrize("closed", [False, True])
def test_what_was_made_in_time_counts_when_it_is_delivered_in_time_with_both_times_kept(world, closed):
    world.start()
    outcome, received, made = delivered(world, 9, closed=closed)
    assert outcome.state is Saved.ACCEPTED
    with reading(world.engine) as db:
        row = db.query(ResponseRow).one()
        assert (row.received_at, row.made_at, row.state) == (received, made, "accepted")


def test_a_delivery_after_the_clock_closed_the_attempt_is_graded_anew_beside_the_old(world):
    world.start()
    key = sorted(world.paper().slots[0].question.key)
    deadline = world.opens + 60 * MINUTE
    world.do(handing_in.close_expired, deadline + GRACE + timedelta(seconds=1))
    send(world, [Save(1, key, 1, 6 * 60_000)], at=deadline + 5 * MINUTE)
    with reading(world.engine) as db:
        gradings = [(row.number, row.score, row.reason) for row in db.query(GradingRow).order_by(GradingRow.id)]
    assert gradings == [(1, 0, "deadline"), (2, 200, "delivered")]


@pytest.mark.parametrize(("minutes", "made_before"), [(11, MINUTE), (5, -MINUTE)])
def test_beyond_the_delivery_time_or_made_after_the_end_it_is_kept_for_a_person_to_decide(world, minutes, made_before):
    world.start()
    outcome, _, _ = delivered(world, minutes, made_before)
    assert outcome.state is Saved.LATE
    assert responses(world) == {}
    with reading(world.engine) as db:
        assert db.query(GradingRow).count() == 1


def test_nothing_is_delivered_after_one_has_handed_in(world):
    world.start()
    world.submit()
    outcome, _, _ = delivered(world, 5, closed=False)
    assert outcome.state is Saved.LATE


@pytest.mark.parametrize("age", [-5, -(10**30), 10**12, 10**30])
def test_an_impossible_age_is_cut_to_what_is_possible(world, age):
    started = world.start().started_at
    assert send(world, [Save(1, ["A"], 1, age)]).items[0].state is Saved.ACCEPTED
    with reading(world.engine) as db:
        assert db.query(ResponseRow).one().made_at == (None if age < 0 else started)


# --- many at once ----------------------------------------------------------------------------------------------------------------------------


def test_one_batch_serves_many_and_tells_each_their_own(world, county):
    for number in ("C1", "C2"):
        world.start(number)
    calls = [
        Call(county.trainee("C1"), world.code("C1"), [Save(1, ["A"], 1), Save(99, ["A"], 2), Save(2, ["B"], 3)], "a"),
        Call(county.trainee("C2"), world.code("C2"), [Save(1, ["C"], 1)], "b"),
        Call(county.trainee("C2"), world.code("C1"), [Save(1, ["D"], 9)], "b"),
        Call(county.trainee("C3"), world.code("C3"), [Save(1, ["D"], 9)], "c"),
        Call(county.ADMIN, world.code("C1"), [Save(1, ["D"], 9)], "d"),
        Call(county.trainee("C1"), world.code("C1"), [Save(1, ["C"], 4), Save(1, ["A"], 1)], "a"),
    ]
    replies = world.do(saving.save_many, calls, world.opens + MINUTE)
    outcomes = [reply.code if isinstance(reply, QuizError) else [getattr(i, "state", "refused") for i in reply.items] for reply in replies]
    assert outcomes == [
        ["accepted", "refused", "accepted"], ["accepted"], "not_found", "not_started", "forbidden", ["accepted", "accepted"],
    ]  # fmt: skip
    assert (responses(world, "C1"), responses(world, "C2")) == ({1: ("C",), 2: ("B",)}, {1: ("C",)})


def test_who_asks_is_looked_up_with_the_save(world):
    assert world.do(saving.save_for_all, [Knock("nobody's token", world.code(), [Save(1, ["A"], 1)], "d")], world.opens)[0].code == "nobody"


def test_threads_that_save_at_once_are_confirmed_after_one_commit_each_with_their_own_outcome(world, county):
    world.start()
    code, sizes, entered, go_on = world.code(), [], threading.Event(), threading.Event()

    def work(session, asked):
        sizes.append(len(asked))
        entered.set()
        if len(sizes) == 1:
            go_on.wait(60)
        return saving.save_many(session, [Call(county.trainee(), code, [item], "d") for item in asked], world.opens + MINUTE)

    together, told = Together(world.engine, work), {}

    def press(seq):
        told[seq] = together.do(Save(1, ["A"], seq))
        assert (1, seq, "accepted") in rows(world) or (1, seq, "superseded") in rows(world)

    threads = [threading.Thread(target=press, args=(seq,)) for seq in range(1, 30)]
    threads[0].start()
    entered.wait(60)
    for thread in threads[1:]:
        thread.start()
    while len(together._queue) < 28:
        threads[1].join(0.01)
    go_on.set()
    for thread in threads:
        thread.join()
    assert sizes == [1, 28]
    assert sorted(told) == list(range(1, 30))
    assert all(reply.items[0].seq == seq for seq, reply in told.items())


def test_one_that_fails_spoils_it_for_nobody_else(world):
    def work(session, asked):
        if "bad" in asked:
            raise ValueError("bad")
        return [f"{item} done" for item in asked]

    together, told, hold = Together(world.engine, work), {}, threading.Event()

    def first(session, asked):
        hold.wait(60)
        together._work = work
        return work(session, asked)

    together._work = first

    def press(what):
        try:
            told[what] = together.do(what)
        except ValueError:
            told[what] = "refused"

    threads = [threading.Thread(target=press, args=(what,)) for what in ("a", "b", "bad", "c")]
    for count, thread in enumerate(threads):
        thread.start()
        while count and len(together._queue) < count:
            threads[0].join(0.01)
    hold.set()
    for thread in threads:
        thread.join()
    assert told == {"a": "a done", "b": "b done", "bad": "refused", "c": "c done"}


# --- a rule over every order of two pages ---------------------------------------------------------------------------------------------------

events = st.lists(st.tuples(st.sampled_from([1, 2]), st.integers(0, 2), st.sampled_from("ABCD"), st.integers(0, 5)), max_size=14)


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(events, st.lists(st.integers(1, 5), max_size=6))
def test_whatever_two_pages_send_and_however_it_is_cut_into_calls_the_newest_page_then_the_highest_number_counts(world, county, sent, cuts):
    code, me, slots = world.code(), county.trainee(), singles(world)
    items = [Save(slots[slot], [option], first_seq(turn) + number) for turn, slot, option, number in sent]
    expected, used = {}, set()
    for item in items:
        if item.seq not in used and item.seq > expected.get(item.slot, (0, ""))[0]:
            expected[item.slot] = (item.seq, item.value[0])
        used.add(item.seq)

    class Rollback(Exception):
        pass

    with pytest.raises(Rollback), writing(world.engine) as db:
        attempts.start(db, me, code, county.OPENS)
        for device in ("phone", "tablet"):
            saving.take_desk(db, me, code, device, county.OPENS)
        rest = list(items)
        for size in [*cuts, len(items)]:
            part, rest = rest[:size], rest[size:]
            if part:
                saving.save_many(db, [Call(me, code, part, "d")], county.OPENS + MINUTE)
        desk = attempts.open_desk(db, me, code, county.OPENS + MINUTE)
        assert desk.responses == {slot: (option,) for slot, (_, option) in expected.items()}
        raise Rollback


@pytest.mark.parametrize("refused", [QuizError("no", say("x")), ValueError("odd")])
def test_changes_that_share_a_commit_fail_alone(world, county, refused):
    shared, told = SharedWriter(world.engine), {}

    def change(number):
        def start(session):
            attempt = attempts.start(session, county.trainee(number), codes[number], county.OPENS)
            if number == "C2":
                raise refused
            return attempt.id

        try:
            told[number] = shared.run(start)
        except (QuizError, ValueError) as error:
            told[number] = error

    codes = {number: world.code(number) for number in ("C1", "C2", "C3")}
    threads = [threading.Thread(target=change, args=(number,)) for number in codes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told["C2"] is refused
    with reading(world.engine) as db:
        assert {row.id for row in db.query(AttemptRow)} == {told["C1"], told["C3"]}


def test_a_save_needs_the_questions_of_its_paper_whatever_is_in_memory(world, county, monkeypatch):
    """Papers leave the memory after a while, and their questions much later: a save reads anew what is gone, and the same paper either way."""
    for number in ("C1", "C2"):
        world.start(number)
    asked = {number: tuple(hide_key(slot.question) for slot in world.paper(number).slots) for number in ("C1", "C2")}
    with reading(world.engine) as db:
        rows = {number: sittings.seats_of_cadre(db, number)[0].paper for number in ("C1", "C2")}
    monkeypatch.setattr(papers, "MOST_PAPERS", 1)
    for most in (2, 1):  # room for the questions of both papers, and of one
        reader = papers._KeylessReader()
        monkeypatch.setattr(papers, "_without_keys", reader)
        monkeypatch.setattr(papers, "MOST_ASKED", most)
        for number, row in (*rows.items(), *rows.items()):
            world.save(1, ["B"], 3 - most, number)
            with reading(world.engine) as db:
                assert papers.asked_by_id(db, row.id, row.digest) == asked[number]
        assert (len(reader._papers), len(reader._asked)) == (1, most)
    assert [responses(world, number) for number in ("C1", "C2")] == [{1: ("B",)}] * 2
