"""Scanned pages, decisions about them and keyed sheets: rows that are only ever added."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, insert, select
from sqlalchemy.orm import Session, defer

from quiz.core.access import Person
from quiz.core.frozen import freeze, thaw
from quiz.core.response import Response
from quiz.core.scan import ScannedPage, SheetReading
from quiz.core.sheet_state import Decision, Kind, PageScan
from quiz.core.sitting import ClosedBy
from quiz.storage.papers import is_current
from quiz.storage.sittings import Seat
from quiz.storage.tables import AttemptRow, CadreRow, KeyingRow, PaperRow, ScanDecisionRow, ScanImageRow, ScanRow, SittingRow, UnitRow

_QUERY = (
    select(SittingRow, PaperRow, CadreRow, UnitRow, AttemptRow, is_current())
    .join(PaperRow, PaperRow.sitting_id == SittingRow.id)
    .join(CadreRow, CadreRow.id == PaperRow.cadre_id)
    .join(UnitRow, UnitRow.id == PaperRow.unit_id)
    .outerjoin(AttemptRow, (AttemptRow.sitting_id == PaperRow.sitting_id) & (AttemptRow.paper_id == PaperRow.id))
    .options(defer(SittingRow.snapshot))
)


_DROPPED = select(ScanDecisionRow.id).where(ScanDecisionRow.scan_id == ScanRow.id, ScanDecisionRow.kind == Kind.DROP).exists()


@dataclass(frozen=True, slots=True)
class SheetSeat:
    """Whose paper a sheet names; not current when another paper was issued in its place."""

    seat: Seat
    is_current: bool


def seats_by_code(session: Session, codes: Iterable[str], scope: str) -> dict[str, SheetSeat]:
    """Return whose papers have these codes, by code, whatever their sitting; those outside the path `scope` are left out."""
    wanted = sorted(set(codes))
    if not wanted:
        return {}
    query = _QUERY.where(PaperRow.code.in_(wanted), UnitRow.path.startswith(scope, autoescape=True))
    return {row[1].code: SheetSeat(Seat(*row[:5]), bool(row[5])) for row in session.execute(query)}


def has_page(session: Session, digest: str, sitting_id: int | None) -> bool:
    """True when this very picture was read before for the sitting, and nobody has put it aside since."""
    return session.scalar(select(ScanRow.id).where(ScanRow.digest == digest, ScanRow.sitting_id == sitting_id, ~_DROPPED).limit(1)) is not None


def save_page(
    session: Session, page: ScannedPage, sitting_id: int | None, paper_id: int | None, problem: str, at: datetime, person: Person
) -> ScanRow:
    """Append a page, with its picture unless that is here already."""
    if session.get(ScanImageRow, page.digest, options=[defer(ScanImageRow.content)]) is None:
        session.execute(insert(ScanImageRow).values(digest=page.digest, kind=page.kind, content=page.content))
    reading = page.reading
    row = ScanRow(
        sitting_id=sitting_id,
        paper_id=paper_id,
        page=page.sheet.page if page.sheet else 0,
        pages=reading.pages if reading else 0,
        doubts=len(reading.doubts) if reading else 0,
        digest=page.digest,
        source=page.source[-200:],
        code=page.sheet.text if page.sheet else "",
        problem=problem,
        reading=json.dumps(freeze(reading), separators=(",", ":")) if reading else "",
        read_at=at,
        read_by=person.name,
        person=person.id,
    )
    session.add(row)
    session.flush()
    return row


def reading_of(row: ScanRow) -> SheetReading:
    """Return what was read on a page that could be read."""
    return thaw(SheetReading, json.loads(row.reading))


def get_scan(session: Session, scan_id: int) -> ScanRow | None:
    """Return one page, or None."""
    return session.get(ScanRow, scan_id)


def get_image(session: Session, digest: str) -> ScanImageRow | None:
    """Return a kept picture, or None."""
    return session.get(ScanImageRow, digest)


def scans_of_paper(session: Session, paper_id: int) -> list[PageScan]:
    """Return the pages of a paper's sheet that could be read, in the order in which they were."""
    rows = session.scalars(select(ScanRow).where(ScanRow.paper_id == paper_id, ScanRow.problem == "").order_by(ScanRow.id))
    return [PageScan(row.id, reading_of(row)) for row in rows]


def all_scans_of_paper(session: Session, paper_id: int) -> list[ScanRow]:
    """Return every page that was brought for a paper and that nobody has put aside, in the order in which they were read."""
    return list(session.scalars(select(ScanRow).where(ScanRow.paper_id == paper_id, ~_DROPPED).order_by(ScanRow.page, ScanRow.id)))


def decisions_of_paper(session: Session, paper_id: int) -> list[Decision]:
    """Return what people decided about a paper's sheet, in the order in which they did."""
    rows = session.scalars(select(ScanDecisionRow).where(ScanDecisionRow.paper_id == paper_id).order_by(ScanDecisionRow.id))
    return [Decision(Kind(row.kind), row.scan_id or 0, tuple(json.loads(row.value)), row.slot, row.blank) for row in rows]


def save_decision(
    session: Session, decision: Decision, sitting_id: int | None, paper_id: int | None, reason: str, at: datetime, actor: str
) -> ScanDecisionRow:
    """Append a decision."""
    row = ScanDecisionRow(
        sitting_id=sitting_id,
        paper_id=paper_id,
        scan_id=decision.scan_id or None,
        kind=decision.kind.value,
        slot=decision.slot,
        blank=decision.blank,
        value=json.dumps(decision.value, ensure_ascii=False),
        reason=reason[:500],
        decided_by=actor,
        decided_at=at,
    )
    session.add(row)
    session.flush()
    return row


def papers_scanned(session: Session, sitting: SittingRow, scope: str) -> dict[int, tuple[int, int, bool]]:
    """Return, for each paper of a sitting with a page that counts, how many such pages there are, how many its sheet has, and whether
    its answers were stored from paper; by the paper's row id, within the path `scope`."""
    query = (
        select(ScanRow.paper_id, func.count(), func.max(ScanRow.pages), func.max(AttemptRow.closed_by))
        .join(PaperRow, PaperRow.id == ScanRow.paper_id)
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .outerjoin(AttemptRow, (AttemptRow.sitting_id == PaperRow.sitting_id) & (AttemptRow.paper_id == PaperRow.id))
        .where(ScanRow.sitting_id == sitting.id, ScanRow.problem == "", UnitRow.path.startswith(scope, autoescape=True))
        .group_by(ScanRow.paper_id)
        .order_by(ScanRow.paper_id)
    )
    return {paper: (count, pages, closed_by == ClosedBy.PAPER) for paper, count, pages, closed_by in session.execute(query) if paper is not None}


def papers_to_look_at(session: Session, sitting: SittingRow) -> set[int]:
    """Return the papers of a sitting, by row id, that were keyed in as well or lost a page to a decision: to count their pages is not enough."""
    keyed = select(KeyingRow.paper_id).where(KeyingRow.sitting_id == sitting.id)
    row = ScanDecisionRow
    dropped = select(row.paper_id).where(row.sitting_id == sitting.id, row.kind == Kind.DROP, row.paper_id.is_not(None))
    return {paper for paper in session.scalars(keyed.union(dropped)) if paper is not None}


def seats_of_papers(session: Session, papers: Sequence[int]) -> list[SheetSeat]:
    """Return whose papers these are, by their row ids, in the order of units and staff numbers."""
    found = []
    for start in range(0, len(papers), 500):
        rows = session.execute(_QUERY.where(PaperRow.id.in_(papers[start : start + 500])))
        found += [SheetSeat(Seat(*row[:5]), bool(row[5])) for row in rows]
    return sorted(found, key=lambda sheet: (sheet.seat.unit.path, sheet.seat.cadre.number))


def pages_with_problem(session: Session, sitting: SittingRow | None) -> list[ScanRow]:
    """Return the pages that count for nothing and that nobody has put aside, the newest first; of no sitting for None."""
    own: ColumnElement[bool] = ScanRow.sitting_id == sitting.id if sitting else ScanRow.sitting_id.is_(None)
    return list(session.scalars(select(ScanRow).where(own, ScanRow.problem != "", ~_DROPPED).order_by(ScanRow.id.desc())))


def scans_by_id(session: Session, ids: Iterable[int]) -> dict[int, ScanRow]:
    """Return pages by their row ids."""
    return {row.id: row for row in session.scalars(select(ScanRow).where(ScanRow.id.in_(sorted(set(ids)))))}


def papers_in_doubt(session: Session, sitting: SittingRow, scope: str) -> list[tuple[int, int]]:
    """Return the papers with a page in doubt, by row id, each with how many places of its pages nobody has decided, in the order of pages.

    Those that were keyed in instead are left out.
    """
    decided = (
        select(ScanDecisionRow.scan_id, ScanDecisionRow.slot, ScanDecisionRow.blank)
        .where(ScanDecisionRow.sitting_id == sitting.id, ScanDecisionRow.kind == Kind.MARK)
        .distinct()
        .subquery()
    )
    counts = select(decided.c.scan_id, func.count().label("done")).group_by(decided.c.scan_id).subquery()
    left = ScanRow.doubts - func.coalesce(counts.c.done, 0)
    keyed = select(KeyingRow.paper_id).join(AttemptRow, AttemptRow.paper_id == KeyingRow.paper_id).where(AttemptRow.closed_by == ClosedBy.PAPER)
    query = (
        select(ScanRow.paper_id, func.sum(left))
        .join(PaperRow, PaperRow.id == ScanRow.paper_id)
        .join(UnitRow, UnitRow.id == PaperRow.unit_id)
        .outerjoin(counts, counts.c.scan_id == ScanRow.id)
        .where(ScanRow.sitting_id == sitting.id, ScanRow.problem == "", left > 0, ~_DROPPED, UnitRow.path.startswith(scope, autoescape=True))
        .where(ScanRow.paper_id.not_in(keyed))
        .group_by(ScanRow.paper_id)
        .order_by(func.min(ScanRow.id))
    )
    return [(paper, int(count)) for paper, count in session.execute(query) if paper is not None]


def count_marks(session: Session, sitting: SittingRow) -> int:
    """Return how many places of a sitting people have decided."""
    row = ScanDecisionRow
    places = select(row.scan_id, row.slot, row.blank).where(row.sitting_id == sitting.id, row.kind == Kind.MARK).distinct().subquery()
    return session.scalar(select(func.count()).select_from(places)) or 0


def keyings_of_paper(session: Session, paper_id: int) -> list[KeyingRow]:
    """Return a paper's sheet as it was keyed in, first, second, third."""
    return list(session.scalars(select(KeyingRow).where(KeyingRow.paper_id == paper_id).order_by(KeyingRow.number)))


def keyed_value(row: KeyingRow) -> dict[int, Response]:
    """Return the responses in a keyed sheet."""
    return {int(slot): tuple(value) for slot, value in json.loads(row.value).items()}


def keyings_of_sitting(session: Session, sitting: SittingRow) -> dict[int, list[KeyingRow]]:
    """Return everything keyed in of a sitting, by the paper's row id."""
    out: dict[int, list[KeyingRow]] = {}
    for row in session.scalars(_keyings(sitting)):
        out.setdefault(row.paper_id, []).append(row)
    return out


def _keyings(sitting: SittingRow) -> Select[KeyingRow]:
    return select(KeyingRow).where(KeyingRow.sitting_id == sitting.id).order_by(KeyingRow.paper_id, KeyingRow.number)


def save_keying(session: Session, seat: Seat, number: int, responses: Mapping[int, Response], at: datetime, person: Person) -> KeyingRow:
    """Append a keyed sheet."""
    value = json.dumps({str(slot): response for slot, response in responses.items()}, ensure_ascii=False)
    row = KeyingRow(
        sitting_id=seat.sitting.id, paper_id=seat.paper.id, number=number, value=value, keyed_by=person.name, person=person.id, keyed_at=at
    )
    session.add(row)
    session.flush()
    return row
