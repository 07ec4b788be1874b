"""The menus of the desks: opened by keyboard and finger, closed by Escape and by a click elsewhere, and at work without a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Site
from tests.web.world import PASSWORD

pytestmark = pytest.mark.browser


def at_the_sitting(site: Site, page: Any) -> Any:
    """Log in as the organiser and open the sitting; return its menu of results."""
    page.goto(f"{site.url}/login")
    page.fill("[name=login]", "organiser")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(f"{site.url}/sittings")
    page.goto(f"{site.url}/sittings/demo")
    return page.locator("details.menu", has_text="导出成绩表")


def test_escape_closes_a_menu_and_gives_the_focus_back_and_another_takes_its_place(site: Site, desktop: Any) -> None:
    menu = at_the_sitting(site, desktop)
    button, entry = menu.locator("summary"), menu.get_by_role("link", name="异议和报告")
    button.focus()
    desktop.keyboard.press("Enter")
    expect(entry).to_be_visible()
    desktop.keyboard.press("Tab")
    desktop.keyboard.press("Escape")
    expect(entry).to_be_hidden()
    expect(button).to_be_focused()

    button.click()
    desktop.locator("details.menu summary").first.click()
    expect(entry).to_be_hidden()
    button.click()
    desktop.get_by_role("heading", level=1).click()
    expect(entry).to_be_hidden()


def test_without_a_script_a_menu_opens_leads_on_and_nothing_is_wider_than_a_phone(site: Site, new_page: Callable[..., Any]) -> None:
    page = new_page(**PHONE, java_script_enabled=False)
    menu = at_the_sitting(site, page)
    menu.locator("summary").click()
    menu.get_by_role("link", name="异议和报告").click()
    page.wait_for_url(f"{site.url}/sittings/demo/appeals")
    page.goto(f"{site.url}/sittings")
    widest = page.locator("main").bounding_box()["width"]
    assert widest <= PHONE["viewport"]["width"]
