"""Planning in a real browser: a plan that takes a while says so, for how long, and cannot be sent twice."""

from __future__ import annotations

import json
import re
import threading
from typing import Any

import pytest
from playwright.sync_api import expect

from quiz.usecases import scheduling
from tests.browser.conftest import Site
from tests.web.world import PASSWORD

pytestmark = pytest.mark.browser

WATCH = """() => setInterval(() => {
  const form = document.querySelector("form[data-busy]");
  const said = name => form.querySelector(`[data-busy-${name}]`).textContent;
  sessionStorage.seen = JSON.stringify([said("said"), said("passed"), [...form.querySelectorAll("button")].every(b => b.disabled)]);
  if (said("passed")) form.requestSubmit();
  if (parseInt(said("passed").replace(/\\D/g, "")) > 1) fetch("/seen");
}, 100)"""
"""Keeps what the form shows for the page after it, sends the form again and again once it counts, and says when it has counted to two."""


def test_a_check_that_takes_a_while_says_so_and_is_sent_once(site: Site, desktop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The words and the seconds stand beside the buttons, which rest; a second press sends nothing."""
    forecast, calls, seen = scheduling.forecast, [], threading.Event()

    def slow(*args: Any) -> Any:
        calls.append(args)
        assert seen.wait(60)
        return forecast(*args)

    site.app.add_url_rule("/seen", "seen", lambda: (seen.set(), "")[1])
    monkeypatch.setattr(scheduling, "forecast", slow)
    page = desktop
    page.goto(f"{site.url}/login")
    page.get_by_label("登录名").fill("organiser")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(f"{site.url}/sittings")
    page.goto(f"{site.url}/sittings/new")
    page.get_by_label("考试名称").fill("第四季度测试")
    page.get_by_label("考试代码").fill("q4")
    page.locator("[name=blueprint]").select_option("small")
    page.get_by_label("开始时间").fill("2026-12-02T09:00")
    page.get_by_label("结束时间").fill("2026-12-02T11:00")
    page.evaluate(WATCH)
    page.get_by_role("button", name="检查").click()
    expect(page.get_by_text("试算结果")).to_be_visible()
    said, passed, is_resting = json.loads(page.evaluate("sessionStorage.seen"))
    assert said == "正在试算，请不要关闭页面。"
    assert re.fullmatch(r"已用\d+秒", passed)
    assert is_resting
    assert len(calls) == 1
