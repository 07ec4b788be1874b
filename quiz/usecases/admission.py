"""Admission codes: issued for a sitting, printed once, used on one device at a time.

Verifying one is a keyed hash and a look into an index, where a password costs an argon2 run: thousands can come in at once. A code admits to one
sitting of one person and to nothing else; no account is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from quiz.core.access import Action, Actor, Person, Role
from quiz.core.admission import EARLY, LENGTH, LINGER, Slip, clean_code, code_digest
from quiz.core.message import QuizError, or_raise, say
from quiz.core.sitting import NO_EXTRA, Phase
from quiz.storage import admissions, audit, changes, sittings
from quiz.storage.admissions import Admission, NewVisit
from quiz.storage.sittings import Seat
from quiz.storage.tables import SittingRow
from quiz.usecases.log_ins import token_digest
from quiz.usecases.results import refuse_missing, sitting_for
from quiz.usecases.rooms import Placed, places_of, seat_label, seat_order


class Refused(StrEnum):
    """Why a code does not admit: not known (or its person is barred), made void, too early, too late, or its paper is handed in."""

    UNKNOWN = "unknown"
    VOID = "void"
    EARLY = "early"
    OVER = "over"
    SUBMITTED = "submitted"


@dataclass(frozen=True, slots=True)
class Admitted:
    """The outcome of a code: the paper it leads to, or why not; `opens_at` when it is too early."""

    paper_code: str = ""
    refused: Refused | None = None
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SlipPlan:
    """For whom codes may be issued: the sitting, the units within the actor's authority as (code, name), and how many have a code already."""

    sitting: SittingRow
    units: list[tuple[str, str]]
    people: int
    issued: int


@dataclass(frozen=True, slots=True)
class NewSlips:
    """Slips that are made but not stored yet: none of their codes admits anyone so far."""

    sitting: SittingRow
    slips: list[Slip]
    cadres: dict[str, int]


def slip_plan(session: Session, actor: Actor, code: str, now: datetime) -> SlipPlan:
    """Return for whom the actor may issue codes in a sitting. Forbidden to its own candidates."""
    sitting, scope = sitting_for(session, actor, Action.PRINT_PAPERS, code, now)
    seats = sittings.seats_of_sitting(session, sitting, scope, with_content=False)
    units = list(dict.fromkeys((seat.unit.code, seat.unit.name) for seat in seats))
    return SlipPlan(sitting, units, len(seats), admissions.count_valid(session, sitting))


def make_slips(
    session: Session, actor: Actor, code: str, now: datetime, new_code: Callable[[], str], unit: str = "", numbers: Sequence[str] = ()
) -> NewSlips:
    """Make a slip with a new code for everyone in a sitting, or those of a unit or of `numbers`: in the order of seats, those without by unit.

    Forbidden to the sitting's own candidates; QuizError `over` once it has ended, `no_paper` for a number without a paper, `nobody`.
    """
    sitting, scope = sitting_for(session, actor, Action.PRINT_PAPERS, code, now)
    if sittings.window_of(sitting).phase(now) is Phase.CLOSED:
        raise QuizError("over", say("考试已经结束，不能再发准考码。"))
    seats = sittings.seats_of_sitting(session, sitting, scope, list(numbers) or None, with_content=False)
    refuse_missing(numbers, (seat.cadre.number for seat in seats))
    chosen = [seat for seat in seats if not unit or f"/{unit}/" in seat.unit.path]
    if not chosen:
        raise QuizError("nobody", say("没有可以发准考码的人。"))
    placed = places_of(session, sitting)
    chosen.sort(key=lambda seat: seat_order(seat, placed))
    return NewSlips(sitting, [_slip(seat, new_code(), placed) for seat in chosen], {seat.cadre.number: seat.cadre.id for seat in chosen})


def store_slips(session: Session, actor: Actor, now: datetime, made: NewSlips, key: str) -> int:
    """Store the digests of the codes, which admit from now on; make earlier ones of the same people void and return how many those were."""
    sitting, _ = sitting_for(session, actor, Action.PRINT_PAPERS, made.sitting.code, now)
    changes.lock_sitting(session, sitting)
    digests = {made.cadres[slip.number]: code_digest(slip.code, key) for slip in made.slips}
    voided = admissions.save_codes(session, sitting, digests, now, actor.name)
    audit.record(session, now, actor.person, "issue_codes", sitting.code, {"codes": len(digests), "voided": voided})
    return voided


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody at the door: the code as it was typed or scanned, the token (256 random bits as text) of the device, and when."""

    text: str
    token: str
    now: datetime


def admit(session: Session, text: str, key: str, token: str, now: datetime) -> Admitted:
    """Check a typed or scanned code and open a visit for `token`.

    The newest device takes over from the one before, as long as nothing is submitted. A refusal is returned, not raised, since each use
    of a known code is written to the audit log.
    """
    return admit_many(session, [Entry(text, token, now)], key)[0]


def admit_many(session: Session, entries: Sequence[Entry], key: str) -> list[Admitted]:
    """Do `admit` for many at once, the later of two with the same code after the earlier."""
    codes = [clean_code(entry.text) for entry in entries]
    digests = [code_digest(code, key) if len(code) == LENGTH else "" for code in codes]
    found = admissions.find_codes(session, digests)
    door = _Door(session)
    out = [door.admit(entry, found.get(digest)) for entry, digest in zip(entries, digests, strict=True)]
    door.open()
    audit.record_many(session, door.lines)
    return out


@dataclass(slots=True)
class _Door:
    """Who has come to it: those to let in, at most one device of each person at a time, and what is to be written down."""

    session: Session
    waiting: dict[admissions.Place, tuple[NewVisit, dict[str, object]]] = field(default_factory=dict)
    lines: list[audit.Line] = field(default_factory=list)

    def admit(self, entry: Entry, found: Admission | None) -> Admitted:
        if found is None or found.is_barred:
            return Admitted(refused=Refused.UNKNOWN)
        refused = _refusal(self.session, found, entry.now)
        detail: dict[str, object] = {"cadre": found.cadre.number}
        if refused is not None:
            self._note(entry, found, "refuse_code", {**detail, "why": refused.value})
            return Admitted(refused=refused, opens_at=found.sitting.opens_at - EARLY if refused is Refused.EARLY else None)
        if found.place in self.waiting:
            self.open()
        self.waiting[found.place] = (NewVisit(token_digest(entry.token), found, entry.now), detail)
        self._note(entry, found, "admit", detail)
        return Admitted(paper_code=found.paper_code)

    def open(self) -> None:
        """Let in those who wait, and write down who took over from another device."""
        taken = admissions.save_visits(self.session, [visit for visit, _ in self.waiting.values()])
        for place, (_, detail) in self.waiting.items():
            detail["taken_over"] = place in taken
        self.waiting.clear()

    def _note(self, entry: Entry, found: Admission, action: str, detail: dict[str, object]) -> None:
        self.lines.append(audit.Line(entry.now, Person.as_typed(found.cadre.name), action, found.sitting.code, detail))


def visitor(session: Session, token: str, now: datetime) -> Actor | None:
    """Return who was admitted with a token, able to sit that one paper and nothing else; None when the sitting is long over.

    QuizError `taken_over` on a device whose place another has taken.
    """
    return or_raise(visitors(session, [token], now).get(token))


def visitors(session: Session, tokens: Sequence[str], now: datetime) -> dict[str, Actor | QuizError]:
    """Return `visitor` of many tokens at once: an actor, or why not; nobody's tokens are left out."""
    digests = {token_digest(token): token for token in tokens}
    out: dict[str, Actor | QuizError] = {}
    for digest, visit in admissions.visits_of(session, digests).items():
        if visit.is_barred or now > visit.ends_at + max(LINGER, visit.delivery):
            continue
        if visit.replaced_at is not None:
            error = QuizError("taken_over", say("您的准考码已在另一台设备上登录，请在那台设备上继续；要回到这台设备，请重新输入准考码。"))
            out[digests[digest]] = error
        else:
            out[digests[digest]] = Actor(visit.name, {Role.TRAINEE: "/"}, cadre_number=visit.number, only_sitting=visit.sitting_code)
    return out


def leave(session: Session, token: str) -> None:
    """End the visit of a token; its code admits again while nothing is submitted."""
    admissions.delete_visit(session, token_digest(token))


def _refusal(session: Session, found: Admission, now: datetime) -> Refused | None:
    if not found.paper_code:
        return Refused.UNKNOWN
    if found.row.voided_at is not None:
        return Refused.VOID
    if now < found.sitting.opens_at - EARLY:
        return Refused.EARLY
    if found.attempt is not None and found.attempt.submitted_at is not None:
        return Refused.SUBMITTED
    if now <= found.sitting.closes_at or found.sitting.paused_at is not None or (found.attempt is not None and now <= found.attempt.deadline_at):
        return None
    extra = changes.extra_of_cadre(session, found.cadre.id).get(found.sitting.id, NO_EXTRA)
    return Refused.OVER if now > sittings.own_window(found.sitting, extra).closes_at else None


def _slip(seat: Seat, code: str, placed: Mapping[int, Placed]) -> Slip:
    place = placed.get(seat.cadre.id)
    site = place.site.name if place else ""
    return Slip(seat.cadre.name, seat.cadre.number, seat.unit.name, seat_label(seat, placed), seat.paper.form, code, site)
