"""Several sittings beside each other, within the reader's authority; compared only on questions that both asked in the same wording."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.contest import Contest
from quiz.core.hundredths import from_hundredths
from quiz.core.message import QuizError, say
from quiz.core.over_time import OverTime, SittingChoice, SittingPoint
from quiz.core.sitting import Phase
from quiz.core.statistics import gates
from quiz.core.statistics.asked import item_names
from quiz.core.unit_report import EXCELLENT, whole
from quiz.storage import item_marks, report_rows, sittings
from quiz.storage.tables import SittingRow
from quiz.usecases.reporting import check_percent, sitting_to_report

if TYPE_CHECKING:
    from quiz.core.statistics.linking import Link  # numpy is loaded when it is needed
    from quiz.core.statistics.marks import MarkTable

MOST = 6
"""Sittings beside each other."""

Linker = Callable[[str, str], "Link | None"]
"""Gives the change from one sitting to another, by their codes."""


def list_closed(session: Session, actor: Actor, now: datetime) -> list[SittingRow]:
    """Return the sittings that are over and have a paper within the actor's authority, the latest first."""
    scope = actor.require(Action.READ_RESULTS)
    counts = sittings.progress(session, scope)
    return [row for row in sittings.list_sittings(session) if row.id in counts and sittings.window_of(row).phase(now) is Phase.CLOSED]


def read_over_time(
    session: Session, actor: Actor, codes: Sequence[str], now: datetime, excellent: int = EXCELLENT, linker: Linker | None = None
) -> OverTime:
    """Return the chosen sittings, by default the last ones made from the blueprint of the first of `codes`, or of the latest.

    QuizError `too_many_sittings`, `bad_percent`. `linker` may answer from memory what `link_sittings` would work out.
    """
    scope = actor.require(Action.READ_RESULTS)
    check_percent(excellent)
    closed = list_closed(session, actor, now)
    chosen = _choose(session, closed, codes)
    links: list[Link | None] = [None]
    work_out = linker or (lambda before, after: link_sittings(session, actor, before, after, now))
    links += [work_out(before.code, after.code) for before, after in pairwise(chosen)]
    points = []
    for number, (sitting, link) in enumerate(zip(chosen, links, strict=False)):
        row = whole(report_rows.tallies(session, sitting, excellent, scope))
        full = from_hundredths(sitting.max_mark)
        contests = [Contest(one.contest).takes_marks for one in chosen[max(0, number - 1) : number + 1]]
        points.append(SittingPoint(sitting.code, sitting.title, sitting.opens_at, full, row, number == 0, link, contests[-1], any(contests)))
    choices = tuple(SittingChoice(row.code, row.title, row.opens_at, row in chosen) for row in closed)
    return OverTime(tuple(points), choices, excellent)


def _choose(session: Session, closed: Sequence[SittingRow], codes: Sequence[str]) -> list[SittingRow]:
    """The sittings to show, the earliest first."""
    wanted = [row for row in closed if row.code in codes]
    if len(wanted) > MOST:
        raise QuizError("too_many_sittings", say("一次最多比较{most}场考试。", most=MOST))
    if len(wanted) < 2 and closed:
        blueprints = report_rows.blueprint_codes(session)
        like = blueprints[(wanted or closed)[0].blueprint_id]
        wanted = [row for row in closed if blueprints[row.blueprint_id] == like][:MOST]
    return wanted[::-1]


def state_of_link(session: Session, actor: Actor, before: str, after: str, now: datetime) -> tuple[object, ...]:
    """Return something that is the same as long as `link_sittings` would say the same to this actor; refusals as there."""
    scope = actor.require(Action.READ_RESULTS)
    found = [sitting_to_report(session, code, scope, now) for code in (before, after)]
    return scope, *((sitting.id, *item_marks.newest_change(session, sitting)) for sitting in found)


def link_sittings(session: Session, actor: Actor, before: str, after: str, now: datetime) -> Link | None:
    """Return how much more was earned in the later sitting on the questions that both asked, with those within the actor's authority.

    None where they share too few. NotFound; QuizError `not_closed`.
    """
    from quiz.core.statistics.linking import link

    scope = actor.require(Action.READ_RESULTS)
    found = [sitting_to_report(session, code, scope, now) for code in (before, after)]
    asked = [item_marks.plain_uses(session, sitting) for sitting in found]
    shared = sorted(asked[0] & asked[1])
    if len(shared) < gates.LINK:
        return None
    items = {uid: number for number, (uid, _) in enumerate(shared)}
    return link(*(_table(session, sitting, items, scope) for sitting in found))


def _table(session: Session, sitting: SittingRow, items: dict[str, int], scope: str) -> MarkTable:
    """The marks of a sitting on these questions; all others are one more item that nobody looks at."""
    from quiz.core.statistics.shares import Rows

    other = len(items)
    papers = []
    for grading, questions in item_marks.asked_papers(session, sitting, scope):
        numbers = [items.get(name, other) for name in item_names(questions, frozenset())]
        papers.append((grading, numbers, [0] * len(numbers)))
    rows = Rows(papers, other + 1)
    for block in item_marks.bare_marks(session, sitting, scope):
        rows.add(*block)
    table = rows.gather().table
    return table.only(table.item < other)
