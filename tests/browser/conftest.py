"""A real server on a small county, for a real browser; the server's clock is the test's."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine
from werkzeug.serving import WSGIRequestHandler, make_server

from quiz.storage.engine import make_engine
from tests.web.world import PASSWORD, Clock, engine_of, fill, make_app, paper_code

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 860}}


@dataclass
class Site:
    """A running server: its address, its database, its clock, and the code of the trainee's paper."""

    url: str
    app: Flask
    engine: Engine
    clock: Clock
    code: str

    def log_in(self, page: Any, login: str = "q001") -> None:
        """Log in by the page's form."""
        page.goto(f"{self.url}/login")
        page.get_by_label("登录名").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_url(f"{self.url}/papers")

    def start(self, page: Any) -> None:
        """Log in and start the paper."""
        self.log_in(page)
        page.goto(f"{self.url}/papers/{self.code}")
        page.get_by_role("button", name="开始答题").click()
        page.wait_for_url("**/sit")


class QuietHandler(WSGIRequestHandler):
    """Logs nothing."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def filled_for_browser(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the small county, to be copied."""
    path = tmp_path_factory.mktemp("site") / "quiz.db"
    shutil.copyfile(migrated_sqlite, path)
    engine = make_engine(f"sqlite:///{path.as_posix()}")
    fill(engine)
    engine.dispose()
    return path


@pytest.fixture
def site(filled_for_browser: Path, tmp_path: Path) -> Iterator[Site]:
    """A server on a free port, with a database of this test's own."""
    path = tmp_path / "quiz.db"
    shutil.copyfile(filled_for_browser, path)
    clock = Clock()
    app = make_app(f"sqlite:///{path.as_posix()}", tmp_path, clock)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    engine = engine_of(app)
    yield Site(f"http://127.0.0.1:{server.server_port}", app, engine, clock, paper_code(engine, "Q001"))
    server.shutdown()
    thread.join()
    server.server_close()
    engine.dispose()


@pytest.fixture
def phone(new_page: Callable[..., Any]) -> Any:
    """A page on a phone."""
    return new_page(**PHONE)


@pytest.fixture
def desktop(new_page: Callable[..., Any]) -> Any:
    """A page on a desktop."""
    return new_page(**DESKTOP)
