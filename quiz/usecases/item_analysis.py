"""How the questions of a sitting fared: for setters and organisers, without anybody's name; and who answers so alike that somebody should look."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.blueprint import Blueprint
from quiz.core.contest import Contest
from quiz.core.message import mark_text, say
from quiz.core.question import Question, QuestionType
from quiz.core.roster import UnitKind
from quiz.core.sitting import Phase
from quiz.core.statistics import gates
from quiz.core.statistics.asked import AskedItem, item_names, items_of
from quiz.core.statistics.report import Analysis, ItemReport
from quiz.core.statistics.values import Similarity
from quiz.storage import banks, item_marks, sittings
from quiz.storage.item_marks import GradedPaper
from quiz.storage.tables import SittingRow
from quiz.usecases.sources import closed_sitting

if TYPE_CHECKING:
    from quiz.core.statistics.gather import Gathered  # numpy is loaded when it is needed

USUAL_GAP = 12
"""Places in the order of seats within which people may see each other's papers, where the draw did not write it down: two rows of six."""


GROUP_NAMES = {
    UnitKind.TOWNSHIP: mark_text("镇干部"),
    UnitKind.VILLAGE: mark_text("村干部"),
    UnitKind.DEPARTMENT: mark_text("部门干部"),
}
"""Groups of cadres by the kind of their unit."""


@dataclass(frozen=True, slots=True)
class SittingItem:
    """An item of a sitting with all that is known of it."""

    asked: AskedItem
    report: ItemReport


@dataclass(frozen=True, slots=True)
class ItemAnalysis:
    """The items of a sitting analysed; `people` have sat and been graded, within the reader's authority."""

    sitting: SittingRow
    people: int
    analysis: Analysis
    items: tuple[SittingItem, ...]

    def item(self, name: str) -> SittingItem | None:
        """Return the item with this name, or None."""
        return next((item for item in self.items if item.asked.name == name), None)

    @property
    def flagged(self) -> tuple[SittingItem, ...]:
        """The items that somebody should look at, the gravest first."""
        return tuple(sorted((item for item in self.items if item.report.flags), key=lambda item: item.report.gravity))

    @property
    def thin(self) -> int:
        """How many items too few have answered for any verdict."""
        return sum(item.report.figures.answers < gates.FACILITY for item in self.items)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom a lead names."""

    number: str
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Screening:
    """A screening for copied answers: what was compared with which promise, and who is named, by their places in the similarity's leads."""

    sitting: SittingRow
    similarity: Similarity
    people: tuple[Person, ...]


def list_analysable(session: Session, actor: Actor, now: datetime) -> list[tuple[SittingRow, int]]:
    """Return the sittings of people within the actor's authority that are over, the latest first, with how many of them have handed in."""
    scope = actor.require(Action.READ_ITEMS)
    counts = sittings.progress(session, scope)
    return [
        (row, counts[row.id][2]) for row in sittings.list_sittings(session) if row.id in counts and sittings.window_of(row).phase(now) is Phase.CLOSED
    ]


def state_of_marks(session: Session, actor: Actor, code: str, now: datetime) -> tuple[object, ...]:
    """Return something that is the same as long as `analyse_sitting` would say the same to this actor; refusals as there."""
    scope = actor.require(Action.READ_ITEMS)
    sitting = _closed_sitting(session, code, scope, now)
    return sitting.id, scope, *item_marks.newest_change(session, sitting)


def analyse_sitting(session: Session, actor: Actor, code: str, now: datetime) -> ItemAnalysis:
    """Return how the questions of a sitting fared with those within the actor's authority.

    NotFound without such a sitting; QuizError `not_closed` while anybody may still sit: facilities would tell keys.
    """
    from quiz.core.statistics.analysis import analyse, fit_models
    from quiz.core.statistics.calibration import Model

    scope = actor.require(Action.READ_ITEMS)
    sitting = _closed_sitting(session, code, scope, now)
    papers = item_marks.graded_papers(session, sitting, scope)
    items, gathered = _gather(session, sitting, papers, scope)
    models = (Model.RASCH, Model.TWO_PARAMETER) if len(papers) >= gates.TWO_PARAMETER else (Model.RASCH,)
    fits = fit_models(gathered.table, models)
    analysis = analyse(gathered.table, [item.as_item() for item in items], gathered.chosen, fits, _groups(papers))
    pairs = zip(items, analysis.items, strict=True)
    return ItemAnalysis(sitting, len(papers), analysis, tuple(SittingItem(item, report) for item, report in pairs))


def screen_sitting(session: Session, actor: Actor, code: str, now: datetime) -> Screening:
    """Return which people who sat near each other have more equal wrong answers than chance explains. Refusals as `analyse_sitting`."""
    from quiz.core.statistics.similarity import screen

    scope = actor.require(Action.READ_RESULTS)
    sitting = _closed_sitting(session, code, scope, now)
    papers = item_marks.graded_papers(session, sitting, scope)
    _, gathered = _gather(session, sitting, papers, scope)
    people = tuple(Person(paper.number, paper.name, paper.unit) for paper in papers)
    return Screening(sitting, screen(gathered.table, gathered.answer, _neighbours(papers, _gap(sitting))), people)


def _closed_sitting(session: Session, code: str, scope: str, now: datetime) -> SittingRow:
    return closed_sitting(session, code, scope, now, say("考试还没有结束。结束以后才能看试题分析，因为得分率会透露答案。"))


def _gather(session: Session, sitting: SittingRow, papers: Sequence[GradedPaper], scope: str) -> tuple[list[AskedItem], Gathered]:
    from quiz.core.statistics.columns import Columns

    asked = {uid: (found.item, found.revision) for uid, found in item_marks.asked_questions(session, sitting).items()}
    cases = frozenset(uid for uid, (item, _) in asked.items() if isinstance(item, Question) and item.type is QuestionType.CASE)
    slots = [(paper.grading_id, item_names(paper.questions, cases)) for paper in papers]
    met = {name for _, names in slots for name in names}
    items = [item for item in items_of(asked, _lost(session, sitting)) if item.name in met]
    columns = Columns(items, slots)
    for block in item_marks.mark_blocks(session, sitting, scope):
        columns.add(block.gradings, block.slots, block.marks, block.mosts, block.responses)
    return items, columns.gather()


def _lost(session: Session, sitting: SittingRow) -> dict[QuestionType, float | None]:
    """The share of its marks that a wrong answer costs in a contest, by type; None where sections of one type take different shares."""
    if not Contest(sitting.contest).takes_marks:
        return {}
    sections = banks.read_document(banks.document_by_id(session, sitting.blueprint_id), Blueprint).sections
    shares: dict[QuestionType, set[float]] = {}
    for section in sections:
        shares.setdefault(section.type, set()).add(float(section.rule.most_taken(section.each) / section.each))
    return {kind: found.pop() if len(found) == 1 else None for kind, found in shares.items()}


def _groups(papers: Sequence[GradedPaper]) -> list[tuple[str, list[int]]]:
    """The groups of cadres that are large enough to be compared with all others, by their names; of two that are each other's rest, one."""
    members: dict[str, set[int]] = {}
    for person, paper in enumerate(papers):
        for name in (*paper.groups, GROUP_NAMES.get(UnitKind(paper.unit_kind), "")):
            members.setdefault(name, set()).add(person)
    out: list[tuple[str, list[int]]] = []
    seen: list[set[int]] = []
    for name, found in members.items():
        rest = set(range(len(papers))) - found
        if name and min(len(found), len(rest)) >= gates.DIFFERENCE and found not in seen and rest not in seen:
            seen.append(found)
            out.append((name, [int(person in found) for person in range(len(papers))]))
    return out


def _gap(sitting: SittingRow) -> int:
    """Within how many places people sat near each other when the papers were drawn."""
    return int(json.loads(sitting.snapshot).get("draw", {}).get("gap", 0)) or USUAL_GAP


def _neighbours(papers: Sequence[GradedPaper], gap: int) -> list[tuple[int, int]]:
    """The pairs of people not further apart than `gap` places; `papers` come in the order of seats."""
    seated = [(paper.seat, person) for person, paper in enumerate(papers) if paper.seat is not None]
    return [
        (first, second) for place, (seat, first) in enumerate(seated) for other, second in seated[place + 1 : place + 1 + gap] if other - seat <= gap
    ]
