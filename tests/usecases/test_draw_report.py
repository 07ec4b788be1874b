"""The report of a draw: the same from a draw in hand and from what is stored, with every fallback named and why; nobody's own sitting."""

import json
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from quiz.assembly.stand_in import Why
from quiz.core.access import Actor, Role
from quiz.core.blueprint import Cell
from quiz.core.difficulty import Basis
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.profile import Dataset
from quiz.storage import sittings
from quiz.storage.engine import reading
from quiz.usecases import publishing, scheduling
from quiz.usecases.draw_report import describe, read_report


def helped(plan):
    """The blueprint with general questions that stand in for the local one."""
    first = plan.sections[0]
    common, local = first.cells
    cells = (replace(common, count=1), replace(local, instead=Cell(1, areas=("water",))))
    return replace(plan, sections=(replace(first, cells=cells), *plan.sections[1:]))


def without_facts(dataset: Dataset):
    """The facts of the first township gone."""
    return replace(dataset, places=(replace(dataset.places[0], facts={}), *dataset.places[1:]))


def read(world, county, **changes):
    with reading(world.engine) as db:
        view = read_report(db, changes.get("actor", county.ADMIN), changes.get("code", "s1"), county.NOW)
    return view.sitting, view.report


@pytest.mark.parametrize("forms", [0, 1, 2])
def test_the_stored_report_is_that_of_the_draw_in_hand(empty, county, forms):
    plan = county.sitting_plan(forms=forms, columns=2)
    prepared = empty.do(scheduling.prepare_sitting, county.ADMIN, county.NOW, plan, county.ZONE, county.SEED)
    empty.do(scheduling.store_sitting, county.ADMIN, county.NOW, prepared)
    made = describe(prepared.drawing, prepared.drawn)
    sitting, stored = read(empty, county)
    assert replace(stored, repaired=made.repaired) == made
    assert sitting.code == "s1"
    assert (stored.forms, stored.papers, stored.columns, stored.avoid_last, str(stored.band)) == (forms, 3, 2, 2, "0.50")
    assert [row.form for row in stored.parallel] == ([""] if forms < 2 else ["", "A", "B"])
    assert stored.parallel[0].mean * 1000 == pytest.approx(sum(prepared.drawn.scores) / 3)
    assert stored.later == 0


def test_a_fallback_is_named_to_those_in_authority_over_its_holder_only(empty, county):
    empty.do(publishing.publish, county.ADMIN, county.NOW, (), [helped(county.PLAN)], [without_facts(county.DATASET)])
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(), county.ZONE, county.SEED)
    for scope, named in (("/", ["C1", "C2"]), ("/QL/T01/", ["C1", "C2"]), ("/QL/T02/", [])):
        with reading(empty.engine) as db:
            view = read_report(db, Actor("镇组考", {Role.ORGANISER: scope}), "s1", county.NOW)
        assert [seat.cadre.number for seat, _ in view.listed] == named


def test_exposure_is_counted_beside_what_no_draw_could_better(empty, county):
    prepared = empty.do(scheduling.prepare_sitting, county.ADMIN, county.NOW, county.sitting_plan(), county.ZONE, county.SEED)
    found = describe(prepared.drawing, prepared.drawn).exposure
    uses = Counter(item for picks in prepared.drawn.papers for _, item in picks)
    assert (found.largest, found.used) == (max(uses.values()), len(uses))
    assert found.mean == pytest.approx(15 / 10)
    assert found.lowest == 2  # two of each of three types, one on each of three papers


def test_a_fallback_is_named_with_its_paper_template_and_why(empty, county):
    empty.do(publishing.publish, county.ADMIN, county.NOW, (), [helped(county.PLAN)], [without_facts(county.DATASET)])
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(), county.ZONE, county.SEED)
    _, report = read(empty, county)
    assert [(found.number, found.template, found.why, found.count) for found in report.fallbacks] == [
        ("C1", "active", Why.FACTS, 1),
        ("C2", "active", Why.FACTS, 1),
    ]
    assert report.by_template() == [("active", Why.FACTS, 2)]
    assert report.by_group() == [("镇班子成员", Why.FACTS, 2, 2)]
    assert (report.general, report.local) == (2, 3)
    assert sum("代替本地题" in slot.chosen_by for slot in empty.paper("C1").slots) == 1


def test_what_the_expectations_rest_on_is_counted(empty, county):
    estimated = [replace(question, difficulty=Decimal("0.8")) for question in county.QUESTIONS if question.uid.startswith("tf")]
    empty.do(publishing.publish, county.ADMIN, county.NOW, estimated)
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(), county.ZONE, county.SEED)
    _, report = read(empty, county)
    assert report.bases == {Basis.STATISTICS: 0, Basis.SETTER: 2, Basis.ASSUMED: 9}  # ten general questions are used and one template


def test_questions_had_before_are_counted_once_nothing_else_is_left(world, county):
    for n in (2, 3):
        plan = replace(county.sitting_plan(), code=f"s{n}", opens_at=county.OPENS.replace(hour=10 + n), closes_at=county.OPENS.replace(hour=11 + n))
        world.do(scheduling.create_sitting, county.ADMIN, county.NOW, plan, county.ZONE, county.SEED)
    _, second = read(world, county, code="s2")
    _, third = read(world, county, code="s3")
    assert (second.seen, second.seen_papers) == (0, 0)
    assert (third.seen, third.seen_papers) == (15, 3)


def test_it_is_not_for_its_own_candidate_nor_for_other_roles(world, county):
    own = Actor("C1", {Role.ORGANISER: "/"}, cadre_number="C1")
    with pytest.raises(Forbidden):
        read(world, county, actor=own)
    with pytest.raises(Forbidden):
        read(world, county, actor=county.trainee())
    with pytest.raises(NotFound):
        read(world, county, code="none")


def test_papers_of_older_rules_are_told_so(world, county):
    def age(db):
        row = sittings.get_sitting(db, "s1")
        row.snapshot = json.dumps({"version": 1})

    world.do(age)
    with pytest.raises(QuizError, match="no_draw"):
        read(world, county)
