"""The personal part: which local questions each cadre is asked, the same mix of templates for all who hold alike posts.

Templates are chosen for a whole group, those that fit most of its members first, chance deciding among equals; each member gets them bound to
their own places. Where one does not bind, or the post's share of local marks is used up, a general question of the cell's `instead` stands in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from quiz.assembly.pool import PlacedCell
from quiz.core.blueprint import NEW_MONTHS, NEW_POST, OTHER_POSTS, Blueprint
from quiz.core.roster import Cadre, main_post
from quiz.core.seed import Stream

T = TypeVar("T")

Bound = Mapping[str, Sequence[str]]
"""For one cadre: the uids of the local questions that each template makes of their own places, by the template's uid."""

Pick = tuple[str, int]
"""A template, and which of the cadre's places it asks about, counted from 0."""


@dataclass(frozen=True, slots=True)
class Local:
    """The personal part of one paper: (cell, uid of the bound question), and how many slots of each local cell a general question takes.

    `lost` are the cells and templates of the group's mix that did not bind here; `short` are slots that nothing can fill.
    """

    picks: tuple[tuple[int, str], ...] = ()
    instead: tuple[tuple[int, int], ...] = ()
    lost: tuple[tuple[int, str], ...] = ()
    short: tuple[tuple[int, int], ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The templates of the group's mix that did not bind here."""
        return tuple(template for _, template in self.lost)


@dataclass(frozen=True, slots=True)
class Member:
    """A cadre as the personal part sees them: staff number, group of alike posts, local slots wanted in each local cell, what binds for them."""

    number: str
    group: str
    wanted: tuple[tuple[int, int], ...]
    bound: Bound


def group_of(cadre: Cadre, day: date) -> str:
    """Return what makes cadres alike for the personal part: their main post's kind; "" without a post."""
    post = main_post(cadre, day)
    return post.kind.value if post else ""


def share_of(blueprint: Blueprint, cadre: Cadre, day: date) -> int | None:
    """Return the percent of the marks that may be local for a cadre on a day; None when the blueprint sets no shares."""
    shares = {share.post: share.percent for share in blueprint.shares}
    if not shares:
        return None
    post = main_post(cadre, day)
    if post is None:
        return shares.get(OTHER_POSTS, 0)
    if NEW_POST in shares and _months_between(post.from_on, day) < NEW_MONTHS:
        return min(shares[NEW_POST], shares.get(post.kind.value, shares[NEW_POST]))
    return shares.get(post.kind.value, shares.get(OTHER_POSTS, 0))


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)


def local_slots(blueprint: Blueprint, places: Sequence[PlacedCell], percent: int | None) -> tuple[tuple[int, int], ...]:
    """Return how many slots of each local cell stay local under a share: as near to it as whole slots allow, never above, evenly over the cells.

    A cell without stand-ins stays wholly local whatever the share.
    """
    local = [(number, place) for number, place in enumerate(places) if place.cell.is_local and place.instead_of < 0]
    counts = {number: place.cell.count for number, place in local}
    if percent is None:
        return tuple(counts.items())
    each = {number: place.owner.each for number, place in local}
    free = [number for number, place in local if place.cell.instead is not None]
    fixed = sum((each[n] * counts[n] for n in counts if n not in free), Decimal(0))
    room = max(Fraction(blueprint.total) * percent / 100 - Fraction(fixed), Fraction(0))
    full = sum((Fraction(each[n]) * counts[n] for n in free), Fraction(0))
    if full <= room:
        return tuple(counts.items())
    exact = {n: counts[n] * room / full for n in free}
    kept = {n: int(exact[n]) for n in free}
    left = room - sum((Fraction(each[n]) * kept[n] for n in free), Fraction(0))
    by_rest = sorted(free, key=lambda n: (kept[n] - exact[n], n))
    while (grown := next((n for n in by_rest if kept[n] < counts[n] and Fraction(each[n]) <= left), None)) is not None:
        kept[grown] += 1
        left -= Fraction(each[grown])
        by_rest.append(by_rest.pop(by_rest.index(grown)))
    return tuple((number, kept.get(number, counts[number])) for number in counts)


def choose_local(members: Sequence[Member], places: Sequence[PlacedCell], fits: Mapping[int, frozenset[str]], key: bytes) -> list[Local]:
    """Return the personal part of each member; `fits` names the templates that each local cell admits."""
    groups: dict[tuple[str, tuple[tuple[int, int], ...]], list[int]] = {}
    for number, member in enumerate(members):
        groups.setdefault((member.group, member.wanted), []).append(number)
    out: list[Local] = [Local()] * len(members)
    for (group, wanted), inside in sorted(groups.items()):
        found = [members[number] for number in inside]
        stream = Stream(key, f"mix/{group}/{wanted}")
        mix = _mix(found, wanted, fits, stream)
        for number in inside:
            out[number] = _part(members[number], mix, places, fits, key)
    return out


def choose_late(
    members: Sequence[Member],
    later: Sequence[Member],
    late: Member,
    places: Sequence[PlacedCell],
    fits: Mapping[int, frozenset[str]],
    key: bytes,
    barred: frozenset[str],
) -> Local:
    """Return the personal part of somebody who came after `choose_local`: the mix of their group, as it was chosen then.

    Where nobody of the group was there, the first of those who came `later` decided. `barred` templates and questions are asked no more.
    """
    alike = [[found for found in some if (found.group, found.wanted) == (late.group, late.wanted)] for some in (members, later)]
    mix = _mix(alike[0] or alike[1][:1] or [late], late.wanted, fits, Stream(key, f"mix/{late.group}/{late.wanted}"))
    left = {template: [uid for uid in uids if uid not in barred] for template, uids in late.bound.items() if template not in barred}
    return _part(replace(late, bound={template: uids for template, uids in left.items() if uids}), mix, places, fits, key)


def _mix(members: Sequence[Member], wanted: Sequence[tuple[int, int]], fits: Mapping[int, frozenset[str]], stream: Stream) -> list[tuple[int, Pick]]:
    """The (cell, template and rank of place) that a group is asked: most widely bound first."""
    reach: Counter[Pick] = Counter()
    for member in members:
        for template, uids in member.bound.items():
            reach.update((template, rank) for rank in range(len(uids)))
    order = stream.shuffled(sorted(reach))
    order.sort(key=lambda pick: (pick[1], -reach[pick]))  # another place of the same template only when templates run out
    lists = [[pick for pick in order if pick[0] in fits[cell]] for cell, _ in wanted]
    taken = most_matched([count for _, count in wanted], lists)
    return [(cell, pick) for (cell, _), picks in zip(wanted, taken, strict=True) for pick in picks]


def _part(member: Member, mix: Sequence[tuple[int, Pick]], places: Sequence[PlacedCell], fits: Mapping[int, frozenset[str]], key: bytes) -> Local:
    stream = Stream(key, f"places/{member.number}")
    own = {template: stream.shuffled(member.bound[template]) for template in sorted(member.bound)}
    picks: list[tuple[int, str]] = []
    lost: list[tuple[int, str]] = []
    lacking = dict(member.wanted)
    for cell, (template, rank) in mix:
        uids = own.get(template, [])
        if rank < len(uids):
            picks.append((cell, uids[rank]))
            lacking[cell] -= 1
        else:
            lost.append((cell, template))
    used = {uid for _, uid in picks}
    strict = [cell for cell, count in lacking.items() if count and places[cell].cell.instead is None]
    if strict:  # nothing general may stand in: any other local question of theirs will do
        spare = [[uid for template in own if template in fits[cell] for uid in own[template] if uid not in used] for cell in strict]
        for cell, uids in zip(strict, most_matched([lacking[cell] for cell in strict], spare), strict=True):
            picks += [(cell, uid) for uid in uids]
            lacking[cell] -= len(uids)
    short = tuple((cell, lacking[cell]) for cell in strict if lacking[cell])
    full = {number: place.cell.count for number, place in enumerate(places) if place.cell.is_local and place.instead_of < 0}
    have = Counter(cell for cell, _ in picks)
    instead = tuple((cell, full[cell] - have[cell]) for cell in full if full[cell] > have[cell] and places[cell].cell.instead is not None)
    return Local(tuple(sorted(picks)), instead, tuple(lost), short)


def most_matched(counts: Sequence[int], lists: Sequence[Sequence[T]]) -> list[list[T]]:
    """Give list i up to `counts[i]` different entries of its own, none twice over all lists, as many in all as possible; earlier entries first.

    Maximum bipartite matching by augmenting paths.
    """
    holder: dict[T, int] = {}

    def take(cell: int, tried: set[int]) -> bool:
        tried.add(cell)
        free = next((entry for entry in lists[cell] if entry not in holder), None)
        if free is not None:
            holder[free] = cell
            return True
        for entry in lists[cell]:
            if holder[entry] not in tried and take(holder[entry], tried):
                holder[entry] = cell
                return True
        return False

    for cell, count in enumerate(counts):
        for _ in range(count):
            if not take(cell, set()):
                break
    return [[entry for entry in lists[cell] if holder.get(entry) == cell] for cell in range(len(counts))]
