"""Admission codes: what they open and what not, early, late, twice, void, another's; one device at a time; and what of them is stored."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import select, text

from quiz.core.access import Actor, Role
from quiz.core.admission import ALPHABET, LENGTH, clean_code, grouped
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.saving import Save
from quiz.storage import accounts as account_rows
from quiz.storage import rosters
from quiz.storage.engine import reading
from quiz.storage.tables import AccountRow, AdmissionRow, AuditRow, VisitRow
from quiz.usecases import admission, attempts, extending, handing_in, results, saving, scheduling
from quiz.usecases.admission import Refused
from quiz.usecases.saving import Knock

CHIEF = Actor("组考", {Role.ORGANISER: "/"})
KEY = "the installation's own key"
MINUTE = timedelta(minutes=1)


NUMBERS = count()


def numbered():
    """A new code, never the same again."""
    return f"CODE{next(NUMBERS):08}".replace("0", "A").replace("1", "B")


def issue(world, at=None, new=None, actor=CHIEF, **for_whom):
    """The codes by staff number, stored."""
    at = at or world.opens - 60 * MINUTE
    made = world.do(admission.make_slips, actor, "s1", at, new or numbered, **for_whom)
    world.do(admission.store_slips, actor, at, made, KEY)
    return {slip.number: slip.code for slip in made.slips}


def admit(world, code, token="t1", at=None, key=KEY):
    return world.do(admission.admit, code, key, token, at or world.opens)


def visitor(world, token="t1", at=None):
    return world.do(admission.visitor, token, at or world.opens)


@pytest.fixture
def codes(world):
    return issue(world)


def test_a_code_opens_its_own_paper_and_nothing_else(world, codes, county):
    assert admit(world, codes["C1"]).paper_code == world.code("C1")
    actor = visitor(world)
    with reading(world.engine) as db:
        assert db.scalar(select(VisitRow.sitting_id)) == db.scalar(select(AdmissionRow.sitting_id)) is not None
    assert (actor.name, actor.cadre_number, actor.only_sitting, set(actor.roles)) == ("干部1", "C1", "s1", {Role.TRAINEE})
    world.do(attempts.start, actor, world.code("C1"), world.opens)
    with pytest.raises(NotFound):
        world.do(attempts.start, actor, world.code("C2"), world.opens)
    with pytest.raises(Forbidden):
        world.do(results.read_sitting, actor, "s1", world.opens)


def test_other_sittings_and_their_results_do_not_exist(world, codes, county):
    from dataclasses import replace

    world.do(scheduling.create_sitting, county.ADMIN, county.NOW, replace(county.sitting_plan(), code="s2"), county.ZONE, county.SEED)
    with reading(world.engine) as db:
        other = next(item.seat.paper.code for item in attempts.list_mine(db, county.trainee("C1"), world.opens) if item.seat.sitting.code == "s2")
    world.do(attempts.start, county.trainee("C1"), other, world.opens)
    world.do(handing_in.submit, county.trainee("C1"), other, (), "dev", world.opens)
    admit(world, codes["C1"])
    actor = visitor(world)
    with reading(world.engine) as db:
        assert [item.seat.sitting.code for item in attempts.list_mine(db, actor, world.opens)] == ["s1"]
        for read in (attempts.get_mine, results.my_result, attempts.open_desk):
            with pytest.raises(NotFound):
                read(db, actor, other, world.opens)
    for write in (saving.save, saving.take_desk):
        more = (Save(1, [], 1), "dev") if write is saving.save else ("dev",)
        with pytest.raises(NotFound):
            world.do(write, actor, other, *more, world.opens)
    assert world.do(saving.save_for_all, [Knock("t1", other, [Save(1, [], 1)], "dev")], world.opens)[0].code == "not_found"


@pytest.mark.parametrize("typed", ["{0}", " {1} ", "{2}", "{3}"])
def test_a_code_may_be_typed_as_people_type(world, codes, typed):
    code = codes["C1"]
    wide = "".join(chr(ord(char) + 0xFEE0) for char in code)
    assert admit(world, typed.format(code, grouped(code), code.lower(), wide)).refused is None


@pytest.mark.parametrize("typed", ["", "AAAA", "A" * 12, "A" * 100_000, "'; DROP TABLE visit; --", "\0" * 12, "准考码准考码准考码准考码"])
def test_what_is_no_code_is_refused(world, codes, typed):
    assert admit(world, typed).refused is Refused.UNKNOWN


def test_another_installations_key_opens_nothing(world, codes):
    assert admit(world, codes["C1"], key="another key").refused is Refused.UNKNOWN


def test_early_in_time_and_late(world, codes, county):
    before = admit(world, codes["C1"], at=world.opens - 31 * MINUTE)
    assert (before.refused, before.opens_at) == (Refused.EARLY, world.opens - 30 * MINUTE)
    assert admit(world, codes["C1"], at=world.opens - 30 * MINUTE).refused is None
    assert admit(world, codes["C1"], "t2", world.opens + 120 * MINUTE).refused is None
    assert admit(world, codes["C1"], at=world.opens + 121 * MINUTE).refused is Refused.OVER


def test_whoever_was_given_time_may_still_come_in(world, codes):
    world.do(extending.extend, CHIEF, "s1", "C1", 30, "r", world.opens)
    assert admit(world, codes["C1"], at=world.opens + 145 * MINUTE).refused is None
    assert admit(world, codes["C2"], at=world.opens + 145 * MINUTE).refused is Refused.OVER


def test_a_visit_ends_with_the_sitting_whenever_that_is(world, codes):
    admit(world, codes["C1"])
    assert visitor(world, at=world.opens + 150 * MINUTE) is not None
    assert visitor(world, at=world.opens + 151 * MINUTE) is None
    world.do(extending.extend, CHIEF, "s1", "C2", 60, "r", world.opens)
    assert visitor(world, at=world.opens + 151 * MINUTE) is not None


def test_the_newer_device_takes_over_and_the_older_is_told(world, codes):
    admit(world, codes["C1"], "old")
    world.start("C1")
    admit(world, codes["C1"], "new")
    with pytest.raises(QuizError) as told:
        visitor(world, "old")
    assert told.value.code == "taken_over"
    assert visitor(world, "new").cadre_number == "C1"
    admit(world, codes["C2"], "other")
    assert visitor(world, "new") is not None


def test_after_submission_no_device_takes_over(world, codes):
    admit(world, codes["C1"], "old")
    world.start("C1")
    world.submit((), "C1")
    assert admit(world, codes["C1"], "new", world.opens + 31 * MINUTE).refused is Refused.SUBMITTED
    assert visitor(world, "old", world.opens + 31 * MINUTE) is not None


def test_a_paper_opened_again_is_entered_again(world, codes):
    world.start("C1")
    world.submit((), "C1")
    world.do(extending.reopen, CHIEF, "s1", "C1", 0, "误交", world.opens + 32 * MINUTE)
    assert admit(world, codes["C1"], at=world.opens + 33 * MINUTE).refused is None


def test_issuing_again_voids_the_old_code_and_leaves_those_at_work(world, codes):
    admit(world, codes["C1"])
    new = issue(world, at=world.opens, new=lambda: "ZZZZZZZZZZZZ", numbers=["C1"])
    assert admit(world, codes["C1"], "t2").refused is Refused.VOID
    assert visitor(world) is not None
    assert admit(world, new["C1"], "t3").refused is None
    with pytest.raises(QuizError):
        visitor(world)
    assert admit(world, codes["C2"], "t4").refused is None


def test_an_account_is_not_needed_and_a_closed_one_bars(world, codes, county):
    assert admit(world, codes["C2"]).refused is None
    with reading(world.engine) as db:
        cadre = rosters.cadre_rows(db, ["C1"])["C1"]
    account = AccountRow(login="c1", name="x", password_hash="", cadre_id=cadre.id, is_active=False, created_at=county.NOW)
    world.do(account_rows.save_account, account, [Role.TRAINEE])
    assert admit(world, codes["C1"], "t9").refused is Refused.UNKNOWN


def test_leaving_ends_the_visit_and_the_code_admits_again(world, codes):
    admit(world, codes["C1"])
    world.do(admission.leave, "t1")
    assert visitor(world) is None
    assert admit(world, codes["C1"], "t2").refused is None


def test_no_code_or_token_is_stored_and_every_use_is_audited(world, codes):
    admit(world, codes["C1"], "token")
    admit(world, codes["C1"], "token2")
    admit(world, codes["C2"], at=world.opens + 121 * MINUTE)
    with reading(world.engine) as db:
        stored = [*db.scalars(select(AdmissionRow.digest)), *db.scalars(select(VisitRow.token_digest))]
        rows = [(row.action, row.detail) for row in db.scalars(select(AuditRow).order_by(AuditRow.id))][-4:]
    plain = {hashlib.sha256(code.encode()).hexdigest() for code in codes.values()}
    assert all(len(digest) == 64 for digest in stored)
    assert not plain & set(stored)
    assert rows == [
        ("issue_codes", '{"codes":3,"voided":0}'),
        ("admit", '{"cadre":"C1","taken_over":false}'),
        ("admit", '{"cadre":"C1","taken_over":true}'),
        ("refuse_code", '{"cadre":"C2","why":"over"}'),
    ]
    assert not any(code in detail for code in codes.values() for _, detail in rows)


def test_who_may_issue_for_whom(world, codes):
    assert set(issue(world, actor=Actor("镇", {Role.ORGANISER: "/QL/T01/"}))) == {"C1", "C2"}
    assert set(issue(world, unit="T02")) == {"C3"}
    for actor in (Actor("督查", {Role.INSPECTOR: "/"}), Actor("考生", {Role.ORGANISER: "/"}, cadre_number="C1")):
        with pytest.raises(Forbidden):
            issue(world, actor=actor)
    refused = []
    for options in ({"at": world.opens + 131 * MINUTE}, {"numbers": ["C9"]}, {"unit": "T99"}):
        with pytest.raises(QuizError) as caught:
            issue(world, **options)
        refused.append(caught.value.code)
    assert refused == ["over", "no_paper", "nobody"]


def test_slips_that_were_not_stored_admit_nobody_and_void_nothing(world, codes):
    made = world.do(admission.make_slips, CHIEF, "s1", world.opens, lambda: "ZZZZZZZZZZZZ", numbers=["C1"])
    assert admit(world, made.slips[0].code).refused is Refused.UNKNOWN
    assert admit(world, codes["C1"]).refused is None


def test_slips_come_in_the_order_of_seats(world):
    made = world.do(admission.make_slips, CHIEF, "s1", world.opens, numbered)
    assert [slip.seat for slip in made.slips] == sorted((slip.seat for slip in made.slips), key=int)


def test_two_devices_at_once_leave_one(world, codes):
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(admit, world, codes["C1"], f"t{n}") for n in range(6)]
        assert all(job.result().refused is None for job in jobs)
    with reading(world.engine) as db:
        assert db.scalar(text("SELECT count(*) FROM visit WHERE replaced_at IS NULL")) == 1


def test_codes_are_random_enough_and_easy_to_read():
    assert len(ALPHABET) ** LENGTH >= 2**50
    assert not set("01OIL") & set(ALPHABET)
    assert clean_code(grouped("23456789ABCD")) == "23456789ABCD"
