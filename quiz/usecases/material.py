"""All that a draw of papers needs, read once from the database: plan, blueprint, local facts, cadres, questions and what people had before."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from quiz.core.blueprint import Blueprint
from quiz.core.difficulty import Facilities
from quiz.core.message import QuizError, say
from quiz.core.plan import SittingPlan
from quiz.core.practice import is_for_practice
from quiz.core.profile import Dataset
from quiz.core.question import Revision
from quiz.core.roster import Cadre
from quiz.core.template import TemplateRevision
from quiz.storage import banks, questions_asked, rosters
from quiz.storage.tables import DocumentRow


@dataclass(frozen=True)
class Material:
    """What a draw depends on besides its seed. `cadres` stand in the order in which they sit; `own` and `seen` name questions by cadre.

    `had_local` are the bound questions that they had in the sitting which this one makes up for.
    """

    plan: SittingPlan
    blueprint: Blueprint
    blueprint_row: DocumentRow
    dataset: Dataset | None
    dataset_row: DocumentRow | None
    cadres: list[Cadre]
    general: list[Revision]
    templates: list[TemplateRevision]
    day: date
    own: dict[str, frozenset[str]] = field(default_factory=dict)
    seen: dict[str, frozenset[str]] = field(default_factory=dict)
    had_local: dict[str, frozenset[str]] = field(default_factory=dict)
    known: Facilities = field(default_factory=dict)

    @property
    def timed(self) -> Blueprint:
        """The blueprint with the sitting's own minutes, which papers and attempts share."""
        return self.blueprint if self.plan.minutes is None else replace(self.blueprint, minutes=self.plan.minutes)


def gather(session: Session, plan: SittingPlan, zone: ZoneInfo, scope: str) -> Material:
    """Read the material of a plan. QuizError `unknown_blueprint`, `unknown_profile`, `nobody`."""
    row = banks.get_document(session, banks.BLUEPRINT, plan.blueprint)
    if row is None:
        raise QuizError("unknown_blueprint", say("没有已发布的命题蓝图{code}。", code=plan.blueprint))
    material = gather_for(session, plan, banks.read_document(row, Blueprint), row, zone, scope)
    if not material.cadres:
        raise QuizError("nobody", say("没有符合条件的考生，请检查参考范围。"))
    return material


def gather_for(session: Session, plan: SittingPlan, blueprint: Blueprint, row: DocumentRow, zone: ZoneInfo, scope: str) -> Material:
    """Read the material of a plan by a blueprint that may not be published, for whoever there is. QuizError `unknown_profile`."""
    dataset_row = banks.get_document(session, banks.DATASET, plan.profile) if plan.profile else None
    if plan.profile and dataset_row is None:
        raise QuizError("unknown_profile", say("没有已发布的本地资料{code}。", code=plan.profile))
    seen = questions_asked.recent_questions(session, plan.opens_at, plan.avoid_last)
    had = questions_asked.questions_of_chain(session, plan.makes_up.sitting) if plan.makes_up else {}
    first, last = plan.opens_at.astimezone(zone).date(), plan.closes_at.astimezone(zone).date()
    return Material(
        plan=plan,
        blueprint=blueprint,
        blueprint_row=row,
        dataset=banks.read_document(dataset_row, Dataset) if dataset_row else None,
        dataset_row=dataset_row,
        cadres=_candidates(session, plan, first, scope),
        general=[found for found in banks.questions_valid_in(session, first, last) if not is_for_practice(found.question)],
        templates=banks.current_templates(session) if dataset_row else [],
        day=first,
        own=own_questions(session),
        seen={number: seen.get(number, frozenset()) | had.get(number, frozenset()) for number in seen | had},
        had_local=questions_asked.bound_of_chain(session, plan.makes_up.sitting) if plan.makes_up and dataset_row else {},
        known=questions_asked.facilities(session, plan.opens_at),
    )


def own_questions(session: Session) -> dict[str, frozenset[str]]:
    """Return what each cadre wrote or read, by staff number."""
    written = banks.own_questions(session)
    return {number: frozenset(written[row.id]) for number, row in rosters.cadre_rows(session).items() if row.id in written}


def _candidates(session: Session, plan: SittingPlan, day: date, scope: str) -> list[Cadre]:
    """Who sits, by unit and staff number: the order of the room lists."""
    units = rosters.units_by_code(session)
    above = {code: frozenset(row.path.strip("/").split("/")) for code, row in units.items()}
    found = [cadre for cadre in rosters.list_cadres(session, scope) if plan.group.includes(cadre, above[cadre.unit], day)]
    return sorted(found, key=lambda cadre: (units[cadre.unit].path, cadre.number))
