"""The waiting room: counts by the server's time, opens in each browser at a moment of its own, and has nothing of the paper."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Site
from tests.browser.times import move_clocks, pass_time
from tests.web.world import NINE, SECRET_WORD

pytestmark = pytest.mark.browser

A_LITTLE = timedelta(seconds=10)


@pytest.fixture
def waiting(site: Site, phone: Any) -> Any:
    """A phone in the waiting room at twelve minutes to nine, with clocks that the test can move."""
    site.clock.at = NINE - timedelta(minutes=12)
    move_clocks(phone, datetime(2026, 12, 1, 0, 48, tzinfo=UTC))
    site.log_in(phone)
    phone.goto(f"{site.url}/papers/{site.code}")
    expect(phone.locator("#countdown")).to_have_text(re.compile("距离开始还有1[12]分钟"))
    return phone


def pass_slowly(site: Site, page: Any, **duration: float) -> None:
    """Let time pass a little at a time: whatever the page hears from the server meanwhile is no more than that ahead of it."""
    for _ in range(timedelta(**duration) // A_LITTLE):
        pass_time(site, page, seconds=A_LITTLE.total_seconds())


def test_from_the_countdown_to_the_first_question(site: Site, waiting: Any) -> None:
    said = waiting.locator("#announce")
    pass_slowly(site, waiting, minutes=2)
    expect(said).to_have_text("距离考试开始还有10分钟。")
    pass_slowly(site, waiting, minutes=5, seconds=20)
    expect(said).to_have_text("距离考试开始还有5分钟。")
    expect(waiting.locator("#countdown")).to_have_text(re.compile(r"^距离开始还有4:\d\d$"))
    pass_slowly(site, waiting, minutes=4)
    expect(said).to_have_text("距离考试开始还有1分钟。")
    expect(waiting.get_by_role("button", name="开始答题")).to_have_count(0)
    pass_slowly(site, waiting, minutes=1)
    expect(said).to_have_text("考试开始了，可以答题。")
    waiting.get_by_role("button", name="开始答题").click()
    expect(waiting.locator("#q1")).to_be_visible()


def test_a_device_whose_clock_is_wrong_waits_as_long_as_all_others(site: Site, waiting: Any) -> None:
    waiting.clock.set_system_time(datetime(2026, 12, 2, 3, 0, tzinfo=UTC))
    pass_time(site, waiting, minutes=1)
    expect(waiting.locator("#countdown")).to_have_text(re.compile("距离开始还有1[01]分钟"))
    expect(waiting.get_by_role("button", name="开始答题")).to_have_count(0)


def test_a_page_that_counted_wrongly_is_put_right(site: Site, waiting: Any) -> None:
    """It slept, or the sitting was put off: at what it takes for the opening it asks, and goes on waiting."""
    asked: list[Any] = []
    waiting.route("**/pulse", lambda route: route.abort())
    waiting.on("response", lambda reply: asked.append(reply) if reply.url.endswith("/time") else None)
    waiting.clock.run_for(12 * 60_000 + 9000)
    expect(waiting.locator("#countdown")).to_have_text(re.compile("距离开始还有1[12]分钟"))
    assert {reply.json()["state"] for reply in asked} == {"coming"}
    pass_time(site, waiting, minutes=12, seconds=20)
    expect(waiting.get_by_role("button", name="开始答题")).to_be_visible()


def test_a_server_that_does_not_answer_is_asked_again(site: Site, waiting: Any) -> None:
    waiting.route("**/time", lambda route: route.abort())
    pass_time(site, waiting, minutes=12, seconds=9)
    expect(waiting.locator("#countdown")).to_have_text("暂时连不上服务器，正在重试")
    waiting.unroute("**/time")
    pass_time(site, waiting, minutes=1)
    expect(waiting.get_by_role("button", name="开始答题")).to_be_visible()


def test_thousands_do_not_knock_in_the_same_second(site: Site, waiting: Any) -> None:
    """What five thousand browsers draw: every second of the eight gets its share, and none gets much more."""
    draws = waiting.evaluate("Array.from({length: 5000}, () => kaoxue.jitter(8000))")
    seconds = [sum(1 for draw in draws if n * 1000 <= draw < (n + 1) * 1000) for n in range(8)]
    assert sum(seconds) == 5000
    assert max(seconds) < 5000 / 8 * 1.3


def test_a_browser_knocks_at_the_moment_that_it_drew(site: Site, waiting: Any) -> None:
    """Nine tenths of the way here: not at the opening, and not three seconds later."""
    asked: list[datetime] = []
    waiting.add_init_script("Math.random = () => 0.9")
    waiting.clock.pause_at(datetime(2026, 12, 1, 0, 55, tzinfo=UTC))  # from here on only the test moves it
    site.clock.at = NINE - timedelta(minutes=2)
    waiting.reload()
    expect(waiting.locator("#countdown")).to_have_text("距离开始还有2:00")
    waiting.on("request", lambda request: asked.append(site.clock.at) if request.url.endswith("/time") else None)
    pass_time(site, waiting, minutes=2)
    before = len(asked)
    expect(waiting.get_by_role("button", name="开始答题")).to_have_count(0)
    pass_time(site, waiting, seconds=10)
    expect(waiting.get_by_role("button", name="开始答题")).to_be_visible()
    assert (before, len(asked)) == (0, 1)


def test_nothing_of_the_paper_comes_before_the_start(site: Site, phone: Any) -> None:
    site.clock.at = NINE - timedelta(minutes=12)
    came: list[Any] = []
    told: list[str] = []
    site.log_in(phone)
    phone.on("response", lambda reply: came.append(reply) if reply.status == 200 else None)
    for path in ("/papers", f"/papers/{site.code}"):
        came.clear()
        phone.goto(site.url + path, wait_until="networkidle")
        told += [reply.text() for reply in came]  # the browser forgets them when it goes on
    assert any("sit-sheet" in text for text in told)
    for secret in (SECRET_WORD, "先核实", "单选第", "监测期为"):
        assert not [text for text in told if secret in text], secret


def test_without_script_the_page_says_to_reload(site: Site, new_page: Any) -> None:
    page = new_page(java_script_enabled=False)
    site.clock.at = NINE - timedelta(minutes=1)
    site.log_in(page)
    page.goto(f"{site.url}/papers/{site.code}")
    expect(page.get_by_text("到时请刷新本页")).to_be_visible()
    site.clock.at = NINE
    page.reload()
    page.get_by_role("button", name="开始答题").click()
    expect(page.locator("#q1")).to_be_visible()
