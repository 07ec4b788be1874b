"""Attack 10: a log-in is planted, kept, replayed after it ended, or carried to another county."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select, update

from quiz.core.access import command_line
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AccountRow, LoginRow, ResponseRow
from quiz.usecases import account_care, admission
from quiz.usecases.log_ins import LOGIN_LASTS
from quiz.web.context import LOGIN_COOKIE
from tests.web.world import NINE, PASSWORD, Clock, Person, engine_of, make_app

People = Callable[[str], Person]
CODE = "23456789ABCD"


def cookie(person: Person, name: str = LOGIN_COOKIE) -> str:
    """Return the value of somebody's cookie."""
    found = person.client.get_cookie(name)
    assert found is not None
    return found.value


def comes_in(app: Flask, token: str) -> bool:
    """True when a browser with this token alone sees somebody's papers."""
    thief = Person(app)
    thief.client.set_cookie(LOGIN_COOKIE, token)
    return thief.get("/papers").status_code == 200


def log_in(person: Person, login: str = "q001") -> None:
    """Log in by the page."""
    assert person.post("/login", {"login": login, "password": PASSWORD}).status_code == 302


def admit(app: Flask, person: Person) -> None:
    """Come in by an admission code that is issued for it."""
    chief = command_line("tests")
    with writing(engine_of(app)) as session:
        made = admission.make_slips(session, chief, "demo", NINE, lambda: CODE, numbers=["Q001"])
        admission.store_slips(session, chief, NINE, made, app.config["SECRET_KEY"])
    assert person.post("/admit", {"code": CODE}).status_code == 302


@pytest.mark.parametrize("way", ["password", "code"])
def test_a_planted_token_and_a_planted_form_session_are_not_taken_over(app: Flask, way: str) -> None:
    victim = Person(app)
    form_token = victim.token
    planted, form_session = "p" * 43, cookie(victim, "quiz_form")
    victim.client.set_cookie(LOGIN_COOKIE, planted)
    log_in(victim) if way == "password" else admit(app, victim)
    assert cookie(victim) != planted
    assert not comes_in(app, planted)
    assert comes_in(app, cookie(victim))
    assert victim.client.post("/language", data={"csrf_token": form_token, "language": "en"}).status_code == 400
    attacker = Person(app)
    attacker.client.set_cookie("quiz_form", form_session)
    assert attacker.get("/papers").status_code == 302


def test_a_log_in_before_is_not_the_log_in_after(app: Flask) -> None:
    person = Person(app)
    log_in(person)
    first = cookie(person)
    log_in(person, "q002")
    assert cookie(person) != first


@pytest.mark.parametrize("way", ["password", "code"])
def test_nothing_is_left_after_log_out(app: Flask, way: str) -> None:
    person = Person(app)
    log_in(person) if way == "password" else admit(app, person)
    token = cookie(person)
    assert comes_in(app, token)
    person.post("/logout")
    assert not comes_in(app, token)


def test_nothing_is_left_after_a_change_of_password(app: Flask) -> None:
    stolen, person = Person(app, "q001"), Person(app)
    log_in(person)
    old = cookie(person)
    assert person.post("/password", {"old": PASSWORD, "new": "battery staple 7"}).status_code == 302
    assert not comes_in(app, cookie(stolen))
    assert not comes_in(app, old)
    assert comes_in(app, cookie(person))


@pytest.mark.parametrize("care", [account_care.end_log_ins, account_care.close_account])
def test_nothing_is_left_after_an_administrator_ended_it(app: Flask, clock: Clock, care: Callable[..., object]) -> None:
    person, other = Person(app, "q001"), Person(app, "q002")
    with writing(engine_of(app)) as session:
        care(session, command_line("tests"), clock(), "q001")
    assert not comes_in(app, cookie(person))
    assert comes_in(app, cookie(other))


def test_a_closed_account_ends_a_visit_by_code_too(app: Flask, clock: Clock) -> None:
    person = Person(app)
    admit(app, person)
    with writing(engine_of(app)) as session:
        account_care.close_account(session, command_line("tests"), clock(), "q001")
    assert not comes_in(app, cookie(person))


def test_a_log_in_ends_by_itself(app: Flask, clock: Clock) -> None:
    person = Person(app, "q001")
    clock.at += LOGIN_LASTS
    assert not comes_in(app, cookie(person))


@pytest.mark.parametrize(("how", "status"), [("closed", 401), ("over", 401), ("first password", 403)])
def test_a_log_in_that_no_page_takes_saves_nothing(app: Flask, web_engine: Engine, clock: Clock, code: str, how: str, status: int) -> None:
    """Saves look by themselves who asks: with another query, for many at once."""
    person = Person(app, "q001")
    person.post(f"/papers/{code}/start")
    assert person.save(code, 1, ["A"], 1).status_code == 200
    if how == "over":
        clock.at += LOGIN_LASTS
    else:
        change = {"is_active": False} if how == "closed" else {"must_change_password": True}
        with writing(web_engine) as session:
            session.execute(update(AccountRow).where(AccountRow.login == "q001").values(**change))
    assert not comes_in(app, cookie(person))
    assert person.save(code, 1, ["B"], 2).status_code == status
    with reading(web_engine) as session:
        assert session.scalar(select(func.count()).select_from(ResponseRow)) == 1


def test_a_stolen_table_of_log_ins_opens_nothing(app: Flask, web_engine: Engine) -> None:
    Person(app, "q001")
    with reading(web_engine) as session:
        stored = session.scalars(select(LoginRow.token_digest)).all()
    assert stored
    assert not any(comes_in(app, digest) for digest in stored)


def test_a_cookie_of_one_county_opens_nothing_in_another(app: Flask, filled_sqlite: Path, tmp_path: Path, clock: Clock) -> None:
    """The same people, names and numbers there, on a database and with a key of its own."""
    path = tmp_path / "b.db"
    shutil.copyfile(filled_sqlite, path)
    (tmp_path / "b").mkdir()
    other = make_app(f"sqlite:///{path.as_posix()}", tmp_path / "b", clock, language="en")
    other.config["SECRET_KEY"] = "the key of county B, which A has never seen"
    here = Person(app, "organiser")
    form_token = here.token
    there = Person(other, "organiser")
    assert there.get("/sittings").status_code == 200
    stranger = Person(other)
    stranger.client.set_cookie(LOGIN_COOKIE, cookie(here))
    stranger.client.set_cookie("quiz_form", cookie(here, "quiz_form"))
    assert stranger.get("/sittings").status_code == 302
    there.client.set_cookie("quiz_form", cookie(here, "quiz_form"))
    assert there.client.post("/language", data={"csrf_token": form_token, "language": "zh"}).status_code == 400
    with reading(engine_of(other)) as session:
        assert session.scalar(select(func.count()).select_from(LoginRow)) == 1
    engine_of(other).dispose()


def test_behind_https_no_neighbour_can_plant_a_cookie(filled_sqlite: Path, tmp_path: Path, clock: Clock) -> None:
    """`__Host-` cookies are taken by browsers only from this host, over https, for every path; another name is not even read."""
    path = tmp_path / "quiz.db"
    shutil.copyfile(filled_sqlite, path)
    app = make_app(f"sqlite:///{path.as_posix()}", tmp_path, clock, secure=True)
    person = app.test_client()
    secure = {"base_url": "https://localhost"}
    page = person.get("/login", **secure)
    token = page.text.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    fields = {"csrf_token": token, "login": "q001", "password": PASSWORD}
    reply = person.post("/login", data=fields, headers={"Referer": "https://localhost/login"}, **secure)
    assert reply.status_code == 302
    for sent in (*page.headers.getlist("Set-Cookie"), *reply.headers.getlist("Set-Cookie")):
        name, rest = sent.split("=", 1)
        parts = {part.strip() for part in rest.split(";")[1:]}
        assert name in ("__Host-quiz_login", "__Host-quiz_form")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts
        assert not any(part.startswith("Domain") for part in parts)
    assert person.get("/papers", **secure).status_code == 200
    found = person.get_cookie("__Host-quiz_login")
    assert found is not None
    planted = app.test_client()
    planted.set_cookie(LOGIN_COOKIE, found.value)
    assert planted.get("/papers", **secure).status_code == 302
    engine_of(app).dispose()
