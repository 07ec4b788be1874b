"""Material + seed → papers: the personal part first, then the common part of all papers at once; knows no database.

Two snapshots are committed to: what the personal part follows from, and, with its outcome in it, what everything else follows from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from quiz.assembly.derive import FORM_NAMES, form_key
from quiz.assembly.draw import Drawn, draw
from quiz.assembly.local import Local, Member
from quiz.assembly.papers import Chosen, Sheet, make_paper
from quiz.assembly.plan import make_plan
from quiz.assembly.pool import Pool, make_pool
from quiz.assembly.problem import Desk, Problem
from quiz.assembly.snapshot import VERSION, write_local, write_problem
from quiz.core.collector import uncollected
from quiz.core.difficulty import facility
from quiz.core.paper import Paper
from quiz.core.question import base_uid
from quiz.core.rivals import find_rivals
from quiz.core.seed import exam_key, paper_key, snapshot_digest
from quiz.usecases.draw_gaps import Gap, banned, short, thin
from quiz.usecases.material import Material
from quiz.usecases.personal_part import Binder, settle_personal

OnPaper = Callable[[int, int], None]
"""Called after each paper with how many are made and how many there will be."""


def say_nothing(_made: int, _all: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Drawing:
    """A draw that is ready to be made: its problem and snapshot, the personal parts, and what the numbers stand for.

    With `gaps` there is no problem: nobody gets a paper.
    """

    material: Material
    pool: Pool
    members: list[Member]
    parts: list[Local]
    local_snapshot: dict[str, Any]
    problem: Problem | None = None
    gaps: tuple[Gap, ...] = ()

    @cached_property
    def snapshot(self) -> dict[str, Any]:
        """What the commitment binds besides the seed."""
        assert self.problem is not None
        return make_snapshot(self.local_snapshot, self.parts, self.problem)


def make_snapshot(local: dict[str, Any], parts: Sequence[Local], problem: Problem) -> dict[str, Any]:
    """Return the whole snapshot of a draw: the personal part, its outcome, and the problem."""
    return {"version": VERSION, "local": local, "chosen": write_local(parts), "draw": write_problem(problem)}


def settle(material: Material, seed: bytes) -> Drawing:
    """Settle the personal parts from the seed; says who cannot be given a paper and why. Plans nothing yet."""
    pool = make_pool(material.blueprint, material.general, material.known)
    personal = settle_personal(material, pool, seed)
    gaps = (*short(pool, personal.members, personal.parts), *thin(material.blueprint, pool, personal.members, personal.parts))
    return Drawing(material, pool, personal.members, personal.parts, personal.snapshot, gaps=gaps)


def prepare(material: Material, seed: bytes) -> Drawing:
    """Settle the personal parts from the seed and plan the common part; says who cannot be given a paper and why."""
    drawing = settle(material, seed)
    if drawing.gaps:
        return drawing
    pool, members = drawing.pool, drawing.members
    plan = make_plan(pool.cells, pool.limits, pool.sizes, material.plan.forms or len(members))
    assert plan is not None, "explain finds what a plan would not"
    problem = Problem(
        items=pool.items,
        cells=pool.cells,
        limits=pool.limits,
        tables=plan.tables,
        desks=_desks(drawing),
        rivals=_rivals(material, pool),
        topic_cap=material.blueprint.topic_cap,
        gap=2 * material.plan.columns,
        tolerance=int(material.plan.band.scaleb(2)) * 2 // 5,
        forms=material.plan.forms,
    )
    return replace(drawing, problem=problem)


def choose(drawing: Drawing, seed: bytes) -> tuple[Drawn, tuple[Gap, ...]]:
    """Draw all papers from the seed; gaps say whose paper no search could fill although the counts suffice."""
    assert drawing.problem is not None
    key = exam_key(seed, snapshot_digest(drawing.snapshot))
    drawn = draw(drawing.problem, key)
    return drawn, banned(drawing.problem, drawing.members, drawn, key)


def sheet_of(material: Material, pool: Pool) -> Sheet:
    """Return what all papers of the sitting share."""
    digest = material.dataset_row.digest if material.dataset_row else ""
    return Sheet(material.plan.code, material.plan.title, material.timed, pool.places, material.dataset, digest)


@uncollected()
def papers(drawing: Drawing, drawn: Drawn, seed: bytes, on_paper: OnPaper = say_nothing) -> list[Paper]:
    """Return the frozen paper of every cadre, in the order in which they sit."""
    key = exam_key(seed, snapshot_digest(drawing.snapshot))
    sheet = sheet_of(drawing.material, drawing.pool)
    bound = Binder(drawing.material.dataset, drawing.material.templates, key)
    out = []
    for number, (member, part, picks) in enumerate(zip(drawing.members, drawing.parts, drawn.papers, strict=True)):
        form = FORM_NAMES[drawn.forms[number]] if drawn.forms else ""
        local = [(cell, bound(uid)) for cell, uid in part.picks]
        shared, instead = split_picks(drawing.pool, picks)
        common = shared if form else [*shared, *instead, *local]
        own = [*instead, *local] if form else []
        out.append(make_paper(sheet, paper_key(key, member.number), common, own, form, form_key(key, form) if form else b""))
        on_paper(number + 1, len(drawing.members))
    return out


def split_picks(pool: Pool, picks: Sequence[tuple[int, int]]) -> tuple[list[Chosen], list[Chosen]]:
    """Return the common part and the stand-ins of a paper, with the questions that the numbers stand for."""
    shared = [(cell, pool.revisions[item]) for cell, item in picks if pool.cells[cell].instead_of < 0]
    return shared, [(cell, pool.revisions[item]) for cell, item in picks if pool.cells[cell].instead_of >= 0]


def _desks(drawing: Drawing) -> tuple[Desk, ...]:
    """What is settled about each paper before the draw, in numbers."""
    pool, material, numbers = drawing.pool, drawing.material, drawing.pool.numbers
    stand_in = {place.instead_of: index for index, place in enumerate(pool.places) if place.instead_of >= 0}
    shares = {template.template.uid: facility(template.template, material.known) for template in material.templates}
    return tuple(
        Desk(
            number=member.number,
            instead=tuple((stand_in[cell], n) for cell, n in part.instead),
            own=frozenset(numbers[uid] for uid in material.own.get(member.number, ()) if uid in numbers),
            seen=frozenset(numbers[uid] for uid in material.seen.get(member.number, ()) if uid in numbers),
            local=sum(pool.cells[cell].worth(shares[base_uid(uid)]) for cell, uid in part.picks),
        )
        for member, part in zip(drawing.members, drawing.parts, strict=True)
    )


def _rivals(material: Material, pool: Pool) -> tuple[tuple[int, ...], ...]:
    numbers = pool.numbers
    found = find_rivals([revision.question for revision in pool.revisions], material.blueprint.rivals)
    return tuple(tuple(numbers[uid] for uid in rivals.uids) for rivals in found)
