"""One answer sheet: where it stands, what people decide about it, and its answers once nothing holds it up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor
from quiz.core.keying import agreed
from quiz.core.message import NotFound, QuizError, say
from quiz.core.paper import Paper, Slot
from quiz.core.question import QuestionType
from quiz.core.reason import clean_reason
from quiz.core.response import check_response
from quiz.core.scan import SheetReading
from quiz.core.sheet_state import ANSWERS, Confirm, Decision, Hold, Kind, SheetState, state_of
from quiz.core.sitting import ClosedBy
from quiz.storage import audit, papers, scans
from quiz.storage.sittings import Seat
from quiz.storage.tables import ScanRow, SittingRow
from quiz.usecases.paper_answers import held_attempt, store_answers
from quiz.usecases.results import sitting_for


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with whose it is and where it stands."""

    seat: Seat
    paper: Paper
    state: SheetState

    @property
    def is_stored(self) -> bool:
        """True when the answers that count are those of the paper."""
        return self.seat.attempt is not None and self.seat.attempt.closed_by == ClosedBy.PAPER


def read_sheet(session: Session, seat: Seat) -> Sheet:
    """Return a sheet as it stands."""
    paper = papers.read_paper(seat.paper)
    is_paper = seat.attempt is not None and seat.attempt.closed_by == ClosedBy.PAPER
    keyed = agreed([scans.keyed_value(row) for row in scans.keyings_of_paper(session, seat.paper.id)]) if is_paper else None
    state = state_of(
        paper,
        seat.cadre.number,
        scans.scans_of_paper(session, seat.paper.id),
        scans.decisions_of_paper(session, seat.paper.id),
        sat_online=seat.attempt is not None and not is_paper,
        is_late=seat.attempt is None and seat.sitting.released_at is not None,
        keyed=keyed,
        is_stored=is_paper,
    )
    return Sheet(seat, paper, state)


def settle(session: Session, seat: Seat, now: datetime) -> Sheet:
    """Return a sheet as it stands, its answers stored and graded when nothing holds it up any more."""
    held = Seat(seat.sitting, seat.paper, seat.cadre, seat.unit, held_attempt(session, seat))
    sheet = read_sheet(session, held)
    if not sheet.state.is_ready:
        return sheet
    store_answers(session, held, sheet.paper, sheet.state.responses, "scanned", now)
    return read_sheet(session, Seat(seat.sitting, seat.paper, seat.cadre, seat.unit, held_attempt(session, seat)))


def decide_place(session: Session, actor: Actor, code: str, scan_id: int, slot: int, blank: int, value: list[str], note: str, now: datetime) -> Sheet:
    """Decide what stands at one place of a scanned page: the ids of the options meant, or the text that is written; nothing for left blank.

    What is left of the sheet's doubts stays; with the last of them its answers are stored. NotFound when there is no such place in this
    sitting, QuizError `bad_response` for what is no response to the question.
    """
    row, seat = _scan_to_decide(session, actor, code, scan_id, now)
    paper = papers.read_paper(seat.paper)
    found = paper.slot(slot)
    if found is None or (slot, blank) not in {(place.slot, place.blank) for place in scans.reading_of(row).slots}:
        raise NotFound()
    decision = Decision(Kind.MARK, scan_id, _checked(found, blank, value), slot, blank)
    scans.save_decision(session, decision, seat.sitting.id, seat.paper.id, note, now, actor.name)
    audit.record(session, now, actor.person, "decide_mark", code, {"paper": seat.paper.code, "scan": scan_id, "slot": slot, "blank": blank})
    return settle(session, seat, now)


def drop_page(session: Session, actor: Actor, code: str, scan_id: int, reason: str, now: datetime) -> Sheet | None:
    """Let a page count for nothing, with a reason: a wrong one of two, or one that could not be used. Return its sheet if it has one.

    NotFound when it is not in this sitting, QuizError `no_reason`.
    """
    row, seat = _scan(session, actor, code, scan_id, now)
    text = clean_reason(reason)
    sitting = sitting_to_enter(session, actor, code, now)
    scans.save_decision(session, Decision(Kind.DROP, scan_id), sitting.id, row.paper_id, text, now, actor.name)
    audit.record(session, now, actor.person, "drop_scan", code, {"scan": scan_id, "reason": text})
    return settle(session, seat, now) if seat is not None and not row.problem else None


def choose_page(session: Session, actor: Actor, code: str, scan_id: int, reason: str, now: datetime) -> Sheet:
    """Let one of several scans of the same page count, and the others for nothing. NotFound, QuizError `no_reason`."""
    row, seat = _scan_to_decide(session, actor, code, scan_id, now)
    text = clean_reason(reason)
    for other in scans.scans_of_paper(session, seat.paper.id):
        if other.reading.page == row.page and other.id != scan_id:
            scans.save_decision(session, Decision(Kind.DROP, other.id), seat.sitting.id, seat.paper.id, text, now, actor.name)
    audit.record(session, now, actor.person, "choose_scan", code, {"paper": seat.paper.code, "scan": scan_id, "reason": text})
    return settle(session, seat, now)


def confirm(session: Session, actor: Actor, code: str, paper_code: str, word: Confirm, reason: str, now: datetime) -> Sheet:
    """Say the word that settles a hold of a sheet, with a reason. NotFound, QuizError `no_reason`, `not_held` when nothing waits for it."""
    seat = seat_of(session, actor, code, paper_code, now)
    text = clean_reason(reason)
    sheet = read_sheet(session, seat)
    waiting = {answer for hold in sheet.state.holds for answer in ANSWERS.get(Hold(hold), ())}
    if word not in waiting:
        raise QuizError("not_held", say("这份答题卡不需要这项确认，可能已经有人处理。"))
    scans.save_decision(session, Decision(Kind.CONFIRM, 0, (word.value,)), seat.sitting.id, seat.paper.id, text, now, actor.name)
    audit.record(session, now, actor.person, "confirm_sheet", code, {"paper": paper_code, "word": word.value, "reason": text})
    return settle(session, seat, now)


def reading_of_page(session: Session, row: ScanRow) -> SheetReading | None:
    """Return what was read on a page, None when it could not be."""
    return scans.reading_of(row) if row.reading else None


def pages_of_sheet(session: Session, seat: Seat) -> list[ScanRow]:
    """Return every page that was brought for a paper, also what counts for nothing, in their order."""
    return scans.all_scans_of_paper(session, seat.paper.id)


def seat_of(session: Session, actor: Actor, code: str, paper_code: str, now: datetime) -> Seat:
    """Return whose paper this is, in this sitting and within the actor's authority; else NotFound."""
    sitting = sitting_to_enter(session, actor, code, now)
    found = scans.seats_by_code(session, [paper_code], actor.require(Action.ENTER_ANSWERS)).get(paper_code)
    if found is None or found.seat.sitting.id != sitting.id or not found.is_current:
        raise NotFound()
    return found.seat


def sitting_to_enter(session: Session, actor: Actor, code: str, now: datetime) -> SittingRow:
    """Return a sitting whose paper answers the actor may work on. NotFound, Forbidden to its own candidates while it is open."""
    return sitting_for(session, actor, Action.ENTER_ANSWERS, code, now)[0]


def may_see(row: ScanRow, actor: Actor, scope: str) -> bool:
    """True unless the page is nobody's for certain and was brought by somebody else: then only who acts for the whole county may look at it.

    Of pages of before version 0021 of the tables nobody knows who brought them, only what that person is called: the county sees them.
    """
    return scope == "/" or row.paper_id is not None or row.person == actor.person.id


def _scan(session: Session, actor: Actor, code: str, scan_id: int, now: datetime) -> tuple[ScanRow, Seat | None]:
    """A page of this sitting, and whose it is; None where it belongs to no paper."""
    sitting = sitting_to_enter(session, actor, code, now)
    scope = actor.require(Action.ENTER_ANSWERS)
    row = scans.get_scan(session, scan_id)
    if row is None or row.sitting_id != sitting.id or not may_see(row, actor, scope):
        raise NotFound()
    if row.paper_id is None:
        return row, None
    seats = [sheet.seat for sheet in scans.seats_of_papers(session, [row.paper_id]) if sheet.seat.unit.path.startswith(scope)]
    if not seats:
        raise NotFound()
    return row, seats[0]


def _scan_to_decide(session: Session, actor: Actor, code: str, scan_id: int, now: datetime) -> tuple[ScanRow, Seat]:
    row, seat = _scan(session, actor, code, scan_id, now)
    if seat is None or row.problem:
        raise NotFound()
    return row, seat


def _checked(slot: Slot, blank: int, value: list[str]) -> tuple[str, ...]:
    """A decided value: the text of one blank, or a whole response."""
    if not slot.question.type.is_text:
        return check_response(slot.question, value)
    texts = [text.strip() for text in value if text.strip()]
    if len(texts) > 1:
        raise QuizError("bad_response", say("每空只能填一个内容，没有保存。"))
    if slot.question.type is QuestionType.FILL_IN:
        whole = [texts[0] if at == blank and texts else "" for at in range(len(slot.question.blanks))]
        check_response(slot.question, whole)
    else:
        check_response(slot.question, texts)
    return tuple(texts)
