"""Samples: frozen before the seed, drawn once, verified by anybody, and sat by those who were drawn."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import text

from quiz.core.access import Actor, Role
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.roster import Cadre, Group, Post, PostKind, Roster
from quiz.core.sample import By, draw_sample, verify_sample
from quiz.storage import sittings
from quiz.storage.engine import reading, writing
from quiz.usecases import rosters, sampling, scheduling, verifying
from quiz.usecases.sampling import Wish
from tests.at_once import at_once

SEED = "03 07 12 18 25 31 + 09"
TOWN = Actor("镇组考", {Role.ORGANISER: "/QL/T01/"})


@pytest.fixture
def large(empty, county):
    """The county with twenty more people in the first town and ten in the second."""

    def cadre(number, unit, kind):
        return Cadre(number, f"干部{number}", unit, posts=(Post(kind, unit, county.NOW.date().replace(year=2024)),))

    more = [cadre(f"A{n:02}", "T01", PostKind.TOWNSHIP_STAFF) for n in range(20)] + [
        cadre(f"B{n:02}", "T02", PostKind.TEAM_MEMBER) for n in range(10)
    ]
    empty.do(rosters.load_roster, county.ADMIN, county.NOW, Roster((), tuple(more)))
    return empty


def wish(**parts):
    return Wish(**{"code": "audit-1", "title": "抽考", "group": Group(), "by": By.UNIT, "take": 6, "source": "双色球第2026138期开奖号码", **parts})


def freeze(world, county, actor=None, **parts):
    return world.do(sampling.freeze_sample, actor or county.ADMIN, county.NOW, county.NOW.date(), wish(**parts))


def draw(world, county, seed=SEED, actor=None):
    return world.do(sampling.draw, actor or county.ADMIN, "audit-1", seed, county.NOW)


def code_of(action, *args, **kwargs):
    with pytest.raises(QuizError) as caught:
        action(*args, **kwargs)
    return caught.value.code


def test_the_frame_is_there_before_the_seed_and_the_draw_follows_from_both(large, county):
    freeze(large, county)
    before = large.do(sampling.read_sample, county.ADMIN, "audit-1")
    assert [(one.name, len(one.numbers), one.take) for one in before.frame.strata] == [("镇1", 22, 4), ("镇2", 11, 2)]
    assert (before.drawn, before.people) == (None, ())
    assert code_of(large.do, sampling.make_proof, county.ADMIN, "audit-1") == "not_drawn"
    draw(large, county)
    after = large.do(sampling.read_sample, county.ADMIN, "audit-1")
    assert after.frame == before.frame
    assert tuple(number for number, _, _ in after.people) == draw_sample(before.frame, SEED)
    assert large.do(sampling.verify, county.ADMIN, "audit-1") == (before.frame, ())
    proof = json.loads(json.dumps(large.do(sampling.make_proof, county.ADMIN, "audit-1")))
    assert verify_sample(proof) == (before.frame, ())
    assert "干部" not in json.dumps(proof, ensure_ascii=False)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (By.POST, [("team_member", 10, 2), ("township_leader", 3, 1), ("township_staff", 20, 3)]),
        (By.NOTHING, [("", 33, 6)]),
    ],
)
def test_people_are_sorted_by_post_or_not_at_all(large, county, by, expected):
    freeze(large, county, by=by)
    frame = large.do(sampling.read_sample, county.ADMIN, "audit-1").frame
    assert [(one.code, len(one.numbers), one.take) for one in frame.strata] == expected


def test_of_those_who_freeze_one_at_once_all_but_the_first_are_told(large, county):
    def try_it(_number):
        try:
            return freeze(large, county).code
        except QuizError as error:
            return error.code

    assert sorted(at_once(try_it)) == ["audit-1", *["sample_exists"] * 19]


def test_it_is_drawn_once_and_never_changed(large, county):
    freeze(large, county)
    assert code_of(freeze, large, county) == "sample_exists"
    assert code_of(draw, large, county, "  ") == "no_seed"
    draw(large, county)
    assert code_of(draw, large, county, "another") == "already_drawn"
    for statement in ("UPDATE sample_draw SET seed = 'x'", "DELETE FROM sample_draw", "UPDATE sample SET frame = 'x'", "DELETE FROM sample"):
        with pytest.raises(Exception, match="append-only"), writing(large.engine) as db:
            db.execute(text(statement))


@pytest.mark.parametrize(("table", "statement"), [("sample_draw", "UPDATE sample_draw SET seed = '1'"), ("sample", "UPDATE sample SET digest = '0'")])
def test_what_was_changed_behind_our_back_is_found(large, county, table, statement):
    freeze(large, county)
    draw(large, county)
    with writing(large.engine) as db:
        on = "" if db.get_bind().dialect.name == "sqlite" else f" ON {table}"
        db.execute(text(f"DROP TRIGGER {table}_no_update{on}"))
        db.execute(text(statement))
    assert len(large.do(sampling.verify, county.ADMIN, "audit-1")[1]) == 1


@pytest.mark.parametrize(
    ("parts", "code"),
    [({"take": 34}, "sample_size"), ({"take": 1}, "sample_size"), ({"source": " "}, "no_source"), ({"group": Group(cadres=("X",))}, "nobody")],
)
def test_what_cannot_be_drawn_is_refused(large, county, parts, code):
    assert code_of(freeze, large, county, **parts) == code


def test_a_town_draws_among_its_own_and_reads_no_others(large, county):
    freeze(large, county, actor=TOWN, take=3)
    assert large.do(sampling.read_sample, TOWN, "audit-1").frame.people == 22
    freeze(large, county, code="county")
    assert [one.row.code for one in large.do(sampling.list_readable, TOWN)] == ["audit-1"]
    for action in (sampling.read_sample, sampling.make_proof, sampling.drawn_people, sampling.verify):
        with pytest.raises(Forbidden):
            large.do(action, TOWN, "county")
        with pytest.raises(NotFound):
            large.do(action, TOWN, "none")
    with pytest.raises(Forbidden):
        large.do(sampling.draw, TOWN, "county", SEED, county.NOW)


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.MARKER, Role.SETTER, Role.INSPECTOR])
def test_who_may_not_plan_draws_nothing(large, county, role):
    other = Actor("别人", {role: "/"})
    freeze(large, county)
    with pytest.raises(Forbidden):
        freeze(large, county, actor=other, code="x")
    with pytest.raises(Forbidden):
        draw(large, county, actor=other)
    if role is not Role.INSPECTOR:
        with pytest.raises(Forbidden):
            large.do(sampling.list_readable, other)


def test_the_sample_sits(large, county):
    freeze(large, county)
    plan = replace(county.sitting_plan(), sample="audit-1")
    assert code_of(large.do, scheduling.create_sitting, county.ADMIN, county.NOW, plan, county.ZONE, county.SEED) == "not_drawn"
    draw(large, county)
    large.do(scheduling.create_sitting, county.ADMIN, county.NOW, plan, county.ZONE, county.SEED)
    with reading(large.engine) as db:
        row = sittings.get_sitting(db, "s1")
        sat = [seat.cadre.number for seat in sittings.seats_of_sitting(db, row)]
        assert row.sample == "audit-1"
    frame = large.do(sampling.read_sample, county.ADMIN, "audit-1").frame
    assert tuple(sorted(sat)) == draw_sample(frame, SEED)
    assert large.do(verifying.verify, county.ADMIN, "s1").is_proven
    nobody = replace(plan, code="s2", group=Group(cadres=("C9",)))
    assert code_of(large.do, scheduling.create_sitting, county.ADMIN, county.NOW, nobody, county.ZONE, county.SEED) == "nobody"
