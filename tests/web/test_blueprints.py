"""The pages of blueprints: who may open them, what they tell, and the way from a table of numbers to a published blueprint, without script."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import Engine

from quiz.banks.blueprint_file import load_blueprint
from quiz.banks.blueprint_text import write_blueprint
from quiz.core.access import Role, command_line
from quiz.core.contest import Contest
from quiz.core.rule import Rule, RuleName
from quiz.storage import banks
from quiz.storage.engine import reading, writing
from quiz.usecases import accounts, publishing
from tests.web.test_workbench import ONE
from tests.web.world import NINE, PASSWORD, SECRET_WORD, Person, make_blueprint, make_questions

People = Callable[[str], Person]
HOSTILE = "<script>alert(1)</script>"
SETTERS = [("setter", 200), ("organiser", 403), ("q001", 403), ("marker", 403), ("inspector", 403), ("nobody", 403)]
CHECKERS = [(who, 200 if who == "organiser" else status) for who, status in SETTERS]


def text_of(**changes: object) -> str:
    return write_blueprint(replace(make_blueprint(), **changes))  # type: ignore[arg-type]


def page_of(reply: object) -> str:
    return unescape(reply.get_data(as_text=True))  # type: ignore[attr-defined]


def sent_text(page: str) -> str:
    """The text in the editor of a page."""
    return page.split('id="source"', 1)[1].split(">", 1)[1].split("</textarea>", 1)[0].lstrip("\n")


def seen_in(page: str) -> str:
    return page.split('name="seen" value="', 1)[1].split('"', 1)[0]


@pytest.mark.parametrize(("who", "status"), CHECKERS)
def test_who_may_read_checks(person: People, who: str, status: int) -> None:
    assert person(who).get("/blueprints").status_code == status
    assert person(who).get("/blueprints/small").status_code == status


@pytest.mark.parametrize(("who", "status"), SETTERS)
def test_who_may_write(person: People, who: str, status: int) -> None:
    someone = person(who)
    assert someone.get("/blueprints/small/edit").status_code == status
    assert someone.get("/blueprints/-/new").status_code == status
    assert someone.post("/blueprints/-/preview", {"source": text_of()}).status_code == status
    assert someone.post("/blueprints/-/edit", {"source": text_of()}).status_code == status


def test_a_stranger_goes_to_the_log_in_page(person: People) -> None:
    assert person("").get("/blueprints").status_code == 302
    assert person("").post("/blueprints/-/preview", {"source": "x"}).status_code == 401


def test_forms_need_the_token(person: People) -> None:
    assert person("setter").client.post("/blueprints/-/preview", data={"source": text_of()}).status_code == 400


def test_an_unknown_blueprint_is_not_found(person: People) -> None:
    setter = person("setter")
    for path in ("/blueprints/nothing", "/blueprints/nothing/edit", "/blueprints/-"):
        assert setter.get(path).status_code == 404


def test_the_check_shows_table_forecast_and_documents(person: People) -> None:
    page = page_of(person("setter").get("/blueprints/small"))
    assert "题库足够：3人都能组成完整的试卷。" in page
    assert re.search(r"饮水安全</th>\s*<td class=\"num\"><b>2</b> <span class=\"stock\">/ 2</span>", page)
    assert "估算用时" in page
    assert "平均3.0份，最多3份" in page
    assert "（不可能低于3份）" in page
    assert f"《{SECRET_WORD}供水办法》" in page


def test_an_organiser_is_given_no_link_into_the_bank(person: People, web_engine: Engine) -> None:
    ending = replace(make_questions()[0], valid_to=date(2026, 12, 31))
    with writing(web_engine) as db:
        publishing.publish(db, command_line("x"), NINE, [ending])
    assert "/bank/questions/single-1" in page_of(person("setter").get("/blueprints/small"))
    page = page_of(person("organiser").get("/blueprints/small"))
    assert "single-1" in page
    assert "/bank" not in page
    assert "/blueprints/small/edit" not in page


def test_a_bad_day_is_today_and_an_unknown_profile_is_passed_over(person: People) -> None:
    assert person("setter").get("/blueprints/small?on=gestern&profile=nothing").status_code == 200
    lapsed = page_of(person("setter").get("/blueprints/small?on=2025-01-01"))
    assert "题库不足：有4处缺题" in lapsed
    assert "需要2题，只有0题，缺2题" in lapsed


def test_the_text_of_a_published_blueprint_is_edited_and_published(person: People, web_engine: Engine) -> None:
    setter = person("setter")
    page = page_of(setter.get("/blueprints/small/edit"))
    assert load_blueprint(sent_text(page), "x").value == make_blueprint()
    reply = setter.post("/blueprints/-/edit", {"source": text_of(title="新小卷"), "seen": seen_in(page), "do": "publish"})
    assert (reply.status_code, reply.location) == (302, "/blueprints/small?published=1")
    assert "新小卷" in page_of(setter.get(reply.location))
    with reading(web_engine) as db:
        row = banks.get_document(db, banks.BLUEPRINT, "small")
        assert row is not None
        assert (row.number, row.title) == (2, "新小卷")
    again = setter.post("/blueprints/-/edit", {"source": text_of(title="又一个"), "seen": seen_in(page), "do": "publish"})
    assert again.status_code == 409
    assert "在别处发布过新的内容" in page_of(again)
    assert "又一个" in sent_text(page_of(again))


def test_what_the_bank_cannot_fill_is_not_published(person: People) -> None:
    text = text_of(id="big").replace("count: 2, area: water", "count: 3, area: water").replace("total: 20", "total: 26")
    reply = person("setter").post("/blueprints/-/edit", {"source": text, "seen": "", "do": "publish"})
    assert reply.status_code == 409
    assert "蓝图没有发布：有2处缺题" in page_of(reply)
    assert "需要3题，只有2题，缺1题" in page_of(reply)
    assert person("setter").get("/blueprints/big").status_code == 404


def test_a_text_with_errors_is_not_published(person: People) -> None:
    reply = person("setter").post("/blueprints/-/edit", {"source": text_of(id="big").replace("total: 20", "total: 21"), "do": "publish"})
    assert reply.status_code == 422
    assert "B401" in page_of(reply)


def test_the_preview_tells_faults_and_shortages_together(person: People) -> None:
    text = text_of().replace("count: 2, area: water", "count: 3, area: water", 1)
    page = page_of(person("setter").post("/blueprints/-/preview", {"source": text}))
    assert "<html" not in page
    assert "各大题分值之和是22" in page
    assert "缺1题" in page
    assert re.search(r'name="count:\d+:\d+:3" value="3" data-cell="0"', page)


@pytest.mark.parametrize(
    "text", ["", "\0", "[", "a: b", "blueprint: {}", HOSTILE, "blueprint: {id: x, title: '" + HOSTILE + "'}\nsections: [1]", "- " * 500]
)
def test_no_text_breaks_the_preview(person: People, text: str) -> None:
    reply = person("setter").post("/blueprints/-/preview", {"source": text})
    assert reply.status_code == 200
    assert HOSTILE not in reply.get_data(as_text=True)
    assert "正文里还读不出大题" in page_of(reply)


def test_hostile_names_are_escaped(person: People) -> None:
    reply = person("setter").post("/blueprints/-/edit", {"source": text_of().replace("单项选择题", f'"{HOSTILE}"'), "do": "refresh"})
    assert reply.status_code == 200
    assert HOSTILE not in reply.get_data(as_text=True)


def test_a_text_that_is_too_long_is_refused(person: People) -> None:
    assert person("setter").post("/blueprints/-/preview", {"source": "#" * 100_001}).status_code == 413


def test_numbers_of_the_table_are_written_into_the_text_without_script(person: People) -> None:
    setter = person("setter")
    page = page_of(setter.get("/blueprints/small/edit"))
    name = re.search(r'name="(count:\d+:\d+:2)" value="2" data-cell="1"', page)
    assert name is not None
    for value, count in (("1", 1), ("0", 2), ("x", 2), ("-1", 2), ("1e2", 2), ("201", 2), ("", 2)):
        reply = setter.post("/blueprints/-/edit", {"source": sent_text(page), "do": "refresh", name[1]: value})
        changed = sent_text(page_of(reply))
        assert changed.count("count: 2,") == (3 if count == 1 else 4)
    moved = "# a line\n" + sent_text(page)
    reply = setter.post("/blueprints/-/edit", {"source": moved, "do": "refresh", name[1]: "1"})
    assert sent_text(page_of(reply)).rstrip() == moved.rstrip()


def test_a_blueprint_is_made_from_a_table_of_numbers(person: People) -> None:
    setter = person("setter")
    data = {"title": "新卷", "id": "new-1", "minutes": "45", "pass": "60", "n-single-water": "2", "n-true_false-housing": "1", "n-fill_in-any": "1"}
    page = page_of(setter.post("/blueprints/-/new", {**data, "each-single": "1.5", "n-multiple-water": ""}))
    plan = load_blueprint(sent_text(page), "x").value
    assert plan is not None
    assert (plan.id, plan.title, plan.minutes, str(plan.total), str(plan.pass_mark)) == ("new-1", "新卷", 45, "6.0", "3.6")
    assert [(section.type.value, section.count) for section in plan.sections] == [("single", 2), ("true_false", 1), ("fill_in", 1)]
    reply = setter.post("/blueprints/-/edit", {"source": sent_text(page), "seen": seen_in(page), "do": "publish"})
    assert reply.location == "/blueprints/new-1?published=1"


def test_local_numbers_let_general_questions_stand_in(person: People) -> None:
    page = page_of(person("setter").post("/blueprints/-/new", {"title": "新卷", "id": "new-1", "n-single-local": "2"}))
    plan = load_blueprint(sent_text(page), "x").value
    assert plan is not None
    assert plan.sections[0].cells[0].is_local
    assert "题库足够" in page  # nobody has local facts here


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"id": ""}, "代码只用"),
        ({"id": "a b"}, "代码只用"),
        ({"title": " "}, "请填写蓝图名称"),
        ({"n-single-water": ""}, "至少填一个题数"),
        ({"n-single-water": "-1"}, "不是0到200之间的整数"),
        ({"n-single-water": "201"}, "不是0到200之间的整数"),
        ({"n-single-water": "二"}, "不是0到200之间的整数"),
        ({"each-single": "0"}, "每题分值须在"),
        ({"each-single": "0.001"}, "小数多于两位"),
        ({"each-single": "NaN"}, "不是数"),
        ({"each-single": "1e99999"}, "不是数"),
        ({"pass": "101"}, "0到100"),
        ({"minutes": "601"}, "不是0到600之间的整数"),
    ],
)
def test_a_table_with_a_fault_is_told_and_kept(person: People, data: dict[str, str], why: str) -> None:
    whole = {"title": "新卷", "id": "new-1", "n-single-water": "2", "n-multiple-water": "7" if "n-single-water" not in data else ""}
    reply = person("setter").post("/blueprints/-/new", {**whole, **data})
    assert reply.status_code == 422
    assert why in page_of(reply)
    if whole["n-multiple-water"]:
        assert 'name="n-multiple-water" value="7"' in page_of(reply)


def test_waiting_drafts_are_counted(app: Flask, person: People, web_engine: Engine) -> None:
    with writing(web_engine) as db:
        accounts.create_account(db, command_line("tests"), NINE - timedelta(days=1), "author", "陈编题", PASSWORD, [Role.SETTER])
    author = person("author")
    path = author.post("/bank/proposals/new", {"source": ONE, "title": "稿"}).location.split("?")[0]
    text = text_of(id="big", sections=make_blueprint().sections[:1], pass_mark=0).replace("count: 2", "count: 3").replace("total: 4", "total: 6")
    before = page_of(person("setter").post("/blueprints/-/preview", {"source": text}))
    assert "待审的稿子里没有可以补上的题" in before
    page = page_of(author.get(path))
    author.post(path, {"do": "submit", "seen": seen_in(page)})
    after = page_of(person("setter").post("/blueprints/-/preview", {"source": text}))
    assert "待审的稿子里有1题，审核发布以后就够了。" in after
    assert "+1" in after


def test_the_pages_speak_english(person: People) -> None:
    setter = person("setter")
    setter.post("/language", {"language": "en"})
    page = page_of(setter.get("/blueprints/small"))
    assert "Two-way table" in page
    assert "The bank suffices: full papers for all 3 people." in page


CONTEST_NAME = 'name="(contest:[^"]*)"'
RULE_NAME = 'name="(rule:0:[^"]*)"'


def field(page: str, pattern: str) -> str:
    found = re.search(pattern, page)
    assert found is not None
    return found[1]


def test_a_contest_is_made_in_the_table_without_reading_yaml(person: People) -> None:
    """Each step as somebody takes it without a script: the rule is refused until it is a contest, the contest while there is a pass mark."""
    setter = person("setter")
    page = page_of(setter.get("/blueprints/small/edit"))

    def change(page: str, pattern: str, value: str) -> str:
        return page_of(setter.post("/blueprints/-/edit", {"source": sent_text(page), "do": "refresh", field(page, pattern): value}))

    page = change(page, RULE_NAME, "deduct")
    assert "B403" in page  # the marks are missing
    page = change(page, 'name="(value:0:[^"]*)"', "1")
    assert "B409" in page
    assert "只有竞赛可以用" in page
    page = change(page, CONTEST_NAME, "below_zero")
    assert "B409" not in page
    assert "B410" in page
    page = change(page, 'name="(pass:[^"]*)"', "0")
    assert "正文里的问题" not in page
    assert "卷面上写：答错倒扣1分，不答不得分也不扣分" in page
    plan = load_blueprint(sent_text(page), "x").value
    assert plan is not None
    assert (plan.contest, plan.sections[0].rule) == (Contest.BELOW_ZERO, Rule(RuleName.DEDUCT, Decimal(1)))


def test_fields_of_another_text_change_nothing(person: People) -> None:
    """The table was made from a text that has another rule by now; and what no select offers is passed over."""
    setter = person("setter")
    text = sent_text(page_of(setter.get("/blueprints/small/edit")))
    for name, value in (("rule:0:half:", "deduct"), ("contest:below_zero", "no"), ("rule:0::", "eval"), ("rule:99::", "half"), ("contest:", "x")):
        reply = setter.post("/blueprints/-/edit", {"source": text, "do": "refresh", name: value})
        assert sent_text(page_of(reply)).rstrip() == text.rstrip()


def test_a_section_marked_by_shares_is_short_at_once(person: People) -> None:
    setter = person("setter")
    text = sent_text(page_of(setter.get("/blueprints/small/edit")))
    reply = setter.post("/blueprints/-/preview", {"source": text, "rule:1:half:": "option_shares"})
    assert "只用各选项写了比例的题" in reply.text
    assert "题库不足" in reply.text
    assert 'id="rewritten"' in reply.text
    assert "rule: option_shares" in reply.text
    assert 'id="rewritten"' not in setter.post("/blueprints/-/preview", {"source": text}).text


def test_a_contest_is_made_from_a_table_of_numbers(person: People) -> None:
    data = {"title": "竞赛", "id": "c-1", "contest": "not_below_zero", "n-single-water": "2", "rule-single": "penalty", "value-single": "0.25"}
    page = page_of(person("setter").post("/blueprints/-/new", data))
    plan = load_blueprint(sent_text(page), "x").value
    assert plan is not None
    assert (plan.contest, plan.pass_mark) == (Contest.NOT_BELOW_ZERO, 0)
    assert plan.sections[0].rule == Rule(RuleName.PENALTY, Decimal("0.25"))
    page = page_of(person("setter").post("/blueprints/-/new", {**data, "contest": "no"}))
    assert "B409" in page
    assert "只有竞赛可以用" in page
