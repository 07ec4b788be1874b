"""The setter's pages: the published bank with its filters, and a question as it will be sat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from quiz.core.access import command_line
from quiz.core.profile import Dataset, Fact, Place, Scope
from quiz.core.question import Level, QuestionType
from quiz.core.roster import UnitKind
from quiz.core.template import Template
from quiz.storage.engine import writing
from quiz.usecases import publishing
from tests.web.world import NINE, Person, make_questions

People = Callable[[str], Person]

STATUS = {
    "/bank": {"": 302, "nobody": 403, "q001": 403, "setter": 200, "organiser": 403, "marker": 403, "inspector": 403},
    "/bank/questions/single-1": {"": 302, "nobody": 403, "q001": 403, "setter": 200, "organiser": 403, "marker": 403, "inspector": 403},
    "/bank/questions/none": {"setter": 404, "organiser": 403},
}


@pytest.mark.parametrize(("path", "login", "status"), [(path, who, status) for path, row in STATUS.items() for who, status in row.items()])
def test_who_may_open_a_page(person: People, path: str, login: str, status: int) -> None:
    """The bank with its keys is for setters only."""
    assert person(login).get(path).status_code == status


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 8),
        ("area=housing", 4),
        ("type=single", 2),
        ("level=application", 0),
        ("text=停水", 2),
        ("text=multiple-1", 1),
        ("text=%25", 0),
        ("category=general/water", 8),
        ("category=general", 8),
        ("category=gen", 0),
        ("on=2026-06-01", 8),
        ("on=2025-06-01", 0),
        ("on=yesterday&area=moon&type=x&offset=-3", 8),
    ],
)
def test_filters(person: People, query: str, count: int) -> None:
    """Each filter narrows the list; what cannot be understood is left out."""
    page = person("setter").get(f"/bank?{query}").text
    assert page.count('class="entry"') == count
    assert ("没有符合条件的题目" in page) is (count == 0)


def test_paging(person: People, web_engine: Engine) -> None:
    """A long list comes in pages that keep the filter."""
    many = [replace(make_questions()[0], uid=f"many-{n:02}") for n in range(30)]
    _publish(web_engine, many)
    setter = person("setter")
    first = setter.get("/bank?text=many").text
    assert first.count('class="entry"') == 25
    assert "offset=25" in first
    second = setter.get("/bank?text=many&offset=25").text
    assert second.count('class="entry"') == 5


def test_a_question_beside_what_only_setters_know(person: People, web_engine: Engine) -> None:
    """The trainee's view holds no key; beside it stand key, explanation, source, validity and revision."""
    page = person("setter").get("/bank/questions/fill-in-1").text
    seen, known = page.split('id="known"')
    assert "解析词" not in seen
    for text in ("第1空：", "12", "解析词供水办法", "2026年1月1日起", "第1次修订", "tests", "样题"):
        assert text in known
    _publish(web_engine, [replace(make_questions()[0], explanation="新解析")])
    assert "第2次修订" in person("setter").get("/bank/questions/single-1").text


def test_a_question_out_of_date_says_so(person: People, web_engine: Engine) -> None:
    """Before and after its validity."""
    old = replace(make_questions()[0], uid="old", valid_to=date(2026, 11, 30))
    new = replace(make_questions()[0], uid="new", valid_from=date(2027, 1, 1))
    _publish(web_engine, [old, new])
    setter = person("setter")
    assert "已失效" in setter.get("/bank/questions/old").text
    assert "尚未生效" in setter.get("/bank/questions/new").text
    assert "已失效" in setter.get("/bank?text=old").text


def test_a_template_with_and_without_local_facts(person: People, web_engine: Engine) -> None:
    """Its placeholders stand out; with a dataset it is filled in for up to three places."""
    template = Template(
        uid="t-households",
        type=QuestionType.SINGLE,
        category="township/overview",
        area="monitoring",
        department="县农业农村局",
        scope=Scope.TOWNSHIP,
        stem="截至{as_of}，{name}有监测对象（　　）户。",
        level=Level.RECALL,
        topic="概况",
        explanation="{name}有{monitored_active_households}户。",
        key="monitored_active_households",
        distractors=("near",),
    )
    _publish(web_engine, [template])
    setter = person("setter")
    page = setter.get("/bank/questions/t-households").text
    assert '<span class="slotname">as_of</span>' in page
    assert "没有可以代入的本地资料" in page
    places = tuple(Place(f"T{n:02}", f"第{n}镇", UnitKind.TOWNSHIP, facts={"monitored_active_households": Fact(number=40 + n)}) for n in range(1, 6))
    _publish(web_engine, [], [Dataset("qinglan", "青岚县", date(2026, 6, 30), "台账", "县农业农村局", places)])
    page = setter.get("/bank/questions/t-households").text
    assert "第3镇有43户" in page
    assert "第4镇" not in page


def test_stems_are_shown_as_text(person: People) -> None:
    """Mark-up in a stem reaches the page as text."""
    setter = person("setter")
    for path in ("/bank", "/bank/questions/single-1"):
        page = setter.get(path).text
        assert "&lt;b&gt;村干部&lt;/b&gt;" in page
        assert "<b>村干部" not in page
    assert "<script>" not in setter.get("/bank?text=%22%3E%3Cscript%3E").text


def test_an_empty_bank_teaches_the_next_step(person: People, web_engine: Engine) -> None:
    """Until something is published, the page says how."""
    with web_engine.execution_options(quiz_write=True).begin() as connection:
        for table in ("question_revision", "question"):
            for name in ("no_update", "no_delete"):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_{name}")
            connection.exec_driver_sql(f"DELETE FROM {table}")
    assert "quiz bank publish" in person("setter").get("/bank").text


def _publish(engine: Engine, items, datasets=()) -> None:  # type: ignore[no-untyped-def]
    with writing(engine) as session:
        publishing.publish(session, command_line("tests"), NINE - timedelta(hours=2), items, (), datasets)
