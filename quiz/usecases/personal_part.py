"""The personal part of papers: which templates bind where, what each cadre is asked of their own places; knows no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from quiz.assembly.local import Local, Member, choose_local, group_of, local_slots, share_of
from quiz.assembly.pool import PlacedCell, Pool
from quiz.assembly.snapshot import VERSION, read_fits, read_members
from quiz.core.blueprint import Blueprint
from quiz.core.difficulty import Basis, basis
from quiz.core.profile import Dataset, Place, Scope, own_places
from quiz.core.question import Question, Revision
from quiz.core.roster import Cadre
from quiz.core.seed import Stream, exam_key, snapshot_digest
from quiz.core.template import Template, TemplateRevision, bind
from quiz.usecases.material import Material

PROBE = b"probe"
"""Whether a template binds at a place does not depend on chance: this key finds out, the sitting's own makes the question."""

Had = Mapping[str, frozenset[str]]
"""Bound questions by staff number."""


@dataclass(frozen=True, slots=True)
class Personal:
    """The personal parts as they were settled: what they follow from besides the seed, and who gets which."""

    snapshot: dict[str, Any]
    members: list[Member]
    parts: list[Local]


def settle_personal(material: Material, pool: Pool, seed: bytes) -> Personal:
    """Settle the personal parts from the seed, without what people had where it can be kept off their papers."""
    bindable = _bindable(material)
    found = _personal(material, pool, bindable, {}, seed)
    if material.had_local:
        had = _avoidable(material, found.parts, _personal(material, pool, bindable, material.had_local, seed).parts)
        found = _personal(material, pool, bindable, had, seed)
    return found


def _personal(material: Material, pool: Pool, bindable: dict[str, dict[str, Question]], had: Had, seed: bytes) -> Personal:
    """Settle the personal parts without the bound questions that people `had`."""
    snapshot = _local_snapshot(material, pool, bindable, had)
    members = read_members(snapshot)
    key = exam_key(seed, snapshot_digest(snapshot))
    return Personal(snapshot, members, choose_local(members, pool.places, read_fits(snapshot), key))


def _avoidable(material: Material, usual: Sequence[Local], fresh: Sequence[Local]) -> Had:
    """What can be kept off papers: of those who would get as many local questions all the same."""
    return {
        cadre.number: material.had_local[cadre.number]
        for cadre, old, new in zip(material.cadres, usual, fresh, strict=True)
        if cadre.number in material.had_local and not new.short and len(new.picks) >= len(old.picks)
    }


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
