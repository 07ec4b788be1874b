"""What a bank covers: how many questions of each area, type, level and validity it holds on a day; judges neither their quality nor their keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from quiz.core.message import mark_text
from quiz.core.question import AREAS, LEVEL_NAMES, TYPE_NAMES, Question
from quiz.core.template import Template

SOON_DAYS = 90
"""A source that ends within so many days is told beforehand."""


class Validity(StrEnum):
    """How a question's source stands on a day."""

    OPEN = "open"
    DATED = "dated"
    SOON = "soon"
    EXPIRED = "expired"
    FUTURE = "future"


VALIDITY_NAMES: dict[Validity, str] = {
    Validity.OPEN: mark_text("现行有效"),
    Validity.DATED: mark_text("有效，有截止日期"),
    Validity.SOON: mark_text("90天内失效"),
    Validity.EXPIRED: mark_text("已失效"),
    Validity.FUTURE: mark_text("尚未生效"),
}


def validity(valid_from: date | None, valid_to: date | None, day: date) -> Validity:
    """Return how a source valid from and to these days (both included) stands on `day`."""
    if valid_from is not None and valid_from > day:
        return Validity.FUTURE
    if valid_to is None:
        return Validity.OPEN
    if valid_to < day:
        return Validity.EXPIRED
    return Validity.SOON if valid_to <= day + timedelta(days=SOON_DAYS) else Validity.DATED


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One kind of question: the codes of its area, type, level and validity."""

    area: str
    type: str
    level: str
    validity: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many questions there are of each kind, and how many templates of each area, type and level (local facts give them their validity)."""

    questions: Counter[Cell]
    templates: Counter[Cell]

    def by(self, field: str) -> dict[str, int]:
        """Return the number of questions by `area`, `type`, `level` or `validity`: every known code in its order, then unknown ones."""
        counts = sum_by(self.questions, field)
        known = dict.fromkeys(CODES[field], 0)
        return known | {name: counts[name] for name in (*(code for code in known if code in counts), *sorted(counts.keys() - known.keys()))}

    def templates_by_area(self) -> dict[str, int]:
        """Return the number of templates by area."""
        return dict.fromkeys(AREAS, 0) | sum_by(self.templates, "area")


CODES: dict[str, list[str]] = {
    "area": list(AREAS),
    "type": [kind.value for kind in TYPE_NAMES],
    "level": [level.value for level in LEVEL_NAMES],
    "validity": [kind.value for kind in Validity],
}


def cover(items: Iterable[Question | Template], day: date) -> Coverage:
    """Return what the questions and templates cover on `day`."""
    questions: Counter[Cell] = Counter()
    templates: Counter[Cell] = Counter()
    for item in items:
        if isinstance(item, Template):
            templates[Cell(item.area, item.type.value, item.level.value, "")] += 1
        else:
            questions[Cell(item.area, item.type.value, item.level.value, validity(item.valid_from, item.valid_to, day).value)] += 1
    return Coverage(questions, templates)


def sum_by(counts: Counter[Cell], field: str) -> dict[str, int]:
    """Return the sums of `counts` by one field of their cells."""
    out: dict[str, int] = {}
    for cell, count in counts.items():
        name = getattr(cell, field)
        out[name] = out.get(name, 0) + count
    return out
