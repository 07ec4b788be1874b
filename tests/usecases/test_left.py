"""Who has left: people are never deleted, their posts end. They are asked to nothing more, and their record stays."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from quiz.core.counting import MakeUpFor
from quiz.core.message import QuizError
from quiz.core.roster import Cadre, Group, Post, PostKind, Roster
from quiz.core.sample import By
from quiz.core.sitting import Release
from quiz.storage import sittings
from quiz.storage.engine import reading
from quiz.usecases import cadre_record, make_ups, retraining, rosters, sampling, scheduling
from quiz.usecases.sampling import Wish

DAY = date(2026, 11, 22)
BEGAN = date(2024, 1, 1)


def post(to_on=None, from_on=BEGAN, kind=PostKind.TOWNSHIP_LEADER, place="T01"):
    return Post(kind, place, from_on, to_on)


def cadre(*posts, number="C2"):
    return Cadre(number, "干部2", "T01", ("帮扶干部",), posts)


@pytest.mark.parametrize(
    ("posts", "is_gone"),
    [
        ((), False),
        ((post(),), False),
        ((post(DAY),), False),  # the last day counts
        ((post(DAY - timedelta(days=1)),), True),
        ((post(DAY - timedelta(days=1)), post(kind=PostKind.CONTACT)), False),
        ((post(DAY - timedelta(days=1)), post(from_on=DAY + timedelta(days=9))), False),  # between two posts
        ((post(DAY - timedelta(days=1)), post(date(2025, 1, 1), kind=PostKind.CONTACT)), True),
    ],
)
def test_who_has_left(posts, is_gone):
    assert cadre(*posts).has_left(DAY) is is_gone
    codes = frozenset({"QL", "T01"})
    assert Group().includes(cadre(*posts), codes, DAY) is not is_gone
    assert Group(units=("T01",), groups=("帮扶干部",)).includes(cadre(*posts), codes, DAY) is not is_gone
    assert Group(cadres=("C2",)).includes(cadre(*posts), codes, DAY)  # by name, on purpose


def leave(world, county, at):
    """C2's only post ends the day before `at`."""
    world.do(rosters.load_roster, county.ADMIN, at, Roster((), (cadre(post(at.date() - timedelta(days=1))),)))


def test_who_has_left_is_asked_to_no_sitting_and_drawn_into_no_sample(empty, county):
    leave(empty, county, county.OPENS)
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(), county.ZONE, county.SEED)
    with reading(empty.engine) as db:
        asked = [seat.cadre.number for seat in sittings.seats_of_sitting(db, sittings.get_sitting(db, "s1"))]
    assert asked == ["C1", "C3"]
    wish = Wish("a", "抽考", Group(), By.UNIT, 2, "来源")
    empty.do(sampling.freeze_sample, county.ADMIN, county.NOW, county.OPENS.date(), wish)
    found = empty.do(sampling.read_sample, county.ADMIN, "a").frame
    assert [stratum.numbers for stratum in found.strata] == [("C1",), ("C3",)]
    with pytest.raises(QuizError, match="sample_size"):
        empty.do(sampling.freeze_sample, county.ADMIN, county.NOW, county.OPENS.date(), Wish("b", "抽考", Group(), By.UNIT, 3, "来源"))


def test_who_left_after_a_sitting_is_asked_to_no_make_up_and_stands_on_no_list_but_keeps_the_record(empty, county):
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(release=Release.ON_CLOSE), county.ZONE, county.SEED)
    later = county.OPENS + timedelta(days=3)

    def counts():
        return empty.do(make_ups.offer, county.ADMIN, "s1", later, county.ZONE).counts

    def to_learn():
        return [one.person.number for one in empty.do(retraining.read_unit, county.ADMIN, "T01", later, county.ZONE).duties]

    assert (counts()[MakeUpFor.ABSENT], to_learn()) == (3, ["C1", "C2"])
    leave(empty, county, later)
    assert (counts()[MakeUpFor.ABSENT], to_learn()) == (2, ["C1"])
    assert [entry.sitting for entry in empty.do(cadre_record.read_record, county.ADMIN, "C2", later).entries] == ["s1"]


def test_who_has_left_is_counted_in_no_unit_that_a_sitting_could_be_planned_for(empty, county):
    def counted():
        planned = empty.do(scheduling.plan_choices, county.ADMIN, county.OPENS.date())
        listed = empty.do(retraining.list_units, county.ADMIN, county.OPENS.date())
        assert listed == planned.units
        return {unit.code: count for unit, count in listed}

    before = counted()
    leave(empty, county, county.OPENS)
    assert counted() == {**before, "T01": before["T01"] - 1, "QL": before["QL"] - 1}


def test_the_last_day_ends_with_the_countys_day(empty, county):
    """At one in the morning it is still the day before in UTC."""
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(release=Release.ON_CLOSE), county.ZONE, county.SEED)
    last = county.OPENS.date() + timedelta(days=3)
    empty.do(rosters.load_roster, county.ADMIN, county.OPENS, Roster((), (cadre(post(last)),)))
    late, early = (datetime.combine(last + timedelta(days=more), time(hour), county.ZONE).astimezone(UTC) for more, hour in ((0, 23), (1, 1)))
    assert late.date() == early.date() == last
    for at, numbers in ((late, ["C1", "C2"]), (early, ["C1"])):
        found = empty.do(retraining.read_unit, county.ADMIN, "T01", at, county.ZONE)
        assert [one.person.number for one in found.duties] == numbers
        assert empty.do(make_ups.offer, county.ADMIN, "s1", at, county.ZONE).counts[MakeUpFor.ABSENT] == len(numbers) + 1
