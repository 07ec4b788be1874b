"""The Flask factory: settings in, application out. Sets headers, hosts, CSRF, languages and error pages; holds no view."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Flask, request
from werkzeug.wrappers import Response

from quiz.settings import Settings, shipped
from quiz.storage.engine import make_engine
from quiz.web import account, admission, blueprints, context, counters, errors, health, marker, organiser, saving, scans, setter, trainee, workbench
from quiz.web.signed import RememberingProtect, RememberingSessions

CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
BIGGEST_REQUEST = 1024 * 1024


def create_app(settings: Settings) -> Flask:
    """Return the application for one installation, its database already at the newest schema."""
    app = Flask("quiz", root_path=str(shipped("templates").parent), template_folder=str(shipped("templates")), static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=BIGGEST_REQUEST,
        TRUSTED_HOSTS=list(settings.hosts),
        SESSION_COOKIE_NAME="quiz_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.secure,
        TEMPLATES_AUTO_RELOAD=False,
    )
    engine = make_engine(settings.database_url)
    app.extensions["quiz"] = context.Installation(settings, engine, clock=_utc_now, saves=saving.saver(engine))
    counters.register(app)  # first, so that its clock starts before and stops after everything else
    app.session_interface = RememberingSessions()
    RememberingProtect(app)
    context.prepare(app)
    errors.register(app)
    for module in (health, account, admission, trainee, saving, setter, workbench, blueprints, organiser, scans, marker):
        app.register_blueprint(module.pages)
    app.after_request(_add_headers)
    return app


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _add_headers(response: Response) -> Any:
    for name, value in HEADERS.items():
        if name not in response.headers:
            response.headers.add(name, value)
    if request.endpoint != "account.static":
        response.headers.setdefault("Cache-Control", "no-store")
    if context.installation().settings.secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
