"""Sitting in a real browser: a whole exam on a phone, the network that goes away, the reply that is lost, two windows, time that runs out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from quiz.core.access import command_line
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AttemptRow, GradingRow, ResponseRow
from quiz.usecases import extending
from tests.browser.conftest import DESKTOP, PHONE, Site
from tests.web.world import NINE, right_answers

pytestmark = pytest.mark.browser


def accepted(site: Site) -> dict[int, list[str]]:
    """Return the responses that the server has accepted, the last of each slot."""
    with reading(site.engine) as session:
        rows = session.scalars(select(ResponseRow).where(ResponseRow.state == "accepted").order_by(ResponseRow.seq)).all()
    return {row.slot: json.loads(row.value) for row in rows}


def rows(site: Site) -> list[tuple[int, int, str]]:
    """Return every stored save as (slot, seq, state)."""
    with reading(site.engine) as session:
        return [(row.slot, row.seq, row.state) for row in session.scalars(select(ResponseRow).order_by(ResponseRow.id))]


def answer(page: Any, slot: int, value: list[str]) -> None:
    """Answer the question that is on the screen."""
    question = page.locator(f"#q{slot}")
    expect(question).to_be_visible()
    blanks = question.locator(".blank")
    if blanks.count():
        for index, text in enumerate(value):
            blanks.nth(index).fill(text)
        return
    for option in value:
        question.locator("label.option", has=page.locator(f"input[value={option}]")).click()


def is_saved(page: Any) -> None:
    """Wait until the page says that everything is saved."""
    expect(page.locator("#saved")).to_have_text("已保存 09:10")


def kept(page: Any) -> list[str]:
    """Return the names of what this browser keeps of papers."""
    found = page.evaluate("Object.keys(localStorage)")
    return [name for name in found if name.startswith("kaoxue:")]


def test_a_whole_exam_on_a_phone(site: Site, phone: Any) -> None:
    faults: list[str] = []
    phone.on("pageerror", lambda error: faults.append(str(error)))
    phone.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    answers = right_answers(site.engine, "Q001")
    site.log_in(phone)
    phone.get_by_role("link", name="阅读须知并开始").click()
    phone.get_by_role("button", name="开始答题").click()
    expect(phone.locator("#time")).to_have_text("还剩60分钟")
    for slot in range(1, 5):
        answer(phone, slot, answers[slot])
        is_saved(phone)
        expect(phone.locator(".question:visible")).to_have_count(1)
        phone.get_by_role("button", name="下一题").click()

    phone.reload()  # the phone killed the window: the first open question is on the screen again
    expect(phone.locator("#q5")).to_be_visible()
    phone.get_by_role("button", name="标记", exact=True).click()
    phone.get_by_role("button", name="第5题 / 共8题").click()
    phone.locator("#map [data-cell='1']").click()
    expect(phone.locator(f"#q1 input[value={answers[1][0]}]")).to_be_checked()
    phone.get_by_role("button", name="第1题 / 共8题").click()
    expect(phone.locator("#map [data-cell='5']")).to_have_text("5未答已标记")
    phone.locator("#map [data-cell='5']").click()
    for slot in range(5, 8):
        answer(phone, slot, answers[slot])
        phone.get_by_role("button", name="下一题").click()
    is_saved(phone)

    phone.get_by_role("link", name="交卷").click()
    expect(phone.get_by_text("1题没有作答")).to_be_visible()
    expect(phone.locator("[data-cell='5']")).to_have_text("5已答已标记")
    phone.locator("[data-cell='8']").click()
    answer(phone, 8, answers[8])
    is_saved(phone)
    phone.get_by_role("link", name="交卷").click()
    expect(phone.get_by_text("全部已作答")).to_be_visible()
    phone.get_by_role("button", name="确认交卷").click()
    expect(phone.get_by_text("交卷成功")).to_be_visible()
    assert kept(phone) == []
    site.clock.at = NINE + timedelta(hours=2, seconds=1)
    phone.reload()
    expect(phone.locator(".score b")).to_have_text("20")
    expect(phone.locator(".verdict")).to_have_text("及格")
    expect(phone.locator("article.question")).to_have_count(8)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with reading(site.engine) as session:
        grading = session.scalars(select(GradingRow)).one()
    assert Decimal(grading.score).scaleb(-2) == Decimal(20)
    assert faults == []


def test_answers_wait_for_the_network_and_are_sent_in_order(site: Site, phone: Any) -> None:
    phone.on("dialog", lambda dialog: dialog.accept())
    site.start(phone)
    phone.context.set_offline(True)
    answer(phone, 1, ["A"])
    expect(phone.locator("#saved")).to_have_text("未保存，重试中")
    phone.get_by_role("button", name="下一题").click()
    answer(phone, 2, ["B"])
    expect(phone.get_by_text("暂时连不上服务器")).to_be_visible()
    assert accepted(site) == {}
    phone.context.set_offline(False)
    is_saved(phone)
    assert accepted(site) == {1: ["A"], 2: ["B"]}
    assert [seq for _, seq, _ in rows(site)] == [1, 2]
    expect(phone.locator("#banner")).to_be_hidden()


def test_unsent_answers_survive_the_window(site: Site, phone: Any) -> None:
    phone.on("dialog", lambda dialog: dialog.accept())
    site.start(phone)
    phone.route("**/responses", lambda route: route.fulfill(status=503, json={"error": "database", "message": "x"}))
    answer(phone, 1, ["A"])
    expect(phone.locator("#saved")).to_have_text("未保存，重试中")
    phone.reload()
    phone.goto(f"{site.url}/papers/{site.code}/sit#q1")
    expect(phone.locator("#q1 input[value=A]")).to_be_checked()
    assert len(kept(phone)) == 1
    assert accepted(site) == {}
    phone.unroute("**/responses")
    is_saved(phone)
    assert accepted(site) == {1: ["A"]}
    assert kept(phone) == []


def test_unsent_answers_ride_along_with_the_submission(site: Site, phone: Any) -> None:
    phone.on("dialog", lambda dialog: dialog.accept())
    site.start(phone)
    phone.route("**/responses", lambda route: route.abort())
    answer(phone, 1, ["A"])
    phone.get_by_role("link", name="交卷").click()
    phone.get_by_role("button", name="确认交卷").click()
    expect(phone.get_by_text("交卷成功")).to_be_visible()
    assert accepted(site) == {1: ["A"]}
    assert kept(phone) == []


def test_a_lost_reply_makes_one_row(site: Site, phone: Any) -> None:
    site.start(phone)
    lost = []

    def lose_first(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch())
        route.abort()

    phone.route("**/responses", lose_first)
    answer(phone, 1, ["A"])
    is_saved(phone)
    assert rows(site) == [(1, 1, "accepted")]


def test_two_windows_tell_each_other_and_lose_nothing(site: Site, new_page: Callable[..., Any]) -> None:
    phone, desktop = new_page(**PHONE), new_page(**DESKTOP)
    site.start(phone)
    site.log_in(desktop)
    desktop.goto(f"{site.url}/papers/{site.code}/sit")
    answer(phone, 1, ["A"])
    is_saved(phone)
    answer(desktop, 2, ["B"])
    expect(desktop.get_by_text("另一个窗口或另一台设备")).to_be_visible()
    answer(desktop, 1, ["C"])
    desktop.get_by_role("link", name="载入最新作答").click()
    is_saved(desktop)
    assert accepted(site) == {1: ["C"], 2: ["B"]}
    assert kept(desktop) == []


def test_time_runs_out(site: Site, phone: Any) -> None:
    site.start(phone)
    phone.route("**/responses", lambda route: route.abort())
    answer(phone, 1, ["A"])
    expect(phone.locator("#saved")).to_have_text("未保存，重试中")
    site.clock.go_on(minutes=59, seconds=58)
    phone.on("dialog", lambda dialog: dialog.accept())
    phone.reload()
    expect(phone.get_by_text("交卷成功")).to_be_visible()
    assert accepted(site) == {1: ["A"]}
    with reading(site.engine) as session:
        assert session.scalars(select(AttemptRow)).one().submitted_at is not None
    assert kept(phone) == []


def test_time_given_in_the_last_moment_reaches_a_page_that_only_counts(site: Site, phone: Any) -> None:
    site.start(phone)
    answer(phone, 1, ["A"])
    is_saved(phone)
    site.clock.go_on(minutes=59, seconds=55)
    phone.reload()
    expect(phone.locator("#time")).to_have_text(re.compile(r"^还剩0:0\d$"))
    with writing(site.engine) as session:
        extending.extend(session, command_line("tests"), "demo", "Q001", 10, "设备故障", site.clock())
    expect(phone.get_by_text("给您增加了答题时间，现在还剩10分钟")).to_be_visible(timeout=9000)
    expect(phone.locator("#time")).to_have_text("还剩10分钟")
    with reading(site.engine) as session:
        assert session.scalars(select(AttemptRow)).one().submitted_at is None


def test_the_last_minutes_are_said_and_shown(site: Site, phone: Any) -> None:
    site.start(phone)
    site.clock.go_on(minutes=55, seconds=30)
    phone.reload()
    expect(phone.locator("#time")).to_have_text(re.compile(r"^还剩4:[012]\d$"))
    expect(phone.locator("#announce")).to_have_text("距离自动交卷还有5分钟。")
    site.clock.go_on(minutes=3, seconds=45)
    phone.reload()
    expect(phone.locator("#announce")).to_have_text("距离自动交卷还有1分钟。")


def test_an_answer_after_the_end_is_told(site: Site, phone: Any) -> None:
    site.start(phone)
    site.clock.go_on(minutes=61)
    answer(phone, 1, ["A"])
    expect(phone.get_by_text("没有计入，已留存备查")).to_be_visible()
    assert rows(site) == [(1, 1, "late")]
    phone.get_by_role("link", name="查看交卷回执").click()
    expect(phone.get_by_text("系统正在收卷")).to_be_visible()


def test_an_ended_log_in_keeps_the_answers(site: Site, phone: Any) -> None:
    phone.on("dialog", lambda dialog: dialog.accept())
    site.start(phone)
    cookies = phone.context.cookies()
    phone.context.clear_cookies(name="quiz_login")
    answer(phone, 1, ["A"])
    phone.get_by_role("link", name="重新登录").click()
    expect(phone.get_by_role("heading", name="登录")).to_be_visible()
    phone.context.add_cookies(cookies)
    phone.goto(f"{site.url}/papers/{site.code}/sit")
    is_saved(phone)
    assert accepted(site) == {1: ["A"]}


def test_a_browser_that_keeps_nothing_goes_on_with_a_warning(site: Site, phone: Any) -> None:
    phone.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('forbidden'); }})")
    site.start(phone)
    expect(phone.get_by_text("不允许在本机暂存作答")).to_be_visible()
    answer(phone, 1, ["A"])
    is_saved(phone)
    assert accepted(site) == {1: ["A"]}


def test_by_keyboard_alone_on_a_desktop(site: Site, desktop: Any) -> None:
    site.start(desktop)
    expect(desktop.locator(".question:visible")).to_have_count(2)
    desktop.locator("#q1 input").first.focus()
    desktop.keyboard.press("Space")
    desktop.keyboard.press("ArrowDown")
    is_saved(desktop)
    second = desktop.locator("#q1 input").nth(1)
    expect(second).to_be_checked()
    assert accepted(site) == {1: [second.get_attribute("value")]}
    desktop.keyboard.press("Tab")
    expect(desktop.get_by_role("button", name="标记第1题")).to_be_focused()
    desktop.keyboard.press("Enter")
    expect(desktop.locator("#map [data-cell='1']")).to_have_text("1已答已标记")
    desktop.get_by_role("button", name="下一大题").press("Enter")
    expect(desktop.locator("#q3")).to_be_focused()


def test_without_script(site: Site, new_page: Callable[..., Any]) -> None:
    page = new_page(**PHONE, java_script_enabled=False)
    site.start(page)
    expect(page.locator(".question:visible")).to_have_count(2)
    answer(page, 1, ["A"])
    page.get_by_role("button", name="保存并继续").click()
    page.get_by_role("button", name="交卷前检查").click()
    expect(page.get_by_text("7题没有作答")).to_be_visible()
    page.get_by_role("button", name="确认交卷").click()
    expect(page.get_by_text("交卷成功")).to_be_visible()
    assert accepted(site) == {1: ["A"]}


@pytest.mark.parametrize("width", [320, 768])
def test_nothing_scrolls_sideways(site: Site, new_page: Callable[..., Any], width: int) -> None:
    page = new_page(viewport={"width": width, "height": 700})
    site.start(page)
    for path in (
        "/papers",
        f"/papers/{site.code}",
        f"/papers/{site.code}/sit",
        f"/papers/{site.code}/sit#q7",
        f"/papers/{site.code}/summary",
        "/password",
    ):
        page.goto(site.url + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_targets_are_big_enough_for_a_thumb(site: Site, phone: Any) -> None:
    site.start(phone)
    for selector, least in ((".option", 48), ("#thumb button", 48), ("#to-summary", 44)):
        for box in phone.locator(f"{selector}:visible").all():
            assert box.bounding_box()["height"] >= least
