"""Saves of pages at work, answered many at once without the way through Flask, which costs as much as all else that a save needs.

Only the plain case: the very texts of log-in, form token, page and host that the application has found right before, and a reply without an error.
Everything else the application answers, with what became of the saves where that is known already.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from flask import Flask

from quiz.core.message import QuizError
from quiz.core.saving import SaveResult
from quiz.storage.together import Failed
from quiz.usecases.saving import Knock, Reply
from quiz.web import counters
from quiz.web.context import Installation
from quiz.web.headers import headers_for
from quiz.web.proxies import Trusting
from quiz.web.saving import ROUTE, SAVED, knock_of, told_of
from quiz.web.signed import RememberingProtect

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

PATH = re.compile(r"/papers/([0-9A-Za-z-]{1,60})/responses")
LONGEST = 64 * 1024
"""Bytes of a call that is plain."""

Answer = tuple[str, list[tuple[str, str]], bytes]
"""Status line, headers and body of a reply."""


class SavesTogether:
    """Answers the saves among some requests, or leaves them to the application (None)."""

    def __init__(self, installation: Installation, protect: RememberingProtect, proxies: Trusting) -> None:
        self._installation, self._protect, self._proxies = installation, protect, proxies
        self._headers = {**headers_for(installation.settings), "Cache-Control": "no-store", "Content-Type": "application/json"}

    def __call__(self, environs: Sequence[WSGIEnvironment]) -> list[Answer | None]:
        """Store what they bring, in one transaction; nothing is answered before it is committed."""
        begun = time.perf_counter()
        knocks = [self._knock(environ) for environ in environs]
        replies = iter(self._installation.saves.do_all([knock for knock in knocks if knock is not None]))
        answers: list[Answer | None] = []
        for environ, knock in zip(environs, knocks, strict=True):
            reply = None if knock is None else next(replies)
            environ[SAVED] = reply
            answers.append(None if knock is None else self._answer(knock, reply, begun))
        return answers

    def _knock(self, environ: WSGIEnvironment) -> Knock | None:
        path = PATH.fullmatch(environ["PATH_INFO"])
        if path is None or environ["REQUEST_METHOD"] != "POST" or environ.get("CONTENT_TYPE") != "application/json":
            return None
        self._proxies.trust(environ)
        token = self._protect.known_login(environ)
        if token is None or int(environ.get("CONTENT_LENGTH") or 0) > LONGEST:
            return None
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = BytesIO(body)
        try:
            return knock_of(token, path[1], json.loads(body))
        except (ValueError, RecursionError):
            return None

    def _answer(self, knock: Knock, reply: Reply | QuizError | Failed | None, begun: float) -> Answer | None:
        if not isinstance(reply, Reply) or not all(isinstance(item, SaveResult) for item in reply.items):
            return None
        installation = self._installation
        body = told_of(reply, knock.items, installation.clock(), installation.settings.zone).encode()
        number = counters.count_reply(ROUTE, "POST", 200, time.perf_counter() - begun)
        return "200 OK", [*self._headers.items(), ("X-Request-ID", number)], body


def saves_together(app: Flask) -> SavesTogether:
    """Return what answers the saves of an application that come in at the same time."""
    return SavesTogether(app.extensions["quiz"], app.extensions["csrf"], app.extensions["quiz_proxies"])
