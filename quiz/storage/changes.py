"""What was changed of people's time in a sitting: rows that are only ever added, and the locks that keep a start and a change apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, bindparam, select
from sqlalchemy.orm import Session

from quiz.core.sitting import Extra
from quiz.storage.tables import AttemptChangeRow, CadreRow, PaperRow, SittingRow, UnitRow

EXTEND, PAUSE, REOPEN = "extend", "pause", "reopen"


@dataclass(frozen=True, slots=True)
class Change:
    """A change with the person it was made for."""

    row: AttemptChangeRow
    cadre: CadreRow


def lock_papers(session: Session, codes: Sequence[str]) -> None:
    """Hold the papers with these codes until the transaction ends: a start waits for a change of its time, and the other way round."""
    if session.get_bind().dialect.name == "sqlite":  # which has one writer at a time: this one
        return
    session.execute(select(PaperRow.id).where(PaperRow.code.in_(list(codes))).order_by(PaperRow.id).with_for_update()).all()


def lock_sitting(session: Session, sitting: SittingRow) -> None:
    """Read the sitting as it is now and hold it against a release and other changes; rows that merely name it are not held up."""
    session.refresh(sitting, with_for_update={"key_share": True})


def extra_in_sitting(session: Session, sitting: SittingRow) -> dict[int, Extra]:
    """Return the time given to cadres of a sitting, by the cadre's row id; those without any are left out."""
    return {cadre: extra for (_, cadre), extra in _sums(session, AttemptChangeRow.sitting_id == sitting.id).items()}


def extra_of_cadre(session: Session, cadre_id: int) -> dict[int, Extra]:
    """Return the time given to one cadre, by the sitting's row id."""
    return {sitting: extra for (sitting, _), extra in extra_of_cadres(session, [cadre_id]).items()}


def extra_of_cadres(session: Session, cadres: Sequence[int]) -> dict[tuple[int, int], Extra]:
    """Return the time given to cadres, by the row ids of sitting and cadre; those without any are left out."""
    return _add_up(session.execute(_OF_CADRES, {"cadres": list(cadres)})) if cadres else {}


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
    """The time given by (sitting, cadre)."""
    return _add_up(session.execute(_EVERY.where(condition)))


def _add_up(rows: Iterable[Row[int, int, str, int, int]]) -> dict[tuple[int, int], Extra]:
    """Time given, by (sitting, cadre). Reopening gives a deadline of its own, which says nothing of a start."""
    out: dict[tuple[int, int], Extra] = {}
    for sitting, cadre, kind, minutes, seconds in rows:
        had = out.get((sitting, cadre), Extra())
        if kind == EXTEND:
            out[sitting, cadre] = Extra(had.minutes + minutes, had.lost, had.seconds)
        elif kind == PAUSE:
            out[sitting, cadre] = Extra(had.minutes, had.lost + minutes, had.seconds + seconds)
    return out


_EVERY = select(AttemptChangeRow.sitting_id, AttemptChangeRow.cadre_id, AttemptChangeRow.kind, AttemptChangeRow.minutes, AttemptChangeRow.seconds)
_OF_CADRES = _EVERY.where(AttemptChangeRow.cadre_id.in_(bindparam("cadres", expanding=True)))
"""Built once: every page of a sitting and every start asks this."""
