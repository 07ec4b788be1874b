"""Every page that links lead to in the demo, for every role, and every page of a small county where much has happened: sound, in its language."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Engine
from werkzeug.exceptions import HTTPException

from quiz.cli import quiz
from quiz.settings import load_settings
from quiz.web import create_app
from tests.attacks.routes import EVERYBODY, ROUTES, STRANGER, VISITOR, cases, enter, furnish
from tests.web.page_reading import Ear, Page, content_of
from tests.web.world import PASSWORD, Clock, Person, engine_of, make_app

ROLES = {"c0040": ["--role", "trainee", "--cadre", "C0040"]}
"""Who has no account in the demo yet: a trainee who has started nothing."""

PEOPLE = ("", "c0035", "setter", "organiser", "marker", "inspector", "head", *ROLES)
BEGIN = ("/", "/login", "/admit", "/certificates/KX-NONE")
NO_PAGES = ("account.static", "account.picture")


@dataclass(frozen=True)
class Visit:
    """What somebody got at an address."""

    who: str
    path: str
    status: int
    page: Page

    def __str__(self) -> str:
        return f"{self.who or STRANGER} {self.path}"


def in_english(person: Person) -> Person:
    """Return the person with English chosen."""
    person.post("/language", {"language": "en", "next": "/"})
    return person


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demo as `quiz demo` prepares it, with an account for every role."""
    folder = str(tmp_path_factory.mktemp("demo"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUIZ_INSTANCE", folder)
        accounts = (["account", "create", login, "--name", login, "--password", PASSWORD, *rest] for login, rest in ROLES.items())
        commands = [["demo", "--no-serve"], *accounts]
        for words in commands:
            done = CliRunner().invoke(quiz, words)
            assert done.exit_code == 0, done.output
        app = create_app(load_settings())
    yield app
    engine_of(app).dispose()


@pytest.fixture(scope="module")
def demo_visits(demo: Flask) -> list[Visit]:
    """Every page that links lead everybody to, each kind of page once, and once more for each thing that one may choose on it."""
    return [visit for who in PEOPLE for visit in walk(demo, who)]


def walk(app: Flask, who: str) -> Iterator[Visit]:
    """Follow links as one person; of pages of the same kind only the first."""
    person, rules = in_english(Person(app, who)), app.url_map.bind("localhost")
    seen, waiting = set(), list(BEGIN)
    while waiting:
        path = waiting.pop(0)
        parts = urlsplit(path)
        try:
            endpoint, _ = rules.match(parts.path, method="GET")
        except HTTPException:
            continue
        chosen = tuple(sorted({name for name, _ in parse_qsl(parts.query)}))
        if (endpoint, chosen) in seen or len(chosen) > 1 or endpoint in NO_PAGES:
            continue
        seen.add((endpoint, chosen))
        with person.get(path) as reply:
            if reply.status_code in (301, 302):
                waiting.append(reply.location)
            elif reply.mimetype == "text/html":
                yield Visit(who, path, reply.status_code, Page(reply.text))
                waiting += [html.unescape(link) for link in re.findall(r'href="(/[^"#]*)', reply.text)]
            else:
                assert reply.status_code == 200, path


@pytest.fixture(scope="module")
def small(filled_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The small county with a correction, a sample, certificates, practice and a scanned sheet."""
    folder = tmp_path_factory.mktemp("small")
    shutil.copyfile(filled_sqlite, folder / "quiz.db")
    app = make_app(f"sqlite:///{(folder / 'quiz.db').as_posix()}", folder, Clock())
    furnish(engine_of(app))
    yield app
    engine_of(app).dispose()


@pytest.fixture(scope="module")
def small_visits(small: Flask) -> list[Visit]:
    """Every address of the application for everybody whom it is for."""
    out = []
    for who in sorted(EVERYBODY):
        person = in_english(enter(small, who))
        for case in cases(small, ("GET",)):
            if who in ROUTES[case.endpoint]:
                reply = case.ask(person)
                if reply.mimetype == "text/html" and not reply.location:
                    out.append(Visit(who, case.path, reply.status_code, Page(reply.text)))
    return out


@pytest.fixture(scope="module")
def refusals(small: Flask, small_visits: list[Visit]) -> list[Visit]:
    """What everybody is shown who sends a form empty, after all pages were looked at."""
    out = []
    for who in sorted(EVERYBODY - {VISITOR}):
        person = in_english(enter(small, who))
        for case in cases(small, ("POST",)):
            if who in ROUTES[case.endpoint]:
                reply = case.ask(person)
                if reply.mimetype == "text/html" and reply.status_code >= 400:
                    out.append(Visit(who, case.path, reply.status_code, Page(reply.text)))
    return out


def test_no_link_leads_to_a_refusal(demo_visits: list[Visit]) -> None:
    assert len(demo_visits) > 120
    assert [str(visit) for visit in demo_visits if visit.status != 200 and visit.path not in BEGIN] == []


@pytest.mark.parametrize("visits", ["demo_visits", "small_visits", "refusals"])
def test_pages_are_sound_for_keyboard_and_ear(visits: str, request: pytest.FixtureRequest) -> None:
    found = [f"{visit}: {fault}" for visit in request.getfixturevalue(visits) for fault in visit.page.faults()]
    assert found == []


@pytest.mark.parametrize(("world", "visits"), [("demo", "demo_visits"), ("small", "small_visits"), ("small", "refusals")])
def test_english_pages_have_no_chinese_but_content(world: str, visits: str, request: pytest.FixtureRequest) -> None:
    engine: Engine = engine_of(request.getfixturevalue(world))
    ear, found = Ear(content_of(engine)), dict[str, str]()
    for visit in request.getfixturevalue(visits):
        for said in visit.page.said():
            left = ear.left(said)
            if left and said not in found:
                found[said] = f"{visit}: {said!r}"
    assert list(found.values()) == []


PLAIN = '<html lang="en"><title>t</title><main><h1>Head</h1>{}</main></html>'


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ('<input name="a">', "no label"),
        ('<img src="a.png">', "no alt"),
        ("<table><tr><td>1</td></tr></table>", "no head"),
        ('<p id="a"></p><p id="a"></p>', "id 'a' 2 times"),
        ('<p class="field-problem">Too long</p>', "belongs to no field"),
        ("<h1>Again</h1>", "2 <h1>"),
        ("<h3>Deep</h3>", "follows <h1>"),
        ('<a href="#there">on</a>', "not there"),
        ('<form method="post"><button>x</button></form>', "no token"),
        ("<button></button>", "says nothing"),
        ("<nav><a href='/'>x</a></nav>", "without names"),
        ("<p><b>x</p></b>", "ended by"),
        ('<p tabindex="2">x</p>', "jumps the order"),
    ],
)
def test_each_fault_is_found(part: str, fault: str) -> None:
    assert Page(PLAIN.format("")).faults() == []
    assert fault in " ".join(Page(PLAIN.format(part)).faults())


def test_chinese_marks_are_told_from_content() -> None:
    ear = Ear(["县水利局", "柳溪镇"])
    assert [ear.left(text) for text in ("县水利局, 柳溪镇", "A, B", "“x” — …")] == ["", "", ""]
    assert all(ear.left(text) for text in ("县水利局、柳溪镇", "A（B）", "合计", "县水利局："))
    assert list(Page('<html lang="en"><p lang="zh-CN">题</p><p title="名">x</p></html>').said()) == ["x", "名"]
