"""Grading and results: the score follows from the frozen paper, says why, and is seen only when and by whom it may be."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from quiz.core.access import Actor, Role
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.results import Standing, summarise
from quiz.core.saving import Save
from quiz.core.sitting import Release
from quiz.storage import gradings, sittings
from quiz.storage.engine import reading
from quiz.storage.marking import digest_of
from quiz.usecases import handing_in, papers, publishing, results, scheduling
from tests.judging import decide, list_texts

MARKER = Actor("marker", {Role.MARKER: "/"})


def after(county):
    return county.OPENS + timedelta(hours=3)


def graded(world, number="C1"):
    with reading(world.engine) as db:
        seat = sittings.seats_of_cadre(db, number)[0]
        return gradings.newest_grading(db, seat.attempt)


def test_all_right_is_the_full_score(world):
    world.start()
    world.submit(world.right_answers())
    assert (graded(world).score, graded(world).pending) == (Decimal(10), 0)


def test_nothing_answered_is_zero_and_every_mark_says_blank(world, county):
    world.start()
    world.submit()
    found = world.do(results.read_result, county.ADMIN, "s1", "C1", after(county))
    assert found.graded.score == 0
    assert {mark.why for mark in found.marks.values()} == {"blank"}


def test_a_key_changed_in_the_bank_does_not_touch_the_frozen_paper(world, county):
    wrong = [replace(q, key=frozenset("A")) for q in county.QUESTIONS if q.uid.startswith("single")]
    world.do(publishing.publish, county.ADMIN, county.NOW, wrong)
    world.start()
    world.submit(world.right_answers())
    assert graded(world).score == 10


def answers_with_doubt(world, number, text):
    """All right, but the text blank of the fill-in question says `text`."""
    paper = world.paper(number)
    slot = next(s for s in paper.slots if s.question.blanks)
    return [Save(s.slot, ["2025", text] if s.slot == slot.number else s.value, s.seq) for s in world.right_answers(number)]


def test_a_doubtful_blank_waits_for_a_person_and_one_decision_serves_everyone(world, county):
    for number in ("C1", "C2"):
        world.start(number)
        world.submit(answers_with_doubt(world, number, "村民自治"), number)
    assert (graded(world).score, graded(world).pending) == (Decimal("9.5"), 1)
    waiting = world.do(list_texts, "s1")
    assert {(item.text, len(item.attempts)) for item in waiting} <= {("村民自治", 1), ("村民自治", 2)}
    total = 0
    for item in waiting:
        total += world.do(decide, MARKER, "s1", item, after(county))
    assert total == 2
    assert (graded(world).score, graded(world).pending, graded(world).number) == (Decimal(10), 0, 2)
    assert world.do(list_texts, "s1") == []


def test_a_decision_needs_a_marker_a_reason_and_a_text_that_waits(world, county):
    world.start()
    world.submit(answers_with_doubt(world, "C1", "村民自治"))
    (item,) = world.do(list_texts, "s1")
    with pytest.raises(QuizError, match="no_reason"):
        world.do(decide, MARKER, "s1", item, after(county), " ")
    with pytest.raises(NotFound):
        world.do(decide, MARKER, "s1", replace(item, digest=digest_of("别的")), after(county))
    with pytest.raises(Forbidden):
        world.do(decide, Actor("o", {Role.ORGANISER: "/"}), "s1", item, after(county))


def test_the_trainee_sees_the_result_when_the_rule_allows_and_the_key_never_before(world, county):
    with pytest.raises(QuizError, match="not_submitted"):
        world.do(results.my_result, county.trainee(), world.code(), county.OPENS)
    world.start()
    world.submit(world.right_answers())
    during = world.do(results.my_result, county.trainee(), world.code(), county.OPENS + timedelta(hours=1))
    assert (during.graded, during.paper, during.marks) == (None, None, None)
    later = world.do(results.my_result, county.trainee(), world.code(), after(county))
    assert later.graded.score == 10
    assert later.paper.slots[0].question.key
    with pytest.raises(NotFound):
        world.do(results.my_result, county.trainee("C2"), world.code("C1"), after(county))


def test_on_submit_shows_the_score_at_once_but_not_the_key(empty, county):
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(release=Release.ON_SUBMIT), county.ZONE, county.SEED)
    empty.start()
    empty.submit(empty.right_answers())
    seen = empty.do(results.my_result, county.trainee(), empty.code(), county.OPENS + timedelta(hours=1))
    assert (seen.graded.score, seen.paper) == (10, None)


def test_manual_release_waits_for_the_organiser_and_is_done_once(empty, county):
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(release=Release.MANUAL), county.ZONE, county.SEED)
    empty.start()
    empty.submit()
    assert empty.do(results.my_result, county.trainee(), empty.code(), after(county)).graded is None
    first = empty.do(results.release, county.ADMIN, "s1", after(county)).released_at
    assert empty.do(results.release, county.ADMIN, "s1", after(county) + timedelta(hours=1)).released_at == first
    assert empty.do(results.my_result, county.trainee(), empty.code(), after(county)).graded is not None


def test_release_is_refused_where_the_rule_does_it(world, county):
    with pytest.raises(QuizError, match="not_manual"):
        world.do(results.release, county.ADMIN, "s1", county.NOW)


def test_results_by_unit_tell_who_has_not_sat(world, county):
    world.start("C1")
    world.submit(world.right_answers(), "C1")
    world.start("C2")
    during = world.do(results.read_sitting, county.ADMIN, "s1", county.OPENS + timedelta(minutes=31))
    assert [row.standing for row in during.rows] == [Standing.SUBMITTED, Standing.AT_WORK, Standing.NOT_STARTED]
    world.do(handing_in.close_expired, after(county))
    final = world.do(results.read_sitting, county.ADMIN, "s1", after(county))
    town1, town2 = summarise(final.rows)
    assert (town1.unit, town1.expected, town1.sat, town1.mean, town1.best, town1.passed, town1.pass_rate) == ("镇1", 2, 2, 5, 10, 1, 50)
    assert (town2.expected, town2.sat, town2.absent, town2.mean, town2.pass_rate) == (1, 0, 1, None, None)


def test_a_reader_sees_only_the_units_within_their_authority(world, county):
    town = Actor("镇组考", {Role.ORGANISER: "/QL/T01/"})
    view = world.do(results.read_sitting, town, "s1", county.OPENS)
    assert [row.number for row in view.rows] == ["C1", "C2"]
    with pytest.raises(NotFound):
        world.do(results.read_result, town, "s1", "C3", county.OPENS)
    with pytest.raises(QuizError, match="no_paper"):
        world.do(papers.papers_to_print, town, "s1", county.OPENS, ["C3"])
    (summary,) = world.do(results.list_readable, town, county.OPENS)
    assert (summary.papers, summary.started, summary.submitted) == (2, 0, 0)


def test_who_sits_a_sitting_never_prints_or_reads_it_while_it_is_open(world, county):
    both = Actor("C1", {Role.TRAINEE: "/", Role.ORGANISER: "/"}, cadre_number="C1")
    for act in (papers.papers_to_print, lambda db, *a: results.read_result(db, a[0], a[1], "C2", a[2])):
        with pytest.raises(Forbidden):
            world.do(act, both, "s1", county.OPENS)
    assert len(world.do(papers.papers_to_print, both, "s1", after(county))) == 3


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.SETTER, Role.MARKER])
def test_other_roles_read_no_results(world, county, role):
    with pytest.raises(Forbidden):
        world.do(results.read_sitting, Actor("x", {role: "/"}), "s1", after(county))
