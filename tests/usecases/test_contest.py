"""A contest from its blueprint to its report: wrong answers cost marks, totals stop at 0 or fall below it as it says, and nobody fails."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from quiz.core.access import command_line
from quiz.core.blueprint import Blueprint, Cell, Section
from quiz.core.contest import Contest
from quiz.core.correction import NewKey, Remedy
from quiz.core.marking import Why
from quiz.core.message import QuizError
from quiz.core.question import QuestionType
from quiz.core.retraining import Reason
from quiz.core.rule import Rule, RuleName
from quiz.core.saving import Save
from quiz.core.sitting import Release
from quiz.core.statistics.interval import share_interval
from quiz.storage.engine import reading
from quiz.usecases import (
    answering,
    cadre_record,
    certificates,
    correcting,
    correction_effect,
    draw_report,
    item_analysis,
    make_ups,
    publishing,
    reporting,
    results,
    retraining,
    scheduling,
)
from quiz.usecases.correcting import Wish
from tests.made_results import OVER, Sat, question, store

AFTER = timedelta(hours=3)
ONE_OFF = Rule(RuleName.DEDUCT, Decimal(1))
SECTIONS = (
    Section("单项选择题", QuestionType.SINGLE, Decimal(2), (Cell(3, areas=("water",)),), ONE_OFF),
    Section("判断题", QuestionType.TRUE_FALSE, Decimal(1), (Cell(1),), Rule(RuleName.PENALTY, Decimal("0.5"))),
)
"""Seven marks; everything wrong costs 3 × 1 and half of 1."""

LOWEST = {Contest.NOT_BELOW_ZERO: Decimal(0), Contest.BELOW_ZERO: Decimal("-3.5")}
KINDS = pytest.mark.parametrize("contest", LOWEST)


def blueprint(contest: Contest) -> Blueprint:
    plan = Blueprint("contest", "竞赛", 60, Decimal(0), SECTIONS, contest=contest)
    return replace(plan, pass_mark=plan.lowest)


def held(empty, county, contest):
    """C1 has everything right, C2 everything wrong, C3 one of four right and nothing else answered; one paper for all."""
    empty.do(publishing.publish, county.ADMIN, county.NOW, [], [blueprint(contest)])
    plan = replace(county.sitting_plan(release=Release.MANUAL), blueprint="contest", profile="", forms=1)
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, plan, county.ZONE, county.SEED)
    for number in ("C1", "C2", "C3"):
        empty.start(number)
        right = empty.right_answers(number)
        wrong = [Save(one.slot, ["F" if one.slot == 4 else "A"], one.seq) for one in right]
        empty.submit({"C1": right, "C2": wrong, "C3": right[:1]}[number], number)
    empty.do(results.release, county.ADMIN, "s1", county.OPENS + AFTER)
    return empty


def result(world, county, number):
    return world.do(results.read_result, county.ADMIN, "s1", number, county.OPENS + AFTER)


@KINDS
def test_wrong_answers_cost_marks_and_the_total_stops_where_the_contest_says(empty, county, contest):
    world = held(empty, county, contest)
    lost = result(world, county, "C2")
    assert [mark.mark for mark in lost.marks.values()] == [-1, -1, -1, Decimal("-0.5")]
    assert {mark.why for mark in lost.marks.values()} == {Why.DEDUCTED}
    assert lost.marks[1].explain().render() == "答错，倒扣1分。"
    scores = {number: result(world, county, number).graded.score for number in ("C1", "C2", "C3")}
    assert scores == {"C1": 7, "C2": LOWEST[contest], "C3": 2}
    assert lost.paper.contest is contest
    assert lost.paper.told[0].startswith("本场是竞赛")


@KINDS
def test_a_correction_and_a_mark_by_hand_keep_to_it(empty, county, contest):
    """With A right in the first question C2 has 2 − 1 − 1 − 0.5 = −0.5 of 7; without it −2.5 of 5 marks, which is −3.5 of 7."""
    world = held(empty, county, contest)
    floor = LOWEST[contest]
    uid = world.paper("C2").slots[0].question.uid
    at = county.OPENS + AFTER
    for remedy, key, score in (
        (Remedy.NEW_KEY, NewKey(choices=(frozenset("A"),)), Decimal("-0.5")),
        (Remedy.DROP, None, Decimal("-3.5")),
        (Remedy.ORIGINAL, None, Decimal("-3.5")),
    ):
        wanted = Wish(uid, remedy, key)
        seen = world.do(correcting.preview, county.ADMIN, "s1", wanted, at)
        world.do(correcting.apply, county.ADMIN, "s1", wanted, "核对", at)
        assert result(world, county, "C2").graded.score == max(score, floor)
        if remedy is Remedy.NEW_KEY:
            assert seen.effect.bands_before == (1, 0, 1, 0, 0, 0, 0, 0, 0, 1)  # C2 at the bottom, C1 at the top
        assert not any(change.passed_before != change.passed_after for change in seen.changes)  # nobody can fail
    world.do(answering.override, county.ADMIN, "s1", "C2", 2, Decimal("-0.4"), "改分", at)
    assert result(world, county, "C2").graded.score == max(floor, Decimal("-2.9"))
    with pytest.raises(QuizError, match="得分须在−1和2分之间") as refused:
        world.do(answering.override, county.ADMIN, "s1", "C2", 2, Decimal("-1.01"), "改分", at)
    assert refused.value.code == "bad_mark"
    issued = world.do(cadre_record.issue, county.ADMIN, "C2", at)
    assert world.do(cadre_record.verify, county.ADMIN, issued.digest, at).findings == ()


@KINDS
def test_a_score_that_rises_over_0_is_no_pass(empty, county, contest):
    """C2 comes from −3.5 or 0 to 2.5 of 7: full marks for two questions. Nothing that is told of it speaks of passing."""
    world = held(empty, county, contest)
    at = county.OPENS + AFTER
    for number in (1, 2):
        wanted = Wish(world.paper("C2").slot(number).question.uid, Remedy.FULL)
        seen = world.do(correcting.preview, county.ADMIN, "s1", wanted, at)
        world.do(correcting.apply, county.ADMIN, "s1", wanted, "题目有误", at)
    change = next(one for one in seen.changes if one.number == "C2")
    assert change.score_before <= 0 < change.score_after
    assert (change.crosses, seen.effect.now_pass, seen.effect.has_line) == (0, 0, False)
    assert not any("及格" in line.render() for line in correction_effect.effect_lines(seen.effect))


@KINDS
def test_nobody_passes_or_fails(empty, county, contest):
    world = held(empty, county, contest)
    at = county.OPENS + AFTER
    view = world.do(results.read_sitting, county.ADMIN, "s1", at)
    assert [row.is_pass for row in view.rows] == [None] * 3
    report = world.do(reporting.read_report, county.ADMIN, "s1", at)
    assert (report.all.tally.passed, report.all.tally.failed, report.all.tally.no_line) == (0, 0, 3)
    assert report.all.pass_rate is None
    for action, more in ((make_ups.offer, (county.ZONE,)), (certificates.read_certified, (at.date(),))):
        with pytest.raises(QuizError) as refused:
            world.do(action, county.ADMIN, "s1", at, *more)
        assert refused.value.code == "of_contest"
    assert world.do(retraining.my_duty, county.trainee("C2"), at) is None


@KINDS
def test_a_contest_hides_no_examination_from_the_rule_of_learning_again(world, county, contest):
    """C2 failed an examination and then had a contest: the examination still counts."""
    ended = county.OPENS + AFTER
    world.start("C2")
    world.submit([], "C2")
    world.do(publishing.publish, county.ADMIN, county.NOW, [], [blueprint(contest)])
    later = {"opens_at": ended, "closes_at": ended + timedelta(hours=1), "blueprint": "contest", "profile": "", "forms": 1}
    plan = replace(county.sitting_plan(), code="s2", **later)
    world.do(scheduling.create_sitting, county.ADMIN, ended - timedelta(minutes=1), plan, county.ZONE, county.SEED)
    duty = world.do(retraining.my_duty, county.trainee("C2"), ended + timedelta(days=1))
    assert duty.person.sitting.code == "s1"
    assert Reason.FAILED in duty.verdict.reasons


@KINDS
def test_what_the_draw_expects_counts_what_wrong_answers_cost(empty, county, contest):
    """A question answered rightly by p of all brings marks·p − cost·(1 − p): 70 % are assumed for single choices, 75 % for true and false."""
    world = held(empty, county, contest)
    row = world.do(draw_report.read_report, county.ADMIN, "s1", county.OPENS + AFTER).report.parallel[0]
    unbound = 100 * (3 * (2 * 0.7 - 0.3) + 0.75 - 0.5 * 0.25)
    assert row.pass_rate == pytest.approx(1)
    assert row.mean == pytest.approx(unbound) if contest is Contest.BELOW_ZERO else row.mean > unbound


def test_an_examination_takes_nothing_off_whatever_its_blueprint_says(empty, county):
    for plan in (
        Blueprint("contest", "考试", 60, Decimal(4), SECTIONS),
        Blueprint("contest", "竞赛", 60, Decimal(4), SECTIONS, contest=Contest.NOT_BELOW_ZERO),
    ):
        empty.do(publishing.publish, county.ADMIN, county.NOW, [], [plan])
        with pytest.raises(QuizError) as refused:
            chosen = replace(county.sitting_plan(), blueprint="contest", profile="")
            empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, chosen, county.ZONE, county.SEED)
        assert refused.value.code == "only_contests"


def test_items_of_a_contest_are_told_with_what_guessing_costs(empty, county):
    """One of three right on the first question: (2 − 1 + 0) / 6 is not the facility, 1/6 is; a blind guess earns ¼ − ¾·½ of the marks."""
    world = held(empty, county, Contest.BELOW_ZERO)
    found = world.do(item_analysis.analyse_sitting, county.ADMIN, "s1", county.OPENS + AFTER)
    first = world.paper("C1").slots[0].question.uid
    figures = found.item(first).report.figures
    assert figures.facility == pytest.approx((2 - 1 + 2) / 6)
    assert figures.guess == pytest.approx(1 / 4 - 3 / 4 / 2)
    others = [item.report.figures for item in found.items if item.asked.name != first and item.asked.type is QuestionType.SINGLE]
    assert [one.facility for one in others] == [pytest.approx((2 - 1) / 6)] * 2
    assert all(one.facility_interval != share_interval(one.facility, one.answers) for one in others)
    assert all(one.facility_interval.low <= one.facility <= one.facility_interval.high for one in others)
    assert found.analysis.totals.deviation == pytest.approx(5.2520, abs=1e-4)  # of 7, −3.5 and 2


TEN = [question(f"q{n}", "water" if n < 5 else "housing") for n in range(10)]


def test_a_report_bears_totals_below_0(engine):
    """Thirty people: six each at 70, 40, 10, −10 and −20 of 100. Those below 0 are a band of their own."""
    totals = {"T01": 70, "T02": 40, "V01": 10, "D01": -10, "QL": -20}
    people = [Sat(f"{unit}{n}", unit, {one.uid: total * 10 for one in TEN}) for unit, total in totals.items() for n in range(6)]
    store(engine, "s", people, TEN, pass_mark=-10000, contest="below_zero")
    with reading(engine) as db:
        found = reporting.read_report(db, command_line("tests"), "s", OVER)
    assert [(band.name.render(), band.people) for band in found.bands if band.people] == [
        ("低于0分", 12), ("10至20分", 6), ("40至50分", 6), ("70至80分", 6),
    ]  # fmt: skip
    lost = next(row for row in found.units if row.code == "D01")
    assert (lost.mean, lost.best, lost.pass_rate) == (Decimal("-10.00"), Decimal(-10), None)
    assert found.all.mean == Decimal("18.00")
