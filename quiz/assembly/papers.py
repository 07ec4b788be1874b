"""Chosen questions → the frozen paper: their order, their options' order, the marks of a case's parts, and the rule that chose each slot."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import floor

from quiz.assembly.pool import PlacedCell
from quiz.core.blueprint import Blueprint
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


def make_paper(sheet: Sheet, key: bytes, common: Sequence[Chosen], local: Sequence[Chosen] = (), form: str = "", form_key: bytes = b"") -> Paper:
    """Return the paper that `key` (its own) makes of the chosen questions; with a form, the form's key orders what its holders share."""
    plan = sheet.blueprint
    slots: list[Slot] = []
    for index in range(len(plan.sections)):
        for shared, chosen in ((True, common), (False, local)):
            drawn = [(cell, revision) for cell, revision in chosen if sheet.places[cell].section == index]
            mixer = form_key if shared and form else key
            for cell, revision in Stream(mixer, f"order/{index}" if shared else f"order/{index}/local").shuffled(drawn):
                slots += _slots(len(slots) + 1, sheet.places[cell], sheet.rules[cell], revision, mixer, sheet.shown)
    return Paper(
        code=paper_code(key),
        sitting=sheet.sitting,
        title=sheet.title,
        minutes=plan.minutes,
        total=plan.total,
        pass_mark=plan.pass_mark,
        sections=sheet.sections,
        slots=tuple(slots),
        notes=plan.notes,
        dataset=sheet.dataset.id if sheet.dataset else "",
        dataset_digest=sheet.dataset_digest,
        dataset_as_of=sheet.dataset.as_of if sheet.dataset else None,
        form=form,
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


def _slots(number: int, place: PlacedCell, rule: str, revision: Revision, key: bytes, shown: Shown) -> list[Slot]:
    """The slot of a question, or the slots of a case's parts, which share the marks in proportion to their own."""
    case, each = revision.question, place.owner.each
    if not case.parts:
        return [Slot(number, place.section, _shuffled(case, key, shown), revision.number, revision.digest, each, rule)]
    marks = split_marks(each, [part.part_marks for part in case.parts])
    return [
        Slot(
            number + i,
            place.section,
            _shuffled(part, key, shown),
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


def _shuffled(question: Question, key: bytes, shown: Shown) -> Question:
    if not question.options or question.keep_order:
        return question
    order = Stream(key, f"opt/{question.uid}").shuffled(range(len(question.options)))
    known = shown.get((question.uid, *order))
    if known is None:
        known = shown[question.uid, *order] = question.with_options(_in_order(question, order))
    return known


def _in_order(question: Question, order: Sequence[int]) -> tuple[Option, ...]:
    """The options in this order; an ordering never stands in its right order already."""
    options = tuple(question.options[index] for index in order)
    if question.type is QuestionType.ORDERING and {f"{i}{option.id}" for i, option in enumerate(options, 1)} == question.key:
        return (*options[1:], options[0])
    return options


def split_marks(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Return `total` shared out in proportion to `weights`, in whole hundredths that add up exactly; leftovers go to the largest rests."""
    hundredths = int(total.scaleb(2))
    exact = [Fraction(hundredths) * Fraction(weight) / Fraction(sum(weights)) for weight in weights]
    shares = [floor(value) for value in exact]
    by_rest = sorted(range(len(shares)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_rest[: hundredths - sum(shares)]:
        shares[i] += 1
    return [Decimal(share).scaleb(-2) for share in shares]
