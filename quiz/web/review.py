"""Which questions of a result are shown: all as they were sat, or area by area what was wrong; chosen by links, so that no script is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from quiz.core.marking import Mark
from quiz.core.message import Message, say
from quiz.core.paper import Paper, Slot, section_heading
from quiz.core.question import AREAS

WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Review:
    """What is shown: groups of slots under their headings. `wrong` counts the questions that did not earn full marks, `areas` those by area."""

    is_wrong: bool
    area: str
    groups: tuple[tuple[Message, tuple[Slot, ...]], ...]
    wrong: int
    total: int
    areas: Mapping[str, int]


def read_review(args: MultiDict[str, str], paper: Paper, marks: Mapping[int, Mark]) -> Review:
    """Return what an address asks to see of a result; what it does not know, it shows whole."""
    wrong = [slot for slot in paper.slots if _lacks(marks[slot.number])]
    counts = {slot.question.area: 0 for slot in paper.slots}
    for slot in wrong:
        counts[slot.question.area] += 1
    area, is_wrong = args.get("area", ""), args.get("show", "") == WRONG
    area = area if area in counts else ""
    chosen = [slot for slot in (wrong if is_wrong else paper.slots) if area in ("", slot.question.area)]
    groups = _by_area(chosen) if is_wrong or area else _by_section(paper)
    return Review(is_wrong, area, groups, len(wrong), len(paper.slots), counts)


def _lacks(mark: Mark) -> bool:
    return mark.mark < mark.max_mark


def _by_section(paper: Paper) -> tuple[tuple[Message, tuple[Slot, ...]], ...]:
    return tuple((section_heading(paper, index), paper.slots_of(index)) for index in range(len(paper.sections)))


def _by_area(slots: list[Slot]) -> tuple[tuple[Message, tuple[Slot, ...]], ...]:
    found: dict[str, list[Slot]] = {}
    for slot in slots:
        found.setdefault(slot.question.area, []).append(slot)
    return tuple((say("{area}（{n}题）", area=say(AREAS.get(area, area)), n=len(members)), tuple(members)) for area, members in found.items())
