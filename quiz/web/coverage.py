"""The setter's page of what the published bank covers: area by type, level and validity, on a day; registered by the setter's pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask import render_template, request
from flask.typing import ResponseReturnValue

from quiz.core.access import Action
from quiz.core.coverage import VALIDITY_NAMES, Coverage
from quiz.core.question import AREAS, LEVEL_NAMES, TYPE_NAMES
from quiz.usecases.covering import bank_coverage
from quiz.web.context import actor, needs, reader, today


@dataclass(frozen=True, slots=True)
class Column:
    """A type, level or validity: what it counts, its code, and its name before translation."""

    field: str
    code: str
    name: str
    total: int


@dataclass(frozen=True, slots=True)
class Row:
    """An area with its numbers; `usable` counts what papers may draw on the day."""

    area: str
    questions: int
    templates: int
    counts: tuple[int, ...]


@needs(Action.READ_BANK)
def show() -> ResponseReturnValue:
    """The coverage on a day: today unless another is asked for."""
    day = _day()
    with reader() as db:
        covered = bank_coverage(db, actor(), day)
    columns = _columns(covered)
    rows = _rows(covered, columns)
    return render_template(
        "setter/coverage.html",
        day=day,
        columns=columns,
        rows=rows,
        most=max((row.questions for row in rows), default=0),
        questions=covered.questions.total(),
        templates=covered.templates.total(),
    )


def _day() -> date:
    try:
        return datetime.strptime(request.args.get("on", ""), "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        return today()


def _columns(covered: Coverage) -> list[Column]:
    """The types, levels and validities that the bank has."""
    names = {"type": TYPE_NAMES, "level": LEVEL_NAMES, "validity": VALIDITY_NAMES}
    return [
        Column(field, code.value, name, total)
        for field, known in names.items()
        for code, name in known.items()  # type: ignore[attr-defined]
        if (total := covered.by(field)[code.value])
    ]


def _rows(covered: Coverage, columns: list[Column]) -> list[Row]:
    """Every area, those without a question too: they are what the page is for."""
    areas, templates = covered.by("area"), covered.templates_by_area()
    out = []
    for area in [*AREAS, *sorted((areas.keys() | templates.keys()) - AREAS.keys())]:
        own = [(cell, count) for cell, count in covered.questions.items() if cell.area == area]
        counts = tuple(sum(count for cell, count in own if getattr(cell, column.field) == column.code) for column in columns)
        out.append(Row(area, areas.get(area, 0), templates.get(area, 0), counts))
    return out
