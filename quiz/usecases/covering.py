"""What the published bank covers, for setters who decide what to write next."""

from __future__ import annotations

from collections import Counter
from datetime import date

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.coverage import Cell, Coverage, validity
from quiz.storage.coverage import count_kinds


def bank_coverage(session: Session, actor: Actor, day: date) -> Coverage:
    """Return how many published questions and templates of each kind there are on `day`; retired ones are left out."""
    actor.require(Action.READ_BANK)
    questions: Counter[Cell] = Counter()
    templates: Counter[Cell] = Counter()
    for is_template, area, kind, level, first, last, count in count_kinds(session):
        if is_template:
            templates[Cell(area, kind, level, "")] += count
        else:
            questions[Cell(area, kind, level, validity(first, last, day).value)] += count
    return Coverage(questions, templates)
