"""What may be practised: nothing that a sitting has or could take, nothing out of date, and nothing by which keys or papers could be guessed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event, text, update

from quiz.core.access import Actor, Role
from quiz.core.correction import Remedy
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.practice import PRACTICE_TAG, Kind
from quiz.core.question import QuestionType
from quiz.core.sitting import DELIVERY_MINUTES, Release
from quiz.storage import banks, practice_pool, reserved
from quiz.storage.tables import PaperRow, QuestionRow, SittingRow
from quiz.usecases import correcting, extending, handing_in, learning, pausing, practising, publishing, scheduling
from quiz.usecases.learning import Others
from quiz.usecases.places import PlaceKind

NOBODY = Others(())
LAST = timedelta(hours=2, minutes=DELIVERY_MINUTES)
"""From the opening of the sitting to the last moment at which anybody's answers may come in."""


def pool(world, now, today=date(2026, 11, 25)):
    return set(world.do(practice_pool.pool, now, today))


def asked(world, code="s1"):
    """The questions of the bank on the papers of a sitting that can be judged at once and are not local."""

    def read(db):
        rows = db.query(PaperRow.questions).join(SittingRow, SittingRow.id == PaperRow.sitting_id).filter(SittingRow.code == code)
        return {uid for (found,) in rows for uid in json.loads(found)} - {"active"}

    return world.do(read)


def kind_of(uid):
    kinds = {"single": QuestionType.SINGLE, "multiple": QuestionType.MULTIPLE, "tf": QuestionType.TRUE_FALSE, "fill": QuestionType.FILL_IN}
    return kinds[uid.partition("-")[0]]


def tagged(county, uid="only-practice", **parts):
    return replace(county.make_question(uid), tags=(PRACTICE_TAG,), **parts)


@pytest.fixture
def open_pool(world, county):
    """The county with a question that is for practice only."""
    world.do(publishing.publish, county.ADMIN, county.NOW, [tagged(county)])
    return world


def test_nothing_is_practised_that_was_never_asked(empty, county):
    assert pool(empty, county.NOW) == set()
    empty.do(publishing.publish, county.ADMIN, county.NOW, [tagged(county)])
    assert pool(empty, county.NOW) == {"only-practice"}


@pytest.mark.parametrize("at", [timedelta(-1), timedelta(), timedelta(hours=1), timedelta(hours=2), LAST])
def test_until_the_last_answer_may_have_come_in_nothing_of_a_sitting_is_practised(open_pool, county, at):
    assert pool(open_pool, county.OPENS + at) == {"only-practice"}


def test_what_was_asked_may_be_practised_once_the_keys_are_out(open_pool, county):
    assert pool(open_pool, county.OPENS + LAST + timedelta(seconds=1)) == {"only-practice"} | asked(open_pool)


def test_while_results_wait_for_a_persons_word_nothing_of_the_sitting_is_practised(empty, county):
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(release=Release.MANUAL), county.ZONE, county.SEED)
    over = county.OPENS + timedelta(days=9)
    assert pool(empty, over) == set()

    def release(db):
        db.execute(update(SittingRow).values(released_at=over))

    empty.do(release)
    assert pool(empty, over) == asked(empty)


def test_time_given_to_one_person_holds_everything_back_until_their_end(open_pool, county):
    late = county.OPENS + LAST + timedelta(seconds=1)
    open_pool.start(at=county.OPENS + timedelta(hours=1, minutes=50))
    assert pool(open_pool, late) > {"only-practice"}
    open_pool.do(extending.extend, county.ADMIN, "s1", "C1", 30, "停电", county.OPENS + timedelta(hours=1, minutes=55))
    assert pool(open_pool, late) == {"only-practice"}
    assert pool(open_pool, late + timedelta(minutes=30)) > {"only-practice"}


def test_while_somebodys_clock_stands_still_nothing_is_practised(open_pool, county):
    open_pool.start()
    open_pool.do(pausing.pause, county.ADMIN, "s1", PlaceKind.ALL, "", "停电", county.OPENS + timedelta(minutes=5))
    assert pool(open_pool, county.OPENS + timedelta(days=30)) == {"only-practice"}


def second(county, **parts):
    opens = county.OPENS + timedelta(days=7)
    return replace(county.sitting_plan(**parts), code="s2", opens_at=opens, closes_at=opens + timedelta(hours=2))


def test_a_sitting_that_is_planned_holds_back_all_that_its_blueprint_admits(open_pool, county):
    day = county.OPENS + timedelta(days=1)
    before = pool(open_pool, day)
    open_pool.do(scheduling.create_sitting, county.ADMIN, day, second(county), county.ZONE, county.SEED)
    assert asked(open_pool, "s2") & before, "else the test shows nothing"
    assert pool(open_pool, day) == {"only-practice"}


def test_a_sitting_that_is_over_holds_back_what_it_asked_until_its_results_are_released(world, county):
    """Also what an earlier sitting made known: its key counts again. What it could have asked and did not is free, since everybody knows by now."""
    day = county.OPENS + timedelta(days=1)
    narrow = replace(county.PLAN, id="narrow", sections=county.PLAN.sections[:1])
    world.do(publishing.publish, county.ADMIN, county.NOW, [], [narrow])
    plan = replace(second(county, release=Release.MANUAL), blueprint="narrow", forms=1)
    world.do(scheduling.create_sitting, county.ADMIN, day, plan, county.ZONE, county.SEED)
    over, held = plan.closes_at + timedelta(days=1), asked(world, "s2") & asked(world)
    assert held
    assert asked(world) - held
    assert pool(world, over) == asked(world) - held


@pytest.mark.parametrize("seed", range(4))
def test_what_vanishes_from_practice_does_not_tell_what_was_drawn(world, county, seed):
    """Two sittings of one plan that drew other questions leave the same pool."""
    day = county.OPENS + timedelta(days=1)
    narrow = replace(county.PLAN, id="narrow", sections=county.PLAN.sections[:1])
    world.do(publishing.publish, county.ADMIN, county.NOW, [], [narrow])
    world.do(scheduling.create_sitting, county.ADMIN, day, replace(second(county), blueprint="narrow", forms=1), county.ZONE, bytes([seed]) * 32)
    drawn = {uid for uid in asked(world, "s2") if uid.startswith("single")}
    assert len(drawn) == 2
    assert pool(world, day) == {uid for uid in asked(world) if not uid.startswith("single")}
    assert world.do(reserved.held_back, day).uids >= {f"single-{n}" for n in range(4)}


def test_a_draw_that_wrote_down_no_questions_holds_everything_back(open_pool, county):
    def forget(db):
        db.execute(update(SittingRow).values(snapshot='{"version":1}', commitment="0" * 64))

    open_pool.do(forget)
    assert pool(open_pool, county.NOW) == set()


def test_days_states_and_types(open_pool, county):
    day = county.OPENS + timedelta(days=1)
    more = [
        tagged(county, "ended", valid_to=date(2026, 11, 24)),
        tagged(county, "last-day", valid_to=date(2026, 11, 25)),
        tagged(county, "coming", valid_from=date(2026, 11, 26)),
        tagged(county, "retired"),
        tagged(county, "written", type=QuestionType.SHORT_ANSWER, options=(), key=frozenset(), model_answer="答"),
        replace(county.make_question("word-in-text"), explanation=f"“{PRACTICE_TAG}”"),
    ]
    open_pool.do(publishing.publish, county.ADMIN, county.NOW, more)
    open_pool.do(lambda db: db.execute(update(QuestionRow).where(QuestionRow.uid == "retired").values(retired_at=county.NOW)))
    found = pool(open_pool, day)
    assert found - asked(open_pool) == {"only-practice", "last-day"}


def test_a_question_that_was_found_wrong_is_practised_again_when_the_bank_has_mended_it(world, county):
    day = county.OPENS + timedelta(days=1)
    wrong = sorted(uid for uid in asked(world) if uid.startswith("single"))[0]
    world.start()
    world.submit(world.right_answers())
    world.do(correcting.apply, county.ADMIN, "s1", correcting.Wish(wrong, Remedy.DROP), "两个选项都对", day)
    assert wrong in asked(world)
    assert wrong not in pool(world, day)
    world.do(publishing.publish, county.ADMIN, day + timedelta(minutes=1), [replace(county.make_question(wrong), explanation="改过")])
    assert wrong in pool(world, day)


def test_however_many_questions_were_found_wrong_the_bank_is_asked_once(world, county):
    day = county.OPENS + timedelta(days=1)
    wrong = sorted(asked(world))
    for uid, remedy in [*((uid, Remedy.DROP) for uid in wrong[1:]), (wrong[1], Remedy.ORIGINAL)]:
        world.do(correcting.apply, county.ADMIN, "s1", correcting.Wish(uid, remedy), "两个选项都对", day)
    world.do(publishing.publish, county.ADMIN, day, [replace(county.make_question(wrong[2], kind_of(wrong[2])), explanation="改过")])
    said: list[str] = []

    def listen(_connection, _cursor, statement, *_more):
        said.append(statement)

    event.listen(world.engine, "before_cursor_execute", listen)
    assert world.do(reserved.in_doubt) == set(wrong[3:])
    event.remove(world.engine, "before_cursor_execute", listen)
    assert len(wrong[3:]) > 1
    assert len([statement for statement in said if statement.startswith("SELECT")]) == 2


def test_what_is_for_practice_only_is_never_drawn(empty, county):
    """The one single choice that is lacking is there, but only for practice: the sitting is refused."""
    empty.do(publishing.publish, county.ADMIN, county.NOW, [replace(county.make_question(f"single-{n}"), tags=(PRACTICE_TAG,)) for n in range(4)])
    with pytest.raises(QuizError) as refused:
        empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(), county.ZONE, county.SEED)
    assert refused.value.code == "blueprint_unfilled"


# --- who practises ---------------------------------------------------------------------------------------------------------------------------


def begin(world, county, now, number="C1", kind=Kind.DAILY):
    return world.do(lambda db: practising.store(db, practising.plan(db, county.trainee(number), kind, NOBODY, now, county.ZONE), now))


def test_nobody_practises_while_their_own_answers_may_still_come_in(open_pool, county):
    opens = county.OPENS
    begin(open_pool, county, opens - timedelta(minutes=1))
    open_pool.start()
    deadline = opens + timedelta(hours=1)
    for at in (opens + timedelta(minutes=1), deadline, deadline + timedelta(minutes=DELIVERY_MINUTES)):
        for act in (begin, lambda world, county, now: world.do(practising.read_set, county.trainee(), 1, now, county.ZONE)):
            with pytest.raises(QuizError) as refused:
                act(open_pool, county, at)
            assert refused.value.code == "at_work"
    begin(open_pool, county, deadline + timedelta(minutes=DELIVERY_MINUTES, seconds=1))
    begin(open_pool, county, opens + timedelta(minutes=1), "C2")


def test_closed_by_the_clock_is_not_handed_in_but_handed_in_is(open_pool, county):
    open_pool.start()
    open_pool.do(handing_in.close_expired, county.OPENS + timedelta(hours=1, seconds=20))
    with pytest.raises(QuizError) as refused:
        begin(open_pool, county, county.OPENS + timedelta(hours=1, minutes=5))
    assert refused.value.code == "at_work"
    open_pool.start("C2")
    open_pool.submit((), "C2", county.OPENS + timedelta(minutes=30))
    begin(open_pool, county, county.OPENS + timedelta(minutes=31), "C2")


def test_who_was_admitted_to_one_sitting_does_not_practise(open_pool, county):
    visitor = replace(county.trainee(), only_sitting="s1")
    with pytest.raises(Forbidden):
        open_pool.do(learning.learner, visitor, county.NOW, county.ZONE)


def test_staff_do_not_practise_and_a_trainee_without_a_cadre_does_not_either(open_pool, county):
    with pytest.raises(Forbidden):
        open_pool.do(learning.learner, Actor("x", {Role.ORGANISER: "/"}), county.NOW, county.ZONE)
    with pytest.raises(NotFound):
        open_pool.do(learning.learner, Actor("x", {Role.TRAINEE: "/"}), county.NOW, county.ZONE)


def test_another_persons_set_does_not_exist(open_pool, county):
    begin(open_pool, county, county.NOW)
    for number in (1, 2):
        with pytest.raises(NotFound):
            open_pool.do(practising.read_set, county.trainee("C2"), number, county.NOW, county.ZONE)
        with pytest.raises(NotFound):
            open_pool.do(practising.answer, county.trainee("C2"), number, 1, ["a"], False, county.NOW, county.ZONE)


# --- what was practised before ---------------------------------------------------------------------------------------------------------------


def test_a_planned_sitting_takes_questions_away_from_whoever_is_practising_them(world, county):
    """Neither asked, nor judged, nor explained any more: not even what was answered before, whose page would tell the key."""
    day, who = county.OPENS + timedelta(days=1), county.trainee()
    number = begin(world, county, day)
    found = world.do(practising.read_set, who, number, day, county.ZONE)
    assert len(found.places) >= 4
    world.do(practising.answer, who, number, 1, [], True, day, county.ZONE)
    assert world.do(practising.read_set, who, number, day, county.ZONE).places[0].question.explanation
    world.do(scheduling.create_sitting, county.ADMIN, day, second(county), county.ZONE, county.SEED)
    after = world.do(practising.read_set, who, number, day, county.ZONE)
    assert [place.question for place in after.places] == [None] * len(found.places)
    assert [place.mark for place in after.places] == [None] * len(found.places)
    with pytest.raises(QuizError) as refused:
        world.do(practising.answer, who, number, 2, ["a"], False, day, county.ZONE)
    assert refused.value.code == "not_in_practice"
    with pytest.raises(QuizError) as refused:
        begin(world, county, day + timedelta(days=1))
    assert refused.value.code == "nothing_to_practise"


def test_an_open_question_is_shown_without_anything_that_tells_its_key(world, county):
    day = county.OPENS + timedelta(days=1)
    number = begin(world, county, day)
    for place in world.do(practising.read_set, county.trainee(), number, day, county.ZONE).places:
        assert not place.question.key
        assert not place.question.explanation
        assert not place.question.source.title
        assert all(blank.answers == ("",) for blank in place.question.blanks)


def test_of_a_question_that_changed_since_only_the_new_revision_is_asked(world, county):
    day, who = county.OPENS + timedelta(days=1), county.trainee()
    number = begin(world, county, day)
    found = world.do(practising.read_set, who, number, day, county.ZONE)
    uid = found.places[0].question.uid
    world.do(practising.answer, who, number, 1, [], True, day, county.ZONE)
    current = world.do(banks.get_published, uid).item
    world.do(publishing.publish, county.ADMIN, day, [replace(current, explanation="新的解析")])
    assert world.do(practising.read_set, who, number, day, county.ZONE).places[0].question is None
    assert world.do(practice_pool.pool, day, date(2026, 11, 25))[uid].revision == 2


def test_who_wrote_a_question_is_not_asked_it(open_pool, county):
    def write(db):
        banks.save_people(db, ["only-practice"], 1, "author")

    open_pool.do(write)
    assert open_pool.do(learning.learner, county.trainee("C1"), county.NOW, county.ZONE).pool == {}
    assert set(open_pool.do(learning.learner, county.trainee("C2"), county.NOW, county.ZONE).pool) == {"only-practice"}


def test_practice_answers_are_never_changed(open_pool, county):
    number = begin(open_pool, county, county.NOW)
    open_pool.do(practising.answer, county.trainee(), number, 1, [], True, county.NOW, county.ZONE)
    for statement in ("UPDATE practice_answer SET share = 100", "DELETE FROM practice_answer", "UPDATE practice_set SET questions = '[]'"):
        with pytest.raises(Exception, match="append-only"):
            open_pool.do(lambda db, statement=statement: db.execute(text(statement)))
