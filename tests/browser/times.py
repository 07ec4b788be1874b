"""Time that the tests move: the server's clock and a page's together, and never while the page waits for a word of the server."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.browser.conftest import Site

COUNT_CALLS = """
(() => {
    const call = window.fetch, task = new MessageChannel(), waiting = [];
    window.callsOnTheirWay = 0;
    task.port1.onmessage = () => { waiting.shift(); window.callsOnTheirWay -= 1; };
    /* a reply is taken in when its text has come and the page's own steps after it are done */
    const over = () => { waiting.push(1); task.port2.postMessage(0); };
    window.fetch = (...given) => {
        window.callsOnTheirWay += 1;
        const reply = call(...given);
        reply.then((it) => it.clone().text()).then(over, over);
        return reply;
    };
})();
"""


def move_clocks(page: Any, at: datetime) -> None:
    """Give a page clocks that the test can move, set to a moment."""
    page.clock.install(time=at)
    page.add_init_script(COUNT_CALLS)


def take_in(page: Any) -> None:
    """Wait until the page has taken in every reply that it asked for: what moves the clocks before would make it late."""
    page.wait_for_function("() => !window.callsOnTheirWay")


def jump(site: Site, page: Any, **duration: float) -> None:
    """Let time pass for the server and for the page, as for a device that slept: what was due meanwhile is done once."""
    span = timedelta(**duration)
    take_in(page)
    site.clock.go_on(seconds=span.total_seconds())
    page.clock.fast_forward(_milliseconds(span))


def stop_at(site: Site, page: Any, **duration: float) -> None:
    """Let a minute or more pass as by `jump`, and hold the page's clock there: what it does a moment later waits until the test lets time pass."""
    span = timedelta(**duration)
    take_in(page)
    site.clock.go_on(seconds=span.total_seconds())
    page.clock.pause_at(page.evaluate("Date.now()") + _milliseconds(span))


def pass_time(site: Site, page: Any, **duration: float) -> None:
    """Let time pass for the server and then for the page, every tick of it."""
    span = timedelta(**duration)
    take_in(page)
    site.clock.go_on(seconds=span.total_seconds())
    page.clock.run_for(_milliseconds(span))


def _milliseconds(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)
