"""Scheduling a sitting: every paper is drawn and frozen before the window opens, or the whole sitting is refused with the counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quiz.assembly.derive import FORM_NAMES
from quiz.assembly.draw import Drawn
from quiz.core.access import Action, Actor
from quiz.core.blueprint import Blueprint
from quiz.core.canonical import canonical_json
from quiz.core.frozen import freeze
from quiz.core.hundredths import to_hundredths
from quiz.core.message import Message, QuizError, say
from quiz.core.paper import Paper
from quiz.core.plan import SittingPlan
from quiz.core.roster import POST_NAMES, Cadre, Group, Unit, main_post
from quiz.core.seed import commitment, snapshot_digest
from quiz.core.site import SitePlan, doubled
from quiz.core.staffing import Staffing
from quiz.storage import audit, banks, new_papers, rosters, sites, sittings
from quiz.storage.tables import DocumentRow, SittingRow
from quiz.usecases import drawing, make_ups, sampling, staffing
from quiz.usecases.draw_gaps import Gap
from quiz.usecases.drawing import Drawing, OnPaper, say_nothing
from quiz.usecases.material import Material, gather

LONGEST_MINUTES = 480

PREVIEW_SEED = bytes(32)
"""The seed of trial draws: a live one is random, so a trial tells nothing of it."""


class SittingRefused(QuizError):
    """The bank cannot fill the blueprint for somebody; `gaps` says what is short, by how much and for whom (names and staff numbers)."""

    def __init__(self, gaps: Sequence[Gap], cadres: Sequence[Cadre]) -> None:
        super().__init__("blueprint_unfilled", say("题库不足，考试没有创建：有{n}处缺题。", n=len(gaps)))
        self.gaps = tuple(gaps)
        self._cadres = cadres

    def lines(self) -> list[Message]:
        """Return one sentence a gap."""
        return [gap.told(self._cadres) for gap in self.gaps]


@dataclass(frozen=True, slots=True)
class PlanChoices:
    """What a plan may name: published blueprints and datasets, and the units with cadres and the groups within the planner's authority."""

    blueprints: list[tuple[DocumentRow, Blueprint]]
    datasets: list[DocumentRow]
    units: list[tuple[Unit, int]]
    groups: list[str]


def plan_choices(session: Session, actor: Actor, day: date) -> PlanChoices:
    """Return what the actor can choose from when planning a sitting; a unit's number counts the cadres in it and below it who have not left by
    `day`, since nobody else would be asked."""
    scope = actor.require(Action.SCHEDULE)
    cadres = rosters.list_serving(session, day, scope)
    return PlanChoices(
        blueprints=[(row, banks.read_document(row, Blueprint)) for row in banks.list_documents(session, banks.BLUEPRINT)],
        datasets=banks.list_documents(session, banks.DATASET),
        units=rosters.count_serving(session, cadres, scope),
        groups=sorted({group for cadre in cadres for group in cadre.groups}),
    )


@dataclass(frozen=True)
class Forecast:
    """What scheduling would do: who would sit, why it would be refused if it would, a trial draw with a key of its own, and who could mark it."""

    candidates: int
    refusal: SittingRefused | None
    drawing: Drawing
    drawn: Drawn | None
    staffing: Staffing


def forecast(session: Session, actor: Actor, now: datetime, plan: SittingPlan, zone: ZoneInfo) -> Forecast:
    """Say who would sit and whether the bank can fill every paper; draws once from a seed that no sitting has, and stores nothing."""
    scope = actor.require(Action.SCHEDULE)
    _check_sites(session, plan.sites)
    material = _gather(session, actor, now, plan, zone, scope)
    _check_contest(material.blueprint)
    staff = staffing.for_plan(session, plan, material.blueprint, material.cadres)
    prepared = drawing.prepare(material, PREVIEW_SEED)
    if prepared.gaps:
        return Forecast(len(material.cadres), SittingRefused(prepared.gaps, material.cadres), prepared, None, staff)
    drawn, gaps = drawing.choose(prepared, PREVIEW_SEED)
    return Forecast(len(material.cadres), SittingRefused(gaps, material.cadres) if gaps else None, prepared, drawn, staff)


@dataclass(frozen=True)
class Prepared:
    """A sitting whose papers are drawn but not stored yet: nobody has seen it and nothing depends on it."""

    row: SittingRow
    papers: list[tuple[Cadre, str, Paper]]
    drawing: Drawing
    drawn: Drawn
    staffing: Staffing
    sites: tuple[SitePlan, ...] = ()


def prepare_sitting(
    session: Session, actor: Actor, now: datetime, plan: SittingPlan, zone: ZoneInfo, seed: bytes, on_paper: OnPaper = say_nothing
) -> Prepared:
    """Draw a paper for each cadre of a sitting from `seed` (32 secret random bytes); needs only to read, however long it takes.

    QuizError `sitting_exists`, `unknown_blueprint`, `unknown_profile`, `bad_window`, `nobody`, and what `make_ups.invite` and
    `sampling.drawn_people` refuse; SittingRefused when a paper cannot be filled.
    """
    scope = actor.require(Action.SCHEDULE)
    _check_plan(session, plan, now)
    _check_sites(session, plan.sites)
    material = _gather(session, actor, now, plan, zone, scope)
    _check_contest(material.blueprint)
    prepared = drawing.prepare(material, seed)
    if prepared.gaps:
        raise SittingRefused(prepared.gaps, material.cadres)
    drawn, gaps = drawing.choose(prepared, seed)
    if gaps:
        raise SittingRefused(gaps, material.cadres)
    made = drawing.papers(prepared, drawn, seed, on_paper)
    row = _row(material, prepared.snapshot, seed, actor, now)
    named = [(cadre, post_name(cadre, material.day), paper) for cadre, paper in zip(material.cadres, made, strict=True)]
    staff = staffing.for_plan(session, plan, material.blueprint, material.cadres)
    return Prepared(row, named, prepared, drawn, staff, plan.sites)


def _row(material: Material, snapshot: dict[str, Any], seed: bytes, actor: Actor, now: datetime) -> SittingRow:
    """The row of a sitting whose papers are drawn, with what commits to the draw."""
    plan = material.plan
    return SittingRow(
        code=plan.code,
        title=plan.title,
        blueprint_id=material.blueprint_row.id,
        dataset_id=material.dataset_row.id if material.dataset_row else None,
        group=canonical_json(freeze(material.plan.group)).decode(),
        opens_at=plan.opens_at,
        closes_at=plan.closes_at,
        minutes=material.timed.minutes,
        delivery_minutes=plan.delivery_minutes,
        release=plan.release.value,
        appeal_days=plan.appeal_days,
        markers=plan.markers,
        margin_percent=plan.margin_percent,
        seb_keys=" ".join(plan.seb_keys),
        max_mark=to_hundredths(material.blueprint.total),
        pass_mark=to_hundredths(material.blueprint.pass_mark),
        makes_up=plan.makes_up.sitting if plan.makes_up else "",
        counting=plan.makes_up.counting.value if plan.makes_up else "",
        sample=plan.sample,
        contest=material.blueprint.contest.value,
        seed=seed,
        snapshot=canonical_json(snapshot).decode(),
        commitment=commitment(seed, snapshot_digest(snapshot)),
        created_at=now,
        created_by=actor.name,
    )


def store_sitting(session: Session, actor: Actor, now: datetime, prepared: Prepared) -> SittingRow:
    """Store a prepared sitting with its papers, all or nothing. QuizError `sitting_exists` when its code was taken meanwhile."""
    actor.require(Action.SCHEDULE)
    row, made = prepared.row, [paper for _, _, paper in prepared.papers]
    _check_code(session, row.code)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # on PostgreSQL another with this code may be on its way to being stored, for seconds
        _check_code(session, row.code)
        raise
    people = rosters.cadre_rows(session)
    new = [new_papers.NewPaper(people[cadre.number], post, paper, seat) for seat, (cadre, post, paper) in enumerate(prepared.papers, 1)]
    new_papers.save_papers(session, row, new)
    new_papers.save_uses(session, row, made)
    sites.save_sites(session, row, prepared.sites, rosters.units_by_code(session))
    audit.record(session, now, actor.person, "create_sitting", row.code, {"papers": len(made), "commitment": row.commitment})
    return row


def create_sitting(session: Session, actor: Actor, now: datetime, plan: SittingPlan, zone: ZoneInfo, seed: bytes) -> SittingRow:
    """Prepare and store a sitting in one transaction, for commands that nobody waits behind."""
    return store_sitting(session, actor, now, prepare_sitting(session, actor, now, plan, zone, seed))


def _gather(session: Session, actor: Actor, now: datetime, plan: SittingPlan, zone: ZoneInfo, scope: str) -> Material:
    """The material of a plan, its group narrowed to those whom a make-up is for and whom a sample drew."""
    group = plan.group
    if plan.sample:
        group = _narrow(group, sampling.drawn_people(session, actor, plan.sample))
    if plan.makes_up is None:
        return gather(session, replace(plan, group=group), zone, scope)
    original, invited = make_ups.invite(session, actor, plan.makes_up, now, zone)
    material = gather(session, replace(plan, group=_narrow(group, invited)), zone, scope)
    make_ups.check_scale(original, material.blueprint)
    return material


def _narrow(group: Group, numbers: Sequence[str]) -> Group:
    """The group without those who are not among `numbers`. QuizError `nobody` when nobody is left: an empty list would mean everyone."""
    left = tuple(number for number in numbers if not group.cadres or number in group.cadres)
    if not left:
        raise QuizError("nobody", say("没有符合条件的考生，请检查参考范围。"))
    return replace(group, cadres=left)


def _check_plan(session: Session, plan: SittingPlan, now: datetime) -> None:
    _check_code(session, plan.code)
    if plan.closes_at <= plan.opens_at:
        raise QuizError("bad_window", say("结束时间必须晚于开始时间。"))
    if plan.closes_at <= now:
        raise QuizError("bad_window", say("结束时间已经过去。"))
    if not 0 <= plan.forms <= len(FORM_NAMES):
        raise QuizError("bad_forms", say("试卷套数须为0至{most}。", most=len(FORM_NAMES)))
    if plan.minutes is not None and not 1 <= plan.minutes <= LONGEST_MINUTES:
        raise QuizError("bad_window", say("答题时长须为1至{most}分钟。", most=LONGEST_MINUTES))


def _check_contest(blueprint: Blueprint) -> None:
    """Examinations take no marks off and contests have no pass mark, wherever the blueprint comes from. QuizError `only_contests`."""
    is_contest = blueprint.contest.takes_marks
    if (not is_contest and any(section.rule.takes_marks for section in blueprint.sections)) or (is_contest and blueprint.pass_mark > 0):
        raise QuizError("only_contests", say("只有竞赛可以倒扣分，竞赛不设及格线。请改命题蓝图。"))


def _check_sites(session: Session, planned: Sequence[SitePlan]) -> None:
    units = rosters.units_by_code(session)
    for site in planned:
        unknown = next((code for code in site.units if code not in units), None)
        if unknown is not None:
            raise QuizError("unknown_unit", say("考点“{name}”中，没有编码为{code}的单位。", name=site.name, code=unknown))
        if site.name in units:
            raise QuizError("bad_sites", say("考点不能叫“{name}”：这是一个单位的编码。", name=site.name))
    again = [*doubled(site.name for site in planned), *doubled(code for site in planned for code in site.units)]
    if again:
        raise QuizError("bad_sites", say("“{name}”在考点安排里写了两次。", name=again[0]))


def _check_code(session: Session, code: str) -> None:
    if sittings.get_sitting(session, code) is not None:
        raise QuizError("sitting_exists", say("代码为{code}的考试已经存在，请换一个代码。", code=code))


def post_name(cadre: Cadre, day: date) -> str:
    """Return what a cadre is on a day, as printed."""
    post = main_post(cadre, day)
    return "" if post is None else post.title or POST_NAMES[post.kind]
