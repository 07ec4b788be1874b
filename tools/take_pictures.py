"""Takes the pictures in docs/pages: every main page of a fresh demo at phone and desktop width in both languages, and a printed paper.

Run with the project's own Python and a Chromium on the path: .venv/bin/python -m tools.take_pictures. It makes its demo in a temporary folder
and touches nothing but docs/pages.
"""

from __future__ import annotations

import io
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright
from werkzeug.serving import make_server

from tasks import find_chromium

PAGES = Path(__file__).resolve().parent.parent / "docs" / "pages"
SIZES: dict[str, ViewportSize] = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 900}}
LANGUAGES = ("zh", "en")
LEARNERS = {"phone-zh": "c0040", "phone-en": "c0041", "desktop-zh": "c0042", "desktop-en": "c0043"}
"""Who learns from an old result in each round."""

PATIENCE = 120_000
"""Milliseconds for a page to come: the first of each kind is slow on a busy machine."""

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@contextmanager
def demo_server() -> Iterator[str]:
    """Serve a fresh demo on a free port of this machine; give its address."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["QUIZ_INSTANCE"] = folder
        from quiz.cli import quiz
        from quiz.settings import load_settings
        from quiz.web import create_app

        quiz(["demo", "--no-serve"], standalone_mode=False)
        let_in_learners(load_settings().database_url)
        server = make_server("127.0.0.1", 0, create_app(load_settings()), threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.port}"
        print_paper(Path(folder))
        print_study(Path(folder))
        server.shutdown()


def let_in_learners(url: str) -> None:
    """Give those who learn an account, with the demo's password."""
    from quiz.cli.demo_county import PASSWORD
    from quiz.core.access import Role, command_line
    from quiz.storage.engine import closing_engine, writing
    from quiz.usecases.accounts import create_account

    with closing_engine(url) as engine, writing(engine) as db:
        for login in LEARNERS.values():
            create_account(db, command_line("pictures"), datetime.now(UTC), login, login, PASSWORD, [Role.TRAINEE], login.upper())


def print_paper(folder: Path) -> None:
    """Render the first side of a printed paper, A4 and A3, and of a key."""
    from quiz.cli import quiz

    for size, side, name in (("A4", 0, "paper-a4"), ("A3", 0, "paper-a3"), ("A4", -1, "key-a4")):
        file = folder / f"{name}.pdf"
        code = next(line.split("\t")[0] for line in listed_sittings() if line.startswith("demo-full"))
        quiz(["paper", "print", code, "--cadre", "C0035", "--key", "--size", size, "-o", str(file)], standalone_mode=False)
        document = pypdfium2.PdfDocument(file)
        page = document[first_key_side(document) if side else 0]
        write_picture(page.render(scale=1.4).to_pil(), name)


def print_study(folder: Path) -> None:
    """Render a sheet of a pocket book with its back, one of cards, and an oral question list, of a bank from which nothing is kept for a sitting."""
    from quiz.cli import quiz

    os.environ["QUIZ_INSTANCE"] = str(folder / "study")
    banks = Path(__file__).resolve().parent.parent / "question_banks"
    for words in (["init"], ["roster", "load", str(banks / "profiles" / "qinglan-roster.yaml")], ["bank", "publish", str(banks)]):
        quiz(words, standalone_mode=False)
    for words, sides, name in (
        (["pocket", "--samples", "--area", "monitoring"], 2, "pocket-book"),
        (["card", "--samples", "--area", "water"], 1, "card"),
        (["oral", "qinglan-2026h1", "V0101", "--samples"], 2, "oral-list"),
    ):
        file = folder / f"{name}.pdf"
        quiz(["book", *words, "-o", str(file)], standalone_mode=False)
        document = pypdfium2.PdfDocument(file)
        pictures = [document[side].render(scale=1.4).to_pil() for side in range(sides)]
        both = Image.new("RGB", (sum(one.width for one in pictures), pictures[0].height))
        for place, one in enumerate(pictures):
            both.paste(one, (place * one.width, 0))
        write_picture(both, name)


def listed_sittings() -> list[str]:
    """The lines of `quiz sitting list`."""
    from click.testing import CliRunner

    from quiz.cli import quiz

    return CliRunner().invoke(quiz, ["sitting", "list"]).output.splitlines()


def first_key_side(document: Any) -> int:
    """The index of the first side of the answer key."""
    return next(i for i, page in enumerate(document) if "参考答案" in page.get_textpage().get_text_range())


def write_picture(picture: Image.Image, name: str) -> None:
    """Write a picture with 128 colours: a third of the size, no visible loss on flat pages."""
    picture.convert("RGB").quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(PAGES / f"{name}.png", optimize=True)


def shoot(page: Page, name: str, tall: bool = False) -> None:
    """Write what the page shows."""
    write_picture(Image.open(io.BytesIO(page.screenshot(full_page=tall))), name)


def log_in(page: Page, address: str, login: str) -> None:
    """Log in with the demo's password."""
    from quiz.cli.demo_county import PASSWORD

    page.goto(address + "/login")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_load_state()


def switch(page: Page, language: str) -> None:
    """Choose the language of the pages."""
    button = page.locator(f"button[name=language][value={language}]")
    if button.count():
        button.first.click()
        page.wait_for_load_state()


def trainee_pages(page: Page, address: str, tag: str) -> None:
    """The trainee's way: list, notice, sitting, summary."""
    log_in(page, address, "c0035")
    shoot(page, f"papers-{tag}")
    page.goto(link(page, "小测（演示）"))
    shoot(page, f"notice-{tag}")
    page.locator('main form button, main a[href$="/sit"]').first.click()
    page.wait_for_load_state()
    shoot(page, f"sit-{tag}")
    page.goto(page.url.split("/sit")[0] + "/summary")
    shoot(page, f"summary-{tag}")


def learning_pages(page: Page, address: str, tag: str) -> None:
    """What follows from an old result, for somebody who sits nothing now: who does may not practise. Each round of pictures has its own."""
    log_in(page, address, LEARNERS[tag])
    page.goto(address + "/papers")
    page.goto(link(page, "（上期") + "/result")
    shoot(page, f"result-{tag}")
    page.goto(page.url + "?show=wrong#review")
    shoot(page, f"review-{tag}")
    page.goto(address + "/learning")
    shoot(page, f"learning-{tag}")
    page.locator(".next button").first.click()
    page.wait_for_load_state()
    shoot(page, f"practice-{tag}")
    if page.locator("button[name=gives_up]").count():
        page.click("button[name=gives_up]")
        page.wait_for_load_state()
        shoot(page, f"practised-{tag}")


def link(page: Page, title: str) -> str:
    """The address of the link whose text holds `title`."""
    return page.url.split("/papers")[0] + str(page.locator("main a", has_text=title).first.get_attribute("href"))


ORGANISERS_PAGES = (
    ("/sittings", "sittings"),
    ("/sittings/demo-past", "sitting"),
    ("/sittings/demo-past/cadres/C0035", "cadre"),
    ("/sittings/demo-past/draw", "draw"),
    ("/sittings/demo-past/similar", "similar"),
    ("/sittings/demo-past/report", "report"),
    ("/sittings/demo-past/report/areas", "report-areas"),
    ("/sittings/demo-past/circular", "circular"),
    ("/reports", "reports"),
    ("/sittings/new", "new-sitting"),
    ("/roster", "roster"),
    ("/marking", "marking"),
    ("/retraining/D02", "retraining"),
    ("/oral", "oral"),
)
SETTERS_PAGES = (
    ("/bank", "bank"),
    ("/bank/questions/monitoring-001", "question"),
    ("/bank/questions/tc-active-households", "template"),
    ("/bank/proposals", "proposals"),
    ("/bank/proposals/1", "proposal"),
    ("/bank/lapses", "lapses"),
    ("/bank/coverage", "coverage"),
    ("/bank/booklets", "booklets"),
    ("/sittings/demo-past/items", "items"),
    ("/blueprints", "blueprints"),
    ("/blueprints/cadre-by-post", "blueprint"),
    ("/blueprints/cadre-by-post/edit", "blueprint-editor"),
)
"""Addresses, with the names of their pictures."""


def office_pages(page: Page, address: str, tag: str) -> None:
    """The organiser's, marker's and setter's pages."""
    log_in(page, address, "organiser")
    page.goto(address + "/sittings")
    page.goto(address + str(page.locator("main a[href$='/hall']").first.get_attribute("href")))
    shoot(page, f"hall-demo-{tag}")
    for path, name in ORGANISERS_PAGES:
        page.goto(address + path)
        shoot(page, f"{name}-{tag}")
    page.context.clear_cookies()
    page.goto(address + "/login")
    switch(page, tag.rpartition("-")[2])
    log_in(page, address, "setter")
    for path, name in SETTERS_PAGES:
        page.goto(address + path)
        shoot(page, f"{name}-{tag}")
    page.goto(address + "/sittings/demo-past/items")
    page.click(".look a")
    shoot(page, f"item-{tag}")


def main() -> None:
    """Take them all."""
    PAGES.mkdir(parents=True, exist_ok=True)
    with demo_server() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        for size, viewport in SIZES.items():
            for language in LANGUAGES:
                for visit in (trainee_pages, learning_pages, office_pages):
                    page = browser.new_context(viewport=viewport, device_scale_factor=1, locale="zh-CN").new_page()
                    page.set_default_timeout(PATIENCE)
                    page.goto(address + "/login")
                    switch(page, language)
                    if visit is trainee_pages:
                        shoot(page, f"login-{size}-{language}")
                    visit(page, address, f"{size}-{language}")
        browser.close()
    write_index()


def write_index() -> None:
    """Write the page that shows them all: a row a page, phone and desktop, Chinese and English."""
    names = sorted({path.name.rsplit("-", 2)[0] for path in PAGES.glob("*-phone-zh.png")})
    tags = [(size, language) for language in LANGUAGES for size in SIZES]
    lines = ["# Pictures of every page", "", "Made by `python -m tools.take_pictures` from a fresh demo. Printed papers: ", ""]
    lines += ["![A4](paper-a4.png) ![A3](paper-a3.png) ![key](key-a4.png)", ""]
    lines += ["Study material, a sheet of a pocket book with its back, cards, an oral question list: ", ""]
    lines += ["![pocket book](pocket-book.png) ![card](card.png) ![oral question list](oral-list.png)", ""]
    lines += ["A hall of 8,000 on a big screen, made by `python -m tools.take_hall_pictures`: ![hall](hall-screen-zh.png)", ""]
    lines += ["| page | " + " | ".join(f"{size}, {language}" for size, language in tags) + " |", "|---" * 5 + "|"]
    for name in names:
        cells = [f"![{name}]({name}-{size}-{language}.png)" for size, language in tags]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    (PAGES / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
