"""For machines that watch this one: does the process live, is it ready, what has it counted. Tells nothing of any person."""

from __future__ import annotations

import ipaddress
import logging
import math
import secrets
import threading
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from quiz.core.message import Message, say
from quiz.core.sitting import GRACE
from quiz.storage import attempts, migrate
from quiz.storage.engine import reading
from quiz.storage.soundness import is_damaged
from quiz.web import counters
from quiz.web.context import installation, now, say_text

T = TypeVar("T")
pages = Blueprint("health", __name__)
log = logging.getLogger("quiz.web")

PATIENCE = 1.0
"""Seconds that the database has for an answer."""

LOOPBACK = ("127.0.0.1", "::1", "localhost")
TRACES_OF_A_PROXY = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
_asking = threading.Lock()


@pages.get("/healthz")
def lives() -> Response:
    """Say that the process lives and a thread was free; looks at nothing else."""
    return _plain("ok")


@pages.get("/readyz")
def is_ready() -> Response:
    """Say that this process can serve people: it is not about to stop, and its database answers within a second and has this program's schema.

    A schema that this program does not know is a newer one, which another node has brought while this one served: it hurts no older program.
    """
    problem = _problem()
    return _plain("ok") if problem is None else _plain(say_text(problem), 503)


@pages.get("/metrics")
def metrics() -> Response:
    """What this server has counted, in Prometheus' text format; for callers on this machine, or with the installation's token."""
    if not _may_read():
        return _plain(say_text(say("只供本机或持有令牌的监控程序读取。")), 403)
    counters.OPEN.set(_open_attempts())
    return Response(generate_latest(counters.of_all_processes()), content_type=CONTENT_TYPE_LATEST)


def _plain(text: str, status: int = 200) -> Response:
    return Response(text + "\n", status, content_type="text/plain; charset=utf-8")


def _problem() -> Message | None:
    """Why this process is not ready, or None."""
    if current_app.extensions["quiz_stopping"].is_set():
        return say("服务正在停止。")
    if is_damaged(installation().settings.database_url):
        return say("数据库文件已损坏，已停止写入。请运行 quiz doctor。")
    found = _asked(lambda db: migrate.revision_of(db.connection()))
    if not found:
        return say("数据库没有在一秒内正常回答。")
    is_fit = found[0] == migrate.newest_revision() or (found[0] and not migrate.is_known(found[0]))
    return None if is_fit else say("数据库结构与程序不一致，请运行 quiz db upgrade。")


def _open_attempts() -> float:
    """How many attempts are under way; not a number when the database does not say."""
    since = now() - GRACE
    found = _asked(lambda db: attempts.count_open(db, since))
    return found[0] if found else math.nan


def _asked(question: Callable[[Session], T]) -> list[T]:
    """Return the database's answer alone in a list, which is empty when there was none in time.

    One question at a time: a database that hangs costs one thread, however often it is probed.
    """
    engine, found = installation().engine, list[T]()
    if not _asking.acquire(timeout=PATIENCE):
        return []

    def ask() -> None:
        try:
            with reading(engine) as db:
                found.append(question(db))
        except SQLAlchemyError:
            log.warning("the database does not answer", exc_info=True)
        finally:
            _asking.release()

    thread = threading.Thread(target=ask, name="probe", daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return found


def _may_read() -> bool:
    """True for the bearer of the token; without it only for this machine itself, where no proxy stands between that would make all callers local."""
    settings = installation().settings
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if token and kind.lower() == "bearer":
        return bool(settings.metrics_token) and secrets.compare_digest(token.strip().encode(), settings.metrics_token.encode())
    is_direct = not settings.secure and not any(name in request.headers for name in TRACES_OF_A_PROXY)
    return is_direct and _is_here(request.remote_addr or "") and (urlsplit(f"//{request.host}").hostname or "") in LOOPBACK


def _is_here(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
