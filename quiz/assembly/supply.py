"""What a blueprint wants beside what the bank has: cell by cell, area by section, and what of it lapses or waits for a reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from quiz.assembly.pool import PlacedCell, Pool, placed_cells
from quiz.core.blueprint import FOLDERS, Blueprint, Cell
from quiz.core.question import AREAS, Question, QuestionType, Revision, Source
from quiz.core.template import Template

LAPSE_DAYS = 90
"""How far ahead a check looks for questions that lapse."""

SECONDS: dict[QuestionType, int] = {
    QuestionType.SINGLE: 45,
    QuestionType.MULTIPLE: 75,
    QuestionType.TRUE_FALSE: 30,
    QuestionType.FILL_IN: 60,
    QuestionType.ORDERING: 120,
    QuestionType.MATCHING: 120,
    QuestionType.SHORT_ANSWER: 420,
    QuestionType.CASE: 600,
}
"""How long a question of a type is assumed to take: reading, thinking and answering; an assumption until sittings tell better."""

LOCAL_FOLDERS = tuple(folder for folder in FOLDERS if folder != "general")


@dataclass(frozen=True, slots=True)
class CellStock:
    """A cell with what may stand in it: `stock` questions (or local templates), of which `lapsing` end soon, and `waiting` that nobody has read yet.

    `rows` are the areas, or the local folders, that it takes questions of; `least` of its slots are certain to be asked from it.
    """

    place: PlacedCell
    rows: tuple[str, ...]
    least: int
    most: int
    stock: int
    lapsing: int = 0
    waiting: int = 0

    @property
    def short(self) -> int:
        """How many questions are lacking for certain."""
        return max(self.least - self.stock, 0)

    @property
    def short_later(self) -> int:
        """How many will be lacking when the questions that lapse soon are gone."""
        return max(self.least - (self.stock - self.lapsing), 0)


@dataclass(frozen=True, slots=True)
class Square:
    """An area (or local folder) in a section: from `least` to `most` questions of it, and how many there are.

    `exact` is the number of its cell where one cell alone asks for it and for nothing else, or -1.
    """

    least: int
    most: int
    stock: int
    exact: int = -1


@dataclass(frozen=True, slots=True)
class Supply:
    """A blueprint beside the bank. `table` has a row for each area and each local folder in use, with a square for each section.

    `covered` and `uncovered` are the documents of the questions in force, by whether any question that may be drawn rests on them; `lapsing` are
    the questions that may be drawn and end within `LAPSE_DAYS`.
    """

    cells: tuple[CellStock, ...]
    table: tuple[tuple[str, tuple[Square, ...]], ...]
    covered: tuple[str, ...]
    uncovered: tuple[str, ...]
    lapsing: tuple[Question, ...]

    @property
    def is_short(self) -> bool:
        """True when a cell alone wants more than there is."""
        return any(cell.short for cell in self.cells)


def supply_of(
    blueprint: Blueprint,
    pool: Pool,
    general: Sequence[Revision],
    templates: Sequence[Template],
    day: date,
    waiting: Sequence[Question | Template] = (),
) -> Supply:
    """Return what is wanted and what there is; `general` are all questions in force, `waiting` those of texts that are not published yet."""
    places = placed_cells(blueprint)
    questions = [revision.question for revision in pool.revisions]
    last = day + timedelta(days=LAPSE_DAYS)
    lapsing = tuple(sorted((q for q in questions if q.valid_to is not None and q.valid_to <= last), key=lambda q: (q.valid_to or last, q.uid)))
    ending = {question.uid for question in lapsing}
    known = {question.uid for question in questions} | {template.uid for template in templates}
    cells = []
    for place in places:
        found: list[Question | Template] = [item for item in (templates if place.cell.is_local else questions) if admits(place, item)]
        new = [item for item in waiting if item.uid not in known and isinstance(item, Template) == place.cell.is_local and admits(place, item)]
        least, most = _range(place, places)
        stock = CellStock(place, rows_of(place.cell), least, most, len(found), sum(item.uid in ending for item in found), len(new))
        cells.append(stock)
    documents = {revision.question.source.title for revision in general}
    covered = {question.source.title for question in questions}
    table = tuple((row, tuple(_square(row, n, cells, questions, templates) for n in range(len(blueprint.sections)))) for row in _rows(cells))
    return Supply(tuple(cells), table, tuple(sorted(covered)), tuple(sorted(documents - covered)), lapsing)


def admits(place: PlacedCell, item: Question | Template) -> bool:
    """True when a question, or what a template makes, may stand in a cell: all that a template makes is alike to a cell."""
    return place.owner.admits(place.cell, item if isinstance(item, Question) else _sketch(item))


def _sketch(template: Template) -> Question:
    """What a template makes, as far as cells look at it."""
    return Question(
        uid=template.uid,
        type=template.type,
        category=template.category,
        area=template.area,
        department=template.department,
        stem=template.stem,
        level=template.level,
        topic=template.topic,
        source=Source("", "", ""),
        explanation="",
        valid_from=date.min,
        jurisdiction="",
        tags=template.tags,
        difficulty=template.difficulty,
    )


def rows_of(cell: Cell) -> tuple[str, ...]:
    """Return the areas that a cell takes questions of; for a local cell its folders."""
    if cell.is_local:
        return tuple(dict.fromkeys(category.partition("/")[0] for category in cell.categories))
    if cell.areas:
        return tuple(area for area in AREAS if area in cell.areas)
    named = [category.split("/")[1] if "/" in category else "" for category in cell.categories]
    return tuple(area for area in AREAS if area in named) if named and all(name in AREAS for name in named) else tuple(AREAS)


def minutes_of(blueprint: Blueprint) -> int:
    """Return how many minutes the questions of a paper are assumed to take, rounded up."""
    return -(-sum(SECONDS[section.type] * section.count for section in blueprint.sections) // 60)


def _range(place: PlacedCell, places: Sequence[PlacedCell]) -> tuple[int, int]:
    """From how many to how many questions stand in a cell on a paper: local ones and their stand-ins share their slots."""
    if place.instead_of >= 0:
        return 0, places[place.instead_of].cell.count
    return (0 if place.cell.instead is not None else place.cell.count), place.cell.count


def _rows(cells: Sequence[CellStock]) -> list[str]:
    used = {row for cell in cells for row in cell.rows}
    return [*AREAS, *(folder for folder in LOCAL_FOLDERS if folder in used)]


def _square(row: str, section: int, cells: Sequence[CellStock], questions: Sequence[Question], templates: Sequence[Template]) -> Square:
    inside = [(number, cell) for number, cell in enumerate(cells) if cell.place.section == section and row in cell.rows]
    items: Sequence[Question | Template] = templates if row in LOCAL_FOLDERS else questions
    own = [item for item in items if (item.category.partition("/")[0] if row in LOCAL_FOLDERS else item.area) == row]
    stock = sum(any(admits(cell.place, item) for _, cell in inside) for item in own)
    only = inside[0][0] if len(inside) == 1 and inside[0][1].rows == (row,) and inside[0][1].least else -1
    return Square(
        sum(cell.least for _, cell in inside if cell.rows == (row,)),
        sum(cell.most for _, cell in inside),
        stock,
        only,
    )
