"""Who has left: people are never deleted, their posts end. They are asked to nothing more, and their record stays."""

from datetime import date, timedelta

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
        return empty.do(make_ups.offer, county.ADMIN, "s1", later).counts

    def to_learn():
        return [one.person.number for one in empty.do(retraining.read_unit, county.ADMIN, "T01", later).duties]

    assert (counts()[MakeUpFor.ABSENT], to_learn()) == (3, ["C1", "C2"])
    leave(empty, county, later)
    assert (counts()[MakeUpFor.ABSENT], to_learn()) == (2, ["C1"])
    assert [entry.sitting for entry in empty.do(cadre_record.read_record, county.ADMIN, "C2", later).entries] == ["s1"]
