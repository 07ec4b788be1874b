"""Why some people cannot be given a paper, told once for all whom it hits; knows no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from quiz.assembly.blame import Ban, blame
from quiz.assembly.draw import Drawn
from quiz.assembly.explain import Shortage, explain
from quiz.assembly.local import Local, Member
from quiz.assembly.pool import Pool
from quiz.assembly.problem import Problem
from quiz.core.blueprint import Blueprint, describe_cell
from quiz.core.message import Message, join_messages, listed, say, with_code
from quiz.core.roster import Cadre

MOST_BLAMED = 20
"""How many papers are looked at one by one when a draw fails: the search is exact and takes its time."""


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


def short(pool: Pool, members: Sequence[Member], parts: Sequence[Local]) -> list[Gap]:
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


def thin(blueprint: Blueprint, pool: Pool, members: Sequence[Member], parts: Sequence[Local]) -> list[Gap]:
    """What the general questions cannot fill, for each pattern of stand-ins; the same shortage told once for all whom it hits."""
    patterns: dict[tuple[tuple[int, int], ...], list[str]] = {}
    for member, part in zip(members, parts, strict=True):
        patterns.setdefault(part.instead, []).append(member.number)
    hit: dict[str, tuple[Message, list[str]]] = {}
    for instead, numbers in patterns.items():
        for shortage in explain(blueprint, pool, instead):
            text = shortage.explain()
            hit.setdefault(text.render(), (text, []))[1].extend(numbers)
    return [Gap(text, tuple(numbers)) for text, numbers in hit.values()]


def banned(problem: Problem, members: Sequence[Member], drawn: Drawn, key: bytes) -> tuple[Gap, ...]:
    """Why papers cannot be filled although the counts suffice: what stands in the way, told once for all whom it hits."""
    if problem.forms:  # a form must suit everybody
        own = frozenset().union(*(desk.own for desk in problem.desks))
        problem = replace(problem, desks=tuple(replace(desk, own=own) for desk in problem.desks))
    hit: dict[tuple[Ban, ...], list[str]] = {}
    for place in drawn.stuck[:MOST_BLAMED]:
        hit.setdefault(blame(problem, place, key), []).append(members[place].number)
    rest = [members[place].number for place in drawn.stuck[MOST_BLAMED:]]
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
