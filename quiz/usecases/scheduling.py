"""Scheduling a sitting: every paper is assembled and frozen before the window opens, or the whole sitting is refused with the counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.assembly import Candidates, Draw, Shortage, TemplateRevision, assemble, candidates, local_questions, shortages
from quiz.core.blueprint import Blueprint
from quiz.core.canonical import canonical_json
from quiz.core.frozen import freeze
from quiz.core.message import Message, QuizError, say
from quiz.core.paper import Paper
from quiz.core.plan import SittingPlan
from quiz.core.profile import Dataset
from quiz.core.question import Revision, base_uid
from quiz.core.roster import POST_NAMES, Cadre, Unit, main_post
from quiz.core.seed import commitment, exam_key, paper_key, snapshot_digest
from quiz.storage import audit, banks, rosters, sittings
from quiz.storage.gradings import to_hundredths
from quiz.storage.tables import DocumentRow, SittingRow

LONGEST_MINUTES = 480


@dataclass(frozen=True, slots=True)
class Gap:
    """A shortage and the cadres it hits, by name and number."""

    shortage: Shortage
    cadres: tuple[str, ...]


class SittingRefused(QuizError):
    """The bank cannot fill the blueprint for somebody; `gaps` says which cells, by how much and for whom."""

    def __init__(self, gaps: Sequence[Gap]) -> None:
        super().__init__("blueprint_unfilled", say("题库不足，考试没有创建：有{n}处缺题。", n=len(gaps)))
        self.gaps = tuple(gaps)

    def lines(self) -> list[Message]:
        """Return one sentence a gap."""
        return [
            say(
                "{shortage}（影响{count}人，如{names}）",
                shortage=gap.shortage.explain(),
                count=len(gap.cadres),
                names="、".join(gap.cadres[:3]),
            )
            for gap in self.gaps
        ]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What scheduling would do: how many papers, and why it would be refused if it would."""

    candidates: int
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class _Material:
    """All that a draw needs, read once."""

    plan: SittingPlan
    blueprint: Blueprint
    blueprint_row: DocumentRow
    dataset: Dataset | None
    dataset_row: DocumentRow | None
    cadres: list[Cadre]
    general: list[Revision]
    templates: list[TemplateRevision]
    own: dict[str, frozenset[str]]
    day: date


@dataclass(frozen=True, slots=True)
class PlanChoices:
    """What a plan may name: published blueprints and datasets, and the units with cadres and the groups within the planner's authority."""

    blueprints: list[tuple[DocumentRow, Blueprint]]
    datasets: list[DocumentRow]
    units: list[tuple[Unit, int]]
    groups: list[str]


def plan_choices(session: Session, actor: Actor) -> PlanChoices:
    """Return what the actor can choose from when planning a sitting; a unit's number counts the cadres in it and below it."""
    scope = actor.require(Action.SCHEDULE)
    cadres = rosters.list_cadres(session, scope)
    return PlanChoices(
        blueprints=[(row, banks.read_document(row, Blueprint)) for row in banks.list_documents(session, banks.BLUEPRINT)],
        datasets=banks.list_documents(session, banks.DATASET),
        units=[(unit, count) for unit, count in rosters.count_cadres(session, scope) if count],
        groups=sorted({group for cadre in cadres for group in cadre.groups}),
    )


def forecast(session: Session, actor: Actor, plan: SittingPlan, zone: ZoneInfo) -> Forecast:
    """Say who would sit and whether the bank can fill every paper, without storing anything or telling a live draw."""
    scope = actor.require(Action.SCHEDULE)
    material = _gather(session, plan, zone, scope)
    draw = _draw(material, bytes(32))
    _, gaps = _assemble_all(material, draw)
    return Forecast(len(material.cadres), tuple(gaps))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sitting whose papers are assembled but not stored yet: nobody has seen it and nothing depends on it."""

    row: SittingRow
    papers: list[tuple[Cadre, str, Paper]]


def prepare_sitting(session: Session, actor: Actor, now: datetime, plan: SittingPlan, zone: ZoneInfo, seed: bytes) -> Prepared:
    """Assemble a paper for each cadre of a sitting from `seed` (32 secret random bytes); needs only to read, however long it takes.

    QuizError `sitting_exists`, `unknown_blueprint`, `unknown_profile`, `bad_window`, `nobody`; SittingRefused when a paper cannot be filled.
    """
    scope = actor.require(Action.SCHEDULE)
    _check_plan(session, plan, now)
    material = _gather(session, plan, zone, scope)
    snapshot = _snapshot(material)
    bound = snapshot_digest(snapshot)
    papers, gaps = _assemble_all(material, _draw(material, exam_key(seed, bound)))
    if gaps:
        raise SittingRefused(gaps)
    row = SittingRow(
        code=plan.code,
        title=plan.title,
        blueprint_id=material.blueprint_row.id,
        dataset_id=material.dataset_row.id if material.dataset_row else None,
        group=canonical_json(freeze(plan.group)).decode(),
        opens_at=plan.opens_at,
        closes_at=plan.closes_at,
        minutes=_timed(material).minutes,
        release=plan.release.value,
        max_mark=to_hundredths(material.blueprint.total),
        pass_mark=to_hundredths(material.blueprint.pass_mark),
        seed=seed,
        snapshot=canonical_json(snapshot).decode(),
        commitment=commitment(seed, bound),
        created_at=now,
        created_by=actor.name,
    )
    return Prepared(row, [(cadre, _post_name(cadre, material.day), paper) for cadre, paper in papers])


def store_sitting(session: Session, actor: Actor, now: datetime, prepared: Prepared) -> SittingRow:
    """Store a prepared sitting with its papers, all or nothing. QuizError `sitting_exists` when its code was taken meanwhile."""
    actor.require(Action.SCHEDULE)
    row, papers = prepared.row, [paper for _, _, paper in prepared.papers]
    _check_code(session, row.code)
    session.add(row)
    session.flush()
    people = rosters.cadre_rows(session)
    for cadre, post, paper in prepared.papers:
        sittings.save_paper(session, row, people[cadre.number], post, paper)
    sittings.save_uses(session, row, papers)
    audit.record(session, now, actor.name, "create_sitting", row.code, {"papers": len(papers), "commitment": row.commitment})
    return row


def create_sitting(session: Session, actor: Actor, now: datetime, plan: SittingPlan, zone: ZoneInfo, seed: bytes) -> SittingRow:
    """Prepare and store a sitting in one transaction, for commands that nobody waits behind."""
    return store_sitting(session, actor, now, prepare_sitting(session, actor, now, plan, zone, seed))


def _check_plan(session: Session, plan: SittingPlan, now: datetime) -> None:
    _check_code(session, plan.code)
    if plan.closes_at <= plan.opens_at:
        raise QuizError("bad_window", say("结束时间必须晚于开始时间。"))
    if plan.closes_at <= now:
        raise QuizError("bad_window", say("结束时间已经过去。"))
    if plan.minutes is not None and not 1 <= plan.minutes <= LONGEST_MINUTES:
        raise QuizError("bad_window", say("答题时长须为1至{most}分钟。", most=LONGEST_MINUTES))


def _check_code(session: Session, code: str) -> None:
    if sittings.get_sitting(session, code) is not None:
        raise QuizError("sitting_exists", say("代码为{code}的考试已经存在，请换一个代码。", code=code))


def _gather(session: Session, plan: SittingPlan, zone: ZoneInfo, scope: str) -> _Material:
    blueprint_row = banks.get_document(session, banks.BLUEPRINT, plan.blueprint)
    if blueprint_row is None:
        raise QuizError("unknown_blueprint", say("没有已发布的命题蓝图{code}。", code=plan.blueprint))
    dataset_row = banks.get_document(session, banks.DATASET, plan.profile) if plan.profile else None
    if plan.profile and dataset_row is None:
        raise QuizError("unknown_profile", say("没有已发布的本地资料{code}。", code=plan.profile))
    first, last = plan.opens_at.astimezone(zone).date(), plan.closes_at.astimezone(zone).date()
    cadres = _candidates(session, plan, first, scope)
    if not cadres:
        raise QuizError("nobody", say("没有符合条件的考生，请检查参考范围。"))
    return _Material(
        plan=plan,
        blueprint=banks.read_document(blueprint_row, Blueprint),
        blueprint_row=blueprint_row,
        dataset=banks.read_document(dataset_row, Dataset) if dataset_row else None,
        dataset_row=dataset_row,
        cadres=cadres,
        general=banks.questions_valid_in(session, first, last),
        templates=banks.current_templates(session) if dataset_row else [],
        own=_own_questions(session),
        day=first,
    )


def _own_questions(session: Session) -> dict[str, frozenset[str]]:
    """What each cadre wrote or read, by staff number."""
    written = banks.own_questions(session)
    return {number: frozenset(written[row.id]) for number, row in rosters.cadre_rows(session).items() if row.id in written}


def _candidates(session: Session, plan: SittingPlan, day: date, scope: str) -> list[Cadre]:
    units = rosters.units_by_code(session)
    above = {code: frozenset(row.path.strip("/").split("/")) for code, row in units.items()}
    return [cadre for cadre in rosters.list_cadres(session, scope) if plan.group.includes(cadre, above[cadre.unit], day)]


def _timed(material: _Material) -> Blueprint:
    """The blueprint with the sitting's own minutes, which papers and attempts share."""
    if material.plan.minutes is None:
        return material.blueprint
    return replace(material.blueprint, minutes=material.plan.minutes)


def _draw(material: _Material, key: bytes) -> Draw:
    return Draw(
        sitting=material.plan.code,
        title=material.plan.title,
        blueprint=_timed(material),
        key=key,
        dataset=material.dataset,
        dataset_digest=material.dataset_row.digest if material.dataset_row else "",
    )


def _assemble_all(material: _Material, draw: Draw) -> tuple[list[tuple[Cadre, Paper]], list[Gap]]:
    """A paper for each cadre; where one cannot be filled, the gaps, the same shortage told once for all it hits.

    Nobody gets a question that they wrote or read; cadres with the same places and no such question share their candidates.
    """
    bound: dict[str, Revision | None] = {}
    known: dict[tuple[frozenset[str], tuple[str, ...]], Candidates] = {}
    papers: list[tuple[Cadre, Paper]] = []
    hit: dict[str, tuple[Shortage, list[str]]] = {}
    for cadre in material.cadres:
        local = local_questions(material.templates, cadre, material.day, draw, bound)
        own = material.own.get(cadre.number, frozenset())
        same = (own, tuple(revision.question.uid for revision in local))
        if same not in known:
            pool = [revision for revision in (*material.general, *local) if base_uid(revision.question.uid) not in own]
            known[same] = candidates(pool, draw.blueprint)
        paper = assemble(draw, paper_key(draw.key, cadre.number), known[same])
        if paper is not None:
            papers.append((cadre, paper))
            continue
        for shortage in shortages(draw.blueprint, known[same]):
            hit.setdefault(shortage.explain().render(), (shortage, []))[1].append(f"{cadre.name}（{cadre.number}）")
    return papers, [Gap(shortage, tuple(names)) for shortage, names in hit.values()]


def _snapshot(material: _Material) -> dict[str, object]:
    """Everything besides the seed that the papers follow from; its digest is bound into the commitment."""
    return {
        "sitting": material.plan.code,
        "blueprint": material.blueprint_row.digest,
        "minutes": _timed(material).minutes,
        "dataset": material.dataset_row.digest if material.dataset_row else "",
        "day": material.day.isoformat(),
        "bank": _digests((r.question.uid, r.digest) for r in material.general),
        "templates": _digests((t.template.uid, t.digest) for t in material.templates),
        "roster": [cadre.number for cadre in material.cadres],
        "own": [[cadre.number, *sorted(material.own[cadre.number])] for cadre in material.cadres if cadre.number in material.own],
    }


def _digests(items: Iterable[tuple[str, str]]) -> list[list[str]]:
    return [[uid, digest] for uid, digest in items]


def _post_name(cadre: Cadre, day: date) -> str:
    post = main_post(cadre, day)
    return "" if post is None else post.title or POST_NAMES[post.kind]
