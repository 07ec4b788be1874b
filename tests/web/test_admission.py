"""Coming in by a code: the two pages that take one, the session that it opens, the second device, many wrong codes; and the organiser's slips."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import Engine, func, select

from quiz.core.access import command_line
from quiz.core.admission import grouped
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AdmissionRow
from quiz.usecases import admission
from quiz.web.wrong_codes import Debt, WrongCodes
from tests.web.world import NINE, Clock, Person, paper_code, schedule

People = Callable[[str], Person]
CODE = "23456789ABCD"


def issue(engine: Engine, app: Flask, number: str = "Q001", code: str = CODE) -> None:
    """Issue one code."""
    chief = command_line("tests")
    with writing(engine) as session:
        made = admission.make_slips(session, chief, "demo", NINE, lambda: code, numbers=[number])
        admission.store_slips(session, chief, NINE, made, app.config["SECRET_KEY"])


@pytest.fixture(autouse=True)
def _issued(web_engine: Engine, app: Flask) -> None:
    issue(web_engine, app)


def enter(person: Person, code: str = CODE) -> object:
    """Send the code's form."""
    return person.post("/admit", {"code": code})


def test_a_code_leads_to_the_paper_and_to_nothing_else(person: People, code: str, web_engine: Engine) -> None:
    schedule(web_engine, "second")
    someone = person("")
    reply = enter(someone, grouped(CODE).lower())
    assert (reply.status_code, reply.location) == (302, f"/papers/{code}")  # type: ignore[attr-defined]
    assert "HttpOnly" in reply.headers["Set-Cookie"]  # type: ignore[attr-defined]
    assert "王秀英" in someone.get(f"/papers/{code}").text
    assert "second季度测试" not in someone.get("/papers").text
    assert someone.get(f"/papers/{paper_code(web_engine, 'Q001', 'second')}").status_code == 404
    assert someone.get(f"/papers/{paper_code(web_engine, 'Q002')}").status_code == 404


@pytest.mark.parametrize("path", ["/password", "/sittings", "/bank", "/roster", "/sittings/demo/slips"])
def test_what_an_admitted_person_never_reaches(person: People, path: str) -> None:
    someone = person("")
    enter(someone)
    assert someone.get(path).status_code == 403
    assert 'href="/password"' not in someone.get("/papers").text


def test_a_whole_paper_by_code(person: People, code: str) -> None:
    someone = person("")
    enter(someone)
    assert someone.post(f"/papers/{code}/start").status_code == 303
    assert someone.save(code, 1, ["A"], 1).status_code == 200
    assert "交卷成功" in someone.post(f"/papers/{code}/submit", follow_redirects=True).text
    assert someone.post("/logout").status_code == 302
    assert someone.get("/papers").location == "/login?next=/papers"
    assert "已经交卷" in enter(person("")).text  # type: ignore[attr-defined]


def test_the_older_device_is_told_at_its_next_call(person: People, code: str) -> None:
    old, new = person(""), person("")
    enter(old)
    old.post(f"/papers/{code}/start")
    old.save(code, 1, ["A"], 1)
    enter(new)
    told = old.save(code, 2, ["A"], 2)
    assert (told.status_code, told.json["error"]) == (401, "taken_over")  # type: ignore[index]
    page = old.get(f"/papers/{code}/sit")
    assert page.status_code == 401
    assert "另一台设备" in page.text
    assert old.get("/login").status_code == 200
    assert new.save(code, 2, ["A"], 2).status_code == 200
    assert 'name="newest_seq" value="2"' in new.get(f"/papers/{code}/sit").text


def test_both_pages_take_a_code_and_name_what_is_wrong(person: People) -> None:
    someone = person("")
    assert 'action="/admit"' in someone.get("/login").text
    assert "请输入准考码" in enter(someone, "").text  # type: ignore[attr-defined]
    wrong = enter(someone, "ZZZZ-ZZZZ-ZZZZ")
    assert wrong.status_code == 401  # type: ignore[attr-defined]
    assert "准考码不对" in wrong.text  # type: ignore[attr-defined]
    assert someone.client.post("/admit", data={"code": CODE}).status_code == 400


def test_early_and_void_codes_say_so(person: People, clock: Clock, web_engine: Engine, app: Flask) -> None:
    clock.at = NINE - timedelta(minutes=45)
    assert "2026年12月1日（周二）08:30起" in enter(person("")).text  # type: ignore[attr-defined]
    issue(web_engine, app, code="ZZZZZZZZZZZZ")
    assert "已经作废" in enter(person("")).text  # type: ignore[attr-defined]


def test_a_code_in_the_query_is_not_taken(person: People) -> None:
    """Only the form is read: what stands in an address stands in logs."""
    someone = person("")
    assert someone.get(f"/admit?code={CODE}").status_code == 200
    assert someone.get("/papers").status_code == 302


def test_many_wrong_codes_wait_and_right_ones_never(person: People, app: Flask) -> None:
    app.extensions["quiz_wrong_codes"] = WrongCodes(everyone=Debt(1.0, 2.0))
    someone = person("")
    replies = [enter(someone, "ZZZZZZZZZZZZ") for _ in range(4)]
    assert [reply.status_code for reply in replies] == [401, 401, 429, 429]  # type: ignore[attr-defined]
    assert [reply.headers.get("Retry-After") for reply in replies] == [None, None, "1", "2"]  # type: ignore[attr-defined]
    assert "请2秒后再试" in replies[-1].text  # type: ignore[attr-defined]
    assert enter(someone).status_code == 302  # type: ignore[attr-defined]


def test_wrong_codes_are_forgotten_with_time() -> None:
    counted = WrongCodes(everyone=Debt(1.0, 0.0))
    assert [counted.add("a", NINE) for _ in range(3)] == [1, 2, 3]
    assert counted.add("b", NINE + timedelta(seconds=60)) == 1


def test_a_hall_that_mistypes_waits_for_nothing() -> None:
    """A hundred wrong codes in a minute behind one address."""
    counted = WrongCodes()
    assert {counted.add("hall", NINE + timedelta(seconds=n * 0.6)) for n in range(100)} == {0}


def test_slips_are_made_once_and_made_again(person: People, web_engine: Engine) -> None:
    organiser = person("organiser")
    assert 'href="/sittings/demo/slips"' in organiser.get("/sittings/demo").text
    page = organiser.get("/sittings/demo/slips").text
    assert "目前已有1人持有准考码" in page
    reply = organiser.post("/sittings/demo/slips", {"unit": ""})
    assert reply.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(BytesIO(reply.data))
    text = document[0].get_textpage().get_text_range()
    assert "王秀英" in text
    assert "localhost/admit" in text
    with reading(web_engine) as session:
        assert session.scalar(select(func.count()).where(AdmissionRow.voided_at.is_not(None))) == 1
        assert session.scalar(select(func.count()).where(AdmissionRow.voided_at.is_(None))) == 3


@pytest.mark.parametrize("login", ["q001", "setter", "marker", "inspector"])
def test_only_organisers_issue_codes(person: People, login: str) -> None:
    assert person(login).get("/sittings/demo/slips").status_code == 403
    assert person(login).post("/sittings/demo/slips", {"unit": ""}).status_code == 403


def test_slips_of_an_unknown_unit_or_a_finished_sitting_are_refused(person: People, clock: Clock) -> None:
    organiser = person("organiser")
    assert organiser.post("/sittings/demo/slips", {"unit": "X"}).status_code == 422
    clock.go_on(hours=3)
    reply = organiser.post("/sittings/demo/slips", {"unit": ""})
    assert reply.status_code == 409
    assert "考试已经结束" in reply.text
