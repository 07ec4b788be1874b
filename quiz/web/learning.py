"""Pages on which a cadre learns: what they know, what is due, and practice one question at a time. They work by plain forms and count no time."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from quiz.core.access import Action
from quiz.core.message import QuizError
from quiz.core.practice import KIND_NAMES, SET_SIZE, Kind, Outcome, kept
from quiz.core.retraining import RULE_NAME, rule_text
from quiz.core.statistics.gates import FACILITY
from quiz.core.statistics.mastery_values import FEWEST_ANSWERS, VERDICT_NAMES
from quiz.core.statistics.retention import retention_curve
from quiz.usecases import learning, practising, retraining
from quiz.usecases.learning import Others
from quiz.usecases.practising import Place, PracticeSet
from quiz.web.context import actor, installation, needs, now, reader, say_text, writer
from quiz.web.given import given

pages = Blueprint("learning", __name__)

_others: WeakKeyDictionary[Engine, tuple[tuple[object, ...], Others]] = WeakKeyDictionary()
"""What a sample of people answered, as it was read last: the same for everyone until a mark or the day changes."""


@pages.get("/learning")
@needs(Action.PRACTISE)
def home() -> ResponseReturnValue:
    """Where I stand, by area, and what to do next."""
    zone = installation().settings.zone
    with reader() as db:
        who = learning.learner(db, actor(), now(), zone)
        areas = learning.weakest_first(learning.mastery(db, who, read_others(db), now()))
        duty = retraining.my_duty(db, actor(), now())
        retests = learning.retests(db, who, zone)
        today = practising.set_of_today(db, who, Kind.DAILY)
    again = next((row for row in who.sittings if duty and row.id == duty.person.sitting.id), None)
    return render_template(
        "learning/home.html",
        who=who,
        areas=areas,
        due=learning.count_due(who),
        today=today,
        duty=duty,
        relearned=learning.relearned(who, again) if again else None,
        retests=retests,
        steps=retention_curve(kept(who.answers)),
        fewest=FACILITY,
        rule=(RULE_NAME, rule_text()),
        set_size=SET_SIZE,
        VERDICT_NAMES=VERDICT_NAMES,
        fewest_answers=FEWEST_ANSWERS,
    )


@pages.post("/learning/practice")
@needs(Action.PRACTISE)
def start() -> ResponseReturnValue:
    """Make a set, or go on with today's."""
    kind = request.form.get("kind", Kind.DAILY)
    asked = Kind(kind) if kind in set(Kind) else Kind.DAILY
    with reader() as db:  # choosing takes a while, and while anybody writes nobody's answer is saved
        planned = practising.plan(db, actor(), asked, read_others(db), now(), installation().settings.zone, request.form.get("sitting", ""))
    with writer() as db:
        number = practising.store(db, planned, now())
    return redirect(url_for(".practice", set_number=number), 303)


@pages.get("/learning/practice/<int(max=9999999):set_number>")
@needs(Action.PRACTISE)
def practice(set_number: int) -> ResponseReturnValue:
    """The next question of a set; when there is none, what became of them all."""
    with reader() as db:
        found = practising.read_set(db, actor(), set_number, now(), installation().settings.zone)
    if found.next_open is not None:
        return redirect(url_for(".place", set_number=set_number, place=found.next_open))
    return render_template("learning/set.html", found=found, KIND_NAMES=KIND_NAMES, Outcome=Outcome)


@pages.route("/learning/practice/<int(max=9999999):set_number>/<int(max=99):place>", methods=["GET", "POST"])
@needs(Action.PRACTISE)
def place(set_number: int, place: int) -> ResponseReturnValue:
    """One question; once it is answered, how it went, the key, why, and the clause."""
    zone = installation().settings.zone
    with reader() as db:
        found = practising.read_set(db, actor(), set_number, now(), zone)
    shown = practising.place_of(found, place)
    if request.method == "GET":
        return _show(found, shown)
    values = given(shown.question, request.form.getlist(f"s{place}")) if shown.question else []
    try:
        with writer() as db:
            practising.answer(db, actor(), set_number, place, values, "gives_up" in request.form, now(), zone)
    except QuizError as error:
        if error.code not in ("no_answer", "bad_response"):
            raise
        return _show(found, shown, say_text(error.message)), 422
    return redirect(url_for(".place", set_number=set_number, place=place), 303)


def _show(found: PracticeSet, shown: Place, problem: str = "") -> str:
    return render_template("learning/place.html", found=found, here=shown, problem=problem, KIND_NAMES=KIND_NAMES, Outcome=Outcome)


def read_others(db: Session) -> Others:
    """Return what a sample of people answered, read anew when a mark or the day has changed."""
    engine = installation().engine
    state = learning.state_of_others(db, now(), installation().settings.zone)
    kept = _others.get(engine)
    if kept is None or kept[0] != state:
        kept = _others[engine] = (state, learning.read_others(db, now()))
    return kept[1]
