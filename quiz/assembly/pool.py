"""Blueprint + general questions → kinds, cells and limits in whole numbers; remembers what each number stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from quiz.assembly.problem import DrawCell, DrawLimit, Item
from quiz.core.blueprint import Blueprint, Cell, Section
from quiz.core.difficulty import Facilities, facility
from quiz.core.hundredths import to_hundredths
from quiz.core.question import Question, Revision


@dataclass(frozen=True, slots=True)
class PlacedCell:
    """A cell of the blueprint with its section; a stand-in cell names the local cell (by its place) that it helps out."""

    section: int
    owner: Section
    cell: Cell
    instead_of: int = -1


@dataclass(frozen=True)
class Pool:
    """The general questions of a draw by number, with the cells and limits that speak of them.

    `places` are all cells in the order of the paper: common cells, local cells (no question of `items` stands there) and stand-ins after them.
    """

    revisions: tuple[Revision, ...]
    items: tuple[Item, ...]
    places: tuple[PlacedCell, ...]
    cells: tuple[DrawCell, ...]
    limits: tuple[DrawLimit, ...]
    sizes: tuple[int, ...]

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each question by its uid."""
        return {item.uid: number for number, item in enumerate(self.items)}


def placed_cells(blueprint: Blueprint) -> tuple[PlacedCell, ...]:
    """Return every cell of a blueprint in order, the stand-ins of local cells after all others."""
    places = [PlacedCell(index, section, cell) for index, section in enumerate(blueprint.sections) for cell in section.cells]
    instead = [
        PlacedCell(place.section, place.owner, place.cell.instead, number)
        for number, place in enumerate(places)
        if place.cell.is_local and place.cell.instead is not None
    ]
    return (*places, *instead)


def make_pool(blueprint: Blueprint, questions: Sequence[Revision], known: Facilities) -> Pool:
    """Return the pool of a blueprint over the general questions, sorted by uid; questions that no cell admits are left out."""
    places = placed_cells(blueprint)
    asking = [number for number, place in enumerate(places) if not place.cell.is_local]
    signatures: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
    topics: dict[tuple[str, str], int] = {}
    revisions, items = [], []
    for revision in sorted(questions, key=lambda found: found.question.uid.encode()):
        question = revision.question
        admitted = tuple(number for number in asking if _admits(places[number], question))
        if not admitted:
            continue
        counted = tuple(number for number, limit in enumerate(blueprint.limits) if limit.where.admits(question))
        kind = signatures.setdefault((admitted, counted), len(signatures))
        topic = topics.setdefault((question.area, question.topic), len(topics))
        revisions.append(revision)
        items.append(Item(question.uid, revision.digest, kind, topic, facility(question, known)))
    sizes = [0] * len(signatures)
    for item in items:
        sizes[item.kind] += 1
    cells = tuple(
        DrawCell(
            count=0 if place.cell.is_local or place.instead_of >= 0 else place.cell.count,
            each=to_hundredths(place.owner.each),
            kinds=tuple(kind for (admitted, _), kind in signatures.items() if number in admitted),
            instead_of=place.instead_of,
            cost=to_hundredths(place.owner.rule.most_taken(place.owner.each)),
        )
        for number, place in enumerate(places)
    )
    limits = tuple(
        DrawLimit(
            kinds=tuple(kind for (_, counted), kind in signatures.items() if number in counted),
            least=limit.least,
            most=sum(cell.count for cell in cells) if limit.most is None else limit.most,
        )
        for number, limit in enumerate(blueprint.limits)
    )
    return Pool(tuple(revisions), tuple(items), places, cells, limits, tuple(sizes))


def _admits(place: PlacedCell, question: Question) -> bool:
    return place.owner.admits(place.cell, question)
