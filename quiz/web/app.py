"""The Flask factory: settings in, application out. Sets headers, hosts, CSRF, languages and error pages; holds no view."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import Flask, request
from werkzeug.wrappers import Response

from quiz.core.message import QuizError, say
from quiz.core.steady import SteadyClock
from quiz.settings import LOCAL_HOSTS, Settings, check_key, shipped
from quiz.storage.engine import make_engine
from quiz.storage.together import MOST_ALIKE, SharedWriter, Together
from quiz.usecases.admission import admit_many
from quiz.usecases.attempts import start_many
from quiz.usecases.handing_in import submit_many
from quiz.web import (
    account,
    admission,
    answering,
    appealing,
    auditing,
    blueprints,
    booklets,
    certificates,
    context,
    counters,
    errors,
    health,
    items,
    learning,
    lockdown,
    marker,
    mistakes,
    oral,
    organiser,
    presence,
    proxies,
    records,
    rejudging,
    reports,
    retraining,
    samples,
    saving,
    scans,
    setter,
    trainee,
    workbench,
)
from quiz.web.headers import headers_for
from quiz.web.noting import Presences
from quiz.web.signed import RememberingProtect, RememberingSessions

BIGGEST_REQUEST = 1024 * 1024


def create_app(settings: Settings, stopping: threading.Event | None = None, clock: Callable[[], datetime] | None = None) -> Flask:
    """Return the application for one installation, its database already at the newest schema; not ready any more once `stopping` is set.

    Its time is told by `clock`, by default a steady one.

    QuizError `debug`, `bad_key` or `demo_is_local` for one that must not be reached by anybody.
    """
    check_key(settings.secret_key)
    if settings.is_demo and (settings.secure or set(settings.hosts) - set(LOCAL_HOSTS)):
        raise QuizError("demo_is_local", say("演示账号的密码是公开的，只能在本机打开。"))
    app = Flask("quiz", root_path=str(shipped("templates").parent), template_folder=str(shipped("templates")), static_folder=None)
    if app.debug:
        raise QuizError("debug", say("调试模式会向任何人显示程序内部，没有启动。请去掉环境变量 FLASK_DEBUG。"))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=BIGGEST_REQUEST,
        TRUSTED_HOSTS=list(settings.hosts),
        SESSION_COOKIE_NAME=f"{context.HOST_PREFIX}quiz_form" if settings.secure else "quiz_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.secure,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.extensions["quiz"] = _installation(settings, clock or steady_clock())
    app.extensions["quiz_stopping"] = stopping or threading.Event()
    counters.register(app)  # first, so that its clock starts before and stops after everything else
    app.session_interface = RememberingSessions()
    RememberingProtect(app)
    context.prepare(app)
    errors.register(app)
    for module in (
        health, account, admission, trainee, mistakes, lockdown, saving, presence, appealing, answering, setter, workbench, blueprints, booklets,
        oral, organiser, scans, items, reports, marker, rejudging, records, samples, certificates, learning, retraining, auditing,
    ):  # fmt: skip
        app.register_blueprint(module.pages)
    app.after_request(_add_headers)
    app.extensions["quiz_proxies"] = app.wsgi_app = proxies.Trusting(app.wsgi_app, settings.proxies)  # type: ignore[method-assign]
    return app


def _installation(settings: Settings, clock: Callable[[], datetime]) -> context.Installation:
    engine = make_engine(settings.database_url)
    return context.Installation(
        settings,
        engine,
        clock,
        saves=saving.saver(engine, clock),
        admissions=Together(engine, partial(admit_many, key=settings.secret_key), MOST_ALIKE, apart=True),
        starts=Together(engine, start_many, MOST_ALIKE, apart=True),
        submissions=Together(engine, submit_many, MOST_ALIKE, apart=True),
        changes=SharedWriter(engine),
        presences=Presences(engine),
    )


def steady_clock() -> SteadyClock:
    """Return a clock that goes on evenly from now, whatever is done to the machine's."""
    return SteadyClock(lambda: datetime.now(UTC), time.monotonic)


def _add_headers(response: Response) -> Any:
    for name, value in headers_for(context.installation().settings).items():
        if name not in response.headers:
            response.headers.add(name, value)
    if request.endpoint != "account.static" and not response.cache_control.private:  # pictures alone are kept, by whoever may see them
        response.headers["Cache-Control"] = "no-store"
    return response
