"""How the papers of a sitting were drawn, told from a draw in hand or, years later, from the stored snapshot and papers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from quiz.assembly.derive import FORM_NAMES
from quiz.assembly.draw import Drawn
from quiz.assembly.local import Local, choose_local
from quiz.assembly.pool import PlacedCell, placed_cells
from quiz.assembly.problem import Desk, Problem
from quiz.assembly.report import Exposure, exposure_of
from quiz.assembly.scores import Outlook, Parallel, compare, outlook, worth_in
from quiz.assembly.seating import Overlap, overlap
from quiz.assembly.snapshot import VERSION, read_fits, read_members, read_problem
from quiz.assembly.stand_in import StandIn, Why, stand_ins
from quiz.core.access import Action, Actor
from quiz.core.blueprint import Blueprint, Section
from quiz.core.contest import Contest
from quiz.core.difficulty import Basis
from quiz.core.hundredths import from_hundredths, to_hundredths
from quiz.core.message import QuizError, say
from quiz.core.question import base_uid
from quiz.core.roster import POST_NAMES, PostKind
from quiz.core.seed import exam_key, snapshot_digest
from quiz.storage import banks, papers, sittings
from quiz.storage.sittings import Seat
from quiz.storage.tables import SittingRow
from quiz.usecases.drawing import Drawing
from quiz.usecases.results import sitting_for

Asked = list[tuple[Section, int]]
"""The general questions of a paper: marks in hundredths, and the item."""


@dataclass(frozen=True)
class DrawReport:
    """A draw in figures that people can judge. `repaired` is None where only a draw in hand could tell; `later` papers came after the draw.

    `avoid_last` is None for draws that did not write it down; `bases` count the different questions on the papers.
    """

    forms: int
    papers: int
    columns: int
    band: Decimal
    avoid_last: int | None
    total: Decimal
    pass_mark: Decimal
    parallel: tuple[Parallel, ...]
    bases: Mapping[Basis, int]
    exposure: Exposure
    neighbours: Overlap
    seen: int
    seen_papers: int
    local: int
    stand_ins: tuple[StandIn, ...]
    repaired: int | None = None
    later: int = 0

    @property
    def general(self) -> int:
        """How many local slots a general question takes, over all papers."""
        return sum(found.count for found in self.stand_ins)

    @property
    def difference(self) -> float:
        """By how many hundredths of a mark the expected scores differ: the forms' means where there are several, else those of the papers."""
        everyone, *forms = self.parallel
        means = [row.mean for row in forms] or [everyone.least, everyone.most]
        return max(means) - min(means)

    @property
    def fallbacks(self) -> tuple[StandIn, ...]:
        """The stand-ins for a template that was meant and did not bind."""
        return tuple(found for found in self.stand_ins if found.template)

    def by_template(self) -> list[tuple[str, Why, int]]:
        """Return how many general questions stand in for each template and why, the most first."""
        counts: Counter[tuple[str, Why]] = Counter()
        for found in self.fallbacks:
            counts[found.template, found.why] += found.count
        return [(template, why, count) for (template, why), count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]

    def by_group(self) -> list[tuple[str, Why, int, int]]:
        """Return (name of the post, why, papers, slots) for each group of alike posts."""
        slots: Counter[tuple[str, Why]] = Counter()
        people: dict[tuple[str, Why], set[str]] = {}
        for found in self.stand_ins:
            slots[found.group, found.why] += found.count
            people.setdefault((found.group, found.why), set()).add(found.number)
        order = ["", *PostKind]
        keys = sorted(slots, key=lambda key: (order.index(key[0]), list(Why).index(key[1])))
        return [(group_name(group), why, len(people[group, why]), slots[group, why]) for group, why in keys]


@dataclass(frozen=True)
class DrawView:
    """A stored sitting with its draw; `listed` are the fallbacks of those within the reader's authority."""

    sitting: SittingRow
    report: DrawReport
    listed: tuple[tuple[Seat, StandIn], ...]


def group_name(group: str) -> str:
    """Return the name of a group of alike posts; "" for those without a post."""
    return POST_NAMES[PostKind(group)] if group else ""


def describe(drawing: Drawing, drawn: Drawn) -> DrawReport:
    """Return the report of a draw in hand."""
    assert drawing.problem is not None
    asked = [[(drawing.pool.places[cell].owner, item) for cell, item in picks] for picks in drawn.papers]
    forms = [FORM_NAMES[form] for form in drawn.forms] or [""] * len(asked)
    drawn_from = (drawing.material.blueprint, drawing.pool.places, drawing.local_snapshot, drawing.problem, drawing.parts)
    return _report(*drawn_from, asked, forms, repaired=drawn.repaired)


def read_report(session: Session, actor: Actor, code: str, now: datetime) -> DrawView:
    """Return a sitting and how its papers were drawn.

    NotFound without such a sitting; Forbidden to one of its own candidates while it may still be sat; QuizError `no_draw` for papers drawn by
    older rules.
    """
    sitting, scope = sitting_for(session, actor, Action.SCHEDULE, code, now)
    snapshot = json.loads(sitting.snapshot)
    if snapshot.get("version") != VERSION:
        raise QuizError("no_draw", say("这场考试的试卷由旧版程序抽取，没有留下可供分析的记录。"))
    local, problem = snapshot["local"], read_problem(snapshot["draw"])
    blueprint = banks.read_document(banks.document_by_id(session, sitting.blueprint_id), Blueprint)
    places = placed_cells(blueprint)
    parts = choose_local(read_members(local), places, read_fits(local), exam_key(sitting.seed, snapshot_digest(local)))
    numbers = {item.uid: number for number, item in enumerate(problem.items)}
    stored = papers.papers_as_drawn(session, sitting)
    found = [stored[seat] for seat in range(1, len(problem.desks) + 1)]
    asked = [_read_asked(blueprint, numbers, uids) for _, uids in found]
    later = papers.count_papers(session, sitting) - len(problem.desks)
    report = _report(blueprint, places, local, problem, parts, asked, [form for form, _ in found], later=later)
    seats = {seat.cadre.number: seat for seat in sittings.seats_of_sitting(session, sitting, scope, with_content=False)}
    return DrawView(sitting, report, tuple((seats[found.number], found) for found in report.fallbacks if found.number in seats))


def _read_asked(blueprint: Blueprint, numbers: Mapping[str, int], uids: Sequence[str]) -> Asked:
    """The general questions among the slots of a paper, which stand section by section; the parts of a case are one question."""
    questions = [uid for place, uid in enumerate(uids) if not place or uid != uids[place - 1] or uid not in numbers]
    owners = [section for section in blueprint.sections for _ in range(section.count)]
    return [(section, numbers[uid]) for section, uid in zip(owners, questions, strict=True) if uid in numbers]


def _report(
    blueprint: Blueprint,
    places: Sequence[PlacedCell],
    local: Mapping[str, Any],
    problem: Problem,
    parts: Sequence[Local],
    asked: Sequence[Asked],
    forms: Sequence[str],
    repaired: int | None = None,
    later: int = 0,
) -> DrawReport:
    outlooks = [
        _outlook(problem, desk, [places[cell].owner for cell, _ in part.picks], found, blueprint.contest)
        for desk, part, found in zip(problem.desks, parts, asked, strict=True)
    ]
    sets = [frozenset(item for _, item in found) for found in asked]
    columns = problem.gap // 2
    helped = {n: p.cell.count for n, p in enumerate(places) if p.cell.is_local and p.instead_of < 0 and p.cell.instead is not None}
    had = [len(desk.seen & found) for desk, found in zip(problem.desks, sets, strict=True)]
    return DrawReport(
        forms=min(problem.forms, len(problem.desks)),
        papers=len(asked),
        columns=columns,
        band=from_hundredths(problem.tolerance * 5 // 2),
        avoid_last=local.get("avoid_last"),
        total=blueprint.total,
        pass_mark=blueprint.pass_mark,
        parallel=compare(list(zip(forms, outlooks, strict=True)), to_hundredths(blueprint.pass_mark)),
        bases=_bases(local.get("basis"), problem, parts, sets),
        exposure=exposure_of(problem, sets, forms),
        neighbours=overlap(sets, columns or len(sets) or 1),
        seen=sum(had),
        seen_papers=sum(count > 0 for count in had),
        local=sum(p.cell.count for p in places if p.cell.is_local and p.instead_of < 0) * len(asked),
        stand_ins=tuple(stand_ins(local, parts, helped)),
        repaired=repaired,
        later=later,
    )


def _outlook(problem: Problem, desk: Desk, local: Sequence[Section], general: Asked, contest: Contest) -> Outlook:
    """A paper's outlook; the snapshot keeps the expected marks of the local questions as one sum, so each of them gets their mean facility."""
    share = desk.local / sum(to_hundredths(section.each) for section in local) if local else 0.0
    worths = [*(worth_in(section, problem.items[item].facility) for section, item in general), *(worth_in(section, share) for section in local)]
    return outlook(worths, contest)


def _bases(
    written: Mapping[str, Sequence[str]] | None, problem: Problem, parts: Sequence[Local], papers: Sequence[frozenset[int]]
) -> dict[Basis, int]:
    """Count what the expectations of the questions on the papers rest on; empty when the draw did not write it down."""
    if written is None:
        return {}
    uids = {problem.items[item].uid for paper in papers for item in paper} | {base_uid(uid) for part in parts for _, uid in part.picks}
    known = {uid: Basis(name) for name, found in written.items() for uid in found}
    counts = Counter(known.get(uid, Basis.ASSUMED) for uid in uids)
    return {basis: counts[basis] for basis in Basis}
