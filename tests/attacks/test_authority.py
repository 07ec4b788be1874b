"""Attacks 26 and 27: a role that holds for one town is used on the county; who sits, authors or marks looks where the key or a name would stand."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from quiz.core.access import Actor, Role
from quiz.core.message import Forbidden
from quiz.core.roster import Cadre, Roster, Unit, UnitKind
from quiz.core.sitting import Release
from quiz.storage import rosters as rows
from quiz.usecases import backups, marking, publishing, results, rosters, scheduling


def of_town(role, unit="/QL/T01/"):
    return Actor("镇上的人", {role: unit})


def test_a_towns_organiser_releases_no_results_of_the_county(empty, county):
    plan = replace(county.sitting_plan(release=Release.MANUAL), code="manual")
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, plan, county.ZONE, county.SEED)
    over = county.OPENS + timedelta(hours=3)
    with pytest.raises(Forbidden):
        empty.do(results.release, of_town(Role.ORGANISER), "manual", over)
    assert empty.do(results.release, county.ADMIN, "manual", over).released_at == over


def test_a_towns_organiser_releases_what_is_all_its_own(empty, county):
    town = of_town(Role.ORGANISER)
    plan = replace(county.sitting_plan(release=Release.MANUAL), code="town")
    empty.do(scheduling.create_sitting, town, county.NOW, plan, county.ZONE, county.SEED)
    assert empty.do(results.release, town, "town", county.OPENS + timedelta(hours=3)).released_at is not None


def test_a_towns_marker_decides_nothing_for_the_county(world, county):
    marker, now = of_town(Role.MARKER), county.OPENS + timedelta(hours=3)
    with pytest.raises(Forbidden):
        world.do(marking.read_overview, marker, "s1", now)
    with pytest.raises(Forbidden):
        world.do(marking.judge, marker, "s1", "fill-0", 0, "x", Fraction(1), "r", now)


def test_a_towns_organiser_loads_no_roster_of_others(empty, county):
    roster = Roster(
        units=(
            Unit("T02", "镇2改名", UnitKind.TOWNSHIP, "QL"),
            Unit("T03", "新镇", UnitKind.TOWNSHIP, "QL"),
            Unit("V1", "新村", UnitKind.VILLAGE, "T01"),
        ),
        cadres=(
            Cadre("C3", "别镇的人", "T02"),
            Cadre("C3", "拉过来的人", "T01"),
            Cadre("C1", "送走的人", "T02"),
            Cadre("C2", "自己人", "V1"),
            Cadre("C9", "新人", "V1"),
        ),
    )
    report = empty.do(rosters.load_roster, of_town(Role.ORGANISER), county.NOW, roster)
    assert [name for name, _ in report.refused] == ["T02", "T03", "C3", "C3", "C1"]
    assert (report.added_units, report.changed, report.added) == (["V1"], ["C2"], ["C9"])
    people = empty.do(rows.cadre_rows)
    assert {number: row.name for number, row in people.items()} == {"C1": "干部1", "C2": "自己人", "C3": "干部3", "C9": "新人"}
    assert empty.do(rows.units_by_code)["T02"].name == "镇2"


def test_a_setter_is_not_told_which_questions_they_will_be_asked_themselves(empty, county):
    ending = replace(county.make_question("ending"), valid_to=date(2027, 1, 31), topic="到期")
    empty.do(publishing.publish, county.ADMIN, county.NOW, [ending, *(county.make_question(f"ending-{n}") for n in range(3))])
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(), county.ZONE, county.SEED)
    only = [q for q in empty.do(publishing.lapses, county.ADMIN, county.NOW.date(), 90) if q.sittings]
    assert only, "the question stands on a paper"
    candidate = Actor("干部1", {Role.SETTER: "/", Role.TRAINEE: "/"}, cadre_number="C1")
    assert [q.sittings for q in empty.do(publishing.lapses, candidate, county.NOW.date(), 90)] == [() for _ in only]


def test_a_towns_organiser_takes_no_backup_of_the_county(empty, county):
    with pytest.raises(Forbidden):
        empty.do(backups.note_backup, of_town(Role.ORGANISER), county.NOW)
    with pytest.raises(Forbidden):
        empty.do(backups.note_restore, of_town(Role.ORGANISER), county.NOW, "2026-11-21")
