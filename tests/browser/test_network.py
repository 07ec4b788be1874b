"""The network goes and comes, replies are lost, the browser dies, the log-in ends, nothing can be kept, the clock is wrong: no answer is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, expect

from tests.browser.conftest import PHONE, Site
from tests.browser.sitter import accepted, answer, go_to, is_saved, is_unsaved, kept, made, rows, saves
from tests.browser.times import jump, move_clocks, stop_at, take_in

pytestmark = pytest.mark.browser

MINUTE = timedelta(minutes=1)


@pytest.fixture
def timed(phone: Any) -> Any:
    """A phone whose clocks the test can move."""
    move_clocks(phone, datetime(2026, 12, 1, 1, 10, tzinfo=UTC))
    return phone


def test_three_minutes_without_network(site: Site, timed: Any) -> None:
    """Answers wait on the device, come in one batch in their order, and the server knows when each was made."""
    timed.on("dialog", lambda dialog: dialog.accept())
    batches: list[int] = []  # that reached the server: a try that comes while it is still away is no batch
    site.start(timed)
    expect(timed.locator("#q1")).to_be_visible()
    timed.context.set_offline(True)
    answer(timed, 1, ["a"])
    is_unsaved(timed)
    timed.get_by_role("button", name="下一题").click()
    answer(timed, 2, ["b"])
    jump(site, timed, minutes=2)
    expect(timed.get_by_text("暂时连不上服务器")).to_be_visible()
    take_in(timed)  # an answer that is on its way is not replaced by the next
    go_to(timed, 1)
    answer(timed, 1, ["c"])
    jump(site, timed, minutes=1)
    assert rows(site) == []
    timed.on("response", lambda reply: batches.append(len(reply.request.post_data_json["items"])) if reply.url.endswith("/responses") else None)
    timed.context.set_offline(False)
    is_saved(timed, "09:13")
    expect(timed.locator("#banner")).to_be_hidden()
    assert batches == [2]
    assert rows(site) == [(2, ["b"], "accepted"), (1, ["c"], "accepted")]
    second, first = saves(site)
    assert second.received_at - made(second) >= 3 * MINUTE - timedelta(seconds=5)
    assert MINUTE - timedelta(seconds=5) <= first.received_at - made(first) < 2 * MINUTE


def test_the_waits_grow_and_differ(site: Site, timed: Any) -> None:
    """Back-off with full jitter: no two pages knock in step, and the waits never exceed half a minute."""
    site.start(timed)
    answer(timed, 1, ["b"])
    is_saved(timed)
    stop_at(site, timed, minutes=1)  # else the next try may have come before anybody looks
    take_in(timed)
    timed.evaluate("""() => {
        const real = window.setTimeout, waits = [];
        window.setTimeout = (what, wait) => {
            if (what.name === 'work') document.documentElement.dataset.waits = (waits.push(wait), waits.join(' '));
            return real(what, wait);
        };
        Math.random = () => 0.5;
    }""")
    timed.route("**/responses", lambda route: route.fulfill(status=503, json={"error": "database", "message": "x"}))
    answer(timed, 1, ["a"])
    waits = [500, 1000, 2000, 4000, 7500, 15000, 15000]
    for count in range(1, len(waits) + 1):
        expect(timed.locator("html")).to_have_attribute("data-waits", " ".join(map(str, waits[:count])))
        timed.clock.fast_forward(30_000)


def test_a_busy_server_says_when_to_come_back(site: Site, timed: Any) -> None:
    site.start(timed)
    asked: list[str] = []
    refuse = {"status": 503, "json": {"error": "database", "message": "x"}, "headers": {"Retry-After": "90"}}

    def refuse_once(route: Any) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(**refuse)
        else:
            route.continue_()

    timed.route("**/responses", refuse_once)
    answer(timed, 1, ["a"])
    is_unsaved(timed)
    timed.clock.run_for(30_000)  # as long as it would ever wait by itself; its clock goes on meanwhile, on a slow machine too
    assert len(asked) == 1
    timed.clock.run_for(90_000)
    is_saved(timed)


def test_a_lost_reply_makes_one_row(site: Site, phone: Any) -> None:
    site.start(phone)
    lost = []

    def lose_first(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch())
        route.abort()

    phone.route("**/responses", lose_first)
    answer(phone, 1, ["a"])
    is_saved(phone)
    assert rows(site) == [(1, ["a"], "accepted")]


def test_a_lost_reply_of_the_desk_loses_nothing(site: Site, phone: Any) -> None:
    lost = []

    def lose_first(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch())
        route.abort()

    phone.route("**/desk", lose_first)
    site.start(phone)
    answer(phone, 1, ["a"])
    is_saved(phone)
    assert accepted(site) == {1: ["a"]}
    assert saves(site)[0].seq > 2_000_000


@pytest.mark.parametrize("reply", ["<html>hotel log-in</html>", "null", "[]"])
def test_somebody_who_answers_in_the_servers_name_is_not_believed(site: Site, phone: Any, reply: str) -> None:
    """A hotel's log-in page with status 200 is no confirmation."""
    site.start(phone)
    phone.route("**/responses", lambda route: route.fulfill(status=200, body=reply, content_type="application/json"))
    answer(phone, 1, ["a"])
    is_unsaved(phone)
    phone.unroute("**/responses")
    is_saved(phone)
    assert rows(site) == [(1, ["a"], "accepted")]


def test_unsent_answers_survive_the_window(site: Site, phone: Any) -> None:
    phone.on("dialog", lambda dialog: dialog.accept())
    site.start(phone)
    phone.route("**/responses", lambda route: route.fulfill(status=503, json={"error": "database", "message": "x"}))
    answer(phone, 1, ["a"])
    is_unsaved(phone)
    phone.reload()
    go_to(phone, 1)
    expect(phone.locator("#q1 input[value=a]")).to_be_checked()
    assert len(kept(phone)) == 1
    assert rows(site) == []
    phone.unroute("**/responses")
    is_saved(phone)
    assert rows(site) == [(1, ["a"], "accepted")]
    assert kept(phone) == {}


def test_what_is_kept_names_nobody_and_no_question(site: Site, desktop: Any) -> None:
    desktop.on("dialog", lambda dialog: dialog.accept())
    site.start(desktop)
    desktop.context.set_offline(True)
    answer(desktop, 1, ["a"])
    is_unsaved(desktop)
    entry = next(iter(kept(desktop).values()))
    assert [sorted(item) for item in entry["items"]] == [["at", "base", "seq", "slot", "value"]]
    assert entry["choices"] == []


def test_the_back_button_brings_the_answers_back(site: Site, phone: Any) -> None:
    phone.on("dialog", lambda dialog: dialog.accept())
    site.start(phone)
    phone.route("**/responses", lambda route: route.abort())
    answer(phone, 1, ["a"])
    is_unsaved(phone)
    phone.go_back()
    expect(phone.get_by_role("link", name="继续答题")).to_be_visible()
    phone.unroute("**/responses")
    phone.go_forward()
    is_saved(phone)
    assert accepted(site) == {1: ["a"]}
    go_to(phone, 1)
    expect(phone.locator("#q1 input[value=a]")).to_be_checked()


@pytest.fixture
def profile(browser: Any, tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """A function that opens the browser anew on the same person's device; what was open before is closed."""
    contexts: list[Any] = []
    from tests.conftest import BROWSER_FLAGS, PATIENCE, find_chromium

    def open_it() -> Any:
        for context in contexts:
            context.close()
        contexts[:] = [
            browser.browser_type.launch_persistent_context(
                str(tmp_path / "profile"), executable_path=find_chromium(), args=BROWSER_FLAGS, locale="zh-CN", timezone_id="Asia/Shanghai", **PHONE
            )
        ]
        contexts[0].set_default_timeout(PATIENCE)
        return contexts[0].pages[0]

    yield open_it
    for context in contexts:
        context.close()


def test_the_browser_is_closed_without_network_and_opened_again(site: Site, profile: Callable[[], Any]) -> None:
    page = profile()
    site.start(page)
    page.context.set_offline(True)
    answer(page, 1, ["a"])
    is_unsaved(page)
    site.clock.go_on(minutes=2)
    page = profile()
    page.goto(f"{site.url}/papers/{site.code}/sit#q1")
    is_saved(page, "09:12")
    expect(page.locator("#q1 input[value=a]")).to_be_checked()
    assert rows(site) == [(1, ["a"], "accepted")]


def test_the_page_crashes(site: Site, phone: Any) -> None:
    site.start(phone)
    phone.context.set_offline(True)
    answer(phone, 1, ["a"])
    is_unsaved(phone)
    with phone.expect_event("crash"), pytest.raises(Error):
        phone.goto("chrome://crash")
    phone.close()
    phone.context.set_offline(False)
    again = phone.context.new_page()
    again.goto(f"{site.url}/papers/{site.code}/sit#q1")
    is_saved(again)
    assert rows(site) == [(1, ["a"], "accepted")]


def test_unsent_answers_ride_along_with_the_submission(site: Site, phone: Any) -> None:
    phone.on("dialog", lambda dialog: dialog.accept())
    site.start(phone)
    phone.route("**/responses", lambda route: route.abort())
    answer(phone, 1, ["a"])
    is_unsaved(phone)
    phone.get_by_role("link", name="交卷").click()
    phone.wait_for_url("**/summary")
    is_unsaved(phone)
    phone.get_by_role("button", name="确认交卷").click()
    expect(phone.get_by_text("交卷成功")).to_be_visible()
    assert rows(site) == [(1, ["a"], "accepted")]
    assert kept(phone) == {}


def test_the_check_counts_what_has_just_arrived(site: Site, phone: Any) -> None:
    """What was still on its way when the check was opened is counted as answered once it is there."""
    phone.on("dialog", lambda dialog: dialog.accept())
    site.start(phone)
    phone.route("**/responses", lambda route: route.abort())
    answer(phone, 1, ["a"])
    is_unsaved(phone)
    phone.goto(f"{site.url}/papers/{site.code}/summary")
    expect(phone.get_by_text("8题没有作答")).to_be_visible()
    phone.unroute("**/responses")
    expect(phone.get_by_text("7题没有作答")).to_be_visible()


def test_handing_in_without_network_is_not_claimed_and_is_tried_again(site: Site, phone: Any) -> None:
    site.start(phone)
    answer(phone, 1, ["a"])
    is_saved(phone)
    phone.get_by_role("link", name="交卷").click()
    expect(phone.get_by_role("button", name="确认交卷")).to_be_enabled()
    phone.context.set_offline(True)
    phone.get_by_role("button", name="确认交卷").click()
    expect(phone.get_by_text("还没有交卷")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.get_by_text("交卷成功")).to_be_visible()


def test_a_page_that_cannot_be_loaded_again_is_not_left(site: Site, phone: Any) -> None:
    site.start(phone)
    answer(phone, 1, ["a"])
    is_saved(phone)
    phone.context.set_offline(True)
    phone.get_by_role("link", name="交卷").click()
    expect(phone.get_by_text("请先留在本页")).to_be_visible()
    phone.get_by_role("button", name="下一题").click()
    answer(phone, 2, ["b"])
    phone.context.set_offline(False)
    is_saved(phone)
    phone.get_by_role("link", name="交卷").click()
    expect(phone.get_by_text("6题没有作答")).to_be_visible()


def test_an_ended_log_in_keeps_the_answers(site: Site, phone: Any) -> None:
    site.start(phone)
    phone.context.clear_cookies(name="quiz_login")
    answer(phone, 1, ["a"])
    expect(phone.get_by_text("登录已失效")).to_be_visible()
    is_unsaved(phone)
    phone.on("dialog", lambda dialog: dialog.accept())
    phone.get_by_role("link", name="重新登录").click()
    phone.get_by_label("登录名").fill("q001")
    phone.get_by_label("密码").fill("correct horse 9")
    phone.get_by_role("button", name="登录", exact=True).click()
    is_saved(phone)
    assert accepted(site) == {1: ["a"]}


def test_after_a_log_in_elsewhere_the_page_goes_on_as_it_is(site: Site, phone: Any) -> None:
    """Another window of the same browser logs in: this page's form token is old then, and it gets a new one by itself."""
    site.start(phone)
    phone.context.clear_cookies()
    answer(phone, 1, ["a"])
    expect(phone.get_by_text("登录已失效")).to_be_visible()
    site.log_in(phone.context.new_page())
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    is_saved(phone)
    expect(phone.locator("#banner")).to_be_hidden()
    assert accepted(site) == {1: ["a"]}


def test_a_browser_that_keeps_nothing_goes_on_with_a_warning(site: Site, phone: Any) -> None:
    phone.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('forbidden'); }})")
    site.start(phone)
    expect(phone.get_by_text("不允许在本机暂存作答")).to_be_visible()
    answer(phone, 1, ["a"])
    is_saved(phone)
    assert accepted(site) == {1: ["a"]}


def test_a_full_store_is_said_and_answers_are_sent_at_once(site: Site, phone: Any) -> None:
    site.start(phone)
    phone.evaluate("""() => {
        let text = 'x'.repeat(1 << 20);
        for (let n = 0; text; n += 1) { try { localStorage.setItem('other' + n, text); } catch { text = text.slice(text.length / 2 + 1); } }
    }""")
    answer(phone, 1, ["a"])
    is_saved(phone)
    assert accepted(site) == {1: ["a"]}
    phone.context.set_offline(True)
    go_to(phone, 7)
    answer(phone, 7, ["十二" * 40, "x"])
    expect(phone.get_by_text("不允许在本机暂存作答")).to_be_visible()
    phone.context.set_offline(False)
    is_saved(phone)
    assert accepted(site)[7] == ["十二" * 40, "x"]


@pytest.mark.parametrize("days", [1, -1])
def test_a_wrong_clock_of_the_device_changes_nothing(site: Site, timed: Any, days: int) -> None:
    """Set while the page is open: neither the time left nor the time of making moves. Set while it is closed: an answer is never from the future."""
    site.start(timed)
    jump(site, timed, minutes=5)  # so that an answer could be older than it is
    timed.on("dialog", lambda dialog: dialog.accept())
    timed.context.set_offline(True)
    answer(timed, 1, ["a"])
    is_unsaved(timed)
    timed.clock.set_system_time(datetime(2026, 12, 1, 1, 10, tzinfo=UTC) + timedelta(days=days))
    timed.clock.run_for(1000)  # the time is drawn twice a second
    expect(timed.locator("#time")).to_have_text(re.compile("还剩5[345]分钟"))
    timed.context.set_offline(False)
    is_saved(timed, "09:15")
    first = saves(site)[0]
    assert timedelta(0) <= first.received_at - made(first) < MINUTE  # the page's own clock goes on while the test works
    timed.context.set_offline(True)
    timed.get_by_role("button", name="下一题").click()
    answer(timed, 2, ["b"])
    is_unsaved(timed)
    timed.clock.set_system_time(datetime(2026, 12, 1, 1, 10, tzinfo=UTC))
    timed.route("**/responses", lambda route: route.abort())  # it is the page after this one that delivers
    timed.context.set_offline(False)
    timed.reload()
    timed.unroute("**/responses")
    is_saved(timed, "09:15")
    second = saves(site)[1]
    assert timedelta(0) <= second.received_at - made(second) < timedelta(days=1)


def test_a_phone_that_slept_knows_how_old_its_answers_are(site: Site, phone: Any) -> None:
    """A browser's monotonic clock stands still while a phone sleeps. The server's time before and after tells how long that was."""
    site.start(phone)
    answer(phone, 1, ["a"])
    is_saved(phone)
    phone.context.set_offline(True)
    phone.get_by_role("button", name="下一题").click()
    answer(phone, 2, ["b"])
    is_unsaved(phone)
    site.clock.go_on(minutes=5)
    phone.evaluate("() => { const now = Date.now; Date.now = () => now() + 300000; }")
    phone.context.set_offline(False)
    is_saved(phone, "09:15")
    row = saves(site)[1]
    assert row.received_at - made(row) >= 4 * MINUTE


def test_one_bad_answer_is_named_and_keeps_nothing_else_from_being_saved(site: Site, phone: Any) -> None:
    site.start(phone)
    go_to(phone, 7)
    phone.locator("#q7 .blank").first.evaluate("blank => { blank.maxLength = 9999; }")
    phone.context.set_offline(True)
    answer(phone, 7, ["x" * 501, "y"])
    go_to(phone, 1)
    answer(phone, 1, ["a"])
    phone.context.set_offline(False)
    expect(phone.locator("#saved")).to_have_text("第7题没有保存")
    expect(phone.get_by_text("第7题没有保存：")).to_be_visible()
    assert accepted(site) == {1: ["a"]}
    go_to(phone, 7)
    answer(phone, 7, ["12", "y"])
    is_saved(phone)
    assert accepted(site) == {1: ["a"], 7: ["12", "y"]}


def test_a_text_is_not_called_saved_while_it_is_typed(site: Site, desktop: Any) -> None:
    site.start(desktop)
    answer(desktop, 1, ["a"])
    is_saved(desktop)
    desktop.route("**/responses", lambda route: None)  # no reply ever
    desktop.locator("#map [data-cell='7']").click()
    desktop.locator("#q7 .blank").first.press_sequentially("十二")
    expect(desktop.locator("#saved")).to_have_text("正在保存")
    assert next(iter(kept(desktop).values()))["items"][0]["value"] == ["十二", ""]


def test_a_page_without_signs_of_life_works(site: Site, timed: Any) -> None:
    """A server of before the board: the page stops asking for what is not there, in silence, and hears the time another way."""
    faults: list[str] = []
    timed.on("pageerror", lambda error: faults.append(str(error)))
    timed.route("**/pulse", lambda route: route.fulfill(status=404, json={"error": "http_404", "message": "没有找到"}))
    with timed.expect_response("**/pulse"):
        site.start(timed)
        answer(timed, 1, ["a"])
        is_saved(timed)
        jump(site, timed, minutes=1)
    with timed.expect_response("**/time"):
        jump(site, timed, minutes=3)
    expect(timed.locator("#time")).to_have_text(re.compile("还剩5[56]分钟"))
    expect(timed.locator("#banner")).to_be_hidden()
    is_saved(timed)
    assert faults == []
