"""Checking a blueprint against the bank before anything is scheduled, and publishing one; trial draws use the preview's seed, never a live one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from quiz.assembly.draw import Drawn
from quiz.assembly.explain import explain
from quiz.assembly.pool import make_pool
from quiz.assembly.report import Report, make_report
from quiz.assembly.scores import Worth, worth_in
from quiz.assembly.supply import Supply, minutes_of, supply_of
from quiz.core.access import Action, Actor
from quiz.core.blueprint import Blueprint
from quiz.core.difficulty import facility
from quiz.core.hundredths import to_hundredths
from quiz.core.message import Message, NotFound, QuizError, say
from quiz.core.picture import Upload
from quiz.core.plan import SittingPlan
from quiz.core.question import Question, Revision, base_uid
from quiz.core.review import State
from quiz.core.roster import Cadre, Group
from quiz.core.template import Template, TemplateRevision
from quiz.storage import banks, proposals, rosters
from quiz.storage.advisory import Lock, hold
from quiz.storage.tables import DocumentRow
from quiz.usecases import drawing, publishing
from quiz.usecases.check_figures import GroupFigures, figures_by_group, mean_counts, mix_of_marks
from quiz.usecases.draw_gaps import Gap
from quiz.usecases.drawing import Drawing
from quiz.usecases.material import Material, gather_for
from quiz.usecases.scheduling import PREVIEW_SEED

Item = Question | Template

CHECK_AT = time(9)
"""The hour of the day at which the made-up sitting of a check begins; it lasts two hours."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A published blueprint: its newest state."""

    row: DocumentRow
    blueprint: Blueprint


@dataclass(frozen=True, slots=True)
class Waiting:
    """A text in the workbench that waits for its reader or for publication, with its pictures' names."""

    title: str
    source: str
    pictures: list[Upload]


@dataclass(frozen=True, slots=True)
class After:
    """What would be short when the `drafts` questions that wait for a reader were published too."""

    drafts: int
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Check:
    """A blueprint beside the bank, the cadres and the local facts of a day.

    `drawing` is None without cadres, `report` None without a draw (not asked for, or impossible); `means` say how many questions of a row of
    the table a paper has on average in each section, `mix` which share of the marks falls on each level, difficulty, weight and source.
    """

    blueprint: Blueprint
    day: date
    profile: DocumentRow | None
    cadres: Sequence[Cadre]
    supply: Supply
    gaps: tuple[Gap, ...]
    groups: tuple[GroupFigures, ...]
    after: After | None = None
    report: Report | None = None
    means: Mapping[tuple[str, int], float] = field(default_factory=dict)
    mix: Mapping[str, Mapping[StrEnum | str, float]] = field(default_factory=dict)

    @property
    def is_feasible(self) -> bool:
        """True when everybody can be given a paper."""
        return not self.gaps

    @property
    def minutes(self) -> int:
        """How long the questions are assumed to take."""
        return minutes_of(self.blueprint)

    def lines(self, gaps: Sequence[Gap] | None = None) -> list[Message]:
        """Return one sentence a gap: what is short, what would mend it, whom it hits."""
        return [gap.told(self.cadres) for gap in (self.gaps if gaps is None else gaps)]


class BlueprintRefused(QuizError):
    """A blueprint that the bank cannot fill is not published."""

    def __init__(self, found: Check) -> None:
        super().__init__("blueprint_unfilled", say("题库不足，蓝图没有发布：有{n}处缺题。", n=len(found.gaps)))
        self._found = found

    def lines(self) -> list[Message]:
        """Return one sentence a gap."""
        return self._found.lines()


def list_blueprints(session: Session, actor: Actor) -> list[Listed]:
    """Return the newest state of every published blueprint, by code."""
    actor.require(Action.CHECK_BLUEPRINT)
    return [Listed(row, banks.read_document(row, Blueprint)) for row in banks.list_documents(session, banks.BLUEPRINT)]


def read_blueprint(session: Session, actor: Actor, code: str) -> Listed:
    """Return the newest state of a published blueprint. NotFound when there is none."""
    actor.require(Action.CHECK_BLUEPRINT)
    row = banks.get_document(session, banks.BLUEPRINT, code)
    if row is None:
        raise NotFound()
    return Listed(row, banks.read_document(row, Blueprint))


def list_profiles(session: Session, actor: Actor) -> list[DocumentRow]:
    """Return the published local facts, the newest first."""
    actor.require(Action.CHECK_BLUEPRINT)
    return sorted(banks.list_documents(session, banks.DATASET), key=lambda row: (row.published_at, row.code), reverse=True)


def count_cadres(session: Session, actor: Actor) -> int:
    """Return how many cadres a check would look at."""
    return rosters.count_within(session, actor.require(Action.CHECK_BLUEPRINT))


def waiting_texts(session: Session, actor: Actor) -> list[Waiting]:
    """Return the texts that wait for a reader or for publication: what they hold is not in the bank yet."""
    actor.require(Action.CHECK_BLUEPRINT)
    found = proposals.list_proposals(session, [State.SUBMITTED, State.APPROVED])
    return [Waiting(one.row.title, one.row.source, proposals.pictures_of(session, one.row.id)) for one in found]


def check(
    session: Session,
    actor: Actor,
    blueprint: Blueprint,
    day: date,
    zone: ZoneInfo,
    profile: str = "",
    drafts: Iterable[Item] = (),
    is_drawn: bool = True,
) -> Check:
    """Say what the bank can do for a blueprint on a day, for the cadres within the actor's authority, by the way that scheduling goes.

    Without `profile` the newest local facts are used when the blueprint asks local questions. `drafts` are the questions of `waiting_texts`.
    With `is_drawn` papers are drawn on trial; nothing is stored. QuizError `unknown_profile`.
    """
    scope = actor.require(Action.CHECK_BLUEPRINT)
    material = _material(session, actor, blueprint, day, zone, profile, scope)
    items = [item for item in drafts if isinstance(item, Template) or item.is_valid_on(day)]
    if not material.cadres:
        return _check_bank(material, items)
    prepared = drawing.prepare(material, PREVIEW_SEED) if is_drawn else drawing.settle(material, PREVIEW_SEED)
    gaps, drawn = prepared.gaps, None
    if not gaps and is_drawn:
        drawn, gaps = drawing.choose(prepared, PREVIEW_SEED)
    found = Check(
        blueprint=blueprint,
        day=day,
        profile=material.dataset_row,
        cadres=material.cadres,
        supply=_supply(material, prepared, items),
        gaps=gaps,
        groups=figures_by_group(prepared, gaps),
        after=After(len(items), drawing.settle(_with(material, items), PREVIEW_SEED).gaps) if gaps and items else None,
    )
    return found if drawn is None or gaps else _with_report(found, prepared, drawn)


def _with_report(found: Check, prepared: Drawing, drawn: Drawn) -> Check:
    """The check with what the trial draw came to."""
    assert prepared.problem is not None
    blueprint = found.blueprint
    total, pass_mark = to_hundredths(blueprint.total), to_hundredths(blueprint.pass_mark)
    costs = [to_hundredths(place.owner.rule.most_taken(place.owner.each)) for place in prepared.pool.places]
    report = make_report(prepared.problem, drawn, total, pass_mark, _local_worths(prepared), costs, blueprint.contest)
    return replace(found, report=report, means=mean_counts(prepared, drawn), mix=mix_of_marks(prepared, drawn))


def publish(session: Session, actor: Actor, now: datetime, found: Check, seen: str) -> None:
    """Publish the blueprint of a check as its next state. `seen` is the digest of the state that was edited, "" for a new one.

    QuizError `stale` when another state was published meanwhile; BlueprintRefused when somebody could not be given a paper (not asked
    before there are cadres, and the local facts that local questions need).
    """
    actor.require(Action.PUBLISH_BANK)
    plan = found.blueprint
    if found.gaps and found.cadres and (found.profile or not asks_local(plan)):
        raise BlueprintRefused(found)
    hold(session, Lock.BANK)  # until it is published: of two who edited the same state one must be told
    newest = banks.get_document(session, banks.BLUEPRINT, plan.id)
    if (newest.digest if newest else "") != seen:
        raise QuizError("stale", say("蓝图{code}在别处发布过新的内容，这次没有发布。请打开现在的内容，再改一次。", code=plan.id))
    publishing.publish(session, actor, now, (), [plan])


def asks_local(blueprint: Blueprint) -> bool:
    """True when a cell takes questions about the cadre's own places."""
    return any(cell.is_local for section in blueprint.sections for cell in section.cells)


def _material(session: Session, actor: Actor, blueprint: Blueprint, day: date, zone: ZoneInfo, profile: str, scope: str) -> Material:
    if not profile and asks_local(blueprint):
        profile = next((row.code for row in list_profiles(session, actor)), "")
    opens = datetime.combine(day, CHECK_AT, zone)
    plan = SittingPlan("check", blueprint.title, blueprint.id, Group(), opens, opens + timedelta(hours=2), profile)
    row = DocumentRow(kind=banks.BLUEPRINT, code=blueprint.id, number=0, title=blueprint.title, digest="")
    return gather_for(session, plan, blueprint, row, zone, scope)


def _check_bank(material: Material, items: Sequence[Item]) -> Check:
    """Without cadres only the general questions can be counted."""
    gaps, after = _bank_gaps(material), None
    if gaps and items:
        after = After(len(items), _bank_gaps(_with(material, items)))
    pool = make_pool(material.blueprint, material.general, material.known)
    templates = [revision.template for revision in material.templates]
    supply = supply_of(material.blueprint, pool, material.general, templates, material.day, items)
    return Check(material.blueprint, material.day, material.dataset_row, (), supply, gaps, (), after)


def _bank_gaps(material: Material) -> tuple[Gap, ...]:
    pool = make_pool(material.blueprint, material.general, material.known)
    return tuple(Gap(shortage.explain(), ()) for shortage in explain(material.blueprint, pool))


def _with(material: Material, items: Sequence[Item]) -> Material:
    """The material as it would be with these questions and templates published."""
    new = {item.uid for item in items}
    general = [revision for revision in material.general if revision.question.uid not in new]
    templates = [revision for revision in material.templates if revision.template.uid not in new]
    general += [Revision(0, "", item) for item in items if isinstance(item, Question)]
    templates += [TemplateRevision(0, "", item) for item in items if isinstance(item, Template) and material.dataset is not None]
    return replace(material, general=general, templates=templates)


def _supply(material: Material, prepared: Drawing, items: Sequence[Item]) -> Supply:
    """The supply; a template counts when it binds at some place."""
    bindable = prepared.local_snapshot["bindable"]
    templates = [revision.template for revision in material.templates if bindable[revision.template.uid]]
    return supply_of(material.blueprint, prepared.pool, material.general, templates, material.day, items)


def _local_worths(prepared: Drawing) -> list[list[Worth]]:
    material = prepared.material
    shares = {revision.template.uid: facility(revision.template, material.known) for revision in material.templates}
    return [[worth_in(prepared.pool.places[cell].owner, shares[base_uid(uid)]) for cell, uid in part.picks] for part in prepared.parts]
