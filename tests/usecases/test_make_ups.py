"""Make-ups: who is asked, that they get other questions, which score counts, and what everybody is told."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from quiz.core.access import Actor, Role
from quiz.core.blueprint import Cell
from quiz.core.contest import Contest
from quiz.core.correction import Remedy
from quiz.core.counting import Counting, MakeUp, MakeUpFor, WhyCounts
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.paper import Paper
from quiz.core.question import QuestionType, base_uid
from quiz.core.results import Standing
from quiz.core.saving import Save
from quiz.core.sitting import Release
from quiz.storage import papers, sittings
from quiz.storage.engine import reading
from quiz.usecases import attempts, cadre_record, correcting, correction_effect, handing_in, make_ups, publishing, scheduling, verifying, voiding
from quiz.usecases.correcting import Wish
from quiz.usecases.make_up_effect import TouchedMakeUp

TOWN = Actor("镇组考", {Role.ORGANISER: "/QL/T01/"})
ABSENT_TOO = (MakeUpFor.FAILED, MakeUpFor.ABSENT)


@pytest.fixture
def sat(empty, county):
    """A county with questions for several papers: C1 passed, C2 failed with one answer, C3 was absent."""
    kinds = {"single": QuestionType.SINGLE, "multiple": QuestionType.MULTIPLE, "tf": QuestionType.TRUE_FALSE, "fill": QuestionType.FILL_IN}
    more = [county.make_question(f"{name}-x{i}", kind) for name, kind in kinds.items() for i in range(8)]
    empty.do(publishing.publish, county.ADMIN, county.NOW, more)
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(), county.ZONE, county.SEED)
    empty.start("C1")
    empty.submit(empty.right_answers("C1"), "C1")
    empty.start("C2")
    empty.submit(empty.right_answers("C2")[:1], "C2")
    return empty


def after(world, hours=4):
    return world.opens + timedelta(hours=hours)


def plan_of(county, code="m1", counting=Counting.BETTER, people=ABSENT_TOO, days=1, **parts):
    opens = county.OPENS + timedelta(days=days)
    times = {"opens_at": opens, "closes_at": opens + timedelta(hours=2)}
    return replace(county.sitting_plan(), code=code, title="补考", makes_up=MakeUp("s1", people, counting), **times, **parts)


def make_up(world, county, actor=None, at=None, seed=b"m" * 32, **parts):
    plan = plan_of(county, **parts)
    world.do(scheduling.create_sitting, actor or county.ADMIN, at or after(world), plan, county.ZONE, seed)
    return plan.opens_at


def seat(world, code, number):
    with reading(world.engine) as db:
        found = sittings.seats_of_sitting(db, sittings.get_sitting(db, code), numbers=[number])
        return (found[0], papers.read_paper(found[0].paper)) if found else None


def sit(world, county, number, count, at, code="m1"):
    """Sit a make-up with the first `count` answers right."""
    found, paper = seat(world, code, number)
    who = county.trainee(number)
    world.do(attempts.start, who, found.paper.code, at)
    right = [Save(s.number, [b.answers[0] for b in s.question.blanks] or sorted(s.question.key), s.number) for s in paper.slots if s.number <= count]
    world.do(handing_in.submit, who, found.paper.code, right, "dev", at + timedelta(minutes=20))


def asked(paper: Paper):
    return {slot.question.uid for slot in paper.slots}


def entry(world, county, number, sitting, at):
    record = world.do(cadre_record.read_record, county.ADMIN, number, at)
    return next(found for found in record.entries if found.sitting == sitting)


def code_of(action, *args, **kwargs):
    with pytest.raises(QuizError) as caught:
        action(*args, **kwargs)
    return caught.value.code


@pytest.mark.parametrize(
    ("people", "numbers"),
    [((MakeUpFor.FAILED,), {"C2"}), ((MakeUpFor.ABSENT,), {"C3"}), (ABSENT_TOO, {"C2", "C3"})],
)
def test_those_are_asked_whom_it_is_for(sat, county, people, numbers):
    make_up(sat, county, people=people)
    assert {number for number in ("C1", "C2", "C3") if seat(sat, "m1", number)} == numbers
    with reading(sat.engine) as db:
        row = sittings.get_sitting(db, "m1")
        assert (row.makes_up, row.counting) == ("s1", "better")
        assert set(json.loads(row.group)["cadres"]) == numbers


def test_whose_attempt_is_void_can_be_asked(sat, county):
    sat.do(voiding.void, Actor("组考", {Role.ORGANISER: "/"}), "s1", "C1", "代考", after(sat))
    assert sat.do(make_ups.offer, county.ADMIN, "s1", after(sat), county.ZONE).counts == {
        MakeUpFor.VOIDED: 1,
        MakeUpFor.FAILED: 1,
        MakeUpFor.ABSENT: 1,
    }
    make_up(sat, county, people=(MakeUpFor.VOIDED,))
    assert seat(sat, "m1", "C1")
    assert not seat(sat, "m1", "C2")


def test_no_general_question_comes_again_where_the_bank_has_others(sat, county):
    make_up(sat, county)
    before, now = (asked(seat(sat, code, "C2")[1]) for code in ("s1", "m1"))
    assert {uid for uid in before & now if base_uid(uid) == uid} == set()
    assert sat.do(verifying.verify, county.ADMIN, "m1").is_proven


@pytest.mark.parametrize("forms", [1, 2])
def test_forms_keep_away_from_what_was_had_as_well(sat, county, forms):
    make_up(sat, county, people=(MakeUpFor.FAILED,), forms=forms)
    before, now = (asked(seat(sat, code, "C2")[1]) for code in ("s1", "m1"))
    assert {uid for uid in before & now if base_uid(uid) == uid} == set()


def drawn_for(sat, county, number, seeds=8, **parts):
    """What a cadre would be asked in a make-up, for several seeds: whatever chance does, it must hold."""
    for n in range(seeds):
        plan = plan_of(county, people=(MakeUpFor.FAILED,), **parts)
        prepared = sat.do(scheduling.prepare_sitting, county.ADMIN, after(sat), plan, county.ZONE, bytes([n]) * 32)
        yield next(asked(paper) for cadre, _, paper in prepared.papers if cadre.number == number)


def test_questions_of_the_sitting_made_up_for_are_kept_away_however_few_sittings_a_plan_looks_back(sat, county):
    before = {uid for uid in asked(seat(sat, "s1", "C2")[1]) if base_uid(uid) == uid}
    assert all(before.isdisjoint(now) for now in drawn_for(sat, county, "C2", avoid_last=0))


def test_local_questions_are_others_where_there_are_others_and_the_draw_is_proven(sat, county):
    template = next(found for found in county.QUESTIONS if found.uid == "active")
    sat.do(publishing.publish, county.ADMIN, after(sat), [replace(template, uid="active-2", stem="{name}在{as_of}有（　　）户在册。")])
    for now in drawn_for(sat, county, "C2"):
        assert {uid for uid in now if "@" in uid} == {"active-2@T01"}
    make_up(sat, county)
    assert sat.do(verifying.verify, county.ADMIN, "m1").is_proven


def test_the_same_local_question_comes_where_there_is_no_other(sat, county):
    make_up(sat, county)
    assert {uid for uid in asked(seat(sat, "m1", "C2")[1]) if "@" in uid} == {"active@T01"}


def test_nobody_gets_fewer_local_questions_for_having_had_them(sat, county):
    """A general question may stand in for the local one: it does not, only to keep away what was had."""
    section = county.PLAN.sections[0]
    common, local = section.cells
    cells = (common, replace(local, instead=Cell(1, areas=("water",))))
    plan = replace(county.PLAN, sections=(replace(section, cells=cells), *county.PLAN.sections[1:]))
    sat.do(publishing.publish, county.ADMIN, after(sat), [], [plan])
    for now in drawn_for(sat, county, "C2"):
        assert {uid for uid in now if "@" in uid} == {"active@T01"}


@pytest.mark.parametrize(
    ("counting", "count", "expected"),
    [
        (Counting.BETTER, 7, (Decimal(10), "m1", WhyCounts.HIGHER)),
        (Counting.CAPPED, 7, (Decimal(6), "m1", WhyCounts.CAPPED)),
        (Counting.MAKE_UP, 0, (Decimal(0), "m1", WhyCounts.MAKE_UP)),
        (Counting.BETTER, 0, (Decimal(2), "s1", WhyCounts.NOT_HIGHER)),
        (Counting.ORIGINAL, 7, (Decimal(2), "s1", WhyCounts.STAYS)),
    ],
)
def test_which_score_counts_stands_on_every_side(sat, county, counting, count, expected):
    opens = make_up(sat, county, counting=counting)
    sit(sat, county, "C2", count, opens)
    over = opens + timedelta(hours=3)
    first, second = (entry(sat, county, "C2", code, over) for code in ("s1", "m1"))
    assert first.counted == second.counted
    assert (first.counted.score, first.counted.sitting, first.counted.why) == expected
    assert (first.score, second.counting, second.makes_up) == (Decimal(2), counting, "s1")
    for code in ("s1", "m1"):
        chain = sat.do(make_ups.read_chain, county.ADMIN, code, over)
        line = next(found for found in chain.lines if found.number == "C2")
        assert (line.first, line.scores["m1"], line.counted) == (Decimal(2), second.score, first.counted)


def test_a_make_up_counts_only_once_its_results_are_out(sat, county):
    opens = make_up(sat, county, release=Release.MANUAL)
    sit(sat, county, "C2", 7, opens)
    over = opens + timedelta(hours=3)
    assert entry(sat, county, "C2", "s1", over).counted is None
    (line, _) = sat.do(make_ups.read_chain, county.ADMIN, "s1", over).lines
    assert (line.scores, line.counted.score) == ({"m1": None}, Decimal(2))


def test_who_is_absent_again_keeps_what_they_had(sat, county):
    opens = make_up(sat, county, counting=Counting.MAKE_UP)
    over = opens + timedelta(hours=3)
    assert entry(sat, county, "C2", "s1", over).counted.score == 2
    assert entry(sat, county, "C3", "m1", over).counted.why is WhyCounts.NONE
    assert entry(sat, county, "C3", "m1", over).standing is Standing.ABSENT


def test_a_second_make_up_is_for_those_who_still_have_not_passed(sat, county):
    opens = make_up(sat, county)
    assert sat.do(make_ups.offer, county.ADMIN, "s1", after(sat), county.ZONE).counts == {}  # everyone is asked already
    assert code_of(make_up, sat, county, code="m2") == "nobody"
    sit(sat, county, "C2", 7, opens)
    over = opens + timedelta(hours=3)
    assert sat.do(make_ups.offer, county.ADMIN, "s1", over, county.ZONE).counts == {MakeUpFor.ABSENT: 1}
    make_up(sat, county, code="m2", days=2, at=over)
    assert seat(sat, "m2", "C3")
    assert not seat(sat, "m2", "C2")
    assert code_of(sat.do, make_ups.offer, county.ADMIN, "m2", over, county.ZONE) == "make_up_of_make_up"


def test_what_is_not_settled_is_not_made_up_for(empty, county):
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(release=Release.MANUAL), county.ZONE, county.SEED)
    assert code_of(make_up, empty, county) == "not_out"
    assert code_of(empty.do, make_ups.offer, county.ADMIN, "none", after(empty), county.ZONE) == "not_found"


def test_an_answer_that_waits_for_a_person_makes_a_make_up_wait(world, county):
    world.start("C2")
    blank = next(slot for slot in world.paper("C2").slots if slot.question.type is QuestionType.FILL_IN)
    world.submit([Save(blank.number, ["2025", "实行自治的办法"], 1)], "C2")
    assert code_of(world.do, make_ups.offer, county.ADMIN, "s1", after(world), county.ZONE) == "not_final"


def test_the_scale_must_be_the_same(sat, county):
    other = replace(county.PLAN, id="other", pass_mark=Decimal(5))
    sat.do(publishing.publish, county.ADMIN, county.NOW, [], [other])
    assert code_of(make_up, sat, county, blueprint="other") == "other_scale"


def test_nobody_makes_up_in_a_contest(sat, county):
    contest = replace(county.PLAN, id="contest", pass_mark=Decimal(0), contest=Contest.NOT_BELOW_ZERO)
    sat.do(publishing.publish, county.ADMIN, county.NOW, [], [contest])
    assert code_of(make_up, sat, county, blueprint="contest") == "of_contest"


def test_a_town_makes_up_for_its_own_people(sat, county):
    make_up(sat, county, actor=TOWN)
    assert seat(sat, "m1", "C2")
    assert not seat(sat, "m1", "C3")
    assert [line.number for line in sat.do(make_ups.read_chain, TOWN, "s1", after(sat)).lines] == ["C2"]
    other = Actor("镇组考", {Role.ORGANISER: "/QL/T02/"})
    assert sat.do(make_ups.read_chain, other, "s1", after(sat)).lines == []
    make_up(sat, county, code="m2", actor=other)  # at the same time, for others
    assert seat(sat, "m2", "C3")


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.MARKER, Role.SETTER, Role.INSPECTOR])
def test_nobody_else_plans_one(sat, county, role):
    with pytest.raises(Forbidden):
        sat.do(make_ups.offer, Actor("别人", {role: "/"}), "s1", after(sat), county.ZONE)
    if role is not Role.INSPECTOR:
        with pytest.raises(Forbidden):
            sat.do(make_ups.read_chain, Actor("别人", {role: "/"}), "s1", after(sat))


def test_a_sitting_without_a_make_up_is_in_no_chain(sat, county):
    assert sat.do(make_ups.read_chain, county.ADMIN, "s1", after(sat)) is None
    with pytest.raises(NotFound):
        sat.do(make_ups.read_chain, county.ADMIN, "none", after(sat))


def correct_first(world, county, remedy, at):
    """Preview and apply a correction of the question that stands first on the paper of C2; return what was foreseen and what was stored."""
    wish = Wish(seat(world, "s1", "C2")[1].slots[0].question.uid, remedy)
    seen = world.do(correcting.preview, county.ADMIN, "s1", wish, at)
    row = world.do(correcting.apply, county.ADMIN, "s1", wish, "题目有误", at, seen.fingerprint)
    return seen.effect, correction_effect.read_effect(row)


def told(effect):
    return [line.render() for line in correction_effect.effect_lines(effect)]


@pytest.fixture
def short_by_one(empty, county):
    """C2 has 4 of 10: the first question, of 2, is not answered, and with it they have 6, the pass mark; the others were absent."""
    kinds = {"single": QuestionType.SINGLE, "multiple": QuestionType.MULTIPLE, "tf": QuestionType.TRUE_FALSE, "fill": QuestionType.FILL_IN}
    more = [county.make_question(f"{name}-x{i}", kind) for name, kind in kinds.items() for i in range(8)]
    empty.do(publishing.publish, county.ADMIN, county.NOW, more)
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, replace(county.sitting_plan(), forms=1), county.ZONE, county.SEED)
    empty.start("C2")
    empty.submit(empty.right_answers("C2")[3:], "C2")
    return empty


def test_a_correction_foresees_who_needs_a_planned_make_up_no_longer_and_again(short_by_one, county):
    world, at = short_by_one, after(short_by_one)
    make_up(world, county)
    seen, stored = correct_first(world, county, Remedy.FULL, at)
    assert seen == stored
    assert seen.make_ups == (TouchedMakeUp("m1", "补考", freed=1),)
    assert "补考“补考”（m1）的名单中，1人由此及格，不再需要补考；试卷仍为他们留着。" in told(stored)
    chain = world.do(make_ups.read_chain, county.ADMIN, "m1", at)
    assert {line.number: line.counted.score for line in chain.lines}["C2"] == 6
    undone, stored = correct_first(world, county, Remedy.ORIGINAL, at)
    assert undone == stored
    assert (undone.make_ups, undone.make_up_missing) == ((TouchedMakeUp("m1", "补考", needed=1),), 0)


def test_a_correction_counts_who_comes_to_need_a_make_up_and_is_in_none(short_by_one, county):
    world, at = short_by_one, after(short_by_one)
    correct_first(world, county, Remedy.FULL, at)  # C2 passes
    before = world.do(make_ups.offer, county.ADMIN, "s1", at, county.ZONE).counts
    make_up(world, county)  # of those who were absent
    assert not seat(world, "m1", "C2")
    seen, stored = correct_first(world, county, Remedy.ORIGINAL, at)
    assert seen == stored
    assert (seen.make_ups, seen.make_up_missing) == ((), 1)
    assert told(stored)[-1] == "由及格变为不及格、又不在任何补考名单中的有1人，需要另行安排补考。"
    assert before.get(MakeUpFor.FAILED, 0) == 0
    assert world.do(make_ups.offer, county.ADMIN, "s1", at, county.ZONE).counts == {MakeUpFor.FAILED: 1}  # those in the make-up are asked already


def test_what_was_foreseen_of_make_ups_must_still_hold_when_it_is_confirmed(short_by_one, county):
    world, at = short_by_one, after(short_by_one)
    wish = Wish(seat(world, "s1", "C2")[1].slots[0].question.uid, Remedy.FULL)
    seen = world.do(correcting.preview, county.ADMIN, "s1", wish, at)
    make_up(world, county)
    assert seen.effect.make_ups == ()
    assert code_of(world.do, correcting.apply, county.ADMIN, "s1", wish, "题目有误", at, seen.fingerprint) == "changed_since"


def test_a_make_up_that_is_over_is_not_named(short_by_one, county):
    make_up(short_by_one, county)
    seen, _ = correct_first(short_by_one, county, Remedy.FULL, after(short_by_one, hours=48))
    assert (seen.now_pass, seen.make_ups, seen.make_up_missing) == (1, (), 0)
