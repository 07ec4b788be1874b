"""A contest on its pages: how marks are taken off is told before, each loss afterwards, and nowhere does anybody pass or fail."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pypdfium2
import pytest
from sqlalchemy import Engine

from quiz.core.access import Actor, Role, command_line
from quiz.core.blueprint import Blueprint, Cell, Section
from quiz.core.contest import FLOORS, Contest
from quiz.core.plan import SittingPlan
from quiz.core.question import QuestionType
from quiz.core.roster import Group
from quiz.core.rule import Rule, RuleName
from quiz.core.saving import Save
from quiz.storage.engine import writing
from quiz.usecases import attempts, handing_in, publishing, scheduling
from tests.web.world import NINE, ZONE, Clock, Person, paper_code

People = Callable[..., Person]
CONTEST = "contest"
SECTIONS = (
    Section("单项选择题", QuestionType.SINGLE, Decimal(2), (Cell(2),), Rule(RuleName.DEDUCT, Decimal(1))),
    Section("判断题", QuestionType.TRUE_FALSE, Decimal(1), (Cell(1),), Rule()),
)
RULE = "答错倒扣1分，不答不得分也不扣分"


@pytest.fixture
def contest(web_engine: Engine, clock: Clock) -> Engine:
    """A contest that is over, in which Q001 had everything wrong: −2, which counts as 0."""
    plan = Blueprint(CONTEST, "竞赛卷", 60, Decimal(0), SECTIONS, contest=Contest.NOT_BELOW_ZERO)
    sitting = SittingPlan(CONTEST, "政策知识竞赛", CONTEST, Group(), NINE, NINE + timedelta(hours=2), forms=1)
    person, before = Actor("Q001", {Role.TRAINEE: "/"}, cadre_number="Q001"), NINE - timedelta(hours=3)
    with writing(web_engine) as db:
        publishing.publish(db, command_line("tests"), before, [], [plan])
        scheduling.create_sitting(db, command_line("tests"), before, sitting, ZONE, bytes(range(32)))
    code = paper_code(web_engine, "Q001", CONTEST)
    with writing(web_engine) as db:
        attempts.start(db, person, code, NINE + timedelta(minutes=1))
        handing_in.submit(db, person, code, [Save(n, [wrong], n) for n, wrong in enumerate("BBF", 1)], "d", NINE + timedelta(minutes=9))
    clock.go_on(hours=3)
    return web_engine


def test_it_is_told_before_anybody_begins(person: People, contest: Engine) -> None:
    office = person("organiser")
    for page in (
        person("q002").get(f"/papers/{paper_code(contest, 'Q002', CONTEST)}"),
        office.get(f"/sittings/{CONTEST}"),
        office.get("/sittings/new"),
    ):
        assert FLOORS[Contest.NOT_BELOW_ZERO] in page.text
        assert RULE in page.text
        assert "不设及格线" in page.text


def test_each_loss_and_the_floor_are_told_afterwards(person: People, contest: Engine) -> None:
    for page in (
        person("q001").get(f"/papers/{paper_code(contest, 'Q001', CONTEST)}/result").text,
        person("organiser").get(f"/sittings/{CONTEST}/cadres/Q001").text,
    ):
        assert page.count("答错，倒扣1分。") == 2
        assert "各题得分之和是−2分，按竞赛规定总分不低于0分，记0分。" in page
        assert "不及格" not in page


def test_nobody_passes_or_fails_on_any_page(person: People, contest: Engine) -> None:
    office = person("organiser")
    for path in ("", "/report", "/cadres/Q001", "/draw"):
        page = office.get(f"/sittings/{CONTEST}{path}")
        assert page.status_code == 200
        assert "不及格</span>" not in page.text
        assert ">及格</span>" not in page.text
    assert "安排补考" not in office.get(f"/sittings/{CONTEST}").text
    assert "竞赛不设及格线，没有补考" in office.get(f"/sittings/{CONTEST}/make-up").text
    assert "竞赛不设及格线，不能据此发放证书" in office.get(f"/sittings/{CONTEST}/certificates").text
    record = office.get("/records/Q001").text
    assert "不设" in record
    assert "不及格" not in record


def test_a_correction_tells_of_nobody_passing(person: People, contest: Engine) -> None:
    """Its preview, its page, its notice; scores stand there exactly."""
    office = person("organiser")
    path = f"/sittings/{CONTEST}/correct"
    uid = re.findall(r"question\?uid=([^\"&]+)", office.get(path).text)[0]
    path = f"{path}/question?uid={uid}"
    sent = {"remedy": "drop", "reason": "题干有歧义"}
    seen = office.post(path, sent).text
    office.post(path, {**sent, "confirmed": re.findall(r'name="confirmed"[^>]*value="([^"]+)"', seen)[0]})
    page = office.get(f"/sittings/{CONTEST}/corrections/1")
    notice = pypdfium2.PdfDocument(office.get(f"/sittings/{CONTEST}/corrections/1/notice.pdf").data)
    told = "".join(side.get_textpage().get_text_range() for side in notice)
    notice.close()
    assert "成绩变动" in told
    assert page.status_code == 200
    for text in (seen, page.text, told):
        assert "及格" not in text.replace("不设及格线", "")
        assert "折算" in text
    assert not re.search(r"\d\.\d{3}", page.text)


def test_what_is_below_nothing_has_a_true_minus_sign(person: People, contest: Engine) -> None:
    """Who had everything wrong earned −40 % of the marks: nowhere with the hyphen that is easily overlooked."""
    office = person("organiser")
    for path in ("/items", "/report/areas", "/cadres/Q001"):
        page = office.get(f"/sittings/{CONTEST}{path}").text
        assert not re.search(r">\s*-\d", page), path
    assert "−40.0%" in office.get(f"/sittings/{CONTEST}/items").text
