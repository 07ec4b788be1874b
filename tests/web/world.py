"""A small county for tests of the pages: two trainees, one of each staff role, questions of every type, one sitting that is open now."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from quiz.core.access import Role, command_line
from quiz.core.blueprint import Blueprint, Cell, Section
from quiz.core.message import QuizError
from quiz.core.paper import Paper
from quiz.core.plan import SittingPlan
from quiz.core.question import TRUE_OPTIONS, Blank, BlankKind, Level, Option, Point, Question, QuestionType, Source
from quiz.core.response import check_response
from quiz.core.roster import Cadre, Group, Post, PostKind, Roster, Unit, UnitKind
from quiz.core.rule import Rule, RuleName
from quiz.core.shown import as_shown
from quiz.core.sitting import Release
from quiz.settings import Settings
from quiz.storage import accounts as account_rows
from quiz.storage.engine import reading, writing
from quiz.storage.papers import read_paper
from quiz.storage.sittings import get_sitting, seats_of_sitting
from quiz.storage.tables import PaperRow
from quiz.usecases import accounts, publishing, rosters, scheduling
from quiz.usecases.log_ins import token_digest
from quiz.web import create_app
from quiz.web.context import LOGIN_COOKIE, Installation
from tests.words import words

ZONE = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 12, 1, 9, 0, tzinfo=ZONE)
"""When the sitting opens; it closes at eleven, an attempt lasts an hour, and the tests' clock starts at ten past nine."""

PASSWORD = "correct horse 9"
SITTING = "demo"
SECRET_WORD = "解析词"
"""Stands in every explanation and source, and nowhere else."""

PEOPLE = {
    "q001": ("王秀英", Role.TRAINEE, "Q001"),
    "q002": ("李强", Role.TRAINEE, "Q002"),
    "setter": ("孙命题", Role.SETTER, ""),
    "organiser": ("周组考", Role.ORGANISER, ""),
    "marker": ("吴阅卷", Role.MARKER, ""),
    "inspector": ("郑督查", Role.INSPECTOR, ""),
}


class Clock:
    """The tests' time: it stands still until it is told to go on."""

    def __init__(self, at: datetime = NINE + timedelta(minutes=10)) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def go_on(self, **duration: float) -> None:
        """Let some time pass."""
        self.at += timedelta(**duration)


def make_questions() -> list[Question]:
    """Two questions of each type; the key of every choice is known from its option's text, which says 对."""
    out = []
    for n in (1, 2):
        base = Question(
            uid=f"single-{n}",
            type=QuestionType.SINGLE,
            category="general/water",
            area="water",
            department="县水利局",
            stem=f"单选第{n}号：村民反映停水，<b>村干部</b>先做什么（　　）。{words(f'单{n}')}",
            level=Level.RECALL,
            topic="供水",
            source=Source(f"{SECRET_WORD}供水办法", "县政府", "第三条"),
            explanation=f"{SECRET_WORD}：先核实再报告。",
            valid_from=date(2026, 1, 1),
            options=(Option("A", "对，先核实"), Option("B", "错，先上报"), Option("C", "错，先等待"), Option("D", "错，先发文")),
            key=frozenset("A"),
        )
        options = (Option("A", "对，供水"), Option("B", "对，供电"), Option("C", "错，商铺"), Option("D", "错，私宅"))
        out += [
            base,
            replace(
                base,
                uid=f"multiple-{n}",
                type=QuestionType.MULTIPLE,
                stem=f"多选第{n}号：公共设施包括（　　）。{words(f'多{n}')}",
                options=options,
                key=frozenset("AB"),
            ),
            replace(
                base,
                uid=f"true-false-{n}",
                type=QuestionType.TRUE_FALSE,
                area="housing",
                stem=f"判断第{n}号：危房改造须先鉴定。{words(f'判{n}')}",
                options=TRUE_OPTIONS,
                key=frozenset("T"),
                keep_order=True,
            ),
            replace(
                base,
                uid=f"fill-in-{n}",
                type=QuestionType.FILL_IN,
                area="housing",
                stem=f"填空第{n}号：监测期为____个月，由____负责。{words(f'填{n}')}",
                options=(),
                key=frozenset(),
                blanks=(Blank(("12",), BlankKind.NUMBER, "个月"), Blank((f"{SECRET_WORD}镇政府",))),
            ),
        ]
    return out


def make_longer_questions() -> list[Question]:
    """One ordering, matching, short answer and case."""
    base = make_questions()[0]
    items = (Option("A", "民主评议"), Option("B", "入户核实"), Option("C", "县级审定"))
    plain = replace(base, options=(), key=frozenset())
    prompts = (Option("1", "住房"), Option("2", "饮水"))
    point = Point(f"{SECRET_WORD}要点", Decimal(4))
    return [
        replace(plain, uid="order", type=QuestionType.ORDERING, stem="排序第1号：按程序排列。", options=items, key=frozenset({"1B", "2A", "3C"})),
        replace(plain, uid="match", type=QuestionType.MATCHING, stem="连线第1号：", options=items, prompts=prompts, key=frozenset({"1A", "2C"})),
        replace(plain, uid="short", type=QuestionType.SHORT_ANSWER, stem="简答第1号：简述程序。", points=(point,), model_answer=SECRET_WORD),
        replace(plain, uid="case", type=QuestionType.CASE, stem="案例第1号：某村有一户。", parts=(replace(base, uid="case#1"),)),
    ]


def make_blueprint() -> Blueprint:
    """Two slots of each type, 20 marks in all, 12 to pass."""
    water, housing = (Cell(2, areas=("water",)),), (Cell(2, areas=("housing",)),)
    return Blueprint(
        id="small",
        title="小卷",
        minutes=60,
        pass_mark=Decimal(12),
        sections=(
            Section("单项选择题", QuestionType.SINGLE, Decimal(2), water, Rule()),
            Section("多项选择题", QuestionType.MULTIPLE, Decimal(4), water, Rule(RuleName.HALF)),
            Section("判断题", QuestionType.TRUE_FALSE, Decimal(1), housing, Rule()),
            Section("填空题", QuestionType.FILL_IN, Decimal(3), housing, Rule()),
        ),
        notes=("请独立完成。",),
    )


def make_roster() -> Roster:
    """A county with a town and a department, one cadre in each and one more in the town who has no account."""
    return Roster(
        units=(
            Unit("QL", "青岚县", UnitKind.COUNTY),
            Unit("T01", "柳溪镇", UnitKind.TOWNSHIP, "QL"),
            Unit("D01", "县水利局", UnitKind.DEPARTMENT, "QL"),
        ),
        cadres=(
            Cadre("Q001", "王秀英", "T01", posts=(Post(PostKind.TOWNSHIP_STAFF, "T01", date(2025, 1, 1)),)),
            Cadre("Q002", "李强", "D01", posts=(Post(PostKind.DEPARTMENT_STAFF, "D01", date(2025, 1, 1)),)),
            Cadre("Q003", "赵敏", "T01"),
        ),
    )


def fill(engine: Engine) -> None:
    """Store the small county, its accounts and its sitting."""
    before = NINE - timedelta(days=1)
    chief = command_line("tests")
    with writing(engine) as session:
        rosters.load_roster(session, chief, before, make_roster())
        publishing.publish(session, chief, before, make_questions(), [make_blueprint()])
        for login, (name, role, cadre) in PEOPLE.items():
            accounts.create_account(session, chief, before, login, name, PASSWORD, [role], cadre)
        accounts.create_account(session, chief, before, "nobody", "钱无岗", PASSWORD, [])
    schedule(engine, SITTING)


def schedule(engine: Engine, code: str, release: Release = Release.ON_CLOSE, opens_at: datetime = NINE, cadres: tuple[str, ...] = ()) -> None:
    """Schedule a sitting of two hours."""
    closes_at = opens_at + timedelta(hours=2)
    plan = SittingPlan(code, f"{code}季度测试", "small", Group(cadres=cadres), opens_at, closes_at, release=release)
    with writing(engine) as session:
        scheduling.create_sitting(session, command_line("tests"), opens_at - timedelta(hours=3), plan, ZONE, bytes(range(32)))


def make_app(engine_url: str, folder: Path, clock: Clock, **settings: object) -> Flask:
    """Return the application on a filled database, with the tests' clock."""
    return create_app(Settings(folder, engine_url, "the tests' own key, long enough for one", ZONE, **settings), clock=clock)  # type: ignore[arg-type]


def engine_of(app: Flask) -> Engine:
    """Return the application's engine."""
    installation: Installation = app.extensions["quiz"]
    return installation.engine


def paper_code(engine: Engine, number: str, sitting: str = SITTING) -> str:
    """Return the code of a cadre's paper."""
    with reading(engine) as session:
        row = get_sitting(session, sitting)
        assert row is not None
        return seats_of_sitting(session, row, numbers=[number])[0].paper.code


def paper_of(engine: Engine, number: str, sitting: str = SITTING) -> Paper:
    """Return a cadre's paper."""
    with reading(engine) as session:
        row = get_sitting(session, sitting)
        assert row is not None
        return read_paper(seats_of_sitting(session, row, numbers=[number])[0].paper)


def right_answers(engine: Engine, number: str, sitting: str = SITTING) -> dict[int, list[str]]:
    """Return a right response to every slot of a cadre's paper."""
    paper = paper_of(engine, number, sitting)
    return {
        slot.number: [blank.answers[0] for blank in slot.question.blanks] if slot.question.type is QuestionType.FILL_IN else sorted(slot.question.key)
        for slot in paper.slots
    }


def as_on_page(engine: Engine, code: str, slot: object, value: object) -> Any:
    """Return a response that names options by their ids with the names that the page of this paper has for them; what is none stays as it is."""
    with reading(engine) as session:
        row = session.scalar(select(PaperRow).where(PaperRow.code == code))
        paper = read_paper(row) if row is not None else None
    found = paper.slot(slot) if paper is not None and type(slot) is int else None
    if found is None or not isinstance(value, list):
        return value
    try:
        return list(as_shown(found.question, check_response(found.question, value)))
    except QuizError:
        return value


class Person:
    """Somebody at a browser: pages by `get`, forms by `post` and scripts by `post_json`, both with the token that the pages give out."""

    def __init__(self, app: Flask, login: str = "") -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        if login:
            self.sign_in(login)

    def sign_in(self, login: str) -> None:
        """Open a log-in session at once, without the page and the slow hash."""
        token = secrets.token_urlsafe(32)
        now = self.app.extensions["quiz"].clock()
        with writing(engine_of(self.app)) as session:
            account = account_rows.get_account(session, login)
            assert account is not None
            account_rows.save_login(session, token_digest(token), account.id, now, now + timedelta(hours=16))
        self.client.set_cookie(LOGIN_COOKIE, token)

    @property
    def token(self) -> str:
        """The CSRF token of this person's session."""
        page = self.client.get("/login").get_data(as_text=True)
        return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]

    def get(self, path: str, **options: object) -> TestResponse:
        """Get a page."""
        return self.client.get(path, **options)  # type: ignore[arg-type]

    def post(self, path: str, data: dict[str, object] | None = None, **options: object) -> TestResponse:
        """Send a form; in one of a paper, tests name options by their ids."""
        data = data or {}
        if path.startswith("/papers/") and "/save" in path:
            data = {name: self._field(path, name, value) for name, value in data.items()}
        return self.client.post(path, data={"csrf_token": self.token, **data}, **options)  # type: ignore[arg-type]

    def _field(self, path: str, name: str, value: object) -> object:
        if not re.fullmatch(r"s\d+", name):
            return value
        return as_on_page(engine_of(self.app), path.split("/")[2], int(name[1:]), value if isinstance(value, list) else [value])

    def post_json(self, path: str, body: object) -> TestResponse:
        """Send what a script sends."""
        return self.client.post(path, json=body, headers={"X-CSRFToken": self.token, "Accept": "application/json"})

    def save(self, code: str, slot: object, value: object, seq: object, device: str = "d1") -> TestResponse:
        """Save one response as the sitting page's script does; tests name options by their ids."""
        value = as_on_page(engine_of(self.app), code, slot, value)
        return self.post_json(f"/papers/{code}/responses", {"device": device, "items": [{"slot": slot, "value": value, "seq": seq}]})


def outcome(reply: TestResponse) -> dict[str, Any]:
    """Return what became of the one save of a call that was answered."""
    assert reply.status_code == 200, reply.text
    items: list[dict[str, Any]] = reply.get_json()["items"]
    return items[0]
