"""Sitting: one attempt whatever is pressed, saves that say what became of them, nothing late counts and nothing is lost."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.saving import Save, Saved
from quiz.core.sitting import GRACE
from quiz.storage import attempts as stored
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AttemptRow, GradingRow, ResponseRow
from quiz.usecases import attempts, handing_in, saving
from tests.at_once import at_once

MINUTE = timedelta(minutes=1)


def current(world):
    with reading(world.engine) as db:
        return stored.current_responses(db, db.query(AttemptRow).one())


def rows(world):
    with reading(world.engine) as db:
        return [(r.slot, r.seq, r.state) for r in db.query(ResponseRow).order_by(ResponseRow.id)]


def single(world):
    """The number of a single-choice slot."""
    return next(s.number for s in world.paper().slots if s.question.type == "single")


def test_the_paper_opens_with_the_window_and_not_before_or_after(world, county):
    for at in (county.OPENS - MINUTE, county.OPENS + timedelta(hours=3)):
        with pytest.raises(QuizError, match="not_open"):
            world.start(at=at)
    assert world.start().deadline_at == county.OPENS + timedelta(hours=1)


def test_starting_again_is_the_same_attempt(world, county):
    assert world.start().id == world.start(at=county.OPENS + MINUTE).id


def test_twenty_starts_at_once_make_one_attempt(world, county):
    code = world.code()
    found = at_once(lambda _number: world.do(attempts.start, county.trainee(), code, county.OPENS).id)
    assert len(found) == 20
    assert len(set(found)) == 1


def test_the_table_itself_has_one_attempt_a_paper(world):
    """Whoever forgot to look for one would make no second."""
    row = world.start()
    again = {name: getattr(row, name) for name in ("sitting_id", "paper_id", "cadre_id", "started_at", "deadline_at")}
    with pytest.raises(IntegrityError), writing(world.engine) as db:
        db.add(AttemptRow(**again))


def test_twenty_submissions_at_once_are_one(world, county):
    attempt, code = world.start(), world.code()
    found = at_once(lambda number: world.do(handing_in.submit, county.trainee(), code, (), "d", county.OPENS + number * MINUTE)[0].submitted_at)
    assert len(found) == 20
    assert len(set(found)) == 1
    with reading(world.engine) as db:
        assert db.query(GradingRow).filter_by(attempt_id=attempt.id).count() == 1


def test_a_save_counts_and_the_desk_shows_it_without_any_key(world, county):
    world.start()
    result = world.save(single(world), ["C"], 1)
    assert (result.state, result.value) == (Saved.ACCEPTED, ("C",))
    with reading(world.engine) as db:
        desk = attempts.open_desk(db, county.trainee(), world.code(), county.OPENS + 2 * MINUTE)
    assert desk.responses == {single(world): ("C",)}
    assert desk.newest_seq == 1
    assert len(desk.open_slots) == 5
    assert all(not slot.question.key and not slot.question.explanation for slot in desk.paper.slots)


def test_the_same_save_again_gets_the_same_reply_and_one_row(world):
    world.start()
    assert world.save(single(world), ["C"], 1) == world.save(single(world), ["C"], 1)
    assert len(rows(world)) == 1


def test_a_save_that_comes_late_by_its_number_is_history(world):
    world.start()
    slot = single(world)
    world.save(slot, ["A"], 5)
    result = world.save(slot, ["B"], 3)
    assert (result.state, result.value) == (Saved.SUPERSEDED, ("A",))
    assert current(world) == {slot: ("A",)}


def test_two_devices_with_the_same_number_are_both_kept_and_told(world):
    world.start()
    slot = single(world)
    world.save(slot, ["A"], 1)
    assert world.save(slot, ["B"], 1).state is Saved.CONFLICT
    assert current(world) == {slot: ("A",)}
    assert [state for _, _, state in rows(world)] == ["accepted", "conflict"]


def test_after_the_deadline_a_save_is_kept_but_does_not_count(world, county):
    world.start()
    slot = single(world)
    world.save(slot, ["A"], 1)
    deadline = county.OPENS + timedelta(hours=1)
    assert world.save(slot, ["B"], 2, at=deadline + GRACE).state is Saved.ACCEPTED
    assert world.save(slot, ["C"], 3, at=deadline + GRACE + timedelta(seconds=1)).state is Saved.LATE
    assert current(world) == {slot: ("B",)}
    assert rows(world)[-1] == (slot, 3, "late")


def test_after_submission_a_save_is_late_and_a_second_submission_gets_the_same_receipt(world, county):
    world.start()
    first, _ = world.submit([Save(single(world), ["A"], 1)])
    assert world.save(single(world), ["B"], 2).state is Saved.LATE
    again, _ = world.submit(at=county.OPENS + timedelta(minutes=40))
    assert (again.submitted_at, again.closed_by) == (first.submitted_at, "trainee")
    with reading(world.engine) as db:
        assert db.execute(_count("grading")).scalar() == 1


def _count(table):
    from sqlalchemy import text

    return text(f"SELECT count(*) FROM {table}")


@pytest.mark.parametrize(
    ("slot", "value", "seq", "code"),
    [
        (99, ["A"], 1, "bad_slot"),
        (0, ["A"], 1, "bad_slot"),
        (1, ["Z"], 1, "bad_response"),
        (1, "A", 1, "bad_response"),
        (1, ["A", "B"], 1, "bad_response"),
        (1, ["A"], 0, "bad_seq"),
        (1, ["A"], -1, "bad_seq"),
        (1, ["A"], 2**63, "bad_seq"),
    ],
)
def test_what_cannot_be_a_save_is_refused_and_nothing_is_lost(world, slot, value, seq, code):
    world.start()
    world.save(1, ["B"], 7)
    with pytest.raises(QuizError, match=code):
        world.save(slot, value, seq)
    assert current(world) == {1: ("B",)}


def test_nothing_is_saved_before_the_start(world):
    with pytest.raises(QuizError, match="not_started"):
        world.save(1, ["A"], 1)


def test_another_cadres_attempt_does_not_exist(world, county):
    world.start()
    code, stranger = world.code("C1"), county.trainee("C2")
    at = county.OPENS + MINUTE
    for act in (
        lambda db: attempts.get_mine(db, stranger, code, at),
        lambda db: attempts.start(db, stranger, code, at),
        lambda db: attempts.open_desk(db, stranger, code, at),
        lambda db: saving.save(db, stranger, code, Save(1, ["A"], 1), "d", at),
        lambda db: handing_in.submit(db, stranger, code, [], "d", at),
    ):
        with pytest.raises(NotFound):
            world.do(act)
    with pytest.raises(Forbidden):
        world.do(attempts.list_mine, county.ADMIN, at)


def test_expired_attempts_close_themselves_with_what_was_saved(world, county):
    world.start("C1")
    world.start("C2", at=county.OPENS + timedelta(minutes=30))
    world.save(single(world), ["A"], 1)
    deadline = county.OPENS + timedelta(hours=1)
    assert world.do(handing_in.close_expired, deadline + GRACE) == 0
    assert world.do(handing_in.close_expired, deadline + GRACE + timedelta(seconds=1)) == 1
    with reading(world.engine) as db:
        closed = db.query(AttemptRow).filter(AttemptRow.submitted_at.is_not(None)).one()
        assert (closed.submitted_at, closed.closed_by) == (deadline, "deadline")
        assert db.execute(_count("grading")).scalar() == 1


def test_a_submission_after_the_end_counts_only_what_was_there(world, county):
    world.start()
    world.save(single(world), ["A"], 1)
    attempt, results = world.submit([Save(single(world), ["B"], 2)], at=county.OPENS + timedelta(hours=2))
    assert results[0].state is Saved.LATE
    assert (attempt.closed_by, attempt.submitted_at) == ("deadline", county.OPENS + timedelta(hours=1))


saves = st.lists(st.tuples(st.integers(1, 3), st.sampled_from("ABCD"), st.integers(1, 6)), max_size=12)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(saves)
def test_whatever_the_order_the_highest_number_of_a_slot_counts(world, county, events):
    """Each example runs in a transaction that is rolled back; the first save of a number wins, a later one of the same number is a conflict."""
    code, me = world.code(), county.trainee()
    singles = [s.number for s in world.paper().slots if s.question.type == "single"]
    used, counts = {}, {}
    for position, option, seq in events:
        slot = singles[position - 1]
        if seq not in used:
            used[seq] = (slot, option)
            if seq > counts.get(slot, (0, ""))[0]:
                counts[slot] = (seq, option)

    class Rollback(Exception):
        pass

    with pytest.raises(Rollback), writing(world.engine) as db:
        attempts.start(db, me, code, county.OPENS)
        for position, option, seq in events:
            saving.save(db, me, code, Save(singles[position - 1], [option], seq), "d", county.OPENS + MINUTE)
        desk = attempts.open_desk(db, me, code, county.OPENS + MINUTE)
        assert desk.responses == {slot: (option,) for slot, (_, option) in counts.items()}
        raise Rollback
