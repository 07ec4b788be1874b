"""Attacks 9, 19, 20, 21, 22, 24 and 25: requests that no page sends.

Without a token or with a foreign one, by another verb, from another host, with SQL in a filter, too long, too slow.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from quiz.settings import load_settings
from quiz.storage.engine import make_engine
from quiz.storage.migrate import upgrade
from quiz.storage.tables import Base
from quiz.web.planning import SittingForm
from tests.attacks.routes import A_SAVE, JSON_CALLS, ROUTES, STRANGER, VISITOR, cases, enter, furnish
from tests.web.world import PASSWORD, SITTING, Person, paper_code
from tools.ports import free_port

People = Callable[[str], Person]
OWNERS = ("q001", "setter", "organiser", "marker", "inspector")
TOO_MANY = 2_000


NOTED = ("presence", "hall_event")
"""What is written down of who was heard of, for the hall's board: a page that is opened is such a sign."""


def state_of(engine: Engine) -> str:
    """Return a digest of every row of every table but those."""
    found = hashlib.sha256()
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if table.name in NOTED:
                continue
            for row in connection.execute(table.select().order_by(*table.primary_key.columns)):
                found.update(repr(tuple(row)).encode())
    return found.hexdigest()


# --- 9: tokens, verbs, JSON that is none --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", OWNERS)
def test_no_get_changes_anything(app: Flask, web_engine: Engine, who: str) -> None:
    furnish(web_engine)
    person = enter(app, who)
    if who == "q001":
        person.post(f"/papers/{paper_code(web_engine, 'Q001')}/start")
    before = state_of(web_engine)
    for case in cases(app, ("GET", "HEAD", "OPTIONS")):
        for asked in ("", "do=create&done=1&confirmed=1&release=1&retire=1&submit=1&start=1&language=en&next=/&remedy=full&reason=x&verdict=right"):
            with person.client.open(case.path, method=case.method, query_string=f"{urlencode(case.query)}&{asked}") as reply:
                assert reply.status_code < 500
    app.extensions["quiz"].presences.write_down()
    assert state_of(web_engine) == before


@pytest.mark.parametrize("who", [*OWNERS, STRANGER])
@pytest.mark.parametrize("token", ["none", "of nobody", "of another session", "of another app", "in the query", "twice"])
def test_nothing_is_done_without_the_token_of_this_very_session(app: Flask, web_engine: Engine, who: str, token: str) -> None:
    furnish(web_engine)
    person, other = enter(app, who), Person(app)
    if who == "q001":
        person.post(f"/papers/{paper_code(web_engine, 'Q001')}/start")
    good = person.token
    head, _, tail = good.rpartition(".")
    sent = {
        "none": None,
        "of nobody": "IjEyMyI.abc.def",
        "of another session": other.token,
        "of another app": f"{head}.{tail[::-1]}",
        "in the query": None,
        "twice": f"{other.token} {good}",
    }[token]
    query = {"csrf_token": good} if token == "in the query" else {}
    before, missed = state_of(web_engine), []
    for case in cases(app, ("POST",)):
        headers = {"X-CSRFToken": sent} if sent is not None else {}
        fields = {"csrf_token": sent} if sent is not None else {}
        form = person.client.post(case.path, data={**fields, "language": "en"}, headers=headers, query_string=query)
        script = person.client.post(case.path, json=A_SAVE, headers=headers, query_string=query)
        missed += [case.path for reply in (form, script) if reply.status_code != 400]
    assert missed == []
    assert state_of(web_engine) == before


def test_every_other_verb_is_refused(app: Flask, web_engine: Engine) -> None:
    furnish(web_engine)
    person = enter(app, "organiser")
    for case in cases(app, ("GET", "POST")):
        for verb in ("PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND"):
            assert person.client.open(case.path, method=verb, headers={"X-CSRFToken": person.token}).status_code == 405, case
    page = person.client.post(f"/sittings/{SITTING}", data={"_method": "GET", "csrf_token": person.token})
    assert page.status_code == 405


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "text/json"])
def test_json_by_another_name_is_no_json(app: Flask, web_engine: Engine, content_type: str) -> None:
    """These types a foreign page may send without asking first."""
    person = enter(app, "q001")
    person.post(f"/papers/{paper_code(web_engine, 'Q001')}/start")
    before = state_of(web_engine)
    for case in cases(app, ("POST",)):
        if case.endpoint in JSON_CALLS:
            body = b'{"device": "d", "items": [{"slot": 1, "value": ["a"], "seq": 1}]}'
            reply = person.client.post(case.path, data=body, headers={"X-CSRFToken": person.token, "Content-Type": content_type})
            assert reply.status_code == 415, case
    assert state_of(web_engine) == before


# --- 19: SQL in what is searched and sorted by -----------------------------------------------------------------------------------------------------

MARK = "zq7x"
SQL = (f"' OR '{MARK}'='{MARK}", f"'; DROP TABLE account; --{MARK}", f'") UNION SELECT password_hash FROM account --{MARK}', f"{MARK}\\' OR 1=1 --")
FILTERS = (
    "q", "text", "category", "area", "type", "level", "difficulty", "state", "site", "unit", "late", "offset", "page", "sort", "order", "on", "days",
    "profile", "section", "done", "part", "standing", "kind", "form", "search", "uid", "blank", "run",
)  # fmt: skip
"""Names of what pages are filtered and sorted by, and a few that ours do not have."""


@pytest.mark.parametrize("who", OWNERS)
def test_nothing_that_is_asked_for_becomes_part_of_a_statement(app: Flask, web_engine: Engine, who: str) -> None:
    furnish(web_engine)
    person, before, said = enter(app, who), state_of(web_engine), []
    listener = event.listens_for(app.extensions["quiz"].engine, "before_cursor_execute")
    listener(lambda _connection, _cursor, statement, *_more: said.append(statement))
    for case in cases(app, ("GET",)):
        for text in SQL:
            with person.client.get(case.path, query_string=dict.fromkeys(FILTERS, text)) as reply:
                assert reply.status_code < 500, case
    assert len(said) > 100
    assert not [statement for statement in said if MARK in statement]
    app.extensions["quiz"].presences.write_down()
    assert state_of(web_engine) == before


@pytest.mark.parametrize("text", ["%", "%%", "[a-z]", "*", "\\", "甲%乙"])
def test_marks_of_a_pattern_are_plain_letters_in_a_search(app: Flask, web_engine: Engine, text: str) -> None:
    furnish(web_engine)
    for who, path, name in (("setter", "/bank", "text"), ("organiser", f"/sittings/{SITTING}/hall", "q")):
        person = enter(app, who)
        reply = person.client.get(path)
        assert reply.status_code == 200
        everything = reply.get_data(as_text=True)
        found = person.client.get(path, query_string={name: text}).get_data(as_text=True)
        assert len(found) < len(everything), "a search for a mark that nothing has found something"


# --- 20 and 21: where one is sent, and in whose name ---------------------------------------------------------------------------------------------

ELSEWHERE = (
    "//evil.example", "https://evil.example/", "http:evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example", "javascript:alert(1)",
    "data:text/html,x", "/\t/evil.example", "/\r\nSet-Cookie: x=y", "/\x00", " //evil.example", "///evil.example", "https:///evil.example",
    "/%0d%0a//x", "//evil.example\\@127.0.0.1", "/..//evil.example", "?next=//evil.example", "",
)  # fmt: skip


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_sent_elsewhere(app: Flask, target: str) -> None:
    person = Person(app)
    replies = [
        person.post("/language", {"language": "en", "next": target}),
        person.client.post("/login", query_string={"next": target}, data={"csrf_token": person.token, "login": "q001", "password": PASSWORD}),
    ]
    for reply in replies:
        assert reply.status_code == 302
        place = reply.headers["Location"]
        assert re.fullmatch(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*", place), place
        assert "x" not in reply.headers.get("Set-Cookie", "").split("=")[0]


@pytest.mark.parametrize("code", ["x\r\nSet-Cookie: a=b", 'x"; filename="y.exe', "../x", "x/y", "考试", "x" * 65, ".x", "x y", "x\x00"])
def test_no_sitting_has_a_code_that_would_be_more_than_a_name(app: Flask, code: str) -> None:
    with app.test_request_context("/", method="POST", data={"code": code}):
        form = SittingForm(meta={"csrf": False})
        assert not form.validate()
        assert "code" in form.errors
    fields = {"title": "x", "code": code, "blueprint": "small", "opens_at": "2026-12-20 09:00", "closes_at": "2026-12-20 11:00", "do": "create"}
    assert enter(app, "organiser").post("/sittings/new", dict(fields)).status_code in (422, 409)


def test_downloads_are_named_by_codes_alone(app: Flask, web_engine: Engine) -> None:
    furnish(web_engine)
    organiser = enter(app, "organiser")
    for path in (f"/sittings/{SITTING}/results.xlsx", f"/sittings/{SITTING}/notice.pdf", "/roster/example.csv"):
        found = organiser.get(path).headers["Content-Disposition"]
        assert re.fullmatch(r"attachment; filename=[a-z-]+\.(xlsx|pdf|csv)", found)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "evil.example:80", "localhost.evil.example", "", "LOCALHOST\x00"]
)
def test_another_host_is_refused_before_anything_is_made_with_its_name(app: Flask, web_engine: Engine, host: str) -> None:
    """Else slips would carry the address of another site, to which people then bring their codes."""
    organiser = enter(app, "organiser")
    token, before = organiser.token, state_of(web_engine)
    for path in ("/login", "/papers", "/nothing"):
        reply = organiser.client.get(path, headers={"Host": host})
        assert reply.status_code == 400
        assert "evil" not in reply.text + str(reply.headers)
    slips = organiser.client.post(f"/sittings/{SITTING}/slips", data={"csrf_token": token, "unit": ""}, headers={"Host": host})
    assert slips.status_code == 400
    assert state_of(web_engine) == before


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix"])
def test_a_header_makes_no_other_host_or_path(app: Flask, name: str) -> None:
    reply = Person(app).get("/papers", headers={name: "host=evil.example" if name == "Forwarded" else "evil.example"})
    assert (reply.status_code, reply.location) == (302, "/login?next=/papers")


# --- 22: whose address it is -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP", "X-Client-IP", "CF-Connecting-IP"])
def test_a_forged_address_is_none_to_the_limiter(app: Flask, name: str) -> None:
    stranger = Person(app)
    token, statuses = stranger.token, []
    for n in range(130):
        value = f"for=10.0.{n}.1" if name == "Forwarded" else f"10.0.{n}.1"
        statuses.append(stranger.client.post("/admit", data={"csrf_token": token, "code": "23456789WXYZ"}, headers={name: value}).status_code)
    assert statuses[0] == 401
    assert statuses[-1] == 429


# --- 24: sizes -------------------------------------------------------------------------------------------------------------------------------------


def test_a_password_of_10_000_characters_costs_nothing(app: Flask) -> None:
    stranger = Person(app)
    for length, status in ((200, 401), (201, 401), (10_000, 401), (10_001, 200), (400_000, 200)):
        assert stranger.post("/login", {"login": "q001", "password": "x" * length}).status_code == status
    assert enter(app, "q001").post("/password", {"old": PASSWORD, "new": "x1 " * 5_000}).status_code in (200, 422)
    assert stranger.post("/login", {"login": "q001", "password": PASSWORD}).status_code == 302


def test_an_answer_of_a_megabyte_is_not_taken(app: Flask, web_engine: Engine) -> None:
    person, code = enter(app, "q001"), paper_code(web_engine, "Q001")
    person.post(f"/papers/{code}/start")
    long = "字" * 400_000
    assert person.post_json(f"/papers/{code}/responses", {"device": "d", "items": [{"slot": 7, "value": [long, ""], "seq": 1}]}).status_code == 413
    assert person.post(f"/papers/{code}/save", {"section": "4", "s7": [long, ""]}).status_code == 413
    body = {"device": "d" * 1_000, "items": [{"slot": 7, "value": ["x" * 501, ""], "seq": 1}]}
    assert "bad_response" in person.post_json(f"/papers/{code}/responses", body).text
    assert person.post(f"/papers/{code}/submit", {"unsent": "x" * 1_100_000}).status_code == 413
    assert person.post(f"/papers/{code}/submit", {"unsent": "[" * 100_000}).status_code == 303


@pytest.mark.parametrize("who", ["q001", "organiser", "setter", "marker", VISITOR])
def test_2_000_parts_of_a_form_are_not_taken(app: Flask, web_engine: Engine, who: str) -> None:
    furnish(web_engine)
    person = enter(app, who)
    fields = {f"n{n}": "1" for n in range(TOO_MANY)}
    for case in cases(app, ("POST",)):
        if who in ROUTES[case.endpoint] and case.endpoint not in JSON_CALLS:
            reply = person.client.post(case.path, data=fields, content_type="multipart/form-data", headers={"X-CSRFToken": person.token})
            assert reply.status_code == 413, case


def test_a_deep_or_odd_json_is_a_bad_request(app: Flask, web_engine: Engine) -> None:
    person, code = enter(app, "q001"), paper_code(web_engine, "Q001")
    person.post(f"/papers/{code}/start")
    headers = {"X-CSRFToken": person.token, "Content-Type": "application/json", "Accept": "application/json"}
    for body in (
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"{",
        b"\xff\xfe",
        b"null",
        b"NaN",
        b'{"items": 1e999}',
        b'{"items": [{"slot": 1, "seq": 1e999}]}',
        b"[]",
    ):
        for path in ("responses", "desk", "pulse"):
            reply = person.client.post(f"/papers/{code}/{path}", data=body, headers=headers)
            assert reply.status_code in (200, 400), (path, body[:40], reply.status_code)
            assert reply.status_code == 400 or path != "responses"


# --- 25: slow senders ------------------------------------------------------------------------------------------------------------------------------


@contextmanager
def serving(instance: Path) -> Iterator[int]:
    """Run `quiz serve` as a process of its own; give its port."""
    engine = make_engine(load_settings({"QUIZ_INSTANCE": str(instance)}).database_url)
    upgrade(engine)
    engine.dispose()
    port = free_port()
    words = [sys.executable, "-m", "quiz", "serve", "--port", str(port)]
    with subprocess.Popen(words, env={**os.environ, "QUIZ_INSTANCE": str(instance)}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            while True:
                assert process.poll() is None
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
            yield port
        finally:
            process.kill()


def test_slow_senders_hold_no_thread(tmp_path: Path) -> None:
    """Three hundred connections send half a request and stop: half of a head, or a head and half of a body. Others are answered all the same."""
    head = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    halves = (head, head + b"Content-Length: 100\r\n\r\nlogin=q001&", b"", b"G")
    with serving(tmp_path) as port, ExitStack() as stack:
        for n in range(300):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            slow.sendall(halves[n % len(halves)])
        for _ in range(20):
            with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as reply:
                assert reply.read() == b"ok\n"
