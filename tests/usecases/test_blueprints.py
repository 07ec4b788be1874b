"""Checking a blueprint on a county: what is told before anything is scheduled is what scheduling does; publishing refuses what cannot be filled."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from quiz.core.access import Actor, Role
from quiz.core.blueprint import Blueprint, Cell, Section, Share
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.paper import section_heading
from quiz.core.question import Level, QuestionType
from quiz.core.review import State
from quiz.core.rule import Rule, RuleName
from quiz.storage import banks
from quiz.storage.tables import AuditRow, PaperRow, ProposalRow, SittingRow
from quiz.usecases import accounts, blueprints, publishing, scheduling

DAY = date(2026, 11, 22)
SETTER = Actor("孙命题", {Role.SETTER: "/"})


def check(world, county, plan=None, actor=SETTER, **parts):
    return world.do(blueprints.check, actor, plan or county.PLAN, parts.pop("day", DAY), county.ZONE, **parts)


def publish(world, county, plan, seen="", actor=SETTER):
    world.do(blueprints.publish, actor, county.NOW, check(world, county, plan), seen)


def wanting(cells, kind=QuestionType.SINGLE):
    return Blueprint("b", "蓝图", 60, Decimal(1), (Section("单项选择题", kind, Decimal(2), cells, Rule()),))


def test_a_blueprint_that_can_be_filled_is_told_with_its_forecast(empty, county):
    found = check(empty, county)
    assert found.is_feasible
    assert (found.profile.code, len(found.cadres), found.report.scores.papers) == ("data", 3, 3)
    assert [cell.stock for cell in found.supply.cells] == [4, 1, 2, 2, 2]  # the expired question is not counted
    assert sum(found.report.exposure.uses) == 3 * 5
    assert found.means[("township", 0)] == 1
    assert sum(found.mix["level"].values()) == pytest.approx(1)
    assert found.mix["level"][Level.APPLICATION] == pytest.approx(2 / 10)
    (group,) = found.groups
    assert (group.post, group.percent, group.people, group.reached, group.instead) == ("township_leader", None, 3, pytest.approx(0.2), 0)


def test_a_check_stores_nothing(empty, county):
    before = [empty.do(lambda db, table=table: db.scalar(select(func.count()).select_from(table))) for table in (PaperRow, SittingRow, AuditRow)]
    check(empty, county)
    assert [
        empty.do(lambda db, table=table: db.scalar(select(func.count()).select_from(table))) for table in (PaperRow, SittingRow, AuditRow)
    ] == before


def test_what_is_refused_is_what_scheduling_refuses(empty, county):
    plan = replace(wanting((Cell(6, areas=("water",)),)), id="plan")
    found = check(empty, county, plan)
    empty.do(publishing.publish, county.ADMIN, county.NOW, (), [plan])
    with pytest.raises(scheduling.SittingRefused) as refused:
        empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(), county.ZONE, county.SEED)
    assert [line.render() for line in found.lines()] == [line.render() for line in refused.value.lines()]
    assert "需要6题，只有4题，缺2题" in found.lines()[0].render()
    assert "把这一格减到4题" in found.lines()[0].render()
    assert found.report is None
    assert found.groups[0].without == 3


BY_SHARES = Section("多项选择题", QuestionType.MULTIPLE, Decimal(2), (Cell(1, areas=("water",)),), Rule(RuleName.OPTION_SHARES))


def shared(county, uid):
    """A question whose setter wrote what each option earns."""
    made = county.make_question(uid, QuestionType.MULTIPLE)
    shares = (Decimal(70), Decimal(-50), Decimal(30), Decimal(0))
    return replace(made, options=tuple(replace(option, share=share) for option, share in zip(made.options, shares, strict=True)))


def test_a_section_marked_by_shares_takes_only_questions_that_have_them(empty, county):
    plan = Blueprint("plan", "蓝图", 60, Decimal(1), (BY_SHARES,))
    found = check(empty, county, plan)
    assert [cell.stock for cell in found.supply.cells] == [0]
    assert [line.render()[:60] for line in found.lines()] == [
        "需要1题，只有0题，缺1题：多项选择题（多项选择题，只用各选项写了比例的题）· 饮水安全。最少补1题：饮水安全 1题。或"
    ]
    empty.do(publishing.publish, county.ADMIN, county.NOW, [shared(county, "shared")], [plan])
    found = check(empty, county, plan)
    assert (found.is_feasible, [cell.stock for cell in found.supply.cells]) == (True, [1])
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(), county.ZONE, county.SEED)
    paper = empty.paper()
    assert [slot.question.uid for slot in paper.slots] == ["shared"]
    assert section_heading(paper, 0).render() == (
        "一、多项选择题（每题2分，共2分。各选项按命题时定的比例得分或扣分，本题扣完为止，不选不得分）"
    )  # fmt: skip


def test_a_local_question_has_no_shares_and_is_not_counted(empty, county):
    section = replace(BY_SHARES, type=QuestionType.SINGLE, cells=(Cell(1, categories=("township",)),))
    assert [cell.stock for cell in check(empty, county, Blueprint("b", "蓝图", 60, Decimal(1), (section,))).supply.cells] == [0]


def test_drafts_that_wait_are_counted_when_something_is_short(empty, county):
    plan = wanting((Cell(6, areas=("water",)),))
    drafts = [county.make_question(f"new-{n}") for n in range(2)]
    one, both = check(empty, county, plan, drafts=drafts[:1]), check(empty, county, plan, drafts=drafts)
    assert (one.after.drafts, [gap.why.values["what"].values["what"].values["short"] for gap in one.after.gaps]) == (1, [1])
    assert both.after.gaps == ()
    assert not both.is_feasible
    assert both.supply.cells[0].waiting == 2
    lapsed = check(empty, county, plan, drafts=[county.make_question("old", valid_to=date(2025, 1, 1))])
    assert lapsed.after is None


def test_a_draft_of_a_published_question_adds_nothing(empty, county):
    found = check(empty, county, wanting((Cell(5, areas=("water",)),)), drafts=[county.make_question("single-0")])
    assert len(found.after.gaps) == 1
    assert found.supply.cells[0].waiting == 0


def test_only_submitted_and_approved_texts_wait(empty, county):
    def fill(db):
        account = accounts.create_account(db, county.ADMIN, county.NOW, "s", "孙命题", "correct horse 9", [Role.SETTER])
        db.add_all(ProposalRow(title=state, source="x", author_id=account.id, state=state, changed_at=county.NOW) for state in State)

    empty.do(fill)
    assert {text.title for text in empty.do(blueprints.waiting_texts, SETTER)} == {"submitted", "approved"}


def test_the_share_of_local_marks_is_told_by_post(empty, county):
    cells = (Cell(2, areas=("water",)), Cell(1, categories=("township",), instead=Cell(0, categories=("general",))))
    plan = replace(wanting(cells), shares=(Share("township_leader", 0), Share("new", 0)))
    (group,) = check(empty, county, plan).groups
    assert (group.percent, group.is_new, group.reached, group.instead) == (0, False, 0, 1)


def test_a_setter_of_one_town_checks_its_cadres_alone(empty, county):
    found = check(empty, county, actor=Actor("镇命题", {Role.SETTER: "/QL/T01/"}))
    assert {cadre.number for cadre in found.cadres} == {"C1", "C2"}


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.MARKER, Role.INSPECTOR])
def test_others_may_not_check(empty, county, role):
    stranger = Actor("x", {role: "/"})
    with pytest.raises(Forbidden):
        check(empty, county, actor=stranger)
    for ask in (blueprints.list_blueprints, blueprints.waiting_texts, blueprints.list_profiles):
        with pytest.raises(Forbidden):
            empty.do(ask, stranger)
    with pytest.raises(Forbidden):
        empty.do(blueprints.read_blueprint, stranger, "plan")


def test_an_organiser_may_check_but_not_publish(empty, county):
    organiser = Actor("周组考", {Role.ORGANISER: "/"})
    assert check(empty, county, actor=organiser).is_feasible
    with pytest.raises(Forbidden):
        publish(empty, county, county.PLAN, actor=organiser)


def test_unknown_names_are_refused(empty, county):
    with pytest.raises(NotFound):
        empty.do(blueprints.read_blueprint, SETTER, "nothing")
    with pytest.raises(QuizError, match="unknown_profile"):
        check(empty, county, profile="nothing")


def test_without_cadres_the_bank_alone_is_counted(engine, county):
    from tests.usecases.conftest import World

    world = World(engine)
    world.do(publishing.publish, county.ADMIN, county.NOW, county.QUESTIONS)
    found = check(world, county, wanting((Cell(5, areas=("water",)),)))
    assert (len(found.cadres), found.profile, found.report) == (0, None, None)
    assert [line.render()[:15] for line in found.lines()] == ["需要5题，只有4题，缺1题：单"]
    assert check(world, county, wanting((Cell(5, areas=("water",)),)), drafts=[county.make_question("new")]).after.gaps == ()
    publish(world, county, wanting((Cell(5, areas=("water",)),)))


def test_what_lapses_is_told_for_the_day(empty, county):
    empty.do(publishing.publish, county.ADMIN, county.NOW, [county.make_question("single-3", valid_to=DAY + timedelta(days=90))])
    assert [question.uid for question in check(empty, county).supply.lapsing] == ["single-3"]
    assert check(empty, county, day=DAY - timedelta(days=1)).supply.lapsing == ()
    assert check(empty, county, day=DAY + timedelta(days=91)).supply.cells[0].stock == 3


def test_publishing_appends_a_state_and_leaves_a_trace(empty, county):
    old = empty.do(blueprints.read_blueprint, SETTER, "plan").row
    plan = replace(county.PLAN, title="新蓝图")
    publish(empty, county, plan, old.digest)
    new = empty.do(blueprints.read_blueprint, SETTER, "plan")
    assert (new.row.number, new.blueprint) == (old.number + 1, plan)
    assert empty.do(lambda db: banks.document_by_id(db, old.id)).title == "蓝图"
    trace = empty.do(lambda db: db.scalars(select(AuditRow).order_by(AuditRow.id.desc())).first())
    assert (trace.action, trace.actor) == ("publish_bank", "孙命题")
    assert '"documents":["plan"]' in trace.detail


def test_publishing_refuses_what_was_changed_meanwhile_and_what_cannot_be_filled(empty, county):
    for seen in ("", "0" * 64):
        with pytest.raises(QuizError, match="stale"):
            publish(empty, county, county.PLAN, seen)
    with pytest.raises(blueprints.BlueprintRefused) as refused:
        publish(empty, county, wanting((Cell(6, areas=("water",)),)))
    assert "缺2题" in refused.value.lines()[0].render()
    with pytest.raises(NotFound):
        empty.do(blueprints.read_blueprint, SETTER, "b")
