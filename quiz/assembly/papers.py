"""Chosen questions → the frozen paper: their order, their options' order, the marks of a case's parts, and the rule that chose each slot."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import floor
from typing import TypeVar

from quiz.assembly.pool import PlacedCell
from quiz.core.blueprint import Blueprint
from quiz.core.hundredths import from_hundredths, to_hundredths
from quiz.core.message import say
from quiz.core.paper import Paper, PaperSection, Slot
from quiz.core.profile import Dataset
from quiz.core.question import Option, Question, QuestionType, Revision
from quiz.core.seed import Stream

Shown = dict[tuple[str | int, ...], Question]
"""Questions by their uid and the order in which their options are shown."""


@dataclass(frozen=True)
class Sheet:
    """What all papers of one sitting share: its code and title, the plan, its cells, and the local facts."""

    sitting: str
    title: str
    blueprint: Blueprint
    places: tuple[PlacedCell, ...]
    dataset: Dataset | None = None
    dataset_digest: str = ""
    shown: Shown = field(default_factory=dict, compare=False)
    """Each question in each order of its options that some paper shows: the same value for all of them."""

    @cached_property
    def rules(self) -> list[str]:
        """For each cell the rule by which its slots are filled, in the words that the paper keeps."""
        return [chosen_by(place) for place in self.places]

    @cached_property
    def sections(self) -> tuple[PaperSection, ...]:
        """The sections as printed."""
        return tuple(PaperSection(s.title, s.type, s.each, s.rule) for s in self.blueprint.sections)


Chosen = tuple[int, Revision]
"""A cell (by its place) and the question that stands in it."""

T = TypeVar("T")


def make_paper(sheet: Sheet, key: bytes, common: Sequence[Chosen], local: Sequence[Chosen] = (), form: str = "", form_key: bytes = b"") -> Paper:
    """Return the paper that `key` (its own) makes of the chosen questions; with a form, the form's key orders what its holders share."""
    ordered = in_order(sheet.places, common, local, key, form_key if form else key)
    slots: list[Slot] = []
    for cell, revision, mixer in ordered:
        slots += slots_for(sheet.places[cell], revision, mixer, len(slots) + 1, sheet.rules[cell], sheet.shown)
    return finish_paper(sheet, paper_code(key), slots, form)


def in_order(
    places: Sequence[PlacedCell], common: Sequence[tuple[int, T]], local: Sequence[tuple[int, T]], key: bytes, common_key: bytes
) -> list[tuple[int, T, bytes]]:
    """Return all that stands on a paper in its order, section by section, each with the key that also orders its options."""
    out: list[tuple[int, T, bytes]] = []
    for index in range(1 + max((place.section for place in places), default=-1)):
        for chosen, mixer, label in ((common, common_key, f"order/{index}"), (local, key, f"order/{index}/local")):
            here = [(cell, found) for cell, found in chosen if places[cell].section == index]
            out += [(cell, found, mixer) for cell, found in Stream(mixer, label).shuffled(here)]
    return out


def finish_paper(sheet: Sheet, code: str, slots: Sequence[Slot], form: str = "") -> Paper:
    """Return the paper with these slots, numbered through."""
    plan = sheet.blueprint
    return Paper(
        code=code,
        sitting=sheet.sitting,
        title=sheet.title,
        minutes=plan.minutes,
        total=plan.total,
        pass_mark=plan.pass_mark,
        sections=sheet.sections,
        slots=tuple(slot if slot.number == number else replace(slot, number=number) for number, slot in enumerate(slots, 1)),
        notes=plan.notes,
        dataset=sheet.dataset.id if sheet.dataset else "",
        dataset_digest=sheet.dataset_digest,
        dataset_as_of=sheet.dataset.as_of if sheet.dataset else None,
        form=form,
        contest=plan.contest,
    )


def paper_code(key: bytes) -> str:
    """Return the code printed on a paper: ten letters and digits that tell nothing of the person or the seed."""
    tag = hmac.new(key, b"code\0", hashlib.sha256).digest()
    text = base64.b32encode(tag).decode()[:10]
    return f"{text[:5]}-{text[5:]}"


def chosen_by(place: PlacedCell) -> str:
    """Return the rule by which a slot was filled, in the words that the paper keeps."""
    words = place.cell.describe()
    return (say("代替本地题：{cell}", cell=words) if place.instead_of >= 0 else words).render()


def slots_for(place: PlacedCell, revision: Revision, mixer: bytes, number: int = 1, rule: str = "", shown: Shown | None = None) -> list[Slot]:
    """Return the slot of a question, or the slots of a case's parts, which share the marks in proportion to their own, numbered from `number`.

    `rule` spares the words of the cell where they are known, `shown` remembers questions by the order of their options.
    """
    rule, case, each = rule or chosen_by(place), revision.question, place.owner.each
    if not case.parts:
        return [Slot(number, place.section, _shuffled(case, mixer, shown), revision.number, revision.digest, each, rule)]
    marks = split_marks(each, [part.part_marks for part in case.parts])
    return [
        Slot(
            number + i,
            place.section,
            _shuffled(part, mixer, shown),
            revision.number,
            revision.digest,
            mark,
            rule,
            case.uid,
            case.stem,
            part=i + 1,
            situation_picture=case.picture,
        )
        for i, (part, mark) in enumerate(zip(case.parts, marks, strict=True))
    ]


def option_orders(uid: str, ids: Sequence[str], mixer: bytes, is_ordering: bool = False) -> list[list[str]]:
    """Return the orders in which a question's options may stand under a key: one; of an ordering also the one that it falls back to."""
    order = Stream(mixer, f"opt/{uid}").shuffled(ids)
    return [order, [*order[1:], order[0]]] if is_ordering else [order]


def _shuffled(question: Question, key: bytes, shown: Shown | None) -> Question:
    if not question.options or question.keep_order:
        return question
    order = Stream(key, f"opt/{question.uid}").shuffled(range(len(question.options)))
    known = None if shown is None else shown.get((question.uid, *order))
    if known is None:
        known = question.with_options(_as_shown(question, order))
        if shown is not None:
            shown[question.uid, *order] = known
    return known


def _as_shown(question: Question, order: Sequence[int]) -> tuple[Option, ...]:
    """The options in this order; an ordering never stands in its right order already."""
    options = tuple(question.options[index] for index in order)
    if question.type is QuestionType.ORDERING and {f"{i}{option.id}" for i, option in enumerate(options, 1)} == question.key:
        return (*options[1:], options[0])
    return options


def split_marks(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Return `total` shared out in proportion to `weights`, in whole hundredths that add up exactly; leftovers go to the largest rests."""
    whole = to_hundredths(total)
    exact = [Fraction(whole) * Fraction(weight) / Fraction(sum(weights)) for weight in weights]
    shares = [floor(value) for value in exact]
    by_rest = sorted(range(len(shares)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_rest[: whole - sum(shares)]:
        shares[i] += 1
    return [from_hundredths(share) for share in shares]
