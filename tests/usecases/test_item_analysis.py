"""How the questions of a sitting fared: who may know, when, and that the figures are those of the stored marks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from quiz.core.access import Actor, Role
from quiz.core.blueprint import Blueprint, Cell, Section
from quiz.core.message import Forbidden, NotFound, QuizError, mark_text
from quiz.core.question import Question, QuestionType
from quiz.core.roster import Cadre, Post, PostKind, Roster
from quiz.core.rule import Rule, RuleName
from quiz.core.saving import Save
from quiz.core.statistics import gates
from quiz.core.statistics.flags import FlagKind
from quiz.storage import papers, sittings
from quiz.storage.engine import reading
from quiz.usecases import attempts, extending, handing_in, publishing, rosters, scheduling
from quiz.usecases.item_analysis import analyse_sitting, list_analysable, screen_sitting, state_of_marks
from tests.judging import decide, list_texts

CADRES = 24
PLAN = Blueprint(
    "items",
    "蓝图",
    60,
    Decimal(6),
    (
        Section("单项选择题", QuestionType.SINGLE, Decimal(2), (Cell(4, areas=("water",)),), Rule()),
        Section("本地题", QuestionType.SINGLE, Decimal(2), (Cell(1, categories=("township",)),), Rule()),
        Section("多项选择题", QuestionType.MULTIPLE, Decimal(2), (Cell(1),), Rule(RuleName.HALF)),
        Section("判断题", QuestionType.TRUE_FALSE, Decimal(1), (Cell(1),), Rule()),
        Section("填空题", QuestionType.FILL_IN, Decimal(1), (Cell(1),), Rule()),
        Section("案例分析题", QuestionType.CASE, Decimal(4), (Cell(1),), Rule()),
    ),
)


def people(count=CADRES):
    units = {0: "T01", 1: "T02"}
    posts = {unit: (Post(PostKind.TOWNSHIP_LEADER, unit, None),) for unit in units.values()}
    return tuple(Cadre(f"K{n:02}", f"甲{n}", units[n % 2], ("帮扶干部",) if n % 3 else (), posts[units[n % 2]]) for n in range(count))


@pytest.fixture
def hall(empty, county):
    """A common paper for 24 cadres of two townships: number n answers right what is easier than n, and sits at place n; three are absent."""
    cadres = tuple(replace(c, posts=(Post(PostKind.TOWNSHIP_LEADER, c.unit, date(2024, 1, 1)),)) for c in people())
    base = county.make_question("part")
    case = replace(
        base,
        uid="case",
        type=QuestionType.CASE,
        options=(),
        key=frozenset(),
        stem="某村有一户。",
        parts=(replace(base, uid="case#1"), replace(base, uid="case#2")),
    )
    empty.do(rosters.load_roster, county.ADMIN, county.NOW, Roster(county.ROSTER.units, cadres))
    empty.do(publishing.publish, county.ADMIN, county.NOW, [*county.QUESTIONS, case], [PLAN], [county.DATASET])
    plan = replace(
        county.sitting_plan(),
        code="hall",
        blueprint="items",
        forms=1,
        group=replace(county.sitting_plan().group, cadres=tuple(c.number for c in cadres)),
    )
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, plan, county.ZONE, county.SEED)
    with reading(empty.engine) as db:
        seats = sittings.seats_of_sitting(db, sittings.get_sitting(db, "hall"))
        found = {seat.cadre.number: (seat.paper.code, papers.read_paper(seat.paper)) for seat in seats}
    for n in range(CADRES - 3):
        code, paper = found[f"K{n:02}"]
        saves = [Save(slot.number, answer(slot, n), slot.number) for slot in paper.slots if answer(slot, n) is not None]
        actor = Actor(f"K{n:02}", {Role.TRAINEE: "/"}, cadre_number=f"K{n:02}")
        empty.do(attempts.start, actor, code, county.OPENS)
        empty.do(handing_in.submit, actor, code, saves, "dev", county.OPENS + timedelta(minutes=20 + n))
    return empty


def answer(slot, n):
    """What number n answers: slot by slot harder; number 20 leaves the true/false question empty, and the blank waits for a person."""
    knows = n >= 2 * slot.number
    match slot.question.type:
        case QuestionType.FILL_IN:
            return ["2025", "自治" if n % 2 else "自治县"]
        case QuestionType.TRUE_FALSE:
            return None if n == 20 else ["T" if knows else "F"]
        case QuestionType.MULTIPLE:
            return ["A", "C"] if knows else ["A"]
        case _:
            return sorted(slot.question.key) if knows else [next(o.id for o in slot.question.options if o.id not in slot.question.key)]


@pytest.fixture
def over(county):
    """A moment after the sitting."""
    return county.OPENS + timedelta(hours=3)


def test_figures_are_those_of_the_stored_marks(hall, county, over):
    """Everybody's answers, slot by slot: facility, options, parts of a case by themselves, a template as one item without options."""
    found = hall.do(analyse_sitting, county.ADMIN, "hall", over)
    assert (found.people, found.sitting.code) == (21, "hall")
    by_name = {item.asked.name: item for item in found.items}
    assert {"active", "case#1", "case#2"} < set(by_name)
    assert len(found.items) == 10
    with reading(hall.engine) as db:
        seat = sittings.seats_of_sitting(db, sittings.get_sitting(db, "hall"), numbers=["K00"])[0]
        paper = papers.read_paper(seat.paper)
    for slot in paper.slots:
        name = slot.question.uid.partition("@")[0] if not slot.case else f"case#{slot.part}"
        figures = by_name[name].report.figures
        solved = max(0, 21 - 2 * slot.number)
        match slot.question.type:
            case QuestionType.FILL_IN:
                assert figures.answers == 10  # the others wait for a person
                assert figures.facility == 1
            case QuestionType.MULTIPLE:
                assert figures.facility == pytest.approx((solved + (21 - solved) / 2) / 21)
                assert [(o.option, o.is_key, o.count) for o in by_name[name].report.options] == [
                    ("A", True, 21),
                    ("B", False, 0),
                    ("C", True, solved),
                    ("D", False, 0),
                ]
            case QuestionType.TRUE_FALSE:
                assert [(o.option, o.count) for o in by_name[name].report.options] == [("T", solved - 1), ("F", 21 - solved)]
                assert figures.guess == 0.5
            case _:
                assert figures.facility == pytest.approx(solved / 21)
    assert by_name["active"].asked.is_template
    assert by_name["active"].report.options == ()
    assert by_name["case#2"].asked.type is QuestionType.SINGLE
    assert found.item("case#2") is by_name["case#2"]
    assert found.item("none") is None


def test_too_few_answers_make_no_verdict(hall, county, over):
    """Twenty-one people: figures, no flag, and how many items are thin."""
    found = hall.do(analyse_sitting, county.ADMIN, "hall", over)
    assert found.analysis.flagged == ()
    assert found.thin == len(found.items)
    assert found.analysis.calibration("two_parameter") is None


def test_flags_come_when_enough_have_answered(hall, county, over, monkeypatch):
    """With the limits low enough for this hall the hardest question is called hard."""
    monkeypatch.setattr(gates, "FACILITY", 10)
    found = hall.do(analyse_sitting, county.ADMIN, "hall", over)
    kinds = {flag.kind for report in found.analysis.flagged for flag in report.flags}
    assert FlagKind.GUESSED in kinds


def test_groups_are_compared_when_they_are_large_enough(hall, county, over, monkeypatch):
    """Those who help households and those who do not: one comparison, since each is the other's rest; the kind of unit is the same for all."""
    assert all(item.report.differences == () for item in hall.do(analyse_sitting, county.ADMIN, "hall", over).items)
    monkeypatch.setattr(gates, "DIFFERENCE", 5)
    found = hall.do(analyse_sitting, county.ADMIN, "hall", over)
    assert {name for item in found.items for name, _ in item.report.differences} == {"帮扶干部"}


def test_nothing_before_the_sitting_is_over(hall, county, over):
    """Facilities would tell keys to those who still sit; time given to one person counts."""
    for asked in (analyse_sitting, screen_sitting, state_of_marks):
        with pytest.raises(QuizError, match="not_closed"):
            hall.do(asked, county.ADMIN, "hall", county.OPENS + timedelta(hours=1))
    hall.do(extending.extend, county.ADMIN, "hall", "K23", 200, "电脑坏了", county.OPENS)
    with pytest.raises(QuizError, match="not_closed"):
        hall.do(analyse_sitting, county.ADMIN, "hall", over)
    assert [row.code for row, _ in hall.do(list_analysable, county.ADMIN, over)] == []
    later = over + timedelta(hours=3)
    assert [(row.code, count) for row, count in hall.do(list_analysable, county.ADMIN, later)] == [("hall", 21)]


def test_who_may_read_what(hall, county, over):
    """Setters see items without names; leads name people and are for those who may read results; others see nothing."""
    setter, organiser, inspector = (Actor("x", {role: "/"}) for role in (Role.SETTER, Role.ORGANISER, Role.INSPECTOR))
    for actor in (setter, organiser, inspector):
        assert hall.do(analyse_sitting, actor, "hall", over).people == 21
    for actor in (organiser, inspector):
        assert hall.do(screen_sitting, actor, "hall", over).similarity.pairs > 0
    with pytest.raises(Forbidden):
        hall.do(screen_sitting, setter, "hall", over)
    for actor in (Actor("x", {Role.MARKER: "/"}), Actor("x", {Role.TRAINEE: "/"}, cadre_number="K00"), Actor("x")):
        for asked in (analyse_sitting, screen_sitting, state_of_marks):
            with pytest.raises(Forbidden):
                hall.do(asked, actor, "hall", over)
        with pytest.raises(Forbidden):
            hall.do(list_analysable, actor, over)
    for asked in (analyse_sitting, screen_sitting, state_of_marks):
        with pytest.raises(NotFound):
            hall.do(asked, organiser, "none", over)


def test_only_those_within_the_readers_authority_count(hall, county, over):
    """An organiser of one township reads how its own people fared, and meets no other names; where nobody sat there is no such sitting."""
    own = Actor("x", {Role.ORGANISER: "/QL/T01/"})
    found = hall.do(analyse_sitting, own, "hall", over)
    assert found.people == 11
    assert {item.report.figures.answers for item in found.items if item.asked.type is not QuestionType.FILL_IN} == {11}
    assert {person.unit for person in hall.do(screen_sitting, own, "hall", over).people} == {"镇1"}
    elsewhere = Actor("x", {Role.ORGANISER: "/QL/T09/"})
    assert hall.do(list_analysable, elsewhere, over) == []
    for asked in (analyse_sitting, screen_sitting, state_of_marks):
        with pytest.raises(NotFound):
            hall.do(asked, elsewhere, "hall", over)


def test_an_attempt_opened_again_does_not_count_until_it_is_closed(hall, county, over):
    """It has no grading that counts; nor is the sitting over for the others then."""
    before = hall.do(state_of_marks, county.ADMIN, "hall", over)
    hall.do(extending.reopen, county.ADMIN, "hall", "K05", 5, "误交", county.OPENS + timedelta(minutes=90))
    found = hall.do(analyse_sitting, county.ADMIN, "hall", over)
    assert found.people == 20
    assert hall.do(state_of_marks, county.ADMIN, "hall", over) != before


def test_a_decision_changes_the_figures_and_what_tells_that_they_changed(hall, county, over):
    """The waiting blank is judged right: the newest grading counts, each answer once."""
    before = hall.do(state_of_marks, county.ADMIN, "hall", over)
    assert hall.do(state_of_marks, county.ADMIN, "hall", over) == before
    text = hall.do(list_texts, "hall")[0]
    hall.do(decide, county.ADMIN, "hall", text, over)
    assert hall.do(state_of_marks, county.ADMIN, "hall", over) != before
    found = hall.do(analyse_sitting, county.ADMIN, "hall", over).item(text.uid)
    assert (found.report.figures.answers, found.report.figures.facility) == (21, 1)


def test_neighbours_are_compared(hall, county, over):
    """By the order of seats, not further apart than the draw thought of; the promise is stated, and ten common questions are needed."""
    found = hall.do(screen_sitting, county.ADMIN, "hall", over)
    assert len(found.people) == 21
    assert 21 <= found.similarity.pairs < 21 * 20 / 2
    assert found.similarity.false_alarm == 0.01
    assert all(found.people[lead.first].number != found.people[lead.second].number for lead in found.similarity.leads)


def test_a_sitting_that_nobody_sat(world, county):
    """No people, no items, no error."""
    found = world.do(analyse_sitting, county.ADMIN, "s1", county.OPENS + timedelta(hours=3))
    assert (found.people, found.items) == (0, ())
    assert world.do(screen_sitting, county.ADMIN, "s1", county.OPENS + timedelta(hours=3)).similarity.leads == ()


def test_flags_speak_of_true_and_false(hall, county, over, monkeypatch):
    """Not of T and F."""
    monkeypatch.setattr(gates, "DISCRIMINATION", 10)
    found = hall.do(analyse_sitting, county.ADMIN, "hall", over)
    texts = [
        flag.message.render(mark_text)
        for report in found.analysis.flagged
        for flag in report.flags
        if isinstance(found.item(report.item.name).asked.asked, Question)
    ]
    assert not any("选T" in text or "选F" in text for text in texts)
