"""Amending: a faulty question gives way on every paper that has it and nothing else moves, somebody late gets a full paper, and all of it
follows from the seed."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from quiz.core.access import Actor, Role
from quiz.core.blueprint import Cell, Section
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.question import QuestionType, base_uid
from quiz.core.roster import Cadre, Group, Post, PostKind, Roster
from quiz.core.rule import Rule
from quiz.storage import amendments, banks, questions_asked, sittings
from quiz.storage import rosters as roster_rows
from quiz.storage.engine import reading
from quiz.usecases import amending, attempts, publishing, rosters, scheduling, verifying

LATE = Cadre("C4", "干部4", "T02", ("帮扶干部",), (Post(PostKind.TOWNSHIP_LEADER, "T02", date(2024, 1, 1)),))


def uids(paper):
    return [slot.question.uid for slot in paper.slots]


def asked_somewhere(world, prefix="single"):
    return next(uid for uid in uids(world.paper("C1")) if uid.startswith(prefix))


def report(world, county):
    return world.do(verifying.verify, county.ADMIN, "s1")


def rows_of(world):
    with reading(world.engine) as db:
        return [(number, row.number, row.code, row.digest) for row, number in amendments.all_papers(db, sittings.get_sitting(db, "s1"))]


def log_of(world):
    with reading(world.engine) as db:
        return amendments.list_amendments(db, sittings.get_sitting(db, "s1"))


def replace_(world, county, uid, reason="答案有误", at=None, actor=None):
    return world.do(amending.replace_question, actor or county.ADMIN, at or county.NOW, "s1", uid, reason)


def add(world, county, number="C4", reason="报名遗漏", at=None, actor=None):
    return world.do(amending.add_cadre, actor or county.ADMIN, at or county.NOW, "s1", number, reason)


@pytest.fixture
def late(world, county):
    """The scheduled sitting, and a cadre who came onto the roster after it."""
    world.do(rosters.load_roster, county.ADMIN, county.NOW, Roster(county.ROSTER.units, (*county.ROSTER.cadres, LATE)))
    return world


def test_only_the_papers_with_the_question_are_reissued_and_only_its_slot_moves(world, county):
    before = {number: world.paper(number) for number in ("C1", "C2", "C3")}
    old = asked_somewhere(world)
    foreseen = world.do(amending.foresee_replacement, county.ADMIN, county.NOW, "s1", old)
    assert [row[1] for row in rows_of(world)] == [1, 1, 1]
    done = replace_(world, county, old)
    assert done == foreseen
    having = {number for number, paper in before.items() if old in uids(paper)}
    assert {number for number, *_ in done.exchanged} == having
    for number, paper in before.items():
        now = world.paper(number)
        if number not in having:
            assert now == paper
            continue
        moved = [(was, is_) for was, is_ in zip(paper.slots, now.slots, strict=True) if was != is_]
        ((was, came),) = moved
        assert was.question.uid == old
        assert came.question.uid.startswith("single")
        assert came.question.uid not in uids(paper)
        assert (came.number, came.section, came.max_mark, came.chosen_by) == (was.number, was.section, was.max_mark, was.chosen_by)
        assert now.code != paper.code
    assert {row[1] for row in rows_of(world)} == {1, 2}
    assert report(world, county).is_proven


def test_a_replacement_is_logged_with_its_reason_and_counts_the_new_questions(world, county):
    old = asked_somewhere(world)
    replace_(world, county, old)
    (row,) = log_of(world)
    assert (row.number, row.kind, row.reason, row.actor) == (1, "replace_question", "答案有误", "test")
    detail = json.loads(row.detail)
    assert detail["question"] == old
    assert all(entry[2] == old for entry in detail["papers"])
    _, views = world.do(amending.list_amendments, county.ADMIN, "s1", county.NOW)
    assert [(view.question, view.papers) for view in views] == [(old, len(detail["papers"]))]
    came = {entry[3] for entry in detail["papers"]}
    with reading(world.engine) as db:
        uses = sittings.coming_uses(db, sorted(came), county.NOW.date())
    assert set(uses) == came


def test_a_question_replaced_once_is_on_no_paper_and_never_comes_back(world, county):
    first = asked_somewhere(world)
    replace_(world, county, first)
    with pytest.raises(QuizError, match="not_asked"):
        replace_(world, county, first)
    second = next(uid for uid in uids(world.paper("C1")) if uid.startswith("single"))
    replace_(world, county, second)
    left = {uid for number in ("C1", "C2", "C3") for uid in uids(world.paper(number))}
    assert left.isdisjoint({first, second})
    with pytest.raises(amending.NoSubstitute) as refusal:
        replace_(world, county, next(uid for uid in uids(world.paper("C1")) if uid.startswith("single")))
    assert sorted(refusal.value.numbers) == ["C1", "C2", "C3"]
    assert "3份试卷" in refusal.value.message.render()
    assert [row.number for row in log_of(world)] == [1, 2]
    assert report(world, county).is_proven


def test_a_question_revised_or_retired_since_the_draw_is_no_substitute(world, county):
    old = asked_somewhere(world)
    others = [q for q in county.QUESTIONS if q.uid.startswith("single-") and q.uid != old]
    world.do(publishing.publish, county.ADMIN, county.NOW, [replace(q, explanation="改了") for q in others])
    with pytest.raises(amending.NoSubstitute):
        replace_(world, county, old)
    assert log_of(world) == []


def test_a_case_gives_way_as_a_whole_and_the_slots_after_it_move_up(empty, county):
    base = county.make_question("case")
    cases = [
        replace(base, uid=uid, type=QuestionType.CASE, stem=f"{uid}材料", options=(), key=frozenset(),
                parts=tuple(replace(base, uid=f"{uid}#{n}", stem=f"{uid}第{n}问") for n in range(1, parts + 1)))
        for uid, parts in (("case-a", 2), ("case-b", 3))
    ]  # fmt: skip
    sections = (Section("案例分析题", QuestionType.CASE, Decimal(6), (Cell(1),), Rule()), county.PLAN.sections[3])
    empty.do(publishing.publish, county.ADMIN, county.NOW, cases, [replace(county.PLAN, id="cases", sections=sections)])
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, replace(county.sitting_plan(), blueprint="cases"), county.ZONE, county.SEED)
    before = {number: empty.paper(number) for number in ("C1", "C2", "C3")}
    old = before["C1"].slots[0].case
    new = "case-b" if old == "case-a" else "case-a"
    replace_(empty, county, f"{old}#2")
    for number, was in before.items():
        paper = empty.paper(number)
        assert {slot.case for slot in paper.slots} == {new, ""}
        assert [slot.number for slot in paper.slots] == list(range(1, len(paper.slots) + 1))
        assert sum(slot.max_mark for slot in paper.slots) == paper.total
        assert paper.slots[-1].question == was.slots[-1].question
    assert report(empty, county).is_proven


def test_a_local_question_gives_way_to_a_stand_in_or_is_refused(empty, county):
    with_stand_in = Section("单项选择题", QuestionType.SINGLE, Decimal(2), (
        Cell(1, areas=("water",)), Cell(1, categories=("township",), instead=Cell(1, areas=("water",))),
    ), Rule())  # fmt: skip
    empty.do(publishing.publish, county.ADMIN, county.NOW, [], [replace(county.PLAN, id="soft", sections=(with_stand_in,))])
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, replace(county.sitting_plan(), blueprint="soft"), county.ZONE, county.SEED)
    assert [base_uid(uid) for uid in uids(empty.paper())].count("active") == 1
    done = replace_(empty, county, "active")
    assert done.papers == 3
    assert all(slot.chosen_by.startswith("代替本地题") for slot in empty.paper().slots if slot.question.uid == done.exchanged[0][3])
    assert "active" not in [base_uid(uid) for uid in uids(empty.paper())]
    assert report(empty, county).is_proven


def test_a_local_question_without_stand_in_or_other_template_is_refused(world, county):
    with pytest.raises(amending.NoSubstitute):
        replace_(world, county, "active")
    assert log_of(world) == []


def test_one_bound_question_is_replaced_for_those_who_have_it(world, county):
    with pytest.raises(amending.NoSubstitute) as refusal:
        replace_(world, county, "active@T02")
    assert refusal.value.numbers == ("C3",)


@pytest.mark.parametrize("forms", [1, 2])
def test_holders_of_a_form_get_the_same_substitute_in_the_same_order(empty, county, forms):
    kinds = {"single": QuestionType.SINGLE, "multiple": QuestionType.MULTIPLE, "tf": QuestionType.TRUE_FALSE, "fill": QuestionType.FILL_IN}
    more = [county.make_question(f"{name}-x{i}", kind) for name, kind in kinds.items() for i in range(4)]
    empty.do(publishing.publish, county.ADMIN, county.NOW, more)
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(forms=forms), county.ZONE, county.SEED)
    old = asked_somewhere(empty)
    replace_(empty, county, old)
    shared = {}
    for number in ("C1", "C2", "C3"):
        paper = empty.paper(number)
        common = tuple((s.question.uid, tuple(o.id for o in s.question.options)) for s in paper.slots if "@" not in s.question.uid)
        shared.setdefault(paper.form, set()).add(common)
        assert old not in uids(paper)
    assert all(len(found) == 1 for found in shared.values())
    empty.do(rosters.load_roster, county.ADMIN, county.NOW, Roster(county.ROSTER.units, (*county.ROSTER.cadres, LATE)))
    made = add(empty, county)
    assert made.paper.form == ("A" if forms == 1 else "B")
    common = tuple((s.question.uid, tuple(o.id for o in s.question.options)) for s in made.paper.slots if "@" not in s.question.uid)
    assert {common} == shared[made.paper.form]
    assert report(empty, county).is_proven


def test_somebody_late_gets_a_full_paper_with_their_groups_local_questions(late, county):
    before = rows_of(late)
    made = add(late, county)
    assert rows_of(late)[:3] == before
    paper = late.paper("C4")
    assert paper == made.paper
    assert sum(slot.max_mark for slot in paper.slots) == paper.total
    assert [base_uid(uid) for uid in uids(paper)].count("active") == 1
    assert any("镇2" in slot.question.stem for slot in paper.slots)
    assert report(late, county).is_proven
    (row,) = log_of(late)
    assert (row.kind, row.reason) == ("add_cadre", "报名遗漏")
    person = county.trainee("C4")
    late.do(attempts.start, person, late.code("C4"), county.OPENS)


def test_amendments_of_both_kinds_follow_each_other_and_all_are_derived_again(late, county):
    first = asked_somewhere(late)
    replace_(late, county, first)
    add(late, county)
    assert first not in uids(late.paper("C4"))
    second = next(uid for uid in uids(late.paper("C4")) if uid.startswith("single"))
    replace_(late, county, second)
    found = report(late, county)
    assert found.findings == ()
    assert found.equal == found.papers == len(rows_of(late))
    assert [row.number for row in log_of(late)] == [1, 2, 3]


def test_a_late_paper_has_nothing_of_what_its_owner_wrote(late, county):
    late.do(lambda db: banks.save_people(db, ["single-0", "multiple-0"], roster_rows.get_cadre_row(db, "C4").id, "author"))
    paper = add(late, county).paper
    assert {"single-0", "multiple-0"}.isdisjoint(uids(paper))
    assert report(late, county).is_proven


@pytest.mark.parametrize(
    ("uid", "reason", "hours", "error"),
    [("single-0", "  ", 0, "no_reason"), ("single-0", "长" * 501, 0, "no_reason"), ("none", "错", 0, "not_asked"), ("", "错", 0, "not_asked"),
     ("single-0", "错", 24, "already_open"), ("single-0", "错", 100, "already_open")],
)  # fmt: skip
def test_what_a_replacement_is_refused_for(world, county, uid, reason, hours, error):
    with pytest.raises(QuizError, match=error):
        replace_(world, county, uid, reason, county.NOW + timedelta(hours=hours))
    assert log_of(world) == []


@pytest.mark.parametrize(
    ("number", "reason", "hours", "error"),
    [("C4", "", 0, "no_reason"), ("C1", "迟报", 0, "has_paper"), ("C77", "迟报", 0, "unknown_cadre"), ("", "迟报", 0, "unknown_cadre"),
     ("C4", "迟报", 27, "closed")],
)  # fmt: skip
def test_what_a_late_paper_is_refused_for(late, county, number, reason, hours, error):
    with pytest.raises(QuizError, match=error):
        add(late, county, number, reason, county.NOW + timedelta(hours=hours))
    assert log_of(late) == []


def test_a_late_paper_may_come_while_the_window_is_open_and_only_once(late, county):
    add(late, county, at=county.OPENS + timedelta(minutes=20))
    with pytest.raises(QuizError, match="has_paper"):
        add(late, county, at=county.OPENS + timedelta(minutes=21))
    assert late.do(verifying.verify, county.ADMIN, "s1").is_proven


def test_only_an_organiser_of_the_whole_sitting_may_amend(late, county):
    some = next(uid for uid in uids(late.paper("C1")) if uid.startswith("single"))
    for actor in (
        county.trainee(),
        Actor("m", {Role.MARKER: "/"}),
        Actor("i", {Role.INSPECTOR: "/"}),
        Actor("o", {Role.ORGANISER: "/QL/T01/"}),
        Actor("c", {Role.ORGANISER: "/"}, cadre_number="C1"),
    ):
        with pytest.raises(Forbidden):
            replace_(late, county, some, actor=actor)
        with pytest.raises(Forbidden):
            add(late, county, actor=actor)
    with pytest.raises(NotFound):
        late.do(amending.replace_question, county.ADMIN, county.NOW, "none", some, "错")
    assert log_of(late) == []


def test_an_organiser_of_a_town_adds_nobody_of_another_town(empty, county):
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(group=Group(units=("T01",))), county.ZONE, county.SEED)
    with pytest.raises(QuizError, match="unknown_cadre"):
        add(empty, county, "C3", actor=Actor("o", {Role.ORGANISER: "/QL/T01/"}))


def test_history_counts_the_reissued_paper_alone(world, county):
    old = asked_somewhere(world)
    replace_(world, county, old)
    with reading(world.engine) as db:
        seen = questions_asked.recent_questions(db, county.NOW + timedelta(days=9), 2)
    assert seen["C1"] == {base_uid(uid) for uid in uids(world.paper("C1"))}
    assert old not in seen["C1"]
