"""Pages where answer sheets are keyed in by hand; registered by the pages of scans."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from quiz.core.access import Action
from quiz.core.keying import fields_of
from quiz.core.message import Message, QuizError
from quiz.usecases import keying, rooms
from quiz.usecases.keying import KeyingFaults, Turn
from quiz.web.context import actor, needs, now, reader, say_text, writer

LONGEST_FIELD = 4000


@needs(Action.ENTER_ANSWERS)
def home(code: str) -> ResponseReturnValue:
    """The papers that have no answers from elsewhere, and whose turn each is."""
    with reader() as db:
        sitting, found = keying.list_sheets(db, actor(), code, now())
        placed = rooms.places_of(db, sitting)
        places = {item.seat.paper.code: rooms.seat_label(item.seat, placed) for item in found}
    done = [item for item in found if item.turn is Turn.DONE]
    mine = [item for item in found if item.turn is not Turn.DONE and not item.is_mine]
    others = [item for item in found if item.turn is not Turn.DONE and item.is_mine]
    told, wanted = request.args.get("told", ""), request.args.get("paper", "").strip().upper()
    if wanted and not told:
        if any(item.seat.paper.code == wanted for item in mine):
            return redirect(url_for("scans.key", code=code, paper=wanted))
        told = "unknown"
    return render_template("scans/keying.html", sitting=sitting, mine=mine, others=others, done=done, places=places, told=told, wanted=wanted)


@needs(Action.ENTER_ANSWERS)
def key(code: str, paper: str) -> ResponseReturnValue:
    """One sheet to type; what is wrong is told at its question, and everything typed stays."""
    if request.method != "POST":
        return _show(code, paper)
    typed = {
        int(name[1:]): [text[:LONGEST_FIELD] for text in request.form.getlist(name)]
        for name in request.form
        if name[:1] == "s" and name[1:].isascii() and name[1:].isdigit() and len(name) < 6
    }
    try:
        with writer() as db:
            turn = keying.key_in(db, actor(), code, paper, typed, now())
    except KeyingFaults as error:
        return _show(code, paper, typed, error.faults, 422)
    except QuizError as error:
        if error.code != "keyed":
            raise
        return redirect(url_for("scans.keying", code=code, told="keyed"), 303)
    return redirect(url_for("scans.keying", code=code, told=turn.value, paper=paper), 303)


def _show(
    code: str, paper: str, typed: dict[int, list[str]] | None = None, faults: dict[int, Message] | None = None, status: int = 200
) -> ResponseReturnValue:
    with reader() as db:
        desk = keying.open_sheet(db, actor(), code, paper, now())
    told = {slot: say_text(fault) for slot, fault in (faults or {}).items()}
    page = render_template("scans/key.html", desk=desk, sitting=desk.seat.sitting, typed=typed or {}, told=told, fields_of=fields_of)
    return page, status
