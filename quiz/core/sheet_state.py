"""How far a paper answer has come: from the scans of a sheet's pages and what people decided, to its responses, or to what still holds it up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from quiz.core.answer_sheet import number_digits, response_of
from quiz.core.message import mark_text
from quiz.core.paper import Paper, Slot
from quiz.core.question import QuestionType
from quiz.core.response import Response
from quiz.core.scan import SheetReading, SlotReading, State


class Hold(StrEnum):
    """Why a sheet is not stored yet: a person has to bring a page, or to decide."""

    MISSING_PAGE = "missing_page"
    CONFLICT = "conflict"
    DOUBT = "doubt"
    NUMBER = "number"
    ABSENCE = "absence"
    SAT_ONLINE = "sat_online"
    KEYED = "keyed"
    LATE = "late"


HOLD_NAMES = {
    Hold.MISSING_PAGE: mark_text("缺页"),
    Hold.CONFLICT: mark_text("同一页扫描了两次，内容不一样"),
    Hold.DOUBT: mark_text("有存疑的填涂或手写内容"),
    Hold.NUMBER: mark_text("填涂的工号不是这名考生的"),
    Hold.ABSENCE: mark_text("缺考标记与作答不一致"),
    Hold.SAT_ONLINE: mark_text("这名考生已经在线作答"),
    Hold.KEYED: mark_text("人工录入的内容与扫描读出的不一样"),
    Hold.LATE: mark_text("成绩已经公布"),
}


class Kind(StrEnum):
    """What a person may decide: the value of a place; that a scan counts for nothing, so that another of its page does; one of `Confirm`."""

    MARK = "mark"
    DROP = "drop"
    CONFIRM = "confirm"


class Confirm(StrEnum):
    """What is confirmed of a sheet: it is this candidate's; they sat or were absent; the paper counts or what was answered online; what was
    read counts or what was keyed in; it counts though it is late."""

    NUMBER = "number"
    SAT = "sat"
    ABSENT = "absent"
    PAPER = "paper"
    ONLINE = "online"
    READ = "read"
    KEYED = "keyed"
    LATE = "late"


ANSWERS: dict[Hold, tuple[Confirm, ...]] = {
    Hold.NUMBER: (Confirm.NUMBER,),
    Hold.ABSENCE: (Confirm.SAT, Confirm.ABSENT),
    Hold.SAT_ONLINE: (Confirm.PAPER, Confirm.ONLINE),
    Hold.KEYED: (Confirm.READ, Confirm.KEYED),
    Hold.LATE: (Confirm.LATE,),
}
"""What settles a hold that a word settles."""


@dataclass(frozen=True, slots=True)
class PageScan:
    """A scan of a page that could be read."""

    id: int
    reading: SheetReading


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as `Kind` describes it; `value` is the response's ids or one text, or one of `Confirm`."""

    kind: Kind
    scan_id: int
    value: tuple[str, ...] = ()
    slot: int = 0
    blank: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A place that a person must look at: on which scan, and what was read there."""

    scan_id: int
    page: int
    reading: SlotReading


@dataclass(frozen=True, slots=True)
class SheetState:
    """Where a sheet stands. `responses` is complete once nothing holds it; `counted` are the scans that it rests on."""

    holds: tuple[Hold, ...]
    missing: tuple[int, ...] = ()
    conflicts: tuple[tuple[int, ...], ...] = ()
    places: tuple[Place, ...] = ()
    responses: dict[int, Response] = field(default_factory=dict)
    counted: tuple[PageScan, ...] = ()
    number: str = ""
    is_absent: bool = False
    is_aside: bool = False

    @property
    def is_ready(self) -> bool:
        """True when the responses may be stored."""
        return not self.holds and not self.is_absent and not self.is_aside


def state_of(
    paper: Paper,
    staff_number: str,
    scans: Sequence[PageScan],
    decisions: Sequence[Decision],
    *,
    sat_online: bool = False,
    is_late: bool = False,
    keyed: Mapping[int, Response] | None = None,
    is_stored: bool = False,
) -> SheetState:
    """Return where a sheet stands; scans and decisions in the order in which they were made, of which the newest decision of a place counts.

    `sat_online`: there are answers from a screen. `is_late`: results are out, and nothing of this sheet has been stored. `keyed`: what people
    keyed in and what counts; a scan that is incomplete or in doubt stands aside for it. `is_stored`: answers of this sheet count, which must not
    lose their last page unseen.
    """
    dropped = {decision.scan_id for decision in decisions if decision.kind is Kind.DROP}
    confirmed = [Confirm(decision.value[0]) for decision in decisions if decision.kind is Kind.CONFIRM]
    usable = [scan for scan in scans if scan.id not in dropped]
    counted, conflicts = _one_a_page(usable)
    pages = max((scan.reading.pages for scan in scans), default=0)
    present = {scan.reading.page for scan in usable}
    missing = tuple(page for page in range(1, pages + 1) if page not in present)
    marks = {(d.scan_id, d.slot, d.blank): d.value for d in decisions if d.kind is Kind.MARK}
    places = tuple(
        Place(scan.id, scan.reading.page, slot) for scan in counted for slot in scan.reading.doubts if (scan.id, slot.slot, slot.blank) not in marks
    )
    absence = _absence(counted, confirmed)
    number, is_other = _number(counted, staff_number)
    responses = {} if missing or conflicts or places else _responses(paper, counted, marks)
    holds = {
        Hold.MISSING_PAGE: bool(missing) and absence is not Confirm.ABSENT,
        Hold.CONFLICT: bool(conflicts),
        Hold.NUMBER: is_other and Confirm.NUMBER not in confirmed,
        Hold.ABSENCE: absence is None,
        Hold.SAT_ONLINE: sat_online and not {Confirm.PAPER, Confirm.ONLINE} & set(confirmed),
        Hold.KEYED: keyed is not None and bool(responses) and responses != keyed and not {Confirm.READ, Confirm.KEYED} & set(confirmed),
        Hold.LATE: is_late and Confirm.LATE not in confirmed,
        Hold.DOUBT: bool(places) and absence is not Confirm.ABSENT,
    }
    is_aside = sat_online and _last(confirmed, Confirm.PAPER, Confirm.ONLINE) is Confirm.ONLINE
    is_aside |= keyed is not None and (not responses or _last(confirmed, Confirm.READ, Confirm.KEYED) is Confirm.KEYED)
    return SheetState(
        holds=() if is_aside else tuple(hold for hold, is_there in holds.items() if is_there and (usable or is_stored)),
        missing=missing,
        conflicts=conflicts,
        places=places,
        responses=responses,
        counted=tuple(counted),
        number=number,
        is_absent=absence is Confirm.ABSENT,
        is_aside=is_aside,
    )


def _one_a_page(scans: Sequence[PageScan]) -> tuple[list[PageScan], tuple[tuple[int, ...], ...]]:
    """The first scan of each page, and the scans of each page that say different things: a person drops all but one."""
    by_page: dict[int, list[PageScan]] = {}
    for scan in scans:
        by_page.setdefault(scan.reading.page, []).append(scan)
    pages = [by_page[page] for page in sorted(by_page)]
    differ = [found for found in pages if any(not says_the_same(scan.reading, found[0].reading) for scan in found)]
    return [found[0] for found in pages], tuple(tuple(scan.id for scan in found) for found in differ)


def says_the_same(one: SheetReading, other: SheetReading) -> bool:
    """True when two readings of a page would store the same and ask the same."""
    return _content(one) == _content(other)


def _content(reading: SheetReading) -> list[tuple[int, int, State, tuple[tuple[int, int], ...]]]:
    return [(slot.slot, slot.blank, slot.state, slot.filled) for slot in reading.slots]


def _number(scans: Sequence[PageScan], staff_number: str) -> tuple[str, bool]:
    """What the grid says, and whether it names somebody else; an empty grid names nobody, an unclear column nothing."""
    grid = next((scan.reading.number for scan in scans if scan.reading.number), "")
    wanted = number_digits(staff_number).ljust(len(grid), "-")
    is_empty = not grid.strip("-")
    return grid, not is_empty and any(sign not in ("?", digit) for sign, digit in zip(grid, wanted, strict=False))


def _absence(scans: Sequence[PageScan], confirmed: Sequence[Confirm]) -> Confirm | None:
    """SAT or ABSENT, or None where mark and answers contradict each other."""
    said = _last(confirmed, Confirm.SAT, Confirm.ABSENT)
    if said is not None:
        return said
    mark = next((scan.reading.absent for scan in scans if scan.reading.page == 1), State.BLANK)
    if mark is State.BLANK:
        return Confirm.SAT
    is_empty = all(slot.state is State.BLANK for scan in scans for slot in scan.reading.slots)
    return Confirm.ABSENT if mark is State.ACCEPTED and is_empty else None


def _last(confirmed: Sequence[Confirm], *among: Confirm) -> Confirm | None:
    return next((word for word in reversed(confirmed) if word in among), None)


def _responses(paper: Paper, scans: Sequence[PageScan], marks: dict[tuple[int, int, int], tuple[str, ...]]) -> dict[int, Response]:
    """The response to every slot; what a person decided goes before what was read."""
    parts: dict[int, dict[int, tuple[str, ...]]] = {}
    for scan in scans:
        for slot in scan.reading.slots:
            found = paper.slot(slot.slot)
            if found is not None:
                decided = marks.get((scan.id, slot.slot, slot.blank))
                parts.setdefault(slot.slot, {})[slot.blank] = decided if decided is not None else _read(found, slot)
    return {number: _joined(paper.slots[number - 1], by_blank) for number, by_blank in parts.items()}


def _read(slot: Slot, reading: SlotReading) -> tuple[str, ...]:
    return () if slot.question.type.is_text else response_of(slot.question, reading.filled)


def _joined(slot: Slot, by_blank: dict[int, tuple[str, ...]]) -> Response:
    if not slot.question.type.is_text:
        return by_blank[0]
    count = len(slot.question.blanks) if slot.question.type is QuestionType.FILL_IN else 1
    texts = tuple("".join(by_blank.get(blank, ())) for blank in range(count))
    return texts if any(texts) else ()
