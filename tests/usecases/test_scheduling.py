"""Scheduling: every cadre's paper is frozen before the window, or nothing is; the refusal carries the counts."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from quiz.assembly.papers import paper_code
from quiz.core.blueprint import Cell
from quiz.core.message import QuizError
from quiz.core.paper_text import paper_digest
from quiz.core.roster import Group
from quiz.core.seed import commitment, exam_key, paper_key, snapshot_digest
from quiz.storage import papers, sittings
from quiz.storage.engine import reading
from quiz.storage.new_papers import NewPaper, save_papers
from quiz.storage.papers import read_paper
from quiz.usecases import publishing, scheduling
from quiz.usecases.papers import papers_to_print
from tests.at_once import at_once


def test_everyone_has_a_frozen_paper_with_their_own_township(world, county):
    for number, town in (("C1", "镇1"), ("C2", "镇1"), ("C3", "镇2")):
        paper = world.paper(number)
        assert paper.total == Decimal(10)
        local = [slot for slot in paper.slots if slot.question.category.startswith("township")]
        assert [town in slot.question.stem for slot in local] == [True]
        assert "expired" not in {slot.question.uid for slot in paper.slots}


def test_papers_follow_from_the_seed_and_the_commitment_binds_it(world, county):
    with sittings_read(world) as db:
        row = sittings.get_sitting(db, "s1")
    bound = snapshot_digest(json.loads(row.snapshot))
    assert row.commitment == commitment(row.seed, bound)
    assert world.code("C1") == paper_code(paper_key(exam_key(row.seed, bound), "C1"))


def sittings_read(world):
    return reading(world.engine)


def test_a_bank_edited_later_never_reaches_a_frozen_paper(world, county):
    before = paper_digest(world.paper())
    world.do(publishing.publish, county.ADMIN, county.NOW, [replace(q, explanation="改了") for q in county.QUESTIONS if q.uid.startswith("single")])
    assert paper_digest(world.paper()) == before


def test_a_thin_bank_is_refused_with_cell_counts_and_cadres(empty, county):
    section = replace(county.PLAN.sections[1], cells=(Cell(6, areas=("water",)),))
    thin = replace(county.PLAN, id="thin", sections=(county.PLAN.sections[0], section))
    empty.do(publishing.publish, county.ADMIN, county.NOW, [], [thin])
    with pytest.raises(scheduling.SittingRefused) as refusal:
        empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, replace(county.sitting_plan(), blueprint="thin"), county.ZONE, county.SEED)
    (line,) = [line.render() for line in refusal.value.lines()]
    assert "需要6题，只有2题，缺4题" in line
    assert "饮水安全" in line
    assert "影响3人" in line
    with sittings_read(empty) as db:
        assert sittings.list_sittings(db) == []


def test_a_cadre_without_local_questions_is_named(empty, county):
    no_data = replace(county.sitting_plan(), profile="")
    seen = empty.do(scheduling.forecast, county.ADMIN, county.NOW, no_data, county.ZONE)
    assert seen.candidates == 3
    (gap,) = seen.refusal.gaps
    assert "需要1题，只有0题" in gap.why.render()
    assert len(gap.numbers) == 3


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"blueprint": "none"}, "unknown_blueprint"),
        ({"profile": "none"}, "unknown_profile"),
        ({"group": Group(cadres=("C77",))}, "nobody"),
        ({"minutes": 0}, "bad_window"),
        ({"closes_at": None}, "bad_window"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(empty, county, parts, code):
    if "closes_at" in parts:
        parts = {"closes_at": county.OPENS - timedelta(seconds=1)}
    with pytest.raises(QuizError, match=code):
        empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, replace(county.sitting_plan(), **parts), county.ZONE, county.SEED)


def test_a_code_is_used_once(world, county):
    with pytest.raises(QuizError, match="sitting_exists"):
        world.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(), county.ZONE, county.SEED)


def test_the_group_is_taken_by_unit_and_everything_below(empty, county):
    plan = replace(county.sitting_plan(), group=Group(units=("T01",)))
    assert empty.do(scheduling.forecast, county.ADMIN, county.NOW, plan, county.ZONE).candidates == 2


def test_stored_paper_and_its_digest_agree(world, county):
    with sittings_read(world) as db:
        seat = sittings.seats_of_cadre(db, "C1")[0]
        paper = papers.read_paper(seat.paper)
    assert seat.paper.digest == hashlib.sha256(seat.paper.content.encode()).hexdigest() == paper_digest(paper)


def test_papers_are_handed_to_print_in_the_order_of_seats(empty, county):
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(forms=2), county.ZONE, county.SEED)
    found = empty.do(papers_to_print, county.ADMIN, "s1", county.NOW)
    assert [(candidate.seat, paper.form) for paper, candidate in found] == [("1", "A"), ("2", "B"), ("3", "A")]

    def reissue(db):
        seat = next(seat for seat in sittings.seats_of_sitting(db, sittings.get_sitting(db, "s1")) if seat.cadre.number == "C1")
        again = replace(read_paper(seat.paper), code="AAAAA-AAAAA")
        save_papers(db, seat.sitting, [NewPaper(seat.cadre, "", again, number=2)])

    empty.do(reissue)
    found = empty.do(papers_to_print, county.ADMIN, "s1", county.NOW)
    assert [(candidate.number, candidate.seat) for _, candidate in found] == [("C2", "2"), ("C3", "3"), ("C1", "")]


def test_what_was_made_is_told_paper_by_paper(empty, county):
    told = []
    prepare = scheduling.prepare_sitting
    empty.do(prepare, county.ADMIN, county.NOW, county.sitting_plan(), county.ZONE, county.SEED, lambda made, total: told.append((made, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_of_those_who_store_one_sitting_at_once_all_but_the_first_are_told(empty, county):
    prepare = (scheduling.prepare_sitting, county.ADMIN, county.NOW, county.sitting_plan(), county.ZONE, county.SEED)
    prepared = [empty.do(*prepare) for _ in range(4)]

    def store(number):
        try:
            return empty.do(lambda db: scheduling.store_sitting(db, county.ADMIN, county.NOW, prepared[number]).code)
        except QuizError as error:
            return error.code

    assert sorted(at_once(store, 4)) == ["s1", *["sitting_exists"] * 3]
