"""Taking in scanned pages: each is kept with what was read, counts for its sheet or has its problem named; and how far a sitting has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.answer_sheet import SheetShape, shape_of, sheet_check
from quiz.core.message import NotFound
from quiz.core.scan import HARMLESS, Problem, ScannedPage
from quiz.core.sheet_state import Place
from quiz.storage import audit, papers, scans, sittings
from quiz.storage.advisory import Lock, hold
from quiz.storage.scans import SheetSeat
from quiz.storage.tables import ScanImageRow, ScanRow, SittingRow
from quiz.usecases.results import refuse_candidate, sitting_for
from quiz.usecases.sheets import Sheet, may_see, read_sheet, settle


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a page: its problem ("" when it counts), and the sheet that it belongs to."""

    source: str
    problem: str
    sheet: Sheet | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """How far the paper answers of a sitting have come: how many sheets are stored with nothing open, and how many wait, of which `sheets` are
    the first. `open_places` are those that nobody has decided, `decided` those that somebody has."""

    sitting: SittingRow
    papers: int
    stored: int
    waiting: int
    sheets: list[Sheet]
    problems: list[ScanRow]
    open_places: int
    decided: int


@dataclass(frozen=True, slots=True)
class Doubts:
    """A place that a person must look at, None when there is none; how many there are, how many were passed over and how many are decided."""

    sitting: SittingRow
    sheet: Sheet | None
    place: Place | None
    total: int
    skipped: int
    decided: int


def shapes_of(session: Session, actor: Actor, codes: Iterable[str]) -> dict[str, SheetShape]:
    """Return the shapes of the sheets of these papers, by the papers' codes; what is not there or not the actor's to read is left out."""
    scope = actor.require(Action.SCAN)
    return {code: shape_of(papers.read_paper(found.seat.paper)) for code, found in scans.seats_by_code(session, codes, scope).items()}


def refuse_scans(session: Session, actor: Actor, code: str, now: datetime) -> None:
    """NotFound or Forbidden where `take_pages` would refuse: asked before pages are read, which takes a core for seconds."""
    actor.require(Action.SCAN)
    _sitting(session, actor, code, now)


def take_pages(session: Session, actor: Actor, pages: Sequence[ScannedPage], code: str, now: datetime) -> list[Taken]:
    """Keep pages that went through the reader and let them count; return what became of each, in their order.

    They belong to the sitting `code`; when that is empty, each to the sitting of its paper. A page that was here before is not kept again.
    NotFound without such a sitting, Forbidden to one of its own candidates.
    """
    scope = actor.require(Action.SCAN)
    sitting = _sitting(session, actor, code, now) if code else None
    seats = scans.seats_by_code(session, [page.sheet.paper for page in pages if page.sheet], scope)
    hold(session, Lock.SCANS)
    taken = [_take(session, actor, page, sitting, seats.get(page.sheet.paper) if page.sheet else None, now) for page in pages]
    counts = Counter(item.problem or "read" for item in taken)
    audit.record(session, now, actor.person, "read_scans", code, {"pages": len(pages), **counts})
    return taken


def _take(session: Session, actor: Actor, page: ScannedPage, sitting: SittingRow | None, found: SheetSeat | None, now: datetime) -> Taken:
    own = sitting or (found.seat.sitting if found else None)
    if found is not None:
        refuse_candidate(session, actor, found.seat.sitting, now)
    if scans.has_page(session, page.digest, own.id if own else None):
        return Taken(page.source, Problem.SAME.value)
    problem = page.fault.value if page.fault else _problem(page, sitting, found, now).value
    belongs = found is not None and problem not in (Problem.BAD_CHECK, Problem.WRONG_SITTING)
    paper_id = found.seat.paper.id if found and belongs and own and found.seat.sitting.id == own.id else None
    scans.save_page(session, page, own.id if own else None, paper_id, problem, now, actor.person)
    if problem or found is None:
        return Taken(page.source, problem)
    return Taken(page.source, "", settle(session, found.seat, now))


def _problem(page: ScannedPage, sitting: SittingRow | None, found: SheetSeat | None, now: datetime) -> Problem:
    """Why a page that could be read does not count, or NONE."""
    assert page.sheet is not None
    if found is None:
        return Problem.UNKNOWN_PAPER
    if sheet_check(found.seat.paper.digest, page.sheet.page) != page.sheet.check:
        return Problem.BAD_CHECK
    if sitting is not None and found.seat.sitting.id != sitting.id:
        return Problem.WRONG_SITTING
    if not found.is_current:
        return Problem.REPLACED
    return Problem.TOO_EARLY if now < found.seat.sitting.opens_at else Problem.NONE


def read_overview(session: Session, actor: Actor, code: str, now: datetime, most: int | None = None) -> Overview:
    """Return how far the paper answers of a sitting have come, within the actor's authority. Forbidden to its candidates while it is open.

    A sheet whose pages were all read once and whose answers are stored is only counted: thousands of them need no look. Of those that are
    not, `most` are read at most, and all others counted as waiting.
    """
    scope = actor.require(Action.ENTER_ANSWERS)
    sitting = _sitting(session, actor, code, now, Action.ENTER_ANSWERS)
    scanned = scans.papers_scanned(session, sitting, scope)
    done = {paper for paper, (count, pages, is_stored) in scanned.items() if is_stored and count == pages}
    done -= scans.papers_to_look_at(session, sitting)
    others = [paper for paper in scanned if paper not in done]
    found = scans.seats_of_papers(session, others[:most])
    sheets = [read_sheet(session, sheet.seat) for sheet in found if sheet.is_current]
    waiting = [sheet for sheet in sheets if sheet.state.holds or not sheet.is_stored]
    return Overview(
        sitting=sitting,
        papers=sittings.progress(session, scope).get(sitting.id, (0, 0, 0))[0],
        stored=len(done) + len(sheets) - len(waiting),
        waiting=len(waiting) + len(others) - len(others[:most]),
        sheets=waiting,
        problems=[row for row in scans.pages_with_problem(session, sitting) if may_see(row, actor, scope)],
        open_places=sum(count for _, count in scans.papers_in_doubt(session, sitting, scope)),
        decided=scans.count_marks(session, sitting),
    )


def next_doubt(session: Session, actor: Actor, code: str, skip: int, now: datetime) -> Doubts:
    """Return the next place of a sitting that a person must look at, after `skip` that are left for later: sheet by sheet, choices first.

    Forbidden to the sitting's candidates while it is open.
    """
    scope = actor.require(Action.ENTER_ANSWERS)
    sitting = _sitting(session, actor, code, now, Action.ENTER_ANSWERS)
    waiting = scans.papers_in_doubt(session, sitting, scope)
    total, decided = sum(count for _, count in waiting), scans.count_marks(session, sitting)
    passed: tuple[Sheet, Place] | None = None
    left = max(skip, 0)
    for paper_id, _ in waiting:
        for found in scans.seats_of_papers(session, [paper_id]):
            sheet = read_sheet(session, found.seat)
            for place in _in_order(sheet) if found.is_current and not sheet.state.is_aside else ():
                passed = sheet, place
                left -= 1
                if left < 0:
                    return Doubts(sitting, sheet, place, total, max(skip, 0), decided)
    if passed is not None:  # more were passed over than there are: the last one again
        return Doubts(sitting, *passed, total, max(0, total - 1), decided)
    return Doubts(sitting, None, None, 0, 0, decided)


def _in_order(sheet: Sheet) -> list[Place]:
    return sorted(sheet.state.places, key=lambda place: sheet.paper.slots[place.reading.slot - 1].question.type.is_text)


def list_stray(session: Session, actor: Actor) -> list[ScanRow]:
    """Return the pages that belong to no sitting that anybody knows, without the blank ones. Only for who may scan in the whole county: they may be
    anybody's.
    """
    if actor.require(Action.SCAN) != "/":
        return []
    return [row for row in scans.pages_with_problem(session, None) if row.problem not in HARMLESS]


def read_page_image(session: Session, actor: Actor, code: str, scan_id: int, now: datetime) -> tuple[ScanRow, ScanImageRow, Sheet | None]:
    """Return a page of a sitting with its kept picture, and its sheet when it counts for one. NotFound when it is not the actor's to see."""
    scope = actor.require(Action.ENTER_ANSWERS)
    sitting = _sitting(session, actor, code, now, Action.ENTER_ANSWERS)
    row = scans.get_scan(session, scan_id)
    image = scans.get_image(session, row.digest) if row is not None and row.sitting_id == sitting.id else None
    if row is None or image is None or not may_see(row, actor, scope):
        raise NotFound()
    if row.paper_id is None:
        return row, image, None
    seats = [found.seat for found in scans.seats_of_papers(session, [row.paper_id]) if found.seat.unit.path.startswith(scope)]
    if not seats:
        raise NotFound()
    return row, image, read_sheet(session, seats[0]) if not row.problem else None


def _sitting(session: Session, actor: Actor, code: str, now: datetime, action: Action = Action.SCAN) -> SittingRow:
    return sitting_for(session, actor, action, code, now)[0]
