"""Drawing without a database: the shipped county gets full papers by every shipped blueprint, alike posts the same mix, shares as the post says."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from quiz.assembly.local import Local, share_of
from quiz.banks.lint import lint_paths
from quiz.core.blueprint import USUAL_SHARES
from quiz.core.plan import SittingPlan
from quiz.core.question import Revision, base_uid
from quiz.core.roster import Group, PostKind, main_post
from quiz.core.template import TemplateRevision
from quiz.usecases import drawing, personal_part
from quiz.usecases.material import Material

SHIPPED = Path(__file__).parents[2] / "question_banks"
DAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, tzinfo=UTC)
SEED = b"s" * 32


@pytest.fixture(scope="module")
def shipped():
    return lint_paths([SHIPPED], ZoneInfo("Asia/Shanghai"))


def material_of(shipped, blueprint, forms=0):
    plan = SittingPlan("s", "测试", blueprint, Group(), NOW, NOW + timedelta(hours=2), "qinglan-2026h1", forms=forms)
    return Material(
        plan=plan,
        blueprint=next(found for found in shipped.blueprints if found.id == blueprint),
        blueprint_row=SimpleNamespace(digest="b"),
        dataset=shipped.profiles[0],
        dataset_row=SimpleNamespace(digest="d"),
        cadres=sorted(shipped.rosters[0].cadres, key=lambda cadre: (cadre.unit, cadre.number)),
        general=[Revision(1, "", question) for question in shipped.questions if question.is_valid_on(DAY)],
        templates=[TemplateRevision(1, "", template) for template in shipped.templates],
        day=DAY,
    )


def drawn_papers(material):
    prepared = drawing.prepare(material, SEED)
    assert [gap.why.render() for gap in prepared.gaps] == []
    drawn, gaps = drawing.choose(prepared, SEED)
    assert gaps == ()
    return prepared, drawn, drawing.papers(prepared, drawn, SEED)


@pytest.mark.parametrize("blueprint", ["cadre-general", "cadre-quick", "cadre-deep", "cadre-by-post"])
def test_every_cadre_of_the_shipped_county_gets_a_full_paper_by_every_shipped_blueprint(shipped, blueprint):
    material = material_of(shipped, blueprint)
    _, _, papers = drawn_papers(material)
    assert len(papers) == len(material.cadres)
    for paper in papers:
        assert sum(slot.max_mark for slot in paper.slots) == paper.total == 100
        uids = [slot.question.uid for slot in paper.slots]
        assert len(set(uids)) == len(uids)


def test_the_share_of_local_marks_follows_from_the_post(shipped):
    material = material_of(shipped, "cadre-by-post")
    prepared, _, papers = drawn_papers(material)
    percent = {share.post: share.percent for share in USUAL_SHARES}
    for cadre, part, paper in zip(material.cadres, prepared.parts, papers, strict=True):
        local = sum((slot.max_mark for slot in paper.slots if not slot.question.category.startswith("general")), Decimal(0))
        assert local <= percent[main_post(cadre, DAY).kind.value]
        assert local == sum((prepared.pool.places[cell].owner.each for cell, _ in part.picks), Decimal(0))
        stand_ins = [slot for slot in paper.slots if slot.chosen_by.startswith("代替本地题")]
        assert len(stand_ins) == sum(n for _, n in part.instead)


def test_alike_posts_are_asked_the_same_mix_of_templates(shipped):
    material = material_of(shipped, "cadre-by-post")
    prepared, _, _ = drawn_papers(material)
    mixes: dict[tuple, set] = {}
    for member, part in zip(prepared.members, prepared.parts, strict=True):
        if not part.missing:
            mix = tuple(sorted(Counter(base_uid(uid) for _, uid in part.picks).items()))
            mixes.setdefault((member.group, member.wanted), set()).add(mix)
    assert len(mixes) >= 8
    assert all(len(found) == 1 for found in mixes.values())


def test_a_template_whose_facts_are_missing_falls_back_to_a_general_question_and_is_listed(shipped):
    material = material_of(shipped, "cadre-by-post")
    places = [replace(place, facts={}) if place.code == "V0101" else place for place in material.dataset.places]
    _, _, before = drawn_papers(material)
    prepared, _, papers = drawn_papers(replace(material, dataset=replace(material.dataset, places=tuple(places))))
    hit = [n for n, part in enumerate(prepared.parts) if part.missing]
    assert hit
    for number in hit:
        kept, lost = before[number], papers[number]
        assert lost.total == kept.total == sum(slot.max_mark for slot in lost.slots)
        assert any(slot.chosen_by.startswith("代替本地题") for slot in lost.slots)


def test_household_questions_reach_only_their_helper(shipped):
    material = material_of(shipped, "cadre-by-post")
    _, _, papers = drawn_papers(material)
    helpers = {place.code: place.helpers for place in material.dataset.places}
    asked = [
        (cadre, slot)
        for cadre, paper in zip(material.cadres, papers, strict=True)
        for slot in paper.slots
        if slot.question.category.startswith("household")
    ]
    assert asked
    assert all(cadre.number in helpers[slot.question.uid.partition("@")[2]] for cadre, slot in asked)


@pytest.mark.parametrize("forms", [1, 3])
def test_holders_of_a_form_share_their_common_part_in_the_same_order(shipped, forms):
    _, _, papers = drawn_papers(material_of(shipped, "cadre-general", forms))
    common: dict[str, set] = {}
    for paper in papers:
        shared = [slot for slot in paper.slots if slot.question.category.startswith("general")]
        common.setdefault(paper.form, set()).add(tuple((slot.question.uid, tuple(o.id for o in slot.question.options)) for slot in shared))
    assert set(common) == set("ABC"[:forms])
    assert all(len(found) == 1 for found in common.values())
    assert len({paper.code for paper in papers}) == len(papers)


def test_a_post_begun_less_than_three_months_ago_is_a_new_one(shipped):
    material = material_of(shipped, "cadre-by-post")
    cadre = next(c for c in material.cadres if main_post(c, DAY) and main_post(c, DAY).kind is PostKind.FIRST_SECRETARY)
    fresh = replace(cadre, posts=(replace(main_post(cadre, DAY), from_on=date(2026, 8, 22)),))
    known = replace(cadre, posts=(replace(main_post(cadre, DAY), from_on=date(2026, 8, 21)),))
    assert share_of(material.blueprint, fresh, DAY) == 20
    assert share_of(material.blueprint, known, DAY) == 50


@pytest.mark.parametrize(
    ("usual", "fresh", "is_avoided"),
    [
        (Local(((3, "a@T01"),)), Local(((3, "b@T01"),)), True),
        (Local(((3, "a@T01"),)), Local((), ((3, 1),)), False),  # a general question would stand in
        (Local(((3, "a@T01"),), ((4, 1),)), Local(((4, "b@T01"),), short=((3, 1),)), False),  # as many, and a slot that nothing can fill
    ],
)
def test_what_somebody_had_is_kept_off_their_paper_only_where_that_takes_nothing_from_it(usual, fresh, is_avoided):
    had = {"C1": frozenset({"a@T01"})}
    material = SimpleNamespace(cadres=[SimpleNamespace(number="C1"), SimpleNamespace(number="C2")], had_local=had)
    assert personal_part._avoidable(material, [usual, usual], [fresh, fresh]) == (had if is_avoided else {})
