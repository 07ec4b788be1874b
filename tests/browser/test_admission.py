"""A scanned slip in a real browser: the code is sent as a form, stands in no address that a server sees, and a second phone takes over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from quiz.core.access import command_line
from quiz.storage.engine import writing
from quiz.usecases import admission
from tests.browser.conftest import PHONE, Site
from tests.web.world import NINE

pytestmark = pytest.mark.browser
CODE = "2345-6789-ABCD"


def issue(site: Site) -> None:
    """Issue the trainee's code."""
    with writing(site.engine) as session:
        made = admission.make_slips(session, command_line("tests"), "demo", NINE, lambda: CODE.replace("-", ""), numbers=["Q001"])
        admission.store_slips(session, command_line("tests"), NINE, made, site.app.config["SECRET_KEY"])


def test_scanning_a_slip_and_changing_phones(site: Site, new_page: Callable[..., Any]) -> None:
    issue(site)
    old, new = new_page(**PHONE), new_page(**PHONE)
    asked: list[str] = []
    old.on("request", lambda request: asked.append(request.url))
    old.goto(f"{site.url}/admit#{CODE}")
    old.wait_for_url(f"{site.url}/papers/{site.code}")
    assert not [url for url in asked if "2345" in url.split("#")[0]]
    old.get_by_role("button", name="开始答题").click()
    old.locator("#q1 label.option").first.click()
    expect(old.locator("#saved")).to_have_text("已保存 09:10")

    new.goto(f"{site.url}/login")
    new.get_by_label("准考码").fill(CODE.lower())
    new.get_by_role("button", name="用准考码进入").click()
    new.get_by_role("link", name="继续答题").click()
    expect(new.locator("#q1 input:checked")).to_have_count(1)

    old.locator("#q1 label.option").nth(1).click()
    expect(old.get_by_text("您的准考码已在另一台设备上登录")).to_be_visible()


def test_a_wrong_code_behind_the_hash_is_said(site: Site, phone: Any) -> None:
    phone.goto(f"{site.url}/admit#%E0%A4%A")
    expect(phone.get_by_text("准考码不对")).to_be_visible()
