"""Blueprint + questions + key → paper: every cell exactly filled or the shortage named; never a shorter paper.

A paper is a matching of its slots to different questions. Candidates of a cell stand in an order drawn from the paper's key, slots
take the first free one, and where cells compete for the same questions an augmenting path moves earlier slots aside: a paper is
found whenever one exists. Where no two cells share a question, each cell's questions are a uniform draw; where cells overlap the
draw is fair to every question order but not exactly uniform.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

from quiz.core.blueprint import Blueprint, Cell, Section, describe_cell
from quiz.core.message import Message, say
from quiz.core.paper import Paper, PaperSection, Slot
from quiz.core.profile import Dataset, Place, own_places
from quiz.core.question import Question, QuestionType, Revision
from quiz.core.roster import Cadre
from quiz.core.seed import Stream
from quiz.core.template import Template, bind


@dataclass(frozen=True, slots=True)
class TemplateRevision:
    """A published, immutable state of a template."""

    number: int
    digest: str
    template: Template


@dataclass(frozen=True, slots=True)
class Shortage:
    """Cells that together need more questions than they have; one cell, or several that compete for the same questions."""

    cells: tuple[Message, ...]
    needed: int
    available: int

    def explain(self) -> Message:
        """Return what is short, by how much."""
        joined = Message(" + ".join(f"{{c{i}}}" for i in range(len(self.cells))), {f"c{i}": cell for i, cell in enumerate(self.cells)})
        short = self.needed - self.available
        return say("需要{needed}题，只有{available}题，缺{short}题：{cells}", needed=self.needed, available=self.available, short=short, cells=joined)


@dataclass(frozen=True, slots=True)
class Draw:
    """What all papers of one sitting share: its code and title, the plan, and the sitting's key."""

    sitting: str
    title: str
    blueprint: Blueprint
    key: bytes
    dataset: Dataset | None = None
    dataset_digest: str = ""


def local_questions(templates: Sequence[TemplateRevision], cadre: Cadre, day: date, draw: Draw, cache: dict[str, Revision | None]) -> list[Revision]:
    """Return every template bound to each of the cadre's own places; a template whose facts are missing there is left out.

    `cache` is shared by the cadres of one draw: the same template and place give the same question to everyone.
    """
    if draw.dataset is None:
        return []
    places = draw.dataset.index()
    out = []
    for template in templates:
        for place in own_places(cadre, template.template.scope, day, places):
            revision = _bound(template, place, draw, cache)
            if revision is not None:
                out.append(revision)
    return out


def _bound(template: TemplateRevision, place: Place, draw: Draw, cache: dict[str, Revision | None]) -> Revision | None:
    uid = f"{template.template.uid}@{place.code}"
    if uid not in cache:
        assert draw.dataset is not None
        question = bind(template.template, place, draw.dataset, Stream(draw.key, f"bind/{uid}"))
        cache[uid] = None if question is None else Revision(template.number, template.digest, question)
    return cache[uid]


Candidates = list[list[Revision]]
"""For each cell of each section, in order, the questions that may stand there, by uid."""


def candidates(pool: Sequence[Revision], blueprint: Blueprint) -> Candidates:
    """Return which questions of `pool` each cell of the blueprint may take."""
    ordered = sorted(pool, key=lambda revision: revision.question.uid.encode())
    return [[r for r in ordered if r.question.type is section.type and cell.admits(r.question)] for section, cell in _cells(blueprint)]


def shortages(blueprint: Blueprint, lists: Candidates) -> list[Shortage]:
    """Return why `blueprint` cannot be filled from its candidates; empty when it can.

    Each cell that is short by itself, else the first group of cells that are short together.
    """
    cells = _cells(blueprint)
    alone = [
        Shortage((describe_cell(section, cell),), cell.count, len(found))
        for (section, cell), found in zip(cells, lists, strict=True)
        if len(found) < cell.count
    ]
    if alone:
        return alone
    _, stuck = _match([cell.count for _, cell in cells], [_uids(found) for found in lists])
    if stuck is None:
        return []
    reach = {uid for i in stuck for uid in _uids(lists[i])}
    needed = sum(cells[i][1].count for i in stuck)
    return [Shortage(tuple(describe_cell(*cells[i]) for i in sorted(stuck)), needed, len(reach))]


def assemble(draw: Draw, key: bytes, lists: Candidates) -> Paper | None:
    """Return the paper that `key` (the paper's own) makes of the candidates, or None when the blueprint cannot be filled (see `shortages`)."""
    shuffled = [Stream(key, f"pick/{i}").shuffled(found) for i, found in enumerate(lists)]
    cells = _cells(draw.blueprint)
    picked, stuck = _match([cell.count for _, cell in cells], [_uids(found) for found in shuffled])
    if stuck is not None:
        return None
    by_uid = {revision.question.uid: revision for found in lists for revision in found}
    slots: list[Slot] = []
    for index, section in enumerate(draw.blueprint.sections):
        drawn = [(by_uid[uid], cell) for i, (owner, cell) in enumerate(cells) if owner is section for uid in picked[i]]
        for revision, cell in Stream(key, f"order/{index}").shuffled(drawn):
            slots += _slots(len(slots) + 1, index, revision, section, cell, key)
    return _paper(draw, key, tuple(slots))


def _uids(found: Sequence[Revision]) -> list[str]:
    return [revision.question.uid for revision in found]


def _paper(draw: Draw, key: bytes, slots: tuple[Slot, ...]) -> Paper:
    plan = draw.blueprint
    return Paper(
        code=paper_code(key),
        sitting=draw.sitting,
        title=draw.title,
        minutes=plan.minutes,
        total=plan.total,
        pass_mark=plan.pass_mark,
        sections=tuple(PaperSection(s.title, s.type, s.each, s.rule) for s in plan.sections),
        slots=slots,
        notes=plan.notes,
        dataset=draw.dataset.id if draw.dataset else "",
        dataset_digest=draw.dataset_digest,
        dataset_as_of=draw.dataset.as_of if draw.dataset else None,
    )


def paper_code(key: bytes) -> str:
    """Return the code printed on a paper: ten letters and digits that tell nothing of the person or the seed."""
    tag = hmac.new(key, b"code\0", hashlib.sha256).digest()
    text = base64.b32encode(tag).decode()[:10]
    return f"{text[:5]}-{text[5:]}"


def _slots(number: int, section: int, revision: Revision, plan: Section, cell: Cell, key: bytes) -> list[Slot]:
    """The slot of a question, or the slots of a case's parts, which share the marks in proportion to their own."""
    chosen_by, case = cell.describe().render(), revision.question
    if not case.parts:
        return [Slot(number, section, _shuffled(case, key), revision.number, revision.digest, plan.each, chosen_by)]
    marks = split_marks(plan.each, [part.part_marks for part in case.parts])
    return [
        Slot(
            number + i,
            section,
            _shuffled(part, key),
            revision.number,
            revision.digest,
            mark,
            chosen_by,
            case.uid,
            case.stem,
            part=i + 1,
            situation_picture=case.picture,
        )
        for i, (part, mark) in enumerate(zip(case.parts, marks, strict=True))
    ]


def _shuffled(question: Question, key: bytes) -> Question:
    if not question.options or question.keep_order:
        return question
    options = tuple(Stream(key, f"opt/{question.uid}").shuffled(question.options))
    if question.type is QuestionType.ORDERING and {f"{i}{option.id}" for i, option in enumerate(options, 1)} == question.key:
        options = (*options[1:], options[0])  # an ordering never stands in its right order already
    return question.with_options(options)


def split_marks(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Return `total` shared out in proportion to `weights`, in whole hundredths that add up exactly; leftovers go to the largest rests."""
    hundredths = int(total.scaleb(2))
    exact = [Fraction(hundredths) * Fraction(weight) / Fraction(sum(weights)) for weight in weights]
    shares = [floor(value) for value in exact]
    by_rest = sorted(range(len(shares)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_rest[: hundredths - sum(shares)]:
        shares[i] += 1
    return [Decimal(share).scaleb(-2) for share in shares]


def _cells(blueprint: Blueprint) -> list[tuple[Section, Cell]]:
    return [(section, cell) for section in blueprint.sections for cell in section.cells]


def _match(counts: Sequence[int], lists: Sequence[Sequence[str]]) -> tuple[list[list[str]], set[int] | None]:
    """Give cell i `counts[i]` different uids from `lists[i]`, no uid twice (maximum bipartite matching by augmenting paths).

    Returns the uids of each cell, and None; or, when impossible, the set of cells that together want more than they can reach (Hall's condition).
    """
    holder: dict[str, int] = {}

    def take(cell: int, seen: set[int]) -> bool:
        seen.add(cell)
        free = next((uid for uid in lists[cell] if uid not in holder), None)
        if free is not None:
            holder[free] = cell
            return True
        for uid in lists[cell]:
            if holder[uid] not in seen and take(holder[uid], seen):
                holder[uid] = cell
                return True
        return False

    for cell in sorted(range(len(counts)), key=lambda i: len(lists[i]) - counts[i]):
        for _ in range(counts[cell]):
            seen: set[int] = set()
            if not take(cell, seen):
                return [], seen
    return [[uid for uid in lists[i] if holder.get(uid) == i] for i in range(len(counts))], None
