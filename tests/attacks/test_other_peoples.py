"""Attacks 1, 2, 6, 7, 8: other people's papers, results, prints and exports by id; saves into their attempts; a second go; fields nobody offered."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import openpyxl
import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import Engine, func, select

from quiz.core.access import Role, command_line
from quiz.core.message import QuizError
from quiz.core.roster import Unit, UnitKind
from quiz.storage.engine import reading, writing
from quiz.storage.sittings import get_sitting, seats_of_sitting
from quiz.storage.tables import AccountRow, AttemptRow, Base, GrantRow, PaperRow, ResponseRow, SittingRow
from quiz.usecases import accounts, amending, extending, rosters
from tests.at_once import at_once
from tests.attacks.routes import CODE, VISITOR, cases, enter, furnish
from tests.web.world import NINE, PASSWORD, SITTING, Clock, Person, as_on_page, make_roster, paper_code, right_answers

People = Callable[[str], Person]


@pytest.fixture
def town(app: Flask, web_engine: Engine) -> Person:
    """An organiser of the department D01, in which only 李强 (Q002) is."""
    with writing(web_engine) as session:
        accounts.create_account(session, command_line("tests"), NINE, "town", "局组考", PASSWORD, [Role.ORGANISER, Role.MARKER], unit="D01")
    return Person(app, "town")


def dump(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    with engine.connect() as connection:
        return {table.name: [tuple(row) for row in connection.execute(table.select())] for table in Base.metadata.sorted_tables}


def without(page: str, *texts: str) -> str:
    """Return a page without tokens and without the texts that it was asked for."""
    page = re.sub(r'name="csrf_token" value="[^"]*"', "", page)
    for text in texts:
        page = page.replace(text, "")
    return page


# --- 1: read by id -----------------------------------------------------------------------------------------------------------------------------


def test_who_is_outside_ones_part_of_the_county_does_not_exist(town: Person) -> None:
    assert town.get(f"/sittings/{SITTING}/cadres/Q002").status_code == 200
    for send in (
        lambda number: town.get(f"/sittings/{SITTING}/cadres/{number}"),
        lambda number: town.post(f"/sittings/{SITTING}/cadres/{number}/time", {"minutes": "5", "reason": "r"}),
        lambda number: town.post(f"/sittings/{SITTING}/papers.pdf", {"who": "numbers", "numbers": number, "size": "A4"}),
    ):
        there, nowhere = send("Q001"), send("Q999")
        assert there.status_code == nowhere.status_code in (404, 409)
        assert without(there.text, "Q001") == without(nowhere.text, "Q999")


def test_no_list_print_or_export_has_anybody_from_outside(town: Person, web_engine: Engine) -> None:
    sitting = town.get(f"/sittings/{SITTING}")
    assert "李强" in sitting.text
    pages = [sitting.text, town.get("/sittings").text, town.get("/roster").text, town.get(f"/sittings/{SITTING}/draw").text]
    pages += [town.get(f"/sittings/{SITTING}/{page}").text for page in ("time", "slips", "release")]
    book = openpyxl.load_workbook(BytesIO(town.get(f"/sittings/{SITTING}/results.xlsx").data))
    pages += [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    printed = town.post(f"/sittings/{SITTING}/papers.pdf", {"who": "all", "size": "A4"})
    assert printed.status_code == 200
    pages += pdf_texts(printed.data)
    slips = town.post(f"/sittings/{SITTING}/slips", {"unit": ""})
    assert slips.status_code == 200
    pages += pdf_texts(slips.data)
    outside = ("王秀英", "Q001", "赵敏", "Q003", "柳溪镇", paper_code(web_engine, "Q001"))
    assert [(text, page) for text in outside for page in pages if text in page] == []


def test_a_sitting_of_others_alone_is_none(app: Flask, web_engine: Engine, clock: Clock) -> None:
    """Its title and time are nobody's whose people are not in it: no list names it, and its pages answer as those of no sitting."""
    roles = [Role.ORGANISER, Role.INSPECTOR, Role.MARKER]
    county = make_roster()
    county = replace(county, units=(*county.units, Unit("T02", "东河镇", UnitKind.TOWNSHIP, "QL")))
    with writing(web_engine) as session:
        rosters.load_roster(session, command_line("tests"), NINE, county)
        accounts.create_account(session, command_line("tests"), NINE, "elsewhere", "镇组考", PASSWORD, roles, unit="T02")
    elsewhere = Person(app, "elsewhere")
    assert SITTING not in elsewhere.get("/sittings").text
    for path in ("", "/hall", "/results.csv", "/cadres/Q001", "/time", "/amend", "/make-up", "/appeals"):
        is_nowhere(elsewhere, path)
    for path in AFTERWARDS:
        is_nowhere(elsewhere, path)
    clock.go_on(days=2)
    elsewhere = Person(app, "elsewhere")
    assert SITTING not in elsewhere.get("/bank/items").text
    assert "还没有结束的考试" in elsewhere.get(f"/reports?sitting={SITTING}").text
    for path in AFTERWARDS:
        is_nowhere(elsewhere, path)


AFTERWARDS = ("/report", "/report/areas", "/report.xlsx", "/report.pdf", "/circular", "/items", "/items.xlsx", "/items.pdf", "/items/q1", "/similar")
"""Pages about a sitting that is over."""


def is_nowhere(who: Person, path: str) -> None:
    """A page of a sitting of others answers as that of no sitting."""
    there, nowhere = who.get(f"/sittings/{SITTING}{path}"), who.get(f"/sittings/none-of-ours{path}")
    assert there.status_code == nowhere.status_code == 404, path
    assert without(there.text, SITTING) == without(nowhere.text, "none-of-ours"), path


def test_every_route_about_a_person_answers_alike_for_who_is_outside_and_for_nobody(town: Person, app: Flask, web_engine: Engine) -> None:
    furnish(web_engine)
    routes = zip(cases(app, number="Q001"), cases(app, number="Q999"), strict=True)
    asked = [(there.ask(town), nowhere.ask(town), there) for there, nowhere in routes if there.path != nowhere.path]
    assert len(asked) > 10
    for there, nowhere, case in asked:
        assert there.status_code == nowhere.status_code >= 400, case
        assert without(there.text, "Q001") == without(nowhere.text, "Q999"), case


@pytest.mark.parametrize("number", ["Q001", "Q002"])
def test_no_route_tells_a_part_of_anybody_from_outside(app: Flask, web_engine: Engine, clock: Clock, number: str) -> None:
    """Every page, print and table, when everything has happened: sat by both, over, corrected, certified, scanned, drawn and reported."""
    furnish(web_engine)
    for login in ("q001", "q002"):
        submit_all(web_engine, Person(app, login), paper_code(web_engine, login.upper()))
    with writing(web_engine) as session:
        roles = [role for role in Role if role is not Role.TRAINEE]
        accounts.create_account(session, command_line("tests"), NINE, "part", "局里人", PASSWORD, roles, unit="D01")
    clock.go_on(hours=3)
    part, told = Person(app, "part"), []
    outside = ("王秀英", "赵敏", "Q003", "柳溪镇", paper_code(web_engine, "Q001"), *(["Q001"] if number == "Q002" else []))
    for case in cases(app, ("GET",), number=number):
        if case.endpoint not in ("health.metrics", "organiser.roster_example"):
            reply = case.ask(part)
            text = unpacked(reply.get_data(), reply.mimetype).replace(case.path, "")
            told += [(case.path, reply.status_code, name) for name in outside if name in text]
    assert told == []


def unpacked(content: bytes, kind: str) -> str:
    """Return what a page, a print or a packed file says."""
    if kind == "application/pdf":
        return "".join(pdf_texts(content)).replace("\r\n", "")
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return content.decode("utf-8", "replace")


def test_what_concerns_everybody_is_refused_to_a_part(town: Person) -> None:
    for path in (f"/sittings/{SITTING}/amend", f"/marking/{SITTING}"):
        assert town.get(path).status_code == 403
    assert town.post(f"/sittings/{SITTING}/slips", {"unit": "T01"}).status_code == 422
    assert town.post(f"/sittings/{SITTING}/time", {"unit": "T01", "minutes": "5", "reason": "r"}).status_code == 422


def pdf_texts(content: bytes) -> list[str]:
    """Return the text of each page."""
    document = pypdfium2.PdfDocument(content)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


# --- 2: save into another's attempt -------------------------------------------------------------------------------------------------------------


def test_nothing_of_anothers_attempt_is_touched(person: People, app: Flask, web_engine: Engine) -> None:
    mine, theirs = paper_code(web_engine, "Q001"), paper_code(web_engine, "Q002")
    other, thief = person("q002"), person("q001")
    other.post(f"/papers/{theirs}/start")
    other.save(theirs, 1, ["A"], 1)
    before = dump(web_engine)
    assert thief.save(theirs, 1, ["B"], 2).status_code == 404
    assert thief.post_json(f"/papers/{theirs}/desk", {"device": "d"}).status_code == 404
    for path in ("start", "save", "submit"):
        reply = thief.post(f"/papers/{theirs}/{path}", {"s1": "B", "section": "1", "unsent": json.dumps([{"slot": 1, "value": ["b"], "seq": 3}])})
        assert reply.status_code == 404
    assert dump(web_engine) == before
    thief.post(f"/papers/{mine}/start")
    before = dump(web_engine)["attempt"]
    body = {"attempt": 1, "attempt_id": 1, "paper": theirs, "cadre": "Q002", "user_id": 2, "device": "d"}
    thief.post_json(f"/papers/{mine}/responses", {**body, "items": [{"slot": 1, "value": ["b"], "seq": 1, **body}]})
    with reading(web_engine) as session:
        written = {row.attempt_id: session.get_one(AttemptRow, row.attempt_id).cadre_id for row in session.scalars(select(ResponseRow))}
    assert len(written) == 2
    assert len(set(written.values())) == 2, "the save went into the attempt of whoever is logged in"
    assert dump(web_engine)["attempt"] == before


# --- 6 and 7: a second go ------------------------------------------------------------------------------------------------------------------------


def test_twenty_starts_at_once_by_http_make_one_attempt(app: Flask, web_engine: Engine, code: str) -> None:
    people = [Person(app, "q001") for _ in range(20)]
    tokens = [person.token for person in people]
    replies = at_once(lambda n: people[n].client.post(f"/papers/{code}/start", data={"csrf_token": tokens[n]}).status_code)
    assert replies == [303] * 20
    with reading(web_engine) as session:
        assert session.scalar(select(func.count()).select_from(AttemptRow)) == 1


def submit_all(engine: Engine, person: Person, code: str) -> None:
    """Start and hand in."""
    person.post(f"/papers/{code}/start")
    assert person.post(f"/papers/{code}/submit").status_code == 303


def attempts_of(engine: Engine) -> list[tuple[int, object]]:
    with reading(engine) as session:
        return [(row.id, row.submitted_at) for row in session.scalars(select(AttemptRow))]


def test_no_second_go_by_starting_again(trainee: Person, web_engine: Engine, code: str, clock: Clock) -> None:
    submit_all(web_engine, trainee, code)
    before = attempts_of(web_engine)
    clock.go_on(minutes=1)
    trainee.post(f"/papers/{code}/start")
    assert trainee.get(f"/papers/{code}/sit").location == f"/papers/{code}/result"
    assert attempts_of(web_engine) == before


def test_no_second_go_by_a_new_account_or_a_roster_loaded_again(app: Flask, web_engine: Engine, trainee: Person, code: str, clock: Clock) -> None:
    submit_all(web_engine, trainee, code)
    before = attempts_of(web_engine)
    chief = command_line("tests")
    with writing(web_engine) as session, pytest.raises(Exception, match="UNIQUE"):
        accounts.create_account(session, chief, NINE, "again", "王秀英", PASSWORD, [Role.TRAINEE], "Q001")
    with writing(web_engine) as session:
        rosters.load_roster(session, chief, clock(), make_roster())
    with writing(web_engine) as session, pytest.raises(QuizError, match="has_paper"):
        amending.add_cadre(session, chief, clock(), SITTING, "Q001", "补考")
    trainee.post(f"/papers/{code}/start")
    assert attempts_of(web_engine) == before


def test_no_second_go_by_a_code_after_handing_in(app: Flask, web_engine: Engine, trainee: Person, code: str) -> None:
    visitor = enter(app, VISITOR)
    submit_all(web_engine, visitor, code)
    again = Person(app)
    assert again.post("/admit", {"code": CODE}).status_code == 409
    assert again.get(f"/papers/{code}").status_code == 302


def test_a_paper_opened_again_is_the_same_go(web_engine: Engine, trainee: Person, code: str, clock: Clock) -> None:
    """Only an organiser opens a paper again, with a reason, and what was saved stays."""
    trainee.post(f"/papers/{code}/start")
    trainee.save(code, 1, ["A"], 1)
    trainee.post(f"/papers/{code}/submit")
    with writing(web_engine) as session:
        extending.reopen(session, command_line("tests"), SITTING, "Q001", 0, "误交", clock())
    trainee.post(f"/papers/{code}/start")
    assert len(attempts_of(web_engine)) == 1
    assert f'value="{as_on_page(web_engine, code, 1, ["A"])[0]}" checked' in trainee.get(f"/papers/{code}/sit").text


# --- 8: fields that nobody offered ---------------------------------------------------------------------------------------------------------------

EXTRA = {
    "score": "20", "max_mark": "1", "marks": "20", "user_id": "2", "cadre_id": "2", "account_id": "2", "id": "1", "role": "organiser",
    "roles": "organiser", "is_active": "0", "must_change_password": "0", "started_at": "2026-12-01T09:00", "deadline_at": "2036-12-01T09:00",
    "finished_at": "2026-12-01T09:00", "submitted_at": "2026-12-01T09:00", "minutes_left": "600", "extra": "60", "state": "accepted",
    "closed_by": "deadline", "seed": "00" * 32, "released_at": "2026-12-01T09:00", "created_by": "x", "opens_at": "2026-12-01T08:00",
    "turn": "9", "received_at": "2026-12-01T09:00", "made_at": "2026-12-01T09:00", "pass_mark": "0", "key": "A", "seat": "1", "form": "B",
}  # fmt: skip


def test_a_trainees_forms_take_no_other_field(trainee: Person, web_engine: Engine, code: str, clock: Clock) -> None:
    trainee.post(f"/papers/{code}/start", dict(EXTRA))
    with reading(web_engine) as session:
        attempt = session.scalars(select(AttemptRow)).one()
        assert (attempt.started_at, attempt.deadline_at) == (clock(), NINE + timedelta(minutes=70))
        assert (attempt.submitted_at, attempt.closed_by, attempt.turn) == (None, None, 0)
        assert session.get_one(PaperRow, attempt.paper_id).code == code
    trainee.post(f"/papers/{code}/save", {"section": "1", "s1": "A", **EXTRA})
    body = {"device": "d", **EXTRA}
    trainee.post_json(f"/papers/{code}/responses", {**body, "items": [{"slot": 2, "value": ["a"], "seq": 1_000_500, **EXTRA}]})
    with reading(web_engine) as session:
        assert {(row.slot, row.state, row.received_at, row.made_at) for row in session.scalars(select(ResponseRow))} == {
            (1, "accepted", clock(), None),
            (2, "accepted", clock(), None),
        }
    trainee.post(f"/papers/{code}/submit", dict(EXTRA))
    with reading(web_engine) as session:
        attempt = session.scalars(select(AttemptRow)).one()
        assert (attempt.submitted_at, attempt.closed_by, attempt.deadline_at) == (clock(), "trainee", NINE + timedelta(minutes=70))


@pytest.mark.parametrize("path", ["/password", "/login", "/language"])
def test_nobody_gives_themselves_a_role(trainee: Person, web_engine: Engine, path: str) -> None:
    fields = {"old": PASSWORD, "new": "battery staple 7", "login": "q001", "password": PASSWORD, "language": "en", **EXTRA}
    assert trainee.post(path, dict(fields)).status_code == 302
    with reading(web_engine) as session:
        account = session.scalars(select(AccountRow).where(AccountRow.login == "q001")).one()
        assert account.is_active
        assert [grant.role for grant in session.scalars(select(GrantRow).where(GrantRow.account_id == account.id))] == ["trainee"]
    trainee.sign_in("q001")
    assert trainee.get("/sittings").status_code == 403


def test_a_sitting_is_planned_by_what_its_form_offers(person: People, web_engine: Engine, clock: Clock) -> None:
    plan = {
        "title": "新的", "code": "new", "blueprint": "small", "opens_at": "2026-12-20 09:00", "closes_at": "2026-12-20 11:00", "minutes": "60",
        "release": "on_close", "mode": "each", "do": "create",
    }  # fmt: skip
    assert person("organiser").post("/sittings/new", {**EXTRA, **plan}).status_code == 302
    with reading(web_engine) as session:
        row = session.scalars(select(SittingRow).where(SittingRow.code == "new")).one()
        assert (row.created_by, row.created_at, row.released_at, row.pass_mark, row.max_mark) == ("周组考", clock(), None, 1200, 2000)
        assert row.seed != bytes(32)


def test_a_decision_is_what_its_form_offers(person: People, app: Flask, web_engine: Engine, clock: Clock) -> None:
    """The marker decides a text's share of the marks, and not whose, by whom or when."""
    code = paper_code(web_engine, "Q001")
    someone = person("q001")
    someone.post(f"/papers/{code}/start")
    someone.save(code, 7, ["十三来个", right_answers(web_engine, "Q001")[7][1]], 1)
    someone.post(f"/papers/{code}/submit")
    marker = person("marker")
    uid = "fill-in-1"
    page = marker.post(f"/marking/{SITTING}/take", {"uid": uid, "blank": "0"}, follow_redirects=True).text
    digest = re.search(r'name="digest" value="([^"]+)"', page)[1]  # type: ignore[index]
    fields = {"digest": digest, "verdict": "wrong", "reason": "不对", "decided_by": "别人", "share": "1000000", "text": "别的", **EXTRA}
    assert marker.post(f"/marking/{SITTING}/desk?uid={uid}&blank=0", fields).status_code == 303
    row = dict(zip(columns("decision"), dump(web_engine)["decision"][0], strict=True))
    assert (row["decided_by"], row["share"], row["text"]) == ("吴阅卷", 0, "十三来个")


def columns(table: str) -> Iterator[str]:
    """Return the names of a table's columns."""
    return (column.name for column in Base.metadata.tables[table].columns)


def test_the_plan_of_another_part_is_not_scheduled_by_a_towns_organiser(town: Person, web_engine: Engine) -> None:
    fields = {
        "title": "全县", "code": "all", "blueprint": "small", "units": "T01", "opens_at": "2026-12-20 09:00", "closes_at": "2026-12-20 11:00",
        "minutes": "60", "release": "on_close", "mode": "each", "do": "create",
    }  # fmt: skip
    assert town.post("/sittings/new", dict(fields)).status_code in (409, 422)
    del fields["units"]
    assert town.post("/sittings/new", dict(fields)).status_code == 302
    with reading(web_engine) as session:
        row = get_sitting(session, "all")
        assert row is not None
        assert [seat.cadre.number for seat in seats_of_sitting(session, row)] == ["Q002"]
