"""Planning a sitting for people who are named by something else: by what they lack in another sitting, or by a sample."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from flask.typing import ResponseReturnValue
from wtforms.validators import ValidationError

from quiz.core.access import Action
from quiz.core.counting import COUNTING_NAMES, COUNTING_RULES, MAKE_UP_FOR_NAMES, Counting, MakeUp, MakeUpFor
from quiz.core.message import mark_text
from quiz.core.plan import SittingPlan
from quiz.core.roster import Group
from quiz.storage import banks
from quiz.usecases import make_ups, sampling
from quiz.usecases.make_ups import Offer
from quiz.web.context import actor, installation, needs, now, reader, translate
from quiz.web.forms import ListedField, SeveralField
from quiz.web.planning import SittingForm, plan_page

LONGEST_CODE = 64
COLON = mark_text("：")


class MakeUpForm(SittingForm):
    """A sitting for those who did not pass another one, with the rule which score counts then."""

    people = SeveralField(
        mark_text("谁补考"), choices=[(why.value, name) for why, name in MAKE_UP_FOR_NAMES.items()], default=[MakeUpFor.FAILED, MakeUpFor.ABSENT]
    )
    counting = ListedField(
        mark_text("计分办法"), choices=[(rule.value, name) for rule, name in COUNTING_NAMES.items()], default=Counting.BETTER.value
    )

    def validate_people(self, field: SeveralField) -> None:
        """Somebody must be asked."""
        if not field.data:
            raise ValidationError(mark_text("请选择谁参加补考。"))

    def plan_for(self, zone: ZoneInfo, sitting: str) -> SittingPlan:
        """Return the plan in a form that is valid."""
        made_up = MakeUp(sitting, tuple(MakeUpFor(value) for value in self.people.data), Counting(self.counting.data))
        return replace(self.plan(zone), group=Group(), makes_up=made_up)


@needs(Action.SCHEDULE)
def make_up(code: str) -> ResponseReturnValue:
    """Plan a make-up: whom it could be for stands there with how many they are."""
    with reader() as db:
        found = make_ups.offer(db, actor(), code, now(), installation().settings.zone)
        usual = _usual(db, found)
    form = MakeUpForm() if request.method == "POST" else MakeUpForm(data=usual)
    form.people.choices = [(why.value, f"{translate(name)} {found.counts.get(why, 0)}") for why, name in MAKE_UP_FOR_NAMES.items()]
    form.counting.choices = [
        (rule.value, f"{translate(name)}{translate(COLON)}{translate(COUNTING_RULES[rule])}") for rule, name in COUNTING_NAMES.items()
    ]
    return plan_page(form, lambda zone: form.plan_for(zone, code), made_up=found)


@needs(Action.SCHEDULE)
def of_sample(code: str) -> ResponseReturnValue:
    """Plan a sitting for the people whom a sample drew."""
    with reader() as db:
        found = sampling.read_sample(db, actor(), code)
        sampling.drawn_people(db, actor(), code)  # nobody is asked before the draw
    form = SittingForm() if request.method == "POST" else SittingForm(data={"title": found.row.title[:80]})
    return plan_page(form, lambda zone: replace(form.plan(zone), group=Group(), sample=code), sampled=found)


def _usual(db: Any, found: Offer) -> dict[str, str]:
    """What a make-up has in common with the sitting that it makes up for."""
    row = found.sitting
    dataset = banks.document_by_id(db, row.dataset_id).code if row.dataset_id else ""
    return {
        "title": f"{row.title}（补考）"[:80],
        "code": f"{row.code[: LONGEST_CODE - 3]}-bk",
        "blueprint": banks.document_by_id(db, row.blueprint_id).code,
        "profile": dataset,
        "release": row.release,
    }
