"""A day's practice in a real browser, on a phone: by thumb and by keyboard, with and without script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import expect

from quiz.core.access import command_line
from quiz.core.practice import PRACTICE_TAG
from quiz.storage.engine import writing
from quiz.usecases import publishing
from tests.browser.conftest import PHONE, Site
from tests.web.world import NINE, make_longer_questions, make_questions
from tests.words import words

pytestmark = pytest.mark.browser


def prepare(site: Site) -> None:
    """Four choices of each kind, and an ordering, for practice only."""
    singles = [question for question in make_questions() if question.uid.endswith("1")]
    made = [replace(one, uid=f"p{n}", stem=words(f"练{n}") + one.stem, tags=(PRACTICE_TAG,)) for n, one in enumerate(singles)]
    made.append(replace(make_longer_questions()[0], uid="p-order", tags=(PRACTICE_TAG,)))
    with writing(site.engine) as session:
        publishing.publish(session, command_line("tests"), NINE, made)


@pytest.mark.parametrize("script", [True, False])
def test_a_days_practice(site: Site, new_page: Callable[..., Any], script: bool) -> None:
    """Each question is answered and explained before the next comes; at the end nothing is left to do today, and nothing scrolls sideways."""
    prepare(site)
    page = new_page(**PHONE, java_script_enabled=script)
    site.log_in(page)
    page.get_by_role("link", name="学习", exact=True).click()
    page.get_by_role("button", name="开始今天的练习").click()
    for n in range(1, 6):
        expect(page.get_by_text(f"第{n}题，共5题")).to_be_visible()
        expect(page.get_by_text("正确答案")).to_have_count(0)
        answer(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_role("button", name="提交，看答案").click()
        expect(page.locator(".outcome")).to_be_visible()
        expect(page.locator(".review")).to_contain_text("依据：")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_role("link", name="下一题" if n < 5 else "看看这组题").click()
    expect(page.get_by_text("这组题做完了")).to_be_visible()
    page.get_by_role("link", name="回到学习").click()
    expect(page.get_by_text("今天的5道题已经做完")).to_be_visible()
    page.go_back()
    page.go_back()
    expect(page.locator(".outcome")).to_be_visible()


def answer(page: Any) -> None:
    """Choose the first option, fill every blank, choose for every place."""
    form = page.locator("form", has=page.locator("fieldset"))
    for n in range(form.locator("input.blank").count()):
        form.locator("input.blank").nth(n).fill("12")
    for n in range(form.locator("select").count()):
        form.locator("select").nth(n).select_option(index=n + 1)
    if form.locator("label.option").count():
        option = form.locator("label.option").first
        assert option.bounding_box()["height"] >= 48
        option.click()


def test_by_keyboard_alone(site: Site, new_page: Callable[..., Any]) -> None:
    prepare(site)
    page = new_page(**PHONE)
    site.log_in(page)
    page.goto(f"{site.url}/learning")
    page.get_by_role("button", name="开始今天的练习").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="不会，直接看答案").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".outcome")).to_have_text("没有作答")
    page.get_by_role("link", name="下一题").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("第2题，共5题")).to_be_visible()
