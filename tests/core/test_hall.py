"""Sites by units, tallies that add up, deadlines that stand still, and a clock that nobody can set."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quiz.core.hall import HallState, Tally, add_up
from quiz.core.site import Site, SiteMap, SitePlan, doubled, read_site_lines
from quiz.core.sitting import NO_EXTRA, Extra, Window, deadline_now
from quiz.core.steady import SteadyClock

NINE = datetime(2026, 12, 1, 1, tzinfo=UTC)
UNITS = {
    "/QL/": ("QL", "青岚县"),
    "/QL/T01/": ("T01", "柳溪镇"),
    "/QL/T01/V1/": ("V1", "柳坪村"),
    "/QL/T02/": ("T02", "石桥镇"),
    "/QL/D01/": ("D01", "县水利局"),
}


def test_units_sit_by_towns_and_departments_unless_a_plan_says_otherwise():
    sites = SiteMap({"/QL/T01/": "一中", "/QL/D01/": "一中", "/QL/T01/V1/": "村部"}, UNITS)
    assert [sites.of(path) for path in UNITS] == [
        Site("QL", "青岚县"),
        Site("一中", "一中"),
        Site("村部", "村部"),
        Site("T02", "石桥镇"),
        Site("一中", "一中"),
    ]
    assert SiteMap({}, UNITS).of("/QL/T01/V1/") == Site("T01", "柳溪镇")


@given(st.lists(st.sampled_from(["/QL/", "/QL/T01/", "/QL/T01/V1/", "/QL/T02/"]), unique=True))
def test_a_unit_sits_where_the_nearest_named_unit_above_it_does(named):
    sites = SiteMap({path: f"考点{path}" for path in named}, UNITS)
    for path in UNITS:
        nearest = max((start for start in named if path.startswith(start)), key=len, default="")
        assert sites.of(path).name == (f"考点{nearest}" if nearest else SiteMap({}, UNITS).of(path).name)


def test_sites_are_written_one_a_line():
    text = "第一中学：T01 T02\n\n党校: D01、D02，D03 \n"
    assert read_site_lines(text) == (SitePlan("第一中学", ("T01", "T02")), SitePlan("党校", ("D01", "D02", "D03")))
    assert doubled(["a", "b", "a", "a"]) == ["a"]


@pytest.mark.parametrize("line", ["第一中学", "：T01", "第一中学：", "长" * 41 + "：T01"])
def test_a_line_that_names_no_site_or_no_unit_is_refused(line):
    with pytest.raises(ValueError, match=line[:4]):
        read_site_lines(line)


tallies = st.builds(Tally, st.dictionaries(st.sampled_from(HallState), st.integers(0, 50)), *[st.integers(0, 9)] * 4)


@given(st.lists(tallies))
def test_tallies_add_up(parts):
    total = add_up(parts)
    assert total.expected == sum(part.expected for part in parts)
    assert total.arrived == sum(part.arrived for part in parts)
    assert total.troubled == sum(part.troubled for part in parts)
    assert (total.moved, total.late) == (sum(part.moved for part in parts), sum(part.late for part in parts))


def test_a_template_that_asks_a_tally_for_an_attribute_gets_the_attribute():
    with pytest.raises(KeyError):
        Tally({HallState.OFFLINE: 3})["troubled"]  # type: ignore[index]


seconds = st.integers(0, 10**6).map(lambda n: timedelta(seconds=n))


@given(seconds, seconds, seconds)
def test_while_a_clock_stands_still_what_is_left_stays_the_same(left, paused_after, passed):
    deadline, paused_at = NINE + left, NINE + paused_after
    at_pause = deadline_now(deadline, paused_at, paused_at) - paused_at
    assert deadline_now(deadline, paused_at, paused_at + passed) - (paused_at + passed) == at_pause
    assert deadline_now(deadline, None, paused_at) == deadline


def test_lost_seconds_move_the_end_and_not_the_minutes():
    window = Window(NINE, NINE + timedelta(hours=2), 60)
    assert window.with_extra(NO_EXTRA) == window
    more = window.with_extra(Extra(minutes=5, lost=10, seconds=33))
    assert (more.closes_at, more.minutes) == (NINE + timedelta(hours=2, minutes=15, seconds=33), 65)


class Machine:
    """A machine whose clock may be set and whose ticks may not."""

    def __init__(self):
        self.wall, self.ticks = NINE, 1000.0

    def pass_(self, seconds):
        self.wall += timedelta(seconds=seconds)
        self.ticks += seconds

    def clock(self):
        return SteadyClock(lambda: self.wall, lambda: self.ticks)


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(-10_000, 10_000))))
def test_a_steady_clock_counts_what_passed_whatever_the_machine_says(steps):
    machine = Machine()
    clock = machine.clock()
    for passed, set_by in steps:
        machine.pass_(passed)
        machine.wall += timedelta(seconds=set_by)
    assert clock() == NINE + timedelta(seconds=sum(passed for passed, _ in steps))
    assert clock.drift == timedelta(seconds=sum(set_by for _, set_by in steps))
    clock.follow()
    assert (clock(), clock.drift) == (machine.wall, timedelta())


def test_another_process_goes_on_by_the_same_time():
    machine = Machine()
    first = machine.clock()
    machine.pass_(60)
    at, ticks = first(), first.ticks
    machine.wall += timedelta(hours=1)
    machine.pass_(30)
    second = machine.clock()
    second.go_on(at, ticks)
    assert second() == first() == NINE + timedelta(seconds=90)
