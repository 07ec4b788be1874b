"""What study material may print: nothing reserved for a paper whose keys are secret, nothing out of date, retired or known to be faulty."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from quiz.core.access import Actor, Person, Role, command_line
from quiz.core.booklet import BookletKind
from quiz.core.correction import NewKey, Remedy
from quiz.core.message import Forbidden, QuizError
from quiz.core.question import Label, Point, QuestionType
from quiz.core.roster import Group
from quiz.core.sitting import Release
from quiz.storage import reserved
from quiz.usecases import booklets, correcting, pausing, publishing, results, reviewing, scheduling
from quiz.usecases.booklets import Wanted
from quiz.usecases.correcting import Wish
from quiz.usecases.places import PlaceKind

ALL = Wanted(with_samples=True)
DAY = date(2026, 11, 21)
CHANCE = b"chance"


def uids(world, county, now=None, wanted=ALL, actor=None, day=DAY):
    """The questions of a booklet, without one that was published after the draw and stands on no paper: the booklet is never empty."""
    world.do(publishing.publish, county.ADMIN, county.NOW, [county.make_question("spare")])
    made = world.do(booklets.booklet, actor or county.ADMIN, now or county.NOW, day, wanted, CHANCE)
    return {entry.uid for entry in made.entries} - {"spare"}


def on_papers(world):
    return {slot.question.uid.partition("@")[0] for number in ("C1", "C2", "C3") for slot in world.paper(number).slots}


def test_without_a_sitting_everything_that_holds_today_is_in(empty, county):
    general = {question.uid for question in county.QUESTIONS if question.uid not in ("expired", "active")}
    assert uids(empty, county) == general
    assert "expired" in uids(empty, county, day=date(2025, 12, 31))


@pytest.mark.parametrize("minutes_after_opening", [-60, 0, 60, 120, 129])
def test_a_question_on_a_paper_is_kept_back_until_nobody_s_answers_can_come_in(world, county, minutes_after_opening):
    """The window is two hours, ten minutes of delivery behind it."""
    now = county.OPENS + timedelta(minutes=minutes_after_opening)
    assert on_papers(world) - {"active"}
    assert uids(world, county, now) & on_papers(world) == set()


def test_what_the_draw_left_out_is_kept_back_as_well_so_that_two_editions_tell_nothing_of_it(empty, county):
    """What is missing from a book of after the draw is what the blueprint admits, not what was drawn."""
    before = uids(empty, county)
    plan = county.sitting_plan(group=Group(cadres=("C1",)))
    empty.do(reviewing.retire, county.ADMIN, county.NOW, "spare", "不参加抽题")
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, plan, county.ZONE, county.SEED)
    drawn = {slot.question.uid.partition("@")[0] for slot in empty.paper("C1").slots} & before
    shelf = empty.do(booklets.study_shelf, county.NOW, DAY)
    assert drawn < {question.uid for question in shelf.reserved}
    assert not drawn & {question.uid for question in shelf.open}


def test_it_is_given_free_when_keys_are_shown(world, county):
    assert uids(world, county, county.OPENS + timedelta(minutes=131)) >= on_papers(world) - {"active"}


def test_a_pause_and_time_given_keep_it_back_as_long(world, county):
    during, after = county.OPENS + timedelta(minutes=60), county.OPENS + timedelta(hours=9)
    world.start()
    world.do(pausing.pause, county.ADMIN, "s1", PlaceKind.UNIT, "T01", "停电", during)
    assert uids(world, county, after) & on_papers(world) == set()


def test_a_sitting_that_waits_for_release_keeps_its_keys(empty, county):
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(release=Release.MANUAL), county.ZONE, county.SEED)
    after = county.OPENS + timedelta(days=3)
    assert uids(empty, county, after) & on_papers(empty) == set()
    empty.do(results.release, county.ADMIN, "s1", after)
    assert uids(empty, county, after + timedelta(seconds=1)) >= on_papers(empty) - {"active"}


def test_a_faulty_question_is_left_out_until_it_is_published_anew(world, county):
    slot = next(slot for slot in world.paper().slots if slot.question.uid.startswith("single"))
    world.start()
    world.submit()
    after = county.OPENS + timedelta(days=1)
    wish = Wish(slot.question.uid, Remedy.NEW_KEY, NewKey(choices=(frozenset("C"),)))
    world.do(correcting.apply, county.ADMIN, "s1", wish, "答案有误", after)
    assert slot.question.uid not in uids(world, county, after)
    (supply,) = [one for one in world.do(booklets.supplies, county.ADMIN, after, DAY) if one.area == "water"]
    assert supply.faulty == 1
    mended = replace(county.make_question(slot.question.uid), key=frozenset("C"))
    world.do(publishing.publish, county.ADMIN, after + timedelta(minutes=1), [mended])
    assert slot.question.uid in uids(world, county, after + timedelta(minutes=2))


def test_a_retired_question_is_left_out(empty, county):
    empty.do(reviewing.retire, county.ADMIN, county.NOW, "single-0", "过时")
    assert "single-0" not in uids(empty, county)


def test_samples_come_only_where_they_are_wanted(empty, county):
    with pytest.raises(QuizError, match="nothing_to_print"):
        uids(empty, county, wanted=Wanted())
    confirmed = replace(county.make_question("single-0"), label=Label.CONFIRMED)
    empty.do(publishing.publish, county.ADMIN, county.NOW, [confirmed], author=Person.as_typed("甲"), reader=Person.as_typed("乙"))
    assert uids(empty, county, wanted=Wanted()) == {"single-0"}


def test_at_most_so_many_by_chance_and_of_one_area(empty, county):
    made = [empty.do(booklets.booklet, county.ADMIN, county.NOW, DAY, replace(ALL, most=3), bytes([n])) for n in range(8)]
    assert {len(one.entries) for one in made} == {3}
    assert len({frozenset(entry.uid for entry in one.entries) for one in made}) > 1
    with pytest.raises(QuizError, match="nothing_to_print"):
        uids(empty, county, wanted=replace(ALL, areas=("housing",)))
    with pytest.raises(QuizError, match="unknown_area"):
        uids(empty, county, wanted=replace(ALL, areas=("none",)))


def test_a_card_has_no_room_for_long_questions_while_there_are_shorter_ones(empty, county):
    point = Point("要点", Decimal(2))
    essay = replace(county.make_question("essay"), type=QuestionType.SHORT_ANSWER, area="housing", options=(), key=frozenset(), points=(point,))
    empty.do(publishing.publish, county.ADMIN, county.NOW, [essay])
    assert "essay" in uids(empty, county)
    card = replace(ALL, kind=BookletKind.CARD)
    assert "essay" not in uids(empty, county, wanted=card)
    assert uids(empty, county, wanted=replace(card, areas=("housing",))) == {"essay"}


def test_who_is_to_sit_may_not_see_what_is_kept_back(world, county):
    """The bank beside a booklet tells what stands on papers."""
    sitter = Actor("C1", {Role.SETTER: "/", Role.TRAINEE: "/"}, cadre_number="C1")
    for act in (lambda: uids(world, county, actor=sitter), lambda: world.do(booklets.supplies, sitter, county.NOW, DAY)):
        with pytest.raises(QuizError, match="to_sit"):
            act()
    assert uids(world, county, county.OPENS + timedelta(days=1), actor=sitter)
    uids(world, county, actor=replace(sitter, cadre_number="C9"))


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.MARKER, Role.INSPECTOR])
def test_only_setters_and_organisers_make_them(world, county, role):
    with pytest.raises(Forbidden):
        uids(world, county, actor=Actor("x", {role: "/"}))
    with pytest.raises(Forbidden):
        world.do(booklets.supplies, Actor("x", {role: "/"}), county.NOW, DAY)


def test_the_numbers_add_up(world, county):
    (water,) = [one for one in world.do(booklets.supplies, command_line("x"), county.NOW, DAY) if one.area == "water"]
    valid = {question.uid for question in county.QUESTIONS if question.uid not in ("expired", "active")}
    kept = world.do(reserved.held_back, county.NOW).uids
    assert kept >= on_papers(world)
    assert water.reserved == len(kept & valid)
    assert water.samples == len(valid) - water.reserved
    assert (water.confirmed, water.faulty) == (0, 0)
