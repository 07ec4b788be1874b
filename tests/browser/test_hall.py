"""The board in a real browser: it draws itself anew, says when it cannot, keeps what one is writing, and works without its script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PASSWORD, PHONE, Site
from tests.web.world import Person

LOOK = "document.dispatchEvent(new Event('visibilitychange'))"
"""What a board does when one comes back to it: it draws itself at once."""


def watch(site: Site, page: Any, login: str = "organiser", path: str = "") -> None:
    page.goto(f"{site.url}/login")
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(f"{site.url}/sittings")
    page.goto(f"{site.url}/sittings/demo/hall{path}")


def number(page: Any, name: str) -> Any:
    return page.locator(".count", has_text=name).locator("dd")


def test_the_board_draws_itself_anew(site: Site, desktop: Any) -> None:
    watch(site, desktop)
    expect(number(desktop, "在答")).to_have_text("0")
    trainee = Person(site.app, "q001")
    trainee.post(f"/papers/{site.code}/start")
    desktop.evaluate(LOOK)
    expect(number(desktop, "在答")).to_have_text("1")
    trainee.post(f"/papers/{site.code}/submit")
    expect(number(desktop, "已交")).to_have_text("1")  # by itself, within ten seconds


def test_a_board_that_hears_nothing_says_so_and_goes_on_when_it_does(site: Site, desktop: Any) -> None:
    watch(site, desktop)
    desktop.context.set_offline(True)
    desktop.evaluate(LOOK)
    expect(desktop.locator("#stale")).to_be_visible()
    expect(desktop.locator("#stale")).to_contain_text("与服务器的联系中断")
    Person(site.app, "q001").post(f"/papers/{site.code}/start")
    desktop.context.set_offline(False)
    desktop.evaluate(LOOK)
    expect(number(desktop, "在答")).to_have_text("1")
    expect(desktop.locator("#stale")).to_be_hidden()


def test_drawing_anew_leaves_a_form_and_the_focus_alone(site: Site, desktop: Any) -> None:
    watch(site, desktop, path="?site=T01")
    desktop.get_by_text("暂停柳溪镇").click()
    desktop.get_by_label("暂停原因").fill("停电")
    desktop.get_by_role("link", name="王秀英").focus()
    Person(site.app, "q001").post(f"/papers/{site.code}/start")
    desktop.evaluate(LOOK)
    expect(number(desktop, "在答")).to_have_text("1")
    expect(desktop.get_by_role("link", name="王秀英")).to_be_focused()
    expect(desktop.get_by_label("暂停原因")).to_have_value("停电")
    desktop.get_by_role("button", name="暂停", exact=True).click()
    expect(number(desktop, "暂停")).to_have_text("1")
    expect(desktop.get_by_role("status").filter(has_text="已暂停：正在答题1人")).to_be_visible()


def test_a_reader_who_was_logged_out_is_sent_to_log_in(site: Site, desktop: Any) -> None:
    watch(site, desktop)
    desktop.context.clear_cookies()
    desktop.evaluate(LOOK)
    desktop.wait_for_url("**/login?**")


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
@pytest.mark.parametrize("path", ["", "?site=T01", "?screen=1", "?state=missing"])
def test_nothing_runs_over_the_edge(site: Site, new_page: Callable[..., Any], size: dict[str, Any], path: str) -> None:
    page = new_page(**size)
    watch(site, page, "inspector", path)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_the_script_links_do_it(site: Site, new_page: Callable[..., Any]) -> None:
    page = new_page(**DESKTOP, java_script_enabled=False)
    watch(site, page)
    Person(site.app, "q001").post(f"/papers/{site.code}/start")
    page.get_by_role("link", name="刷新").click()
    expect(number(page, "在答")).to_have_text("1")
    number(page, "在答").get_by_role("link").click()
    expect(page.get_by_role("link", name="王秀英")).to_be_visible()
