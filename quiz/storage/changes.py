"""What was changed of people's time in a sitting: rows that are only ever added, and the locks that keep a start and a change apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from quiz.core.sitting import Extra
from quiz.storage.tables import AttemptChangeRow, CadreRow, PaperRow, SittingRow, UnitRow

EXTEND, PAUSE, REOPEN = "extend", "pause", "reopen"


@dataclass(frozen=True, slots=True)
class Change:
    """A change with the person it was made for."""

    row: AttemptChangeRow
    cadre: CadreRow


def lock_papers(session: Session, papers: Sequence[int]) -> None:
    """Hold these papers until the transaction ends: a start waits for a change of its time, and the other way round."""
    if session.get_bind().dialect.name == "sqlite":  # which has one writer at a time: this one
        return
    session.execute(select(PaperRow.id).where(PaperRow.id.in_(list(papers))).order_by(PaperRow.id).with_for_update()).all()


def lock_sitting(session: Session, sitting: SittingRow) -> None:
    """Read the sitting as it is now and hold it against a release and other changes; rows that merely name it are not held up."""
    session.refresh(sitting, with_for_update={"key_share": True})


def extra_in_sitting(session: Session, sitting: SittingRow) -> dict[int, Extra]:
    """Return the time given to cadres of a sitting, by the cadre's row id; those without any are left out."""
    return {cadre: extra for (_, cadre), extra in _sums(session, AttemptChangeRow.sitting_id == sitting.id).items()}


def extra_of_cadre(session: Session, cadre_id: int) -> dict[int, Extra]:
    """Return the time given to one cadre, by the sitting's row id."""
    return {sitting: extra for (sitting, _), extra in _sums(session, AttemptChangeRow.cadre_id == cadre_id).items()}


def changes_of(session: Session, sitting: SittingRow, scope: str = "/", cadre_id: int | None = None) -> list[Change]:
    """Return what was changed in a sitting for people within the path `scope`, the newest first; of one cadre when given."""
    query = (
        select(AttemptChangeRow, CadreRow)
        .join(CadreRow, CadreRow.id == AttemptChangeRow.cadre_id)
        .join(UnitRow, UnitRow.id == CadreRow.unit_id)
        .where(AttemptChangeRow.sitting_id == sitting.id, UnitRow.path.startswith(scope, autoescape=True))
        .order_by(AttemptChangeRow.id.desc())
    )
    if cadre_id is not None:
        query = query.where(CadreRow.id == cadre_id)
    return [Change(row, cadre) for row, cadre in session.execute(query)]


def _sums(session: Session, condition: ColumnElement[bool]) -> dict[tuple[int, int], Extra]:
    """The time given by (sitting, cadre). Reopening gives a deadline of its own, which says nothing of a start."""
    row = AttemptChangeRow
    out: dict[tuple[int, int], Extra] = {}
    query = select(row.sitting_id, row.cadre_id, row.kind, row.minutes, row.seconds).where(condition)
    for sitting, cadre, kind, minutes, seconds in session.execute(query):
        had = out.get((sitting, cadre), Extra())
        if kind == EXTEND:
            out[sitting, cadre] = Extra(had.minutes + minutes, had.lost, had.seconds)
        elif kind == PAUSE:
            out[sitting, cadre] = Extra(had.minutes, had.lost + minutes, had.seconds + seconds)
    return out
