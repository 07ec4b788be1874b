"""Admission codes as digests, and the devices that were admitted by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, func, insert, select, update
from sqlalchemy.orm import Session, defer

from quiz.core.sitting import FOREVER
from quiz.storage.papers import is_current
from quiz.storage.tables import AccountRow, AdmissionRow, AttemptRow, CadreRow, PaperRow, SittingRow, VisitRow

AT_ONCE = 500

Place = tuple[int, int]
"""Somebody in a sitting: the row ids of sitting and cadre."""


@dataclass(frozen=True, slots=True)
class Admission:
    """A code that was issued, for whom and for which sitting; `is_barred` when the person's account was closed.

    `paper_code` is the paper that counts now, empty when there is none.
    """

    row: AdmissionRow
    sitting: SittingRow
    cadre: CadreRow
    is_barred: bool
    paper_code: str = ""
    attempt: AttemptRow | None = None

    @property
    def place(self) -> Place:
        """Who is let in, and to what."""
        return self.row.sitting_id, self.row.cadre_id


def count_valid(session: Session, sitting: SittingRow) -> int:
    """Return how many people have a code for the sitting that is not void."""
    query = select(func.count()).where(AdmissionRow.sitting_id == sitting.id, AdmissionRow.voided_at.is_(None))
    return session.scalar(query) or 0


def save_codes(session: Session, sitting: SittingRow, digests: Mapping[int, str], now: datetime, actor: str) -> int:
    """Store the digests of new codes by the cadre's row id, make their earlier ones void, and return how many those were."""
    voided = 0
    cadres = list(digests)
    for start in range(0, len(cadres), AT_ONCE):
        part = cadres[start : start + AT_ONCE]
        old = (AdmissionRow.sitting_id == sitting.id) & AdmissionRow.cadre_id.in_(part) & AdmissionRow.voided_at.is_(None)
        voided += session.scalar(select(func.count()).where(old)) or 0
        session.execute(update(AdmissionRow).where(old).values(voided_at=now))
        rows = [{"sitting_id": sitting.id, "cadre_id": cadre, "digest": digests[cadre], "issued_at": now, "issued_by": actor} for cadre in part]
        session.execute(insert(AdmissionRow), rows)
    return voided


def find_codes(session: Session, digests: Iterable[str]) -> dict[str, Admission]:
    """Return what the codes with these digests admit to, held until this transaction ends; digests of no code are left out."""
    found = session.execute(_query_of_codes(), {"digests": sorted(set(digests))})
    return {
        row.digest: Admission(row, sitting, cadre, is_active is False, paper_code or "", attempt)
        for row, sitting, cadre, is_active, paper_code, attempt in found
    }


@cache
def _query_of_codes() -> Select[AdmissionRow, SittingRow, CadreRow, bool, str, AttemptRow]:
    """The query behind `find_codes`, built once: thousands come in at the same time, and building it takes longer than running it."""
    return (
        select(AdmissionRow, SittingRow, CadreRow, AccountRow.is_active, PaperRow.code, AttemptRow)
        .join(SittingRow, SittingRow.id == AdmissionRow.sitting_id)
        .join(CadreRow, CadreRow.id == AdmissionRow.cadre_id)
        .outerjoin(AccountRow, AccountRow.cadre_id == AdmissionRow.cadre_id)
        .outerjoin(PaperRow, (PaperRow.sitting_id == AdmissionRow.sitting_id) & (PaperRow.cadre_id == AdmissionRow.cadre_id) & is_current())
        .outerjoin(AttemptRow, (AttemptRow.sitting_id == PaperRow.sitting_id) & (AttemptRow.paper_id == PaperRow.id))
        .where(AdmissionRow.digest.in_(bindparam("digests", expanding=True)))
        .order_by(AdmissionRow.id)
        .options(defer(SittingRow.snapshot, raiseload=True))
        .with_for_update(of=AdmissionRow)
    )


@dataclass(frozen=True, slots=True)
class NewVisit:
    """The visit of a device to be: the digest of its token, by which admission, since when."""

    digest: str
    admission: Admission
    at: datetime


def save_visits(session: Session, visits: Sequence[NewVisit]) -> set[Place]:
    """Add visits of different people to their sittings, end those that these people had there, by whichever code, and return whose had one."""
    if not visits:
        return set()
    people = {one.admission.place: one for one in visits}
    asked = {"sittings": sorted({sitting for sitting, _ in people}), "cadres": sorted({cadre for _, cadre in people})}
    had = {token: (sitting, cadre) for token, sitting, cadre in session.execute(_LIVE, asked) if (sitting, cadre) in people}
    if had:
        session.execute(update(VisitRow), [{"token_digest": token, "replaced_at": people[place].at} for token, place in had.items()])
    rows = [
        {"token_digest": one.digest, "admission_id": one.admission.row.id, "created_at": one.at, "sitting_id": one.admission.place[0]}
        for one in visits
    ]
    session.execute(insert(VisitRow), rows)
    return set(had.values())


@dataclass(frozen=True, slots=True)
class Visit:
    """A device that was admitted, whom and to which sitting; `replaced_at` when another took over, `ends_at` the sitting's end with time given.

    `delivery` is how long after it answers may still come in.
    """

    name: str
    number: str
    sitting_code: str
    ends_at: datetime
    delivery: timedelta
    replaced_at: datetime | None
    is_barred: bool


def visits_of(session: Session, digests: Iterable[str]) -> dict[str, Visit]:
    """Return the visits behind tokens' digests; unknown ones are left out."""
    return {
        row.token_digest: Visit(
            row.name,
            row.number,
            row.code,
            FOREVER if row.paused_at else max(row.closes_at, row.extended_to or row.closes_at),
            timedelta(minutes=row.delivery_minutes),
            row.replaced_at,
            row.is_active is False,
        )
        for row in session.connection().execute(_VISITS, {"digests": sorted(set(digests))})
    }


def delete_visit(session: Session, digest: str) -> None:
    """Forget the visit of a device that leaves."""
    visit = session.get(VisitRow, digest)
    if visit is not None:
        session.delete(visit)


_VISITS = (
    select(
        VisitRow.token_digest,
        VisitRow.replaced_at,
        CadreRow.name,
        CadreRow.number,
        SittingRow.code,
        SittingRow.closes_at,
        SittingRow.extended_to,
        SittingRow.paused_at,
        SittingRow.delivery_minutes,
        AccountRow.is_active,
    )
    .join(AdmissionRow, AdmissionRow.id == VisitRow.admission_id)
    .join(SittingRow, SittingRow.id == AdmissionRow.sitting_id)
    .join(CadreRow, CadreRow.id == AdmissionRow.cadre_id)
    .outerjoin(AccountRow, AccountRow.cadre_id == AdmissionRow.cadre_id)
    .where(VisitRow.token_digest.in_(bindparam("digests", expanding=True)))
)
"""Built once: every request of a device asks this, and putting the query together takes longer than running it."""
_LIVE = (
    select(VisitRow.token_digest, AdmissionRow.sitting_id, AdmissionRow.cadre_id)
    .join(AdmissionRow, AdmissionRow.id == VisitRow.admission_id)
    .where(AdmissionRow.sitting_id.in_(bindparam("sittings", expanding=True)), AdmissionRow.cadre_id.in_(bindparam("cadres", expanding=True)))
    .where(VisitRow.replaced_at.is_(None))
)
