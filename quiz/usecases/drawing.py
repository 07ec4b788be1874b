"""Material + seed → papers: the personal part first, then the common part of all papers at once; knows no database.

Two snapshots are committed to: what the personal part follows from, and, with its outcome in it, what everything else follows from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from quiz.assembly.blame import Ban, blame
from quiz.assembly.derive import FORM_NAMES, form_key
from quiz.assembly.draw import Drawn, draw
from quiz.assembly.explain import Shortage, explain
from quiz.assembly.local import Local, Member, choose_local, group_of, local_slots, share_of
from quiz.assembly.papers import Chosen, Sheet, make_paper
from quiz.assembly.plan import make_plan
from quiz.assembly.pool import PlacedCell, Pool, make_pool
from quiz.assembly.problem import Desk, Problem
from quiz.assembly.snapshot import VERSION, read_fits, read_members, write_local, write_problem
from quiz.core.blueprint import Blueprint, describe_cell
from quiz.core.collector import uncollected
from quiz.core.difficulty import Basis, basis, facility
from quiz.core.message import Message, join_messages, listed, say, with_code
from quiz.core.paper import Paper
from quiz.core.profile import Dataset, Place, Scope, own_places
from quiz.core.question import Question, Revision, base_uid
from quiz.core.rivals import find_rivals
from quiz.core.roster import Cadre
from quiz.core.seed import Stream, exam_key, paper_key, snapshot_digest
from quiz.core.template import Template, TemplateRevision, bind
from quiz.usecases.material import Material

MOST_BLAMED = 20
"""How many papers are looked at one by one when a draw fails: the search is exact and takes its time."""

PROBE = b"probe"
"""Whether a template binds at a place does not depend on chance: this key finds out, the sitting's own makes the question."""


OnPaper = Callable[[int, int], None]
"""Called after each paper with how many are made and how many there will be."""


def say_nothing(_made: int, _all: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Why some papers cannot be filled, and whose, by staff number."""

    why: Message
    numbers: tuple[str, ...]

    def told(self, cadres: Iterable[Cadre]) -> Message:
        """Return the gap in a sentence: why, how many papers it concerns, and of whom, the first three by name."""
        if not self.numbers:
            return self.why
        names = {cadre.number: cadre.name for cadre in cadres}
        some = listed(with_code(names[number], number) for number in self.numbers[:3])
        return say("{shortage}（影响{count}人，如{names}）", shortage=self.why, count=len(self.numbers), names=some)


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
    bindable = _bindable(material)
    local_snapshot, members, parts = _personal(material, pool, bindable, {}, seed)
    if material.had_local:
        had = _avoidable(material, parts, _personal(material, pool, bindable, material.had_local, seed)[2])
        local_snapshot, members, parts = _personal(material, pool, bindable, had, seed)
    gaps = (*_short(pool, members, parts), *_thin(material, pool, members, parts))
    return Drawing(material, pool, members, parts, local_snapshot, gaps=gaps)


Had = Mapping[str, frozenset[str]]
"""Bound questions by staff number."""


def _personal(
    material: Material, pool: Pool, bindable: dict[str, dict[str, Question]], had: Had, seed: bytes
) -> tuple[dict[str, Any], list[Member], list[Local]]:
    """Settle the personal parts without the bound questions that people `had`."""
    snapshot = _local_snapshot(material, pool, bindable, had)
    members = read_members(snapshot)
    key = exam_key(seed, snapshot_digest(snapshot))
    return snapshot, members, choose_local(members, pool.places, read_fits(snapshot), key)


def _avoidable(material: Material, usual: Sequence[Local], fresh: Sequence[Local]) -> Had:
    """What can be kept off papers: of those who would get as many local questions all the same."""
    return {
        cadre.number: material.had_local[cadre.number]
        for cadre, old, new in zip(material.cadres, usual, fresh, strict=True)
        if cadre.number in material.had_local and not new.short and len(new.picks) >= len(old.picks)
    }


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
    return drawn, _banned(drawing, drawn, key)


def _banned(drawing: Drawing, drawn: Drawn, key: bytes) -> tuple[Gap, ...]:
    """Why papers cannot be filled although the counts suffice: what stands in the way, told once for all whom it hits."""
    problem = drawing.problem
    assert problem is not None
    if problem.forms:  # a form must suit everybody
        own = frozenset().union(*(desk.own for desk in problem.desks))
        problem = replace(problem, desks=tuple(replace(desk, own=own) for desk in problem.desks))
    hit: dict[tuple[Ban, ...], list[str]] = {}
    for place in drawn.stuck[:MOST_BLAMED]:
        hit.setdefault(blame(problem, place, key), []).append(drawing.members[place].number)
    rest = [drawing.members[place].number for place in drawn.stuck[MOST_BLAMED:]]
    gaps = []
    for bans, numbers in hit.items():
        words = {
            Ban.OWN: say("考生本人命制或审核过的题"),
            Ban.RIVALS: say("不能同卷的题（{n}组）", n=len(problem.rivals)),
            Ban.TOPICS: say("每个知识点最多{n}题", n=problem.topic_cap),
        }
        listed = join_messages("；", [words[ban] for ban in bans])
        text = say("题数够，但受下面的限制，组不成一份完整的试卷：{bans}。请补充题目，或者放宽限制。", bans=listed)
        gaps.append(Gap(text, (*numbers, *rest)))
        rest = []
    return tuple(gaps)


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


class Binder:
    """Makes local questions by uid, each once for everybody who is asked it."""

    def __init__(self, dataset: Dataset | None, templates: Sequence[TemplateRevision], key: bytes) -> None:
        self._dataset = dataset
        self._places = dataset.index() if dataset else {}
        self._templates = {template.template.uid: template for template in templates}
        self._key = key
        self._made: dict[str, Revision] = {}

    def __call__(self, uid: str) -> Revision:
        """Return the bound question with this uid."""
        if uid not in self._made:
            name, _, code = uid.partition("@")
            template = self._templates[name]
            question = _bind(template, self._places[code], self._dataset, self._key)
            assert question is not None, "whether a template binds does not depend on chance"
            self._made[uid] = Revision(template.number, template.digest, question)
        return self._made[uid]


def _bind(template: TemplateRevision, place: Place, dataset: Dataset | None, key: bytes) -> Question | None:
    assert dataset is not None
    return bind(template.template, place, dataset, Stream(key, f"bind/{template.template.uid}@{place.code}"))


def _bindable(material: Material) -> dict[str, dict[str, Question]]:
    """For each template the places where it makes a question, with that question under the probe key."""
    if material.dataset is None:
        return {}
    places = sorted(material.dataset.places, key=lambda place: place.code)
    out: dict[str, dict[str, Question]] = {}
    for template in material.templates:
        kind = template.template.scope.kind
        made = {place.code: _bind(template, place, material.dataset, PROBE) for place in places if place.kind is kind}
        out[template.template.uid] = {code: question for code, question in made.items() if question is not None}
    return out


def _local_snapshot(material: Material, pool: Pool, bindable: dict[str, dict[str, Question]], had: Had) -> dict[str, Any]:
    """All that the personal part follows from besides the seed; what people `had` is not asked again."""
    index = material.dataset.index() if material.dataset else {}
    scopes = sorted({template.template.scope for template in material.templates})
    local = [(number, place) for number, place in enumerate(pool.places) if place.cell.is_local and place.instead_of < 0]
    fits = [[number, sorted(uid for uid, made in bindable.items() if _admits_any(place, made))] for number, place in local]
    roster = []
    for cadre in material.cadres:
        own = [*(uid for uid in material.own.get(cadre.number, ()) if uid in bindable), *had.get(cadre.number, ())]
        roster.append(roster_entry(material.blueprint, pool.places, cadre, material.day, scopes, index, own))
    return {
        "version": VERSION,
        "sitting": material.plan.code,
        "blueprint": material.blueprint_row.digest,
        "minutes": material.timed.minutes,
        "dataset": material.dataset_row.digest if material.dataset_row else "",
        "day": material.day.isoformat(),
        "avoid_last": material.plan.avoid_last,
        "templates": [[template.template.uid, template.digest] for template in material.templates],
        "scopes": {template.template.uid: template.template.scope.value for template in material.templates},
        "bindable": {uid: sorted(made) for uid, made in bindable.items()},
        "fits": fits,
        "roster": roster,
        "basis": _bases(material, pool),
    }


def _bases(material: Material, pool: Pool) -> dict[str, list[str]]:
    """The questions whose expected scores rest on statistics and on their setters, by uid; all others are assumed."""
    asked: list[Question | Template] = [*(revision.question for revision in pool.revisions), *(template.template for template in material.templates)]
    found: dict[str, list[str]] = {Basis.STATISTICS.value: [], Basis.SETTER.value: []}
    for question in asked:
        found.get(basis(question, material.known).value, []).append(question.uid)
    return {name: sorted(uids) for name, uids in found.items()}


def roster_entry(
    blueprint: Blueprint,
    places: Sequence[PlacedCell],
    cadre: Cadre,
    day: date,
    scopes: Iterable[Scope],
    index: dict[str, Place],
    own: Iterable[str],
) -> list[Any]:
    """Return a cadre as the snapshot of the personal part writes them down: number, group, local slots, places by scope, own templates."""
    wanted = local_slots(blueprint, places, share_of(blueprint, cadre, day))
    codes = {scope.value: [place.code for place in own_places(cadre, scope, day, index)] for scope in scopes}
    return [cadre.number, group_of(cadre, day), [list(pair) for pair in wanted], {s: c for s, c in codes.items() if c}, sorted(own)]


def _admits_any(place: PlacedCell, made: dict[str, Question]) -> bool:
    """True when the cell admits what a template makes; all its questions are alike to a cell."""
    return any(place.owner.admits(place.cell, question) for question in list(made.values())[:1])


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
            local=sum(pool.cells[cell].each * shares[base_uid(uid)] for cell, uid in part.picks),
        )
        for member, part in zip(drawing.members, drawing.parts, strict=True)
    )


def _rivals(material: Material, pool: Pool) -> tuple[tuple[int, ...], ...]:
    numbers = pool.numbers
    found = find_rivals([revision.question for revision in pool.revisions], material.blueprint.rivals)
    return tuple(tuple(numbers[uid] for uid in rivals.uids) for rivals in found)


def _short(pool: Pool, members: Sequence[Member], parts: Sequence[Local]) -> list[Gap]:
    """Local slots that neither a local nor a general question can fill, told once for all whom it hits."""
    hit: dict[tuple[int, int, int], list[str]] = {}
    for member, part in zip(members, parts, strict=True):
        for cell, lacking in part.short:
            wanted = dict(member.wanted)[cell]
            hit.setdefault((cell, wanted, wanted - lacking), []).append(member.number)
    out = []
    for (cell, wanted, have), numbers in sorted(hit.items()):
        place = pool.places[cell]
        lower = (say("给这一格写上 instead，让通用题代替"),)
        out.append(Gap(Shortage((describe_cell(place.owner, place.cell),), wanted, have, to_change=lower).explain(), tuple(numbers)))
    return out


def _thin(material: Material, pool: Pool, members: Sequence[Member], parts: Sequence[Local]) -> list[Gap]:
    """What the general questions cannot fill, for each pattern of stand-ins; the same shortage told once for all whom it hits."""
    patterns: dict[tuple[tuple[int, int], ...], list[str]] = {}
    for member, part in zip(members, parts, strict=True):
        patterns.setdefault(part.instead, []).append(member.number)
    hit: dict[str, tuple[Message, list[str]]] = {}
    for instead, numbers in patterns.items():
        for shortage in explain(material.blueprint, pool, instead):
            text = shortage.explain()
            hit.setdefault(text.render(), (text, []))[1].extend(numbers)
    return [Gap(text, tuple(numbers)) for text, numbers in hit.values()]
