"""Where a general question stands in for a local one, and why; read from the personal part's own plain values, so that it can be told years later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from quiz.assembly.local import Local
from quiz.core.message import mark_text


class Why(StrEnum):
    """Why a local slot is general on a paper."""

    SHARE = "share"
    FACTS = "facts"
    PLACE = "place"
    OWN = "own"
    TEMPLATES = "templates"


WHY_NAMES: dict[Why, str] = {
    Why.SHARE: mark_text("该岗位的本地题分值占比已满"),
    Why.FACTS: mark_text("本地资料缺失，或者凑不出合格的选项"),
    Why.PLACE: mark_text("本人没有这类任职、联系或帮扶的地方"),
    Why.OWN: mark_text("本人命制或审核过这道题"),
    Why.TEMPLATES: mark_text("这类岗位没有更多可用的模板"),
}


@dataclass(frozen=True, slots=True)
class StandIn:
    """So many general questions on the paper of one person (by staff number, of a group of alike posts); `template` is "" where none was meant."""

    number: str
    group: str
    why: Why
    template: str
    count: int


def stand_ins(plain: Mapping[str, Any], parts: Sequence[Local], helped: Mapping[int, int]) -> list[StandIn]:
    """Return the stand-ins of every paper from the plain values of its personal part and what was chosen.

    `helped` gives the slots of each local cell that general questions may help out.
    """
    bindable = {template: frozenset(codes) for template, codes in plain["bindable"].items()}
    out = []
    for (number, group, wanted, places, own), part in zip(plain["roster"], parts, strict=True):
        kept = dict(wanted)
        taken = sum(count for _, count in part.instead)
        share = sum(count - kept.get(cell, count) for cell, count in helped.items())
        lost = Counter(template for cell, template in part.lost if cell in helped)
        found = [(Why.SHARE, "", share)]
        for template, count in sorted(lost.items()):
            codes = places.get(plain["scopes"][template], ())
            why = Why.OWN if template in own else Why.FACTS if any(code not in bindable[template] for code in codes) else Why.PLACE
            found.append((why, template, count))
        found.append((Why.TEMPLATES, "", taken - share - lost.total()))
        out += [StandIn(number, group, why, template, count) for why, template, count in found if count > 0]
    return out
