"""A cadre's practice from day to day: what comes, what an answer stores, what follows from it; what a cadre and the head of a unit are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from quiz.core.access import Actor, Role
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.practice import PRACTICE_TAG, Kind, Outcome
from quiz.core.question import QuestionType
from quiz.core.retraining import Reason
from quiz.core.roster import Roster
from quiz.core.saving import Save
from quiz.core.shown import as_shown
from quiz.storage.tables import PracticeAnswerRow, PracticeSetRow
from quiz.usecases import learning, practising, publishing, retraining, rosters
from quiz.usecases.learning import Others

NOBODY = Others(())
TWO_WEEKS = timedelta(days=14)


@pytest.fixture
def sat(world, county):
    """C1 got everything right, C2 nothing, C3 was absent; the keys are out the day after. Six more questions are for practice only."""
    more = [replace(county.make_question(f"more-{n}", list(QuestionType)[n % 4]), tags=(PRACTICE_TAG,)) for n in range(6)]
    world.do(publishing.publish, county.ADMIN, county.NOW, more)
    for number, saves in (("C1", world.right_answers("C1")), ("C2", ())):
        world.start(number)
        world.submit(saves, number)
    world.day = county.OPENS + timedelta(days=1)
    return world


def begin(world, county, now, number="C1", kind=Kind.DAILY, sitting=""):
    return world.do(lambda db: practising.store(db, practising.plan(db, county.trainee(number), kind, NOBODY, now, county.ZONE, sitting), now))


def read(world, county, number, now, who="C1"):
    return world.do(practising.read_set, county.trainee(who), number, now, county.ZONE)


def reply(world, county, number, place, now, right=True, who="C1"):
    """Answer a place as the page would, right or wrong; the key is looked up in the bank."""
    asked = read(world, county, number, now, who).places[place - 1].question
    key = {one.uid: one for one in (*county.QUESTIONS, *(county.make_question(f"more-{n}", list(QuestionType)[n % 4]) for n in range(6)))}[asked.uid]
    if asked.type is QuestionType.FILL_IN:
        value = [blank.answers[0] for blank in key.blanks] if right else ["1", "2"]
    else:
        ids = sorted(key.key) if right else sorted({option.id for option in asked.options} - key.key)[:1]
        value = list(as_shown(asked, tuple(ids)))
    return world.do(practising.answer, county.trainee(who), number, place, value, False, now, county.ZONE)


def do_all(world, county, now, right=True, who="C1", **options):
    number = begin(world, county, now, who, **options)
    for place in read(world, county, number, now, who).places:
        reply(world, county, number, place.number, now, right, who)
    return number


def who_is(world, county, now, number="C1"):
    return world.do(learning.learner, county.trainee(number), now, county.ZONE)


# --- day by day ------------------------------------------------------------------------------------------------------------------------------


def test_an_answer_is_judged_at_once_and_stored_with_its_revision(sat, county):
    number = begin(sat, county, sat.day)
    row = reply(sat, county, number, 1, sat.day)
    assert (row.revision, row.share, row.why) == (1, 100, "right")
    reply(sat, county, number, 2, sat.day, right=False)
    places = read(sat, county, number, sat.day).places
    assert [place.outcome for place in places[:3]] == [Outcome.RIGHT, Outcome.WRONG, None]
    assert all(place.question.explanation and place.question.source.clause for place in places[:2])
    assert places[1].due_on < places[0].due_on


def test_sent_twice_or_changed_afterwards_the_first_answer_stays(sat, county):
    number = begin(sat, county, sat.day)
    first = reply(sat, county, number, 1, sat.day, right=False)
    again = sat.do(practising.answer, county.trainee(), number, 1, [], True, sat.day, county.ZONE)
    assert (again.id, again.value) == (first.id, first.value)
    assert begin(sat, county, sat.day) == number, "what was begun today goes on"
    assert sat.do(lambda db: (db.query(PracticeSetRow).count(), db.query(PracticeAnswerRow).count())) == (1, 1)


def test_two_clicks_at_the_same_moment_make_one_set(sat, county):
    planned = [sat.do(practising.plan, county.trainee(), Kind.DAILY, NOBODY, sat.day, county.ZONE) for _ in range(2)]
    assert [sat.do(practising.store, one, sat.day) for one in planned] == [1, 1]
    assert sat.do(lambda db: db.query(PracticeSetRow).count()) == 1


@pytest.mark.parametrize(("value", "code"), [([], "no_answer"), (["z"], "bad_response"), (["a", "b", "?"], "bad_response"), ("a", "bad_response")])
def test_what_is_no_answer_stores_nothing(sat, county, value, code):
    number = begin(sat, county, sat.day)
    places = read(sat, county, number, sat.day).places
    place = next(one.number for one in places if one.question.type is QuestionType.SINGLE)
    with pytest.raises(QuizError) as refused:
        sat.do(practising.answer, county.trainee(), number, place, value, False, sat.day, county.ZONE)
    assert refused.value.code == code
    assert sat.do(lambda db: db.query(PracticeAnswerRow).count()) == 0


@pytest.mark.parametrize("place", [0, 99])
def test_a_place_that_is_not_there(sat, county, place):
    number = begin(sat, county, sat.day)
    with pytest.raises(NotFound):
        sat.do(practising.answer, county.trainee(), number, place, ["a"], False, sat.day, county.ZONE)


def test_a_days_practice_is_done_once_and_the_next_day_brings_back_what_was_wrong(sat, county):
    number = begin(sat, county, sat.day, "C2")
    uids = [place.question.uid for place in read(sat, county, number, sat.day, "C2").places]
    assert set(uids[:6]) & {"single-0", "single-1", "single-2", "single-3"}, "what was wrong in the sitting is due"
    for place, uid in enumerate(uids, 1):
        reply(sat, county, number, place, sat.day, right=uid != uids[0], who="C2")
    with pytest.raises(QuizError) as refused:
        begin(sat, county, sat.day, "C2")
    assert refused.value.code == "done_today"
    tomorrow = sat.day + timedelta(days=1)
    after = [place.question.uid for place in read(sat, county, begin(sat, county, tomorrow, "C2"), tomorrow, "C2").places]
    assert after[0] == uids[0]
    assert not {uid for uid in uids[1:] if uid.startswith("more")} & set(after), "what was right at once has a day off"


def test_it_is_another_day_in_the_county_not_in_utc(sat, county):
    late = sat.day.astimezone(county.ZONE).replace(hour=23, minute=50)
    number = do_all(sat, county, late)
    assert begin(sat, county, late + timedelta(minutes=20), kind=Kind.DAILY) == number + 1


def test_practice_for_weak_areas_can_be_had_again_the_same_day(sat, county):
    number = do_all(sat, county, sat.day, kind=Kind.WEAK)
    assert begin(sat, county, sat.day, kind=Kind.WEAK) == number + 1


# --- the re-test -----------------------------------------------------------------------------------------------------------------------------


def test_what_was_wrong_is_asked_again_after_a_month(sat, county):
    def due(now):
        return sat.do(lambda db: learning.retests(db, learning.learner(db, county.trainee("C2"), now, county.ZONE), county.ZONE))

    (soon,) = due(sat.day)
    assert (soon.due_on, (soon.next_on - county.OPENS.date()).days) == (None, 30)
    later = county.OPENS + timedelta(days=31)
    (now_due,) = due(later)
    assert now_due.due_on is not None
    assert now_due.wrong > now_due.available, "the local question is wrong too, and stands in no bank to be practised"
    number = begin(sat, county, later, "C2", Kind.RETEST, "s1")
    wrong = set(who_is(sat, county, later, "C2").wrong_in(who_is(sat, county, later, "C2").sittings[0]))
    assert {place.question.uid for place in read(sat, county, number, later, "C2").places} == wrong - {"active"}
    (done,) = due(later)
    assert (done.due_on, (done.next_on - county.OPENS.date()).days) == (None, 90)
    assert sat.do(lambda db: learning.retests(db, learning.learner(db, county.trainee("C1"), later, county.ZONE), county.ZONE)) == []


@pytest.mark.parametrize("sitting", ["", "none", "s1"])
def test_a_retest_is_of_ones_own_sitting(sat, county, sitting):
    with pytest.raises(NotFound):
        begin(sat, county, sat.day, "C3", Kind.RETEST, sitting)


def test_how_much_of_what_was_wrong_is_right_by_now(sat, county):
    number = begin(sat, county, sat.day, "C2", Kind.RETEST, "s1")
    who = who_is(sat, county, sat.day, "C2")
    wrong = len(who.wrong_in(who.sittings[0]))
    assert learning.relearned(who, who.sittings[0]) == (0, wrong)
    reply(sat, county, number, 1, sat.day, who="C2")
    reply(sat, county, number, 2, sat.day, right=False, who="C2")
    who = who_is(sat, county, sat.day, "C2")
    assert learning.relearned(who, who.sittings[0]) == (1, wrong)


# --- what is known ---------------------------------------------------------------------------------------------------------------------------


def mastery(world, county, now, number):
    def look(db):
        who = learning.learner(db, county.trainee(number), now, county.ZONE)
        return learning.mastery(db, who, learning.read_others(db, now), now)

    return world.do(look)


def test_mastery_is_pooled_over_sitting_and_first_meetings_in_practice(sat, county):
    before = {number: mastery(sat, county, sat.day, number) for number in ("C1", "C2", "C3")}
    assert before["C1"]["water"].share > before["C3"]["water"].share > before["C2"]["water"].share
    assert (before["C1"]["water"].answers, before["C3"]["water"].answers) == (5, 0)
    do_all(sat, county, sat.day, right=False)
    after = mastery(sat, county, sat.day, "C1")
    assert after["water"].share < before["C1"]["water"].share
    assert after["water"].answers == 5 + 10, "the sitting's, and the ten that were met for the first time"
    tomorrow = sat.day + timedelta(days=1)
    do_all(sat, county, tomorrow)
    sat_or_practised = {one.uid for one in who_is(sat, county, tomorrow).answers} - {"active"}
    assert mastery(sat, county, tomorrow, "C1")["water"].answers == len(sat_or_practised), "of what came again nothing more is known"
    assert before["C1"]["health"].answers == 0


def test_before_the_keys_are_out_nothing_is_told_of_a_sitting(sat, county):
    at = county.OPENS + timedelta(hours=2, minutes=10)
    who = who_is(sat, county, at)
    assert (who.sat, who.sittings) == ((), ())
    assert sat.do(learning.read_others, at).answers == ()
    assert sat.do(retraining.my_duty, county.trainee("C2"), at) is None
    assert sat.do(retraining.read_unit, county.ADMIN, "T01", at, county.ZONE).duties == ()


# --- who should learn again ------------------------------------------------------------------------------------------------------------------


def head(scope="/QL/T01/", role=Role.ORGANISER):
    return Actor("负责人", {role: scope})


def test_the_list_of_a_unit_follows_the_rule_and_the_roster(sat, county):
    found = sat.do(retraining.read_unit, head(), "T01", sat.day, county.ZONE)
    assert [(duty.person.number, duty.verdict.reasons) for duty in found.duties] == [("C2", (Reason.FAILED, Reason.AREA))]
    assert found.people == 2
    absent = sat.do(retraining.read_unit, county.ADMIN, "T02", sat.day, county.ZONE)
    assert [(duty.person.number, duty.verdict.reasons) for duty in absent.duties] == [("C3", (Reason.ABSENT,))]


def test_only_the_unit_itself_is_listed_never_a_whole_county(sat, county):
    found = sat.do(retraining.read_unit, county.ADMIN, "QL", sat.day, county.ZONE)
    assert (found.people, found.duties) == (0, ())


def test_a_person_reads_their_own_duty_and_nobody_elses(sat, county):
    mine = sat.do(retraining.my_duty, county.trainee("C2"), sat.day)
    assert (mine.person.number, mine.verdict.areas) == ("C2", ("water",))
    assert sat.do(retraining.my_duty, county.trainee("C1"), sat.day) is None


@pytest.mark.parametrize("unit", ["T02", "QL", "none"])
def test_another_unit_does_not_exist_for_the_head_of_one(sat, unit, county):
    with pytest.raises(NotFound):
        sat.do(retraining.read_unit, head(), unit, sat.day, county.ZONE)
    assert [found.code for found, _ in sat.do(retraining.list_units, head(), sat.day.date())] == ["T01"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ORGANISER])
def test_nobody_else_reads_the_list(sat, role, county):
    for action, more in ((retraining.read_unit, ("T01", sat.day, county.ZONE)), (retraining.list_units, (sat.day.date(),))):
        with pytest.raises(Forbidden):
            sat.do(action, head("/", role), *more)


def test_a_few_people_have_no_figures_together(sat, county):
    """Two people: whatever was said of them together could be laid at one's door."""
    found = sat.do(retraining.read_unit, head(), "T01", sat.day, county.ZONE)
    assert found.areas
    assert [area.share for area in found.areas] == [None] * len(found.areas)
    assert found.curve is None


def test_a_unit_as_a_whole_is_told_from_enough_people(empty, county):
    """Seven people of a town sit and answer again three weeks later; their curve is theirs together, and practice of few shows in no step."""
    from quiz.usecases import scheduling

    cadres = tuple(replace(county.ROSTER.cadres[0], number=f"K{n}", name=f"甲{n}") for n in range(7))
    empty.do(rosters.load_roster, county.ADMIN, county.NOW, Roster(county.ROSTER.units, cadres))
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(), county.ZONE, county.SEED)
    for cadre in cadres:
        empty.start(cadre.number)
        empty.submit(empty.right_answers(cadre.number), cadre.number)
    later = county.OPENS + TWO_WEEKS
    for cadre in cadres:
        do_all(empty, county, later, who=cadre.number)
    found = empty.do(retraining.read_unit, county.ADMIN, "T01", later, county.ZONE)
    (water,) = [area for area in found.areas if area.area == "water"]
    assert (water.people, water.answers, water.share) == (7, 35, 1.0)
    assert water.interval.low > 0.8
    step = next(step for step in found.curve if step.answers)
    assert (step.first, step.last) == (8, 30)
    assert (step.share, step.answers >= 30) in ((1.0, True), (None, False))


def test_somebody_with_a_text_that_waits_is_not_judged_yet(world, county):
    world.start("C2")
    fill = next(slot.number for slot in world.paper("C2").slots if slot.question.type is QuestionType.FILL_IN)
    world.submit([Save(fill, ["2025", "村民自治"], 1)], "C2")
    assert [
        duty.person.number for duty in world.do(retraining.read_unit, county.ADMIN, "T01", county.OPENS + timedelta(days=1), county.ZONE).duties
    ] == ["C1"]
