"""The blueprint editor in a browser: text and table follow each other, and nothing is published by the way."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import Site
from tests.web.world import PASSWORD


def open_editor(site: Site, page: Any) -> None:
    """Log in as the setter and open the small blueprint."""
    page.goto(f"{site.url}/login")
    page.get_by_label("登录名").fill("setter")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(f"{site.url}/bank")
    page.goto(f"{site.url}/blueprints/small/edit")


def test_a_number_changed_in_the_table_stands_in_the_text(site: Site, desktop: Any) -> None:
    open_editor(site, desktop)
    number = desktop.locator("input[data-cell='0']")
    number.fill("3")
    number.press("Tab")
    desktop.locator("#state", has_text="已按正文更新").wait_for()
    text = desktop.input_value("#source")
    assert text.count("count: 3, area: water") == 1
    assert "缺1题" in desktop.locator("#live").inner_text()
    assert "B401" in desktop.locator("#live").inner_text()
    desktop.locator("input[data-cell='0']").fill("2")
    desktop.locator("input[data-cell='0']").press("Enter")
    desktop.locator("#live", has_text="题库足够").wait_for()
    assert desktop.input_value("#source").count("count: 2, area: water") == 2
    assert desktop.url.endswith("/blueprints/small/edit")


def test_the_table_follows_what_is_typed(site: Site, phone: Any) -> None:
    open_editor(site, phone)
    text = phone.input_value("#source")
    phone.fill("#source", text.replace("count: 2, area: water", "count: 1, area: water", 1))
    phone.locator("#state", has_text="已按正文更新").wait_for()
    assert phone.input_value("input[data-cell='0']") == "1"
    phone.fill("#source", "sections: [")
    phone.locator("#live", has_text="正文里还读不出大题").wait_for()
    phone.fill("#source", text)
    phone.locator("#live", has_text=re.compile("题库足够.*8题，20分", re.DOTALL)).wait_for()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_rule_chosen_in_the_table_stands_in_the_text(site: Site, desktop: Any) -> None:
    """The first section as a contest's: its rule, its number, that it is a contest, no pass mark; comments and the rest stay."""
    open_editor(site, desktop)
    desktop.fill("#source", desktop.input_value("#source").replace("sections:", "sections:   # 大题"))
    desktop.locator("#state", has_text="已按正文更新").wait_for()
    desktop.locator("[data-cell='rule0']").select_option("deduct")
    desktop.locator("#live", has_text="B403").wait_for()
    number = desktop.locator("[data-cell='value0']")
    number.fill("1")
    number.press("Enter")
    desktop.locator("#live", has_text="B409").wait_for()
    desktop.locator("[data-cell='contest']").select_option("below_zero")
    desktop.locator("#live", has_text="B410").wait_for()
    desktop.locator("[data-cell='pass']").fill("0")
    desktop.locator("[data-cell='pass']").press("Tab")
    expect(desktop.locator("#live")).not_to_contain_text("B410", timeout=30_000)
    assert "卷面上写：答错倒扣1分" in desktop.locator("#live").inner_text()
    text = desktop.input_value("#source")
    for part in ("sections:   # 大题", "rule: {deduct: 1}", "contest: below_zero", "pass_mark: 0"):
        assert part in text
    assert desktop.url.endswith("/blueprints/small/edit")
