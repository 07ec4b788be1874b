"""The markers' desk: texts go to one at a time, to two where the sitting says so, to a third when they differ; nobody gets their own."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy.exc import IntegrityError

from quiz.core.access import Actor, Role
from quiz.core.blueprint import Blueprint, Cell, Section
from quiz.core.correction import NewKey, Remedy
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.question import Point, QuestionType
from quiz.core.rule import Rule
from quiz.core.saving import Save
from quiz.core.sitting import Release
from quiz.core.staffing import Staffing, wanted_for
from quiz.storage import gradings, marking, sittings
from quiz.storage.engine import reading
from quiz.storage.tables import ClaimRow, DecisionRow, GradingRow, ReadingRow
from quiz.usecases import correcting, mark_history, publishing, results, scheduling
from quiz.usecases import marking as desk
from quiz.usecases.accounts import create_account
from quiz.usecases.correcting import Wish
from quiz.usecases.marker_figures import read_markers
from quiz.usecases.marking import LEASE

AFTER = timedelta(hours=3)
MARKERS = [Actor(f"阅卷{n}", {Role.MARKER: "/"}, account_id=n) for n in range(1, 5)]
ANNA, BELA, CARA, DORA = MARKERS
POINTS = (Point("核实收入", Decimal(2), ("收入",)), Point("民主评议", Decimal(3), ("评议",)))


def short_sitting(empty, county, **parts):
    """A sitting with one short answer of 5 marks, one fill-in and one single choice; C1 to C3 have handed in."""
    short = replace(
        county.make_question("short-0"),
        type=QuestionType.SHORT_ANSWER,
        options=(),
        key=frozenset(),
        points=POINTS,
        model_answer="先核实收入，再评议。",
    )
    sections = (
        Section("单项选择题", QuestionType.SINGLE, Decimal(4), (Cell(1, areas=("water",)),), Rule()),
        Section("填空题", QuestionType.FILL_IN, Decimal(1), (Cell(1),), Rule()),
        Section("简答题", QuestionType.SHORT_ANSWER, Decimal(5), (Cell(1),), Rule()),
    )
    empty.do(publishing.publish, county.ADMIN, county.NOW, [short], [Blueprint("short", "简答", 60, Decimal(6), sections)])
    plan = replace(county.sitting_plan(release=Release.MANUAL, profile="", **parts), blueprint="short", forms=1)
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, plan, county.ZONE, county.SEED)
    return empty


def sit(world, number, text, blank="自治"):
    """Hand in a right single choice, 2025 and `blank`, and the short answer `text`."""
    world.start(number)
    slots = {slot.question.type: slot for slot in world.paper(number).slots}
    saves = [
        Save(slots[QuestionType.SINGLE].number, ["B"], 1),
        Save(slots[QuestionType.FILL_IN].number, ["2025", blank], 2),
        Save(slots[QuestionType.SHORT_ANSWER].number, [text], 3),
    ]
    world.submit(saves, number)


@pytest.fixture
def single(empty, county):
    """One marker for each answer."""
    world = short_sitting(empty, county)
    for number, text in (("C1", "核实收入"), ("C2", "先核实收入，再评议"), ("C3", "核实收入。")):
        sit(world, number, text)
    return world


@pytest.fixture
def double(empty, county):
    """Two markers for each answer, who may differ by a fifth of the marks."""
    world = short_sitting(empty, county, markers=2, margin_percent=20)
    for number, text in (("C1", "核实收入"), ("C2", "先核实收入，再评议"), ("C3", "核实收入。")):
        sit(world, number, text)
    return world


def at(county, more=timedelta()):
    return county.OPENS + AFTER + more


def take(world, county, actor, uid="short-0", blank=0, more=timedelta()):
    world.do(desk.take, actor, "s1", uid, blank, at(county, more))
    return held(world, county, actor, uid, blank, more)


def held(world, county, actor, uid="short-0", blank=0, more=timedelta()):
    return world.do(desk.read_desk, actor, "s1", uid, blank, at(county, more)).items


def judge(world, county, actor, item, share=None, comment="评语", points=(), more=timedelta(), uid="short-0"):
    share = None if share is None else Fraction(share)
    points = [Decimal(mark) for mark in points]
    return world.do(desk.judge, actor, "s1", uid, item.blank, item.digest, share, comment, at(county, more), points)


def score(world, number):
    with reading(world.engine) as db:
        found = gradings.newest_grading(db, sittings.seats_of_cadre(db, number)[0].attempt)
        return found.score, found.pending


def overview(world, county, actor=ANNA, uid="short-0"):
    view = world.do(desk.read_overview, actor, "s1", at(county))
    return next(row for row in view.rows if row.question.uid == uid)


def test_the_overview_counts_texts_and_attempts_by_question(single, county):
    row = overview(single, county)
    assert (row.first, row.second, row.arbiter, row.decided, row.attempts, row.for_me, row.mine, row.needs_two) == (2, 0, 0, 0, 3, 2, 0, False)
    assert row.agreement is None


def test_what_one_has_taken_no_other_gets_until_the_time_is_over(single, county):
    (first,) = take(single, county, ANNA)
    assert (first.text, first.attempts, first.place) == ("核实收入", 2, 1)  # the most frequent first; 核实收入。 means the same
    (second,) = take(single, county, BELA)
    assert second.digest != first.digest
    assert take(single, county, CARA) == []
    assert overview(single, county, CARA).for_me == 0
    with pytest.raises(QuizError, match="taken"):
        judge(single, county, BELA, first, 1)
    assert [item.digest for item in take(single, county, ANNA)] == [first.digest]  # again the same, for longer
    later = LEASE + timedelta(seconds=1)
    assert held(single, county, ANNA, more=later) == []
    (third,) = take(single, county, CARA, more=later)
    assert third.digest == first.digest
    with pytest.raises(QuizError, match="taken"):
        judge(single, county, ANNA, first, 1, more=later)


def test_what_is_given_back_is_there_for_others_at_once(single, county):
    (first,) = take(single, county, ANNA)
    single.do(desk.give_back, ANNA, "s1", at(county))
    assert held(single, county, ANNA) == []
    assert take(single, county, BELA)[0].digest == first.digest


def test_points_make_the_mark_and_the_comment(single, county):
    (item,) = take(single, county, ANNA)
    assert item.point_marks == (2, 3)
    assert (item.hints.share, item.hints.points[0].found) == (Fraction(2, 5), ("收入",))
    done = judge(single, county, ANNA, item, points=["1.5", "0"], comment="没有写评议")
    assert (done.regraded, done.is_settled) == (2, True)
    assert score(single, "C1") == (Decimal("6.5"), 0) == score(single, "C3")
    with reading(single.engine) as db:
        decision = db.query(DecisionRow).one()
        assert (decision.share, decision.reason, decision.decided_by) == (300_000, "要点1得1.5分；要点2得0分。没有写评议", "阅卷1")
        assert db.query(ReadingRow).count() == 0
        assert db.query(ClaimRow).count() == 0
        runs = db.query(GradingRow).filter(GradingRow.reason == "decision").count()
    assert runs == 2
    row = overview(single, county)
    assert (row.first, row.decided) == (1, 1)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"share": "3/2"}, "bad_share"),
        ({"share": -1}, "bad_share"),
        ({}, "bad_share"),
        ({"share": 1, "comment": " "}, "no_reason"),
        ({"points": ["3", "0"]}, "bad_points"),
        ({"points": ["-1", "0"]}, "bad_points"),
        ({"points": ["1"]}, "bad_points"),
    ],
)
def test_what_is_no_mark_is_refused(single, county, given, code):
    (item,) = take(single, county, ANNA)
    with pytest.raises(QuizError, match=code):
        judge(single, county, ANNA, item, **given)
    assert score(single, "C1")[1] == 1


def test_nobody_is_given_their_own(single, county):
    own = Actor("C2", {Role.MARKER: "/", Role.TRAINEE: "/"}, account_id=9, cadre_number="C2")
    (item,) = take(single, county, own)
    assert item.text == "核实收入"
    row = overview(single, county, own)
    assert (row.first, row.for_me) == (2, 1)
    other = marking.digest_of("先核实收入，再评议")
    with pytest.raises(NotFound):
        single.do(desk.judge, own, "s1", "short-0", 0, other, Fraction(1), "x", at(county))


def test_two_who_agree_within_the_margin_settle_by_the_mean(double, county):
    (item,) = take(double, county, ANNA)
    assert judge(double, county, ANNA, item, points=["2", "1"]).is_settled is False
    assert score(double, "C1") == (5, 1)
    assert overview(double, county).second == 1
    assert item.digest not in {one.digest for one in take(double, county, ANNA)}  # she has marked it
    (same,) = take(double, county, BELA)
    assert (same.digest, same.place, same.others) == (item.digest, 2, ())
    done = judge(double, county, BELA, same, points=["2", "0"])  # 3 and 2 of 5: a fifth apart
    assert (done.is_settled, done.regraded) == (True, 2)
    assert score(double, "C1") == (Decimal("7.5"), 0)
    with reading(double.engine) as db:
        decision = db.query(DecisionRow).one()
        assert (decision.decided_by, decision.share) == ("阅卷1、阅卷2", 500_000)
        assert [row.place for row in db.query(ReadingRow).order_by(ReadingRow.id)] == [1, 2]
    found = overview(double, county).agreement
    assert (found.pairs, found.exact, found.adjacent, found.kappa) == (1, 0, 1, None)


def test_markers_of_one_name_are_different_markers_and_one_marker_of_two_names_is_not(double, county):
    first, second = (Actor("王强", {Role.MARKER: "/"}, account_id=n) for n in (1, 2))
    (item,) = take(double, county, first)
    judge(double, county, first, item, points=["2", "1"])
    with pytest.raises(QuizError, match="marked_already"):
        judge(double, county, replace(first, name="李霞"), item, points=["2", "1"])
    (item,) = take(double, county, second)
    assert judge(double, county, second, item, points=["2", "1"]).is_settled


def test_two_who_differ_more_leave_it_to_a_third_who_marked_neither(double, county):
    (item,) = take(double, county, ANNA)
    judge(double, county, ANNA, item, points=["2", "3"])
    (item,) = take(double, county, BELA)
    assert judge(double, county, BELA, item, points=["1", "0"]).differs
    row = overview(double, county, ANNA)
    assert (row.arbiter, row.second, row.first) == (1, 0, 1)
    assert score(double, "C1")[1] == 1
    for actor in (ANNA, BELA):
        assert item.digest not in {one.digest for one in take(double, county, actor)}
        with pytest.raises(QuizError, match="marked_already"):
            judge(double, county, actor, item, 1)
        double.do(desk.give_back, actor, "s1", at(county))
    mine = {one.digest: one for one in take(double, county, CARA)}[item.digest]
    assert (mine.place, [mark for mark, _ in mine.other_marks]) == (3, [5, 1])
    done = judge(double, county, CARA, mine, points=["2", "0"], comment="没有写评议")
    assert (done.is_settled, done.regraded) == (True, 2)
    assert score(double, "C1") == (7, 0)


def test_a_blank_is_decided_by_one_even_where_answers_need_two(empty, county):
    world = short_sitting(empty, county, markers=2)
    sit(world, "C1", "核实收入", blank="村民自治")
    fill = next(slot.question.uid for slot in world.paper("C1").slots if slot.question.blanks)
    (item,) = take(world, county, ANNA, fill, 1)
    assert judge(world, county, ANNA, item, 1, uid=fill).is_settled
    assert score(world, "C1") == (5, 1)


def test_a_blank_is_right_or_wrong_and_nothing_between(empty, county):
    world = short_sitting(empty, county)
    sit(world, "C1", "核实收入", blank="村民自治")
    fill = next(slot.question.uid for slot in world.paper("C1").slots if slot.question.blanks)
    (item,) = take(world, county, ANNA, fill, 1)
    with pytest.raises(QuizError, match="bad_share"):
        judge(world, county, ANNA, item, "1/2", uid=fill)
    assert score(world, "C1")[1] == 2


def test_blanks_come_by_the_page(empty, county):
    world = short_sitting(empty, county)
    for number, blank in (("C1", "村民自治"), ("C2", "自治权"), ("C3", "自治了")):
        sit(world, number, "核实收入", blank)
    fill = next(slot.question.uid for slot in world.paper("C1").slots if slot.question.blanks)
    assert len(take(world, county, ANNA, fill, 1)) == 3
    assert take(world, county, BELA, fill, 1) == []


def test_a_corrected_key_stands_beside_what_waits(empty, county):
    world = short_sitting(empty, county)
    sit(world, "C1", "核实收入")
    fill = next(slot.question.uid for slot in world.paper("C1").slots if slot.question.blanks)
    wish = Wish(fill, Remedy.NEW_KEY, NewKey(blanks=(("2025",), ("村民自治",))))
    world.do(correcting.apply, county.ADMIN, "s1", wish, "条款已修订", at(county))
    (item,) = take(world, county, ANNA, fill, 1)
    assert (item.text, item.question.blanks[1].answers) == ("自治", ("村民自治",))
    judge(world, county, ANNA, item, 1, uid=fill)
    assert score(world, "C1") == (5, 1)


def test_a_text_has_one_mark_at_a_place_and_one_by_a_marker(double, county):
    (item,) = take(double, county, ANNA)
    judge(double, county, ANNA, item, 1)
    with reading(double.engine) as db:
        sitting = sittings.get_sitting(db, "s1")
        (waiting,) = [one for one in marking.list_waiting(db, sitting, "short-0") if one.digest == item.digest]
    for reading_row in (marking.Reading(1, Fraction(1), "x", "other", "x"), marking.Reading(2, Fraction(1), "x", "account:1", "x")):
        with pytest.raises(IntegrityError):
            double.do(lambda db, one=reading_row: marking.save_reading(db, sitting, waiting, one, at(county)))


def test_the_cadre_reads_what_the_marker_wrote(single, county):
    (item,) = take(single, county, ANNA)
    judge(single, county, ANNA, item, points=["1.5", "0"], comment="没有写评议")
    single.do(results.release, county.ADMIN, "s1", at(county))
    with reading(single.engine) as db:
        code = sittings.seats_of_cadre(db, "C1")[0].paper.code
        found = results.my_result(db, county.trainee("C1"), code, at(county))
        history = mark_history.history_of(db, found)
    slot = next(slot.number for slot in found.paper.slots if slot.question.points)
    assert history.comments[slot] == "要点1得1.5分；要点2得0分。没有写评议"


def test_hints_are_compared_with_what_people_decided(single, county):
    for share in (Fraction(2, 5), Fraction(1)):
        (item,) = take(single, county, ANNA)
        judge(single, county, ANNA, item, share)
    view = single.do(desk.read_overview, ANNA, "s1", at(county))
    assert (view.waiting, view.hinted) == (0, 2)
    assert view.hint_kappa == pytest.approx(1.0)


@pytest.mark.parametrize("act", ["overview", "take", "desk", "judge", "back"])
@pytest.mark.parametrize(
    "actor",
    [Actor("o", {Role.ORGANISER: "/"}), Actor("part", {Role.MARKER: "/QL/T01/"}), Actor("c", {Role.TRAINEE: "/"}, cadre_number="C1")],
    ids=lambda actor: actor.name,
)
def test_nobody_else_comes_to_the_desk(single, county, act, actor):
    calls = {
        "overview": (desk.read_overview, actor, "s1", at(county)),
        "take": (desk.take, actor, "s1", "short-0", 0, at(county)),
        "desk": (desk.read_desk, actor, "s1", "short-0", 0, at(county)),
        "judge": (desk.judge, actor, "s1", "short-0", 0, "0" * 64, Fraction(1), "x", at(county)),
        "back": (desk.give_back, actor, "s1", at(county)),
    }
    with pytest.raises(Forbidden):
        single.do(*calls[act])


def test_a_candidate_waits_until_it_is_over(single, county):
    both = Actor("C1", {Role.MARKER: "/", Role.TRAINEE: "/"}, cadre_number="C1")
    with pytest.raises(Forbidden):
        single.do(desk.read_overview, both, "s1", county.OPENS)
    assert single.do(desk.read_overview, both, "s1", at(county)).rows


def hire(world, county, count, first=1):
    """Accounts for so many of the markers, by their numbers."""
    made = [
        world.do(create_account, county.ADMIN, county.NOW, f"marker{n}", f"阅卷{n}", "qinglan-2026", [Role.MARKER])
        for n in range(first, first + count)
    ]
    assert [row.id for row in made] == list(range(first, first + count))


def warned(world, county):
    """What the pages of marking and of the sitting warn of, and how many texts nobody is left for."""
    view = world.do(results.read_sitting, county.ADMIN, "s1", at(county))
    found = world.do(desk.read_overview, ANNA, "s1", at(county))
    assert found.staffing == view.staffing
    return (view.staffing.able, view.staffing.missing), found.stuck, view.staffing.warning()


def test_a_difference_that_no_third_can_settle_is_told_before_and_while_it_waits(double, county):
    """Nobody, one, two and three accounts: what cannot be finished with each, in words, until enough are there."""
    told = []
    for count in range(4):
        if count:
            hire(double, county, 1, count)
        told.append(warned(double, county))
    assert [one[0] for one in told] == [(0, 3), (1, 2), (2, 1), (3, 0)]
    words = [one[2] and one[2].render() for one in told]
    assert ["一个也没有" in words[0], "第二份没有人评" in words[1], "相差超过本题分值的20%时没有第三人仲裁" in words[2], words[3]] == [True] * 3 + [
        None
    ]
    assert told[0][1] == 2  # nobody at all for any of the texts
    assert [one[1] for one in told[1:]] == [0, 0, 0]


def test_what_waits_for_an_arbiter_who_is_not_there_is_counted(double, county):
    hire(double, county, 2)
    for actor, share in ((ANNA, Fraction(1)), (BELA, Fraction(0))):
        judge(double, county, actor, take(double, county, actor)[0], share)
    assert warned(double, county)[1] == 1
    hire(double, county, 1, 3)
    assert warned(double, county)[1] == 0


def test_who_sits_or_marks_a_part_only_or_is_gone_does_not_count(double, county):
    for login, more in (("own", {"cadre": "C1"}), ("part", {"unit": "T01"}), ("whole", {})):
        double.do(create_account, county.ADMIN, county.NOW, login, login, "qinglan-2026", [Role.MARKER], **more)
    double.do(close_account, "whole2", county)
    assert warned(double, county)[0] == (1, 2)


def close_account(session, login, county):
    """An account with the role that nobody may use any more."""
    row = create_account(session, county.ADMIN, county.NOW, login, login, "qinglan-2026", [Role.MARKER])
    row.is_active = False


def test_planning_says_it_too_and_only_where_people_mark(empty, county):
    world = short_sitting(empty, county, markers=2)
    for code, markers, blueprint, wanted in (("a", 2, "short", 3), ("b", 1, "short", 1), ("c", 2, "plan", 1)):
        plan = replace(county.sitting_plan(markers=markers), code=code, blueprint=blueprint)
        seen = world.do(scheduling.forecast, county.ADMIN, county.NOW, plan, county.ZONE)
        assert (seen.staffing.wanted, seen.staffing.able) == (wanted, 0)
        assert seen.refusal is None
    made = world.do(scheduling.prepare_sitting, county.ADMIN, county.NOW, replace(plan, code="d"), county.ZONE, county.SEED)
    assert made.staffing.warning().render().startswith("没有账号能评阅这场考试")


def test_where_nothing_is_left_to_people_nobody_is_missing():
    choices = Section("单项选择题", QuestionType.SINGLE, Decimal(4), (Cell(1),), Rule())
    assert wanted_for([choices], 2) == 0
    assert Staffing(0, 0, 20).warning() is None


def test_who_is_stricter_is_told_to_those_who_answer_for_the_sitting_alone(double, county):
    (item,) = take(double, county, ANNA)
    judge(double, county, ANNA, item, points=["2", "1"])
    take(double, county, BELA)
    judge(double, county, BELA, item, points=["0", "0"])  # 3 and 0 of 5: an arbiter has to say
    take(double, county, CARA)
    judge(double, county, CARA, item, points=["2", "0"])
    inspector = Actor("督查", {Role.INSPECTOR: "/"})
    first, second, third = double.do(read_markers, inspector, "s1", at(county)).rows
    assert (first.name, first.texts, first.mean, first.bands) == ("阅卷1", 1, Fraction(3, 5), (0, 0, 1, 0))
    assert (first.differed, first.nearer, first.farther, first.lean) == (1, 1, 0, None)
    assert (second.name, second.bands, second.nearer, second.farther) == ("阅卷2", (1, 0, 0, 0), 0, 1)
    assert (third.name, third.texts, third.mean, third.arbitrated, third.compared) == ("阅卷3", 0, None, 1, 0)
    for who in (ANNA, Actor("part", {Role.INSPECTOR: "/QL/T01/"}), Actor("sits it", {Role.ORGANISER: "/"}, cadre_number="C3")):
        with pytest.raises(Forbidden):
            double.do(read_markers, who, "s1", county.OPENS + timedelta(minutes=30))
