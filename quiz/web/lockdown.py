"""What a Safe Exam Browser tells of itself: by headers with every request, or by a script on the notice page where it sends none (macOS, iOS)."""

from __future__ import annotations

import re

from flask import Blueprint, abort, request, session, url_for
from flask.typing import ResponseReturnValue

from quiz.core.access import Action
from quiz.core.lockdown import HEADERS, Proof
from quiz.usecases import attempts
from quiz.web.context import actor, needs, now, reader, sent_json

pages = Blueprint("lockdown", __name__)

TOLD = "browser"
"""Where the cookie keeps what a script told."""


def proofs(code: str) -> list[Proof]:
    """Return what the browser that asks has told: of this very page, and what its script told of the notice page of this paper."""
    found = [Proof(request.url, request.headers[name]) for name in HEADERS if name in request.headers]
    told = session.get(TOLD)
    if isinstance(told, list) and told[:1] == [code] and not found:
        found.append(Proof(url_for("trainee.paper", code=code, _external=True), str(told[1])))
    return found


@pages.post("/papers/<code>/browser")
@needs(Action.SIT)
def tell(code: str) -> ResponseReturnValue:
    """Keep what a script told of the notice page. Whether it is right is asked with every page that needs it."""
    with reader() as db:
        attempts.get_mine(db, actor(), code, now())
    body = sent_json()
    digest = body.get("digest") if isinstance(body, dict) else None
    if not isinstance(digest, str) or not re.fullmatch(r"[0-9a-f]{64}", digest):
        abort(400)
    session[TOLD] = [code, digest]
    return {"told": True}
