"""How areas, groups and the cells of the plan fared in a sitting that is over: shares with intervals, for those who read results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.blueprint import Blueprint, Section
from quiz.core.comparison import AreaRow, ComparedGroup, Comparison, GroupKind, PlanRow, Verdict
from quiz.core.message import Message, say
from quiz.core.question import AREAS, LEVEL_NAMES, Question, QuestionType
from quiz.core.statistics import gates
from quiz.core.statistics.asked import AskedItem, item_names, items_of
from quiz.core.unit_report import UNIT_KIND_NAMES, hidden_members, hidden_places, part_of
from quiz.storage import banks, item_marks, report_rows
from quiz.storage.item_marks import PlacedPaper
from quiz.storage.tables import SittingRow
from quiz.usecases.reporting import post_name, sitting_to_report

if TYPE_CHECKING:
    from quiz.core.statistics.shares import Answers, Ratio  # numpy is loaded when it is needed

Place = tuple[int, str]
"""A section and the words of the cell that filled a slot."""


def state_of_marks(session: Session, actor: Actor, code: str, now: datetime) -> tuple[object, ...]:
    """Return something that is the same as long as `compare_sitting` would say the same to this actor; refusals as there."""
    scope = actor.require(Action.READ_RESULTS)
    sitting = sitting_to_report(session, code, scope, now)
    return sitting.id, scope, *item_marks.newest_change(session, sitting)


def compare_sitting(session: Session, actor: Actor, code: str, now: datetime) -> Comparison:
    """Return how areas, groups and cells fared with those within the actor's authority. NotFound; QuizError `not_closed`."""
    scope = actor.require(Action.READ_RESULTS)
    sitting = sitting_to_report(session, code, scope, now)
    papers = list(item_marks.placed_papers(session, sitting, scope))
    items, answers, places = _gather(session, sitting, papers, scope)
    return Comparison(
        code=sitting.code,
        title=sitting.title,
        people=len(papers),
        is_common=answers.table.is_common,
        areas=_areas(items, answers),
        groups=_groups(papers, answers, report_rows.unit_names(session), scope),
        plan=_plan(session, sitting, papers, answers, places),
    )


def _gather(session: Session, sitting: SittingRow, papers: Sequence[PlacedPaper], scope: str) -> tuple[list[AskedItem], Answers, list[Place]]:
    """What was asked, the marks, and the places of the plan that occur."""
    from quiz.core.statistics.shares import Rows

    asked = {uid: (found.item, found.revision) for uid, found in item_marks.asked_questions(session, sitting).items()}
    cases = frozenset(uid for uid, (item, _) in asked.items() if isinstance(item, Question) and item.type is QuestionType.CASE)
    items = items_of(asked)
    numbers = {item.name: number for number, item in enumerate(items)}
    places: dict[Place, int] = {}
    slots = []
    for paper in papers:
        own = [places.setdefault((section, words), len(places)) for section, words, _ in paper.placings]
        slots.append((paper.grading_id, [numbers[name] for name in item_names(paper.questions, cases)], own))
    rows = Rows(slots, len(items))
    for block in item_marks.bare_marks(session, sitting, scope):
        rows.add(*block)
    return items, rows.gather(), list(places)


def _areas(items: Sequence[AskedItem], answers: Answers) -> tuple[AreaRow, ...]:
    """Each area with its levels below it, in the order of the areas; those without answers are left out."""
    kinds = [(area, level) for area in dict.fromkeys((*AREAS, *(item.area for item in items))) for level in LEVEL_NAMES]
    fine = answers.by_item([kinds.index((item.area, item.level)) for item in items], len(kinds))
    areas = list(dict.fromkeys(area for area, _ in kinds))
    broad = answers.by_item([areas.index(item.area) for item in items], len(areas))
    out = []
    for area, share in zip(areas, broad, strict=True):
        own = [item for item in items if item.area == area]
        found = [(level, fine[kinds.index((area, level))], sum(item.level is level for item in own)) for level in LEVEL_NAMES]
        if share.answers:
            out.append(AreaRow(area, None, len(own), share))
            out += [AreaRow(area, level, count, one) for level, one, count in found if one.answers and one.answers < share.answers]
    return tuple(out)


def _groups(papers: Sequence[PlacedPaper], answers: Answers, units: Mapping[str, tuple[str, str]], scope: str) -> tuple[ComparedGroup, ...]:
    """The groups of each kind beside all."""
    kinds = _of_kind(GroupKind.KIND, [UNIT_KIND_NAMES.get(paper.unit_kind, paper.unit_kind) for paper in papers], answers)
    posts = _of_kind(GroupKind.POST, [post_name(paper.post) for paper in papers], answers)
    parts = _of_kind(GroupKind.UNIT, [units[part_of(paper.path, scope)][1] for paper in papers], answers)
    return (*kinds, *posts, *_of_cadres(papers, answers), *parts)


def _of_kind(kind: GroupKind, own: Sequence[str], answers: Answers) -> list[ComparedGroup]:
    """The groups into which all people fall, by the name of each person's own."""
    known = list(dict.fromkeys(own))
    numbers = {name: number for number, name in enumerate(known)}
    found = answers.by_person([numbers[name] for name in own], len(known))
    hidden = hidden_places([share.people for share in found])
    return _compared(kind, known, found, {known[place] for place in hidden})


def _of_cadres(papers: Sequence[PlacedPaper], answers: Answers) -> list[ComparedGroup]:
    """The groups of cadres, of which a person may belong to several or to none."""
    names = sorted(frozenset().union(*(paper.groups for paper in papers)))
    found = [answers.by_person([int(name in paper.groups) for paper in papers], 2)[1] for name in names]
    return _compared(GroupKind.GROUP, names, found, hidden_members(Counter(paper.groups for paper in papers)))


def _compared(kind: GroupKind, names: Sequence[str], found: Sequence[Ratio], hidden: Container[str]) -> list[ComparedGroup]:
    judged = sum(share.people >= gates.COMPARISON for share in found)
    return [ComparedGroup(kind, name, share, _verdict(share, judged), name not in hidden) for name, share in zip(names, found, strict=True)]


def _verdict(share: Ratio, judged: int) -> Verdict:
    from quiz.core.statistics.shares import verdict

    if share.people < gates.COMPARISON:
        return Verdict.FEW
    return (Verdict.OPEN, Verdict.AHEAD, Verdict.BEHIND)[verdict(share, judged)]


def _plan(session: Session, sitting: SittingRow, papers: Sequence[PlacedPaper], answers: Answers, places: Sequence[Place]) -> tuple[PlanRow, ...]:
    """Every cell of the blueprint, below it what stood in for local questions; equal cells of a section are one."""
    blueprint = banks.read_document(banks.document_by_id(session, sitting.blueprint_id), Blueprint)
    placed = dict.fromkeys(places, 0)
    for paper in papers:
        for at_section, rule, is_first in paper.placings:
            placed[at_section, rule] += is_first
    shares, counts = answers.by_cell(max(1, len(places))), answers.items_of_cells(max(1, len(places)))
    numbers = {place: number for number, place in enumerate(places)}
    out = []
    for index, section in enumerate(blueprint.sections):
        names, wanted = _cells(section)
        names |= {words: words for place, words in places if place == index and words not in names}
        for words, name in names.items():
            at = numbers.get((index, words))
            if at is not None:
                out.append(PlanRow(section.title, name, wanted.get(words), placed[index, words], counts[at], shares[at]))
            elif words in wanted:
                out.append(PlanRow(section.title, name, wanted[words], 0, 0, _nothing()))
    return tuple(out)


def _cells(section: Section) -> tuple[dict[str, Message | str], dict[str, int]]:
    """The cells of a section by the words that papers keep, each with what may stand in for it, and how many questions each wants."""
    names: dict[str, Message | str] = {}
    wanted: dict[str, int] = {}
    for cell in section.cells:
        words = cell.describe()
        names[words.render()] = words
        wanted[words.render()] = wanted.get(words.render(), 0) + cell.count
        if cell.instead is not None:
            other = say("代替本地题：{cell}", cell=cell.instead.describe())
            names.setdefault(other.render(), other)
    return names, wanted


def _nothing() -> Ratio:
    from quiz.core.statistics.shares import Ratio

    return Ratio(0, 0, 0.0, 0.0, None, None)
