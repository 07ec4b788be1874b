"""Reporting a question in a real browser: another page opens, the sitting goes on, with and without script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Site

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False])
def test_a_report_leaves_the_paper_as_it_is(site: Site, new_page: Callable[..., Any], script: bool) -> None:
    """What was chosen and not saved yet is still there; the report has arrived."""
    page = new_page(**PHONE, java_script_enabled=script)
    site.start(page)
    page.locator("input[name=s1]").first.check(force=True)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="试题有问题？报告给组织单位").click()
    beside = opened.value
    beside.get_by_label("题号").select_option("2")
    beside.get_by_label("有什么问题").fill("没有图")
    beside.get_by_role("button", name="发送报告").click()
    expect(beside.get_by_text("已收到您对第2题的报告")).to_be_visible()
    beside.close()
    expect(page.locator("input[name=s1]").first).to_be_checked()
    assert page.url.endswith("/sit")
