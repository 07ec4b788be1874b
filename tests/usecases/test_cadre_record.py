"""The record of a cadre: what stood at its date, who may read it and when, and what its digest proves."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from quiz.core.access import Actor, Role
from quiz.core.cadre_record import Record
from quiz.core.frozen import freeze, thaw
from quiz.core.message import Forbidden, NotFound, QuizError
from quiz.core.results import Standing
from quiz.core.roster import Cadre, Post, PostKind, Roster, Unit, UnitKind
from quiz.core.sitting import Release
from quiz.storage.engine import writing
from quiz.storage.tables import AuditRow, RecordIssueRow
from quiz.usecases import cadre_record, handing_in, results, rosters, scheduling, voiding
from tests.at_once import at_once


def manager(unit, role=Role.ORGANISER):
    return Actor("管理人", {role: unit})


def record(world, county, number="C1", at=None, actor=None):
    return world.do(cadre_record.read_record, actor or county.ADMIN, number, at or over(world))


def over(world):
    return world.opens + timedelta(hours=3)


@pytest.fixture
def sat(world):
    """C1 sat with everything right, the others stayed away."""
    world.start()
    world.submit(world.right_answers())
    return world


def moved(county, name="干部1"):
    """The roster of a year later: C1 under another name in another town, which has another name too."""
    posts = (Post(PostKind.DEPARTMENT_STAFF, "T02", county.OPENS.date() + timedelta(days=300)),)
    units = (
        Unit("QL", "青岚县", UnitKind.COUNTY),
        Unit("T01", "镇1（已更名）", UnitKind.TOWNSHIP, "QL"),
        Unit("T02", "镇2", UnitKind.TOWNSHIP, "QL"),
    )
    return Roster(units, (Cadre("C1", name, "T02", posts=posts),))


def test_an_entry_says_what_stood_at_its_date(sat, county):
    (entry,) = record(sat, county).entries
    assert (entry.score, entry.max_score, entry.pass_mark, entry.is_pass) == (10, 10, 6, True)
    assert (entry.unit, entry.post, entry.blueprint.code, entry.dataset.code) == ("镇1", "镇班子成员", "plan", "data")
    assert entry.paper == sat.code()
    assert [rule.title for rule in entry.rules] == ["单项选择题", "多项选择题", "判断题", "填空题"]
    assert record(sat, county, "C2").entries[0].standing is Standing.ABSENT
    sat.do(rosters.load_roster, county.ADMIN, over(sat), moved(county, "干部一"))
    later = record(sat, county)
    assert (later.name, later.unit) == ("干部一", "镇2")
    assert later.entries == (entry,)  # the name, the unit and its name as they were


def test_the_record_follows_the_cadre_to_who_manages_them_now(sat, county):
    with pytest.raises(NotFound):
        record(sat, county, actor=manager("/QL/T02/"))
    assert record(sat, county, actor=manager("/QL/T01/", Role.INSPECTOR)).entries
    sat.do(rosters.load_roster, county.ADMIN, over(sat), moved(county))
    assert record(sat, county, actor=manager("/QL/T02/")).entries[0].unit == "镇1"
    with pytest.raises(NotFound):
        record(sat, county, actor=manager("/QL/T01/"))


@pytest.mark.parametrize("role", [Role.MARKER, Role.SETTER, Role.TRAINEE])
def test_nobody_else_reads_a_record(sat, county, role):
    for action in (cadre_record.read_record, cadre_record.issue):
        with pytest.raises(Forbidden):
            sat.do(action, Actor("别人", {role: "/"}, cadre_number="C2"), "C1", over(sat))
    with pytest.raises(Forbidden):
        sat.do(cadre_record.search, Actor("别人", {role: "/"}), "")


def test_a_cadre_reads_their_own_and_nobody_admitted_by_a_code_does(sat, county):
    assert sat.do(cadre_record.my_record, county.trainee("C1"), over(sat)) == record(sat, county)
    with pytest.raises(Forbidden):
        sat.do(cadre_record.my_record, replace(county.trainee("C1"), only_sitting="s1"), over(sat))


def test_nothing_stands_in_a_record_before_results_are_out(empty, county):
    empty.do(scheduling.create_sitting, county.ADMIN, county.NOW, county.sitting_plan(release=Release.MANUAL), county.ZONE, county.SEED)
    empty.start()
    empty.submit(empty.right_answers())
    assert record(empty, county).entries == record(empty, county, "C2").entries == ()
    empty.do(results.release, county.ADMIN, "s1", over(empty))
    assert record(empty, county).entries[0].score == 10
    assert record(empty, county, "C2").entries[0].standing is Standing.ABSENT


def test_while_a_sitting_is_open_it_stands_in_no_record(sat, county):
    assert record(sat, county, at=sat.opens + timedelta(minutes=40)).entries == ()


def test_a_void_attempt_stands_without_a_score(sat, county):
    sat.do(voiding.void, Actor("组考", {Role.ORGANISER: "/"}), "s1", "C1", "代考", over(sat))
    (entry,) = record(sat, county).entries
    assert (entry.standing, entry.score, entry.is_pass) == (Standing.VOIDED, None, None)


def test_a_record_comes_back_from_its_text(sat, county):
    found = record(sat, county)
    assert thaw(Record, freeze(found)) == found


def test_what_is_given_out_is_known_by_its_digest(sat, county):
    first = sat.do(cadre_record.issue_mine, county.trainee("C1"), over(sat))
    again = sat.do(cadre_record.issue, county.ADMIN, "C1", over(sat) + timedelta(days=1))
    assert (first.digest, first.at) == (again.digest, again.at)
    for digits in (first.digest, first.digest[:16], f" {first.digest.upper()} ", f"{first.digest[:8]} {first.digest[8:]}"):
        found = sat.do(cadre_record.verify, county.ADMIN, digits, over(sat))
        assert (found.record, found.findings, found.changes) == (first.record, (), ())
    for unknown in ("0" * 64, first.digest[:15], "", "%" * 16):
        with pytest.raises(NotFound):
            sat.do(cadre_record.verify, county.ADMIN, unknown, over(sat))
    with pytest.raises(NotFound):
        sat.do(cadre_record.verify, manager("/QL/T02/"), first.digest, over(sat))
    assert sat.do(cadre_record.verify, county.trainee("C1"), first.digest, over(sat)).record == first.record
    for digits in (first.digest, "0" * 64):  # another's is told from none to nobody
        with pytest.raises(NotFound):
            sat.do(cadre_record.verify, county.trainee("C2"), digits, over(sat))
        for barred in (replace(county.trainee("C1"), only_sitting="s1"), Actor("阅卷", {Role.MARKER: "/"})):
            with pytest.raises(Forbidden):
                sat.do(cadre_record.verify, barred, digits, over(sat))


def test_what_changed_since_is_told(sat, county):
    issued = sat.do(cadre_record.issue_mine, county.trainee("C1"), over(sat))
    sat.do(voiding.void, Actor("组考", {Role.ORGANISER: "/"}), "s1", "C1", "代考", over(sat))
    found = sat.do(cadre_record.verify, county.ADMIN, issued.digest, over(sat))
    assert [change.render() for change in found.changes] == ["之后有变动：测试"]
    assert found.findings == ()
    assert found.record.entries[0].score == Decimal(10)  # as it was given out


FORGERIES = {
    "第1次评分与由存下的作答重新评分的结果有1处不符": ("grading", "UPDATE grading SET score = 900"),
    "s1：第1次评分与由存下的作答重新评分的结果有2处不符": ("mark", "UPDATE mark SET why = 'wrong' WHERE slot IN (1, 2)"),
    "重新评分的结果有2处不符": ("response", "UPDATE response SET value = '[]' WHERE slot = 1"),
    "试卷正文": ("paper", "UPDATE paper SET content = content || ' '"),
    "正文与摘要": ("document", "UPDATE document SET content = content || ' '"),
    "存下的档案": ("record_issue", "UPDATE record_issue SET content = replace(content, '干部1', '干部9')"),
}


@pytest.mark.parametrize("told", FORGERIES)
def test_what_was_changed_behind_our_back_is_found(sat, county, told):
    issued = sat.do(cadre_record.issue_mine, county.trainee("C1"), over(sat))
    table, statement = FORGERIES[told]
    with writing(sat.engine) as db:
        if db.get_bind().dialect.name == "sqlite":
            db.execute(text(f"DROP TRIGGER {table}_no_update"))
        else:
            db.execute(text(f"DROP TRIGGER {table}_no_update ON {table}"))
        db.execute(text(statement))
    found = sat.do(cadre_record.verify, county.ADMIN, issued.digest, over(sat))
    assert any(told in finding.render() for finding in found.findings)


def forge(world, table, statement):
    """Change what the database refuses to change, as somebody with the file in hand might."""
    with writing(world.engine) as db:
        is_sqlite = db.get_bind().dialect.name == "sqlite"
        for trigger in ("no_update", "no_delete"):
            db.execute(text(f"DROP TRIGGER IF EXISTS {table}_{trigger}" + ("" if is_sqlite else f" ON {table}")))
        db.execute(text(statement))


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("paper", "UPDATE paper SET unit_name = '镇9' WHERE number = 1"),
        ("paper", "UPDATE paper SET post = '村支部书记'"),
        ("sitting", "UPDATE sitting SET pass_mark = 100"),
        ("grading", "UPDATE grading SET pending = 1"),
        ("grading", "UPDATE grading SET graded_at = '2020-01-01 00:00:00.000000'"),
    ],
)
def test_what_never_changes_is_a_contradiction_where_it_did(sat, county, table, statement):
    issued = sat.do(cadre_record.issue_mine, county.trainee("C1"), over(sat))
    forge(sat, table, statement)
    found = sat.do(cadre_record.verify, county.ADMIN, issued.digest, over(sat))
    rewritten, *others = [finding.render() for finding in found.findings]
    assert rewritten == "s1：出具以后，当时的情况或已有的评分被改写。"
    assert others == (["s1：第1次评分与由存下的作答重新评分的结果有1处不符。"] if "pending" in statement else [])


def test_a_paper_of_before_names_were_kept_may_show_todays(sat, county):
    forge(sat, "paper", "UPDATE paper SET cadre_name = '', unit_name = ''")
    issued = sat.do(cadre_record.issue_mine, county.trainee("C1"), over(sat))
    sat.do(rosters.load_roster, county.ADMIN, over(sat), moved(county, "干部一"))
    found = sat.do(cadre_record.verify, county.ADMIN, issued.digest, over(sat))
    assert found.findings == ()
    assert found.changes


def test_an_issue_is_never_changed(sat, county):
    sat.do(cadre_record.issue_mine, county.trainee("C1"), over(sat))
    for statement in ("UPDATE record_issue SET actor = 'x'", "DELETE FROM record_issue"):
        with pytest.raises(Exception, match="append-only"), writing(sat.engine) as db:
            db.execute(text(statement))


def test_who_is_looked_for_is_found_within_ones_authority(world, county):
    def found(words, actor=county.ADMIN):
        return [cadre.number for cadre, _ in world.do(cadre_record.search, actor, words)]

    assert found("") == ["C1", "C2", "C3"]
    assert (found("干部2"), found("C3"), found("镇1"), found("%")) == (["C2"], ["C3"], ["C1", "C2"], [])
    assert found("", manager("/QL/T02/")) == ["C3"]


def test_an_attempt_that_nobody_closed_stands_without_a_score_until_it_is(world, county):
    world.start()
    assert record(world, county).entries[0].score is None
    world.do(handing_in.close_expired, over(world))
    assert record(world, county).entries[0].score == 0
    with pytest.raises(QuizError):
        record(world, county, "nobody")


def test_a_record_that_is_printed_twenty_times_at_once_is_given_out_once(sat, county):
    issued = at_once(lambda _number: sat.do(cadre_record.issue_mine, county.trainee("C1"), over(sat)))
    assert len({(one.digest, one.at) for one in issued}) == 1
    assert sat.do(lambda db: db.query(RecordIssueRow).count()) == 1
    assert sat.do(lambda db: db.query(AuditRow).filter_by(action="issue_record").count()) == 1
