"""The call by which a page tells that somebody is there. It comes twice a minute from everybody, so it looks three times into the database and
writes nothing: what was told is kept in memory and written down for all every few seconds. A crash loses those seconds and nothing else."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from quiz.core.hall import MOST_EVENTS, EventKind, Told
from quiz.storage.sittings import Seat
from quiz.usecases import presence
from quiz.usecases.presence import Note, Pulse
from quiz.web.context import installation, login_cookie, now, reader

pages = Blueprint("presence", __name__)

LARGEST = 2**53


@pages.post("/papers/<code>/pulse")
def pulse(code: str) -> ResponseReturnValue:
    """Say how things stand. Who asks is looked up with little more than a staff number, and in no other role than the trainee's."""
    told = read_pulse(request.get_json())
    with reader() as db:
        actor = presence.trainee(db, request.cookies.get(login_cookie(), ""), now())
        if actor is None:
            abort(401)
        heard = presence.pulse(db, actor, code, told, request.remote_addr or "", now())
    if heard.note is not None:
        installation().presences.add(heard.note)
    reply = {
        "state": heard.state.value,
        "turn": heard.turn,
        "others": {str(slot): list(value) for slot, value in heard.others.items()},
        "mark": heard.mark,
        "seconds_left": heard.seconds_left,
        "server_time": now().isoformat(),
    }
    return Response(json.dumps(reply, ensure_ascii=False), mimetype="application/json")


def be_seen(seat: Seat) -> None:
    """Count somebody as there who has opened a page without a script that tells so."""
    attempt = seat.attempt
    turn = attempt.turn if attempt else 0
    installation().presences.add(Note(seat.sitting.id, seat.paper.id, now(), "", (request.remote_addr or "")[:45], turn, 0))


def read_pulse(body: Any) -> Pulse:
    """Return what a page tells, as far as it has the form of that; 400 for what is no object."""
    if not isinstance(body, dict):
        abort(400)
    numbers = [_whole(body.get(name)) for name in ("turn", "unsent", "mark")]
    events = body.get("events")
    told = [_event(event) for event in events[:MOST_EVENTS]] if isinstance(events, list) else []
    turn, unsent, mark = numbers
    return Pulse(str(body.get("device") or ""), turn, unsent, mark, tuple(event for event in told if event is not None))


def _event(event: object) -> Told | None:
    if not isinstance(event, dict) or event.get("kind") not in set(EventKind):
        return None
    return Told(EventKind(event["kind"]), _whole(event.get("age")), _whole(event.get("seconds")))


def _whole(value: object) -> int:
    """A whole number that a database holds; anything else is none."""
    return value if type(value) is int and 0 <= value <= LARGEST else 0
