"""Attack 26: every role walks to every route; and 32: a refusal tells nothing of what is there."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import Engine, update

from quiz.core.access import Role
from quiz.storage.engine import writing
from quiz.storage.tables import AccountRow
from tests.attacks.routes import (
    EVERYBODY,
    INSPECTOR,
    MARKER,
    NO_ROLE,
    NOT_THERE,
    ORGANISER,
    ROUTES,
    SETTER,
    STRANGER,
    TRAINEE,
    VISITOR,
    Case,
    cases,
    enter,
    furnish,
    is_let_in,
    roles_of,
)
from tests.web.world import Person, paper_code

PERSONAS = sorted(EVERYBODY)


def open_to_its_own(case: Case, who: str) -> bool:
    """The one page that is for all who are logged in, and tells those without a role so by 403."""
    return who == NO_ROLE and case.endpoint == "account.home"


def test_every_route_says_whom_it_is_for(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(ROUTES)


def test_the_personas_are_what_they_are_called(web_engine: Engine) -> None:
    roles = {who: roles_of(who, web_engine) for who in (TRAINEE, SETTER, ORGANISER, MARKER, INSPECTOR, NO_ROLE)}
    assert roles == {
        TRAINEE: {Role.TRAINEE},
        SETTER: {Role.SETTER},
        ORGANISER: {Role.ORGANISER},
        MARKER: {Role.MARKER},
        INSPECTOR: {Role.INSPECTOR},
        NO_ROLE: set(),
    }


@pytest.mark.parametrize("who", PERSONAS)
def test_every_route_for_every_role(app: Flask, web_engine: Engine, who: str) -> None:
    furnish(web_engine)
    wrong, person = [], enter(app, who)
    for case in cases(app, ("GET", "HEAD", "POST")):
        reply = case.ask(person)
        may = who in ROUTES[case.endpoint]
        if is_let_in(reply) != may and not open_to_its_own(case, who):
            wrong.append(f"{case.method} {case.path}: {reply.status_code} for {who}")
        if may and (reply.status_code >= 500 or (reply.status_code in (404, 405) and case.endpoint not in NOT_THERE)):
            wrong.append(f"{case.method} {case.path}: {reply.status_code}, so that the walk shows nothing")
    assert wrong == []


@pytest.mark.parametrize("who", sorted(EVERYBODY - {STRANGER}))
def test_a_role_that_is_not_right_gets_the_same_words_whatever_is_there(app: Flask, web_engine: Engine, who: str) -> None:
    furnish(web_engine)
    nothing = {
        "code": "none",
        "number": "X",
        "uid": "none",
        "proposal_id": 999,
        "digest": "0" * 64,
        "name": "none",
        "scan": 99,
        "paper": "none",
        "unit": "none",
        "set_number": 9,
        "place": 9,
    }
    person = enter(app, who)
    for there, not_there in zip(cases(app), cases(app, **nothing), strict=True):
        if who in ROUTES[there.endpoint]:
            continue
        pair = [there.ask(person), not_there.ask(person)]
        assert pair[0].status_code == pair[1].status_code == 403, there
        assert told(pair[0].text) == told(pair[1].text), there


@pytest.mark.parametrize("who", [TRAINEE, VISITOR])
def test_who_may_sit_is_told_alike_of_other_peoples_papers_and_of_none(app: Flask, web_engine: Engine, who: str) -> None:
    other = paper_code(web_engine, "Q002")
    person = enter(app, who)
    assert person.token, "the first page of a browser brings it: then none of these does"
    Person(app, "q002").post(f"/papers/{other}/start")
    methods = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
    pairs = [
        (there, not_there)
        for there, not_there in zip(cases(app, methods, code=other), cases(app, methods, code="AAAAA-AAAAA"), strict=True)
        if there.path.startswith("/papers/")
    ]
    assert len(pairs) > 20
    for there, not_there in pairs:
        pair = [there.ask(person), not_there.ask(person)]
        assert pair[0].status_code == pair[1].status_code, there
        wanted = 200 if there.method == "OPTIONS" else 404
        assert pair[0].status_code == wanted, there
        assert told(pair[0].text) == told(pair[1].text), there
        assert dict(pair[0].headers, **{"X-Request-ID": ""}) == dict(pair[1].headers, **{"X-Request-ID": ""}), there


def told(page: str) -> str:
    """Return what a page says, without the tokens and the address that it was asked by."""
    return re.sub(r'value="[^"]*"', "", page)


@pytest.mark.parametrize("who", [TRAINEE, SETTER, ORGANISER, MARKER, INSPECTOR])
def test_a_first_password_opens_nothing_before_it_is_changed(app: Flask, web_engine: Engine, who: str) -> None:
    furnish(web_engine)
    with writing(web_engine) as session:
        session.execute(update(AccountRow).where(AccountRow.login == who).values(must_change_password=True))
    person = enter(app, who)
    for case in cases(app):
        if ROUTES[case.endpoint] == EVERYBODY or case.endpoint == "account.password":
            continue
        reply = case.ask(person)
        assert reply.location == "/password" or reply.status_code == 403, case
