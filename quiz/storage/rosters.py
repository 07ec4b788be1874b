"""Units, cadres and posts: rows ⇄ core values."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from quiz.core.roster import Cadre, Post, PostKind, Unit, UnitKind
from quiz.storage.tables import CadreRow, PostRow, UnitRow


def units_by_code(session: Session) -> dict[str, UnitRow]:
    """Return every unit by its code."""
    return {row.code: row for row in session.scalars(select(UnitRow))}


def list_units(session: Session) -> list[Unit]:
    """Return every unit as a value, parents before children."""
    rows = list(session.scalars(select(UnitRow).order_by(UnitRow.path)))
    codes = {row.id: row.code for row in rows}
    return [Unit(row.code, row.name, UnitKind(row.kind), codes.get(row.parent_id or 0, "")) for row in rows]


def count_cadres(session: Session, scope: str = "/") -> list[tuple[Unit, int]]:
    """Return every unit within the path `scope`, parents before children, with the number of cadres in it and below it, who has left included."""
    own = {row[0]: row[1] for row in session.execute(select(CadreRow.unit_id, func.count()).group_by(CadreRow.unit_id))}
    rows = units_by_code(session)
    return _count_below(session, scope, {code: own.get(row.id, 0) for code, row in rows.items()}, rows)


def count_serving(session: Session, cadres: Iterable[Cadre], scope: str = "/") -> list[tuple[Unit, int]]:
    """Return the units within the path `scope` that have some of these cadres in them or below them, parents before children, with how many."""
    counted = _count_below(session, scope, Counter(cadre.unit for cadre in cadres), units_by_code(session))
    return [(unit, count) for unit, count in counted if count]


def _count_below(session: Session, scope: str, own: Mapping[str, int], rows: Mapping[str, UnitRow]) -> list[tuple[Unit, int]]:
    below = {code: sum(own.get(other, 0) for other in rows if rows[other].path.startswith(row.path)) for code, row in rows.items()}
    return [(unit, below[unit.code]) for unit in list_units(session) if rows[unit.code].path.startswith(scope)]


def count_within(session: Session, scope: str) -> int:
    """Return how many cadres are in units within the path `scope`."""
    within = UnitRow.path.startswith(scope, autoescape=True)
    return session.scalar(select(func.count()).select_from(CadreRow).join(UnitRow, UnitRow.id == CadreRow.unit_id).where(within)) or 0


def save_unit(session: Session, unit: Unit, parent: UnitRow | None) -> UnitRow:
    """Add a unit under `parent`."""
    path = f"{parent.path if parent else '/'}{unit.code}/"
    row = UnitRow(code=unit.code, name=unit.name, kind=unit.kind.value, parent_id=parent.id if parent else None, path=path)
    session.add(row)
    session.flush()
    return row


def get_cadre_row(session: Session, number: str) -> CadreRow | None:
    """Return the cadre with this staff number, or None."""
    return session.scalar(select(CadreRow).where(CadreRow.number == number))


def cadre_rows(session: Session, numbers: Iterable[str] | None = None) -> dict[str, CadreRow]:
    """Return cadres by staff number: all, or those named."""
    query = select(CadreRow)
    if numbers is not None:
        query = query.where(CadreRow.number.in_(list(numbers)))
    return {row.number: row for row in session.scalars(query)}


def posts_by_cadre(session: Session) -> dict[int, list[PostRow]]:
    """Return every post, by the cadre's row id, oldest first."""
    out: dict[int, list[PostRow]] = {}
    for row in session.scalars(select(PostRow).order_by(PostRow.from_on, PostRow.id)):
        out.setdefault(row.cadre_id, []).append(row)
    return out


def list_cadres(session: Session, scope: str = "/") -> list[Cadre]:
    """Return the cadres whose unit lies within the path `scope`, with their posts, by staff number."""
    units = {row.id: row for row in session.scalars(select(UnitRow))}
    posts = posts_by_cadre(session)
    rows = session.scalars(select(CadreRow).order_by(CadreRow.number))
    return [_cadre(row, units, posts.get(row.id, [])) for row in rows if units[row.unit_id].path.startswith(scope)]


def list_serving(session: Session, day: date, scope: str = "/") -> list[Cadre]:
    """Return the cadres within the path `scope` who have not left by `day`, with their posts, by staff number."""
    return [cadre for cadre in list_cadres(session, scope) if not cadre.has_left(day)]


def left_by(session: Session, day: date, scope: str = "/") -> frozenset[str]:
    """Return the staff numbers of those within the path `scope` who have left by `day`."""
    return frozenset(cadre.number for cadre in list_cadres(session, scope) if cadre.has_left(day))


def get_cadre(session: Session, number: str) -> Cadre | None:
    """Return one cadre with posts, or None."""
    row = get_cadre_row(session, number)
    if row is None:
        return None
    posts = list(session.scalars(select(PostRow).where(PostRow.cadre_id == row.id).order_by(PostRow.from_on, PostRow.id)))
    ids = {row.unit_id, *(post.place_id for post in posts)}
    units = {unit.id: unit for unit in session.scalars(select(UnitRow).where(UnitRow.id.in_(ids)))}
    return _cadre(row, units, posts)


def _cadre(row: CadreRow, units: dict[int, UnitRow], posts: list[PostRow]) -> Cadre:
    return Cadre(
        number=row.number,
        name=row.name,
        unit=units[row.unit_id].code,
        groups=tuple(json.loads(row.groups)),
        posts=tuple(Post(PostKind(p.kind), units[p.place_id].code, p.from_on, p.to_on, p.title) for p in posts),
    )
