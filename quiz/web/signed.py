"""Signatures that were found right are not computed again: the same cookie and token come with every save of a page, and checking them costs
half of what the server does for one. What was refused is not remembered, nor anything beyond the exact texts that were right."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from flask import Flask, Request, g, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf import CSRFProtect

from quiz.web.context import login_cookie

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MOST = 20_000
"""Remembered texts; full, it forgets all and begins anew."""

Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """A bounded memory of what was found right."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Value] = {}

    def get(self, key: Hashable) -> Value | None:
        """Return what was remembered for a key, or None."""
        return self._known.get(key)

    def add(self, key: Hashable, value: Value) -> None:
        """Remember it."""
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[key] = value


class RememberingSessions(SecureCookieSessionInterface):
    """Flask's signed cookie; one that was read before is not verified again."""

    def __init__(self) -> None:
        self._known: Remembered[dict[str, Any]] = Remembered()

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session in the request's cookie, a new one when it has none or a wrong one."""
        text = request.cookies.get(self.get_cookie_name(app))
        known = self._known.get(text) if text else None
        if known is not None:
            return self.session_class(dict(known))
        found = super().open_session(app, request)
        if text and found:
            self._known.add(text, dict(found))
        return found


class RememberingProtect(CSRFProtect):  # type: ignore[misc]
    """Flask-WTF's protection; the token of a script that was right with the same cookies, page and host is not verified again."""

    def __init__(self, app: Flask) -> None:
        self._known: Remembered[str] = Remembered()
        super().__init__(app)

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse a request that changes something without the token of its session."""
        if not request.is_json:
            super().protect(apply_exemptions)
            return
        if self.known_login(request.environ) is not None:
            g.csrf_valid = True
            return
        super().protect(apply_exemptions)
        if g.get("csrf_valid"):
            self._known.add(_shown_by(request.environ), request.cookies.get(login_cookie(), ""))

    def known_login(self, environ: WSGIEnvironment) -> str | None:
        """Return the log-in that came with exactly these texts when they were found right; None when they were not yet.

        Nothing is said of whether that log-in still counts.
        """
        return self._known.get(_shown_by(environ))


SHOWN = ("HTTP_COOKIE", "HTTP_X_CSRFTOKEN", "HTTP_X_CSRF_TOKEN", "HTTP_REFERER", "HTTP_HOST", "wsgi.url_scheme")
"""All that decides whether a script's call is let through: cookies, token, page, host and the way it came."""


def _shown_by(environ: WSGIEnvironment) -> tuple[str | None, ...]:
    return tuple([environ.get(name) for name in SHOWN])
