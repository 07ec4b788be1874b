"""Void attempts and another try: nothing void counts, the new paper has other questions, and all of it follows from the seed."""

from datetime import timedelta

import pytest

from quiz.core.access import Actor, Role
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.question import QuestionType, base_uid
from quiz.core.results import Standing, summarise
from quiz.core.saving import Save
from quiz.core.sitting import Release
from quiz.storage import amendments, gradings, item_marks, sittings
from quiz.storage.engine import reading
from quiz.usecases import amending, attempts, auditing, publishing, results, retrying, rosters, saving, scheduling, verifying, voiding
from tests.usecases.test_amending import LATE, uids

CHIEF = Actor("组考", {Role.ORGANISER: "/"})
TOWN = Actor("镇组考", {Role.ORGANISER: "/QL/T01/"})


def minutes(n):
    return timedelta(minutes=n)


def void(world, number="C1", reason="代考", actor=CHIEF, at=None):
    return world.do(voiding.void, actor, "s1", number, reason, at or world.opens + minutes(10))


def restore(world, number="C1", reason="查无此事", actor=CHIEF, at=None):
    return world.do(voiding.restore, actor, "s1", number, reason, at or world.opens + minutes(15))


def retry(world, number="C1", n=0, reason="设备故障", actor=CHIEF, at=None):
    return world.do(retrying.retry, actor, "s1", number, n, reason, at or world.opens + minutes(20))


def code_of(action, *args, **kwargs):
    with pytest.raises(QuizError) as caught:
        action(*args, **kwargs)
    return caught.value.code


def row_of(world, county, number="C1", at=None):
    with reading(world.engine) as db:
        view = results.read_sitting(db, county.ADMIN, "s1", at or world.opens + minutes(50))
    return next(row for row in view.rows if row.number == number)


@pytest.fixture
def rich(empty, county):
    """The county with enough questions for a second paper, scheduled for everyone."""
    kinds = {"single": QuestionType.SINGLE, "multiple": QuestionType.MULTIPLE, "tf": QuestionType.TRUE_FALSE, "fill": QuestionType.FILL_IN}
    more = [county.make_question(f"{name}-x{i}", kind) for name, kind in kinds.items() for i in range(8)]
    empty.do(publishing.publish, county.ADMIN, county.NOW, more)
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(release=Release.MANUAL), county.ZONE, county.SEED)
    return empty


def proven(world, county):
    return world.do(verifying.verify, county.ADMIN, "s1").is_proven


def test_a_void_attempt_counts_nowhere_and_is_kept(world, county):
    world.start("C1")
    world.start("C2")
    world.submit(world.right_answers("C1"), "C1", at=world.opens + minutes(5))
    world.submit(world.right_answers("C2"), "C2", at=world.opens + minutes(5))
    void(world, "C1")
    row = row_of(world, county)
    assert (row.standing, row.score) == (Standing.VOIDED, None)
    with reading(world.engine) as db:
        view = results.read_sitting(db, county.ADMIN, "s1", world.opens + minutes(50))
        attempt = sittings.seats_of_cadre(db, "C1")[0].attempt
        assert gradings.newest_grading(db, attempt) is not None
        assert attempt.id not in gradings.newest_gradings(db, attempt.sitting_id)
    (unit,) = [unit for unit in summarise(view.rows) if unit.unit_code == "T01"]
    assert (unit.expected, unit.sat, unit.absent, unit.voided, unit.passed) == (2, 1, 0, 1, 1)


def test_the_person_is_shown_nothing_of_a_void_attempt(world, county):
    world.start()
    world.submit(world.right_answers(), at=world.opens + minutes(5))
    void(world)
    with reading(world.engine) as db:
        mine = results.my_result(db, county.trainee(), world.code(), world.opens + minutes(130))
    assert (mine.graded, mine.marks, mine.visible.score, mine.visible.key) == (None, None, False, False)


def test_a_void_attempt_is_in_no_statistics(world):
    for number in ("C1", "C2"):
        world.start(number)
        world.submit(world.right_answers(number), number, at=world.opens + minutes(5))
    with reading(world.engine) as db:
        sitting = sittings.get_sitting(db, "s1")
        before = item_marks.newest_change(db, sitting)
        assert {paper.number for paper in item_marks.graded_papers(db, sitting)} == {"C1", "C2"}
    void(world, "C1")
    with reading(world.engine) as db:
        assert {paper.number for paper in item_marks.graded_papers(db, sitting)} == {"C2"}
        assert item_marks.newest_change(db, sitting) != before


def test_voiding_under_way_closes_the_attempt_and_takes_no_more_answers(world):
    world.start()
    world.save(1, ["A"], 1)
    void(world)
    with reading(world.engine) as db:
        attempt = sittings.seats_of_cadre(db, "C1")[0].attempt
    assert (attempt.closed_by, attempt.submitted_at) == ("organiser", world.opens + minutes(10))
    assert world.save(1, ["B"], 2, at=world.opens + minutes(11)).state == "late"


def test_a_void_attempt_is_made_valid_again_until_results_are_out(rich, county):
    rich.start()
    rich.submit(rich.right_answers(), at=rich.opens + minutes(5))
    void(rich)
    restore(rich)
    assert row_of(rich, county).score == 10
    void(rich, at=rich.opens + minutes(16))
    rich.do(results.release, CHIEF, "s1", rich.opens + minutes(130))
    assert code_of(restore, rich, at=rich.opens + minutes(131)) == "released"


def test_what_was_made_void_after_the_release_may_be_made_valid_again(rich):
    rich.start()
    rich.submit(rich.right_answers(), at=rich.opens + minutes(5))
    rich.do(results.release, CHIEF, "s1", rich.opens + minutes(130))
    void(rich, at=rich.opens + minutes(131))
    restore(rich, at=rich.opens + minutes(132))


def test_what_voiding_refuses(world):
    assert code_of(void, world) == "not_started"
    world.start()
    assert code_of(void, world, reason=" ") == "no_reason"
    assert code_of(restore, world) == "not_void"
    assert code_of(retry, world) == "not_void"
    void(world)
    assert code_of(void, world) == "already_void"
    with pytest.raises(Forbidden):
        void(world, actor=Actor("督查", {Role.INSPECTOR: "/"}))
    with pytest.raises(Forbidden):
        void(world, actor=Actor("自己", {Role.ORGANISER: "/"}, cadre_number="C2"))
    world.start("C3")
    with pytest.raises(NotFound):
        void(world, "C3", actor=TOWN)


def test_another_try_has_other_questions_a_code_of_its_own_and_can_be_proven(rich, county):
    first = rich.paper()
    first_code = rich.code()
    rich.start()
    rich.submit(rich.right_answers(), at=rich.opens + minutes(5))
    void(rich)
    retry(rich)
    second = rich.paper()
    assert [(slot.section, slot.max_mark) for slot in second.slots] == [(slot.section, slot.max_mark) for slot in first.slots]
    general = [{uid for uid in uids(paper) if base_uid(uid) == uid} for paper in (first, second)]
    assert general[0].isdisjoint(general[1])
    assert rich.code() != first_code
    assert code_of(rich.do, attempts.get_mine, county.trainee(), first_code, rich.opens) == "not_found"
    assert code_of(rich.do, saving.save, county.trainee(), first_code, Save(1, [], 1), "d", rich.opens + minutes(25)) == "not_found"
    assert proven(rich, county)
    row = row_of(rich, county)
    assert (row.standing, row.score) == (Standing.NOT_STARTED, None)
    rich.start(at=rich.opens + minutes(30))
    rich.submit(rich.right_answers(), at=rich.opens + minutes(40))
    assert row_of(rich, county).score == 10
    assert code_of(restore, rich, at=rich.opens + minutes(45)) == "not_void"


def test_a_third_paper_and_somebody_late_afterwards_can_be_proven_too(rich, county):
    before = []
    for n in range(2):
        before.append(set(uids(rich.paper())))
        rich.start(at=rich.opens + minutes(20 * n))
        void(rich, at=rich.opens + minutes(20 * n + 1))
        retry(rich, at=rich.opens + minutes(20 * n + 2))
    rich.do(rosters.load_roster, county.ADMIN, county.NOW, county.ROSTER.__class__(county.ROSTER.units, (*county.ROSTER.cadres, LATE)))
    rich.do(amending.add_cadre, county.ADMIN, rich.opens + minutes(50), "s1", "C4", "报名遗漏")
    rich.start("C4", at=rich.opens + minutes(51))
    void(rich, "C4", at=rich.opens + minutes(52))
    retry(rich, "C4", at=rich.opens + minutes(53))
    assert proven(rich, county)
    with reading(rich.engine) as db:
        found = amendments.all_papers(db, sittings.get_sitting(db, "s1"))
    assert [(number, row.number) for row, number in found if number in ("C1", "C4")] == [("C1", 1), ("C1", 2), ("C1", 3), ("C4", 1), ("C4", 2)]
    _, log = rich.do(amending.list_amendments, county.ADMIN, "s1", rich.opens + minutes(55))
    assert [(view.cadre, view.attempt) for view in log] == [("C1", 2), ("C1", 3), ("C4", 1), ("C4", 2)]


@pytest.mark.parametrize("forms", [1, 2])
def test_another_try_is_another_form_or_a_paper_of_its_own(empty, county, forms):
    kinds = {"single": QuestionType.SINGLE, "multiple": QuestionType.MULTIPLE, "tf": QuestionType.TRUE_FALSE, "fill": QuestionType.FILL_IN}
    more = [county.make_question(f"{name}-x{i}", kind) for name, kind in kinds.items() for i in range(8)]
    empty.do(publishing.publish, county.ADMIN, county.NOW, more)
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(forms=forms), county.ZONE, county.SEED)
    had = [empty.paper().form]
    for n in range(2):
        empty.start(at=empty.opens + minutes(10 * n))
        void(empty, at=empty.opens + minutes(10 * n + 1))
        retry(empty, at=empty.opens + minutes(10 * n + 2))
        had.append(empty.paper().form)
    assert had == {1: ["A", "", ""], 2: ["A", "B", ""]}[forms]
    assert proven(empty, county)


def test_another_try_after_the_end_would_be_foreseeable(rich):
    rich.start()
    void(rich)
    assert code_of(retry, rich, at=rich.opens + minutes(131)) == "closed"


def test_minutes_let_the_other_try_end_later_but_not_last_longer(rich):
    rich.start()
    void(rich)
    retry(rich, n=30, at=rich.opens + minutes(100))
    rich.start(at=rich.opens + minutes(110))
    with reading(rich.engine) as db:
        assert sittings.seats_of_cadre(db, "C1")[0].attempt.deadline_at == rich.opens + minutes(150)


def test_a_bank_that_is_used_up_gives_no_other_paper(world):
    world.start()
    void(world)
    done = retry(world)  # the small bank has too few: questions had before come again rather than none
    assert done.papers == 1


def test_everything_stands_in_an_unbroken_audit_log(rich, county):
    rich.start()
    void(rich)
    restore(rich)
    void(rich, at=rich.opens + minutes(17))
    retry(rich)
    with reading(rich.engine) as db:
        assert auditing.is_sound(auditing.verify_audit(db, county.ADMIN))
