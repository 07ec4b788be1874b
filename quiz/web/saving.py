"""The calls of the sitting page's script: take the desk, save. A save does as little as it can: it is the one call that comes all the time."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quiz.core.access import Action
from quiz.core.message import Message, QuizError, or_raise
from quiz.core.response import storable
from quiz.core.saving import MOST_ITEMS, Save, SaveResult
from quiz.storage.together import Failed, Together
from quiz.usecases import saving
from quiz.usecases.saving import Knock, Reply
from quiz.web import counters
from quiz.web.context import actor, installation, login_cookie, needs, now, say_text, sent_json, write_together

pages = Blueprint("saving", __name__)

ROUTE = "/papers/<code>/responses"
SAVED = "quiz.saved"
"""Where a request carries what became of its saves, when they were stored together with others before its turn came."""


@pages.post("/papers/<code>/desk")
@needs(Action.SIT)
def take_desk(code: str) -> ResponseReturnValue:
    """Let the page that asks hold the desk from now on; whoever held it before learns it at its next call."""
    device, who, when = str(_object().get("device") or ""), actor(), now()
    taken = write_together(lambda db: saving.take_desk(db, who, code, device, when))
    return jsonify(
        state="open" if taken.is_open else "closed",
        turn=taken.turn,
        first_seq=taken.first_seq,
        responses={str(slot): list(value) for slot, value in taken.shown.items()},
        mark=taken.mark,
        seconds_left=taken.seconds_left,
        server_time=now().isoformat(),
    )


@pages.post(ROUTE)
def save(code: str) -> ResponseReturnValue:
    """Store responses; answered only after they are stored. Who asks is looked up with the save, for all that save at this moment."""
    knock = knock_of(request.cookies.get(login_cookie(), ""), code, sent_json())
    if knock is None:
        abort(400)
    reply = request.environ.get(SAVED) or installation().saves.do(knock)
    if isinstance(reply, Failed):
        raise reply.error
    return Response(told_of(or_raise(reply), knock.items, now(), installation().settings.zone, say_text), mimetype="application/json")


def knock_of(token: str, code: str, body: object) -> Knock | None:
    """Return what a page sent as a call to save; None for what has not the form of one."""
    if not isinstance(body, dict) or not isinstance(items := body.get("items"), list):
        return None
    saves = saves_of(items, MOST_ITEMS)
    if not saves or len(saves) < len(items):
        return None
    return Knock(token, code, saves, storable(str(body.get("device") or "")))


def told_of(reply: Reply, saves: Sequence[Save], at: datetime, zone: ZoneInfo, say: Callable[[Message], str] = str) -> str:
    """Return in JSON what became of a call's saves, and count them; `say` puts an error into words."""
    counters.count_saves([item.state for item in reply.items if isinstance(item, SaveResult)])
    told = {
        "items": [_told(item, save, say) for item, save in zip(reply.items, saves, strict=True)],
        "turn": reply.turn,
        "seconds_left": reply.seconds_left,
        "server_time": at.isoformat(),
        "saved_at": f"{at.astimezone(zone):%H:%M}",
    }
    return json.dumps(told, ensure_ascii=False)


def saves_of(items: object, most: int) -> list[Save]:
    """Return saves in JSON, at most so many, in the order of their numbers; what has not even the form of one is left out."""
    saves = [_save_of(item) for item in items[:most]] if isinstance(items, list) else []
    return sorted((item for item in saves if item is not None), key=lambda item: item.seq)


def saver(engine: Engine, clock: Callable[[], datetime]) -> Together[Knock, Reply | QuizError]:
    """Return what stores the saves that come in at the same time in one transaction, by the clock of that moment."""

    def work(session: Session, knocks: Sequence[Knock]) -> list[Reply | QuizError]:
        return saving.save_for_all(session, knocks, clock())

    return Together(engine, work)


def _object() -> dict[str, Any]:
    body = sent_json()
    if not isinstance(body, dict):
        abort(400)
    return body


def _save_of(item: object) -> Save | None:
    if not isinstance(item, dict) or type(item.get("slot")) is not int or type(item.get("seq")) is not int:
        return None
    age = item.get("age", 0)
    return Save(item["slot"], item.get("value"), item["seq"], age if type(age) is int else 0, is_shown=True)


def _told(outcome: SaveResult | QuizError, save: Save, say: Callable[[Message], str]) -> dict[str, object]:
    if isinstance(outcome, QuizError):
        return {"slot": save.slot, "seq": save.seq, "error": outcome.code, "message": say(outcome.message)}
    return {"slot": outcome.slot, "seq": outcome.seq, "state": outcome.state.value, "value": list(outcome.shown)}
