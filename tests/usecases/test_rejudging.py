"""Judging again: the newest verdict counts for everyone who wrote the text, the old one stays, and two markers are not overruled by one of them."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from quiz.core.access import Actor, Role
from quiz.core.correction import Remedy
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.storage import gradings, sittings
from quiz.storage.engine import reading
from quiz.storage.tables import DecisionRow, GradingRow
from quiz.usecases import correcting, mark_history, rejudging, results
from quiz.usecases.correcting import Wish
from tests.usecases.test_marking import AFTER, ANNA, BELA, CARA, DORA, double, judge, score, short_sitting, single, sit, take  # noqa: F401


def decided(world, county, actor=ANNA, uid="short-0", blank=0):
    return world.do(rejudging.read_decided, actor, "s1", uid, blank, county.OPENS + AFTER)


def again(world, county, item, share=None, comment="看漏了一点", points=(), actor=ANNA):
    share = None if share is None else Fraction(share)
    points = [Decimal(mark) for mark in points]
    at = county.OPENS + AFTER + timedelta(minutes=1)
    return world.do(rejudging.judge_again, actor, "s1", item.text.uid, item.text.blank, item.text.digest, share, comment, at, points)


def refused(action, *args, **kwargs):
    with pytest.raises(QuizError) as caught:
        action(*args, **kwargs)
    return caught.value.code


def rows(world, table):
    with reading(world.engine) as db:
        return db.query(table).count()


def test_the_newest_verdict_counts_and_everyone_who_wrote_it_is_told(single, county):  # noqa: F811
    """C1 and C3 wrote the same: 2 of 5 marks become 4, beside a right choice (4) and a blank of two (0.5 and 0.5)."""
    (item,) = take(single, county, ANNA)
    judge(single, county, ANNA, item, points=("2", "0"))
    before = score(single, "C1")[0]
    assert before == score(single, "C3")[0]
    (found,) = decided(single, county).items
    assert (found.mark, len(found.text.attempts), found.times, found.refusal) == (2, 2, 1, "")
    assert again(single, county, found, points=("2", "2")) == 2
    assert score(single, "C1")[0] == before + 2 == score(single, "C3")[0]
    (found,) = decided(single, county).items
    assert (found.mark, found.times) == (4, 2)
    single.do(results.release, county.ADMIN, "s1", county.OPENS + AFTER)
    result = single.do(results.read_result, county.ADMIN, "s1", "C1", county.OPENS + AFTER)
    (told,) = single.do(mark_history.history_of, result).changes
    assert told.name.render() == "阅卷人改判"
    assert "看漏了一点" in told.reason
    assert [(one.before, one.after) for one in told.touched] == [(2, 4)]
    assert again(single, county, found, points=("2", "0"), comment="复核后恢复") == 2
    assert score(single, "C1")[0] == before
    with reading(single.engine) as db:
        attempt = sittings.seats_of_cadre(db, "C1")[0].attempt
        assert [one.score for one in gradings.list_gradings(db, attempt)][-3:] == [before, before + 2, before]


def test_the_same_sent_twice_is_one_and_what_is_no_change_is_told(single, county):  # noqa: F811
    (item,) = take(single, county, ANNA)
    judge(single, county, ANNA, item, points=("2", "0"))
    (found,) = decided(single, county).items
    again(single, county, found, points=("2", "2"))
    count = rows(single, GradingRow), rows(single, DecisionRow)
    assert again(single, county, found, points=("2", "2")) == 2
    assert (rows(single, GradingRow), rows(single, DecisionRow)) == count
    assert refused(again, single, county, found, points=("2", "2"), comment="别的话") == "same_mark"
    assert refused(again, single, county, found, points=("2", "1"), comment=" ") == "no_reason"
    assert refused(again, single, county, found, points=("2", "9")) == "bad_points"
    assert refused(again, single, county, found) == "bad_share"


def test_a_blank_turns_from_wrong_to_right_and_back(empty, county):
    world = short_sitting(empty, county)
    for number in ("C1", "C2"):
        sit(world, number, "核实收入", blank="自治吧")
    uid = next(slot.question.uid for slot in world.paper("C1").slots if slot.question.blanks)
    (item,) = take(world, county, ANNA, uid, 1)
    judge(world, county, ANNA, item, 0, uid=uid)
    low = score(world, "C2")[0]
    (found,) = decided(world, county, uid=uid, blank=1).items
    assert again(world, county, found, 1) == 2
    assert score(world, "C2")[0] == low + Decimal("0.5") == score(world, "C1")[0]
    assert refused(again, world, county, decided(world, county, uid=uid, blank=1).items[0], Fraction(1, 2)) == "bad_share"


def test_where_two_marked_a_third_decides_once(double, county):  # noqa: F811
    """Anna and Bela agreed on 1; neither changes that alone; Cara's 4 counts, and nobody decides a fourth time."""
    for marker, mark in ((ANNA, "1"), (BELA, "1")):
        (item,) = take(double, county, marker)
        judge(double, county, marker, item, points=(mark, "0"))
    (found,) = decided(double, county, ANNA).items
    assert found.refusal
    for marker in (ANNA, BELA):
        assert refused(again, double, county, found, points=("2", "2"), actor=marker) == "not_again"
    before = score(double, "C1")[0]
    assert again(double, county, found, points=("2", "2"), actor=CARA) == 2
    assert score(double, "C1")[0] == before + 3
    assert refused(again, double, county, found, points=("0", "0"), actor=DORA) == "not_again"


def test_nobody_sees_or_changes_what_they_wrote_and_nobody_else_comes_here(single, county):  # noqa: F811
    (item,) = take(single, county, ANNA)
    judge(single, county, ANNA, item, points=("2", "0"))
    (found,) = decided(single, county).items
    writer = Actor("阅卷九", {Role.MARKER: "/", Role.TRAINEE: "/"}, account_id=9, cadre_number="C1")
    assert decided(single, county, writer).items == []
    with pytest.raises(NotFound):
        again(single, county, found, points=("2", "3"), actor=writer)
    for actor in (county.trainee("C1"), Actor("督查", {Role.INSPECTOR: "/"}), Actor("乡镇阅卷", {Role.MARKER: "/T01/"})):
        with pytest.raises((Forbidden, NotFound)):
            decided(single, county, actor)
    for uid, blank in (("none", 0), ("short-0", 1), ("single-0", 0)):
        with pytest.raises(NotFound):
            decided(single, county, uid=uid, blank=blank)


def test_what_a_correction_settles_is_not_judged_again(single, county):  # noqa: F811
    (item,) = take(single, county, ANNA)
    judge(single, county, ANNA, item, points=("2", "0"))
    (found,) = decided(single, county).items
    single.do(correcting.apply, county.ADMIN, "s1", Wish("short-0", Remedy.FULL), "题目有误", county.OPENS + AFTER)
    assert decided(single, county).items == []
    with pytest.raises(NotFound):
        again(single, county, found, points=("2", "3"))
    single.do(correcting.apply, county.ADMIN, "s1", Wish("short-0", Remedy.ORIGINAL), "恢复", county.OPENS + AFTER)
    assert again(single, county, decided(single, county).items[0], points=("2", "3")) == 2
