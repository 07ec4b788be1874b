"""Starts, submissions and admissions that come at once are one work, whose outcome is that of one after the other; and its failure is everybody's or
only that of whom it concerns."""

import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from quiz.core.access import Actor, Role
from quiz.core.lockdown import Proof
from quiz.core.message import QuizError
from quiz.core.saving import Save
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AttemptRow, AuditRow, GradingRow, MarkRow, ResponseRow, SittingRow
from quiz.storage.together import Failed, Together
from quiz.usecases import admission, attempts, auditing, handing_in, pausing, voiding
from quiz.usecases.admission import Entry, Refused
from quiz.usecases.attempts import Start
from quiz.usecases.handing_in import HandIn
from quiz.usecases.places import PlaceKind
from tests.usecases.test_admission import KEY, issue

CHIEF = Actor("组考", {Role.ORGANISER: "/"})
MINUTE = timedelta(minutes=1)
HOUR = 60 * MINUTE


class Rollback(Exception):
    """Ends a transaction that is to leave nothing."""


def told(outcome):
    """An outcome as a word: the code of the rule that was broken, or how the attempt stands."""
    if isinstance(outcome, QuizError):
        return outcome.code
    attempt, saves = outcome if isinstance(outcome, tuple) else (outcome, [])
    return attempt.submitted_at, attempt.closed_by, [getattr(item, "state", None) or item.code for item in saves]


def gradings(world):
    with reading(world.engine) as db:
        return sorted(tuple(row) for row in db.execute(select(AttemptRow.cadre_id, GradingRow.number, GradingRow.reason).join(AttemptRow)))


@pytest.fixture
def codes(world):
    return {number: world.code(number) for number in ("C1", "C2", "C3")}


def test_starts_at_once_are_let_in_or_refused_each_for_itself(world, county, codes):
    me, you = county.trainee("C1"), county.trainee("C2")
    asked = [
        Start(me, codes["C1"], county.OPENS),
        Start(you, codes["C1"], county.OPENS),  # another's
        Start(you, "nobody-s", county.OPENS),
        Start(you, codes["C2"], county.OPENS - MINUTE),  # too early
        Start(me, codes["C1"], county.OPENS + MINUTE),  # once more
        Start(Actor("x", {Role.ORGANISER: "/"}, cadre_number="C3"), codes["C3"], county.OPENS),
    ]
    found = world.do(attempts.start_many, asked)
    assert [one.code if isinstance(one, QuizError) else one.started_at for one in found] == [
        county.OPENS, "not_found", "not_found", "not_open", county.OPENS, "forbidden",
    ]  # fmt: skip
    assert found[0] is found[4]
    with reading(world.engine) as db:
        assert [row.id for row in db.query(AttemptRow)] == [found[0].id]


def test_a_pause_and_the_browser_that_is_asked_for_hold_at_once_as_alone(world, county, codes):
    world.do(pausing.pause, CHIEF, "s1", PlaceKind.UNIT, "T01", "停电", county.OPENS)
    asked = [Start(county.trainee(number), code, county.OPENS + MINUTE) for number, code in codes.items()]
    assert [isinstance(one, QuizError) and one.code for one in world.do(attempts.start_many, asked)] == ["paused", "paused", False]
    with writing(world.engine) as db:
        db.query(SittingRow).one().seb_keys = "a" * 64
    asked = [Start(county.trainee("C3"), codes["C3"], county.OPENS + MINUTE, (Proof("http://x/", "b" * 64),))]
    assert world.do(attempts.start_many, asked)[0].code == "other_browser"


def test_submissions_at_once_of_those_in_time_late_void_done_and_not_begun(world, county, codes):
    for number in ("C1", "C2"):
        world.start(number)
    world.do(voiding.void, CHIEF, "s1", "C2", "作弊", county.OPENS + 5 * MINUTE)
    at = county.OPENS + 10 * MINUTE
    me, you = county.trainee("C1"), county.trainee("C2")
    found = world.do(
        handing_in.submit_many,
        [
            HandIn(me, codes["C1"], (), "d", at, by_clock=True),  # a page that is mistaken: nothing happens
            HandIn(me, codes["C1"], [Save(1, ["A"], 1), Save(99, ["A"], 2)], "d", at),
            HandIn(you, codes["C1"], [Save(1, ["B"], 9)], "d", at),  # another's
            HandIn(you, codes["C2"], (), "d", at),  # void
            HandIn(county.trainee("C3"), codes["C3"], (), "d", at),  # not begun
            HandIn(me, codes["C1"], [Save(2, ["A"], 3)], "d", at + MINUTE),  # handed in already
        ],
    )
    assert [told(one) for one in found] == [
        (at, "trainee", []),  # the same attempt as the next, as it stands afterwards
        (at, "trainee", ["accepted", "bad_slot"]),
        "not_found",
        (county.OPENS + 5 * MINUTE, "organiser", []),
        "not_started",
        (at, "trainee", ["late"]),
    ]
    assert [row[1:] for row in gradings(world)] == [(1, "submitted"), (1, "voided")]


def test_what_comes_after_the_end_is_closed_at_the_deadline_whoever_comes_with_it(world, county, codes):
    for number, minutes in (("C1", 0), ("C2", 50)):
        world.start(number, at=county.OPENS + minutes * MINUTE)
    world.save(1, ["A"], 1)
    at = county.OPENS + HOUR + 5 * MINUTE
    calls = [HandIn(county.trainee(number), codes[number], [Save(1, ["B"], 2)], "d", at) for number in ("C1", "C2")]
    assert [told(one) for one in world.do(handing_in.submit_many, calls)] == [
        (county.OPENS + HOUR, "deadline", ["late"]),
        (at, "trainee", ["accepted"]),
    ]
    assert [row[1:] for row in gradings(world)] == [(1, "deadline"), (1, "submitted")]
    with reading(world.engine) as db:
        judged = db.execute(select(ResponseRow.value).join(MarkRow, MarkRow.response_id == ResponseRow.id).order_by(ResponseRow.id))
        assert [value for (value,) in judged] == ['["A"]', '["B"]']


who, when = st.sampled_from(["C1", "C2", "C3"]), st.integers(-1, 130)
pressed = st.tuples(st.sampled_from(["start", "hand in", "by clock", "with an answer"]), who, who, when)


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(pressed, min_size=1, max_size=12))
def test_whatever_many_press_at_once_it_is_as_if_it_came_one_after_the_other(world, county, codes, presses):
    moments = sorted(minutes for *_, minutes in presses)
    asked = []
    for number, ((kind, person, owner, _), minutes) in enumerate(zip(presses, moments, strict=True), 1):
        actor, at = county.trainee(person), county.OPENS + minutes * MINUTE
        items = [Save(1, ["A"], number)] if kind == "with an answer" else []
        asked.append(Start(actor, codes[owner], at) if kind == "start" else HandIn(actor, codes[owner], items, "d", at, kind == "by clock"))

    def end_of(cut):
        with pytest.raises(Rollback) as raised, writing(world.engine) as db:
            outcomes, rest = [], list(asked)
            while rest:
                kind, size = type(rest[0]), next((n for n, one in enumerate(rest) if type(one) is not type(rest[0])), len(rest))
                part, rest = rest[: size if cut else 1], rest[size if cut else 1 :]
                outcomes += (attempts.start_many if kind is Start else handing_in.submit_many)(db, part)
            columns = (AttemptRow.cadre_id, AttemptRow.started_at, AttemptRow.submitted_at, AttemptRow.closed_by)
            stood = sorted(tuple(row) for row in db.execute(select(*columns)))
            graded = sorted(
                tuple(row) for row in db.execute(select(AttemptRow.cadre_id, GradingRow.number, GradingRow.reason, GradingRow.score).join(AttemptRow))
            )
            saved = sorted(tuple(row) for row in db.execute(select(ResponseRow.seq, ResponseRow.state)))
            raise Rollback([isinstance(one, QuizError) and one.code for one in outcomes], stood, graded, saved)
        return raised.value.args

    assert end_of(cut=True) == end_of(cut=False)


def test_whose_work_another_thread_does_hears_of_it_when_it_is_committed(world):
    """The first works alone and is held; two come meanwhile, and the one works for both."""
    held, commits, early = threading.Event(), [], []
    heard = {number: threading.Event() for number in (1, 2, 3)}

    def work(_session, asked):
        held.wait(60)
        return asked

    def press(number):
        together.do(number)
        heard[number].set()

    def look(_connection):
        commits.append(1)
        if len(commits) == 2:
            early.append(heard[3].wait(0.5))  # who is told within the commit is told too early

    together = Together(world.engine, work)
    threads = [threading.Thread(target=press, args=(number,)) for number in heard]
    event.listen(world.engine, "commit", look)
    for waiting, thread in enumerate(threads):
        thread.start()
        while not together._is_led or len(together._queue) != waiting:
            thread.join(0.01)
    held.set()
    for thread in threads:
        thread.join(60)
    event.remove(world.engine, "commit", look)
    assert early == [False]
    assert all(one.is_set() for one in heard.values())


def test_a_commit_that_fails_confirms_nobody_and_the_same_may_go_well_later(world, county, codes):
    for number in codes:
        world.start(number)
    world.save(1, ["A"], 1)
    calls = [HandIn(county.trainee(number), code, [Save(2, ["A"], 5)], "d", county.OPENS + MINUTE) for number, code in codes.items()]
    together = Together(world.engine, handing_in.submit_many)

    def crash(_connection):
        raise OperationalError("COMMIT", {}, Exception("disk I/O error"))

    event.listen(world.engine, "commit", crash)
    assert [type(one) for one in together.do_all(calls)] == [Failed] * 3
    with pytest.raises(OperationalError):
        together.do(calls[0])
    event.remove(world.engine, "commit", crash)
    with reading(world.engine) as db:
        assert (db.query(GradingRow).count(), db.query(ResponseRow).count()) == (0, 1)
        assert [row.submitted_at for row in db.query(AttemptRow)] == [None] * 3
    assert [told(one)[1] for one in together.do_all(calls)] == ["trainee"] * 3
    assert len(gradings(world)) == 3


def test_one_that_breaks_the_work_is_the_only_one_to_hear_of_it(world, county, codes):
    for number in codes:
        world.start(number)
    at = county.OPENS + MINUTE
    calls = [HandIn(county.trainee(number), codes[number], [Save(1, ["A"], 1)], "d", at) for number in codes]
    calls[1] = HandIn(county.trainee("C2"), codes["C2"], [Save(1, ["A"], 1)], None, at)
    first, second, third = Together(world.engine, handing_in.submit_many).do_all(calls)
    assert isinstance(second, Failed)
    assert isinstance(second.error, TypeError)
    assert [told(one)[1] for one in (first, third)] == ["trainee", "trainee"]
    with reading(world.engine) as db:
        assert [row.submitted_at for row in db.query(AttemptRow).order_by(AttemptRow.id)] == [at, None, at]


def test_codes_at_once_let_in_or_refuse_each_and_the_later_device_takes_over(world, county, codes):
    slips = issue(world)
    old = slips["C3"]
    slips |= issue(world, numbers=["C3"])
    world.start("C2")
    world.submit(number="C2", at=county.OPENS + MINUTE)
    at = county.OPENS + 2 * MINUTE
    entries = [
        Entry(slips["C1"], "phone", at), Entry("x", "t", at), Entry("AAAA-BBBB-CCCC", "t", at), Entry(old, "t", at), Entry(slips["C2"], "t", at),
        Entry(slips["C3"], "own", at), Entry(slips["C1"], "tablet", at + MINUTE),
    ]  # fmt: skip
    found = world.do(admission.admit_many, entries, KEY)
    assert [one.refused or one.paper_code for one in found] == [
        codes["C1"], Refused.UNKNOWN, Refused.UNKNOWN, Refused.VOID, Refused.SUBMITTED, codes["C3"], codes["C1"],
    ]  # fmt: skip
    people = world.do(admission.visitors, ["phone", "t", "own", "tablet"], at)
    assert {token: getattr(who, "code", "") or who.cadre_number for token, who in people.items()} == {
        "phone": "taken_over",
        "own": "C3",
        "tablet": "C1",
    }
    with reading(world.engine) as db:
        lines = [(row.action, row.at, row.detail) for row in db.query(AuditRow).order_by(AuditRow.id)][-5:]
        assert [action for action, *_ in lines] == ["admit", "refuse_code", "refuse_code", "admit", "admit"]
        assert ['"taken_over":true' in detail for *_, detail in lines] == [False, False, False, False, True]
        assert auditing.is_sound(auditing.verify_audit(db, county.ADMIN))
    assert world.do(admission.admit_many, [Entry(slips["C1"], "again", at)], KEY)[0].paper_code
