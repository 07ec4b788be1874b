"""Logging in and out, the password, the language: what strangers and people see, and what is refused."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Engine, update

from quiz.core.question import QuestionType
from quiz.settings import ROOT
from quiz.storage import turn
from quiz.storage.engine import writing
from quiz.storage.tables import AccountRow
from quiz.usecases import passwords
from quiz.web.account import HOMES
from quiz.web.context import STATIC_VERSION
from tests.web.world import PASSWORD, Clock, Person, make_longer_questions, make_questions

People = Callable[[str], Person]


def log_in(person: Person, login: str, password: str, **query: str) -> object:
    """Fill in the log-in page and send it."""
    return person.client.post("/login", query_string=query, data={"csrf_token": person.token, "login": login, "password": password})


def test_log_in_leads_to_where_the_work_is(person: People) -> None:
    stranger = person("")
    reply = log_in(stranger, " Q001 ", PASSWORD)
    assert (reply.status_code, reply.location) == (302, "/")
    assert stranger.get("/").location == "/papers"
    cookie = reply.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(("login", "path"), [("q001", "/papers"), ("setter", "/bank"), ("organiser", "/sittings")])
def test_home_of_each_role(person: People, login: str, path: str) -> None:
    assert person(login).get("/").location.startswith(path)


def test_every_home_is_a_page(app: Flask) -> None:
    assert {endpoint for _, endpoint in HOMES} <= set(app.view_functions)


def test_someone_without_a_role_is_told_what_to_do(person: People) -> None:
    reply = person("nobody").get("/")
    assert reply.status_code == 403
    assert "还没有分配" in reply.text


def test_wrong_name_and_wrong_password_read_the_same(person: People) -> None:
    stranger = person("")
    replies = [log_in(stranger, "q001", "wrong"), log_in(stranger, "q999", "wrong")]
    assert [reply.status_code for reply in replies] == [401, 401]
    assert all("登录名或密码不对" in reply.text for reply in replies)
    assert "wrong" not in replies[0].text.split("<main")[1].replace("field wrong", "")


def test_many_failures_slow_the_account_down_and_time_frees_it(person: People, clock: Clock) -> None:
    stranger = person("")
    for _ in range(5):
        assert "登录名或密码不对" in log_in(stranger, "q001", "wrong").text
    refused = log_in(stranger, "q001", PASSWORD)
    assert refused.status_code == 401
    assert "请2秒后再试" in refused.text
    clock.go_on(seconds=2)
    assert log_in(stranger, "q001", PASSWORD).status_code == 302


def test_empty_fields_are_named_and_linked(person: People) -> None:
    text = log_in(person(""), "", "").text
    assert '<a href="#login">请输入登录名或工号。</a>' in text
    assert '<a href="#password">请输入密码。</a>' in text
    assert text.count('aria-invalid="true"') == 2


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "/a\r\nX: y", "/\t/evil.example"],
)
def test_log_in_never_leads_to_another_host(person: People, target: str) -> None:
    assert log_in(person(""), "q001", PASSWORD, next=target).location == "/"


def test_log_in_leads_back_to_the_page_that_was_asked_for(person: People, code: str) -> None:
    stranger = person("")
    asked = stranger.get(f"/papers/{code}")
    assert asked.location == f"/login?next=/papers/{code}"
    assert log_in(stranger, "q001", PASSWORD, next=f"/papers/{code}").location == f"/papers/{code}"


def test_log_in_takes_a_new_token_and_log_out_ends_it(person: People) -> None:
    someone = person("")
    first = log_in(someone, "q001", PASSWORD).headers["Set-Cookie"]
    assert log_in(someone, "q001", PASSWORD).headers["Set-Cookie"] != first
    kept = someone.client.get_cookie("quiz_login")
    assert kept is not None
    assert someone.post("/logout").location == "/login"
    someone.client.set_cookie("quiz_login", kept.value)
    assert someone.get("/papers").status_code == 302


def test_log_out_is_a_form_with_a_token(trainee: Person) -> None:
    assert trainee.get("/logout").status_code == 405
    assert trainee.client.post("/logout").status_code == 400
    assert trainee.get("/papers").status_code == 200


def test_first_password_must_be_changed_before_anything_else(person: People, web_engine: Engine) -> None:
    someone = person("q001")
    with writing(web_engine) as session:
        session.execute(update(AccountRow).where(AccountRow.login == "q001").values(must_change_password=True))
    assert someone.get("/papers").location == "/password"
    assert "第一次登录" in someone.get("/password").text
    wrong = someone.post("/password", {"old": "wrong", "new": "a better one 7"})
    assert wrong.status_code == 422
    assert "原密码不对" in wrong.text
    weak = someone.post("/password", {"old": PASSWORD, "new": "short"})
    assert "密码须为8至200个字符" in weak.text
    assert someone.post("/password", {"old": PASSWORD, "new": "a better one 7"}).status_code == 302
    assert someone.get("/papers").status_code == 200


def test_a_changed_password_ends_other_log_ins(person: People) -> None:
    here, there = person("q001"), person("q001")
    assert here.post("/password", {"old": PASSWORD, "new": "a better one 7"}).status_code == 302
    assert there.get("/papers").status_code == 302


def test_language_switch_is_a_form_and_lasts(person: People) -> None:
    stranger = person("")
    assert '<html lang="zh-CN">' in stranger.get("/login").text
    assert stranger.get("/language?language=en").status_code == 405
    assert stranger.post("/language", {"language": "en", "next": "/login"}).location == "/login"
    assert '<html lang="en">' in stranger.get("/login").text
    log_in(stranger, "q001", PASSWORD)
    assert '<html lang="en">' in stranger.get("/papers").text
    stranger.post("/language", {"language": "xx", "next": "//evil.example"})
    assert '<html lang="en">' in stranger.get("/papers").text


def test_demo_says_so(app: Flask, trainee: Person) -> None:
    assert "演示系统" not in trainee.get("/papers").text


POLICY = {
    **dict.fromkeys(("default-src", "base-uri", "frame-ancestors"), "'none'"),
    **dict.fromkeys(("script-src", "style-src", "font-src", "connect-src", "form-action"), "'self'"),
    "img-src": "'self' data:",
}
"""What a page may be made of: our own files, nothing written into it, nothing of another host; and no other page holds it in a frame."""


def test_pages_carry_the_security_headers_and_nothing_inline(trainee: Person, code: str) -> None:
    trainee.post(f"/papers/{code}/start")
    for path in ("/login", "/papers", f"/papers/{code}", f"/papers/{code}/sit", f"/papers/{code}/summary", "/password"):
        reply = trainee.get(path)
        assert reply.status_code == 200
        assert {
            name: said for name, _, said in (part.strip().partition(" ") for part in reply.headers["Content-Security-Policy"].split(";"))
        } == POLICY
        assert reply.headers.get("X-Content-Type-Options") == "nosniff"
        assert reply.headers["Referrer-Policy"] == "same-origin", "an address of a paper is told to no other host"
        assert reply.headers["Cache-Control"] == "no-store"
        assert " style=" not in reply.text
        assert "<style" not in reply.text
        assert " onclick=" not in reply.text
        assert "http://" not in reply.text
        assert "https://" not in reply.text


def test_unknown_pages_and_hosts_are_refused_in_words(person: People) -> None:
    missing = person("").get("/nothing-here")
    assert missing.status_code == 404
    assert "没有找到" in missing.text
    assert person("").get("/login", headers={"Host": "evil.example"}).status_code == 400


def test_styles_are_served_small_and_cached_by_version(person: People) -> None:
    stranger = person("")
    address = re.search(r"/static/style\.css\?v=\w+", stranger.get("/login").text)
    assert address is not None
    with stranger.get(address.group()) as reply:
        assert reply.status_code == 200
        assert len(reply.data) <= 15 * 1024
        assert "max-age=31536000" in reply.headers["Cache-Control"]
    with stranger.get("/static/style.css?v=another-node-s") as reply:  # while nodes are updated: not to be kept under the other's name
        assert reply.status_code == 200
        assert "max-age=31536000" not in reply.headers["Cache-Control"]
    assert person("").get("/static/../web/app.py").status_code == 404


def test_every_process_of_one_program_gives_styles_the_same_name() -> None:
    command = [sys.executable, "-c", "from quiz.web.context import STATIC_VERSION; print(STATIC_VERSION)"]
    other = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert other.stdout.strip() == STATIC_VERSION


@pytest.mark.parametrize("kind", [kind for kind in QuestionType if kind is not QuestionType.CASE])
@pytest.mark.parametrize("mode", ["sit", "read", "review"])
def test_every_question_type_has_its_page(app: Flask, kind: QuestionType, mode: str) -> None:
    question = next(q for q in [*make_questions(), *make_longer_questions()] if q.type is kind)
    with app.test_request_context("/"):
        macros = app.jinja_env.get_template("_macros/question.html").make_module()
        text = str(macros.question(question, 1, (), mode))  # type: ignore[attr-defined]
    assert question.stem.split("号")[0] in text
    assert any(control in text for control in ("<input", "<select", "<textarea")) == (mode == "sit")
    assert (question.explanation in text) == (mode == "review")


def test_a_case_is_read_whole_in_the_bank(app: Flask) -> None:
    case = next(q for q in make_longer_questions() if q.type is QuestionType.CASE)
    with app.test_request_context("/"):
        macros = app.jinja_env.get_template("_macros/question.html").make_module()
        text = str(macros.question(case, 1, (), "review"))  # type: ignore[attr-defined]
    assert case.stem in text
    assert all(part.stem.split("：")[0] in text for part in case.parts)
    assert case.explanation in text


def test_no_save_waits_while_a_password_is_checked(app: Flask, person: People, web_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check takes tens of milliseconds on purpose; at the start of a sitting everybody logs in while the first ones save."""
    free = []
    hasher = passwords.HASHER

    class Hasher:
        def verify(self, stored: str, password: str) -> bool:
            free.append(not is_locked())
            return hasher.verify(stored, password)

        def hash(self, password: str) -> str:
            free.append(not is_locked())
            return hasher.hash(password)

    def is_locked() -> bool:
        lock = turn._threads.get(str(web_engine.url))
        return lock is not None and lock.locked()

    monkeypatch.setattr(passwords, "HASHER", Hasher())
    someone = person("")
    log_in(someone, "q001", "wrong wrong")
    log_in(someone, "q001", PASSWORD)
    someone.post("/password", {"old": PASSWORD, "new": "battery staple 7"})
    log_in(person(""), "unknown", PASSWORD)
    assert free == [True] * 5
