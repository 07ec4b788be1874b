"""The figures of a check: how cadres fare by kind of post, how many questions a paper has of what, on what the marks fall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from quiz.assembly.draw import Drawn
from quiz.assembly.local import share_of
from quiz.core.blueprint import OTHER_POSTS, band_of, source_level_of
from quiz.core.hundredths import to_hundredths
from quiz.core.question import base_uid
from quiz.usecases.draw_gaps import Gap
from quiz.usecases.drawing import Drawing


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Cadres of one kind of post with one share: how many, the local share allowed (None: all local slots) and reached, stand-ins, whom it fails.

    `reached` is a share of the marks; `instead` counts general questions in local slots and `missing` templates that lacked facts, both a person.
    `is_new` says that the share is that of a post begun lately.
    """

    post: str
    is_new: bool
    percent: int | None
    people: int
    reached: float
    instead: float
    missing: float
    without: int


def figures_by_group(prepared: Drawing, gaps: Sequence[Gap]) -> tuple[GroupFigures, ...]:
    """Return the cadres of a draw by kind of post and share; `gaps` name those who get no paper."""
    material, total = prepared.material, prepared.material.blueprint.total
    failed = {number for gap in gaps for number in gap.numbers}
    found: dict[tuple[str, int | None], list[int]] = {}
    for place, (member, cadre) in enumerate(zip(prepared.members, material.cadres, strict=True)):
        found.setdefault((member.group, share_of(material.blueprint, cadre, material.day)), []).append(place)
    usual = {share.post: share.percent for share in material.blueprint.shares}
    out = []
    for (post, percent), places in sorted(found.items(), key=lambda pair: (pair[0][0], pair[0][1] or 0)):
        parts = [prepared.parts[place] for place in places]
        marks = sum((prepared.pool.places[cell].owner.each for part in parts for cell, _ in part.picks), Decimal(0))
        out.append(
            GroupFigures(
                post=post,
                is_new=percent is not None and percent != usual.get(post, usual.get(OTHER_POSTS, 0)),
                percent=percent,
                people=len(places),
                reached=float(Fraction(marks) / Fraction(total) / len(places)) if total else 0.0,
                instead=sum(n for part in parts for _, n in part.instead) / len(places),
                missing=sum(len(part.missing) for part in parts) / len(places),
                without=sum(prepared.members[place].number in failed for place in places),
            )
        )
    return tuple(out)


def mean_counts(prepared: Drawing, drawn: Drawn) -> dict[tuple[str, int], float]:
    """Return how many questions of an area (or local folder) a paper has on average in a section."""
    pool, counts = prepared.pool, Counter[tuple[str, int]]()
    templates = {revision.template.uid: revision.template for revision in prepared.material.templates}
    for picks, part in zip(drawn.papers, prepared.parts, strict=True):
        counts.update((pool.revisions[item].question.area, pool.places[cell].section) for cell, item in picks)
        counts.update((templates[base_uid(uid)].category.partition("/")[0], pool.places[cell].section) for cell, uid in part.picks)
    return {place: number / len(drawn.papers) for place, number in counts.items()}


def mix_of_marks(prepared: Drawing, drawn: Drawn) -> dict[str, dict[StrEnum | str, float]]:
    """Return the share of all marks that falls on each level, difficulty band, weight class and source level; local questions have a level alone."""
    pool, material = prepared.pool, prepared.material
    levels = {revision.template.uid: revision.template.level for revision in material.templates}
    out: dict[str, Counter[StrEnum | str]] = {name: Counter() for name in ("level", "band", "weight", "source")}
    for picks, part in zip(drawn.papers, prepared.parts, strict=True):
        for cell, item in picks:
            question, each = pool.revisions[item].question, pool.cells[cell].each
            out["level"][question.level] += each
            out["band"][band_of(question)] += each
            out["weight"][question.weight_class] += each
            out["source"][source_level_of(question)] += each
        for cell, uid in part.picks:
            each = pool.cells[cell].each
            out["level"][levels[base_uid(uid)]] += each
            for name in ("band", "weight", "source"):
                out[name]["local"] += each
    whole = to_hundredths(material.blueprint.total) * len(drawn.papers)
    return {name: {key: marks / whole for key, marks in counts.items()} for name, counts in out.items()}
