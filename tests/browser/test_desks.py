"""Two windows or two devices at one paper: the newer takes over, the older says so hands over what it holds, and nothing is overwritten unseen."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import expect

from quiz.core.access import command_line
from quiz.storage.engine import writing
from quiz.usecases import pausing
from quiz.usecases.places import PlaceKind
from tests.browser.conftest import DESKTOP, PHONE, Site
from tests.browser.sitter import accepted, answer, go_to, is_saved, is_unsaved, kept, rows
from tests.browser.times import jump, move_clocks, pass_time

pytestmark = pytest.mark.browser


@pytest.fixture
def two(site: Site, new_page: Callable[..., Any]) -> tuple[Any, Any]:
    """A phone at work, and a desktop that is logged in and has not opened the paper yet."""
    phone, desktop = new_page(**PHONE), new_page(**DESKTOP)
    for page in (phone, desktop):
        page.on("dialog", lambda dialog: dialog.accept())
    site.start(phone)
    site.log_in(desktop)
    return phone, desktop


def open_paper(site: Site, page: Any) -> None:
    """Open the paper and wait until this page holds the desk."""
    with page.expect_response("**/desk"):
        page.goto(f"{site.url}/papers/{site.code}/sit")


def come_back(page: Any) -> None:
    """Let the page hear what is new, as when somebody looks at it again."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_the_older_page_says_so_and_its_answer_counts_where_the_newer_has_none(site: Site, two: tuple[Any, Any]) -> None:
    phone, desktop = two
    for page in two:
        page.route("**/pulse", lambda route: route.abort())  # the reply to a save tells by itself
    answer(phone, 1, ["a"])
    is_saved(phone)
    open_paper(site, desktop)
    expect(desktop.locator("#q1 input[value=a]")).to_be_checked()
    phone.get_by_role("button", name="下一题").click()
    answer(phone, 2, ["b"])
    expect(phone.get_by_text("这里现在只能看，不能改")).to_be_visible()
    expect(phone.locator("#q2 input").first).to_be_disabled()
    is_saved(phone)
    assert accepted(site) == {1: ["a"], 2: ["b"]}

    phone.get_by_role("button", name="在这里继续作答").click()
    expect(phone.get_by_text("这里现在只能看，不能改")).to_be_hidden()
    answer(phone, 2, ["c"])
    is_saved(phone)
    answer(desktop, 1, ["c"])
    expect(desktop.get_by_text("这里现在只能看，不能改")).to_be_visible()
    assert accepted(site) == {1: ["c"], 2: ["c"]}

    desktop.get_by_role("button", name="在这里继续作答").click()
    expect(desktop.get_by_text("这里现在只能看，不能改")).to_be_hidden()
    phone.unroute("**/pulse")
    come_back(phone)
    expect(phone.get_by_text("这里现在只能看，不能改")).to_be_visible()  # also to a page that saves nothing


def test_two_different_answers_are_both_shown_and_one_is_chosen(site: Site, two: tuple[Any, Any]) -> None:
    """The phone answers without network, then the desktop answers the same question: what counts is the newer page's, and the other is offered."""
    phone, desktop = two
    phone.context.set_offline(True)
    answer(phone, 1, ["a"])
    is_unsaved(phone)
    open_paper(site, desktop)
    answer(desktop, 1, ["c"])
    is_saved(desktop)
    phone.context.set_offline(False)
    expect(phone.get_by_text("这里现在只能看，不能改")).to_be_visible()
    assert rows(site) == [(1, ["c"], "accepted"), (1, ["a"], "superseded")]
    expect(phone.get_by_role("button", name="改用这份")).to_have_count(0)

    phone.get_by_role("button", name="在这里继续作答").click()
    expect(phone.get_by_text("第1题有两份不同的作答")).to_be_visible()
    expect(phone.locator("#q1 input[value=c]")).to_be_checked()
    phone.reload()  # the choice is kept until it is made
    go_to(phone, 1)
    letters = {value: phone.locator(f"#q1 label.option:has(input[value={value}]) .option-letter").text_content() for value in "ac"}
    expect(phone.locator("#q1 .choice-row b")).to_have_text([letters["c"], letters["a"]])
    phone.get_by_role("button", name="改用这份").click()
    is_saved(phone)
    expect(phone.locator("#q1 .choice")).to_have_count(0)
    expect(phone.locator("#q1 input[value=a]")).to_be_checked()
    assert accepted(site) == {1: ["a"]}
    assert kept(phone) == {}


def test_keeping_the_answer_that_counts_saves_nothing_anew(site: Site, two: tuple[Any, Any]) -> None:
    phone, desktop = two
    phone.context.set_offline(True)
    answer(phone, 1, ["a"])
    is_unsaved(phone)
    open_paper(site, desktop)
    answer(desktop, 1, ["c"])
    is_saved(desktop)
    phone.context.set_offline(False)
    phone.get_by_role("button", name="在这里继续作答").click()
    phone.get_by_role("button", name="保留这份").click()
    expect(phone.locator("#q1 .choice")).to_have_count(0)
    expect(phone.locator("#banner")).to_be_hidden()
    assert accepted(site) == {1: ["c"]}
    assert len(rows(site)) == 2
    assert kept(phone) == {}


def test_an_answer_from_before_the_desk_could_be_taken_does_not_cover_a_newer_one(site: Site, two: tuple[Any, Any]) -> None:
    """The phone has no number yet for what it was told, because the network went as the page opened: another device's answer stays on top."""
    phone, desktop = two
    phone.route("**/desk", lambda route: route.abort())
    phone.goto(f"{site.url}/papers/{site.code}/sit")
    answer(phone, 1, ["a"])
    is_unsaved(phone)
    phone.get_by_role("button", name="下一题").click()
    answer(phone, 2, ["b"])
    open_paper(site, desktop)
    answer(desktop, 1, ["c"])
    is_saved(desktop)
    phone.unroute("**/desk")
    expect(phone.get_by_text("第1题有两份不同的作答")).to_be_visible()
    is_saved(phone)
    assert accepted(site) == {1: ["c"], 2: ["b"]}
    assert (1, ["a"], "superseded") in rows(site)


def test_two_windows_of_one_browser(site: Site, phone: Any) -> None:
    """The newer window takes over what the older still holds, under its old numbers: nothing is stored twice."""
    phone.on("dialog", lambda dialog: dialog.accept())
    site.start(phone)
    phone.route("**/responses", lambda route: route.abort())
    answer(phone, 1, ["a"])
    is_unsaved(phone)
    newer = phone.context.new_page()
    newer.goto(f"{site.url}/papers/{site.code}/sit#q1")
    is_saved(newer)
    expect(newer.locator("#q1 input[value=a]")).to_be_checked()
    phone.unroute("**/responses")
    expect(phone.get_by_text("这里现在只能看，不能改")).to_be_visible()
    assert rows(site) == [(1, ["a"], "accepted")]
    assert kept(phone) == {}


def test_what_an_older_page_still_brings_is_filled_in_with_a_note(site: Site, two: tuple[Any, Any]) -> None:
    phone, desktop = two
    phone.context.set_offline(True)
    phone.get_by_role("button", name="下一题").click()
    answer(phone, 2, ["b"])
    is_unsaved(phone)
    open_paper(site, desktop)
    answer(desktop, 1, ["c"])
    is_saved(desktop)
    phone.context.set_offline(False)
    is_saved(phone)
    with desktop.expect_response("**/pulse") as heard:
        come_back(desktop)
    assert heard.value.request.post_data_json["unsent"] == 0
    expect(desktop.get_by_text("已经填入：第2题")).to_be_visible()
    expect(desktop.locator("#q2 input[value=b]")).to_be_checked()
    desktop.get_by_role("button", name="知道了").click()
    expect(desktop.locator("#banner")).to_be_hidden()
    assert accepted(site) == {1: ["c"], 2: ["b"]}


def test_an_answer_that_was_covered_unseen_is_shown_and_may_be_chosen(site: Site, two: tuple[Any, Any]) -> None:
    """Both answer without network, the older page's comes in first: the newer page's counts, and the person sees that there was another."""
    phone, desktop = two
    phone.context.set_offline(True)
    answer(phone, 1, ["a"])
    is_unsaved(phone)
    open_paper(site, desktop)
    desktop.context.set_offline(True)
    answer(desktop, 1, ["c"])
    is_unsaved(desktop)
    phone.context.set_offline(False)
    is_saved(phone)
    desktop.context.set_offline(False)
    is_saved(desktop)
    assert accepted(site) == {1: ["c"]}
    come_back(desktop)
    expect(desktop.get_by_text("第1题有两份不同的作答")).to_be_visible()
    expect(desktop.locator("#q1 input[value=c]")).to_be_checked()
    desktop.locator("#q1").get_by_role("button", name="改用这份").click()
    is_saved(desktop)
    assert accepted(site) == {1: ["a"]}


def test_what_this_page_itself_brought_for_an_older_one_is_no_news(site: Site, phone: Any) -> None:
    """After a reload the kept answer goes under its old number, and `pulse` names it; changed since, nobody is asked to choose."""
    phone.on("dialog", lambda dialog: dialog.accept())
    site.start(phone)
    phone.route("**/responses", lambda route: route.abort())
    answer(phone, 1, ["a"])
    is_unsaved(phone)
    phone.route("**/pulse", lambda route: route.abort())  # the first that comes through is the one that is looked at
    phone.goto(f"{site.url}/papers/{site.code}/sit?section=1#q1")
    is_unsaved(phone)
    phone.unroute("**/responses")
    is_saved(phone)
    answer(phone, 1, ["c"])
    is_saved(phone)
    with phone.expect_response("**/pulse") as heard:
        phone.unroute("**/pulse")
        come_back(phone)
    assert heard.value.json()["others"] == {"1": ["a"]}
    phone.get_by_role("button", name="下一题").click()
    answer(phone, 2, ["d"])
    is_saved(phone)
    expect(phone.locator("#q1 .choice")).to_have_count(0)
    expect(phone.locator("#banner")).to_be_hidden()


def test_a_pause_stops_the_clock_of_the_page(site: Site, phone: Any) -> None:
    """The time stands still, without a word of time given, and goes on afterwards."""
    move_clocks(phone, datetime(2026, 12, 1, 1, 10, tzinfo=UTC))
    site.start(phone)
    answer(phone, 1, ["a"])
    is_saved(phone)
    with writing(site.engine) as session:
        pausing.pause(session, command_line("tests"), "demo", PlaceKind.ALL, "", "停电", site.clock())
    come_back(phone)
    expect(phone.get_by_text("您所在的考点已暂停考试")).to_be_visible()
    phone.clock.run_for(1000)  # the time is drawn twice a second
    before = phone.locator("#time").text_content()
    phone.route("**/pulse", lambda route: route.abort())
    pass_time(site, phone, minutes=10)
    expect(phone.locator("#time")).to_have_text(before)
    with writing(site.engine) as session:
        pausing.resume(session, command_line("tests"), "demo", 1, "来电", site.clock())
    phone.unroute("**/pulse")
    come_back(phone)
    expect(phone.get_by_text("您所在的考点已暂停考试")).to_be_hidden()
    expect(phone.get_by_text("给您增加了答题时间")).to_be_hidden()
    jump(site, phone, minutes=2)
    expect(phone.locator("#time")).to_have_text(re.compile("还剩5[678]分钟"))


def test_leaving_the_page_and_losing_the_network_are_told(site: Site, phone: Any) -> None:
    move_clocks(phone, datetime(2026, 12, 1, 1, 10, tzinfo=UTC))
    site.start(phone)
    answer(phone, 1, ["a"])
    is_saved(phone)
    phone.evaluate("""() => {
        Object.defineProperty(document, 'hidden', {configurable: true, get: () => window.away});
        window.away = true;
        document.dispatchEvent(new Event('visibilitychange'));
    }""")
    pass_time(site, phone, seconds=12)
    with phone.expect_request(lambda request: request.url.endswith("/pulse") and request.post_data_json["events"]) as told:
        phone.evaluate("() => { window.away = false; document.dispatchEvent(new Event('visibilitychange')); }")
    event = told.value.post_data_json["events"][0]
    assert event["kind"] == "left"
    assert event["seconds"] >= 12  # the page's clock went on by itself as well
    assert event["age"] >= 0


def test_a_paper_handed_in_elsewhere_closes_this_page(site: Site, two: tuple[Any, Any]) -> None:
    phone, desktop = two
    answer(phone, 1, ["a"])
    is_saved(phone)
    desktop.goto(f"{site.url}/papers/{site.code}/summary")
    desktop.get_by_role("button", name="确认交卷").click()
    expect(desktop.get_by_text("交卷成功")).to_be_visible()
    phone.get_by_role("link", name="交卷").click()
    expect(phone.get_by_text("交卷成功")).to_be_visible()
