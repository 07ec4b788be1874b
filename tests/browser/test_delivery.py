"""Time runs out, with and without a network: what was answered in time arrives and counts, what comes later is kept and told, from whichever page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from quiz.storage.engine import reading
from quiz.storage.tables import AttemptRow, GradingRow
from tests.browser.conftest import Site
from tests.browser.sitter import accepted, answer, close_expired, go_to, is_saved, is_unsaved, keeps_nothing, kept, made, rows, saves
from tests.browser.times import jump, move_clocks, stop_at

pytestmark = pytest.mark.browser


@pytest.fixture
def timed(phone: Any) -> Any:
    """A phone whose clocks the test can move."""
    move_clocks(phone, datetime(2026, 12, 1, 1, 10, tzinfo=UTC))
    phone.on("dialog", lambda dialog: dialog.accept())
    return phone


@pytest.fixture
def cut(site: Site, timed: Any) -> Any:
    """A phone on which one answer is saved and another waits, because the network has gone."""
    site.start(timed)
    answer(timed, 1, ["a"])
    is_saved(timed)
    timed.context.set_offline(True)
    timed.get_by_role("button", name="下一题").click()
    answer(timed, 2, ["b"])
    is_unsaved(timed)
    return timed


def attempt(site: Site) -> AttemptRow:
    """Return the attempt."""
    with reading(site.engine) as session:
        return session.scalars(select(AttemptRow)).one()


def scores(site: Site) -> list[int]:
    """Return the score of every grading run."""
    with reading(site.engine) as session:
        return list(session.scalars(select(GradingRow.score).order_by(GradingRow.id)))


def test_time_runs_out(site: Site, timed: Any) -> None:
    site.start(timed)
    answer(timed, 1, ["a"])
    is_saved(timed)
    stop_at(site, timed, minutes=60)  # else the page may have handed in before anybody looks
    expect(timed.get_by_text("时间到，正在交卷")).to_be_visible()
    timed.clock.run_for(5000)
    expect(timed.get_by_text("交卷成功")).to_be_visible()
    expect(timed.get_by_text("时间到，系统自动收卷")).to_be_visible()
    assert attempt(site).submitted_at is not None
    keeps_nothing(timed)


def test_without_network_to_the_end_and_back_in_time(site: Site, cut: Any) -> None:
    """The sheet locks and says until when; back within the delivery time everything counts, graded anew after the clock had closed the attempt."""
    jump(site, cut, minutes=60)
    expect(cut.get_by_text("还有1题的作答没有送达服务器：10:20前恢复网络，会自动送达并照常计分")).to_be_visible()
    expect(cut.locator("#q2 input").first).to_be_disabled()
    jump(site, cut, minutes=5)
    close_expired(site)
    assert attempt(site).closed_by == "deadline"
    cut.context.set_offline(False)
    cut.clock.run_for(60_000)
    expect(cut.get_by_text("交卷成功")).to_be_visible()
    keeps_nothing(cut)
    assert accepted(site) == {1: ["a"], 2: ["b"]}
    assert made(saves(site)[1]) <= attempt(site).deadline_at < saves(site)[1].received_at
    assert len(scores(site)) == 2


def test_back_too_late_is_stored_told_and_not_marked(site: Site, cut: Any) -> None:
    jump(site, cut, minutes=71)
    expect(cut.get_by_text("10:20前的补送时间已过")).to_be_visible()
    close_expired(site)
    cut.context.set_offline(False)
    cut.clock.run_for(60_000)
    expect(cut.get_by_text("有1处作答在时间到后才送达，没有计分，已留存备查")).to_be_visible()
    assert rows(site) == [(1, ["a"], "accepted"), (2, ["b"], "late")]
    assert len(scores(site)) == 1
    keeps_nothing(cut)


def test_everything_saved_and_no_network_at_the_end(site: Site, timed: Any) -> None:
    site.start(timed)
    answer(timed, 1, ["a"])
    is_saved(timed)
    timed.context.set_offline(True)
    jump(site, timed, minutes=60)
    timed.clock.run_for(30_000)
    expect(timed.get_by_text("作答都已送达服务器，会自动收卷")).to_be_visible()
    jump(site, timed, minutes=1)
    close_expired(site)
    timed.context.set_offline(False)
    timed.clock.run_for(60_000)
    expect(timed.get_by_text("交卷成功")).to_be_visible()


def test_a_page_that_never_reached_the_desk_still_delivers(site: Site, timed: Any) -> None:
    """The network goes as the page opens and comes back after the end: the answers had no numbers yet."""
    timed.route("**/desk", lambda route: route.abort())
    site.start(timed)
    answer(timed, 1, ["a"])
    is_unsaved(timed)
    timed.context.set_offline(True)
    jump(site, timed, minutes=62)
    expect(timed.get_by_text("10:20前恢复网络")).to_be_visible()
    close_expired(site)
    timed.unroute("**/desk")
    timed.context.set_offline(False)
    timed.clock.run_for(60_000)
    expect(timed.get_by_text("交卷成功")).to_be_visible()
    keeps_nothing(timed)
    assert accepted(site) == {1: ["a"]}


@pytest.mark.parametrize("way", ["", "/result", "list"])
def test_the_page_is_gone_and_others_deliver(site: Site, cut: Any, way: str) -> None:
    """The window was closed without network, the time ran out: the list, the notice's way on and the receipt deliver what the browser keeps."""
    context = cut.context
    cut.close(run_before_unload=False)
    site.clock.go_on(minutes=63)
    close_expired(site)
    context.set_offline(False)
    page = context.new_page()
    page.clock.set_system_time(datetime(2026, 12, 1, 2, 13, tzinfo=UTC))  # the device's clock went on too
    page.goto(site.url + ("/papers" if way == "list" else f"/papers/{site.code}{way}"))
    if way == "":
        page.get_by_role("link", name="查看交卷回执").click()
    if way == "list":
        expect(page.get_by_text("留在这台设备上的1题作答已经送达")).to_be_visible()
    else:
        expect(page.get_by_text("交卷成功")).to_be_visible()
    keeps_nothing(page)
    assert accepted(site) == {1: ["a"], 2: ["b"]}
    assert made(saves(site)[1]) <= attempt(site).deadline_at


def test_the_list_delivers_for_a_paper_that_is_still_open_and_leaves_the_desk_alone(site: Site, cut: Any) -> None:
    context = cut.context
    cut.close(run_before_unload=False)
    context.set_offline(False)
    page = context.new_page()
    page.goto(f"{site.url}/papers")
    expect(page.get_by_text("留在这台设备上的1题作答已经送达")).to_be_visible()
    assert accepted(site) == {1: ["a"], 2: ["b"]}
    assert attempt(site).turn == 1


def test_somebody_elses_answers_are_not_touched(site: Site, cut: Any) -> None:
    """The next person at the same device: what the first one left stays for them."""
    context = cut.context
    context.clear_cookies()  # first: a call that the page makes as it closes is the first one's own as long as their log-in is there
    cut.close(run_before_unload=False)
    context.set_offline(False)
    page = context.new_page()
    site.log_in(page, "q002")
    expect(page.get_by_role("heading", name="我的考试")).to_be_visible()
    assert accepted(site) == {1: ["a"]}
    assert len(kept(page)) == 1


def test_an_answer_after_the_end_is_told(site: Site, phone: Any) -> None:
    """A page whose clock says that there is time: the server knows better, keeps the answer and says that it does not count."""
    site.start(phone)
    answer(phone, 1, ["a"])
    is_saved(phone)
    site.clock.go_on(minutes=71)
    go_to(phone, 2)
    answer(phone, 2, ["a"])
    expect(phone.get_by_text("系统正在收卷")).to_be_visible()
    expect(phone.get_by_text("有1处作答在时间到后才送达")).to_be_visible()
    assert rows(site) == [(1, ["a"], "accepted"), (2, ["a"], "late")]


def test_the_receipt_looks_again_while_papers_are_collected(site: Site, timed: Any) -> None:
    site.start(timed)
    site.clock.go_on(minutes=61)
    timed.goto(f"{site.url}/papers/{site.code}/result")
    expect(timed.get_by_text("系统正在收卷")).to_be_visible()
    close_expired(site)
    timed.clock.fast_forward(41_000)
    expect(timed.get_by_text("交卷成功")).to_be_visible()


def test_time_is_given_in_the_last_moment(site: Site, timed: Any, new_page: Callable[..., Any]) -> None:
    """The page has locked because its time was up; before it hands in it asks, and goes on."""
    from quiz.core.access import command_line
    from quiz.storage.engine import writing
    from quiz.usecases import extending

    site.start(timed)
    answer(timed, 1, ["a"])
    is_saved(timed)
    timed.route("**/pulse", lambda route: route.abort())
    site.clock.go_on(minutes=59, seconds=59)
    with writing(site.engine) as session:
        extending.extend(session, command_line("tests"), "demo", "Q001", 10, "设备故障", site.clock())
    timed.clock.fast_forward(3_600_000)
    timed.clock.run_for(5000)
    expect(timed.get_by_text("给您增加了答题时间，现在还剩10分钟")).to_be_visible()
    expect(timed.locator("#q1 input").first).to_be_enabled()
    assert attempt(site).submitted_at is None
    assert timedelta(minutes=9) < attempt(site).deadline_at - site.clock()
