"""Rooms of a site: who sits in which room on which seat. A plain split of the order in which papers were drawn, so that it can always be done again.

Nobody is moved by who comes later: rooms are sized by those who were there at the draw, and late people take free places.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

USUAL_PLACES = 30
MOST_PLACES = 500
"""In one room: its papers are one file."""

NAME_LENGTH = 20
NEXT_TO, ASLANT = 4, 1
"""How much it weighs that a neighbour at the side or in front, or on a diagonal, has the same form."""

_ROOM = re.compile(r"(?:(?P<name>[^=＝]+)[=＝])?(?P<places>\d{1,3})")


@dataclass(frozen=True, slots=True)
class Room:
    """A room: its name, empty where it has only a number, and how many may sit there."""

    places: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """The rooms of a sitting: those of a site by its name or key; other sites have as many rooms of `usual` places as they need."""

    usual: int = USUAL_PLACES
    sites: Mapping[str, tuple[Room, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sitter:
    """Somebody to be seated: `order` is the place in the order of the draw (None: came later), `form` that of the first paper."""

    key: int
    number: str
    order: int | None
    form: str = ""


@dataclass(frozen=True, slots=True)
class Seated:
    """Where somebody sits: the room's number at its site, its name, and the seat in it; both count from 1."""

    room: int
    seat: int
    room_name: str = ""

    @property
    def label(self) -> str:
        """Room and seat as they are printed: 02-17."""
        return f"{self.room:02}-{self.seat:02}"


class RoomsTooSmall(ValueError):
    """The rooms named for a site do not hold its people; says how many places are missing."""

    def __init__(self, missing: int) -> None:
        super().__init__(f"{missing} places are missing")
        self.missing = missing


def seat_people(people: Iterable[Sitter], rooms: Sequence[Room] = (), usual: int = USUAL_PLACES, columns: int = 0) -> dict[int, Seated]:
    """Return where each of a site's people sits, by their keys.

    Those of the draw fill the named `rooms` in order, or without any are spread evenly over as few rooms of `usual` places as hold them; within a
    room neighbours in rows of `columns` seats get different forms as far as there are any. Those who came later take free places behind them.
    RoomsTooSmall when named rooms do not hold everyone.
    """
    everyone = sorted(people, key=lambda one: (one.order or 0, one.number))
    drawn = [one for one in everyone if one.order is not None]
    late = [one for one in everyone if one.order is None]
    if rooms and sum(room.places for room in rooms) < len(drawn) + len(late):
        raise RoomsTooSmall(len(drawn) + len(late) - sum(room.places for room in rooms))
    out: dict[int, Seated] = {}
    taken: list[int] = []
    for size in _sizes(len(drawn), rooms, usual):
        row, drawn = drawn[:size], drawn[size:]
        taken.append(len(row))
        for seat, one in enumerate(spread_forms(row, columns), 1):
            out[one.key] = Seated(len(taken), seat)
    for one in late:
        room = _free_room(taken, rooms, usual)
        taken[room] += 1
        out[one.key] = Seated(room + 1, taken[room])
    return {key: replace(at, room_name=rooms[at.room - 1].name) if rooms else at for key, at in out.items()}


def _sizes(count: int, rooms: Sequence[Room], usual: int) -> list[int]:
    """How many of the draw each room takes."""
    if not rooms:
        needed = -(-count // usual)
        return [count // needed + (room < count % needed) for room in range(needed)]
    sizes = []
    for room in rooms:
        sizes.append(min(room.places, count))
        count -= sizes[-1]
    return sizes


def _free_room(taken: list[int], rooms: Sequence[Room], usual: int) -> int:
    """The room for one more: the last that is used and those behind it first, then the earlier ones, at last a new one."""
    places = [room.places for room in rooms] or [usual] * len(taken)
    last = max((room for room, count in enumerate(taken) if count), default=0)
    order: list[int] = [*range(last, len(taken)), *range(last)]
    for room in order:
        if taken[room] < places[room]:
            return room
    taken.append(0)
    return len(taken) - 1


def spread_forms(people: Sequence[Sitter], columns: int) -> list[Sitter]:
    """Return a room's people in the order of its seats, row by row of `columns`, so that neighbours have different forms as far as possible.

    Everyone of one form keeps their order. Without forms, or without rows, the order stays.
    """
    forms = sorted({one.form for one in people})
    if len(forms) < 2 or columns < 1:
        return list(people)
    tries = [_spread(people, forms[first:] + forms[:first], columns) for first in range(len(forms))]
    return list(min(tries, key=lambda found: found[0])[1])


def _spread(people: Sequence[Sitter], forms: Sequence[str], columns: int) -> tuple[int, list[Sitter]]:
    """Seat by seat the form that disturbs least, of which most are left, the first of `forms`; with the weight of all neighbours alike."""
    queues = {form: deque(one for one in people if one.form == form) for form in forms}
    out: list[Sitter] = []
    cost = 0
    for place in range(len(people)):
        near = _forms_near(out, place, columns)
        form = min((form for form in forms if queues[form]), key=lambda form: (near[form], -len(queues[form])))
        out.append(queues[form].popleft())
        cost += near[form]
    return cost, out


def _forms_near(seated: Sequence[Sitter], place: int, columns: int) -> Counter[str]:
    """The forms of those who sit beside, in front and aslant of a place, each with its weight; only those seated before it count."""
    column = place % columns
    steps = [(1, -1, NEXT_TO), (columns, 0, NEXT_TO), (columns + 1, -1, ASLANT), (columns - 1, 1, ASLANT)]
    near: Counter[str] = Counter()
    for step, sideways, weight in steps:
        if 0 <= column + sideways < columns and 0 < step <= place:
            near[seated[place - step].form] += weight
    return near


def read_room_lines(text: str) -> dict[str, tuple[Room, ...]]:
    """Return the rooms written one site a line, as "site: 30 30 201室=28"; ValueError with the line that is not like that."""
    out: dict[str, tuple[Room, ...]] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        site, _, listed = line.replace("：", ":").partition(":")
        found = [_ROOM.fullmatch(word) for word in listed.replace("，", " ").replace("、", " ").replace(",", " ").split()]
        rooms = tuple(Room(int(match["places"]), match["name"] or "") for match in found if match)
        is_good = (
            bool(rooms) and len(rooms) == len(found) and all(1 <= room.places <= MOST_PLACES and len(room.name) <= NAME_LENGTH for room in rooms)
        )
        if not is_good or not site.strip() or site.strip() in out:
            raise ValueError(line.strip())
        out[site.strip()] = rooms
    return out


def write_room_lines(sites: Mapping[str, tuple[Room, ...]]) -> str:
    """Return the lines that `read_room_lines` reads."""
    return "\n".join(
        f"{site}：" + " ".join(f"{room.name}={room.places}" if room.name else str(room.places) for room in rooms) for site, rooms in sites.items()
    )


def write_plan(plan: RoomPlan) -> str:
    """Return a plan as it is stored: the usual places, then a line for each site."""
    return f"{plan.usual}\n{write_room_lines(plan.sites)}"


def read_plan(text: str) -> RoomPlan | None:
    """Return the plan that was stored; None where there is none."""
    if not text:
        return None
    usual, _, lines = text.partition("\n")
    return RoomPlan(int(usual), read_room_lines(lines))
