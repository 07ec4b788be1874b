"""What may still change after a draw: a question found faulty gets substitutes, somebody late gets a paper; nothing else moves.

A board holds what stands on every paper now. Everything follows from the sitting's key, the board and the amendment, so that anybody can replay it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from quiz.assembly.late import Around, draw_one
from quiz.assembly.local import Local, Member, choose_late
from quiz.assembly.pool import PlacedCell
from quiz.assembly.problem import Choice, Desk, Problem
from quiz.core.seed import Stream, paper_key

NEIGHBOURS = 30
"""The mean expected score of so many papers before theirs is what somebody late is brought near to."""


class Entry(NamedTuple):
    """What stands at one place of a paper: its cell, the uid of the question (of the whole case, of the bound template), the key of its options."""

    cell: int
    uid: str
    mixer: bytes = b""


@dataclass(slots=True)
class Holder:
    """A cadre's paper as it stands: `attempt` counts its reissues from 1. `items` are its general questions, by number.

    `entries` are all that stands on it in order; they may be left out where a change cannot touch the paper.
    """

    desk: Desk
    member: Member
    items: set[int]
    form: str = ""
    attempt: int = 1
    entries: list[Entry] = field(default_factory=list)

    @property
    def number(self) -> str:
        """The staff number."""
        return self.desk.number


class Exchange(NamedTuple):
    """On these papers (by place in the order of seats) `old` gives way to `new` in a cell; `mixer` orders the options of the new question."""

    papers: tuple[int, ...]
    cell: int
    old: str
    new: str
    mixer: bytes


@dataclass
class Board:
    """A sitting's papers as they stand, in the order of seats, with its rules; `key` is its own, `local_key` that of the personal part."""

    problem: Problem
    places: tuple[PlacedCell, ...]
    fits: dict[int, frozenset[str]]
    holders: list[Holder]
    key: bytes
    local_key: bytes

    def __post_init__(self) -> None:
        self.numbers = {item.uid: number for number, item in enumerate(self.problem.items)}
        self.stand_ins = {place.instead_of: cell for cell, place in enumerate(self.places) if place.instead_of >= 0}
        self.where: dict[int, set[int]] = {}
        for paper, holder in enumerate(self.holders):
            for item in holder.items:
                self.where.setdefault(item, set()).add(paper)

    def is_common(self, cell: int) -> bool:
        """True for cells that holders of one form share."""
        return not self.places[cell].cell.is_local and self.places[cell].instead_of < 0

    def uses(self, item: int) -> int:
        """On how many papers an item stands."""
        return len(self.where.get(item, ()))

    def is_near(self, paper: int, item: int) -> bool:
        """True when a paper less than the gap away has the item."""
        return any(0 < abs(other - paper) < self.problem.gap for other in self.where.get(item, ()))

    def apply(self, exchange: Exchange) -> None:
        """Let the exchange be done on every paper that it names."""
        for paper in exchange.papers:
            holder = self.holders[paper]
            new = Entry(exchange.cell, exchange.new, exchange.mixer)
            holder.entries = [new if entry.uid == exchange.old else entry for entry in holder.entries]
            if exchange.old in self.numbers:
                holder.items.discard(self.numbers[exchange.old])
                self.where[self.numbers[exchange.old]].discard(paper)
            if exchange.new in self.numbers:
                holder.items.add(self.numbers[exchange.new])
                self.where.setdefault(self.numbers[exchange.new], set()).add(paper)

    def is_general(self, uid: str) -> bool:
        """True when a question is one of the draw's, not a bound template."""
        return uid in self.numbers

    def add(self, holder: Holder) -> None:
        """Seat one more."""
        self.holders.append(holder)
        for item in holder.items:
            self.where.setdefault(item, set()).add(len(self.holders) - 1)

    def reissue(self, paper: int, holder: Holder) -> None:
        """Let another paper take the place of one; whose it is stays."""
        for item in self.holders[paper].items:
            self.where[item].discard(paper)
        self.holders[paper] = holder
        for item in holder.items:
            self.where.setdefault(item, set()).add(paper)

    def near(self, paper: int) -> set[int]:
        """What stands on papers less than the gap away from a place, be it taken or the next one."""
        first, last = max(0, paper - self.problem.gap + 1), min(len(self.holders), paper + self.problem.gap)
        return {item for other in range(first, last) if other != paper for item in self.holders[other].items}


def names(asked: str, uid: str) -> bool:
    """True when `asked` names a question on a paper: by its uid, a template for all that it makes, a part for its whole case."""
    return uid in (asked, asked.partition("#")[0]) or uid.partition("@")[0] == asked


def replace_everywhere(board: Board, number: int, asked: str, barred: frozenset[str]) -> tuple[list[Exchange], list[str]]:
    """Do amendment `number` on the board: find a substitute wherever a question stands; return what was exchanged and who has none.

    `barred` uids are never substitutes. Papers of one form exchange what they share together.
    """
    together: dict[tuple[bool, str, int, str], list[int]] = {}
    for paper, holder in enumerate(board.holders):
        for entry in holder.entries:
            if names(asked, entry.uid):
                is_shared = bool(holder.form) and board.is_common(entry.cell)
                label = f"form/{holder.form}" if is_shared else holder.number
                together.setdefault((is_shared, label, entry.cell, entry.uid), []).append(paper)
    out_of_use = frozenset(board.numbers[uid] for uid in barred if uid in board.numbers)
    done: list[Exchange] = []
    stuck: list[str] = []
    for (is_shared, label, cell, uid), papers in together.items():
        found = _substitute(board, papers, cell, uid, barred, out_of_use, Stream(board.key, f"replace/{number}/{label}/{uid}"))
        if found is None:
            stuck += [board.holders[paper].number for paper in papers]
            continue
        attempt = number + 1 if is_shared else board.holders[papers[0]].attempt + 1
        done.append(Exchange(tuple(papers), found[0], uid, found[1], paper_key(board.key, label, attempt)))
        board.apply(done[-1])
    for paper in {paper for exchange in done for paper in exchange.papers}:
        board.holders[paper].attempt += 1
    return done, stuck


def _substitute(
    board: Board, papers: Sequence[int], cell: int, uid: str, barred: frozenset[str], out_of_use: frozenset[int], stream: Stream
) -> tuple[int, str] | None:
    """The cell and uid of what stands in for a question on all these papers, or None."""
    if board.is_general(uid):
        item = _general(board, papers, cell, uid, out_of_use, stream)
        return None if item is None else (cell, board.problem.items[item].uid)
    if cell in board.stand_ins:
        item = _general(board, papers, board.stand_ins[cell], uid, out_of_use, stream)
        if item is not None:
            return board.stand_ins[cell], board.problem.items[item].uid
    bound = _bound(board, papers[0], cell, barred, stream)
    return None if bound is None else (cell, bound)


def _general(board: Board, papers: Sequence[int], cell: int, uid: str, out_of_use: frozenset[int], stream: Stream) -> int | None:
    """A general question for a cell of all these papers: of the same kind before another that the limits allow; among those that every hard
    rule lets stand there far from neighbours first, then new to their people, then the least used, then by chance."""
    problem, gone = board.problem, board.numbers.get(uid, -1)
    kinds = problem.cells[cell].kinds
    own_kind = problem.items[gone].kind if gone >= 0 else -1
    tiers = [(own_kind,), tuple(kind for kind in kinds if kind != own_kind)] if board.is_common(cell) else [kinds]
    rooms = [_Room(board, paper, gone) for paper in papers]
    for tier in tiers:
        best: tuple[int, int, int] | None = None
        pool: list[int] = []
        for kind in tier:
            if kind != own_kind and board.is_common(cell) and not all(room.limits_allow(own_kind, kind) for room in rooms):
                continue
            for item in problem.members[kind]:
                if item in out_of_use or item == gone or not all(room.fits(item) for room in rooms):
                    continue
                near = sum(board.is_near(paper, item) for paper in papers)
                rank = (near, sum(item in board.holders[paper].desk.seen for paper in papers), board.uses(item))
                if best is None or rank < best:
                    best, pool = rank, []
                if rank == best:
                    pool.append(item)
        if pool:
            return pool[stream.below(len(pool))]
    return None


class _Room:
    """A paper without the question that leaves it."""

    def __init__(self, board: Board, paper: int, gone: int) -> None:
        self._board, self._holder = board, board.holders[paper]
        problem = board.problem
        self._items = self._holder.items - {gone}
        self._rivals = {rivals for item in self._items for rivals in problem.rivalries[item]}
        self._topics = Counter(problem.items[item].topic for item in self._items)

    def fits(self, item: int) -> bool:
        """True when every rule that is never bent lets the item stand here."""
        problem = self._board.problem
        if item in self._items or item in self._holder.desk.own or not self._rivals.isdisjoint(problem.rivalries[item]):
            return False
        return not problem.topic_cap or self._topics[problem.items[item].topic] < problem.topic_cap

    def limits_allow(self, old: int, new: int) -> bool:
        """True when every limit still holds after one question of a kind gives way to one of another in the common part."""
        problem = self._board.problem
        common = [problem.items[self._board.numbers[e.uid]].kind for e in self._holder.entries if self._board.is_common(e.cell)]
        common.remove(old)
        return all(limit.least <= sum(kind in limit.kinds for kind in (*common, new)) <= limit.most for limit in problem.limits)


def _bound(board: Board, paper: int, cell: int, barred: frozenset[str], stream: Stream) -> str | None:
    """Another bound question of the cadre that the cell admits; of a template that is not on the paper yet where there is one."""
    holder = board.holders[paper]
    here = {entry.uid for entry in holder.entries}
    asked = {uid.partition("@")[0] for uid in here}
    found = [
        (template in asked, uid)
        for template in sorted(holder.member.bound)
        if template in board.fits.get(cell, ()) and template not in barred
        for uid in sorted(holder.member.bound[template])
        if uid not in here and uid not in barred
    ]
    pool = [uid for is_asked, uid in found if is_asked == min(found)[0]]
    return pool[stream.below(len(pool))] if pool else None


def late_local(board: Board, member: Member, barred: frozenset[str]) -> Local:
    """Return the personal part of somebody late: the mix of their group."""
    drawn = len(board.problem.desks)
    first, later = ([holder.member for holder in found] for found in (board.holders[:drawn], board.holders[drawn:]))
    return choose_late(first, later, member, board.places, board.fits, board.local_key, barred)


def late_desk(board: Board, number: str, local: Local, own: Iterable[int], seen: Iterable[int], score: int) -> Desk:
    """Return the desk of somebody late, whose local questions have this expected score."""
    instead = tuple((board.stand_ins[cell], count) for cell, count in local.instead)
    return Desk(number, instead, frozenset(own), frozenset(seen), score)


def late_form(board: Board, desk: Desk, forms: str) -> str | None:
    """Return the form of somebody late: the next in turn that has no question of their own; "" without forms, None when every form has one."""
    count = min(board.problem.forms, len(board.problem.desks))
    if not count:
        return ""
    turn = [(len(board.holders) + step) % count for step in range(count)]
    for form in turn:
        holder = next((holder for holder in board.holders if holder.form == forms[form] and holder.entries), None)
        if holder is not None and desk.own.isdisjoint(board.numbers[entry.uid] for entry in holder.entries if board.is_common(entry.cell)):
            return forms[form]
    return None


def late_choices(board: Board, desk: Desk, form: str, barred: frozenset[str], place: int, key: bytes) -> tuple[list[Entry], list[Choice]] | None:
    """Return what stands on the paper of somebody who comes to a place late: what they share with their form, in its order, and what is drawn
    by `key` for them alone."""
    shared: list[Entry] = []
    if form:
        first = next(holder for holder in board.holders if holder.form == form and holder.entries)
        shared = [entry for entry in first.entries if board.is_common(entry.cell)]
    fixed = [(entry.cell, board.numbers[entry.uid]) for entry in shared]
    around = Around(
        used={item: len(papers) for item, papers in board.where.items()},
        near=board.near(place),
        barred=frozenset(board.numbers[uid] for uid in barred if uid in board.numbers),
        target=None if form else _target(board),
    )
    drawn = draw_one(board.problem, key, desk, around, fixed)
    return None if drawn is None else (shared, list(drawn[len(fixed) :]))


def _target(board: Board) -> int | None:
    """The mean expected score of the papers just before."""
    items, cells = board.problem.items, board.problem.cells
    scores = [
        holder.desk.local + sum(cells[e.cell].worth(items[board.numbers[e.uid]].facility) for e in holder.entries if board.is_general(e.uid))
        for holder in board.holders[-NEIGHBOURS:]
    ]
    return sum(scores) // len(scores) if scores else None
