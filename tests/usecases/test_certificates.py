"""Certificates: who gets one, how long it holds, what ends it, and what anybody is told."""

import itertools
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from quiz.core.access import Actor, Role
from quiz.core.certificate import CertificateRule, Ending, Shown, Status
from quiz.core.correction import NewKey, Remedy
from quiz.core.counting import Counting
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.question import QuestionType
from quiz.core.saving import Save
from quiz.core.sitting import Release
from quiz.storage.engine import writing
from quiz.usecases import answering, certificates, corrected, correcting, results, scheduling, voiding
from quiz.usecases.correcting import Wish
from tests.usecases.test_make_ups import after, make_up, sat, sit  # noqa: F401 - a fixture

CHIEF = Actor("组考", {Role.ORGANISER: "/"})
DAY = date(2026, 12, 1)
RULE = CertificateRule("合格证书", Decimal(6), 12, DAY)


def issue(world, actor=CHIEF, rule=RULE, at=None, start=1):
    codes = (f"CODE{n:08}" for n in itertools.count(start))
    return world.do(
        lambda db: [(row.number, row.code, row.name) for row in certificates.issue(db, actor, "s1", rule, at or after(world), codes.__next__)]
    )


def status(world, code="CODE00000001", day=DAY, at=None):
    return world.do(certificates.check, code, at or after(world), day).status


def mine(world, county, number="C1"):
    return world.do(certificates.list_mine, county.trainee(number), after(world), DAY)


def code_of(action, *args, **kwargs):
    with pytest.raises(QuizError) as caught:
        action(*args, **kwargs)
    return caught.value.code


def test_who_reached_the_score_gets_one_and_only_one(sat, county):  # noqa: F811
    assert issue(sat) == [("KX2026-000001", "CODE00000001", "干部1")]
    assert code_of(issue, sat) == "nobody"
    (held,) = mine(sat, county)
    assert (held.shown.number, held.shown.title, held.shown.status, held.shown.valid_to) == (
        "KX2026-000001",
        "合格证书",
        Status.VALID,
        date(2027, 11, 30),
    )
    assert mine(sat, county, "C2") == []


def test_anybody_with_the_code_is_told_name_title_and_validity_and_nothing_else(sat):  # noqa: F811
    issue(sat)
    shown = sat.do(certificates.check, "code-0000 0001", after(sat), DAY)
    assert (shown.name, shown.title) == ("干部1", "合格证书")
    assert {field.name for field in fields(Shown)} == {"number", "name", "title", "valid_from", "valid_to", "status"}
    for wrong in ("", "CODE00000009", "KX2026-000001", "%"):
        assert sat.do(certificates.check, wrong, after(sat), DAY) is None


def test_it_begins_and_ends(sat):  # noqa: F811
    issue(sat)
    assert status(sat, day=date(2026, 11, 30)) is Status.NOT_YET
    assert status(sat, day=date(2027, 11, 30)) is Status.VALID
    assert status(sat, day=date(2027, 12, 1)) is Status.EXPIRED


def test_a_void_attempt_takes_it_back(sat, county):  # noqa: F811
    issue(sat)
    sat.do(voiding.void, CHIEF, "s1", "C1", "代考", after(sat))
    assert status(sat) is Status.WITHDRAWN
    assert [held.ending for held in mine(sat, county)] == [Ending.VOID]
    assert code_of(certificates.printable, mine(sat, county), "KX2026-000001") == "withdrawn"
    sat.do(voiding.restore, CHIEF, "s1", "C1", "查无此事", after(sat))
    assert status(sat) is Status.VALID


def test_a_correction_takes_it_back_and_gives_it_again(sat, county):  # noqa: F811
    issue(sat, rule=replace(RULE, least=Decimal(10)))
    uid = next(slot.question.uid for slot in sat.paper("C1").slots if slot.question.type is QuestionType.TRUE_FALSE)
    override = {"slot": next(slot.number for slot in sat.paper("C1").slots if slot.question.uid == uid)}
    sat.do(answering.override, CHIEF, "s1", "C1", override["slot"], Decimal(0), "答错", after(sat))
    assert status(sat) is Status.WITHDRAWN
    assert [held.ending for held in mine(sat, county)] == [Ending.SCORE]
    wish = Wish(uid, Remedy.FULL, None)
    seen = sat.do(correcting.preview, CHIEF, "s1", wish, after(sat))
    sat.do(correcting.apply, CHIEF, "s1", wish, "题目有误", after(sat), seen.fingerprint)
    assert status(sat) is Status.VALID
    assert (seen.effect.certificates_ended, seen.effect.certificates_restored) == (0, 1)


def test_a_preview_counts_the_certificates_that_would_end_and_the_notice_says_so(sat, county):  # noqa: F811
    """Above the pass mark a certificate may end without anybody failing; undoing the correction is foreseen to give it back."""
    issue(sat, rule=replace(RULE, least=Decimal(10)))
    asked = next(slot.question for slot in sat.paper("C1").slots if slot.question.type is QuestionType.TRUE_FALSE)
    other = next(option.id for option in asked.options if option.id not in asked.key)
    wish = Wish(asked.uid, Remedy.NEW_KEY, NewKey(choices=(frozenset({other}),)))
    seen = sat.do(correcting.preview, CHIEF, "s1", wish, after(sat))
    assert (seen.effect.certificates_ended, seen.effect.now_fail) == (1, 0)
    assert status(sat) is Status.VALID
    sat.do(correcting.apply, CHIEF, "s1", wish, "答案有误", after(sat), seen.fingerprint)
    assert status(sat) is Status.WITHDRAWN
    done = sat.do(corrected.read_done, CHIEF, "s1", 1, after(sat))
    assert "已发的证书中，1张因成绩不再达到条件而失效。" in [line.render() for line in corrected.notice_of(done, "某日").counts]
    undo = sat.do(correcting.preview, CHIEF, "s1", Wish(asked.uid, Remedy.ORIGINAL), after(sat))
    assert (undo.effect.certificates_ended, undo.effect.certificates_restored) == (0, 1)


def test_what_counts_of_a_make_up_earns_one(sat, county):  # noqa: F811
    issue(sat)
    opens = make_up(sat, county, counting=Counting.CAPPED)
    sit(sat, county, "C2", 7, opens)
    over = opens + timedelta(hours=3)
    assert issue(sat, at=over, start=2) == [("KX2026-000002", "CODE00000002", "干部2")]
    assert status(sat, "CODE00000002", at=over) is Status.VALID
    assert code_of(sat.do, certificates.read_certified, CHIEF, "m1", over, DAY) == "of_original"


def test_it_is_withdrawn_by_hand_for_good(sat, county):  # noqa: F811
    issue(sat)
    withdraw = (certificates.withdraw, CHIEF, "s1")
    assert code_of(sat.do, *withdraw, "KX2026-000001", " ", after(sat)) == "no_reason"
    assert code_of(sat.do, *withdraw, "KX2026-000009", "误发", after(sat)) == "not_found"
    sat.do(*withdraw, "KX2026-000001", "姓名有误", after(sat))
    assert code_of(sat.do, *withdraw, "KX2026-000001", "再来", after(sat)) == "already_withdrawn"
    assert status(sat) is Status.WITHDRAWN
    (held,) = mine(sat, county)
    assert (held.ending, held.certificate.end.reason) == (Ending.BY_HAND, "姓名有误")
    assert issue(sat, start=2) == [("KX2026-000002", "CODE00000002", "干部1")]  # in its place
    for statement in ("UPDATE certificate SET name = 'x'", "DELETE FROM certificate", "DELETE FROM certificate_end"):
        with pytest.raises(Exception, match="append-only"), writing(sat.engine) as db:
            db.execute(text(statement))


def test_nobody_withdraws_their_own(sat):  # noqa: F811
    issue(sat)
    with pytest.raises(Forbidden):
        sat.do(certificates.withdraw, Actor("干部1", {Role.ORGANISER: "/"}, cadre_number="C1"), "s1", "KX2026-000001", "不要", after(sat))


@pytest.mark.parametrize("parts", [{"least": Decimal("5.99")}, {"least": Decimal("10.01")}, {"months": 0}, {"months": 121}, {"title": " "}])
def test_a_rule_must_make_sense(sat, parts):  # noqa: F811
    assert code_of(issue, sat, rule=replace(RULE, **parts)) == "bad_rule"


def test_what_a_rule_may_ask_is_told_in_plain_numbers(sat):  # noqa: F811
    with pytest.raises(QuizError) as refused:
        issue(sat, rule=replace(RULE, least=Decimal("10.01")))
    assert refused.value.message.values == {"low": "6", "high": "10"}


def test_who_waits_for_a_judgement_waits_for_the_certificate(world):
    world.start("C2")
    blank = next(slot for slot in world.paper("C2").slots if slot.question.type is QuestionType.FILL_IN)
    right = [save if save.slot != blank.number else Save(blank.number, ["2025", "实行自治的办法"], save.seq) for save in world.right_answers("C2")]
    world.submit(right, "C2")
    found = world.do(certificates.read_certified, CHIEF, "s1", after(world), DAY)
    assert (found.ready, found.waiting) == (0, 1)
    assert code_of(issue, world) == "nobody"


def test_there_is_none_before_results_are_out(empty, county):
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(release=Release.MANUAL), county.ZONE, county.SEED)
    empty.start()
    empty.submit(empty.right_answers())
    assert code_of(issue, empty) == "not_out"
    empty.do(results.release, county.ADMIN, "s1", after(empty))
    assert len(issue(empty)) == 1


@pytest.mark.parametrize(
    "actor", [Actor("镇", {Role.ORGANISER: "/QL/T01/"}), *(Actor("别人", {role: "/"}) for role in Role if role is not Role.ORGANISER)]
)
def test_nobody_else_issues_or_withdraws(sat, actor):  # noqa: F811
    issue(sat)
    with pytest.raises(Forbidden):
        issue(sat, actor=actor)
    with pytest.raises(Forbidden):
        sat.do(certificates.withdraw, actor, "s1", "KX2026-000001", "误发", after(sat))


def test_who_manages_a_cadre_reads_their_certificates(sat, county):  # noqa: F811
    issue(sat)
    assert len(sat.do(certificates.list_of, Actor("镇", {Role.INSPECTOR: "/QL/T01/"}), "C1", after(sat), DAY)) == 1
    with pytest.raises(NotFound):
        sat.do(certificates.list_of, Actor("镇", {Role.INSPECTOR: "/QL/T02/"}), "C1", after(sat), DAY)
    with pytest.raises(Forbidden):
        sat.do(certificates.list_mine, replace(county.trainee("C1"), only_sitting="s1"), after(sat), DAY)
