"""Sitting in a real browser: a whole exam on a phone, by keyboard, without script; the clock of the page. Faults of the network: test_network.py."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from quiz.storage.engine import reading
from quiz.storage.tables import GradingRow
from tests.browser.conftest import PHONE, Site
from tests.browser.sitter import accepted, answer, is_saved, kept
from tests.web.world import NINE, as_on_page, right_answers

pytestmark = pytest.mark.browser


def test_a_whole_exam_on_a_phone(site: Site, phone: Any) -> None:
    faults: list[str] = []
    phone.on("pageerror", lambda error: faults.append(str(error)))
    phone.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    answers = {slot: as_on_page(site.engine, site.code, slot, value) for slot, value in right_answers(site.engine, "Q001").items()}
    site.log_in(phone)
    phone.get_by_role("link", name="阅读须知并开始").click()
    phone.get_by_role("button", name="开始答题").click()
    expect(phone.locator("#time")).to_have_text(re.compile("还剩(60|59)分钟"))
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
    assert kept(phone) == {}
    site.clock.at = NINE + timedelta(hours=2, minutes=10, seconds=1)
    phone.reload()
    expect(phone.locator(".score b")).to_have_text("20")
    expect(phone.locator(".verdict")).to_have_text("及格")
    expect(phone.locator("article.question")).to_have_count(8)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with reading(site.engine) as session:
        grading = session.scalars(select(GradingRow)).one()
    assert Decimal(grading.score).scaleb(-2) == Decimal(20)
    assert faults == []


def test_the_last_minutes_are_said_and_shown(site: Site, phone: Any) -> None:
    site.start(phone)
    site.clock.go_on(minutes=55, seconds=30)
    phone.reload()
    expect(phone.locator("#time")).to_have_text(re.compile(r"^还剩[34]:\d\d$"))
    expect(phone.locator("#announce")).to_have_text("距离自动交卷还有5分钟。")
    site.clock.go_on(minutes=3, seconds=45)
    phone.reload()
    expect(phone.locator("#announce")).to_have_text("距离自动交卷还有1分钟。")


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
    answer(page, 1, ["a"])
    page.get_by_role("button", name="保存并继续").click()
    page.get_by_role("button", name="交卷前检查").click()
    expect(page.get_by_text("7题没有作答")).to_be_visible()
    page.get_by_role("button", name="确认交卷").click()
    expect(page.get_by_text("交卷成功")).to_be_visible()
    assert accepted(site) == {1: ["a"]}


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
