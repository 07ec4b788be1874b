"""Marking in a real browser by the keyboard alone, with and without script: take, mark, on to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, Site
from tests.web.world import PASSWORD
from tests.web.written import WRITTEN, hand_in, make_written, score

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False])
def test_a_short_answer_is_marked_without_a_mouse(site: Site, new_page: Callable[..., Any], script: bool) -> None:
    """Every control is reached by Tab, what is typed is sent by Enter, and the next answer is there."""
    make_written(site.engine)
    for number, text in (("Q001", "核实收入"), ("Q002", "先评议，后公示"), ("Q003", "核实收入。")):
        hand_in(site.engine, number, text)
    page = new_page(**DESKTOP, java_script_enabled=script)
    page.goto(f"{site.url}/login?next=/marking/{WRITTEN}")
    page.get_by_label("登录名").fill("marker")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/marking/{WRITTEN}")
    reach(page, "领取评阅")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk?*")
    expect(page.get_by_text("（2人这样写）")).to_be_visible()
    reach(page, "", "p0")
    page.keyboard.type("1.5")
    page.keyboard.press("Tab")
    page.keyboard.type("0")
    page.keyboard.press("Tab")
    page.keyboard.type("没有写评议")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2份答卷的成绩已重新计算")).to_be_visible()
    expect(page.locator(".written").get_by_text("后公示")).to_be_visible()
    assert score(site.engine, "Q001") == (2.5, 0)


def reach(page: Any, text: str, name: str = "") -> None:
    """Press Tab until the control with this text or name has the focus."""
    for _ in range(30):
        page.keyboard.press("Tab")
        named, told = page.evaluate("[document.activeElement.name || '', document.activeElement.innerText || '']")
        if named == name if name else told.startswith(text):
            return
    raise AssertionError(f"no Tab leads to {text or name}")
