"""Seed + snapshot + amendments → every paper that a sitting ever had, as uids and keys: what verification compares stored papers with.

Needs the standard library only, and of the blueprint no more than its sections and cells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from quiz.assembly.again import again_form, again_local
from quiz.assembly.amend import Board, Entry, Exchange, Holder, late_choices, late_desk, late_form, late_local, replace_everywhere
from quiz.assembly.draw import draw
from quiz.assembly.local import Local, Member, choose_local
from quiz.assembly.papers import in_order, paper_code
from quiz.assembly.pool import placed_cells
from quiz.assembly.problem import Choice, Desk
from quiz.assembly.snapshot import VERSION, read_fits, read_member, read_members, read_problem, write_local
from quiz.core.blueprint import Blueprint
from quiz.core.hundredths import to_hundredths
from quiz.core.message import Message, QuizError, say
from quiz.core.seed import commitment, exam_key, paper_key, snapshot_digest

FORM_NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
REPLACE, ADD = "replace_question", "add_cadre"


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change after the draw, in the order of `number`; `detail` says all that it follows from besides key and snapshot."""

    number: int
    kind: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """A paper as derived: whose, in which issue, its code and form, and what stands on it in order."""

    number: str
    attempt: int
    code: str
    form: str
    entries: tuple[Entry, ...]


@dataclass
class Derived:
    """All that follows from seed, snapshot and amendments. `faults` say what of it contradicts what was written down."""

    commitment: str
    board: Board
    papers: dict[tuple[str, int], Standing] = field(default_factory=dict)
    faults: list[Message] = field(default_factory=list)

    def note(self, paper: int) -> None:
        """Remember a paper as it stands now."""
        holder = self.board.holders[paper]
        code = paper_code(paper_key(self.board.key, holder.number, holder.attempt))
        self.papers[holder.number, holder.attempt] = Standing(holder.number, holder.attempt, code, holder.form, tuple(holder.entries))


def is_derivable(snapshot: Mapping[str, Any]) -> bool:
    """True when a snapshot is of the version that this code draws by."""
    return snapshot.get("version") == VERSION and "draw" in snapshot


def derive(
    seed: bytes, snapshot: Mapping[str, Any], blueprint: Blueprint, amendments: Sequence[Amendment], on_paper: Callable[[int], None] = lambda _: None
) -> Derived:
    """Draw everything again. QuizError `other_version` for a snapshot of another version; KeyError and the like for one that cannot be."""
    if not is_derivable(snapshot):
        raise other_version(snapshot)
    local, places = snapshot["local"], placed_cells(blueprint)
    key, local_key = exam_key(seed, snapshot_digest(snapshot)), exam_key(seed, snapshot_digest(local))
    members, problem, fits = read_members(local), read_problem(snapshot["draw"]), read_fits(local)
    parts = choose_local(members, places, fits, local_key)
    drawn = draw(problem, key)
    board = Board(problem, places, fits, [], key, local_key)
    derived = Derived(commitment(seed, snapshot_digest(snapshot)), board)
    if write_local(parts) != snapshot["chosen"]:
        derived.faults.append(say("个人部分（本地题）与快照中登记的不一致。"))
    if [(to_hundredths(place.owner.each), place.instead_of) for place in places] != [(cell.each, cell.instead_of) for cell in problem.cells]:
        derived.faults.append(say("快照中的格与命题蓝图不一致。"))
    for paper, (member, part, desk, picks) in enumerate(zip(members, parts, problem.desks, drawn.papers, strict=True)):
        form = FORM_NAMES[drawn.forms[paper]] if drawn.forms else ""
        own_key = paper_key(key, member.number)
        shared = [(cell, problem.items[item].uid) for cell, item in picks if problem.cells[cell].instead_of < 0]
        instead = [(cell, problem.items[item].uid) for cell, item in picks if problem.cells[cell].instead_of >= 0]
        common, own = (shared, [*instead, *part.picks]) if form else ([*shared, *instead, *part.picks], [])
        entries = in_order(places, common, own, own_key, form_key(key, form) if form else own_key)
        board.add(Holder(desk, member, {item for _, item in picks}, form, 1, [Entry(*entry) for entry in entries]))
        derived.note(paper)
        on_paper(paper + 1)
    for amendment in amendments:
        replay(derived, amendment, local)
    return derived


def form_key(key: bytes, form: str, attempt: int = 1) -> bytes:
    """Return the key that orders what the holders of a form share."""
    return paper_key(key, f"form/{form}", attempt)


def other_version(snapshot: Mapping[str, Any]) -> QuizError:
    """Return the error for a sitting whose papers were drawn by older rules."""
    version = snapshot.get("version", 1)
    return QuizError("other_version", say("这场考试按旧版抽题规则（第{version}版）组卷，试卷已封存，但不能用现在的程序重新推算。", version=version))


def replay(derived: Derived, amendment: Amendment, local: Mapping[str, Any]) -> None:
    """Do one amendment on the board again and remember the papers that it made."""
    detail, barred = amendment.detail, frozenset(amendment.detail["barred"])
    if amendment.kind == REPLACE:
        done, stuck = replace_everywhere(derived.board, amendment.number, detail["question"], barred)
        if stuck or log_of(derived.board, done) != [list(entry) for entry in detail["papers"]]:
            derived.faults.append(say("第{n}次更正与推算不一致。", n=amendment.number))
        for paper in sorted({paper for exchange in done for paper in exchange.papers}):
            derived.note(paper)
        return
    place = seat_again if detail.get("attempt", 1) > 1 else seat_late
    made = place(derived.board, read_member(local, detail["member"]), detail, barred)
    if made is None or made.form != detail["form"]:
        derived.faults.append(say("第{n}次更正与推算不一致。", n=amendment.number))
    if made is not None:
        derived.note(derived.board.holders.index(made))


def log_of(board: Board, done: Sequence[Exchange]) -> list[list[Any]]:
    """Return what was exchanged, for the log: staff number, the new issue, what left and what came."""
    return [[board.holders[p].number, board.holders[p].attempt, exchange.old, exchange.new] for exchange in done for p in exchange.papers]


def seat_late(board: Board, member: Member, detail: Mapping[str, Any], barred: frozenset[str]) -> Holder | None:
    """Seat somebody late on the board and return their paper; None when none can be made.

    `detail` tells `own` and `seen` (numbers of items) and `local` (the expected score of their local questions).
    """
    part = late_local(board, member, barred)
    if part.short:
        return None
    desk = late_desk(board, member.number, part, detail["own"], detail["seen"], detail["local"])
    form = late_form(board, desk, FORM_NAMES)
    made = None if form is None else late_choices(board, desk, form, barred, len(board.holders), board.key)
    if form is None or made is None:
        return None
    holder = _holder(board, member, desk, part, form, made, 1)
    board.add(holder)
    return holder


def seat_again(board: Board, member: Member, detail: Mapping[str, Any], barred: frozenset[str]) -> Holder | None:
    """Give somebody another paper in the place of theirs, which was made void, and return it; None when none can be made.

    `detail` as for somebody late, and which issue it is (`attempt`), which forms and bound questions they had (`had_forms`, `had_local`).
    """
    attempt, place = detail["attempt"], next(at for at, holder in enumerate(board.holders) if holder.number == member.number)
    part = again_local(board, member, barred, frozenset(detail["had_local"]))
    if part.short:
        return None
    desk = late_desk(board, member.number, part, detail["own"], detail["seen"], detail["local"])
    form = again_form(board, desk, FORM_NAMES, place, detail["had_forms"])
    made = late_choices(board, desk, form, barred, place, paper_key(board.key, member.number, attempt))
    if made is None:
        return None
    holder = _holder(board, member, desk, part, form, made, attempt)
    board.reissue(place, holder)
    return holder


def _holder(board: Board, member: Member, desk: Desk, part: Local, form: str, made: tuple[list[Entry], list[Choice]], attempt: int) -> Holder:
    """The paper of one more person, in order: what they share with a form as it stands, the rest shuffled by their own key."""
    shared, drawn = made
    key, items = paper_key(board.key, member.number, attempt), board.problem.items
    chosen = [(cell, items[item].uid) for cell, item in drawn] + list(part.picks)
    if form:
        entries = [entry for index in _sections(board) for entry in _section(board, shared, chosen, key, index)]
    else:
        entries = [Entry(*entry) for entry in in_order(board.places, chosen, [], key, key)]
    return Holder(desk, member, {board.numbers[e.uid] for e in entries if e.uid in board.numbers}, form, attempt, entries)


def _sections(board: Board) -> range:
    return range(1 + max((place.section for place in board.places), default=-1))


def _section(board: Board, shared: Sequence[Entry], own: Sequence[tuple[int, str]], key: bytes, index: int) -> list[Entry]:
    """A section of a form's paper: what its holders share as it stands on theirs, then what is the person's own."""
    common = [entry for entry in shared if board.places[entry.cell].section == index]
    return common + [Entry(*entry) for entry in in_order(board.places, [], [c for c in own if board.places[c[0]].section == index], key, key)]
