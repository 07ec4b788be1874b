"""Pages for the head of a unit: who should learn again, one unit at a time, and how the unit stands as a whole."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from quiz.core.access import Action
from quiz.core.retraining import RULE_NAME, rule_text
from quiz.core.statistics import gates
from quiz.usecases import retraining
from quiz.web.context import actor, installation, needs, now, reader, today

pages = Blueprint("retraining", __name__)


@pages.get("/retraining")
@needs(Action.LEAD_LEARNING)
def home() -> ResponseReturnValue:
    """The units, in the order of the roster and without a figure to compare them by."""
    with reader() as db:
        units = retraining.list_units(db, actor(), today())
    return render_template("retraining/home.html", units=units, rule=(RULE_NAME, rule_text()))


@pages.get("/retraining/<unit>")
@needs(Action.LEAD_LEARNING)
def unit(unit: str) -> ResponseReturnValue:
    """One unit."""
    with reader() as db:
        found = retraining.read_unit(db, actor(), unit, now(), installation().settings.zone)
    return render_template(
        "retraining/unit.html", found=found, rule=(RULE_NAME, rule_text()), fewest_people=gates.GROUP, fewest_answers=gates.FACILITY
    )
