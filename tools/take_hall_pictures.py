"""Takes the pictures of a hall of 8,000 at 75 sites for docs/pages: the board, a site, a cadre's page, and the big screen.

Run with .venv/bin/python -m tools.take_hall_pictures. It makes the hall in a temporary folder (tools/make_hall.py) and touches nothing but
docs/pages.
"""

from __future__ import annotations

import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright
from werkzeug.serving import make_server

from quiz.settings import load_settings
from quiz.web import create_app
from tasks import find_chromium
from tools import make_hall
from tools.take_pictures import FLAGS, LANGUAGES, SIZES, shoot, switch, write_index

PEOPLE = 8000
NOW = datetime(2026, 11, 22, 1, 40, tzinfo=UTC)
"""The time on the pictures: so who was heard of lately stays so."""

BIG: ViewportSize = {"width": 1920, "height": 1080}
PATHS = (
    ("hall", f"/sittings/{make_hall.SITTING}/hall"),
    ("hall-site", f"/sittings/{make_hall.SITTING}/hall?site=T23"),
    ("hall-cadre", f"/sittings/{make_hall.SITTING}/cadres/{make_hall.LATE}"),
    ("hall-void", f"/sittings/{make_hall.SITTING}/cadres/{make_hall.VOID}"),
)


def log_in(page: Page, address: str, language: str) -> None:
    """Come in as the chief organiser."""
    page.goto(address + "/login")
    switch(page, language)
    page.fill("[name=login]", "organiser")
    page.fill("[name=password]", make_hall.PASSWORD)
    page.click("main form button")
    page.wait_for_load_state()


def main() -> None:
    """Take them all."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        make_hall.make(Path(folder), PEOPLE, NOW)
        server = make_server("127.0.0.1", 0, create_app(load_settings(), clock=lambda: NOW), threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address, browser = f"http://127.0.0.1:{server.port}", playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        for language in LANGUAGES:
            for size, viewport in SIZES.items():
                page = browser.new_context(viewport=viewport, device_scale_factor=1, locale="zh-CN").new_page()
                log_in(page, address, language)
                for name, path in PATHS:
                    page.goto(address + path)
                    shoot(page, f"{name}-{size}-{language}")
            page = browser.new_context(viewport=BIG, device_scale_factor=1, locale="zh-CN").new_page()
            log_in(page, address, language)
            page.goto(address + PATHS[0][1] + "?screen=1")
            shoot(page, f"hall-screen-{language}")
        browser.close()
        server.shutdown()
    write_index()


if __name__ == "__main__":
    main()
