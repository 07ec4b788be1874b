"""A question that proves wrong in one sitting: in which others it stands, for whoever may know of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from quiz.core.access import Actor, Role
from quiz.core.correction import Remedy
from quiz.core.roster import Group
from quiz.core.sitting import Phase, Release
from quiz.storage import questions_asked, sittings
from quiz.storage.engine import reading
from quiz.usecases import amending, asked, correcting, scheduling
from quiz.usecases.correcting import Wish

AFTER = timedelta(hours=3)
LATER = timedelta(days=7)
CODES = ("s1", "s2", "s3")


@pytest.fixture
def asked_twice(empty, county):
    """s1 is over; s2, a week later, asks C1 and C2 the same questions; s3 asks C3 alone, whose unit is another."""
    plan = replace(county.sitting_plan(release=Release.MANUAL), forms=1)
    opens = plan.opens_at
    for days, code, group in ((0, "s1", Group()), (7, "s2", Group(cadres=("C1", "C2"))), (14, "s3", Group(cadres=("C3",)))):
        starts = opens + timedelta(days=days)
        one = replace(plan, code=code, title=f"第{code}场", group=group, opens_at=starts, closes_at=starts + timedelta(hours=2))
        empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, one, county.ZONE, county.SEED)
    return empty


def uid_of(world):
    """A general question that all three sittings drew."""
    with reading(world.engine) as db:
        drawn = [{one.uid for one in questions_asked.list_asked(db, sittings.get_sitting(db, code)) if not one.is_template} for code in CODES]
    return min(set.intersection(*drawn))


def elsewhere(world, county, actor=None, code="s1", at=None):
    view = world.do(asked.read_asked, actor or county.ADMIN, code, uid_of(world), at or county.OPENS + AFTER)
    return {one.code: one for one in view.elsewhere}


def test_other_sittings_with_the_question_are_told_with_where_they_stand(asked_twice, county):
    found = elsewhere(asked_twice, county)
    assert list(found) == ["s3", "s2"], "the latest first"
    two = found["s2"]
    assert (two.title, two.phase, two.papers, two.remedy, two.may_correct) == ("第s2场", Phase.SCHEDULED, 2, None, False)
    assert two.describe().render() == "考试“第s2场”（s2，未开始）也有这道题：2份试卷，按卷面答案。"
    late = elsewhere(asked_twice, county, at=county.OPENS + LATER + AFTER)
    assert (late["s2"].phase, late["s2"].may_correct, late["s3"].phase) == (Phase.CLOSED, True, Phase.SCHEDULED)


def test_what_was_corrected_or_replaced_there_is_told(asked_twice, county):
    uid = uid_of(asked_twice)
    at = county.OPENS + LATER + AFTER
    asked_twice.do(correcting.apply, county.ADMIN, "s2", Wish(uid, Remedy.FULL), "答案有误", at)
    assert elsewhere(asked_twice, county, at=at)["s2"].remedy is Remedy.FULL
    assert elsewhere(asked_twice, county, code="s2", at=at).keys() == {"s1", "s3"}
    asked_twice.do(correcting.apply, county.ADMIN, "s2", Wish(uid, Remedy.ORIGINAL), "查明无误", at)
    assert elsewhere(asked_twice, county, at=at)["s2"].remedy is None
    asked_twice.do(amending.replace_question, county.ADMIN, county.OPENS + AFTER, "s3", uid, "题目有误")
    assert "s3" not in elsewhere(asked_twice, county), "no paper that holds has it any more"


def test_nobody_learns_what_they_will_be_asked_or_what_others_hold(asked_twice, county):
    """C3 will sit s3; an organiser of C1's and C2's township knows nothing of a sitting of C3 alone, and may not correct that of all three."""

    def seen_by(actor):
        return {code: one.may_correct for code, one in elsewhere(asked_twice, county, actor, "s2", county.OPENS + LATER + AFTER).items()}

    assert seen_by(Actor("free", {Role.ORGANISER: "/"})) == {"s3": False, "s1": True}
    assert seen_by(Actor("sat s1, will sit s3", {Role.ORGANISER: "/"}, cadre_number="C3")) == {}
    assert seen_by(Actor("of a township", {Role.ORGANISER: "/QL/T01/"})) == {"s1": False}
