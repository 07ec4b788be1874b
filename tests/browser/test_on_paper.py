"""Pages that people print: what only leads elsewhere stays on the screen, and a heading is not torn between two sides."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Site
from tests.web.world import PASSWORD

pytestmark = pytest.mark.browser


def test_a_report_is_printed_without_its_tabs_and_with_whole_headings(site: Site, desktop: Any) -> None:
    site.clock.go_on(hours=3)
    desktop.goto(f"{site.url}/login")
    desktop.fill("[name=login]", "organiser")
    desktop.fill("[name=password]", PASSWORD)
    desktop.get_by_role("button", name="登录", exact=True).click()
    desktop.wait_for_url(f"{site.url}/sittings")
    desktop.goto(f"{site.url}/sittings/demo/report")
    tabs = desktop.get_by_role("navigation", name="报表")
    expect(tabs).to_be_visible()
    desktop.emulate_media(media="print")
    expect(tabs).to_be_hidden()
    assert desktop.locator("h2").first.evaluate("one => getComputedStyle(one).breakInside") == "avoid"
