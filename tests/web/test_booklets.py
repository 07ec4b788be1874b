"""The pages of study material: who gets them, what they never hold while a paper waits, and forms that say what was wrong."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import Engine, update

from quiz.core.access import Role, command_line
from quiz.core.profile import Dataset, Fact, Place, Scope
from quiz.core.question import Level, QuestionType
from quiz.core.roster import Roster, Unit, UnitKind
from quiz.core.template import Template
from quiz.storage.engine import writing
from quiz.storage.tables import AccountRow, CadreRow
from quiz.usecases import accounts, publishing, rosters
from tests.web.world import NINE, PASSWORD, SITTING, Clock, Person, make_questions, make_roster, paper_code

PEOPLE = ("", "nobody", "q001", "setter", "organiser", "marker", "inspector")
PERSON = Callable[[str], Person]
SPARE = "备用题"


def text_of(data: bytes) -> str:
    """What a reader finds in a PDF, without spaces."""
    document = pypdfium2.PdfDocument(io.BytesIO(data))
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return "".join(text.split())


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height of the first page in millimetres."""
    width, height = pypdfium2.PdfDocument(io.BytesIO(data))[0].get_size()
    return round(width / 72 * 25.4), round(height / 72 * 25.4)


@pytest.fixture
def stocked(web_engine: Engine) -> Engine:
    """One more question that is on no paper, and a village with a household that q001 helps."""
    spare = replace(make_questions()[0], uid="spare", stem=f"{SPARE}：应当先（　　）。", area="housing")
    facts = {"households": Fact(number=412), "members": Fact(number=47)}
    places = (
        Place("V1", "柳坪村", UnitKind.VILLAGE, "T01", facts=facts),
        Place("H-7F3A", "王某家", UnitKind.HOUSEHOLD, "V1", facts=facts, helpers=("Q001",)),
    )
    dataset = Dataset("local", "青岚县", date(2026, 6, 30), "台账导出", "县巩固衔接办", places)
    templates = [
        Template(uid, QuestionType.FILL_IN, f"{scope.value}/x", "monitoring", "局", scope, stem, Level.RECALL, "t", "说明", blanks=(fact,))
        for uid, scope, stem, fact in (
            ("v", Scope.VILLAGE, "{name}共有____户。", "households"),
            ("h", Scope.HOUSEHOLD, "您帮扶的{name}有____人。", "members"),
        )
    ]
    chief, before = command_line("tests"), NINE - timedelta(hours=4)
    with writing(web_engine) as session:
        roster = make_roster()
        rosters.load_roster(session, chief, before, Roster((*roster.units, Unit("V1", "柳坪村", UnitKind.VILLAGE, "T01")), roster.cadres))
        publishing.publish(session, chief, before, [spare, *templates], [], [dataset])
    return web_engine


@pytest.mark.parametrize("login", PEOPLE)
@pytest.mark.parametrize(
    ("path", "may"),
    [
        ("/bank/booklets", {"setter", "organiser"}),
        ("/bank/booklets/booklet.pdf?samples=y", {"setter", "organiser"}),
        ("/oral", {"organiser", "inspector"}),
        ("/oral/village.pdf?village=local+V1&samples=y", {"organiser", "inspector"}),
    ],
)
def test_who_gets_which_page(stocked: Engine, person: PERSON, login: str, path: str, may: set[str]) -> None:
    reply = person(login).get(path)
    assert reply.status_code == (302 if not login else 200 if login in may else 403)


@pytest.mark.parametrize("path", ["/mistakes.pdf", "/oral/households.pdf"])
@pytest.mark.parametrize("login", ["", "nobody", "setter", "organiser", "marker", "inspector"])
def test_what_is_a_trainee_s_own_nobody_else_gets(stocked: Engine, person: PERSON, clock: Clock, login: str, path: str) -> None:
    clock.go_on(days=1)
    assert person(login).get(path).status_code == (302 if not login else 403)


def test_a_booklet_holds_nothing_of_an_open_sitting_until_its_keys_are_shown(stocked: Engine, person: PERSON, clock: Clock) -> None:
    setter = person("setter")
    stems = ["单选第1号", "多选第2号", "判断第1号", "监测期为"]
    for area in ("", "water", "housing"):
        for kind in ("pocket", "card"):
            reply = setter.get(f"/bank/booklets/booklet.pdf?samples=y&area={area}&kind={kind}&layout=pages")
            if reply.status_code == 200:
                text = text_of(reply.data)
                assert not [stem for stem in stems if stem in text]
                assert SPARE in text
    assert setter.get("/bank/booklets/booklet.pdf?samples=y&area=water").status_code == 409
    clock.go_on(hours=3)
    text = text_of(setter.get("/bank/booklets/booklet.pdf?samples=y&layout=pages").data)
    assert [stem for stem in stems if stem in text] == stems


def test_an_oral_list_holds_nothing_of_an_open_sitting_and_no_household(stocked: Engine, person: PERSON) -> None:
    text = text_of(person("inspector").get("/oral/village.pdf?village=local+V1&samples=y&most=100").data)
    assert SPARE in text
    assert "412" in text
    assert "编号H-7F3A的户" in text
    assert not [word for word in ("单选第", "判断第", "填空第", "王某", "47") if word in text]


def test_an_organiser_who_sits_gets_no_material_before_the_end(stocked: Engine, person: PERSON, clock: Clock) -> None:
    with writing(stocked) as session:
        accounts.create_account(session, command_line("tests"), NINE, "both", "李强", PASSWORD, [Role.SETTER, Role.ORGANISER], "")
        cadre = session.query(CadreRow).filter_by(number="Q003").one()
        session.execute(update(AccountRow).where(AccountRow.login == "both").values(cadre_id=cadre.id))
    both = person("both")
    for path in ("/bank/booklets", "/bank/booklets/booklet.pdf?samples=y", "/oral/village.pdf?village=local+V1&samples=y"):
        reply = both.get(path)
        assert reply.status_code == 409, path
        assert "您有一场考试还没有结束" in reply.text
        assert "备用" not in reply.text
    assert "可以收录的题" not in both.get("/bank/booklets").text
    clock.go_on(hours=3)
    assert both.get("/bank/booklets/booklet.pdf?samples=y").status_code == 200


@pytest.mark.parametrize(("size", "layout", "millimetres"), [("A6", "sheets", (210, 297)), ("A5", "sheets", (297, 210)), ("A6", "pages", (105, 149)),
                                                             ("A5", "pages", (149, 210))])  # fmt: skip
def test_it_comes_as_it_was_asked_for(stocked: Engine, person: PERSON, size: str, layout: str, millimetres: tuple[int, int]) -> None:
    reply = person("organiser").get(f"/bank/booklets/booklet.pdf?samples=y&size={size}&layout={layout}")
    assert reply.mimetype == "application/pdf"
    assert size_of(reply.data) == millimetres
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("query", ["area=none", "kind=x", "size=A4", "most=0", "most=x", "most=100000", "flip=y", "layout=z"])
def test_a_form_that_was_changed_by_hand_is_refused_in_words(stocked: Engine, person: PERSON, query: str) -> None:
    reply = person("setter").get(f"/bank/booklets/booklet.pdf?samples=y&{query}")
    assert reply.status_code == 422
    assert "请先处理下面的问题" in reply.text
    assert person("inspector").get(f"/oral/village.pdf?{query}").status_code == 422


def test_without_samples_there_is_nothing_and_the_page_says_so(stocked: Engine, person: PERSON) -> None:
    reply = person("setter").get("/bank/booklets/booklet.pdf?")
    assert reply.status_code == 409
    assert "已核对的有0题，样题有1题" in reply.text


def test_a_trainee_s_wrong_answers_after_the_end_and_not_before(app: Flask, person: PERSON, trainee: Person, code: str, clock: Clock) -> None:
    assert trainee.get(f"/papers/{code}/mistakes.pdf").status_code == 409  # not handed in
    trainee.post(f"/papers/{code}/start")
    trainee.post(f"/papers/{code}/submit")
    assert trainee.get(f"/papers/{code}/mistakes.pdf").status_code == 404
    assert trainee.get("/mistakes.pdf").status_code == 409
    assert "mistakes.pdf" not in trainee.get(f"/papers/{code}/result").text
    clock.go_on(hours=3)
    page = trainee.get(f"/papers/{code}/result").text
    assert f"/papers/{code}/mistakes.pdf" in page
    assert "/mistakes.pdf" in trainee.get("/papers").text
    text = text_of(trainee.get(f"/papers/{code}/mistakes.pdf").data)
    assert "王秀英" in text
    assert f"{SITTING}季度测试" in text
    assert "您的作答未作答" in text
    assert "先核实再报告" in text
    assert text_of(trainee.get("/mistakes.pdf").data) == text
    assert size_of(trainee.get("/mistakes.pdf").data) == (149, 210)
    assert size_of(trainee.get("/mistakes.pdf?layout=sheets").data) == (297, 210)
    other = person("q002")
    assert other.get(f"/papers/{code}/mistakes.pdf").status_code == 404
    assert other.get("/mistakes.pdf").status_code == 409


def test_a_helper_s_households_are_theirs_and_offered_when_nothing_waits_for_them(stocked: Engine, person: PERSON, clock: Clock) -> None:
    helper, other = person("q001"), person("q002")
    assert "households.pdf" not in helper.get("/papers").text
    assert helper.get("/oral/households.pdf").status_code == 409
    clock.go_on(hours=3)
    assert "/oral/households.pdf" in helper.get("/papers").text
    text = text_of(helper.get("/oral/households.pdf").data)
    assert "您帮扶的王某家有人。" in text
    assert "答47" in text
    assert "households.pdf" not in other.get("/papers").text
    assert other.get("/oral/households.pdf").status_code == 404


def test_another_s_paper_and_none_are_told_alike(person: PERSON, web_engine: Engine, clock: Clock) -> None:
    clock.go_on(hours=3)
    theirs = paper_code(web_engine, "Q002")
    replies = [person("q001").get(f"/papers/{code}/mistakes.pdf") for code in (theirs, "AAAAA-AAAAA")]
    assert [reply.status_code for reply in replies] == [404, 404]
