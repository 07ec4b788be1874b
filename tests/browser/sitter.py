"""What tests of sitting do again and again: answer as a person does, and look at what is stored on the server and in the browser."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from playwright.sync_api import expect
from sqlalchemy import select

from quiz.storage.engine import reading, writing
from quiz.storage.tables import ResponseRow
from quiz.usecases import handing_in
from tests.browser.conftest import Site
from tests.web.world import as_on_page


def saves(site: Site) -> list[ResponseRow]:
    """Return every stored save in the order in which they came."""
    with reading(site.engine) as session:
        return list(session.scalars(select(ResponseRow).order_by(ResponseRow.id)))


def value_of(site: Site, row: ResponseRow) -> list[str]:
    """Return what was answered, as the page names it."""
    return list(as_on_page(site.engine, site.code, row.slot, json.loads(row.value)))


def accepted(site: Site) -> dict[int, list[str]]:
    """Return the responses that count: the accepted one with the highest number of each slot."""
    return {row.slot: value_of(site, row) for row in sorted(saves(site), key=lambda row: row.seq) if row.state == "accepted"}


def rows(site: Site) -> list[tuple[int, list[str], str]]:
    """Return every stored save as (slot, value, state)."""
    return [(row.slot, value_of(site, row), row.state) for row in saves(site)]


def made(row: ResponseRow) -> datetime:
    """Return when an answer was made, as the server has it."""
    return row.made_at or row.received_at


def close_expired(site: Site) -> None:
    """Do what the server does every few seconds."""
    with writing(site.engine) as session:
        handing_in.close_expired(session, site.clock())


def answer(page: Any, slot: int, value: list[str]) -> None:
    """Answer the question that is on the screen; options have the names a, b, c of their places."""
    question = page.locator(f"#q{slot}")
    expect(question).to_be_visible()
    blanks = question.locator(".blank")
    if blanks.count():
        for index, text in enumerate(value):
            blanks.nth(index).fill(text)
        return
    for option in value:
        question.locator("label.option", has=page.locator(f"input[value={option}]")).click()


def go_to(page: Any, slot: int) -> None:
    """Go to a question by the map, as on a phone."""
    page.locator("#open-map").click()
    page.locator(f"#map [data-cell='{slot}']").click()
    expect(page.locator(f"#q{slot}")).to_be_visible()


def is_saved(page: Any, at: str = "09:10") -> None:
    """Wait until the page says that everything is saved."""
    expect(page.locator("#saved")).to_have_text(f"已保存 {at}")


def is_unsaved(page: Any) -> None:
    """Wait until the page says that something is not saved."""
    expect(page.locator("#saved")).to_have_text("未保存，重试中")


def keeps_nothing(page: Any) -> None:
    """Wait until this browser keeps nothing of papers."""
    page.wait_for_function("() => !Object.keys(localStorage).some((key) => key.startsWith('kaoxue:'))")


def kept(page: Any) -> dict[str, Any]:
    """Return what this browser keeps of papers, by name."""
    found = page.evaluate("Object.assign({}, localStorage)")
    return {name: json.loads(text) for name, text in found.items() if name.startswith("kaoxue:")}
