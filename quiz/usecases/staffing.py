"""Who may mark a sitting: counted before it is made, held and marked, so that no text waits for somebody who is not there."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy.orm import Session

from quiz.core.access import POLICY, Action
from quiz.core.blueprint import Blueprint, Section
from quiz.core.plan import SittingPlan
from quiz.core.roster import Cadre
from quiz.core.staffing import Staffing, wanted_for
from quiz.storage import accounts, amendments, rosters, sittings
from quiz.storage.accounts import Holder
from quiz.storage.tables import SittingRow


def for_plan(session: Session, plan: SittingPlan, blueprint: Blueprint, cadres: Iterable[Cadre]) -> Staffing:
    """Return whether enough accounts may mark a sitting of this plan, for these people."""
    units, people = rosters.units_by_code(session), list(cadres)
    paths = {units[cadre.unit].path for cadre in people if cadre.unit in units}
    sits = {cadre.number for cadre in people}
    able = [one for one in _holders(session) if one.number not in sits and all(path.startswith(one.path) for path in paths)]
    return Staffing(len(able), wanted_for(blueprint.sections, plan.markers), plan.margin_percent)


def for_sitting(session: Session, sitting: SittingRow, sections: Iterable[Section]) -> Staffing:
    """Return whether enough accounts may mark a sitting."""
    able = able_to_mark(session, sitting)
    numbers = [one.number for one in able if one.number]
    sits = {seat.cadre.number for seat in sittings.seats_of_sitting(session, sitting, numbers=numbers, with_content=False)} if numbers else set()
    return Staffing(sum(one.number not in sits for one in able), wanted_for(sections, sitting.markers), sitting.margin_percent)


def able_to_mark(session: Session, sitting: SittingRow) -> list[Holder]:
    """Return the accounts that may mark every paper of a sitting, but for what they wrote themselves."""
    holders = _holders(session)
    whole = {path for path in {one.path for one in holders} if not amendments.papers_outside(session, sitting, path)}
    return [one for one in holders if one.path in whole]


def _holders(session: Session) -> Collection[Holder]:
    return accounts.holders(session, POLICY[Action.JUDGE])
